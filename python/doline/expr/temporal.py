"""The namespace `dt`."""

from __future__ import annotations

import datetime
import re

from .. import datatypes as types
from ..errors import NotSupported
from . import build as b
from .literals import as_node, interval_bytes, parse_period
from .nodes import Typed, Zoned
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


_OF_THE_CLOCK = ("microseconds", "milliseconds", "seconds", "minutes", "hours")
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
        # Of a zone's instants: what its clocks show, beside the instants themselves.
        self._zone, self._instants = None, of
        if type(of._node) is Zoned:
            self._zone, self._instants = of._node.zone, of._made(of._node.arguments[0])
            of = self._instants._apply(clock_time, options=(self._zone,))
        self._of = of

    def _again(self, times, name):
        """Clock times that a function made, as instants of the zone they are of."""
        if self._zone is None:
            return times
        return _zoned(times._apply(instant_of, options=(self._zone, "raise", "raise", name)), self._zone)

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
        return self._instants._apply(epoch, options=(time_unit,))

    def timestamp(self, time_unit="us"):
        """Time since 1970 in a unit."""
        return self.epoch(time_unit)

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
        made = self._of._apply(truncate_as_given, options=(tuple(pairs),))
        if self._zone is not None and all(unit in _OF_THE_CLOCK for _, unit in pairs):
            # What the clock shows may come twice: so much earlier is not ambiguous.
            return _zoned(self._instants - (self._of - made), self._zone)
        return self._again(made, "dt.truncate")

    def round(self, every):
        """Rounded to so many decimals, halves to even ones."""
        raise NotSupported("dt.round is not supported; add half the period and dt.truncate")

    def offset_by(self, by):
        """Moved by a period such as "1mo" or "-2d"."""
        length = interval_bytes(by)
        if self._zone is not None and (isinstance(by, datetime.timedelta) or all(
                unit in _OF_THE_CLOCK for _, unit in parse_period(by))):
            return _zoned(self._instants._apply(offset_as_given, options=(length,)), self._zone)
        return self._again(self._of._apply(offset_as_given, options=(length,)), "dt.offset_by")

    def strftime(self, format):
        """A time as text, by a format."""
        return self.to_string(format)

    def to_string(self, format=None):
        """A time as text, by a format."""
        if format is None or format == "iso":
            format = "%Y-%m-%d %H:%M:%S%.6f%:z" if self._zone is not None else None
        if format is None:
            return self._do(b.cast, types.String)
        if self._zone is not None and re.search(r"%[:#]*[zZ]", format):
            raise NotSupported("a format with the zone's offset is not supported; leave %z out")
        return self._do(formatted, engine_format(format))

    def month_start(self):
        """The first day of the month."""
        return self._again(self._do(month_begin_as_given), "dt.month_start")

    def month_end(self):
        """The last day of the month."""
        return self._again(self._do(month_end_as_given), "dt.month_end")

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
        return self._again(self._of._apply(replaced, *values), "dt.replace")

    def cast_time_unit(self, time_unit):
        """The instant with another unit."""
        if self._zone is not None:
            raise NotSupported("units of times in a zone are microseconds; cast behind "
                               "dt.replace_time_zone(None)")
        return self._do(b.cast, types.Datetime(time_unit))

    def replace_time_zone(self, time_zone, *, ambiguous="raise", non_existent="raise"):
        """What the clock shows, taken as of another zone, or of none.

        Columns keep no zone but UTC, so functions of times have to take up the result in the same
        expression; another `replace_time_zone(None)` makes clock times of it.

        Parameters
        ----------
        time_zone : str or None
        ambiguous : {"raise", "earliest", "latest", "null"}
            What becomes of times that the clocks of the zone show twice.
        non_existent : {"raise", "null"}
            What becomes of those that they never show.

        Examples
        --------
        >>> import datetime
        >>> import doline as dl
        >>> frame = dl.DataFrame({"t": [datetime.datetime(2024, 7, 1, 12)]})
        >>> berlin = dl.col("t").dt.replace_time_zone("Europe/Berlin")
        >>> frame.select(berlin.dt.convert_time_zone("UTC").dt.hour()).rows()
        [(10,)]
        """
        if ambiguous not in ("raise", "earliest", "latest", "null"):
            raise NotSupported("ambiguous is 'raise', 'earliest', 'latest' or 'null' for all rows")
        if non_existent not in ("raise", "null"):
            raise ValueError(f"non_existent is 'raise' or 'null', not {non_existent!r}")
        if self._zone is None and time_zone in (None, "UTC"):
            return self._do(in_zone)  # either way, as the column has a zone or none
        if time_zone is None:
            return self._of
        if self._zone is None:
            clock = self._of._made(Typed(as_clock_time, (self._of._node,)))
        else:
            clock = self._of
        instants = clock._apply(instant_of, options=(time_zone, ambiguous, non_existent,
                                                     "dt.replace_time_zone"))
        return instants if time_zone == "UTC" else _zoned(instants, time_zone)

    def convert_time_zone(self, time_zone):
        """The same instants, as the clocks of a zone show them.

        Columns keep no zone but UTC, so functions of times have to take up the result in the same
        expression: parts of it, `truncate`, `offset_by`; `replace_time_zone(None)` makes clock times.

        Examples
        --------
        >>> import datetime
        >>> import doline as dl
        >>> frame = dl.DataFrame({"t": [datetime.datetime(2024, 7, 1, 12)]})
        >>> frame.select(dl.col("t").dt.convert_time_zone("Europe/Berlin").dt.hour()).rows()
        [(14,)]
        """
        instants = self._of._made(Typed(as_instants, (self._instants._node,)))
        return instants if time_zone == "UTC" else _zoned(instants, time_zone)

    def _not_here(self, *args, **kwargs):
        """Not supported."""
        raise NotSupported("this function of times is not supported; see docs/frames-and-sql.md")

    add_business_days = is_business_day = base_utc_offset = dst_offset = _not_here


def _zoned(instants, zone):
    from .expression import expression
    return expression(Zoned(instants._node, zone))


def clock_time(x, zone):
    """What the clocks of a zone show at instants."""
    return b.call("timezone", b.string(zone), x)


def as_clock_time(dtype, x):
    """What clocks in UTC show; clock times as they are."""
    return in_zone(x) if getattr(dtype, "time_zone", None) else x


def as_instants(dtype, x):
    """Instants; clock times are taken as of UTC."""
    return x if getattr(dtype, "time_zone", None) else in_zone(x)


def instant_of(x, zone, ambiguous, non_existent, name):
    """The instants at which the clocks of a zone show times."""
    name_of = b.string(zone)
    clock, late = b.column("__doline_clock"), b.column("__doline_late")

    def shows(instant):
        return b.call("timezone", name_of, instant)

    def told(what):
        text = b.string(f"{name}: clocks in {zone} show this time {what}: ")
        return b.call("error", b.operator("||", text, b.cast(clock, types.String)))
    # A day before the clocks went by the offset that the time would have had if they had not changed.
    day = b.call("to_hours", b.integer(24))
    before = b.operator("-", late, day)
    offset = b.operator("-", shows(before), b.call("timezone", b.string("UTC"), before))
    early = b.call("timezone", b.string("UTC"), b.operator("-", clock, offset))
    twice = b.both(b.negation(b.equal(early, late)), b.equal(shows(early), clock))
    never = b.negation(b.equal(shows(late), clock))
    chosen = {"raise": told("twice"), "earliest": early, "latest": late, "null": b.NULL}[ambiguous]
    gone = told("never") if non_existent == "raise" else b.NULL
    value = b.condition(never, gone, b.condition(twice, chosen, late))
    return b.let(x, "__doline_clock", b.let(shows(clock), "__doline_late", value))


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
