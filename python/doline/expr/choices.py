"""Choices between values: membership, bounds, replacements."""

from __future__ import annotations

from .. import datatypes as types
from ..errors import NotSupported
from . import aggregates, functions
from .arguments import listed, pairs_of
from .literals import literal_bytes
from .nodes import Column


NO_DEFAULT = object()  # None is a default that one can ask for


class Choices:
    """What `Expr` inherits: choices between values."""

    __slots__ = ()

    def is_in(self, other, *, nulls_equal=False):
        """Whether a value is among others.

        Parameters
        ----------
        other : list, Series or Expr
            The others; of an expression all its values, of a list column the list in the row.
        nulls_equal : bool, default False
            Whether null is among others where these have a null; else it gives null.

        Returns
        -------
        Expr
            Of Boolean.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 2, None]})
        >>> frame.select(dl.col("a").is_in([2, 3])).to_series().to_list()
        [False, True, None]
        """
        from .expression import expression
        from .expression import Expr
        if isinstance(other, Expr):
            return self._apply(functions.is_in_list, expression(other._node).implode()
                               if other._node.shape else other)
        values = other.to_list() if hasattr(other, "to_list") else list(other)
        return self._apply(functions.is_in, options=(tuple(map(literal_bytes, values)), nulls_equal))

    def is_between(self, lower_bound, upper_bound, closed="both"):
        """Whether a value lies between two others.

        Parameters
        ----------
        lower_bound, upper_bound : value, str or Expr
            The others; a text names a column.
        closed : {"both", "left", "right", "none"}
            Which of the bounds count.

        Returns
        -------
        Expr
            Of Boolean.

        Raises
        ------
        ValueError
            For another `closed`.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 2, 3]})
        >>> frame.select(dl.col("a").is_between(2, 3, closed="left")).to_series().to_list()
        [False, True, False]
        """
        from .expression import expression
        return self._apply(functions.is_between, lower_bound if not isinstance(lower_bound, str)
                           else expression(Column(lower_bound)),
                           upper_bound if not isinstance(upper_bound, str)
                           else expression(Column(upper_bound)), options=(closed,))

    def clip(self, lower_bound=None, upper_bound=None):
        """The value held between two bounds.

        Parameters
        ----------
        lower_bound, upper_bound : value or Expr, optional
            Either may be left out.

        Returns
        -------
        Expr
            Of the column's type.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [-5, 5, 50]})
        >>> frame.select(dl.col("a").clip(0, 10)).to_series().to_list()
        [0, 5, 10]
        """
        out = self
        if lower_bound is not None:
            out = out._apply(functions.at_least, lower_bound)
        if upper_bound is not None:
            out = out._apply(functions.at_most, upper_bound)
        return out

    def replace(self, old, new=None, *, default=None, **unsupported):
        """Some values replaced, the others kept.

        Parameters
        ----------
        old : dict, value or list
            What is replaced; a dict says by what.
        new : value or list, optional
            By what.

        Returns
        -------
        Expr
            Of the column's type.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 2, 3]})
        >>> frame.select(dl.col("a").replace({1: 100})).to_series().to_list()
        [100, 2, 3]
        """
        if unsupported or default is not None:
            raise NotSupported("replace(default=…) is not supported; use replace_strict")
        return self._apply(functions.replaced, self, options=(pairs_of(old, new), None))

    def replace_strict(self, old, new=None, *, default=NO_DEFAULT, return_dtype=None):
        """All values replaced.

        Parameters
        ----------
        old : dict, value or list
            What is replaced; a dict says by what.
        new : value or list, optional
            By what.
        default : value or Expr, optional
            By what all others are replaced, by null if it is None; without it they end the query.
        return_dtype : data type, optional
            The type of what comes out.

        Returns
        -------
        Expr

        Raises
        ------
        doline.errors.Error
            When the query runs, for a value that has no replacement.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 2]})
        >>> frame.select(dl.col("a").replace_strict({1: "one"}, default="many")).to_series().to_list()
        ['one', 'many']
        """
        pairs = pairs_of(old, new)
        strict = default is NO_DEFAULT
        out = self._apply(functions.replaced, self if strict else default, options=(pairs, strict))
        values = [*old.values()] if isinstance(old, dict) else listed(new)
        if return_dtype is None and {type(v) for v in values} == {int}:
            return_dtype = types.Int64
        return out.cast(return_dtype) if return_dtype is not None else out

    def is_close(self, other, *, abs_tol=0.0, rel_tol=1e-9, nans_equal=False):
        """Whether two numbers differ by no more than a tolerance.

        Parameters
        ----------
        other : value or Expr
            What to compare with.
        abs_tol : float, default 0
            How far at most.
        rel_tol : float, default 1e-9
            How far at most, as a share of the larger one.
        nans_equal : bool, default False
            Whether NaN is close to NaN.

        Returns
        -------
        Expr
            Of Boolean.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1.0, 1.1]})
        >>> frame.select(dl.col("a").is_close(1.0 + 1e-12)).to_series().to_list()
        [True, False]
        """
        other = self._column_of(other)
        bound = (self.abs()._apply("greatest", other.abs()) * rel_tol).clip(lower_bound=abs_tol)
        near = (self == other) | ((self - other).abs() <= bound)
        if nans_equal:
            return near | (self.is_nan() & other.is_nan())
        return near & ~self.is_nan() & ~other.is_nan()

    def bin_intervals(self, breaks, *, labels=None, left_closed=False, include_breaks=False):
        """The newer name of `cut`, whose parameters it has.

        Returns
        -------
        Expr
            Of String.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 5]})
        >>> frame.select(dl.col("a").bin_intervals([2])).to_series().to_list()
        ['(-inf, 2]', '(2, inf]']
        """
        return self.cut(breaks, labels=labels, left_closed=left_closed, include_breaks=include_breaks)

    def index_of(self, element):
        """The position of the first value that equals `element`.

        Parameters
        ----------
        element : value or Expr
            What is looked for.

        Returns
        -------
        Expr
            One UInt32, from 0; null where there is none.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [10, 20, 20]})
        >>> frame.select(dl.col("a").index_of(20)).item()
        1
        """
        return self._aggregate(aggregates.place_of, element)

    def coalesce(self, *others):
        """The first of several values that is not missing, row by row.

        Parameters
        ----------
        *others : value or Expr
            The others.

        Returns
        -------
        Expr

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, None], "b": [5, 6]})
        >>> frame.select(dl.col("a").coalesce(dl.col("b"))).to_series().to_list()
        [1, 6]
        """
        return self._apply("coalesce", *others)

    def cut(self, breaks, *, labels=None, left_closed=False, include_breaks=False):
        """In which of the intervals between `breaks` a value lies, as a label.

        Parameters
        ----------
        breaks : list of float
            Where one interval ends and the next begins, in order.
        labels : list of str, optional
            One more than breaks; made from them if left out.
        left_closed : bool, default False
            Whether a break belongs to the interval that it begins.

        Returns
        -------
        Expr
            Of String.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 5, 9]})
        >>> frame.select(dl.col("a").cut([2, 6])).to_series().to_list()
        ['(-inf, 2]', '(2, 6]', '(6, inf]']
        """
        if include_breaks:
            raise NotSupported("cut(include_breaks=True) is not supported; use when/then")
        return self._apply(functions.cut, options=(tuple(breaks), labels, left_closed))
