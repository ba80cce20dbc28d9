"""Times from parts, ranges, and what needs no frame."""

from __future__ import annotations


from .. import datatypes as types
from ..errors import NotSupported, error
from . import aggregates, build as b, windows
from .expression import Expr, expression
from .literals import as_node, interval_bytes
from .nodes import Aggregate, Apply, Literal, Typed, Window, output_name
from .time_trees import ranged_times, refuse_unit_of_zone


def _date(year, month, day):
    return b.call("make_date", year, month, day)


def date(year, month, day):
    """Dates of their parts.

    Parameters
    ----------
    year, month, day : int, str or Expr
        The parts; a text names a column.

    Returns
    -------
    Expr
        Of Date.

    Examples
    --------
    >>> dl.DataFrame({"y": [2024]}).select(dl.date("y", 2, 29)).item()
    datetime.date(2024, 2, 29)
    """
    return expression(Apply(_date, tuple(map(as_node, (year, month, day))))).alias("date")


def datetime_(year, month, day, hour=None, minute=None, second=None, microsecond=None, *,
              time_unit="us", time_zone=None, ambiguous="raise"):
    """Instants of their parts. Called `doline.datetime`.

    Parameters
    ----------
    year, month, day, hour, minute, second, microsecond : int, str or Expr
        The parts; a text names a column. Those from `hour` on may be left out.
    time_unit : {"us", "ms", "ns"}
        Of what comes out.
    time_zone : str, optional
        Of what comes out: the parts are what its clocks show.
    ambiguous : {"raise", "earliest", "latest", "null"}
        What becomes of times that the clocks of the zone show twice.

    Returns
    -------
    Expr
        Of Datetime.

    Examples
    --------
    >>> dl.select(dl.datetime(2024, 2, 29, 9, 30)).item()
    datetime.datetime(2024, 2, 29, 9, 30)
    """
    refuse_unit_of_zone("datetime", time_unit, time_zone)
    given = (hour, minute, second, microsecond)
    parts = [as_node(p) for p in (year, month, day)] + [as_node(0 if p is None else p) for p in given]
    made = expression(Apply(_instant, tuple(parts), (time_unit,)))
    if time_zone is not None:
        made = made.dt.replace_time_zone(time_zone, ambiguous=ambiguous)
    return made.alias(_name_of(parts, "datetime"))


def _name_of(parts, of_literals):
    """What is made of literals alone has a name of its own; else it is called as the first part is."""
    return of_literals if all(type(part) is Literal for part in parts) else output_name(parts[0])


def _instant(year, month, day, hour, minute, second, micro, unit):
    from .time_trees import instant_of_parts
    made = instant_of_parts(year, month, day, hour, minute, second, micro)
    return made if unit == "us" else b.cast(made, types.Datetime(unit))


def time(hour=None, minute=None, second=None, microsecond=None):
    """Times of day of their parts.

    Parameters
    ----------
    hour, minute, second, microsecond : int, str or Expr, optional
        The parts; a text names a column.

    Returns
    -------
    Expr
        Of Time.

    Examples
    --------
    >>> dl.select(dl.time(9, 30)).item()
    datetime.time(9, 30)
    """
    parts = [as_node(0 if p is None else p) for p in (hour, minute, second, microsecond)]
    return expression(Apply(_time, tuple(parts))).alias("time")


def _time(hour, minute, second, micro):
    fraction = b.operator("/", b.cast(micro, types.Float64), b.integer(1_000_000))
    return b.call("make_time", hour, minute, b.operator("+", b.cast(second, types.Float64), fraction))


def _span(*parts):
    units = ("to_weeks", "to_days", "to_hours", "to_minutes", "to_seconds", "to_milliseconds",
             "to_microseconds")
    out = None
    for unit, value in zip(units, parts):
        if value == b.integer(0):
            continue
        piece = b.call(unit, value)
        out = piece if out is None else b.operator("+", out, piece)
    return b.cast(out if out is not None else b.call("to_days", b.integer(0)), types.Duration("us"))


def duration(*, weeks=None, days=None, hours=None, minutes=None, seconds=None, milliseconds=None,
             microseconds=None, nanoseconds=None, time_unit="us"):
    """Spans of time of their parts, which add up.

    Parameters
    ----------
    weeks, days, hours, minutes, seconds, milliseconds, microseconds : int, str or Expr, optional
        The parts; a text names a column.
    nanoseconds : None
        Not supported.
    time_unit : {"us"}
        Of what comes out; others are not supported.

    Returns
    -------
    Expr
        Of Duration.

    Examples
    --------
    >>> dl.select(dl.duration(days=1, hours=2)).item()
    datetime.timedelta(days=1, seconds=7200)
    """
    if nanoseconds is not None or time_unit != "us":
        raise error(NotSupported, "spans of time have microseconds", "give these")
    parts = [as_node(p if p is not None else 0) for p in
             (weeks, days, hours, minutes, seconds, milliseconds, microseconds)]
    return expression(Apply(_span, tuple(parts))).alias(_name_of(parts, "duration"))


def from_epoch(column, time_unit="s"):
    """Instants of numbers that count from 1970.

    Parameters
    ----------
    column : str or Expr
        The numbers.
    time_unit : {"s", "ms", "us", "d"}
        What they count; of days it gives dates.

    Returns
    -------
    Expr
        Of Datetime.

    Examples
    --------
    >>> dl.DataFrame({"t": [86400]}).select(dl.from_epoch("t")).item()
    datetime.datetime(1970, 1, 2, 0, 0)
    """
    return expression(Apply(_from_epoch, (as_node(column),), (time_unit,)))


def _from_epoch(x, unit):
    if unit == "d":
        return b.operator("+", b.cast(b.string("1970-01-01"), types.Date), b.cast(x, types.Int32))
    factor = {"s": 1_000_000, "ms": 1000, "us": 1}.get(unit)
    if factor is None:
        raise error(NotSupported, f"from_epoch(time_unit={unit!r}) is not supported",
                    "divide by 1000 and use us")
    return b.call("make_timestamp", b.operator("*", b.cast(x, types.Int64), b.integer(factor)))


def _range_of_times(start, end, interval, closed, eager, dtype):
    node = Typed(ranged_times, (as_node(start), as_node(end)), (interval_bytes(interval), closed, dtype))
    from .nodes import Rearrange
    out = expression(Rearrange("flatten_lists", (node,)))
    return _eager(out) if eager else out


def _eager(expr):
    from ..lazy_frame import LazyFrame
    return LazyFrame.without_source().select(expr).collect().to_series()


def date_range(start, end, interval="1d", *, closed="both", eager=False):
    """Dates that follow each other.

    Parameters
    ----------
    start, end : date, str or Expr
        The first and the last; a text names a column.
    interval : str or timedelta, default "1d"
        How far apart.
    closed : {"both", "left", "right", "none"}
        Which of the two belong to them.
    eager : bool, default False
        Whether a Series is returned; else an expression.

    Returns
    -------
    Expr or Series

    Examples
    --------
    >>> import datetime
    >>> begin, end = datetime.date(2024, 1, 31), datetime.date(2024, 3, 31)
    >>> dl.date_range(begin, end, "1mo", eager=True).to_list()
    [datetime.date(2024, 1, 31), datetime.date(2024, 2, 29), datetime.date(2024, 3, 31)]
    """
    return _range_of_times(start, end, interval, closed, eager, types.Date)


def datetime_range(start, end, interval="1d", *, closed="both", time_unit=None, time_zone=None, eager=False):
    """Instants that follow each other.

    Parameters
    ----------
    start, end : datetime, str or Expr
        The first and the last; a text names a column.
    interval : str or timedelta, default "1d"
        How far apart.
    closed : {"both", "left", "right", "none"}
        Which of the two belong to them.
    time_unit : {"us", "ms", "ns"}, default "us"
        Of what comes out.
    time_zone : str, optional
        Of what comes out; without it that of `start`.
    eager : bool, default False
        Whether a Series is returned; else an expression.

    Returns
    -------
    Expr or Series

    Raises
    ------
    doline.NotSupported
        For another unit than "us" beside a zone.

    Examples
    --------
    >>> import datetime
    >>> begin = datetime.datetime(2024, 1, 1)
    >>> dl.datetime_range(begin, begin + datetime.timedelta(hours=2), "1h", eager=True).len()
    3
    """
    return _range_of_times(start, end, interval, closed, eager, types.Datetime(time_unit or "us", time_zone))


def int_range(start=0, end=None, step=1, *, dtype=types.Int64, eager=False):
    """Integers that follow each other.

    Parameters
    ----------
    start, end : int or Expr
        From `start` up to, but without, `end`; with one of them from 0. `dl.len()` as the end
        numbers a frame's rows.
    step : int, default 1
        How far apart.
    dtype : data type, default Int64
        Of the integers.
    eager : bool, default False
        Whether a Series is returned; else an expression.

    Returns
    -------
    Expr or Series

    Examples
    --------
    >>> dl.int_range(3, eager=True).to_list()
    [0, 1, 2]
    """
    if end is None:
        start, end = 0, start
    if not (isinstance(end, Expr) and _is_len(end) and type(start) is int and (start, step) == (0, 1)):
        node = Apply(_numbers, (as_node(start), as_node(end)), (step, dtype))
        from .nodes import Rearrange
        out = expression(Rearrange("flatten_lists", (node,)))
        return _eager(out) if eager else out
    index = expression(Window(windows.row_index, ()))
    return index.cast(dtype).alias("literal")


def _is_len(expr):
    return type(expr._node) is Aggregate and expr._node.build is aggregates.row_count


def _numbers(start, end, step, dtype):
    return b.cast(b.call("range", b.cast(start, types.Int64), b.cast(end, types.Int64),
                         b.integer(step)), types.List(dtype))


def int_ranges(start=0, end=None, step=1, *, dtype=types.Int64, eager=False):
    """A list of integers that follow each other, for each row.

    Parameters
    ----------
    start, end : int, str or Expr
        From `start` up to, but without, `end`; with one of them from 0.
    step : int, default 1
        How far apart.
    dtype : data type, default Int64
        Of the integers.
    eager : bool, default False
        Whether a Series is returned; else an expression.

    Returns
    -------
    Expr or Series
        Of lists.

    Examples
    --------
    >>> dl.DataFrame({"n": [1, 2]}).select(dl.int_ranges("n").alias("r")).rows()
    [([0],), ([0, 1],)]
    """
    if end is None:
        start, end = 0, start
    out = expression(Apply(_numbers, (as_node(start), as_node(end)), (step, dtype)))
    return _eager(out) if eager else out


def row_index(name="index"):
    """The rows' numbers, from 0.

    Parameters
    ----------
    name : str, default "index"
        What the column is called.

    Returns
    -------
    Expr
        Of UInt32.

    Examples
    --------
    >>> dl.DataFrame({"a": ["x", "y"]}).select(dl.row_index(), "a").rows()
    [(0, 'x'), (1, 'y')]
    """
    return expression(Window(windows.row_index, ())).cast(types.UInt32).alias(name)


def repeat(value, n, *, dtype=None, eager=False):
    """A value, repeated.

    Parameters
    ----------
    value : value
        The value.
    n : int or Expr
        How often.
    dtype : data type, optional
        Of the value.
    eager : bool, default False
        Whether a Series is returned; else an expression.

    Returns
    -------
    Expr or Series

    Examples
    --------
    >>> dl.repeat("x", 2, eager=True).to_list()
    ['x', 'x']
    """
    node = Apply(_repeated, (as_node(value, False), as_node(n)))
    from .nodes import Rearrange
    out = expression(Rearrange("flatten_lists", (node,)))
    if dtype is not None:
        out = out.cast(dtype)
    return _eager(out) if eager else out


def _repeated(value, count):
    return b.call("list_transform", b.call("range", b.cast(count, types.Int64)),
                  b.one_lambda("place", value))


def ones(n, dtype=types.Float64, *, eager=False):
    """As many ones.

    Parameters
    ----------
    n : int or Expr
        How many.
    dtype : data type, default Float64
        Of which type.
    eager : bool, default False
        Whether a Series is returned; else an expression.

    Returns
    -------
    Expr or Series

    Examples
    --------
    >>> dl.ones(2, eager=True).to_list()
    [1.0, 1.0]
    """
    made = repeat(1, n, dtype=dtype).alias("ones")
    return _eager(made) if eager else made


def zeros(n, dtype=types.Float64, *, eager=False):
    """As many zeros.

    Parameters
    ----------
    n : int or Expr
        How many.
    dtype : data type, default Float64
        Of which type.
    eager : bool, default False
        Whether a Series is returned; else an expression.

    Returns
    -------
    Expr or Series

    Examples
    --------
    >>> dl.zeros(2, eager=True).to_list()
    [0.0, 0.0]
    """
    made = repeat(0, n, dtype=dtype).alias("zeros")
    return _eager(made) if eager else made


def select(*exprs, eager=True, **named):
    """Expressions that need no frame, as a frame.

    Parameters
    ----------
    *exprs : Expr or value
        What to compute.
    eager : bool, default True
        Whether a DataFrame is returned; else a LazyFrame.
    **named : Expr or value
        The same, named by the keyword.

    Returns
    -------
    DataFrame or LazyFrame

    Examples
    --------
    >>> dl.select(a=dl.lit(1) + 1).rows()
    [(2,)]
    """
    from ..lazy_frame import LazyFrame
    made = LazyFrame.without_source().select(*exprs, **named)
    return made.collect() if eager else made
