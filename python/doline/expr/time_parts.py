"""The namespace `dt`: parts of a time, and lengths of spans."""

from __future__ import annotations


from .. import datatypes as types
from . import build as b
from .time_trees import (date_of, epoch, fractional_second, leap_year, microsecond, millisecond,
                         nanosecond, part, time_of, total, total_nanoseconds)


class TimeParts:
    """What `TemporalFunctions` inherits: parts of times."""

    def _part(self, name, dtype=types.Int8):
        return self._of._apply(part, options=(name, dtype))

    def year(self):
        """The year.

        Returns
        -------
        Expr
            Of Int32.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.date(2024, 2, 29)]})
        >>> frame.select(dl.col("a").dt.year()).to_series().to_list()
        [2024]
        """
        return self._part("year", types.Int32)

    def iso_year(self):
        """The year to which the ISO week belongs.

        Returns
        -------
        Expr
            Of Int32.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.date(2024, 2, 29)]})
        >>> frame.select(dl.col("a").dt.iso_year()).to_series().to_list()
        [2024]
        """
        return self._part("isoyear", types.Int32)

    def century(self):
        """The century of the year.

        Returns
        -------
        Expr
            Of Int32.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.date(2024, 2, 29)]})
        >>> frame.select(dl.col("a").dt.century()).to_series().to_list()
        [21]
        """
        return self._part("century", types.Int32)

    def millennium(self):
        """The millennium of the year.

        Returns
        -------
        Expr
            Of Int32.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.date(2024, 2, 29)]})
        >>> frame.select(dl.col("a").dt.millennium()).to_series().to_list()
        [3]
        """
        return self._part("millennium", types.Int32)

    def quarter(self):
        """The quarter of the year, from 1.

        Returns
        -------
        Expr
            Of Int8.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.date(2024, 2, 29)]})
        >>> frame.select(dl.col("a").dt.quarter()).to_series().to_list()
        [1]
        """
        return self._part("quarter")

    def month(self):
        """The month of the year, from 1.

        Returns
        -------
        Expr
            Of Int8.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.date(2024, 2, 29)]})
        >>> frame.select(dl.col("a").dt.month()).to_series().to_list()
        [2]
        """
        return self._part("month")

    def week(self):
        """The ISO week of the year, from 1.

        Returns
        -------
        Expr
            Of Int8.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.date(2024, 2, 29)]})
        >>> frame.select(dl.col("a").dt.week()).to_series().to_list()
        [9]
        """
        return self._part("week")

    def weekday(self):
        """The day of the week: Monday is 1, Sunday 7.

        Returns
        -------
        Expr
            Of Int8.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.date(2024, 2, 29)]})
        >>> frame.select(dl.col("a").dt.weekday()).to_series().to_list()
        [4]
        """
        return self._part("isodow")

    def day(self):
        """The day of the month, from 1.

        Returns
        -------
        Expr
            Of Int8.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.date(2024, 2, 29)]})
        >>> frame.select(dl.col("a").dt.day()).to_series().to_list()
        [29]
        """
        return self._part("day")

    def ordinal_day(self):
        """The day of the year, from 1.

        Returns
        -------
        Expr
            Of Int16.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.date(2024, 2, 29)]})
        >>> frame.select(dl.col("a").dt.ordinal_day()).to_series().to_list()
        [60]
        """
        return self._part("dayofyear", types.Int16)

    def hour(self):
        """The hour of the day.

        Returns
        -------
        Expr
            Of Int8.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.datetime(2024, 5, 1, 9, 30, 15, 250000)]})
        >>> frame.select(dl.col("a").dt.hour()).to_series().to_list()
        [9]
        """
        return self._part("hour")

    def minute(self):
        """The minute of the hour.

        Returns
        -------
        Expr
            Of Int8.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.datetime(2024, 5, 1, 9, 30, 15, 250000)]})
        >>> frame.select(dl.col("a").dt.minute()).to_series().to_list()
        [30]
        """
        return self._part("minute")

    def second(self, *, fractional=False):
        """The second of the minute.

        Parameters
        ----------
        fractional : bool, default False
            Whether with its fraction.

        Returns
        -------
        Expr
            Of Int8, with a fraction of Float64.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.datetime(2024, 5, 1, 9, 30, 15, 250000)]})
        >>> frame.select(dl.col("a").dt.second(fractional=True)).to_series().to_list()
        [15.25]
        """
        if fractional:
            return self._do(fractional_second)
        return self._part("second")

    def millisecond(self):
        """The milliseconds of the second.

        Returns
        -------
        Expr
            Of Int32.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.datetime(2024, 5, 1, 9, 30, 15, 250000)]})
        >>> frame.select(dl.col("a").dt.millisecond()).to_series().to_list()
        [250]
        """
        return self._do(millisecond)

    def microsecond(self):
        """The microseconds of the second.

        Returns
        -------
        Expr
            Of Int32.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.datetime(2024, 5, 1, 9, 30, 15, 250000)]})
        >>> frame.select(dl.col("a").dt.microsecond()).to_series().to_list()
        [250000]
        """
        return self._do(microsecond)

    def nanosecond(self):
        """The nanoseconds of the second; whole microseconds.

        Returns
        -------
        Expr
            Of Int32.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.datetime(2024, 5, 1, 9, 30, 15, 250000)]})
        >>> frame.select(dl.col("a").dt.nanosecond()).to_series().to_list()
        [250000000]
        """
        return self._do(nanosecond)

    def days_in_month(self):
        """How many days the month has.

        Returns
        -------
        Expr
            Of Int8.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.date(2024, 2, 29)]})
        >>> frame.select(dl.col("a").dt.days_in_month()).to_series().to_list()
        [29]
        """
        return self._of._apply("last_day").dt.day()

    def is_leap_year(self):
        """Whether the year has 366 days.

        Returns
        -------
        Expr
            Of Boolean.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.date(2024, 2, 29)]})
        >>> frame.select(dl.col("a").dt.is_leap_year()).to_series().to_list()
        [True]
        """
        return self._do(leap_year)

    def date(self):
        """The day of an instant.

        Returns
        -------
        Expr
            Of Date.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.datetime(2024, 5, 1, 9, 30, 15, 250000)]})
        >>> frame.select(dl.col("a").dt.date()).to_series().to_list()
        [datetime.date(2024, 5, 1)]
        """
        return self._do(date_of)

    def time(self):
        """The time of day of an instant.

        Returns
        -------
        Expr
            Of Time.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.datetime(2024, 5, 1, 9, 30, 15, 250000)]})
        >>> frame.select(dl.col("a").dt.time()).to_series().to_list()
        [datetime.time(9, 30, 15, 250000)]
        """
        return self._do(time_of)

    def datetime(self):
        """The instant, of a date its midnight.

        Returns
        -------
        Expr
            Of Datetime in microseconds.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.date(2024, 2, 29)]})
        >>> frame.select(dl.col("a").dt.datetime()).to_series().to_list()
        [datetime.datetime(2024, 2, 29, 0, 0)]
        """
        return self._do(b.cast, types.Datetime("us"))

    def epoch(self, time_unit="us"):
        """The time since 1970.

        Parameters
        ----------
        time_unit : {"us", "ns", "ms", "s", "d"}
            In what.

        Returns
        -------
        Expr
            Of Int64; of days Int32.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.date(2024, 2, 29)]})
        >>> frame.select(dl.col("a").dt.epoch("d")).to_series().to_list()
        [19782]
        """
        return self._of._apply(epoch, options=(time_unit,))

    def timestamp(self, time_unit="us"):
        """The time since 1970.

        Parameters
        ----------
        time_unit : {"us", "ns", "ms"}
            In what.

        Returns
        -------
        Expr
            Of Int64.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.date(2024, 2, 29)]})
        >>> frame.select(dl.col("a").dt.timestamp("ms")).to_series().to_list()
        [1709164800000]
        """
        return self.epoch(time_unit)

    def total_days(self, *, fractional=False):
        """The whole days of a span of time.

        Parameters
        ----------
        fractional : bool, default False
            Whether what is left over is counted too, as a fraction.

        Returns
        -------
        Expr
            Of Int64; with fractions of Float64.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.timedelta(days=1, hours=2)]})
        >>> frame.select(dl.col("a").dt.total_days()).to_series().to_list()
        [1]
        """
        return self._do(total, 86_400_000_000, fractional)

    def total_hours(self, *, fractional=False):
        """The whole hours of a span of time.

        Parameters
        ----------
        fractional : bool, default False
            Whether what is left over is counted too, as a fraction.

        Returns
        -------
        Expr
            Of Int64; with fractions of Float64.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.timedelta(days=1, hours=2)]})
        >>> frame.select(dl.col("a").dt.total_hours()).to_series().to_list()
        [26]
        """
        return self._do(total, 3_600_000_000, fractional)

    def total_minutes(self, *, fractional=False):
        """The whole minutes of a span of time.

        Parameters
        ----------
        fractional : bool, default False
            Whether what is left over is counted too, as a fraction.

        Returns
        -------
        Expr
            Of Int64; with fractions of Float64.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.timedelta(days=1, hours=2)]})
        >>> frame.select(dl.col("a").dt.total_minutes()).to_series().to_list()
        [1560]
        """
        return self._do(total, 60_000_000, fractional)

    def total_seconds(self, *, fractional=False):
        """The whole seconds of a span of time.

        Parameters
        ----------
        fractional : bool, default False
            Whether what is left over is counted too, as a fraction.

        Returns
        -------
        Expr
            Of Int64; with fractions of Float64.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.timedelta(days=1, hours=2)]})
        >>> frame.select(dl.col("a").dt.total_seconds()).to_series().to_list()
        [93600]
        """
        return self._do(total, 1_000_000, fractional)

    def total_milliseconds(self, *, fractional=False):
        """The whole milliseconds of a span of time.

        Parameters
        ----------
        fractional : bool, default False
            Whether what is left over is counted too, as a fraction.

        Returns
        -------
        Expr
            Of Int64; with fractions of Float64.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.timedelta(days=1, hours=2)]})
        >>> frame.select(dl.col("a").dt.total_milliseconds()).to_series().to_list()
        [93600000]
        """
        return self._do(total, 1000, fractional)

    def total_microseconds(self, *, fractional=False):
        """The microseconds of a span of time.

        Parameters
        ----------
        fractional : bool, default False
            Whether they come as Float64.

        Returns
        -------
        Expr
            Of Int64; with fractions of Float64.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.timedelta(days=1, hours=2)]})
        >>> frame.select(dl.col("a").dt.total_microseconds()).to_series().to_list()
        [93600000000]
        """
        return self._do(total, 1, fractional)

    def total_nanoseconds(self, *, fractional=False):
        """The nanoseconds of a span of time; whole microseconds.

        Parameters
        ----------
        fractional : bool, default False
            Whether they come as Float64.

        Returns
        -------
        Expr
            Of Int64; with fractions of Float64.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.timedelta(days=1, hours=2)]})
        >>> frame.select(dl.col("a").dt.total_nanoseconds()).to_series().to_list()
        [93600000000000]
        """
        return self._do(total_nanoseconds, fractional)
