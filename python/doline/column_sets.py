"""What a selector is: a set of columns that is found when a frame is there."""

from __future__ import annotations

import builtins

from .datatypes import as_dtype
from .errors import ColumnNotFound, TypeMismatch, error
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
        *columns : str, data type, Selector or lists of these
            Names, patterns of names, or what they are.

        Examples
        --------
        >>> frame = dl.DataFrame({"n": [1], "x": [0.5], "s": ["x"], "ok": [True]})
        >>> frame.select(cs.all().exclude("n")).columns
        ['x', 's', 'ok']
        """
        from .expr.selecting import without
        selection = without(self._node, _flat(columns))
        return _selector(selection.choose, selection.label)

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


def _names_at(columns, places, require_all):
    """Names of a frame's columns at places, from 0 or from the end."""
    names = columns.every_name
    out = []
    for place in places:
        if -len(names) <= place < len(names):
            out.append(names[place])
        elif require_all:
            raise error(ColumnNotFound, f"there is no column {place} among {len(names)}",
                        "require_all=False passes over it")
    return out


def _flat(values):
    return [v for item in values for v in (item if isinstance(item, (builtins.list, tuple, set)) else [item])]


def is_selector(thing):
    """Whether something is a selector.

    Parameters
    ----------
    thing : object
        Anything.

    Returns
    -------
    bool

    Examples
    --------
    >>> cs.is_selector(cs.all()), cs.is_selector(dl.col("a"))
    (True, False)
    """
    return isinstance(thing, Selector)


def expand_selector(target, selector, *, strict=True):
    """The names that a selector means in a frame.

    Parameters
    ----------
    target : DataFrame or LazyFrame
        The frame.
    selector : Selector or Expr
        The selector; an expression that is a selection of columns stands for one.
    strict : bool, default True
        Whether such an expression has to be a selection and nothing else; else its names are taken.

    Returns
    -------
    tuple of str

    Raises
    ------
    TypeError
        For an expression that is no selection.

    Examples
    --------
    >>> cs.expand_selector(dl.DataFrame({"a": [1], "b": ["x"]}), cs.string())
    ('b',)
    """
    from .expr.nodes import Selection, output_name
    from .expr.selecting import expand
    frame = target.lazy() if hasattr(target, "lazy") else _SchemaAlone(target)
    if isinstance(selector._node, Selection):
        return tuple(selector._node.choose(frame))
    if strict and not selector.meta.is_column():
        raise error(TypeMismatch, f"{selector!r} is no selection of columns",
                    "strict=False takes the names that it gives")
    return tuple(output_name(node) for node in expand(selector._node, frame))


class _SchemaAlone:
    """What selectors ask of a frame, of a schema."""

    def __init__(self, schema):
        self.types = {name: as_dtype(dtype) for name, dtype in schema.items()}
        self.names = self.every_name = [*self.types]
