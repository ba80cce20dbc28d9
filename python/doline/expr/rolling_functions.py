"""Functions of the rows up to each row."""

from __future__ import annotations

from ..errors import NotSupported
from ..periods import Period
from . import aggregates
from .literals import as_node, literal_bytes
from .nodes import COLUMN, Aggregate, Rolling, Window
from .rolling import of_period, of_rows, rank_of_last, weighted, window_frame


def _ddof(sample, population, ddof):
    if ddof not in (0, 1):
        raise NotSupported("rolling functions take 0 or 1 for ddof")
    return sample if ddof else population


class RollingFunctions:
    """What `Expr` inherits: windows that move with the row."""

    __slots__ = ()

    def rolling(self, index_column, *, period, offset=None, closed="right"):
        """The aggregate over each row's window of time.

        Parameters
        ----------
        index_column : str or Expr
            Dates, datetimes or integers.
        period : str or timedelta
            How long the window is; of integers "10i".
        offset : str or timedelta, optional
            How far from the row's time it begins; the period before it if left out.
        closed : {"left", "right", "both", "none"}
            Which ends belong to it.

        Returns
        -------
        Expr
            As long as the column; what is no aggregate becomes a list.

        Raises
        ------
        ValueError
            For another `closed`, and a period that is not longer than nothing.

        Examples
        --------
        >>> frame = dl.DataFrame({"i": [1, 2, 4], "v": [1, 10, 100]})
        >>> frame.select(dl.col("v").sum().rolling("i", period="2i")).to_series().to_list()
        [1, 11, 100]
        """
        node = self._node
        if node.shape == COLUMN:
            node = Aggregate("list", (node,))
        frame = window_frame(Period(period), None if offset is None else Period(offset), closed)
        return self._made(Rolling(node, as_node(index_column), frame, bool(Period(period).units)))

    def _rolling(self, build, window_size, min_samples, center, options=()):
        least = window_size if min_samples is None else min_samples
        return self._made(Window(of_rows, (self._node,), (build, window_size, least, center, options)))

    def _weighted(self, build, window_size, weights, min_samples, center):
        if weights is None:
            return self._rolling(build, window_size, min_samples, center)
        if len(weights) != window_size or min_samples not in (None, window_size):
            raise NotSupported("weights are supported for whole windows: as many as window_size, and no "
                               "min_samples")
        return self._made(Window(weighted, (self._node,), (tuple(weights), window_size, center,
                                                           build == "frame_mean")))

    def _rolling_by(self, build, by, window_size, min_samples, closed, options=()):
        return self._made(Window(of_period, (self._node, as_node(by)),
                                 (build, Period(window_size), min_samples, closed, options)))

    def rolling_sum(self, window_size, weights=None, *, min_samples=None, center=False):
        """The sum of the last rows up to each row.

        Parameters
        ----------
        window_size : int
            How many rows, the row itself among them.
        weights : list of float, optional
            By what the window's rows are multiplied: as many as `window_size`.
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
        return self._weighted("wrapping_sum", window_size, weights, min_samples, center)

    def rolling_mean(self, window_size, weights=None, *, min_samples=None, center=False):
        """The mean of the last rows up to each row.

        Parameters
        ----------
        window_size : int
            How many rows, the row itself among them.
        weights : list of float, optional
            By what the window's rows are multiplied: as many as `window_size`.
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
        return self._weighted("frame_mean", window_size, weights, min_samples, center)

    def _plain(self, build, window_size, weights, min_samples, center, options=()):
        if weights is not None:
            raise NotSupported("weights are supported by rolling_sum and rolling_mean")
        return self._rolling(build, window_size, min_samples, center, options)

    def rolling_min(self, window_size, weights=None, *, min_samples=None, center=False):
        """The least of the last rows up to each row. Parameters are those of `rolling_sum`, which alone
        has weights, with `rolling_mean`.

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
        return self._plain("frame_min", window_size, weights, min_samples, center)

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
        return self._plain("frame_max", window_size, weights, min_samples, center)

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
        return self._plain("median", window_size, weights, min_samples, center)

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
        return self._plain(_ddof("stddev_samp", "stddev_pop", ddof), window_size, weights, min_samples,
                           center)

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
        return self._plain(_ddof("var_samp", "var_pop", ddof), window_size, weights, min_samples, center)

    def rolling_skew(self, window_size, *, bias=True, min_samples=None, center=False):
        """How lopsided the last rows up to each row lie. Parameters are those of `rolling_sum`, and:

        Parameters
        ----------
        bias : bool, default True
            Whether the rows are all there are; else a sample.

        Returns
        -------
        Expr
            Of Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 2, 3]})
        >>> frame.select(dl.col("a").rolling_skew(3)).to_series().to_list()
        [None, None, 0.0]
        """
        return self._rolling(aggregates.skew, window_size, min_samples, center, (bias,))

    def rolling_kurtosis(self, window_size, *, fisher=True, bias=True, min_samples=None, center=False):
        """How heavy the tails of the last rows up to each row are. Parameters are those of
        `rolling_sum`, and:

        Parameters
        ----------
        fisher : bool, default True
            Whether that of the normal distribution, 3, is taken off.
        bias : bool, default True
            Whether the rows are all there are; else a sample.

        Returns
        -------
        Expr
            Of Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 1, 3, 3]})
        >>> frame.select(dl.col("a").rolling_kurtosis(4)).to_series().to_list()
        [None, None, None, -2.0]
        """
        return self._rolling(aggregates.kurtosis, window_size, min_samples, center, (fisher, bias))

    def rolling_quantile(self, quantile, interpolation="nearest", window_size=2, weights=None, *,
                         min_samples=None, center=False):
        """A quantile of the last rows up to each row.

        Parameters
        ----------
        quantile : float
            From 0 to 1.
        interpolation : {"nearest", "lower", "higher", "midpoint", "linear"}
            What is taken between two values.
        window_size : int, default 2
            How many rows, the row itself among them.
        weights : None
            Not supported here.
        min_samples, center
            As of `rolling_sum`.

        Returns
        -------
        Expr
            Of Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 3, 7]})
        >>> frame.select(dl.col("a").rolling_quantile(0.5, "linear", window_size=2)).to_series().to_list()
        [None, 2.0, 5.0]
        """
        return self._plain(aggregates.quantile, window_size, weights, min_samples, center,
                           (literal_bytes(float(quantile)), interpolation))

    def rolling_rank(self, window_size, method="average", *, seed=None, min_samples=None, center=False):
        """The rank of each value among the last rows up to it.

        Parameters
        ----------
        window_size : int
            How many rows, the row itself among them.
        method : {"average", "min", "max", "dense"}
            What becomes of equal values.
        seed : int, optional
            Without effect.
        min_samples : int, optional
            How many known values it takes for a result; `window_size` if left out.
        center : False
            Not supported.

        Returns
        -------
        Expr
            Of UInt32; of Float64 for "average".

        Raises
        ------
        doline.NotSupported
            With `center`, and for another `method`.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [3, 1, 2]})
        >>> frame.select(dl.col("a").rolling_rank(2, "min")).to_series().to_list()
        [None, 1, 2]
        """
        if center:
            raise NotSupported("rolling_rank ranks the last row of a window, not one in its middle")
        return self._rolling(rank_of_last, window_size, min_samples, False, (method,))

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
        return self._rolling_by(_ddof("stddev_samp", "stddev_pop", ddof), by, window_size, min_samples,
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
        return self._rolling_by(_ddof("var_samp", "var_pop", ddof), by, window_size, min_samples, closed)

    def rolling_quantile_by(self, by, window_size, *, quantile, interpolation="nearest", min_samples=1,
                            closed="right"):
        """A quantile of the rows in a period up to each row's time. Parameters are those of
        `rolling_sum_by`, and:

        Parameters
        ----------
        quantile : float
            From 0 to 1.
        interpolation : {"nearest", "lower", "higher", "midpoint", "linear"}
            What is taken between two values.

        Returns
        -------
        Expr
            Of Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"t": [0, 1, 5], "v": [1, 2, 3]}).with_columns(dl.from_epoch("t"))
        >>> frame.select(dl.col("v").rolling_quantile_by("t", "2s", quantile=0)).to_series().to_list()
        [1.0, 1.0, 3.0]
        """
        return self._rolling_by(aggregates.quantile, by, window_size, min_samples, closed,
                                (literal_bytes(float(quantile)), interpolation))
