"""Functions of lists whose meaning takes more than one call of the engine.

They take and give bytes: see `expr/build.py`.
"""

from __future__ import annotations

from .. import datatypes as types
from ..errors import InvalidArgument, NotSupported, error
from . import aggregates, build as b, functions
from .engine_calls import ListCall


def aggregate_of(x, name, *more):
    """The engine's aggregate `name` of a list's elements."""
    return b.call("list_aggregate", x, b.string(name), *more)


def deviation(x, ddof):
    """The standard deviation of a list's elements."""
    return aggregates.standard_deviation(ListCall(), x, ddof)


def spread(x, ddof):
    """The variance of a list's elements."""
    return aggregates.variance(ListCall(), x, ddof)


def size(x):
    """How many elements there are."""
    return b.cast(b.call("length", x), types.UInt32)


def element_at(x, index, name, null_on_oob):
    """The element at a position from 0, or from the end."""
    place = b.condition(b.less(index, b.integer(0)), index, b.operator("+", index, b.integer(1)))
    found = b.call("list_extract", x, place)
    if null_on_oob:
        return found
    within = b.less_or_equal(b.call("abs", place), b.call("length", x))
    told = b.call("error", b.string(functions.OUT_OF_BOUNDS.format(name)))
    return b.condition(b.call("ifnull", within, b.TRUE), found, told)


def only_one(x, name, allow_empty):
    """The only element."""
    size_of = b.call("length", x)
    told = b.call("error", b.operator("||", b.string(f"{name}: not one value, but "),
                                      b.cast(size_of, types.String)))
    most = (b.less_or_equal if allow_empty else b.equal)(size_of, b.integer(1))
    return b.condition(b.call("ifnull", most, b.TRUE), first_of(x), told)


def first_of(x):
    """The first element."""
    return b.call("list_extract", x, b.integer(1))


def last_of(x):
    """The last element."""
    return b.call("list_extract", x, b.integer(-1))


def place_of(x, name):
    """The position of a value."""
    best = b.call("list_aggregate", x, b.string(name))
    return b.cast(b.operator("-", b.call("list_position", x, best), b.integer(1)), types.UInt32)


def sorted_list(x, descending, nulls_last):
    """The list in order."""
    return b.call("list_sort", x, b.string("DESC" if descending else "ASC"),
                  b.string("NULLS LAST" if nulls_last else "NULLS FIRST"))


def has(x, item, nulls_equal, known):
    """Whether a list has an element; a missing one only where `nulls_equal`, and else it gives NULL.
    `known`: whether it is never missing."""
    found = b.call("ifnull", b.call("list_contains", x, item), b.FALSE)
    if nulls_equal and not known:
        found = b.condition(b.is_null(item), has_missing(x), found)
    there = b.is_not_null(x) if nulls_equal or known else b.both(b.is_not_null(x), b.is_not_null(item))
    return b.condition(there, found)


def has_missing(x):
    """Whether an element is missing."""
    return b.is_not_null(b.call("list_position", x, b.NULL))


def joined(x, separator, ignore_nulls):
    """Texts, one behind the other."""
    text = b.call("array_to_string", x, separator)
    if ignore_nulls:
        return text
    return b.condition(b.negation(has_missing(x)), text)


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
    known = b.call("list_intersect", x, y)
    return b.condition(b.both(has_missing(x), has_missing(y)), b.call("list_append", known, b.NULL), known)


def in_first(x, y):
    """What is in the first list alone."""
    element = b.column("element")
    there = b.condition(b.is_null(element), has_missing(y), b.call("list_contains", y, element))
    return b.condition(b.is_not_null(y), b.call("list_filter", functions.list_distinct(x), b.one_lambda(
        "element", b.negation(b.call("ifnull", there, b.FALSE)))))


def in_one(x, y):
    """What is in one list and not in the other."""
    both = b.both(b.is_not_null(x), b.is_not_null(y))
    return b.condition(both, b.call("list_concat", in_first(x, y), in_first(y, x)))


def distinct_size(x):
    """How many distinct elements there are."""
    return size(b.call("frame_counts", x))


def differences(x, count, drop):
    """Each element less the one so many before; `drop`: without those that have none before them."""
    size_of = b.call("length", x)
    end = b.operator("+", size_of, b.integer(1))
    places = b.call("range", b.integer(1), end)
    if drop:
        places = b.call("range", b.integer(1 + max(count, 0)), b.operator("+", end, b.integer(min(count, 0))))
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
        raise error(NotSupported, f"{body!r} inside a list is not supported", "explode the list and use over")
    return lowered


def _whole(x, scope, body):
    from .nodes import Aggregate, Element, Rearrange, Rename, Window
    kind = type(body)
    if kind is Rename:
        return _whole(x, scope, body.input)
    if kind is Element:
        return x
    if kind is Window and body.label in _WINDOWS and len(body.arguments) == 1 and all(
            isinstance(option, (int, str)) for option in body.options):
        return _WINDOWS[body.label](_whole(x, scope, body.arguments[0]), *body.options)
    if kind is Rearrange:
        from .list_rearrangements import LIST_REARRANGEMENTS
        inner = _whole(x, scope, body.arguments[0])
        if body.build == "filter":
            return b.call("list_filter", inner, b.one_lambda("element", _body(scope, body.arguments[1])))
        if isinstance(body.build, str):
            return LIST_REARRANGEMENTS[body.build]([inner], *body.options)
        return body.build(inner, *body.options)
    if kind is Aggregate:
        inner = _whole(x, scope, body.arguments[0])
        call = ListCall()
        value = (call(body.build, inner, *body.options) if isinstance(body.build, str)
                 else body.build(call, inner, *body.options))
        return b.call("list_value", value)
    return b.call("list_transform", x, b.one_lambda("element", _body(scope, body)))


def ranks(x, method, descending):
    """The rank of each element in its list."""
    return b.call("frame_rank", x, b.string(method), b.TRUE if descending else b.FALSE)


def cumulated(x, name, reverse):
    """For each element the aggregate of all so far; NULL where it is NULL."""
    whole, place = b.column("whole"), b.column("place")
    size_of = b.call("length", whole)
    part = b.n.slice_(whole, place, size_of) if reverse else b.n.slice_(whole, b.integer(1), place)
    so_far = b.condition(b.is_not_null(b.call("list_extract", whole, place)), aggregate_of(part, name))
    places = b.call("range", b.integer(1), b.operator("+", size_of, b.integer(1)))
    return b.let(x, "whole", b.call("list_transform", places, b.one_lambda("place", so_far)))


_WINDOWS = {"rank": ranks, "shift": lambda x, count: shifted(x, b.integer(count)),
            "diff": lambda x, count: differences(x, count, False), "cumulative": cumulated}


def any_true(x, ignore_nulls):
    """Whether any is true; false of nothing. Without `ignore_nulls` unknown where that may be."""
    return _either(x, "list_bool_or", b.FALSE, ignore_nulls)


def all_true(x, ignore_nulls):
    """Whether all are true; true of nothing. Without `ignore_nulls` unknown where that may not be."""
    return _either(x, "list_bool_and", b.TRUE, ignore_nulls)


def _either(x, name, of_none, ignore_nulls):
    found = b.call("ifnull", b.call(name, x), of_none)
    if not ignore_nulls:
        unknown = b.both(b.equal(found, of_none), has_missing(x))
        found = b.condition(unknown, b.cast(b.NULL, types.Boolean), found)
    return b.condition(b.is_not_null(x), found)


def dot_product(x, y):
    """The sum of products of elements at the same place."""
    places = b.call("range", b.integer(1), b.operator("+", b.call("length", x), b.integer(1)))
    here = [b.call("list_extract", of, b.column("place")) for of in (x, y)]
    products = b.call("list_transform", places, b.one_lambda("place", b.call("wrapping_multiply", *here)))
    return b.condition(b.both(b.is_not_null(x), b.is_not_null(y)), aggregate_of(products, "wrapping_sum"))


def _distinct_count(x):
    return size(b.call("frame_counts", x))


def _null_count(x):
    return size(b.call("list_filter", x, b.one_lambda("element", b.is_null(b.column("element")))))


# Aggregates of lists that are not the aggregate's own name.
OF_LISTS = {aggregates.length: size, aggregates.distinct_count: _distinct_count,
            aggregates.null_count: _null_count}


def as_array(dtype, x, width):
    """A list as an array."""
    return b.cast(x, types.Array(dtype.inner, width))


def array_as_struct(dtype, x, names):
    """An array's elements as fields of a struct."""
    width = dtype.shape[0]
    if names is None:
        names = tuple(f"field_{i}" for i in range(width))
    if len(names) != width:
        raise error(InvalidArgument, f"{len(names)} names for {width} elements", "give a name for each")
    return as_struct(x, names)


def array_as_list(x):
    """An array as a list."""
    return b.call("list_concat", x)
