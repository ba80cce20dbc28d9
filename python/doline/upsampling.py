"""`upsample`: rows for the moments in between."""

from __future__ import annotations

from . import datatypes as types
from .errors import InvalidArgument, NotSupported, error
from .expr.construct import col
from .expr.literals import interval_bytes
from .expr.nodes import Typed
from .expr.ranges import int_ranges
from .expr.time_trees import ranged_times
from .periods import Period


def upsample(frame, time_column, every, group_by):
    """A row every so often from each group's first to its last; missing values in new rows.

    Raises
    ------
    doline.errors.InvalidArgument
        For a period that is not positive, and for missing times.
    doline.errors.NotSupported
        For nanoseconds.
    """
    from .expr.expression import expression
    keys = [] if group_by is None else [group_by] if isinstance(group_by, str) else list(group_by)
    dtype = frame._lazy.types.get(time_column)
    if dtype is None:
        from .column_names import no_column
        raise no_column(time_column, frame.columns)
    step = Period(every)
    step.check_axis(dtype)
    if step.sign <= 0:
        raise error(InvalidArgument, f"upsample: every is longer than nothing, not {every!r}")
    if getattr(dtype, "time_unit", None) == "ns":
        raise error(NotSupported, "upsample of nanoseconds is not supported", "cast to Datetime('us')")
    if frame.is_empty():
        return frame
    if frame[time_column].null_count():
        raise error(InvalidArgument, "upsample: the times have missing values", "drop them first")
    times = col(time_column)
    bounds = [times.min().alias("__doline_low"), times.max().alias("__doline_high")]
    lazy = frame.lazy()
    groups = lazy.group_by(*keys, maintain_order=True).agg(bounds) if keys else lazy.select(bounds)
    low, high = col("__doline_low"), col("__doline_high")
    if dtype.is_integer():
        moments = int_ranges(low, high + 1, step.units)
    else:
        moments = expression(Typed(ranged_times, (low._node, high._node), (
            interval_bytes(every), "both", dtype if dtype == types.Date else types.Datetime("us"))))
    made = groups.with_columns(moments.alias(time_column)).explode(time_column)
    made = made.select(*keys, times.cast(dtype))
    joined = made.join(lazy, on=[*keys, time_column], how="left", nulls_equal=True, maintain_order="left")
    return joined.select(frame.columns).collect()
