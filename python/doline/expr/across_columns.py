"""Functions of several columns, row by row."""

from __future__ import annotations

import builtins

from .. import datatypes as types
from ..errors import InvalidArgument, error
from . import aggregates, build as b, windows
from .expression import Expr, expression
from .literals import as_node, literal_node
from .nodes import Aggregate, Apply, Fields, Rename, Spread, Window, output_name
from .construct import col, lit, when


def _nodes_of(exprs, more):
    given = exprs if isinstance(exprs, (list, tuple)) else [exprs]
    return tuple(as_node(e) for e in [*given, *more])


_ROWS = """{told} of several columns, row by row; missing values are passed over.

    Parameters
    ----------
    exprs : str, Expr or list of these
        The columns.
    *more : str or Expr
        More of them.{options}

    Returns
    -------
    Expr

    Examples
    --------
    >>> frame = dl.DataFrame({{"a": {values}}})
    >>> frame.select(dl.{name}("a", "b")).to_series().to_list()
    {result}
    """
_IGNORING = """
    ignore_nulls : bool, default True
        Whether missing values are passed over; else one makes null of all."""


def _documented(function, name, told, result, options=""):
    values = "[True, None], \"b\": [False, True]" if name[0] == "a" else "[1, None], \"b\": [3, 5]"
    function.__name__ = function.__qualname__ = name
    function.__doc__ = _ROWS.format(told=told, options=options, values=values, name=name, result=result)
    return function


def _across(build, name, told, result):
    def function(exprs, *more):
        return expression(Spread(build, _nodes_of(exprs, more)))
    return _documented(function, name, told, result)


def _across_known(build, name, told, result):
    def function(exprs, *more, ignore_nulls=True):
        return expression(Spread(build if ignore_nulls else _of_known(build), _nodes_of(exprs, more)))
    return _documented(function, name, told, result, _IGNORING)


def _of_known(build):
    def built(*values):
        return b.condition(b.both(*map(b.is_not_null, values)), build(*values))
    return built


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

sum_horizontal = _across_known(_total, "sum_horizontal", "The sum", [4, 5])

mean_horizontal = _across_known(_average, "mean_horizontal", "The mean", [2.0, 5.0])

any_horizontal = _across(_any_true, "any_horizontal", "Whether any is true", [True, True])

all_horizontal = _across(_all_true, "all_horizontal", "Whether all are true", [False, None])

max_horizontal = _across(_greatest, "max_horizontal", "The greatest", [3, 5])

min_horizontal = _across(_least, "min_horizontal", "The least", [1, 5])


def coalesce(exprs, *more, eager=False):
    """The first of several values that is not missing, row by row.

    Parameters
    ----------
    exprs : str, Expr, value or list of these
        The values; a text names a column.
    *more : str, Expr or value
        More of them.
    eager : bool, default False
        Whether a Series is returned, of series; else an expression.

    Returns
    -------
    Expr or Series

    Examples
    --------
    >>> dl.DataFrame({"a": [1, None], "b": [5, 6]}).select(dl.coalesce("a", "b")).rows()
    [(1,), (6,)]
    """
    return _eager(expression(Spread("coalesce", _nodes_of(exprs, more))), eager)


def _eager(made, eager):
    """What the expression gives, at once where that is asked for."""
    if not eager:
        return made
    from ..lazy_frame import LazyFrame
    return LazyFrame.without_source().select(made).collect().to_series()


def _joined(*parts):
    *values, separator, ignore_nulls = parts
    texts = [b.cast(v, types.String) for v in values]
    text = b.call("concat_ws", b.string(separator), *texts)
    if ignore_nulls:
        return text
    return b.condition(b.both(*[b.is_not_null(v) for v in values]), text)


def concat_str(exprs, *more, separator="", ignore_nulls=False):
    """Values as texts, one behind the other.

    Parameters
    ----------
    exprs : str, Expr or list of these
        The values; a text names a column.
    *more : str or Expr
        More of them.
    separator : str, default ""
        What stands between them.
    ignore_nulls : bool, default False
        Whether missing ones are passed over; else one makes null of all.

    Returns
    -------
    Expr
        Of String.

    Examples
    --------
    >>> dl.DataFrame({"a": ["x"], "b": [1]}).select(dl.concat_str("a", "b", separator="-")).item()
    'x-1'
    """
    return expression(Spread(_joined, _nodes_of(exprs, more), (separator, ignore_nulls)))


def format(f_string, *args):
    """Texts with values in the place of `{}`.

    Parameters
    ----------
    f_string : str
        The text around them.
    *args : str or Expr
        The values; a text names a column.

    Returns
    -------
    Expr
        Of String.

    Raises
    ------
    ValueError
        Where there are other than as many values as `{}`.

    Examples
    --------
    >>> dl.DataFrame({"a": ["tea"], "n": [3]}).select(dl.format("{} × {}", "n", "a")).item()
    '3 × tea'
    """
    pieces = f_string.split("{}")
    if builtins.len(pieces) != builtins.len(args) + 1:
        raise error(InvalidArgument, "format needs as many values as there are {}")
    nodes = [literal_node(pieces[0])]
    for value, piece in zip(args, pieces[1:]):
        nodes += [as_node(value), literal_node(piece)]
    made = expression(Apply(_joined, tuple(nodes), ("", False)))
    return made.alias(output_name(nodes[1])) if args else made


def concat_list(exprs, *more):
    """Values and lists as one list, row by row.

    Parameters
    ----------
    exprs : str, Expr or list of these
        The values; a text names a column.
    *more : str or Expr
        More of them.

    Returns
    -------
    Expr
        Of lists; null where a list is.

    Examples
    --------
    >>> dl.DataFrame({"a": [1], "b": [[2, 3]]}).select(dl.concat_list("a", "b")).item()
    [1, 2, 3]
    """
    return expression(Spread(_lists_joined, _nodes_of(exprs, more)))


def _lists_joined(*values):
    lists = [b.call("frame_as_list", v) for v in values]
    return b.condition(b.both(*map(b.is_not_null, lists)), b.call("list_concat", *lists))


def struct(*exprs, schema=None, eager=False, **named):
    """Columns as one of structs.

    Parameters
    ----------
    *exprs : str, Expr, or lists of these
        The fields, under their own names.
    schema : dict, optional
        Names and types of all fields.
    eager : bool, default False
        Whether a Series is returned, of series; else an expression.
    **named : Expr
        Fields, named by the keyword.

    Returns
    -------
    Expr or Series
        Of structs.

    Examples
    --------
    >>> dl.DataFrame({"a": [1], "b": ["x"]}).select(dl.struct("a", c="b").alias("s")).item()
    {'a': 1, 'c': 'x'}
    """
    nodes = [as_node(e) for item in exprs for e in
             (item if isinstance(item, (list, tuple)) else [item])]
    nodes += [Rename(as_node(v), name) for name, v in named.items()]
    made = expression(Fields("struct_pack", tuple(nodes)))
    if schema is not None:
        made = made.cast(types.Struct(dict(schema)))
    return _eager(made, eager)


def fold(acc, function, exprs, *, returns_scalar=False, return_dtype=None):
    """`function(function(acc, a), b) …` over expressions.

    Parameters
    ----------
    acc : value or Expr
        Where it begins.
    function : callable
        Takes two expressions and gives one.
    exprs : str, Expr or list of these
        What comes in.
    returns_scalar : bool
        Without effect: the expression that comes out knows.
    return_dtype : data type, optional
        Of what comes out.

    Returns
    -------
    Expr

    Examples
    --------
    >>> total = dl.fold(0, lambda x, y: x + y, ["a", "b"])
    >>> dl.DataFrame({"a": [1], "b": [2]}).select(total.alias("sum")).item()
    3
    """
    out = acc if isinstance(acc, Expr) else lit(acc)
    for expr in exprs if isinstance(exprs, (list, tuple)) else [exprs]:
        out = function(out, expr if isinstance(expr, Expr) else col(expr))
    return out if return_dtype is None else out.cast(return_dtype)


def reduce(function, exprs, *, returns_scalar=False, return_dtype=None):
    """`function(function(a, b), c) …` over expressions.

    Parameters
    ----------
    function : callable
        Takes two expressions and gives one.
    exprs : list of str or Expr
        What comes in.
    returns_scalar : bool
        Without effect: the expression that comes out knows.
    return_dtype : data type, optional
        Of what comes out.

    Returns
    -------
    Expr

    Examples
    --------
    >>> product = dl.reduce(lambda x, y: x * y, ["a", "b"])
    >>> dl.DataFrame({"a": [1], "b": [2]}).select(product.alias("p")).item()
    2
    """
    exprs = exprs if isinstance(exprs, (list, tuple)) else [exprs]
    given = [e if isinstance(e, Expr) else col(e) for e in exprs]
    out = given[0]
    for expr in given[1:]:
        out = function(out, expr)
    return out if return_dtype is None else out.cast(return_dtype)


def corr(a, b, *, method="pearson", propagate_nans=False, eager=False):
    """The correlation of two columns.

    Parameters
    ----------
    a, b : str or Expr
        The columns.
    method : {"pearson", "spearman"}
        Of the values, or of their ranks.
    propagate_nans : bool, default False
        Without effect: of NaN there is no correlation but NaN.
    eager : bool, default False
        Whether a Series is returned, of series; else an expression.

    Returns
    -------
    Expr or Series
        One Float64.

    Examples
    --------
    >>> dl.DataFrame({"a": [1, 2, 3], "b": [2, 4, 6]}).select(dl.corr("a", "b")).item()
    1.0
    """
    if method not in ("pearson", "spearman"):
        raise error(InvalidArgument, f"method is 'pearson' or 'spearman', not {method!r}")
    if method == "spearman":
        given = expression(as_node(a)), expression(as_node(b))
        known = given[0].is_not_null() & given[1].is_not_null()
        a, b = (when(known).then(x).rank() for x in given)
    return _eager(expression(Aggregate(aggregates.correlation, (as_node(a), as_node(b)))), eager)


def cov(a, b, *, ddof=1, eager=False):
    """The covariance of two columns.

    Parameters
    ----------
    a, b : str or Expr
        The columns.
    ddof : int, default 1
        1 for a sample, 0 for all there is.
    eager : bool, default False
        Whether a Series is returned, of series; else an expression.

    Returns
    -------
    Expr or Series
        One Float64.

    Examples
    --------
    >>> dl.DataFrame({"a": [1, 2, 3], "b": [2, 4, 6]}).select(dl.cov("a", "b")).item()
    2.0
    """
    return _eager(expression(Aggregate(aggregates.covariance, (as_node(a), as_node(b)), (ddof,))), eager)


def arctan2(y, x):
    """The angle of a point, from its two coordinates, in radians.

    Parameters
    ----------
    y, x : str or Expr
        The coordinates.

    Returns
    -------
    Expr
        Of Float64.

    Examples
    --------
    >>> dl.DataFrame({"y": [1.0], "x": [0.0]}).select(dl.arctan2("y", "x").degrees()).item()
    90.0
    """
    return expression(Apply("atan2", (as_node(y), as_node(x))))


def arg_where(condition, *, eager=False):
    """The positions at which a condition holds.

    Parameters
    ----------
    condition : Expr
        The condition.
    eager : bool, default False
        Whether a Series is returned, of a series; else an expression.

    Returns
    -------
    Expr or Series
        Of UInt32, from 0.

    Examples
    --------
    >>> dl.DataFrame({"a": [1, 5, 6]}).select(dl.arg_where(dl.col("a") > 4)).to_series().to_list()
    [1, 2]
    """
    return _eager(expression(as_node(condition)).arg_true(), eager)


def arg_sort_by(exprs, *more, descending=False, nulls_last=False, multithreaded=True, maintain_order=False):
    """The positions that would sort rows by several columns.

    Parameters
    ----------
    exprs : str, Expr or list of these
        The columns.
    *more : str or Expr
        More of them.
    descending, nulls_last : bool or list of bool, default False
        Whether the order falls, and whether missing values come last, for all or each.
    multithreaded, maintain_order : bool
        Without effect: rows that compare equal always keep their order.

    Returns
    -------
    Expr
        Of UInt32, from 0.

    Examples
    --------
    >>> frame = dl.DataFrame({"a": [2, 1, 2], "b": [1, 5, 0]})
    >>> frame.select(dl.arg_sort_by("a", "b")).to_series().to_list()
    [1, 2, 0]
    """
    keys = _nodes_of(exprs, more)
    places = expression(Window(windows.row_index, ())).cast(types.UInt32)
    sorted_places = places.sort_by([expression(key) for key in keys], descending=descending,
                                   nulls_last=nulls_last)
    return sorted_places.alias(output_name(keys[0]))
