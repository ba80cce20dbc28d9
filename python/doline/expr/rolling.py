"""Aggregates of the rows around each row, by number or by time.

They take and give bytes: see `expr/build.py`.
"""

from __future__ import annotations

from .. import _nodes as n
from ..datatypes import Float64, UInt32
from ..errors import NotSupported
from ..periods import Period
from . import build as b
from .literals import literal_bytes
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
        raise ValueError(f"closed is 'left', 'right', 'both' or 'none', not {closed!r}")
    if period.sign <= 0:
        raise ValueError("a period is longer than nothing")
    begin = -period if offset is None else offset
    end = period + begin
    if offset is not None and end and (period.months and offset.micros or period.micros and offset.months):
        raise NotSupported("an offset and a period of which one is months and the other is not are not "
                           "supported: ends of months would be missed; join_where says any window")
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
        raise NotSupported(f"rolling_rank({method!r}) is not supported; use 'average', 'min', 'max' or "
                           "'dense'")
    return b.let(call("list", x), "__doline_values", rank)
