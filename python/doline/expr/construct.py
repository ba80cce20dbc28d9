"""Where expressions begin: `col`, `lit`, `when`, and functions of several columns."""

from __future__ import annotations

import builtins

from .. import datatypes as types
from ..datatypes import DataType, DataTypeClass
from ..errors import NotSupported
from . import aggregates, build as b, windows
from .expression import Expr, expression
from .literals import as_node, interval_bytes, literal_node, named_column
from .nodes import (Aggregate, Apply, Column, Element, Fields, Node, Rename, Spread, Window)
from .selecting import by_names, by_types, everything


class _Columns:
    """`pl.col`: called with names or types, or `pl.col.name`."""

    def __call__(self, name, *more):
        if type(name) is str and not more:
            return expression(named_column(name))
        given = [entry for item in (name, *more)
                 for entry in (item if isinstance(item, (list, tuple, set, frozenset)) else [item])]
        if builtins.all(isinstance(entry, str) for entry in given):
            return expression(by_names(given) if builtins.len(given) != 1 or isinstance(name, (list, tuple))
                              else named_column(given[0]))
        return expression(by_types([types.as_dtype(g) if not isinstance(g, (DataType, DataTypeClass))
                                    else g for g in given]))

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return expression(Column(name))


col = _Columns()


def lit(value, dtype=None, *, allow_object=False):
    """A value as an expression."""
    if isinstance(value, Expr):
        return value
    return expression(literal_node(value, dtype))


def all(*names, ignore_nulls=True):
    """All columns; with names, whether all their values are true."""
    if not names:
        return expression(everything())
    return col(*names).all(ignore_nulls=ignore_nulls)


def any(*names, ignore_nulls=True):
    """Whether any value is true; missing ones are passed over."""
    return col(*names).any(ignore_nulls=ignore_nulls)


def exclude(*columns):
    """All columns but some."""
    return expression(everything()).exclude(*columns)


def nth(*indices):
    """Columns at some places, from 0 or from the end."""
    from .nodes import Selection
    flat = [i for index in indices for i in (index if isinstance(index, (list, tuple)) else [index])]
    return expression(Selection(lambda columns: [columns.names[i] for i in flat], f"nth({flat})"))


def element():
    """What stands for the values inside a list."""
    return expression(Element())


class FieldMark(Node):
    """`pl.field(name)` inside `struct.with_fields`."""

    __slots__ = ("name",)
    shape = 1

    def __init__(self, name):
        self.name = name


def field(name):
    """A field of a struct."""
    return expression(FieldMark(name))


def len():
    """The number of rows."""
    return expression(Aggregate(aggregates.row_count, ()))


def count(*columns):
    """How many values are not missing."""
    return col(*columns).count() if columns else len()


def _shortcut(name, result):
    def function(*columns, **options):
        return getattr(col(*columns), name)(**options)
    function.__name__ = name
    function.__doc__ = f"""`col(…).{name}()` of columns.

    Parameters
    ----------
    *columns : str or data type
        Which ones.
    **options
        Those of `Expr.{name}`.

    Returns
    -------
    Expr

    Examples
    --------
    >>> dl.DataFrame({{"a": [1, 2, 3]}}).select(dl.{name}("a")).to_series().to_list()
    {result}
    """
    return function


sum, mean, min, max, median, first, last, n_unique, implode, std, var, cum_sum, null_count = map(
    _shortcut, ("sum", "mean", "min", "max", "median", "first", "last", "n_unique", "implode",
                "std", "var", "cum_sum", "null_count"),
    ([6], [2.0], [1], [3], [2.0], [1], [3], [3], [[1, 2, 3]], [1.0], [1.0], [1, 3, 6], [0]))


def head(column, n=10):
    """The first values or rows."""
    return col(column).head(n)


def tail(column, n=10):
    """The last values or rows."""
    return col(column).tail(n)


def quantile(column, quantile, interpolation="nearest"):
    """The value that so large a share of the others is not above."""
    return col(column).quantile(quantile, interpolation)


# --- when / then / otherwise

class Pending:
    """`when(…).then(…)` without its end; an expression all the same, which is NULL otherwise."""

    def __init__(self, parts):
        self._parts = parts

    def when(self, *predicates, **constraints):
        """A condition for the value that follows."""
        return _When(self._parts, _predicate(predicates, constraints))

    def otherwise(self, value):
        """The value where no condition holds."""
        return expression(Apply(b.cases, (*self._parts, as_node(value))))

    def _as_expression(self):
        return expression(Apply(b.cases, tuple(self._parts)))

    @property
    def _node(self):
        return self._as_expression()._node

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._as_expression(), name)


class _When:
    def __init__(self, parts, condition):
        self._parts, self._condition = parts, condition

    def then(self, value):
        """The value where the condition holds."""
        return Pending([*self._parts, as_node(value), self._condition])


def _predicate(predicates, constraints):
    terms = [as_node(p) for p in predicates]
    terms += [Apply(b.equal, (Column(k), as_node(v, False))) for k, v in constraints.items()]
    return terms[0] if builtins.len(terms) == 1 else Apply(b.both, tuple(terms))


def when(*predicates, **constraints):
    """A value by a condition: `when(p).then(a).otherwise(b)`."""
    return _When([], _predicate(predicates, constraints))


# --- Across columns

def _nodes_of(exprs, more):
    given = exprs if isinstance(exprs, (list, tuple)) else [exprs]
    return tuple(as_node(e) for e in [*given, *more])


def _across(build, name, told, result):
    def function(exprs, *more, **options):
        if options.pop("ignore_nulls", True) is not True:
            raise NotSupported("ignore_nulls=False is not supported here; use +")
        return expression(Spread(build, _nodes_of(exprs, more)))
    values = "[True, None], \"b\": [False, True]" if name[0] == "a" else "[1, None], \"b\": [3, 5]"
    function.__name__ = name
    function.__doc__ = f"""{told} of several columns, row by row; missing values are passed over.

    Parameters
    ----------
    exprs : str, Expr or list of these
        The columns.
    *more : str or Expr
        More of them.

    Returns
    -------
    Expr

    Examples
    --------
    >>> frame = dl.DataFrame({{"a": {values}}})
    >>> frame.select(dl.{name}("a", "b")).to_series().to_list()
    {result}
    """
    return function


def _total(*values):
    """Sums by halves, so that a thousand columns do not nest a thousand deep."""
    if builtins.len(values) == 1:
        return b.call("ifnull", values[0], b.integer(0))
    middle = builtins.len(values) // 2
    return b.call("wrapping_add", _total(*values[:middle]), _total(*values[middle:]))


def _average(*values):
    counts = [b.condition(b.is_null(v), b.integer(0), b.integer(1)) for v in values]
    total = b.cast(_total(*values), types.Float64)
    count = _total(*counts)
    return b.condition(b.greater(count, b.integer(0)), b.operator("/", total, count))


def _any_true(*values):
    return b.either(*values)


def _all_true(*values):
    return b.both(*values)


def _greatest(*values):
    return b.call("greatest", *values)


def _least(*values):
    return b.call("least", *values)


sum_horizontal = _across(_total, "sum_horizontal", "The sum", [4, 5])
mean_horizontal = _across(_average, "mean_horizontal", "The mean", [2.0, 5.0])
any_horizontal = _across(_any_true, "any_horizontal", "Whether any is true", [True, True])
all_horizontal = _across(_all_true, "all_horizontal", "Whether all are true", [False, None])
max_horizontal = _across(_greatest, "max_horizontal", "The greatest", [3, 5])
min_horizontal = _across(_least, "min_horizontal", "The least", [1, 5])


def coalesce(exprs, *more):
    """The first that is not missing, row by row."""
    return expression(Spread("coalesce", _nodes_of(exprs, more)))


def _joined(*parts):
    *values, separator, ignore_nulls = parts
    texts = [b.cast(v, types.String) for v in values]
    text = b.call("concat_ws", b.string(separator), *texts)
    if ignore_nulls:
        return text
    return b.condition(b.both(*[b.is_not_null(v) for v in values]), text)


def concat_str(exprs, *more, separator="", ignore_nulls=False):
    """Values as texts behind each other."""
    return expression(Spread(_joined, _nodes_of(exprs, more), (separator, ignore_nulls)))


def format(text, *args):
    """Texts with values in the place of `{}`."""
    pieces = text.split("{}")
    if builtins.len(pieces) != builtins.len(args) + 1:
        raise ValueError("format needs as many values as there are {}")
    nodes = [literal_node(pieces[0])]
    for value, piece in zip(args, pieces[1:]):
        nodes += [as_node(value), literal_node(piece)]
    return expression(Apply(_joined, tuple(nodes), ("", False)))


def concat_list(exprs, *more):
    """Values and lists as one list, row by row."""
    return expression(Spread(_lists_joined, _nodes_of(exprs, more)))


def _lists_joined(*values):
    lists = [b.call("frame_as_list", v) for v in values]
    return b.condition(b.both(*map(b.is_not_null, lists)), b.call("list_concat", *lists))


def struct(*exprs, schema=None, eager=False, **named):
    """Columns as one of structs; as a selector, columns of structs."""
    if eager:
        raise NotSupported("struct(eager=True) is not supported; use frame.select")
    nodes = [as_node(e) for item in exprs for e in
             (item if isinstance(item, (list, tuple)) else [item])]
    nodes += [Rename(as_node(v), name) for name, v in named.items()]
    return expression(Fields("struct_pack", tuple(nodes)))


def fold(acc, function, exprs, **unsupported):
    """`function(function(acc, a), b) …` over expressions."""
    out = acc if isinstance(acc, Expr) else lit(acc)
    for expr in exprs if isinstance(exprs, (list, tuple)) else [exprs]:
        out = function(out, expr if isinstance(expr, Expr) else col(expr))
    return out


def reduce(function, exprs, **unsupported):
    """A function of expressions, two at a time."""
    given = [e if isinstance(e, Expr) else col(e) for e in exprs]
    out = given[0]
    for expr in given[1:]:
        out = function(out, expr)
    return out


def corr(a, c, *, method="pearson", **unsupported):
    """Pearson's (or Spearman's) correlation."""
    if method == "spearman":
        a, c = (expression(as_node(x)).rank() for x in (a, c))
    return expression(Aggregate(aggregates.correlation, (as_node(a), as_node(c))))


def cov(a, c, ddof=1):
    """The covariance."""
    return expression(Aggregate(aggregates.covariance, (as_node(a), as_node(c)), (ddof,)))


def arctan2(y, x):
    """The angle of a point (x, y), from its two coordinates."""
    return expression(Apply("atan2", (as_node(y), as_node(x))))


def arg_where(condition, *, eager=False):
    """The positions at which a condition holds."""
    return expression(as_node(condition)).arg_true()


def arg_sort_by(exprs, *more, **options):
    """Not supported; use `with_row_index().sort(…)`."""
    raise NotSupported("arg_sort_by is not supported; use with_row_index().sort(...)")


# --- Times

def _date(year, month, day):
    return b.call("make_date", year, month, day)


def date(year, month, day):
    """Dates: of an instant, from parts, or columns of them."""
    return expression(Apply(_date, tuple(map(as_node, (year, month, day))))).alias("date")


def datetime_(year, month, day, hour=None, minute=None, second=None, microsecond=None, *,
              time_unit="us", time_zone=None, **unsupported):
    """Instants from their parts."""
    parts = [as_node(p) for p in (year, month, day, hour or 0, minute or 0)]
    seconds = as_node(second or 0)
    return expression(Apply(_instant, (*parts, seconds, as_node(microsecond or 0)))).alias("datetime")


def _instant(year, month, day, hour, minute, second, micro):
    from .temporal import replaced
    return replaced(None, year, month, day, hour, minute, second, micro)


def time(hour=None, minute=None, second=None, microsecond=None):
    """The time of day; from parts, or columns of them."""
    parts = [as_node(p or 0) for p in (hour, minute, second)]
    return expression(Apply("make_time", tuple(parts))).alias("time")


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
    """Spans of time: from parts, or columns of them."""
    if nanoseconds is not None:
        raise NotSupported("spans of time go down to microseconds")
    parts = [as_node(p if p is not None else 0) for p in
             (weeks, days, hours, minutes, seconds, milliseconds, microseconds)]
    return expression(Apply(_span, tuple(parts))).alias("duration")


def from_epoch(column, time_unit="s"):
    """Instants of numbers since 1970."""
    return expression(Apply(_from_epoch, (as_node(column),), (time_unit,)))


def _from_epoch(x, unit):
    if unit == "d":
        return b.operator("+", b.cast(b.string("1970-01-01"), types.Date), b.cast(x, types.Int32))
    factor = {"s": 1_000_000, "ms": 1000, "us": 1}.get(unit)
    if factor is None:
        raise NotSupported(f"from_epoch(time_unit={unit!r}) is not supported; divide by 1000 and use us")
    return b.call("make_timestamp", b.operator("*", b.cast(x, types.Int64), b.integer(factor)))


def _ranged(start, end, interval, closed, dtype):
    """Each value is so many intervals behind the first: a month behind 31 January, two months, three.
    The engine's series goes on from the value before, and so never back to the 31st; it has no fewer."""
    start, end = (b.cast(x, types.Datetime("us")) for x in (start, end))
    steps = b.call("length", b.call("generate_series", start, end, interval))
    step = b.operator("+", start, b.operator("*", interval, b.column("step")))
    values = b.call("list_transform", b.call("range", steps), b.one_lambda("step", step))
    within = (b.less_or_equal if closed in ("both", "right") else b.less)(b.column("value"), end)
    values = b.call("list_filter", values, b.one_lambda("value", within))
    if closed in ("right", "none"):
        values = b.n.slice_(values, b.integer(2))
    return b.cast(values, types.List(dtype))


def _range_of_times(start, end, interval, closed, eager, dtype):
    node = Apply(_ranged, (as_node(start), as_node(end)), (interval_bytes(interval), closed, dtype))
    from .nodes import Rearrange
    out = expression(Rearrange("flatten_lists", (node,)))
    return _eager(out) if eager else out


def _eager(expr):
    from ..lazy_frame import LazyFrame
    return LazyFrame.without_source().select(expr).collect().to_series()


def date_range(start, end, interval="1d", *, closed="both", eager=False, **unsupported):
    """Dates from `start` to `end`, one every `interval`."""
    return _range_of_times(start, end, interval, closed, eager, types.Date)


def datetime_range(start, end, interval="1d", *, closed="both", eager=False, **unsupported):
    """Instants from `start` to `end`, one every `interval`."""
    return _range_of_times(start, end, interval, closed, eager, types.Datetime("us"))


def int_range(start=0, end=None, step=1, *, dtype=types.Int64, eager=False):
    """Integers from `start` up to, but without, `end`; `pl.len()` as the end numbers a frame's rows."""
    if end is None:
        start, end = 0, start
    if not isinstance(end, Expr) or isinstance(start, Expr) or not _is_len(end):
        node = Apply(_numbers, (as_node(start), as_node(end)), (step, dtype))
        from .nodes import Rearrange
        out = expression(Rearrange("flatten_lists", (node,)))
        return _eager(out) if eager else out
    index = expression(Window(windows.row_index, ()))
    return (index * step + start).cast(dtype).alias("literal")


def _is_len(expr):
    return type(expr._node) is Aggregate and expr._node.build is aggregates.row_count


def _numbers(start, end, step, dtype):
    return b.cast(b.call("range", b.cast(start, types.Int64), b.cast(end, types.Int64),
                         b.integer(step)), types.List(dtype))


def int_ranges(start=0, end=None, step=1, *, dtype=types.Int64, eager=False):
    """A list of integers for each row."""
    if end is None:
        start, end = 0, start
    return expression(Apply(_numbers, (as_node(start), as_node(end)), (step, dtype)))


def row_index(name="index"):
    """The rows' numbers, from 0."""
    return expression(Window(windows.row_index, ())).cast(types.UInt32).alias(name)


def repeat(value, n, *, dtype=None, eager=False):
    """A value, repeated."""
    node = Apply(_repeated, (as_node(value, False), as_node(n)))
    from .nodes import Rearrange
    out = expression(Rename(Rearrange("flatten_lists", (node,)), "repeat"))
    if dtype is not None:
        out = out.cast(dtype)
    return _eager(out) if eager else out


def _repeated(value, count):
    return b.call("list_transform", b.call("range", b.cast(count, types.Int64)),
                  b.one_lambda("place", value))


def ones(n, dtype=types.Float64, *, eager=False):
    """As many ones."""
    return repeat(1, n, dtype=dtype, eager=eager)


def zeros(n, dtype=types.Float64, *, eager=False):
    """As many zeros."""
    return repeat(0, n, dtype=dtype, eager=eager)


def select(*exprs, eager=True, **named):
    """Expressions that need no frame, as a frame."""
    from ..lazy_frame import LazyFrame
    made = LazyFrame.without_source().select(*exprs, **named)
    return made.collect() if eager else made


def sql_expr(text):
    """An expression written in SQL."""
    from ..lazy_frame import expression_from_sql
    return expression_from_sql(text)
