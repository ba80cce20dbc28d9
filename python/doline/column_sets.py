"""What a selector is: a set of columns that is found when a frame is there."""

from __future__ import annotations

import builtins

from .expr.expression import Expr
from .expr.nodes import Selection


class Selector(Expr):
    """A set of columns."""

    __slots__ = ()

    def _combined(self, other, keep, label, fallback):
        if not isinstance(other, Selector):
            return fallback(other)
        def choose(columns):
            mine, theirs = set(self._node.choose(columns)), set(other._node.choose(columns))
            return [name for name in columns.names if keep(name in mine, name in theirs)]
        return _selector(choose, f"({self!r} {label} {other!r})")

    def __or__(self, other):
        return self._combined(other, lambda a, c: a or c, "|", super().__or__)

    def __and__(self, other):
        return self._combined(other, lambda a, c: a and c, "&", super().__and__)

    def __xor__(self, other):
        return self._combined(other, lambda a, c: a != c, "^", super().__xor__)

    def __sub__(self, other):
        return self._combined(other, lambda a, c: a and not c, "-", super().__sub__)

    def __invert__(self):
        def choose(columns):
            mine = set(self._node.choose(columns))
            return [name for name in columns.names if name not in mine]
        return _selector(choose, f"~{self!r}")

    def exclude(self, *columns):
        """The set without some columns.

        Parameters
        ----------
        *columns : str, data type or Selector
            Names, or what they are.

        Examples
        --------
        >>> frame = dl.DataFrame({"n": [1], "x": [0.5], "s": ["x"], "ok": [True]})
        >>> frame.select(cs.all().exclude("n")).columns
        ['x', 's', 'ok']
        """
        from .selectors import by_name
        return self - by_name(*columns) if isinstance(columns[0], str) else self - columns[0]

    def as_expr(self):
        """The set as a plain expression, whose operators compute.

        Returns
        -------
        Expr

        Examples
        --------
        >>> dl.DataFrame({"a": [True], "b": [False]}).select(~cs.boolean().as_expr()).rows()
        [(False, True)]
        """
        from .expr.expression import expression
        return expression(self._node)


def _selector(choose, label):
    made = builtins.object.__new__(Selector)
    made._node = Selection(choose, label)
    return made


def _flat(values):
    return [v for item in values for v in (item if isinstance(item, (builtins.list, tuple, set)) else [item])]
