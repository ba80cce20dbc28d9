"""Functions of the rows up to each row."""

from __future__ import annotations

from ..errors import NotSupported
from . import windows
from .literals import as_node, interval_bytes, literal_bytes
from .nodes import Window


class RollingFunctions:
    """What `Expr` inherits: windows that move with the row."""

    __slots__ = ()

    def _rolling(self, name, window_size, min_samples, center, weights=None, options=()):
        if weights is not None:
            raise NotSupported("rolling functions with weights are not supported; multiply and sum "
                               "shifted columns")
        least = window_size if min_samples is None else min_samples
        return self._window(windows.rolling, name, window_size, least, center, options)

    def rolling_sum(self, window_size, weights=None, *, min_samples=None, center=False):
        """The sum of the last rows up to each row.

        Parameters
        ----------
        window_size : int
            How many rows, the row itself among them.
        weights : None
            Weights are not supported.
        min_samples : int, optional
            How many known values it takes for a result; `window_size` if left out.
        center : bool, default False
            Whether the row stands in the window's middle.

        Returns
        -------
        Expr
            As `sum` gives, as long as the column.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 2, 3, 4]})
        >>> frame.select(dl.col("a").rolling_sum(2)).to_series().to_list()
        [None, 3, 5, 7]
        """
        return self._rolling("wrapping_sum", window_size, min_samples, center, weights)

    def rolling_mean(self, window_size, weights=None, *, min_samples=None, center=False):
        """The mean of the last rows up to each row.

        Parameters
        ----------
        window_size : int
            How many rows, the row itself among them.
        weights : None
            Weights are not supported.
        min_samples : int, optional
            How many known values it takes for a result; `window_size` if left out.
        center : bool, default False
            Whether the row stands in the window's middle.

        Returns
        -------
        Expr
            Of Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 2, 3, 4]})
        >>> frame.select(dl.col("a").rolling_mean(2, min_samples=1)).to_series().to_list()
        [1.0, 1.5, 2.5, 3.5]
        """
        return self._rolling("frame_mean", window_size, min_samples, center, weights)

    def rolling_min(self, window_size, weights=None, *, min_samples=None, center=False):
        """The least of the last rows up to each row. Parameters are those of `rolling_sum`.

        Returns
        -------
        Expr
            Of the column's type and length.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [3, 1, 2]})
        >>> frame.select(dl.col("a").rolling_min(2)).to_series().to_list()
        [None, 1, 1]
        """
        return self._rolling("frame_min", window_size, min_samples, center, weights)

    def rolling_max(self, window_size, weights=None, *, min_samples=None, center=False):
        """The greatest of the last rows up to each row. Parameters are those of `rolling_sum`.

        Returns
        -------
        Expr
            Of the column's type and length.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [3, 1, 2]})
        >>> frame.select(dl.col("a").rolling_max(2)).to_series().to_list()
        [None, 3, 2]
        """
        return self._rolling("frame_max", window_size, min_samples, center, weights)

    def rolling_median(self, window_size, weights=None, *, min_samples=None, center=False):
        """The median of the last rows up to each row. Parameters are those of `rolling_sum`.

        Returns
        -------
        Expr
            Of Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [3, 1, 2]})
        >>> frame.select(dl.col("a").rolling_median(3)).to_series().to_list()
        [None, None, 2.0]
        """
        return self._rolling("median", window_size, min_samples, center, weights)

    def rolling_std(self, window_size, weights=None, *, min_samples=None, center=False, ddof=1):
        """The standard deviation of the last rows up to each row. Parameters are those of
        `rolling_sum`, and:

        Parameters
        ----------
        ddof : int, default 1
            1 for a sample, 0 for all there is.

        Returns
        -------
        Expr
            Of Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 3, 7]})
        >>> frame.select(dl.col("a").rolling_std(2, ddof=0)).to_series().to_list()
        [None, 1.0, 2.0]
        """
        return self._rolling("stddev_samp" if ddof else "stddev_pop", window_size, min_samples,
                             center, weights)

    def rolling_var(self, window_size, weights=None, *, min_samples=None, center=False, ddof=1):
        """The variance of the last rows up to each row. Parameters are those of `rolling_sum`, and:

        Parameters
        ----------
        ddof : int, default 1
            1 for a sample, 0 for all there is.

        Returns
        -------
        Expr
            Of Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 3, 7]})
        >>> frame.select(dl.col("a").rolling_var(2, ddof=0)).to_series().to_list()
        [None, 1.0, 4.0]
        """
        return self._rolling("var_samp" if ddof else "var_pop", window_size, min_samples, center,
                             weights)

    def rolling_quantile(self, quantile, interpolation="linear", window_size=2, weights=None, *,
                         min_samples=None, center=False):
        """A quantile of the last rows up to each row, between two values where it falls there.

        Parameters
        ----------
        quantile : float
            From 0 to 1.
        interpolation : {"linear"}
            The only one there is.
        window_size : int, default 2
            How many rows, the row itself among them.

        Returns
        -------
        Expr
            Of Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 3, 7]})
        >>> frame.select(dl.col("a").rolling_quantile(0.5, window_size=2)).to_series().to_list()
        [None, 2.0, 5.0]
        """
        if interpolation != "linear":
            raise NotSupported("rolling_quantile interpolates linearly here; pass interpolation='linear'")
        return self._rolling("quantile_cont", window_size, min_samples, center, weights,
                             (literal_bytes(float(quantile)),))

    def rolling_median_by(self, by, window_size, *, min_samples=1, closed="right"):
        """The median of the rows in a period up to each row's time. Parameters are those of
        `rolling_sum_by`.

        Returns
        -------
        Expr
            Of Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"t": [0, 1, 5], "v": [1, 2, 3]}).with_columns(dl.from_epoch("t"))
        >>> frame.select(dl.col("v").rolling_median_by("t", "2s")).to_series().to_list()
        [1.0, 1.5, 3.0]
        """
        return self._rolling_by("median", by, window_size, min_samples, closed)

    def rolling_std_by(self, by, window_size, *, min_samples=1, closed="right", ddof=1):
        """The standard deviation of the rows in a period up to each row's time. Parameters are
        those of `rolling_sum_by`, and:

        Parameters
        ----------
        ddof : int, default 1
            1 for a sample, 0 for all there is.

        Returns
        -------
        Expr
            Of Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"t": [0, 1, 5], "v": [1, 2, 3]}).with_columns(dl.from_epoch("t"))
        >>> frame.select(dl.col("v").rolling_std_by("t", "2s")).to_series().to_list()
        [None, 0.7071067811865476, None]
        """
        return self._rolling_by("stddev_samp" if ddof else "stddev_pop", by, window_size, min_samples,
                                closed)

    def rolling_var_by(self, by, window_size, *, min_samples=1, closed="right", ddof=1):
        """The variance of the rows in a period up to each row's time. Parameters are those of
        `rolling_sum_by`, and:

        Parameters
        ----------
        ddof : int, default 1
            1 for a sample, 0 for all there is.

        Returns
        -------
        Expr
            Of Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"t": [0, 1, 5], "v": [1, 2, 3]}).with_columns(dl.from_epoch("t"))
        >>> frame.select(dl.col("v").rolling_var_by("t", "2s")).to_series().to_list()
        [None, 0.5, None]
        """
        return self._rolling_by("var_samp" if ddof else "var_pop", by, window_size, min_samples, closed)

    def _rolling_by(self, name, by, window_size, min_samples, closed):
        node = Window(windows.rolling_by, (self._node, as_node(by)),
                      (name, interval_bytes(window_size), min_samples, closed))
        return self._made(node)

    def rolling_sum_by(self, by, window_size, *, min_samples=1, closed="right"):
        """The sum of the rows that lie in a period up to each row's time.

        Parameters
        ----------
        by : str or Expr
            The column of times.
        window_size : str or timedelta
            How long the period is, such as "2h".
        min_samples : int, default 1
            How many known values it takes for a result.
        closed : {"right", "left", "both", "none"}
            Which ends belong to the period.

        Returns
        -------
        Expr
            As `sum` gives, as long as the column.

        Examples
        --------
        >>> frame = dl.DataFrame({"t": [0, 1, 5], "v": [1, 2, 3]}).with_columns(dl.from_epoch("t"))
        >>> frame.select(dl.col("v").rolling_sum_by("t", "2s")).to_series().to_list()
        [1, 3, 3]
        """
        return self._rolling_by("wrapping_sum", by, window_size, min_samples, closed)

    def rolling_mean_by(self, by, window_size, *, min_samples=1, closed="right"):
        """The mean of the rows in a period up to each row's time. Parameters are those of
        `rolling_sum_by`.

        Returns
        -------
        Expr
            Of Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"t": [0, 1, 5], "v": [1, 2, 3]}).with_columns(dl.from_epoch("t"))
        >>> frame.select(dl.col("v").rolling_mean_by("t", "2s")).to_series().to_list()
        [1.0, 1.5, 3.0]
        """
        return self._rolling_by("frame_mean", by, window_size, min_samples, closed)

    def rolling_min_by(self, by, window_size, *, min_samples=1, closed="right"):
        """The least of the rows in a period up to each row's time. Parameters are those of
        `rolling_sum_by`.

        Returns
        -------
        Expr
            Of the column's type and length.

        Examples
        --------
        >>> frame = dl.DataFrame({"t": [0, 1, 5], "v": [1, 2, 3]}).with_columns(dl.from_epoch("t"))
        >>> frame.select(dl.col("v").rolling_min_by("t", "2s")).to_series().to_list()
        [1, 1, 3]
        """
        return self._rolling_by("frame_min", by, window_size, min_samples, closed)

    def rolling_max_by(self, by, window_size, *, min_samples=1, closed="right"):
        """The greatest of the rows in a period up to each row's time. Parameters are those of
        `rolling_sum_by`.

        Returns
        -------
        Expr
            Of the column's type and length.

        Examples
        --------
        >>> frame = dl.DataFrame({"t": [0, 1, 5], "v": [1, 2, 3]}).with_columns(dl.from_epoch("t"))
        >>> frame.select(dl.col("v").rolling_max_by("t", "2s")).to_series().to_list()
        [1, 2, 3]
        """
        return self._rolling_by("frame_max", by, window_size, min_samples, closed)
