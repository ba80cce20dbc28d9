"""One row of statistics over each column."""

from __future__ import annotations



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
        from .expr.construct import all as every
        return self.select(getattr(every(), name)(*arguments, **options))

    def sum(self):
        """The sum of each column; 0 of nothing.

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
        percentiles : float or list of float
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
