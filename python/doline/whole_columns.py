"""Columns that are sorted, filtered, cut or told apart as a whole: `select(pl.col("a").sort().head(3))`.

Such an expression alone, or several that choose and order rows alike, are verbs of a frame of these
columns, which run inside the memory budget. Others take a list of all of a column's values."""

from __future__ import annotations

from .expr import functions
from .expr.meta import same
from .expr.nodes import COLUMN, REARRANGED, Apply, Column, Literal, Rearrange, Rename
from .frame_items import gathered

_KEY, _INDEX = "__doline_key_{}", "__doline_index"


def as_verbs(frame, chosen):
    """A lazy frame of the columns `chosen` (nodes by names), all of which are rearranged; None where no
    verbs say it."""
    labels = [f"__doline_whole_{i}" for i in range(len(chosen))]
    made = _rows(frame, list(chosen.values()), labels)
    return None if made is None else made.rename(dict(zip(labels, chosen)))


def _rows(frame, nodes, labels):
    """The frame of what `nodes` give, under `labels`."""
    nodes = [_unnamed(node) for node in nodes]
    if all(node.shape == COLUMN for node in nodes):
        return _selected(frame, nodes, labels)
    first = nodes[0]
    if any(type(node) is not type(first) for node in nodes):
        return None
    if type(first) is Apply and len(nodes) == 1:
        return _of_each_value(frame, first, labels)
    if type(first) is not Rearrange or not all(_is_alike(node, first) for node in nodes[1:]):
        return None
    inner = [node.arguments[0] for node in nodes]
    if first.build in ("filter", "sort_by"):
        return _by_others(frame, first, inner, labels)
    verb = _OF_ALL.get(first.build) or (_OF_ONE.get(first.build) if len(nodes) == 1 else None)
    if verb is None or len(first.arguments) > 1:
        return None
    rows = _rows(frame, inner, labels)
    return None if rows is None else verb(rows, *([labels[0]] if first.build in _OF_ONE else []), *first.options)


def _unnamed(node):
    while type(node) is Rename:
        node = node.input
    return node


def _is_alike(node, first):
    """Whether two choose and order rows by the same."""
    return node.build == first.build and node.options == first.options and \
        len(node.arguments) == len(first.arguments) and all(map(same, node.arguments[1:], first.arguments[1:]))


def _selected(frame, nodes, labels):
    from .expr.expression import expression
    return frame.select([expression(Rename(node, label)) for node, label in zip(nodes, labels)])


def _of_each_value(frame, node, labels):
    """A function of each value of one such column."""
    [*rearranged] = [a for a in node.arguments if a.shape == REARRANGED]
    if len(rearranged) != 1 or not all(type(a) is Literal or a is rearranged[0] for a in node.arguments):
        return None
    rows = _rows(frame, rearranged, labels)
    if rows is None:
        return None
    made = node.with_arguments(tuple(Column(labels[0]) if a is rearranged[0] else a for a in node.arguments))
    return _selected(rows, [made], labels)


def _by_others(frame, node, inner, labels):
    """Rows chosen or ordered by other columns, which stand beside them."""
    keys = [_unnamed(key) for key in node.arguments[1:]]
    if any(one.shape != COLUMN for one in (*map(_unnamed, inner), *keys)):
        return None
    from .expr.expression import expression
    names = [_KEY.format(i) for i in range(len(keys))]
    rows = _selected(frame, [*map(_unnamed, inner), *keys], [*labels, *names])
    if node.build == "filter":
        frame.filter(*map(expression, keys))  # whose errors name the columns as they are called
        return rows.filter(*[expression(Column(name)) for name in names]).select(labels)
    descending, nulls_last = node.options
    return rows.sort(names, descending=list(descending), nulls_last=list(nulls_last)).select(labels)


def _part(rows, offset, length=None):
    return rows.slice(offset, length)


def _counted(rows, name, count):
    """Each distinct value, by first appearance, with how often it occurs."""
    return rows.group_by(name, maintain_order=True).len(count)


def _distinct(rows, name, maintain_order):
    return rows.unique(maintain_order=maintain_order)


def _modes(rows, name):
    from .expr.construct import col
    count = col("__doline_count")
    return _counted(rows, name, "__doline_count").filter(count == count.max()).select(name)


def _of_counts(rows, name, part):
    from .expr.construct import col
    if part == "count":
        return _counted(rows, name, "__doline_count").select(col("__doline_count").alias(name))
    if part != "place":
        return None
    places = rows.with_row_index(_INDEX).group_by(name).agg(col(_INDEX).min())
    return places.sort(_INDEX).select(col(_INDEX).alias(name))


def _order_of(rows, name, descending, nulls_last):
    from .expr.construct import col
    ordered = rows.with_row_index(_INDEX).sort(name, descending=descending, nulls_last=nulls_last)
    return ordered.select(col(_INDEX).alias(name))


def _true_places(rows, name):
    from .expr.construct import col
    return rows.with_row_index(_INDEX).filter(col(name)).select(col(_INDEX).alias(name))


def _runs(rows, name):
    from .expr.across_columns import struct
    from .expr.construct import col, len as row_count
    numbered = rows.with_columns(col(name).rle_id().alias(_INDEX))
    runs = numbered.group_by(_INDEX).agg(row_count().alias("len"), col(name).first().alias("value")).sort(_INDEX)
    return runs.select(struct("len", "value").alias(name))


def _gathered(rows, places, _, null_on_oob):
    if any(place is not None and place < 0 for place in places):
        return None
    return gathered(rows, list(places), null_on_oob)


def _value_counts(rows, name, label, count_label, sort, normalize):
    from .expr.across_columns import struct
    from .expr.construct import col
    counted, count = _counted(rows, name, "__doline_count"), col("__doline_count")
    if sort:
        counted = counted.sort("__doline_count", descending=True)
    share = count / count.sum() if normalize else count
    return counted.select(struct(col(name).alias(label), share.alias(count_label)).alias(name))


# Verbs of frames whose columns are chosen and ordered alike.
_OF_ALL = {
    functions.list_part: _part,
    functions.list_tail: lambda rows, count: rows.tail(count),
    functions.list_without_last: lambda rows, count: rows.head(-count),
    functions.list_gather: _gathered,
    functions.list_every: lambda rows, step, offset: rows.gather_every(step, offset),
    "reverse": lambda rows: rows.reverse(),
}
# Those of one column.
_OF_ONE = {
    "drop_nulls": lambda rows, name: rows.drop_nulls(),
    "drop_nans": lambda rows, name: rows.drop_nans(name),
    "sort": lambda rows, name, descending, nulls_last: rows.sort(
        name, descending=descending, nulls_last=nulls_last),
    functions.list_distinct: _distinct,
    functions.list_modes: _modes,
    functions.of_counts: _of_counts,
    functions.list_places: _order_of,
    functions.list_true_places: _true_places,
    functions.list_runs: _runs,
    functions.list_value_counts: _value_counts,
}
