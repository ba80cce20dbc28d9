"""Functions of lists whose meaning takes more than one call of the engine.

They take and give bytes: see `expr/build.py`.
"""

from __future__ import annotations

from .. import datatypes as types
from ..errors import NotSupported
from . import build as b, functions


def aggregate_of(x, name, *more):
    """The engine's aggregate `name` of a list's elements."""
    return b.call("list_aggregate", x, b.string(name), *more)


def size(x):
    """How many bytes there are."""
    return b.cast(b.call("length", x), types.UInt32)


def element_at(x, index):
    """The element at a position from 0, or from the end."""
    place = b.condition(b.less(index, b.integer(0)), index, b.operator("+", index, b.integer(1)))
    return b.call("list_extract", x, place)


def first_of(x):
    """The first element."""
    return b.call("list_extract", x, b.integer(1))


def last_of(x):
    """The last element."""
    return b.call("list_extract", x, b.integer(-1))


def place_of(x, name):
    """The position of a value."""
    best = b.call(name, x)
    return b.cast(b.operator("-", b.call("list_position", x, best), b.integer(1)), types.UInt32)


def sorted_list(x, descending, nulls_last):
    """The list in order."""
    return b.call("list_sort", x, b.string("DESC" if descending else "ASC"),
                  b.string("NULLS LAST" if nulls_last else "NULLS FIRST"))


def has(x, item):
    """Whether a list has an element."""
    if item == b.NULL:
        missing = b.call("list_filter", x, b.one_lambda("element", b.is_null(b.column("element"))))
        return b.greater(b.call("length", missing), b.integer(0))
    return b.condition(b.is_not_null(x), b.call("ifnull", b.call("list_contains", x, item), b.FALSE))


def joined(x, separator, ignore_nulls):
    """Texts, one behind the other."""
    return b.call("array_to_string", x, separator)


def without_nulls(x):
    """The elements that are not missing."""
    return b.call("list_filter", x, b.one_lambda("element", b.is_not_null(b.column("element"))))


def occurrences(x, item):
    """How often an element occurs."""
    return b.cast(b.call("length", b.call("list_filter", x, b.one_lambda(
        "element", b.equal_missing(b.column("element"), item)))), types.UInt32)


def in_either(x, y):
    """What is in one list or the other."""
    return b.condition(b.both(b.is_not_null(x), b.is_not_null(y)),
                       functions.list_distinct(b.call("list_concat", x, y)))


def in_both(x, y):
    """What is in both lists."""
    return b.call("list_intersect", x, y)


def in_first(x, y):
    """What is in the first list alone."""
    return b.call("list_filter", functions.list_distinct(x), b.one_lambda(
        "element", b.negation(b.call("ifnull", b.call("list_contains", y, b.column("element")), b.FALSE))))


def in_one(x, y):
    """What is in one list and not in the other."""
    return b.call("list_concat", in_first(x, y), in_first(y, x))


def distinct_size(x):
    """How many distinct elements there are."""
    return b.cast(b.call("length", functions.list_distinct(x)), types.UInt32)


def differences(x, count):
    """Each element less the one so many before."""
    size_of = b.call("length", x)
    places = b.call("range", b.integer(1), b.operator("+", size_of, b.integer(1)))
    here = b.call("list_extract", x, b.column("place"))
    place = b.operator("-", b.column("place"), b.integer(count))
    there = b.condition(b.greater(place, b.integer(0)), b.call("list_extract", x, place))
    return b.call("list_transform", places, b.one_lambda(
        "place", b.call("wrapping_subtract", here, there)))


def shifted(x, count):
    """The elements so many places later."""
    places = b.call("range", b.integer(1), b.operator("+", b.call("length", x), b.integer(1)))
    place = b.operator("-", b.column("place"), count)
    return b.call("list_transform", places, b.one_lambda("place", b.condition(
        b.greater(place, b.integer(0)), b.call("list_extract", x, place))))


def part_of(x, offset, length):
    """A part of a list."""
    return functions.list_part(x, offset, length)


def as_struct(x, names):
    """The elements as fields of a struct."""
    fields = [b.n.argument(b.call("list_extract", x, b.integer(i + 1)), name)
              for i, name in enumerate(names)]
    return b.condition(b.is_not_null(x), b.n.function_call(["struct_pack"], fields))


def filtered(x, scope, body):
    """The elements for which a predicate holds."""
    return b.call("list_filter", x, b.one_lambda("element", _body(scope, body)))


def evaluated(x, scope, body):
    """`list.eval`: element by element, or an aggregate or order of the whole list."""
    return _whole(x, scope, body)


def _body(scope, body):
    lowered = scope.body(body)
    if lowered is None:
        raise NotSupported(f"{body!r} inside a list is not supported; explode the list and use over")
    return lowered


def _whole(x, scope, body):
    from .nodes import Aggregate, Element, Rearrange, Rename, Window
    kind = type(body)
    if kind is Rename:
        return _whole(x, scope, body.input)
    if kind is Element:
        return x
    if kind is Window and body.label == "rank" and type(body.arguments[0]) is Element:
        return _ranks(x, *body.options)
    if kind is Rearrange:
        from .lower import LIST_REARRANGEMENTS
        inner = _whole(x, scope, body.arguments[0])
        if body.build == "filter":
            return b.call("list_filter", inner, b.one_lambda("element", _body(scope, body.arguments[1])))
        if isinstance(body.build, str):
            return LIST_REARRANGEMENTS[body.build]([inner], *body.options)
        return body.build(inner, *body.options)
    if kind is Aggregate:
        from .lower import _ListCall
        inner = _whole(x, scope, body.arguments[0])
        call = _ListCall()
        value = (call(body.build, inner) if isinstance(body.build, str)
                 else body.build(call, inner, *body.options))
        return b.call("list_value", value)
    return b.call("list_transform", x, b.one_lambda("element", _body(scope, body)))


def _ranks(x, method, descending):
    """Of each element: how many are smaller, and how many as small."""
    other = b.column("other")
    before = (b.greater if descending else b.less)(other, b.column("element"))
    smaller = b.call("length", b.call("list_filter", x, b.one_lambda("other", before)))
    equal = b.call("length", b.call("list_filter", x, b.one_lambda(
        "other", b.equal(other, b.column("element")))))
    first = b.operator("+", smaller, b.integer(1))
    last = b.operator("+", smaller, equal)
    if method == "average":
        rank = b.operator("/", b.operator("+", first, last), b.integer(2))
    elif method in ("min", "max"):
        rank = b.cast(first if method == "min" else last, types.UInt32)
    else:
        raise NotSupported(f"rank({method!r}) inside a list is not supported; use 'min', 'max' or "
                           "'average'")
    return b.call("list_transform", x, b.one_lambda("element", rank))


def any_true(x):
    """Whether any is true; false of nothing."""
    return b.condition(b.is_not_null(x), b.call("ifnull", b.call("list_bool_or", x), b.FALSE))


def all_true(x):
    """Whether all are true; true of nothing."""
    return b.condition(b.is_not_null(x), b.call("ifnull", b.call("list_bool_and", x), b.TRUE))


def array_as_list(x):
    """An array as a list."""
    return b.call("list_concat", x)
