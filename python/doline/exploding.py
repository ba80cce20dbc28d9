"""A row for each element of lists."""

from __future__ import annotations

from . import _nodes as n
from .expr import build as b


def exploded(frame, names, empty_as_null, keep_nulls):
    """`LazyFrame.explode`: an empty list gives a row with `empty_as_null`, a missing one with `keep_nulls`.
    Several columns go side by side; how many rows each gives has to be the same."""
    replaced, counts, lengths = [], [], []
    one = b.call("list_value", b.NULL)
    for name in names:
        column = b.column(name)
        size = b.call("ifnull", b.call("length", column), b.integer(int(keep_nulls)))
        empty = b.equal(size, b.integer(0))
        if empty_as_null:
            size = b.condition(b.both(empty, b.is_not_null(column)), b.integer(1), size)
        counts.append(size)
        lengths.append(b.call("ifnull", b.call("length", column), b.integer(0)))
        some = b.condition(b.either(b.is_null(column), empty), one, column)
        replaced.append(b.named(b.call("unnest", some), name))
    if not counts:
        return frame
    where = b.greater(counts[0], b.integer(0))
    if len(counts) > 1:
        told = b.call("error", b.string("exploded columns have to have matching element counts in each row"))
        # A missing value that stands for no element does not match an element.
        alike = b.both(*[b.equal(other, first[0]) for first in (counts, lengths) for other in first[1:]])
        where = b.condition(alike, where, told)
    items = [n.named_expression(n.star(replace=replaced))]
    return frame._next(b.select_from(frame._query, items, where=where), frame._names)
