"""Aggregates of a whole column that look for a place in it, and need no list of its values."""

from __future__ import annotations

from .. import _nodes as n
from ..datatypes import UInt32
from . import aggregates, build as b
from .nodes import COLUMN, Literal
from .short_lists import MOST, ends


def has_place(node, scope):
    """Whether an aggregate is one of these, over all rows of a frame in its own order."""
    return (scope.by_groups and not scope.keys and not scope.order and node.build in _OF_PLACES
            and node.arguments[0].shape == COLUMN
            and (node.build is not aggregates.item_at or _is_place(node.arguments[1])))


def of_place(lowering, node, call, value, others):
    """Its bytes. `value`: the column's."""
    return _OF_PLACES[node.build](lowering, node, call, value, others)


def _is_place(node):
    return type(node) is Literal and type(node.value) is int and -MOST <= node.value


def _from_zero(place):
    return b.cast(b.operator("-", place, b.integer(1)), UInt32)


def _extreme(lowering, node, call, value, _):
    """The first place of the least or greatest value; of floats NaN only where there is no number."""
    [largest] = node.options
    place, value = lowering.row_number(), value.bytes
    parts = [value, b.operator("-", b.integer(0), place) if largest else place]
    if lowering.dtype_of(lowering.lower(node.arguments[0])).is_float():
        is_nan = b.call("isnan", value)
        parts.insert(0, b.negation(is_nan) if largest else is_nan)
    key = n.function_call(["struct_pack"], [n.argument(part, f"p{i}") for i, part in enumerate(parts)])
    return _from_zero(call("arg_max" if largest else "arg_min", place, key, where=b.is_not_null(value)))


def _of_value(lowering, node, call, value, others):
    """The first place of a value."""
    return _from_zero(call("min", lowering.row_number(), where=b.equal_missing(value.bytes, others[0])))


def _item(lowering, node, call, value, others):
    """The value at a place from 0, or from the end."""
    [null_on_oob] = node.options
    index, place, value = node.arguments[1].value, lowering.row_number(), value.bytes
    if index < 0:
        found = b.call("list_extract", ends(call, "arg_max", value, place, -index), b.integer(-index))
    else:
        kept = n.function_call(["struct_pack"], [n.argument(value, "value")])
        found = call("any_value", kept, where=b.equal(place, b.integer(index + 1)))
        found = b.call("struct_extract", found, b.string("value"))
    if null_on_oob:
        return found
    least = index + 1 if index >= 0 else -index
    told = b.call("error", b.string("get: a position is out of bounds; null_on_oob=True gives null there"))
    return b.condition(b.greater_or_equal(call("count_star"), b.integer(least)), found, told)


_OF_PLACES = {aggregates.place_of_extreme: _extreme, aggregates.place_of: _of_value,
              aggregates.item_at: _item}
