"""Window functions: as many rows as before, each from its neighbours.

Each function gets `window(name, *values, frame=, order=, keys=)`, which calls the engine's function
over the frame's own order, or the groups and order of an `over`.
"""

from __future__ import annotations

from .. import _nodes as n
from ..datatypes import Float64, Int64, UInt32
from ..errors import InvalidArgument, error
from . import build as b

_START = n.frame_bound(n.FRAME_EDGE_UNBOUNDED_PRECEDING)
_END = n.frame_bound(n.FRAME_EDGE_UNBOUNDED_FOLLOWING)
_HERE = n.frame_bound(n.FRAME_EDGE_CURRENT_ROW)
SO_FAR = (n.FRAME_UNIT_ROWS, _START, _HERE)
FROM_HERE = (n.FRAME_UNIT_ROWS, _HERE, _END)
WHOLE = (n.FRAME_UNIT_ROWS, _START, _END)


def rows_between(before, after):
    """The frame from `before` rows ahead of the current one to `after` behind it."""
    def edge(distance, toward):
        if distance == 0:
            return _HERE
        if distance < 0:
            toward = (n.FRAME_EDGE_FOLLOWING if toward == n.FRAME_EDGE_PRECEDING
                      else n.FRAME_EDGE_PRECEDING)
        return n.frame_bound(toward, b.integer(abs(distance)))
    return (n.FRAME_UNIT_ROWS, edge(before, n.FRAME_EDGE_PRECEDING),
            edge(after, n.FRAME_EDGE_FOLLOWING))


def shift(window, x, *fill_and_count):
    """The values so many rows before: a number, or the bytes of an expression."""
    *fill, count = fill_and_count
    if isinstance(count, bytes):
        return window("lag", x, b.cast(count, Int64), *fill)
    if count == 0:
        return x
    name = "lag" if count > 0 else "lead"
    return window(name, x, b.integer(abs(count)), *fill)


def shift_by(window, x, count, *fill):
    """The same, for a count that is an expression."""
    return shift(window, x, *fill, count)


def diff(window, x, count):
    """The difference to the row before."""
    return b.call("wrapping_subtract", x, shift(window, x, count))


def percent_change(window, x, count):
    """The change since a row before, as a share of it."""
    before = shift(window, b.cast(x, Float64), count)
    return b.operator("-", b.operator("/", b.cast(x, Float64), before), b.integer(1))


def cumulative(window, x, name, reverse):
    """NULL where the value is; else the aggregate of all so far."""
    total = window(name, x, frame=FROM_HERE if reverse else SO_FAR)
    return b.condition(b.is_not_null(x), total, b.NULL)


def cumulative_count(window, x, reverse):
    """How many known values so far."""
    return b.cast(window("count", x, frame=FROM_HERE if reverse else SO_FAR), UInt32)


def row_index(window):
    """The rows' numbers, from 0."""
    return b.cast(b.operator("-", window("row_number"), b.integer(1)), Int64)


def scattered(window, x, seed):
    """Numbers of the rows, in no order: by them rows are shuffled."""
    return b.call("hash", window("row_number"), b.integer(seed))


def rank(window, x, method, descending):
    """Ranks by value; NULL has none."""
    order = (b.order_item(x, descending, True),)
    if method == "ordinal":
        place = window("row_number", order=order + tuple(window.order))
    elif method == "dense":
        place = window("dense_rank", order=order)
    else:
        place = window("rank", order=order)
        if method != "min":
            ties = window("count_star", keys=tuple(window.keys) + (x,), order=())
            last = b.operator("-", b.operator("+", place, ties), b.integer(1))
            if method == "max":
                place = last
            elif method == "average":
                place = b.operator("/", b.operator("+", place, last), b.integer(2))
            else:
                raise error(InvalidArgument, f"rank: no method is called {method!r}",
                            "average, min, max, dense and ordinal are")
    dtype = Float64 if method == "average" else UInt32
    return b.condition(b.is_not_null(x), b.cast(place, dtype), b.NULL)


def is_duplicated(window, x, unique):
    """Whether a value or row occurs more than once."""
    count = window("count_star", keys=tuple(window.keys) + (x,), order=())
    return (b.equal if unique else b.greater)(count, b.integer(1))


def is_first_distinct(window, x, last):
    """Whether a value appears for the first time."""
    keys = tuple(window.keys) + (x,)
    if last:
        behind = window("count_star", keys=keys, frame=FROM_HERE)
        return b.equal(behind, b.integer(1))
    return b.equal(window("row_number", keys=keys), b.integer(1))


def forward_fill(window, x, limit):
    """Missing values replaced by the last known one."""
    if limit is not None:
        frame = rows_between(limit, 0)
    else:
        frame = SO_FAR
    return window("last_value", x, frame=frame, nulls=n.NULL_TREATMENT_IGNORE)


def backward_fill(window, x, limit):
    """Missing values replaced by the next known one."""
    frame = rows_between(0, limit) if limit is not None else FROM_HERE
    return window("first_value", x, frame=frame, nulls=n.NULL_TREATMENT_IGNORE)


def changes(window, x):
    """1 where the value is another than in the row before, else 0."""
    before = window("lag", x, b.integer(1))
    number = window("row_number")
    return b.condition(b.both(b.not_equal_missing(x, before), b.greater(number, b.integer(1))),
                       b.integer(1), b.integer(0))


def sum_so_far(window, x, dtype):
    """The sum of all rows so far."""
    return b.cast(window("sum", x, frame=SO_FAR), dtype)


def is_sorted_step(window, x, descending, nulls_last):
    """Whether a value is out of order after the one before."""
    before = window("lag", x, b.integer(1))
    compare = b.less if not descending else b.greater
    first, later = (x, before) if nulls_last else (before, x)
    gap = b.both(b.is_not_null(first), b.is_null(later), b.greater(window("row_number"), b.integer(1)))
    return b.call("ifnull", b.either(compare(x, before), gap), b.FALSE)


# These go by values or groups of their own, so that the frame's order has to be restored.
for _function in (rank, is_duplicated, is_first_distinct):
    _function.reorders = True
