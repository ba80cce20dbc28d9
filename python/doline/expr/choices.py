"""Choices between values: membership, bounds, replacements."""

from __future__ import annotations

from .. import datatypes as types
from ..errors import InvalidArgument, NotSupported, error
from . import aggregates, functions
from .arguments import listed, pairs_of, value_node
from .literals import literal_bytes
from .nodes import COLUMN, REARRANGED, Aggregate, Apply, Column, Typed, output_name


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
        if hasattr(other, "_node") and not hasattr(other, "to_list"):
            lists = other._node
            if lists.shape == REARRANGED:
                lists = Aggregate("list", (lists,))
            elif lists.shape == COLUMN:  # of lists: that in the row; else all values
                lists = Typed(functions.one_or_all, (lists, Aggregate(aggregates.distinct_values, (lists,))))
            else:
                lists = Apply("frame_as_list", (lists,))
            return self._made(Apply(functions.is_in_list, (self._node, lists), (nulls_equal,)))
        values = other.to_list() if hasattr(other, "to_list") else \
            other.tolist() if hasattr(other, "tolist") else list(other)
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
            out = self._made(Typed(functions.at_most, (out._node, value_node(upper_bound))))
        return out

    def replace(self, old, new=None):
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

    def bin_intervals(self, intervals, *, labels, include_intervals=False, right_closed=False):
        """In which of the intervals between breaks a value lies.

        Parameters
        ----------
        intervals : list of values
            Where one interval ends and the next begins, in order.
        labels : list of str, or False
            One more than breaks; False gives the intervals' numbers, from 0.
        include_intervals : bool, default False
            Not supported.
        right_closed : bool, default False
            Whether a break belongs to the interval that it ends; else to that which it begins.

        Returns
        -------
        Expr
            Of an Enum of the labels, or of UInt32.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 5]})
        >>> frame.select(dl.col("a").bin_intervals([2], labels=["low", "high"])).to_series().to_list()
        ['low', 'high']
        """
        if isinstance(intervals, int) or include_intervals:
            raise error(NotSupported, "bin_intervals of equal widths, and with intervals, is not supported",
                        "give breaks")
        given = intervals.to_list() if hasattr(intervals, "to_list") else intervals
        edges = tuple(map(literal_bytes, given))
        values = range(len(edges) + 1) if labels is False else _checked_labels(labels, edges)
        dtype = types.UInt32 if labels is False else types.Enum(list(values))
        return self._apply(functions.cut, options=(edges, tuple(map(literal_bytes, values)),
                                                   not right_closed)).cast(dtype)

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
        include_breaks : bool, default False
            Whether the end of the interval is given too.

        Returns
        -------
        Expr
            Of an Enum of the labels; with breaks of structs of `breakpoint` and `category`.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 5, 9]})
        >>> frame.select(dl.col("a").cut([2, 6])).to_series().to_list()
        ['(-inf, 2]', '(2, 6]', '(6, inf]']
        """
        edges = tuple(map(literal_bytes, breaks))
        names = functions.interval_labels(breaks, left_closed) if labels is None \
            else _checked_labels(labels, edges)
        category = self._apply(functions.cut, options=(edges, tuple(map(literal_bytes, names)), left_closed))
        category = category.cast(types.Enum(list(names)))
        if not include_breaks:
            return category
        from .across_columns import struct
        ends = tuple(literal_bytes(float(end)) for end in (*breaks, float("inf")))
        ends = self._apply(functions.cut, options=(edges, ends, left_closed))
        made = struct(ends.alias("breakpoint"), category.alias("category"))
        return made.alias(output_name(self._node))


def _checked_labels(labels, edges):
    if len(labels) != len(edges) + 1:
        raise error(InvalidArgument, f"{len(edges)} breaks need {len(edges) + 1} labels, not {len(labels)}")
    return tuple(labels)
