"""Lists of a few of a group's rows, which take no list of all of them."""

from __future__ import annotations

from . import aggregates, build as b, functions
from .engine_calls import AggregateCall
from .nodes import Rearrange

MOST = 1000  # rows that the engine keeps for each group


def short_list(lowering, node, rows, scope):
    """The bytes of the list that a rearrangement `node` makes of a group's `rows`; None where it takes all."""
    if rows.order or scope.order or not all(isinstance(option, int) for option in node.options):
        return None
    call = AggregateCall(rows)
    if node.build is functions.list_distinct:
        return None if node.options[0] else aggregates.distinct_values(call, rows.value)
    if len(node.arguments) > 1:
        return None
    if node.build is functions.list_part and node.options[0] >= 0 and len(node.options) == 2:
        offset, count = node.options
        if 0 < count and offset + count <= MOST:
            first = ends(call, "arg_min", rows.value, lowering.row_number(), offset + count)
            return functions.list_part(first, offset, count) if offset else first
    if node.build is functions.list_tail and 0 < node.options[0] <= MOST:
        return b.call("list_reverse", ends(call, "arg_max", rows.value, lowering.row_number(), node.options[0]))
    return None


def ends(call, name, value, place, count):
    """The values at the least or greatest places, as structs, among which no value is missing."""
    kept = b.n.function_call(["struct_pack"], [b.n.argument(value, "value")])
    found = call(name, kept, place, b.integer(count))
    values = b.call("list_transform", found, b.one_lambda("element", b.call(
        "struct_extract", b.column("element"), b.string("value"))))
    return b.call("ifnull", values, b.call("list_value"))


def is_top(node):
    """Whether a rearrangement is the first of sorted values: `sort().head(n)`, `top_k`, `bottom_k`."""
    if node.build is not functions.list_part or len(node.arguments) > 1 or node.options[0] != 0:
        return False
    count, by = node.options[1], node.arguments[0]
    return (isinstance(count, int) and 0 < count <= MOST and type(by) is Rearrange and by.build == "sort"
            and len(by.arguments) == 1)


def top_list(call, node, value):
    """The bytes of the list of these: the values of the least or greatest, missing ones where they belong."""
    descending, nulls_last = node.arguments[0].options
    flag = (b.is_not_null if descending == nulls_last else b.is_null)(value)
    key = b.n.function_call(["struct_pack"], [b.n.argument(flag, "flag"), b.n.argument(value, "value")])
    return ends(call, "arg_max" if descending else "arg_min", value, key, node.options[1])
