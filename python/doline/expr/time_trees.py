"""Functions of times whose meaning takes more than one call of the engine.

They take and give bytes: see `expr/build.py`.
"""

from __future__ import annotations

import re

from .. import datatypes as types
from ..errors import InvalidArgument, NotSupported, error
from . import build as b
from .functions import cast_to_time
from .text_trees import engine_format, instant_of


def part(x, name, dtype):
    """A part of a time, by the engine's function."""
    return b.cast(b.call(name, x), dtype)


def date_of(x):
    """The date of an instant."""
    return b.cast(x, types.Date)


def time_of(x):
    """The time of day of an instant."""
    return b.cast(x, types.Time)


def nanosecond(x):
    """The nanoseconds of the second."""
    return b.cast(b.operator("*", b.operator("%", b.call("microsecond", x), b.integer(1000000)),
                             b.integer(1000)), types.Int32)


def microsecond(x):
    """The microseconds of the second."""
    return b.cast(b.operator("%", b.call("microsecond", x), b.integer(1000000)), types.Int32)


def millisecond(x):
    """The milliseconds of the second."""
    return b.cast(b.operator("//", b.operator("%", b.call("microsecond", x), b.integer(1000000)),
                             b.integer(1000)), types.Int32)


def leap_year(x):
    """Whether the year has 366 days."""
    y = b.call("year", x)

    def divides(by):
        return b.equal(b.operator("%", y, b.integer(by)), b.integer(0))
    return b.both(divides(4), b.either(b.negation(divides(100)), divides(400)))


def epoch(x, unit):
    """Time since 1970 in a unit: "d", "s", "ms", "us", "ns"."""
    if unit == "d":
        return b.cast(b.call("floor_divide", b.call("epoch_us", x), b.integer(86400000000)), types.Int32)
    if unit == "s":
        return b.cast(b.call("floor_divide", b.call("epoch_us", x), b.integer(1000000)), types.Int64)
    if unit == "ms":
        return b.call("floor_divide", b.call("epoch_us", x), b.integer(1000))
    return b.call({"us": "epoch_us", "ns": "epoch_ns"}[unit], x)


def microseconds_of(x):
    """A span in microseconds."""
    return b.call("epoch_us", b.cast(x, types.Interval))


def total(x, microseconds, fractional):
    """A span in units of so many microseconds, whole or with a fraction."""
    if fractional:
        return b.operator("/", b.cast(microseconds_of(x), types.Float64), b.integer(microseconds))
    return b.operator("//", microseconds_of(x), b.integer(microseconds))


def total_nanoseconds(x, fractional):
    """A span in nanoseconds."""
    whole = b.operator("*", microseconds_of(x), b.integer(1000))
    return b.cast(whole, types.Float64) if fractional else whole


_UNITS_OF_A_DAY = (("d", 86_400_000_000), ("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000))


def _units(micros):
    """A number of microseconds as days, hours, minutes and seconds, and what is left."""
    values = {}
    for unit, size in _UNITS_OF_A_DAY:
        values[unit] = b.operator("//", micros, b.integer(size))
        micros = b.operator("%", micros, b.integer(size))
    return values, micros


def text_of_time(dtype, x, style):
    """A time as a text in "iso" style, or as Polars shows spans of time."""
    if not isinstance(dtype, types.Duration):
        return b.cast(x, types.String)
    micros, zero = b.column("__doline_micros"), b.integer(0)

    def shown(value, unit):
        return b.condition(b.not_equal(value, zero), b.call("concat", value, b.string(unit)))
    if style == "polars":
        values, left = _units(micros)
        whole = b.equal(b.operator("%", left, b.integer(1000)), zero)
        millis = b.operator("//", left, b.integer(1000))
        fraction = b.condition(whole, shown(millis, "ms"), shown(left, "µs"))
        parts = [shown(values[unit], unit) for unit in "dhms"]
        text = b.call("concat_ws", b.string(" "), *parts, fraction)
        nothing = "0µs"
    else:
        values, left = _units(b.call("abs", micros))
        padded = b.call("lpad", b.cast(left, types.String), b.integer(6), b.string("0"))
        digits = b.call("concat", b.string("."), b.call("rtrim", padded, b.string("0")))
        fraction = b.condition(b.not_equal(left, zero), digits)
        some = b.either(b.not_equal(values["s"], zero), b.not_equal(left, zero))
        seconds = b.condition(some, b.call("concat", values["s"], fraction, b.string("S")))
        clock = b.call("concat", shown(values["h"], "H"), shown(values["m"], "M"), seconds)
        timed = b.condition(b.not_equal(clock, b.string("")), b.call("concat", b.string("T"), clock))
        sign = b.condition(b.less(micros, zero), b.string("-"))
        text = b.call("concat", sign, b.string("P"), shown(values["d"], "D"), timed)
        nothing = "PT0S"
    text = b.condition(b.equal(micros, zero), b.string(nothing), text)
    return b.let(microseconds_of(x), "__doline_micros", b.condition(b.is_not_null(micros), text))


def is_working_day(x, week_mask, holidays):
    """Whether a day is one of the week's that are worked on, and no holiday."""
    days = [b.integer(day) for day, works in enumerate(week_mask, 1) if works]
    works = b.n.in_(b.call("isodow", x), days) if days else b.FALSE
    if holidays:
        works = b.both(works, b.negation(b.n.in_(b.cast(x, types.Date), list(holidays))))
    return b.condition(b.is_not_null(x), works)


_TRUNCATED = {"microseconds": "microseconds", "milliseconds": "milliseconds", "seconds": "second",
              "minutes": "minute", "hours": "hour", "days": "day", "weeks": "week",
              "months": "month", "quarters": "quarter", "years": "year"}


def truncate(x, pairs):
    """The begin of the period of that length in which an instant lies. Its type stays."""
    if len(pairs) == 1 and pairs[0][0] == 1:
        begin = b.call("date_trunc", b.string(_TRUNCATED[pairs[0][1]]), x)
    else:
        width = None
        for count, unit in pairs:
            step = b.call("to_" + unit, b.integer(count))
            width = step if width is None else b.operator("+", width, step)
        # Weeks begin on Mondays, everything else counts from 1970.
        origin = "1970-01-05" if pairs[0][1] == "weeks" else "1970-01-01"
        begin = b.call("time_bucket", width, x, b.cast(b.string(origin), types.Datetime("us")))
    return begin


def formatted(dtype, x, fmt):
    """A time by a format.

    Raises
    ------
    NotSupported
        For the offset or the name of a zone but UTC, which the engine writes in another way.
    """
    if getattr(dtype, "time_zone", None) not in (None, "UTC") and re.search(r"%[:#]*[zZ]", fmt):
        raise error(NotSupported, "a format with the zone's offset is not supported", "leave %z out")
    return b.call("strftime", x, b.string(engine_format(fmt)))


def month_begin(x):
    """The same time on the first of the month."""
    day = b.call("to_days", b.cast(b.operator("-", b.call("day", x), b.integer(1)), types.Int32))
    return b.operator("-", x, day)


def month_end(x):
    """The last day of the month."""
    rest = b.operator("-", b.call("day", b.call("last_day", x)), b.call("day", x))
    return b.operator("+", x, b.call("to_days", b.cast(rest, types.Int32)))


def combined(dtype, x, time):
    """A date, or the day that an instant has in its zone, with a time of day."""
    made = b.operator("+", b.cast(x, types.Date), time)
    return _of_clock(made, dtype.time_zone, "dt.combine") if is_zoned(dtype) else made


def in_zone(x):
    """Instants in UTC of clock times, or back."""
    return b.call("timezone", b.string("UTC"), x)


def instant_of_parts(year, month, day, hour, minute, second, micro):
    """Parts put together to an instant."""
    return b.call("make_timestamp", year, month, day, hour, minute,
                  b.operator("+", b.cast(second, types.Float64),
                             b.operator("/", b.cast(micro, types.Float64), b.integer(1000000))))


def replaced_as_given(dtype, x, *parts):
    """An instant with other parts; a date stays one."""
    made = instant_of_parts(*parts)
    if is_zoned(dtype):
        return _of_clock(made, dtype.time_zone, "dt.replace")
    return b.call("frame_instant_like", made, x)


def as_clock_time(dtype, x):
    """What the clocks of the column's zone show; clock times as they are."""
    return b.call("timezone", b.string(dtype.time_zone), x) if is_zoned(dtype) else x


def is_zoned(dtype):
    """Whether a type is one of instants, which a zone's clocks show."""
    return getattr(dtype, "time_zone", None) is not None


def _of_clock(x, zone, name):
    """The instants at which the clocks of a zone show times; an error for a time shown twice or never."""
    return b.cast(instant_of(x, zone, "raise", "raise", name), types.Datetime("us", zone))


def _refuse_nanoseconds(dtype, name):
    if getattr(dtype, "time_unit", None) == "ns":
        raise error(NotSupported, f"{name} of nanoseconds is not supported: instants of a zone have "
                    "microseconds", "cast to Datetime('us') before")


def in_other_unit(dtype, x, unit):
    """Times in another unit, in which instants of a zone and spans of time are not."""
    if not is_zoned(dtype) and not isinstance(dtype, types.Duration):
        return cast_to_time(dtype, x, types.Datetime(unit), True)
    if unit != "us":
        raise error(NotSupported, f"dt.cast_time_unit({unit!r}) of {dtype!r} is not supported: it has "
                    "microseconds", "use dt.truncate to cut them off")
    return x


def in_other_zone(dtype, x, zone):
    """Instants as the clocks of another zone show them; clock times are taken as of UTC."""
    _refuse_nanoseconds(dtype, "dt.convert_time_zone")
    return b.cast(x if is_zoned(dtype) else in_zone(x), types.Datetime("us", zone))


def of_other_zone(dtype, x, zone, ambiguous, non_existent):
    """What the clocks show, as instants of another zone, or as clock times."""
    clock = as_clock_time(dtype, x)
    if zone is None:
        return clock
    _refuse_nanoseconds(dtype, "dt.replace_time_zone")
    if zone == "UTC":  # whose clocks are never changed
        return in_zone(clock)
    instants = instant_of(clock, zone, ambiguous, non_existent, "dt.replace_time_zone")
    return b.cast(instants, types.Datetime("us", zone))


def fractional_second(x):
    """The second with its fraction."""
    within = b.operator("%", b.call("microsecond", x), b.integer(60000000))
    return b.operator("/", b.cast(within, types.Float64), b.integer(1000000))


def truncate_as_given(x, pairs):
    """Cut to a period; a date stays one."""
    return b.call("frame_instant_like", truncate(x, pairs), x)


def offset_as_given(x, interval):
    """Moved by a period; a date stays one."""
    return b.call("frame_instant_like", b.operator("+", x, interval), x)


def month_begin_as_given(x):
    """The first of the month; a date stays one."""
    return b.call("frame_instant_like", month_begin(x), x)


def month_end_as_given(x):
    """The last of the month; a date stays one."""
    return b.call("frame_instant_like", month_end(x), x)


def ranged_times(of_start, start, end, interval, closed, dtype):
    """Each value is so many intervals behind the first: a month behind 31 January, two months, three.

    The engine's series says how many: it goes on from the value before, and so never back to the 31st;
    it has no fewer. Of instants it is one in UTC, of one interval more, as its days are not those of the
    zone's clocks. What is behind the end is left out."""
    if closed not in ("both", "left", "right", "none"):
        raise error(InvalidArgument, f"closed is 'both', 'left', 'right' or 'none', not {closed!r}")
    if dtype == types.Date:
        start, end = b.cast(start, dtype), b.cast(end, dtype)
        zone = None
    else:
        zone = dtype.time_zone or getattr(of_start, "time_zone", None)
        refuse_unit_of_zone("datetime_range", dtype.time_unit, zone)
        dtype = types.Datetime(dtype.time_unit, zone)
    if zone is not None and not is_zoned(of_start):
        start, end = (_of_clock(b.cast(x, types.Datetime("us")), zone, "datetime_range") for x in (start, end))
    start, end = (b.cast(x, types.Datetime("us", zone)) for x in (start, end))
    begin, low, high = b.column("__doline_begin"), b.column("__doline_begin"), end
    if zone is not None:
        low, high = (b.cast(x, types.Datetime("us", "UTC")) for x in (begin, end))
        high = b.operator("+", high, interval)
    steps = b.call("length", b.call("generate_series", low, high, interval))
    step = b.operator("+", begin, b.operator("*", interval, b.column("step")))
    values = b.call("list_transform", b.call("range", steps), b.one_lambda("step", step))
    within = (b.less_or_equal if closed in ("both", "right") else b.less)(b.column("value"), end)
    values = b.call("list_filter", values, b.one_lambda("value", within))
    if closed in ("right", "none"):
        values = b.n.slice_(values, b.integer(2))
    return b.cast(b.let(start, "__doline_begin", values), types.List(dtype))


def refuse_unit_of_zone(name, unit, zone):
    """Instants of a zone have microseconds.

    Raises
    ------
    NotSupported
        For another unit beside a zone.
    """
    if zone is not None and unit not in (None, "us"):
        raise error(NotSupported, f"{name}: instants of a zone have microseconds, not {unit!r}",
                    "leave time_unit out")
