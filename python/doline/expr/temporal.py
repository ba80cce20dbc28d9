"""The namespace `dt`."""

from __future__ import annotations

import datetime

from .. import datatypes as types
from ..errors import NotSupported
from . import build as b
from .literals import as_node, interval_bytes, parse_period
from .text_trees import engine_format
from .time_parts import TimeParts
from .time_trees import (combined, formatted, in_zone, month_begin_as_given, month_end_as_given,
                         offset_as_given, replaced, truncate_as_given)


class TemporalFunctions(TimeParts):
    """Functions of dates, times and spans of time: `expr.dt`."""

    def __init__(self, of):
        self._of = of

    def _do(self, build, *options):
        return self._of._apply(build, options=options)

    def truncate(self, every):
        """The begin of the period in which an instant lies. Weeks begin on Mondays.

        Parameters
        ----------
        every : str or timedelta
            How long a period is: "15m", "1h", "1d", "1w", "1mo", "1q", "1y".

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
        if isinstance(every, datetime.timedelta):
            pairs = [(every // datetime.timedelta(microseconds=1), "microseconds")]
        else:
            pairs = parse_period(every)
        return self._of._apply(truncate_as_given, options=(tuple(pairs),))

    def round(self, every):
        """Not supported; add half the period and `dt.truncate`."""
        raise NotSupported("dt.round is not supported; add half the period and dt.truncate")

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
        return self._of._apply(offset_as_given, options=(interval_bytes(by),))

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
            Of codes such as `%Y-%m-%d %H:%M:%S`; ISO 8601 if left out.

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
        if format is None or format == "iso":
            return self._do(b.cast, types.String)
        return self._do(formatted, engine_format(format))

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
            Without effect: microseconds.

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
        from .nodes import Apply
        return expression(Apply(combined, (self._of._node, as_node(time))))

    def replace(self, year=None, month=None, day=None, hour=None, minute=None, second=None,
                microsecond=None):
        """The instant with other parts.

        Parameters
        ----------
        year, month, day, hour, minute, second, microsecond : int or Expr, optional
            The other parts; the rest stays.

        Returns
        -------
        Expr
            Of Datetime.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.datetime(2024, 5, 1, 9, 30, 15, 250000)]})
        >>> frame.select(dl.col("a").dt.replace(year=2000, month=1)).to_series().to_list()
        [datetime.datetime(2000, 1, 1, 9, 30, 15, 250000)]
        """
        parts = {"year": year, "month": month, "day": day, "hour": hour, "minute": minute,
                 "second": second, "microsecond": microsecond}
        values = [getattr(self, name)() if value is None else value for name, value in parts.items()]
        return self._of._apply(replaced, *values)

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

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.datetime(2024, 5, 1, 9, 30, 15, 250000)]})
        >>> frame.select(dl.col("a").dt.cast_time_unit("ms")).to_series().to_list()
        [datetime.datetime(2024, 5, 1, 9, 30, 15, 250000)]
        """
        return self._do(b.cast, types.Datetime(time_unit))

    def replace_time_zone(self, time_zone, **unsupported):
        """The clock's time taken as UTC's, or an instant's clock time in UTC without a zone.

        Parameters
        ----------
        time_zone : "UTC" or None
            Which of the two.

        Returns
        -------
        Expr
            Of Datetime.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.datetime(2024, 5, 1, 9, 30, 15, 250000)]})
        >>> frame.select(dl.col("a").dt.replace_time_zone("UTC")).to_series().to_list()
        [datetime.datetime(2024, 5, 1, 9, 30, 15, 250000, tzinfo=datetime.timezone.utc)]
        """
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
