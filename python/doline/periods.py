"""Lengths of time as verbs get them: "1h30m", "2mo", "3i", timedeltas."""

from __future__ import annotations

import datetime
import re
from functools import reduce

from .errors import InvalidArgument, NotSupported, error
from .expr import build as b
from .expr.literals import parse_period

_MICROSECOND = datetime.timedelta(microseconds=1)
_MICROSECONDS = {"microseconds": 1, "milliseconds": 1000, "seconds": 10**6, "minutes": 60 * 10**6,
                 "hours": 3600 * 10**6, "days": 86400 * 10**6, "weeks": 7 * 86400 * 10**6}
_MONTHS = {"months": 1, "quarters": 3, "years": 12}
DAY = _MICROSECONDS["days"]
LONGEST_MONTH = 31 * DAY


class Period:
    """So many months and microseconds, or so many rows or units of an integer.

    Parameters
    ----------
    given : str, timedelta or Period
        "2mo", "-1d12h"; "3i" over integers.

    Raises
    ------
    ValueError
        For what is no such text.
    """

    __slots__ = ("months", "micros", "units", "weeks", "days")

    def __init__(self, given):
        self.months = self.micros = self.units = 0
        self.days = 0  # of the microseconds those that are days of the calendar, which zones have longer ones of
        self.weeks = False  # whether it is written in weeks, which begin on Mondays
        if isinstance(given, datetime.timedelta):
            self.micros, self.days = given // _MICROSECOND, given.days
        elif match := re.fullmatch(r"(-?\d+)i", given):
            self.units = int(match[1])
        else:
            for count, unit in parse_period(given):
                self.weeks = self.weeks or unit == "weeks"
                if unit in _MONTHS:
                    self.months += count * _MONTHS[unit]
                else:
                    self.micros += count * _MICROSECONDS[unit]
                    self.days += count * {"weeks": 7, "days": 1}.get(unit, 0)

    @classmethod
    def of(cls, months=0, micros=0, units=0, days=0):
        """A period of such parts."""
        made = object.__new__(cls)
        made.months, made.micros, made.units, made.weeks, made.days = months, micros, units, False, days
        return made

    def __neg__(self):
        return Period.of(-self.months, -self.micros, -self.units, -self.days)

    def __add__(self, other):
        return Period.of(self.months + other.months, self.micros + other.micros, self.units + other.units,
                         self.days + other.days)

    def __bool__(self):
        return bool(self.months or self.micros or self.units)

    @property
    def is_fixed(self):
        """Whether it is of the same length wherever it begins."""
        return not self.months

    @property
    def sign(self):
        """Which way it goes: 1, 0 or -1."""
        leading = self.months or self.micros or self.units
        return (leading > 0) - (leading < 0)

    def interval(self):
        """The bytes of an INTERVAL."""
        parts = []
        if self.months:
            parts.append(b.call("to_months", b.integer(self.months)))
        if self.days:
            parts.append(b.call("to_days", b.integer(self.days)))
        rest = self.micros - self.days * DAY
        if rest or not parts:
            parts.append(b.call("to_microseconds", b.integer(rest)))
        return reduce(lambda sum, part: b.operator("+", sum, part), parts)

    def check_axis(self, dtype):
        """That it measures what a column of a type has.

        Raises
        ------
        ValueError
            For "3i" over times, or "3d" over integers.
        NotSupported
            For columns that are neither.
        """
        if dtype.is_integer():
            if self.months or self.micros:
                raise error(InvalidArgument, 'a period over integers is written "3i"')
        elif not dtype.is_temporal():
            raise error(NotSupported, f"periods of a column of type {dtype!r} are not supported",
                        "use a date, a datetime or an integer")
        elif self.units:
            raise error(InvalidArgument, 'a period over times is written "3d", "2h30m" …')
