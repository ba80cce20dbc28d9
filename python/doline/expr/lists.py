"""The namespaces `list` and `arr`."""

from __future__ import annotations

from .. import datatypes as types
from ..errors import NotSupported
from . import build as b, functions
from .literals import as_node
from .nodes import Nested


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


class ListFunctions:
    """Functions of lists: `expr.list`. Positions count from 0, and from the end if negative."""

    def __init__(self, of):
        self._of = of

    def _do(self, build, *others, options=()):
        return self._of._apply(build, *others, options=options)

    def _aggregate(self, name):
        return self._do(aggregate_of, options=(name,))

    def len(self):
        """The number of values or rows."""
        return self._do(size)

    def sum(self):
        """The sum; 0 of nothing."""
        return self._aggregate("wrapping_sum")

    def mean(self):
        """The mean."""
        return self._aggregate("frame_mean")

    def median(self):
        """The median."""
        return self._aggregate("median")

    def min(self):
        """The least value; of floats the least number."""
        return self._do("list_min")

    def max(self):
        """The greatest value; of floats the greatest number."""
        return self._do("list_max")

    def std(self, ddof=1):
        """The standard deviation."""
        return self._aggregate("stddev_samp" if ddof else "stddev_pop")

    def var(self, ddof=1):
        """The variance."""
        return self._aggregate("var_samp" if ddof else "var_pop")

    def any(self, **_):
        """Whether any value is true; missing ones are passed over."""
        return self._do(any_true)

    def all(self, **_):
        """Whether all values are true; missing ones are passed over."""
        return self._do(all_true)

    def n_unique(self):
        """How many distinct values or rows there are; null is one."""
        return self._do(distinct_size)

    def unique(self, *, maintain_order=False):
        """Distinct values or rows."""
        return self._do(functions.list_distinct)

    def reverse(self):
        """In the opposite order."""
        return self._do("list_reverse")

    def sort(self, *, descending=False, nulls_last=False):
        """In order; missing values first unless `nulls_last`."""
        return self._do(sorted_list, options=(descending, nulls_last))
    def first(self):
        """The first value, column or row."""
        return self._do(first_of)

    def last(self):
        """The last value, column or row."""
        return self._do(last_of)

    def get(self, index, *, null_on_oob=True):
        """The value at a position, from 0 or from the end."""
        return self._do(element_at, _index(index))

    def gather(self, indices, **_):
        """The values at some positions."""
        return self._do(functions.list_gather, options=(tuple(indices),))

    def gather_every(self, n, offset=0):
        """Every n-th value or row."""
        return self._do(functions.list_every, options=(n, offset))

    def contains(self, item, **_):
        """Whether a value, text or name contains something."""
        return self._do(has, item)

    def count_matches(self, element):
        """How often a pattern or value occurs."""
        return self._do(occurrences, element)

    def arg_min(self):
        """The position of the least value, the first of equals."""
        return self._do(place_of, options=("list_min",))

    def arg_max(self):
        """The position of the greatest value, the first of equals."""
        return self._do(place_of, options=("list_max",))

    def head(self, n=5):
        """The first values or rows."""
        return self._do(part_of, options=(0, n))

    def tail(self, n=5):
        """The last values or rows."""
        return self._do(functions.list_tail, options=(n,))

    def slice(self, offset, length=None):
        """A part, from a position counted from 0 or from the end."""
        return self._do(part_of, options=(offset, length))

    def drop_nulls(self):
        """Without missing values."""
        return self._do(without_nulls)

    def diff(self, n=1, null_behavior="ignore"):
        """The difference to the row before."""
        return self._do(differences, options=(n,))

    def shift(self, n=1):
        """The values so many rows before."""
        return self._do(shifted, n)

    def join(self, separator, *, ignore_nulls=True):
        """Joined with another frame, or texts joined to one."""
        if not ignore_nulls:
            raise NotSupported("list.join(ignore_nulls=False) is not supported; test has_nulls first")
        return self._do(joined, separator, options=(True,))

    def concat(self, other):
        """Lists, one behind the other."""
        return self._do("list_concat", *(other if isinstance(other, list) else [other]))

    def set_union(self, other):
        """What is in either list."""
        return self._do(in_either, other)

    def set_intersection(self, other):
        """What is in both lists."""
        return self._do(in_both, other)

    def set_difference(self, other):
        """What is in the first list and not in the other."""
        return self._do(in_first, other)

    def set_symmetric_difference(self, other):
        """What is in one of the lists."""
        return self._do(in_one, other)

    def explode(self, **_):
        """A row for each element of lists."""
        return self._of.explode()

    def to_array(self, width):
        """Not supported; cast to `Array`."""
        raise NotSupported("list.to_array is not supported; cast to pl.Array(inner, width)")

    def sample(self, *_, **__):
        """Rows drawn at random."""
        raise NotSupported("list.sample is not supported; explode and sample")

    def to_struct(self, n_field_strategy="first_non_null", fields=None, upper_bound=0):
        """The elements as fields."""
        if callable(fields):
            fields = [fields(i) for i in range(upper_bound)]
        if not fields and not upper_bound:
            raise NotSupported("list.to_struct needs the fields' names")
        names = tuple(fields) if fields else tuple(f"field_{i}" for i in range(upper_bound))
        return self._do(as_struct, options=(names,))

    def eval(self, expr, *, parallel=False):
        """`expr` over each list, whose values are `pl.element()`."""
        from .expression import expression
        return expression(Nested(evaluated, self._of._node, as_node(expr)))

    def filter(self, predicate):
        """Only what a predicate holds for."""
        from .expression import expression
        return expression(Nested(filtered, self._of._node, as_node(predicate)))

    def agg(self, expr):
        """An aggregate of each list."""
        return ListFunctions(self.eval(expr)).first()


def any_true(x):
    """Whether any is true; false of nothing."""
    return b.condition(b.is_not_null(x), b.call("ifnull", b.call("list_bool_or", x), b.FALSE))


def all_true(x):
    """Whether all are true; true of nothing."""
    return b.condition(b.is_not_null(x), b.call("ifnull", b.call("list_bool_and", x), b.TRUE))


def _index(index):
    if isinstance(index, str):
        from .construct import col
        return col(index)
    return index


class ArrayFunctions(ListFunctions):
    """Functions of arrays of a fixed length: `expr.arr`."""

    def to_list(self):
        """As a list; of a series, of Python values."""
        return self._of._apply(array_as_list)

    def _refused(self, *args, **kwargs):
        raise NotSupported("this function of arrays is not supported; arr.to_list() gives lists")


def array_as_list(x):
    """An array as a list."""
    return b.call("list_concat", x)
