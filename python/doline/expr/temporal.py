"""The namespace `dt`."""

from __future__ import annotations

import datetime

from .. import datatypes as types
from ..errors import InvalidArgument, NotSupported, TypeMismatch, error
from ..periods import Period
from . import build as b
from .literals import as_node, interval_bytes, literal_bytes, parse_period
from .namespaces import Namespace
from .nodes import Typed
from .time_parts import TimeParts
from .time_trees import (combined, formatted, in_other_unit, in_other_zone, is_working_day, month_begin_as_given,
                         month_end_as_given, of_other_zone, offset_as_given, replaced_as_given, text_of_time,
                         truncate_as_given)


class TemporalFunctions(TimeParts, Namespace):
    """Functions of dates, times and spans of time: `expr.dt`."""

    def __init__(self, of):
        self._of = of

    def _do(self, build, *options):
        return self._of._apply(build, options=options)

    def _typed(self, build, *options):
        return self._of._made(Typed(build, (self._of._node,), options))

    def truncate(self, every):
        """The begin of the period in which an instant lies. Weeks begin on Mondays.

        Parameters
        ----------
        every : str or timedelta
            How long a period is: "15m", "1h", "1d", "1w", "1mo", "1q", "1y". The same for all rows.

        Returns
        -------
        Expr
            Of the column's type.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.datetime(2024, 5, 1, 9, 30, 15, 250000)]})
        >>> frame.select(dl.col("a").dt.truncate("1h")).to_series().to_list()
        [datetime.datetime(2024, 5, 1, 9, 0)]
        """
        _refuse_expression("dt.truncate", every)
        if isinstance(every, datetime.timedelta):
            pairs = [(every // datetime.timedelta(microseconds=1), "microseconds")]
        else:
            pairs = parse_period(every)
        return self._do(truncate_as_given, tuple(pairs))

    def round(self, every):
        """The begin of the nearest period; of an instant in the middle of one, of the next.

        Parameters
        ----------
        every : str or timedelta
            How long a period is, up to weeks: "15m", "1h", "1d", "1w".

        Returns
        -------
        Expr
            Of the column's type.

        Raises
        ------
        doline.NotSupported
            For periods of months, whose halves are not of one length.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.datetime(2024, 5, 1, 9, 30)]})
        >>> frame.select(dl.col("a").dt.round("1h")).to_series().to_list()
        [datetime.datetime(2024, 5, 1, 10, 0)]
        """
        _refuse_expression("dt.round", every)
        length = Period(every)
        if length.months:
            raise error(NotSupported, "dt.round to months is not supported", "use dt.truncate")
        half = datetime.timedelta(microseconds=length.micros // 2)
        return TemporalFunctions(self._of + half).truncate(every)

    def offset_by(self, by):
        """The instant moved by a period of the calendar.

        Parameters
        ----------
        by : str or timedelta
            How far, such as "1mo" or "-2d"; the last day of a month stays within the month.

        Returns
        -------
        Expr
            Of the column's type.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.date(2024, 2, 29)]})
        >>> frame.select(dl.col("a").dt.offset_by("-1mo")).to_series().to_list()
        [datetime.date(2024, 1, 29)]
        """
        _refuse_expression("dt.offset_by", by)
        return self._do(offset_as_given, interval_bytes(by))

    def strftime(self, format):
        """The time as a text.

        Parameters
        ----------
        format : str
            Of codes such as `%Y-%m-%d %H:%M:%S`.

        Returns
        -------
        Expr
            Of String.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.date(2024, 2, 29)]})
        >>> frame.select(dl.col("a").dt.strftime("%d.%m.%Y")).to_series().to_list()
        ['29.02.2024']
        """
        return self.to_string(format)

    def to_string(self, format=None):
        """The time as a text.

        Parameters
        ----------
        format : str, optional
            Of codes such as `%Y-%m-%d %H:%M:%S`; ISO 8601 if left out. Spans of time are "iso", the
            same, or "polars".

        Returns
        -------
        Expr
            Of String.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.date(2024, 2, 29)]})
        >>> frame.select(dl.col("a").dt.to_string()).to_series().to_list()
        ['2024-02-29']
        """
        if format in (None, "iso", "polars"):
            return self._typed(text_of_time, format or "iso")
        return self._typed(formatted, format)

    def month_start(self):
        """The same time of the month's first day.

        Returns
        -------
        Expr
            Of the column's type.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.date(2024, 2, 29)]})
        >>> frame.select(dl.col("a").dt.month_start()).to_series().to_list()
        [datetime.date(2024, 2, 1)]
        """
        return self._do(month_begin_as_given)

    def month_end(self):
        """The same time of the month's last day.

        Returns
        -------
        Expr
            Of the column's type.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.date(2024, 2, 29)]})
        >>> frame.select(dl.col("a").dt.month_end()).to_series().to_list()
        [datetime.date(2024, 2, 29)]
        """
        return self._do(month_end_as_given)

    def combine(self, time, time_unit="us"):
        """A date, or an instant's day, with a time of day.

        Parameters
        ----------
        time : time or Expr
            The time of day.
        time_unit : str
            Of what comes out.

        Returns
        -------
        Expr
            Of Datetime.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.date(2024, 2, 29)]})
        >>> frame.select(dl.col("a").dt.combine(datetime.time(9, 30))).to_series().to_list()
        [datetime.datetime(2024, 2, 29, 9, 30)]
        """
        from .expression import expression
        made = expression(Typed(combined, (self._of._node, as_node(time))))
        return made if time_unit == "us" else made.cast(types.Datetime(time_unit))

    def replace(self, year=None, month=None, day=None, hour=None, minute=None, second=None,
                microsecond=None, *, ambiguous="raise"):
        """The instant with other parts.

        Parameters
        ----------
        year, month, day, hour, minute, second, microsecond : int or Expr, optional
            The other parts; the rest stays. A text names a column.
        ambiguous : {"raise"}
            What becomes of times that the clocks of a zone show twice.

        Returns
        -------
        Expr
            Of the column's type.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.datetime(2024, 5, 1, 9, 30, 15, 250000)]})
        >>> frame.select(dl.col("a").dt.replace(year=2000, month=1)).to_series().to_list()
        [datetime.datetime(2000, 1, 1, 9, 30, 15, 250000)]
        """
        parts = {"year": year, "month": month, "day": day, "hour": hour, "minute": minute,
                 "second": second, "microsecond": microsecond}
        if ambiguous != "raise":
            raise error(NotSupported, "dt.replace(ambiguous=…) is not supported",
                        "replace clock times, then dt.replace_time_zone(zone, ambiguous=…)")
        values = [getattr(self, name)() if value is None else self._of._column_of(value)
                  for name, value in parts.items()]
        return self._of._made(Typed(replaced_as_given, (self._of._node, *(v._node for v in values))))

    def cast_time_unit(self, time_unit):
        """The instant with another unit.

        Parameters
        ----------
        time_unit : "us", "ms" or "ns"
            The unit.

        Returns
        -------
        Expr
            Of Datetime.

        Raises
        ------
        doline.NotSupported
            For another unit than "us" of instants of a zone and of spans of time.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.datetime(2024, 5, 1, 9, 30, 15, 250000)]})
        >>> frame.select(dl.col("a").dt.cast_time_unit("ms")).to_series().to_list()
        [datetime.datetime(2024, 5, 1, 9, 30, 15, 250000)]
        """
        return self._typed(in_other_unit, types.Datetime(time_unit).time_unit)

    def replace_time_zone(self, time_zone, *, ambiguous="raise", non_existent="raise"):
        """What the clock shows, taken as of another zone, or of none.

        Parameters
        ----------
        time_zone : str, tzinfo or None
            The zone.
        ambiguous : {"raise", "earliest", "latest", "null"}
            What becomes of times that the clocks of the zone show twice.
        non_existent : {"raise", "null"}
            What becomes of those that they never show.

        Returns
        -------
        Expr
            Of Datetime.

        Raises
        ------
        ValueError
            For another `non_existent`.
        doline.NotSupported
            For another `ambiguous`, and for nanoseconds.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.datetime(2024, 5, 1, 9, 30, 15, 250000)]})
        >>> frame.select(dl.col("a").dt.replace_time_zone("UTC")).to_series().to_list()
        [datetime.datetime(2024, 5, 1, 9, 30, 15, 250000, tzinfo=datetime.timezone.utc)]
        >>> frame.select(dl.col("a").dt.replace_time_zone("Europe/Berlin")).schema
        Schema({'a': Datetime(time_unit='us', time_zone='Europe/Berlin')})
        """
        if ambiguous not in ("raise", "earliest", "latest", "null"):
            raise error(NotSupported, "ambiguous is 'raise', 'earliest', 'latest' or 'null' for all rows")
        if non_existent not in ("raise", "null"):
            raise error(InvalidArgument, f"non_existent is 'raise' or 'null', not {non_existent!r}")
        zone = types.Datetime("us", time_zone).time_zone
        return self._typed(of_other_zone, zone, ambiguous, non_existent)

    def convert_time_zone(self, time_zone):
        """The same instants, as the clocks of a zone show them. Times without a zone are of UTC.

        Parameters
        ----------
        time_zone : str or tzinfo
            The zone, such as "Europe/Berlin".

        Returns
        -------
        Expr
            Of Datetime.

        Raises
        ------
        TypeError
            For None, which is no zone.
        doline.NotSupported
            For nanoseconds.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"t": [datetime.datetime(2024, 7, 1, 12)]})
        >>> frame.select(dl.col("t").dt.convert_time_zone("Europe/Berlin").dt.hour()).rows()
        [(14,)]
        """
        if time_zone is None:
            raise error(TypeMismatch, "dt.convert_time_zone(None) names no zone", "use dt.replace_time_zone(None)")
        return self._typed(in_other_zone, types.Datetime("us", time_zone).time_zone)

    def is_business_day(self, *, week_mask=(True, True, True, True, True, False, False), holidays=()):
        """Whether a day is worked on.

        Parameters
        ----------
        week_mask : list of bool
            Which days of the week are, from Monday on.
        holidays : list of date
            Which days are not.

        Returns
        -------
        Expr
            Of Boolean.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.date(2024, 3, 1), datetime.date(2024, 3, 2)]})
        >>> frame.select(dl.col("a").dt.is_business_day()).to_series().to_list()
        [True, False]
        """
        if hasattr(holidays, "_node") and not hasattr(holidays, "to_list"):
            raise error(NotSupported, "dt.is_business_day(holidays=expression) is not supported", "give a list")
        days = holidays.to_list() if hasattr(holidays, "to_list") else holidays
        return self._do(is_working_day, tuple(week_mask), tuple(map(literal_bytes, days)))

    def add_business_days(self, n, *, week_mask=(True, True, True, True, True, False, False), holidays=(),
                          roll="raise"):
        """Not supported; join a frame of business days."""
        raise error(NotSupported, "dt.add_business_days is not supported",
                    "join a frame of the days for which dt.is_business_day holds")

    def base_utc_offset(self):
        """Not supported; subtract clock times in UTC."""
        raise error(NotSupported, "dt.base_utc_offset is not supported",
                    "subtract what dt.replace_time_zone(None) gives of both zones")

    def dst_offset(self):
        """Not supported; subtract clock times in UTC."""
        raise error(NotSupported, "dt.dst_offset is not supported",
                    "subtract what dt.replace_time_zone(None) gives of both zones")


def _refuse_expression(name, period):
    if hasattr(period, "_node"):
        raise error(NotSupported, f"{name} of an expression is not supported", "use when/then between fixed periods")
