"""`upsample`: rows for the moments in between."""

from __future__ import annotations

from .expr.construct import col
from .expr.ranges import date_range, datetime_range
from . import datatypes as types
from .periods import Period


def upsample(frame, time_column, every, group_by):
    """A row every so often from each group's first to its last; missing values in new rows."""
    from .concatenating import concat
    from .data_frame import DataFrame
    keys = [] if group_by is None else [group_by] if isinstance(group_by, str) else list(group_by)
    if keys:
        parts = [upsample(part, time_column, every, None).with_columns(col(keys).forward_fill())
                 for _, part in frame.group_by(*keys)]
        return concat(parts)
    low, high = frame.select(col(time_column).min().alias("low"), col(time_column).max().alias("high")).rows()[0]
    dtype = frame.schema[time_column]
    if low is None:
        return frame
    if dtype.is_integer():
        step = Period(every)
        step.check_axis(dtype)
        times = DataFrame({time_column: range(low, high + 1, step.units)}).lazy()
    else:
        ranged = date_range if dtype == types.Date else datetime_range
        times = ranged(low, high, every, eager=True).to_frame().lazy()
    times = times.rename({times.names[0]: time_column}).cast(dtype)
    joined = times.join(frame.lazy(), on=time_column, how="left", maintain_order="left")
    return joined.select(frame.columns).collect()
