"""Rolling functions: aggregates of the rows around each row, by number or by time."""

from __future__ import annotations

from .. import _nodes as n
from ..datatypes import Float64, UInt32
from ..errors import InvalidArgument, NotSupported, error
from ..periods import Period
from . import aggregates, build as b
from .literals import as_node, literal_bytes
from .nodes import COLUMN, Aggregate, Rolling, Window
from .windows import rows_between


def window_frame(period, offset, closed):
    """The frame of the rows from `offset` behind this one (by default the period before) on.

    Parameters
    ----------
    period, offset : Period
        `offset` may be None.
    closed : {"left", "right", "both", "none"}
        Which of the ends belong to it.

    Returns
    -------
    tuple
        Arguments of a window's specification.
    """
    if closed not in ("left", "right", "both", "none"):
        raise error(InvalidArgument, f"closed is 'left', 'right', 'both' or 'none', not {closed!r}")
    if period.sign <= 0:
        raise error(InvalidArgument, "a period is longer than nothing")
    begin = -period if offset is None else offset
    end = period + begin
    if offset is not None and end and (period.months and offset.micros or period.micros and offset.months):
        raise error(NotSupported, "an offset and a period of which one is months and the other is not are "
                    "not supported: ends of months would be missed",
                    "join_where says any window")
    least = Period.of(units=1) if period.units else Period.of(micros=1)
    if closed in ("right", "none"):
        begin = begin + least
    if closed in ("left", "none"):
        end = end + -least
    return n.FRAME_UNIT_RANGE, _edge(begin), _edge(end)


def _edge(distance):
    if not distance:
        return n.frame_bound(n.FRAME_EDGE_CURRENT_ROW)
    toward = n.FRAME_EDGE_FOLLOWING if distance.sign > 0 else n.FRAME_EDGE_PRECEDING
    far = distance if distance.sign > 0 else -distance
    return n.frame_bound(toward, b.integer(far.units) if far.units else far.interval())


def _aggregate(window, x, build, options, minimum, frame, order):
    """An aggregate of a frame's rows; NULL where fewer than `minimum` have values."""
    def call(name, *values, distinct=False, order=(), where=None):
        return window(name, *values, frame=frame, order=by, where=where, distinct=distinct, inside=order)
    by = order
    value = call(build, x, *options) if isinstance(build, str) else build(call, x, *options)
    return b.condition(b.greater_or_equal(call("count", x), b.integer(minimum)), value)


def of_rows(window, x, build, size, minimum, center, options):
    """An aggregate of the last `size` rows, or those around."""
    after = (size - 1) // 2 if center else 0
    return _aggregate(window, x, build, options, minimum, rows_between(size - 1 - after, after), None)


def of_period(window, x, by, build, period, minimum, closed, options):
    """An aggregate of the rows whose `by` lies within a period before this row's."""
    frame = window_frame(period, None, closed)
    return _aggregate(window, x, build, options, minimum, frame, (b.order_item(by),))


# These go by an order of their own, so that the frame's has to be restored.
of_period.reorders = True


def weighted(window, x, weights, minimum, center, is_mean):
    """The sum or mean of the last rows, each times its weight. Missing values give none."""
    after = (len(weights) - 1) // 2 if center else 0
    total = None
    for place, weight in enumerate(weights):
        before = len(weights) - 1 - after - place
        value = b.cast(x, Float64)
        if before:
            value = window("lag" if before > 0 else "lead", value, b.integer(abs(before)))
        part = b.operator("*", value, literal_bytes(float(weight)))
        total = part if total is None else b.operator("+", total, part)
    return b.operator("/", total, literal_bytes(float(sum(weights)))) if is_mean else total


def rank_of_last(call, x, method):
    """The rank of the last value among all."""
    values = b.column("__doline_values")
    last = b.call("list_extract", values, b.integer(-1))

    def less(compare, among):
        chosen = b.call("list_filter", among, b.one_lambda("element", compare(b.column("element"), last)))
        return b.call("length", chosen)
    least = b.operator("+", less(b.less, values), b.integer(1))
    most = less(b.less_or_equal, values)
    if method == "average":
        rank = b.operator("/", b.cast(b.operator("+", least, most), Float64), b.integer(2))
    elif method in ("min", "max", "dense"):
        distinct = b.operator("+", less(b.less, b.call("list_distinct", values)), b.integer(1))
        rank = b.cast({"min": least, "max": most, "dense": distinct}[method], UInt32)
    else:
        raise error(NotSupported, f"rolling_rank({method!r}) is not supported",
                    "use 'average', 'min', 'max' or 'dense'")
    return b.let(call("list", x), "__doline_values", rank)




class RollingFunctions:
    """What `Expr` inherits: aggregates of the rows around each row."""

    __slots__ = ()

    def rolling(self, index_column, *, period, offset=None, closed="right"):
        """The aggregate of each row's window of time.

        Parameters
        ----------
        index_column : str or Expr
            Dates, datetimes or integers.
        period, offset : str or timedelta
            How long the window is, and how far from the row it begins: the period before it if left out.
        closed : {"left", "right", "both", "none"}

        Examples
        --------
        >>> import doline as dl
        >>> frame = dl.DataFrame({"i": [1, 2, 4], "v": [1, 10, 100]})
        >>> frame.select(dl.col("v").sum().rolling("i", period="2i")).rows()
        [(1,), (11,), (100,)]
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
            raise error(NotSupported, "weights are supported for whole windows: as many as window_size, "
                        "and no min_samples")
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
            raise error(NotSupported, "weights are supported by rolling_sum and rolling_mean")
        return self._rolling(build, window_size, min_samples, center, options)

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
        return self._plain(aggregates.standard_deviation, window_size, weights, min_samples, center, (ddof,))

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
        return self._plain(aggregates.variance, window_size, weights, min_samples, center, (ddof,))

    def rolling_skew(self, window_size, *, bias=True, min_samples=None, center=False):
        """How lopsided the last rows up to each row lie around their mean.

        Parameters
        ----------
        window_size : int
            How many rows, the row itself among them.
        bias : bool, default True
            Whether the window's own moments are taken; else they are corrected for its size.
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
        >>> frame = dl.DataFrame({"a": [1, 2, 9]})
        >>> frame.select(dl.col("a").rolling_skew(3).round(6)).to_series().to_list()
        [None, None, 0.665469]
        """
        return self._rolling(aggregates.skew, window_size, min_samples, center, (bias,))

    def rolling_kurtosis(self, window_size, *, fisher=True, bias=True, min_samples=None, center=False):
        """How heavy the tails of the last rows up to each row are. Parameters are those of
        `rolling_skew`, and:

        Parameters
        ----------
        fisher : bool, default True
            Whether the normal distribution has 0 (else 3).

        Returns
        -------
        Expr
            Of Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 2, 9]})
        >>> frame.select(dl.col("a").rolling_kurtosis(3).round(6)).to_series().to_list()
        [None, None, -1.5]
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

        Returns
        -------
        Expr
            Of Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 3, 7]})
        >>> frame.select(dl.col("a").rolling_quantile(0.5, window_size=2)).to_series().to_list()
        [None, 3.0, 7.0]
        """
        return self._plain(aggregates.quantile, window_size, weights, min_samples, center,
                           (quantile, interpolation))

    def rolling_rank(self, window_size, method="average", *, seed=None, min_samples=None, center=False):
        """The rank of each value among the last rows up to it. Parameters are those of
        `rolling_skew`, and:

        Parameters
        ----------
        method : {"average", "min", "max", "dense"}
            What equal values get.

        Returns
        -------
        Expr
            Of Float64 for "average", else of UInt32.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 3, 2]})
        >>> frame.select(dl.col("a").rolling_rank(2)).to_series().to_list()
        [None, 2.0, 1.0]
        """
        if center:
            raise error(NotSupported, "rolling_rank ranks the last row of a window, not one in its middle")
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
        return self._rolling_by(aggregates.standard_deviation, by, window_size, min_samples, closed, (ddof,))

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
        return self._rolling_by(aggregates.variance, by, window_size, min_samples, closed, (ddof,))

    def rolling_quantile_by(self, by, window_size, *, quantile, interpolation="nearest", min_samples=1,
                            closed="right"):
        """A quantile of the rows in a period up to each row's time. Parameters are those of
        `rolling_sum_by`, and:

        Parameters
        ----------
        quantile : float
            From 0 to 1.

        Returns
        -------
        Expr
            Of Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"t": [0, 1, 5], "v": [1, 2, 3]}).with_columns(dl.from_epoch("t"))
        >>> frame.select(dl.col("v").rolling_quantile_by("t", "2s", quantile=0.5)).to_series().to_list()
        [1.0, 2.0, 3.0]
        """
        return self._rolling_by(aggregates.quantile, by, window_size, min_samples, closed,
                                (quantile, interpolation))
