"""The namespace `dt`."""

from __future__ import annotations

import datetime

from .. import datatypes as types
from ..errors import NotSupported
from . import build as b
from .literals import as_node, interval_bytes, parse_period
from .strings import engine_format


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


def total(x, microseconds):
    """A span in whole units."""
    return b.operator("//", b.call("epoch_us", b.cast(x, _interval())), b.integer(microseconds))


def _interval():
    return types.Interval


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


def formatted(x, fmt):
    """A time by a format."""
    return b.call("strftime", x, b.string(fmt))


def month_begin(x):
    """The same time on the first of the month."""
    day = b.call("to_days", b.cast(b.operator("-", b.call("day", x), b.integer(1)), types.Int32))
    return b.operator("-", x, day)


def month_end(x):
    """The last day of the month."""
    rest = b.operator("-", b.call("day", b.call("last_day", x)), b.call("day", x))
    return b.operator("+", x, b.call("to_days", b.cast(rest, types.Int32)))


def combined(x, time):
    """A date with a time of day."""
    return b.operator("+", b.cast(x, types.Date), time)


def in_zone(x):
    """Instants in UTC of clock times, or back."""
    return b.call("timezone", b.string("UTC"), x)


def replaced(x, *parts):
    """Values that are replaced by others; parts put together to an instant."""
    year, month, day, hour, minute, second, micro = parts
    return b.call("make_timestamp", year, month, day, hour, minute,
                  b.operator("+", b.cast(second, types.Float64),
                             b.operator("/", b.cast(micro, types.Float64), b.integer(1000000))))


class TemporalFunctions:
    """Functions of dates, times and spans of time: `expr.dt`."""

    def __init__(self, of):
        self._of = of

    def _part(self, name, dtype=types.Int8):
        return self._of._apply(part, options=(name, dtype))

    def _do(self, build, *options):
        return self._of._apply(build, options=options)

    def year(self):
        """The year."""
        return self._part("year", types.Int32)

    def iso_year(self):
        """The year to which the ISO week belongs."""
        return self._part("isoyear", types.Int32)

    def century(self):
        """The century of the year."""
        return self._part("century", types.Int32)

    def millennium(self):
        """The millennium of the year."""
        return self._part("millennium", types.Int32)

    def quarter(self):
        """The quarter, from 1."""
        return self._part("quarter")

    def month(self):
        """The month, from 1."""
        return self._part("month")

    def week(self):
        """The ISO week."""
        return self._part("week")

    def weekday(self):
        """The day of the week, Monday is 1."""
        return self._part("isodow")

    def day(self):
        """The day of the month."""
        return self._part("day")

    def ordinal_day(self):
        """The day of the year."""
        return self._part("dayofyear", types.Int16)

    def hour(self):
        """The hour of the day."""
        return self._part("hour")

    def minute(self):
        """The minute of the hour."""
        return self._part("minute")

    def second(self, *, fractional=False):
        """The second of the minute."""
        if fractional:
            return self._do(fractional_second)
        return self._part("second")
    def millisecond(self):
        """The milliseconds of the second."""
        return self._do(millisecond)

    def microsecond(self):
        """The microseconds of the second."""
        return self._do(microsecond)

    def nanosecond(self):
        """The nanoseconds of the second."""
        return self._do(nanosecond)

    def days_in_month(self):
        """How many days the month has."""
        return self._of._apply("last_day").dt.day()

    def is_leap_year(self):
        """Whether the year has 366 days."""
        return self._do(leap_year)

    def date(self):
        """Dates: of an instant, from parts, or columns of them."""
        return self._do(date_of)

    def time(self):
        """The time of day; from parts, or columns of them."""
        return self._do(time_of)

    def datetime(self):
        """Instants: of a date, from parts, or columns of them."""
        return self._do(b.cast, types.Datetime("us"))

    def epoch(self, time_unit="us"):
        """Time since 1970 in a unit: "d", "s", "ms", "us", "ns"."""
        return self._do(epoch, time_unit)

    def timestamp(self, time_unit="us"):
        """Time since 1970 in a unit."""
        return self._do(epoch, time_unit)

    def total_days(self, **_):
        """Whole days of a span."""
        return self._do(total, 86_400_000_000)

    def total_hours(self, **_):
        """Whole hours of a span."""
        return self._do(total, 3_600_000_000)

    def total_minutes(self, **_):
        """Whole minutes of a span."""
        return self._do(total, 60_000_000)

    def total_seconds(self, **_):
        """Whole seconds of a span."""
        return self._do(total, 1_000_000)

    def total_milliseconds(self, **_):
        """Whole milliseconds of a span."""
        return self._do(total, 1000)

    def total_microseconds(self, **_):
        """Microseconds of a span."""
        return self._do(total, 1)

    def total_nanoseconds(self, **_):
        """Nanoseconds of a span."""
        return self.total_microseconds() * 1000

    def truncate(self, every):
        """The begin of the period in which an instant lies: "1h", "1mo", "2w"."""
        if isinstance(every, datetime.timedelta):
            pairs = [(every // datetime.timedelta(microseconds=1), "microseconds")]
        else:
            pairs = parse_period(every)
        return self._of._apply(truncate_as_given, options=(tuple(pairs),))

    def round(self, every):
        """Rounded to so many decimals, halves to even ones."""
        raise NotSupported("dt.round is not supported; add half the period and dt.truncate")

    def offset_by(self, by):
        """Moved by a period such as "1mo" or "-2d"."""
        return self._of._apply(offset_as_given, options=(interval_bytes(by),))

    def strftime(self, format):
        """A time as text, by a format."""
        return self.to_string(format)

    def to_string(self, format=None):
        """A time as text, by a format."""
        if format is None or format == "iso":
            return self._do(b.cast, types.String)
        return self._do(formatted, engine_format(format))

    def month_start(self):
        """The first day of the month."""
        return self._do(month_begin_as_given)

    def month_end(self):
        """The last day of the month."""
        return self._do(month_end_as_given)

    def combine(self, time, time_unit="us"):
        """A date with a time of day."""
        from .expression import expression
        from .nodes import Apply
        return expression(Apply(combined, (self._of._node, as_node(time))))

    def replace(self, year=None, month=None, day=None, hour=None, minute=None, second=None,
                microsecond=None):
        """Some values, or a pattern's match, replaced."""
        parts = {"year": year, "month": month, "day": day, "hour": hour, "minute": minute,
                 "second": second, "microsecond": microsecond}
        values = [getattr(self, name)() if value is None else value for name, value in parts.items()]
        return self._of._apply(replaced, *values)

    def cast_time_unit(self, time_unit):
        """The instant with another unit."""
        return self._do(b.cast, types.Datetime(time_unit))

    def replace_time_zone(self, time_zone, **unsupported):
        """The clock's time taken as UTC, or the zone dropped."""
        if time_zone is None:
            return self._do(in_zone)
        if time_zone != "UTC":
            raise NotSupported("zones but UTC are not kept with a column; use dt.convert_time_zone "
                               "after reading, or SET TimeZone")
        return self._do(in_zone)

    def convert_time_zone(self, time_zone):
        """Not supported but for UTC: columns keep instants in UTC."""
        if time_zone == "UTC":
            return self._of
        raise NotSupported("columns keep instants in UTC; use SQL's timezone(zone, x) for clock time")

    def _not_here(self, *args, **kwargs):
        """Not supported."""
        raise NotSupported("this function of times is not supported; see docs/frames-and-sql.md")

    add_business_days = is_business_day = base_utc_offset = dst_offset = _not_here


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
