"""`group_by_dynamic`: groups of rows by windows of time that begin every so often.

A row's windows are those of the numbers from `first` to `last` that follow from its distance to the
begin of window 0, which Polars places by the first of the (sorted) rows; windows may overlap, so that a
row is in several groups, or leave gaps, so that it is in none.
"""

from __future__ import annotations

from . import datatypes as types
from .errors import InvalidArgument, NotSupported, error
from .expr import build as b
from .expr.literals import as_node
from .expr.nodes import Column, output_name
from .expr.time_trees import is_zoned
from .group_by import LazyGroupBy
from .periods import DAY, LONGEST_MONTH, Period

_BEGIN, _ORIGIN, _NUMBER, _AT, _LABEL = (f"__doline_{name}" for name in
                                        ("begin", "origin", "number", "at", "label"))
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_FIRST_MONDAY = 4 * DAY  # of 1970


class DynamicGroupBy:
    """Groups of periods that begin every so often. `group_by_dynamic` makes them."""

    def __init__(self, frame, index_column, every, period, offset, closed, label, group_by, start_by,
                 include_boundaries):
        if closed not in ("left", "right", "both", "none"):
            raise error(InvalidArgument, f"closed is 'left', 'right', 'both' or 'none', not {closed!r}")
        if label not in ("left", "right", "datapoint"):
            raise error(InvalidArgument, f"label is 'left', 'right' or 'datapoint', not {label!r}")
        if start_by not in ("window", "datapoint", *_WEEKDAYS):
            raise error(InvalidArgument, "start_by is 'window', 'datapoint' or a day of the week, not "
                        f"{start_by!r}")
        self._frame, self._index = frame, as_node(index_column)
        self._every = Period(every)
        self._period = self._every if period is None else Period(period)
        self._offset = Period.of() if offset is None else Period(offset)
        self._start_by, self._label, self._boundaries = start_by, label, include_boundaries
        self._left_open = closed in ("right", "none")
        self._right_closed = closed in ("right", "both")
        self._keys = frame._expressions([group_by], {}) if group_by is not None else {}
        self._predicates = []
        if self._every.sign <= 0 or self._period.sign <= 0:
            raise error(InvalidArgument, "every and period are longer than nothing")
        if self._every.months and self._every.micros:
            raise error(NotSupported, "every is months or what is shorter, not both", "use one unit")
        if start_by in _WEEKDAYS and not self._every.weeks:
            raise error(NotSupported, f"start_by={start_by!r} is supported where `every` is weeks")

    def having(self, *predicates):
        """Only the groups for which the predicates hold."""
        made = object.__new__(DynamicGroupBy)
        made.__dict__.update(self.__dict__)
        made._predicates = self._predicates + list(predicates)
        return made

    def agg(self, *aggs, **named):
        """One row for each window that has rows: the keys, where it begins, then the aggregates.

        Parameters
        ----------
        *aggs : str, Expr, or lists of these
            What to compute.
        **named : Expr
            The same, named by the keyword.

        Returns
        -------
        LazyFrame or DataFrame
            Sorted by keys and time.

        Examples
        --------
        >>> frame = dl.DataFrame({"i": [0, 1, 2, 3], "v": [1, 2, 3, 4]})
        >>> frame.group_by_dynamic("i", every="2i", period="3i").agg(dl.col("v").sum()).rows()
        [(0, 6), (2, 7)]
        """
        from .expr.expression import expression
        frame, name = self._frame, output_name(self._index)
        dtype = frame.select(expression(self._index)).types[name]
        for period in (self._every, self._period, self._offset):
            if period:
                period.check_axis(dtype)
        axis = _axis_of(dtype, self._every)
        windows = self._in_windows(axis)
        keys = dict(self._keys)
        keys[_BEGIN] = Column(_BEGIN)
        if self._label == "datapoint":
            named = {**named, _LABEL: expression(Column(name)).first()}
        groups = LazyGroupBy(windows, keys, False).having(*self._predicates)
        made = groups.agg(*aggs, **named)
        begin = expression(Column(_BEGIN))
        lower = axis.instant(begin)
        upper = axis.end(begin, self._period)
        shown = {"left": lower, "right": upper, "datapoint": expression(Column(_LABEL))}[self._label]
        columns = [expression(Column(key)) for key in self._keys]
        if self._boundaries:
            columns += [axis.boundary(lower).alias("_lower_boundary"),
                        axis.boundary(upper).alias("_upper_boundary")]
        columns.append(axis.shown(shown).alias(name))
        columns += [expression(Column(k)) for k in made.names if k not in (*keys, name, _LABEL)]
        return made.sort(*self._keys, _BEGIN).select(*columns)

    def _in_windows(self, axis):
        """The frame's rows, each as often as it is in a window, with the begin of that."""
        from .expr.ranges import int_ranges
        from .expr.expression import expression
        at = axis.place(expression(self._index))
        keys = [expression(node) for node in self._keys.values()]
        first = at.min().over(*keys) if keys else at.min()
        column = lambda label: expression(Column(label))  # noqa: E731
        frame = self._frame.with_columns(at.alias(_AT))
        frame = frame.with_columns(self._origin(axis, first).alias(_ORIGIN))
        at, origin = column(_AT), column(_ORIGIN)
        least, last = axis.numbers(at, origin, self._every, self._period, self._left_open, self._right_closed)
        least = least.clip(lower_bound=0)
        if axis.has_one(self._every, self._period, self._left_open, self._right_closed):
            frame = frame.with_columns(last.alias(_NUMBER)).filter(column(_NUMBER) >= least)
        else:
            frame = frame.with_columns(int_ranges(least, last + 1).alias(_NUMBER)).explode(_NUMBER)
        frame = frame.with_columns(axis.begin(origin, column(_NUMBER), self._every).alias(_BEGIN))
        if not (self._every.is_fixed and axis.is_even(self._period)):  # numbers are estimates then
            begin = axis.instant(column(_BEGIN))
            end = axis.end(column(_BEGIN), self._period)
            at = axis.instant(at)
            frame = frame.filter(begin < at if self._left_open else begin <= at,
                                 at <= end if self._right_closed else at < end)
        return frame.drop(_AT, _ORIGIN, _NUMBER)

    def _origin(self, axis, first):
        """Where window 0 begins: not behind the first row."""
        if self._start_by == "datapoint":
            return first
        if self._start_by == "window":
            begin = axis.truncated(first, self._every)
        else:
            begin = axis.truncated(first, Period("1w"))
            begin = axis.moved(begin, Period.of(micros=_WEEKDAYS.index(self._start_by) * DAY))
        return axis.before(axis.moved(begin, self._offset), first, self._every, self._left_open)


class _Fixed:
    """Places are integers: units, or microseconds or nanoseconds since 1970."""

    def __init__(self, dtype):
        self.dtype = dtype
        self.is_integer = dtype.is_integer()
        self.is_zoned = is_zoned(dtype)
        self.unit = "ns" if getattr(dtype, "time_unit", "us") == "ns" else "us"

    def length(self, period):
        """A period in places."""
        return period.units if self.is_integer else period.micros * (1000 if self.unit == "ns" else 1)

    def is_even(self, period):
        """Whether a period is of one length in places: months are not, nor days of a zone."""
        return period.is_fixed and not (self.is_zoned and period.days)

    def place(self, x):
        """Where a value lies; an error for a missing one."""
        if self.is_integer:
            return x._apply(_known).cast(types.Int64)
        if self.dtype == types.Date:
            x = x.cast(types.Datetime("us"))
        return x._apply(_known).dt.epoch(self.unit)

    def instant(self, place):
        """The value that lies there."""
        if self.is_integer:
            return place.cast(self.dtype)
        return place.cast(self.dtype if self.is_zoned else types.Datetime(self.unit))

    def boundary(self, x):
        """As the columns of boundaries have it: of dates an instant."""
        return x if self.is_integer or self.dtype == types.Date else x.cast(self.dtype)

    def shown(self, x):
        """As the column of times has it."""
        return x.cast(self.dtype)

    def end(self, begin, period):
        """The end of a window."""
        if self.is_even(period):
            return self.instant(begin + self.length(period))
        return self.instant(begin)._apply(_moved, options=(period.interval(),))

    def truncated(self, place, every):
        """The begin of the window of the calendar in which a place lies."""
        length = self.length(every)
        if self.is_zoned:  # from what its clocks show on, every window is of one length
            return self.instant(place).dt.truncate("1w" if every.weeks else f"{length}us").dt.epoch("us")
        origin = _FIRST_MONDAY * (1000 if self.unit == "ns" else 1) if every.weeks else 0
        return (place - origin) // length * length + origin

    def moved(self, place, period):
        """A place moved by a period."""
        if not period:
            return place
        if not period.is_fixed:
            raise error(NotSupported, "an offset of months where `every` is not", "give it in days")
        return place + self.length(period)

    def before(self, begin, first, every, left_open):
        """`begin`, moved back by whole windows until it is not behind `first`."""
        length = self.length(every)
        ahead = (begin - first) // length + 1 if left_open else -((first - begin) // length)
        return begin - ahead.clip(lower_bound=0) * length

    def numbers(self, at, origin, every, period, left_open, right_closed):
        """The first and the last number of the windows in which a row may be."""
        distance, length = at - origin, self.length(every)
        longest = self.length(period) + (period.months * LONGEST_MONTH * (1000 if self.unit == "ns" else 1))
        if not self.is_even(period) and period.is_fixed:
            longest += DAY  # by no more a zone's clocks are ever changed
        least = (distance - longest - (1 if right_closed else 0)) // length + 1
        return least, (distance - (1 if left_open else 0)) // length

    def has_one(self, every, period, left_open, right_closed):
        """Whether no row is in two windows."""
        both = right_closed and not left_open
        return self.is_even(period) and self.length(period) + (1 if both else 0) <= self.length(every)

    def begin(self, origin, number, every):
        """Where the window of that number begins."""
        return origin + number * self.length(every)


class _Clock(_Fixed):
    """Places are what the clocks of a zone show, in microseconds, as its days are of different lengths."""

    def __init__(self, dtype):
        super().__init__(dtype)
        self.is_zoned = False

    def place(self, x):
        return x._apply(_known).dt.replace_time_zone(None).dt.epoch("us")

    def instant(self, place):
        return _of_clock(super().instant(place), self.dtype)


class _Calendar(_Fixed):
    """Places are instants, as months are of different lengths."""

    def __init__(self, dtype):
        super().__init__(dtype)
        self.unit = "us"

    def place(self, x):
        x = x._apply(_known)
        return x.dt.replace_time_zone(None) if self.is_zoned else x.cast(types.Datetime("us"))

    def instant(self, place):
        return place

    def boundary(self, x):
        return x if self.dtype == types.Date else self.shown(x)

    def shown(self, x):
        return _of_clock(x, self.dtype) if self.is_zoned else x.cast(self.dtype)

    def end(self, begin, period):
        return begin._apply(_moved, options=(period.interval(),))

    def truncated(self, place, every):
        return place.dt.truncate(f"{every.months}mo")

    def moved(self, place, period):
        return place._apply(_moved, options=(period.interval(),)) if period else place

    def before(self, begin, first, every, left_open):
        # An offset may be longer than a window: by so many months `begin` is behind.
        behind = -(-(_month(begin) - _month(first)) // every.months)
        back = behind.clip(lower_bound=0)
        begin = begin._apply(_months_later, -back * every.months)
        late = begin >= first if left_open else begin > first
        return begin._apply(_months_later, late.cast(types.Int64) * -every.months)

    def numbers(self, at, origin, every, period, left_open, right_closed):
        last = (_month(at) - _month(origin)) // every.months
        months = period.months + -(-period.micros // (28 * DAY))
        return last - (-(-months // every.months) + 1), last

    def has_one(self, every, period, left_open, right_closed):
        return False

    def begin(self, origin, number, every):
        return origin._apply(_months_later, number * every.months)


def _axis_of(dtype, every):
    """What measures a column of that type for windows that begin so often."""
    if not every.is_fixed:
        return _Calendar(dtype)
    return (_Clock if is_zoned(dtype) and every.micros % DAY == 0 else _Fixed)(dtype)


def _of_clock(x, dtype):
    """The instants at which the clocks of a zone show times."""
    return x._apply(b.cast, options=(dtype,))


def _month(x):
    return x.dt.year().cast(types.Int64) * 12 + x.dt.month().cast(types.Int64)


def _known(x):
    told = b.call("error", b.string("group_by_dynamic: the times have missing values; drop them first"))
    return b.condition(b.is_null(x), told, x)


def _moved(x, interval):
    return b.operator("+", x, interval)


def _months_later(x, count):
    return b.operator("+", x, b.call("to_months", b.cast(count, types.Int32)))
