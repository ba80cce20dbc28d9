"""Aggregates of an expression."""

from __future__ import annotations

from ..errors import InvalidArgument, error
from . import aggregates
from .nodes import Apply
from .statistics import Statistics


class Aggregations(Statistics):
    """What `Expr` inherits: all rows to one."""

    __slots__ = ()

    def sum(self):
        """The sum; missing values are passed over, and nothing sums to 0.

        Returns
        -------
        Expr
            One value of the column's type; of small integers Int64, of booleans UInt32. Integers
            wrap around.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, None, 3]})
        >>> frame.select(dl.col("a").sum()).item()
        4
        """
        return self._aggregate("wrapping_sum")

    def mean(self):
        """The arithmetic mean; missing values are passed over.

        Returns
        -------
        Expr
            One Float64 (of Float32 a Float32, of times a time); null of nothing.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, None, 4]})
        >>> frame.select(dl.col("a").mean()).item()
        2.5
        """
        return self._aggregate(aggregates.mean)

    def min(self):
        """The least value; of floats the least number, NaN only where there is nothing else.

        Returns
        -------
        Expr
            One value of the column's type; null of nothing.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [2.5, float("nan"), 1.5]})
        >>> frame.select(dl.col("a").min()).item()
        1.5
        """
        return self._aggregate("frame_min")

    def max(self):
        """The greatest value; of floats the greatest number, NaN only where there is nothing else.

        Returns
        -------
        Expr
            One value of the column's type; null of nothing.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [2.5, float("nan"), 1.5]})
        >>> frame.select(dl.col("a").max()).item()
        2.5
        """
        return self._aggregate("frame_max")

    def median(self):
        """The middle value, or the mean of the two in the middle.

        Returns
        -------
        Expr
            One Float64 (of times a time); null of nothing.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 9, 3, 4]})
        >>> frame.select(dl.col("a").median()).item()
        3.5
        """
        return self._aggregate(aggregates.median)

    def std(self, ddof=1):
        """The standard deviation.

        Parameters
        ----------
        ddof : int, default 1
            What is taken from the number of values to divide by: 1 for a sample, 0 for all there
            is.

        Returns
        -------
        Expr
            One Float64; null of no more than `ddof` values.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 3, 5]})
        >>> frame.select(dl.col("a").std()).item()
        2.0
        """
        return self._aggregate(aggregates.standard_deviation, options=(ddof,))

    def var(self, ddof=1):
        """The variance.

        Parameters
        ----------
        ddof : int, default 1
            What is taken from the number of values to divide by: 1 for a sample, 0 for all there
            is.

        Returns
        -------
        Expr
            One Float64; null of no more than `ddof` values.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 3, 5]})
        >>> frame.select(dl.col("a").var()).item()
        4.0
        """
        return self._aggregate(aggregates.variance, options=(ddof,))

    def is_empty(self, *, ignore_nulls=False):
        """Whether there are no values.

        Parameters
        ----------
        ignore_nulls : bool, default False
            Whether missing ones do not count.

        Returns
        -------
        Expr
            One Boolean.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 2]})
        >>> frame.select(dl.col("a").filter(dl.col("a") > 5).is_empty()).item()
        True
        """
        return self._aggregate(aggregates.is_empty, options=(ignore_nulls,))

    def count(self):
        """How many values are not missing.

        Returns
        -------
        Expr
            One UInt32.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, None, 3]})
        >>> frame.select(dl.col("a").count()).item()
        2
        """
        return self._aggregate(aggregates.count)

    def len(self):
        """How many values there are, missing ones too.

        Returns
        -------
        Expr
            One UInt32.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, None, 3]})
        >>> frame.select(dl.col("a").len()).item()
        3
        """
        return self._aggregate(aggregates.length)

    def n_unique(self):
        """How many distinct values there are; null counts as one.

        Returns
        -------
        Expr
            One UInt32.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 1, None]})
        >>> frame.select(dl.col("a").n_unique()).item()
        2
        """
        return self._aggregate(aggregates.distinct_count)

    def approx_n_unique(self):
        """About how many distinct values there are, from a sketch of fixed size.

        Returns
        -------
        Expr
            One UInt32, a few per cent off at most for large columns.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 1, 2]})
        >>> frame.select(dl.col("a").approx_n_unique()).item()
        2
        """
        return self._aggregate(aggregates.approximate_distinct_count)

    def first(self, *, ignore_nulls=False):
        """The first value, in the frame's order.

        Parameters
        ----------
        ignore_nulls : bool, default False
            Whether missing values are passed over.

        Returns
        -------
        Expr
            One value of the column's type; null of nothing.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [None, 2, 3]})
        >>> frame.select(dl.col("a").first(ignore_nulls=True)).item()
        2
        """
        return (self.drop_nulls() if ignore_nulls else self)._aggregate(aggregates.first)
    def last(self, *, ignore_nulls=False):
        """The last value, in the frame's order.

        Parameters
        ----------
        ignore_nulls : bool, default False
            Whether missing values are passed over.

        Returns
        -------
        Expr
            One value of the column's type; null of nothing.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 2, None]})
        >>> frame.select(dl.col("a").last(ignore_nulls=True)).item()
        2
        """
        return (self.drop_nulls() if ignore_nulls else self)._aggregate(aggregates.last)
    def get(self, index, *, null_on_oob=False):
        """The value at a position.

        Parameters
        ----------
        index : int, str or Expr
            From 0, or from the end if negative; a text names a column.
        null_on_oob : bool, default False
            Whether null stands where there is no such position; else it ends the query.

        Returns
        -------
        Expr
            One value of the column's type.

        Raises
        ------
        doline.errors.InvalidArgument
            When the query runs, for a position out of bounds.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 2, 3]})
        >>> frame.select(dl.col("a").get(-1)).item()
        3
        """
        return self._aggregate(aggregates.item_at, self._column_of(index), options=(null_on_oob,))

    def item(self, *, allow_empty=False):
        """The only value.

        Parameters
        ----------
        allow_empty : bool, default False
            Whether no value gives null; else it ends the query.

        Returns
        -------
        Expr
            One value of the column's type.

        Raises
        ------
        doline.errors.InvalidArgument
            When the query runs, for more than one value, or none.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [7]})
        >>> frame.select(dl.col("a").item()).item()
        7
        """
        return self._aggregate(aggregates.only_item, options=(allow_empty,))

    def product(self):
        """The product; missing values are passed over, and nothing multiplies to 1.

        Returns
        -------
        Expr
            One Int64, which wraps around, or Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [2, None, 5]})
        >>> frame.select(dl.col("a").product()).item()
        10
        """
        return self._aggregate(aggregates.product)

    def implode(self, *, maintain_order=True):
        """All values as one list, missing ones too.

        Parameters
        ----------
        maintain_order : bool
            Without effect: they keep their order.

        Returns
        -------
        Expr
            One list.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, None, 3]})
        >>> frame.select(dl.col("a").implode()).item()
        [1, None, 3]
        """
        return self._aggregate("list")

    def arg_min(self):
        """The position of the least value, the first of equals.

        Returns
        -------
        Expr
            One UInt32, from 0; null of nothing.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [3, 1, 2]})
        >>> frame.select(dl.col("a").arg_min()).item()
        1
        """
        return self._aggregate(aggregates.place_of_extreme, options=(False,))

    def arg_max(self):
        """The position of the greatest value, the first of equals.

        Returns
        -------
        Expr
            One UInt32, from 0; null of nothing.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [3, 1, 2]})
        >>> frame.select(dl.col("a").arg_max()).item()
        0
        """
        return self._aggregate(aggregates.place_of_extreme, options=(True,))

    def min_by(self, by):
        """The value of the row in which another column is least.

        Parameters
        ----------
        by : str or Expr
            The other column.

        Returns
        -------
        Expr
            One value of the column's type.

        Examples
        --------
        >>> frame = dl.DataFrame({"name": ["Ann", "Bob"], "age": [34, 27]})
        >>> frame.select(dl.col("name").min_by("age")).item()
        'Bob'
        """
        return self._aggregate(aggregates.value_at_extreme, self._column_of(by),
                               options=(False,))

    def max_by(self, by):
        """The value of the row in which another column is greatest.

        Parameters
        ----------
        by : str or Expr
            The other column.

        Returns
        -------
        Expr
            One value of the column's type.

        Examples
        --------
        >>> frame = dl.DataFrame({"name": ["Ann", "Bob"], "age": [34, 27]})
        >>> frame.select(dl.col("name").max_by("age")).item()
        'Ann'
        """
        return self._aggregate(aggregates.value_at_extreme, self._column_of(by),
                               options=(True,))

    def nan_min(self):
        """The least value, but NaN if there is one.

        Returns
        -------
        Expr
            One value of the column's type.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [2.0, float("nan"), 1.0]})
        >>> frame.select(dl.col("a").nan_min()).item()
        nan
        """
        return self._aggregate(aggregates.extreme_or_nan, options=(False,))

    def nan_max(self):
        """The greatest value, but NaN if there is one.

        Returns
        -------
        Expr
            One value of the column's type.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [2.0, float("nan"), 1.0]})
        >>> frame.select(dl.col("a").nan_max()).item()
        nan
        """
        return self._aggregate(aggregates.extreme_or_nan, options=(True,))

    def any(self, *, ignore_nulls=True):
        """Whether any value is true.

        Parameters
        ----------
        ignore_nulls : bool, default True
            Whether missing values are passed over; else one of them makes null of what is not true
            anyhow.

        Returns
        -------
        Expr
            One Boolean; false of nothing.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [False, None, True]})
        >>> frame.select(dl.col("a").any()).item()
        True
        """
        return self._aggregate(aggregates.any_true if ignore_nulls else aggregates.any_true_or_null)

    def all(self, *, ignore_nulls=True):
        """Whether all values are true.

        Parameters
        ----------
        ignore_nulls : bool, default True
            Whether missing values are passed over; else one of them makes null of what is not false
            anyhow.

        Returns
        -------
        Expr
            One Boolean; true of nothing.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [True, None]})
        >>> frame.select(dl.col("a").all()).item()
        True
        """
        return self._aggregate(aggregates.all_true if ignore_nulls else aggregates.all_true_or_null)

    def quantile(self, quantile, interpolation="nearest"):
        """The value below which a share of the values lies.

        Parameters
        ----------
        quantile : float, str, Expr or list of float
            The share, from 0 to 1; a text names a column.
        interpolation : {"nearest", "lower", "higher", "midpoint", "linear", "equiprobable"}
            What is taken where the share falls between two values.

        Returns
        -------
        Expr
            One Float64; null of nothing. Of a list of shares a list of these.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 2, 3, 10]})
        >>> frame.select(dl.col("a").quantile(0.75, "linear")).item()
        4.75
        """
        if interpolation not in aggregates.INTERPOLATIONS:
            raise error(InvalidArgument, f"no interpolation is called {interpolation!r}",
                        f"{', '.join(aggregates.INTERPOLATIONS)} are")
        if isinstance(quantile, (list, tuple)):
            return self._made(Apply("list_value", tuple(self.quantile(share, interpolation)._node
                                                        for share in quantile)))
        if isinstance(quantile, (int, float)):
            return self._aggregate(aggregates.quantile, options=(quantile, interpolation))
        return self._aggregate(aggregates.quantile, self._column_of(quantile), options=(interpolation,))
