"""Pivots: values of a column become columns."""

from __future__ import annotations

from .errors import InvalidArgument, error
from .expr import build as b
from .expr.construct import col
from .expr.expression import expression
from .expr.nodes import Element
from .table_text import value_text

_AGGREGATES = ("min", "max", "first", "last", "sum", "mean", "median", "len", "count")


def pivot(frame, on, on_columns, index, values, aggregate_function, sort_columns, separator, column_naming):
    """A row for each `index`, a column for each distinct value of `on`, in order of appearance or sorted."""
    if column_naming not in ("auto", "combine"):
        raise error(InvalidArgument, f"column_naming is 'auto' or 'combine', not {column_naming!r}")
    keys = list(frame._chosen([on]))
    taken = list(frame._chosen([values])) if values is not None else None
    kept = list(frame._chosen([index])) if index is not None else None
    if taken is None and kept is None:
        raise error(InvalidArgument, "a pivot needs `index` or `values`")
    if kept is None:
        kept = [k for k in frame.names if k not in keys and k not in taken]
    if taken is None:
        taken = [k for k in frame.names if k not in keys and k not in kept]
    if on_columns is None:
        found = frame.select(keys).unique(maintain_order=True)
        distinct = (found.sort(keys) if sort_columns else found).collect().rows()
    else:
        given = on_columns.rows() if hasattr(on_columns, "rows") else [(v,) for v in on_columns]
        distinct = [v if isinstance(v, tuple) else (v,) for v in given]
    columns = []
    for name in taken:
        for row in distinct:
            here = None
            for key, value in zip(keys, row):
                test = col(key).eq_missing(value)
                here = test if here is None else here & test
            label = _label(row)
            if len(taken) > 1 or column_naming == "combine":
                label = f"{name}{separator}{label}"
            columns.append(_aggregate(col(name).filter(here), aggregate_function).alias(label))
    return frame.group_by(kept, maintain_order=True).agg(columns)


def _label(row):
    if len(row) == 1:
        return "null" if row[0] is None else value_text(row[0]) if not isinstance(row[0], str) else row[0]
    return "{" + ",".join(value_text(v, quote='"') for v in row) + "}"


def _aggregate(values, how):
    if how is None or isinstance(how, str) and how == "item":
        return values.first()._apply(_only if how is None else _exactly_one, values.len())
    if isinstance(how, str):
        if how not in _AGGREGATES:
            raise error(InvalidArgument, f"pivot: no aggregate_function is called {how!r}",
                        f"item, {', '.join(_AGGREGATES)} are, or give an expression of dl.element()")
        return getattr(values, how)()
    return expression(_in_place(how._node, values._node))


def _only(value, count):
    told = b.call("error", b.string("pivot: a cell has more than one value; say aggregate_function="))
    return b.condition(b.greater(count, b.integer(1)), told, value)


def _exactly_one(value, count):
    told = b.call("error", b.string("pivot(aggregate_function=\"item\"): a cell has not exactly one value"))
    return b.condition(b.not_equal(count, b.integer(1)), told, value)


def _in_place(node, values):
    """`pl.element()` stands for the values."""
    if type(node) is Element:
        return values
    if node.arguments:
        return node.with_arguments(tuple(_in_place(a, values) for a in node.arguments))
    return node
