"""One row of statistics over each column."""

from __future__ import annotations

from . import datatypes as types
from .expr import build as b


def _is_number(dtype):
    return dtype.is_numeric() or dtype == types.Boolean


# aggregate → which types have it; of a column of another type it is null.
_HAS = {
    "sum": lambda t: _is_number(t) or isinstance(t, types.Duration),
    "mean": lambda t: _is_number(t) or t.is_temporal(),
    "median": lambda t: _is_number(t) or t.is_temporal(),
    "std": _is_number, "var": _is_number,
    "quantile": lambda t: t.is_numeric() or t.is_temporal(),
    "min": lambda t: not t.is_nested(), "max": lambda t: not t.is_nested(), "product": _is_number,
}
_OF_NUMBERS = ("std", "var", "median", "product")  # which take truths as 0 and 1


def _of_every_column(columns, name, *arguments, **options):
    """The aggregate `name` of each column of a frame; null where its type has no such."""
    from .expr.construct import all as every, col, lit
    has = _HAS.get(name)
    if has is None or all(dtype.is_numeric() for dtype in columns.types.values()):
        return [getattr(every(), name)(*arguments, **options)]
    return [_of_column(col(key), dtype, lambda column: getattr(column, name)(*arguments, **options), name)
            if has(dtype) else lit(None, dtype).alias(key) for key, dtype in columns.types.items()]


def _of_column(column, dtype, aggregate, name):
    """The aggregate of one column: where only numbers have it, of the number that stands for a value."""
    if dtype == types.Boolean and name in _OF_NUMBERS:
        return aggregate(column.cast(types.Int64))
    if isinstance(dtype, types.Duration) and name == "quantile":
        return aggregate(column.dt.total_microseconds()).cast(types.Int64)._apply(_as_duration)
    if name == "quantile" and (dtype == types.Date or getattr(dtype, "time_unit", "") in ("us", "ms")):
        made = aggregate(column.cast(types.Datetime("us")).dt.epoch("us")).cast(types.Int64)
        made = made.cast(types.Datetime("us"))
        return made if dtype == types.Date else made.cast(dtype)
    return aggregate(column)


def _as_duration(microseconds):
    return b.cast(b.call("to_microseconds", microseconds), types.Duration("us"))


class ColumnStatistics:
    """What `LazyFrame` inherits: aggregates of every column."""

    def product(self):
        """The product of each column.

        Returns
        -------
        LazyFrame or DataFrame
            One row.

        Examples
        --------
        >>> dl.DataFrame({"a": [2, 5]}).product().rows()
        [(10,)]
        """
        return self._aggregated("product")

    def _aggregated(self, name, *arguments, **options):
        return self.select(_of_every_column(self, name, *arguments, **options))

    def sum(self):
        """The sum of each column; 0 of nothing, null of what has no sum.

        Returns
        -------
        LazyFrame or DataFrame
            One row.

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2], "b": [0.5, None]}).sum().rows()
        [(3, 0.5)]
        """
        return self._aggregated("sum")

    def mean(self):
        """The mean of each column.

        Returns
        -------
        LazyFrame or DataFrame
            One row.

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2]}).mean().rows()
        [(1.5,)]
        """
        return self._aggregated("mean")

    def min(self):
        """The least value of each column; of floats the least number.

        Returns
        -------
        LazyFrame or DataFrame
            One row.

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2], "b": ["y", "x"]}).min().rows()
        [(1, 'x')]
        """
        return self._aggregated("min")

    def max(self):
        """The greatest value of each column; of floats the greatest number.

        Returns
        -------
        LazyFrame or DataFrame
            One row.

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2], "b": ["y", "x"]}).max().rows()
        [(2, 'y')]
        """
        return self._aggregated("max")

    def median(self):
        """The median of each column.

        Returns
        -------
        LazyFrame or DataFrame
            One row.

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2, 9]}).median().rows()
        [(2.0,)]
        """
        return self._aggregated("median")

    def std(self, ddof=1):
        """The standard deviation of each column.

        Parameters
        ----------
        ddof : int, default 1
            1 for a sample, 0 for all there is.

        Returns
        -------
        LazyFrame or DataFrame
            One row.

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 3, 5]}).std().rows()
        [(2.0,)]
        """
        return self._aggregated("std", ddof)

    def var(self, ddof=1):
        """The variance of each column.

        Parameters
        ----------
        ddof : int, default 1
            1 for a sample, 0 for all there is.

        Returns
        -------
        LazyFrame or DataFrame
            One row.

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 3, 5]}).var().rows()
        [(4.0,)]
        """
        return self._aggregated("var", ddof)

    def count(self):
        """How many values of each column are not missing.

        Returns
        -------
        LazyFrame or DataFrame
            One row.

        Examples
        --------
        >>> dl.DataFrame({"a": [1, None]}).count().rows()
        [(1,)]
        """
        return self._aggregated("count")

    def null_count(self):
        """How many values of each column are missing.

        Returns
        -------
        LazyFrame or DataFrame
            One row.

        Examples
        --------
        >>> dl.DataFrame({"a": [1, None]}).null_count().rows()
        [(1,)]
        """
        return self._aggregated("null_count")

    def quantile(self, quantile, interpolation="nearest"):
        """A quantile of each column.

        Parameters
        ----------
        quantile : float
            The share of values below it, from 0 to 1.
        interpolation : {"nearest", "lower", "higher", "midpoint", "linear"}
            What is taken between two values.

        Returns
        -------
        LazyFrame or DataFrame
            One row.

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2, 3, 10]}).quantile(0.5, "higher").rows()
        [(3.0,)]
        """
        return self._aggregated("quantile", quantile, interpolation)

    def describe(self, percentiles=(0.25, 0.5, 0.75), *, interpolation="nearest"):
        """Statistics of each column: counts, mean, spread, extremes and quantiles.

        Parameters
        ----------
        percentiles : float or list of float, optional
            Which quantiles.
        interpolation : str, default "nearest"
            As of `quantile`.

        Returns
        -------
        DataFrame
            A row for each statistic. The query is run.

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2, 3]}).describe().row(2)
        ('mean', 2.0)
        """
        from .describing import describe
        return describe(self, percentiles, interpolation)
