"""Functions of single values and of lists whose meaning takes more than one call of the engine.

They take and give bytes: see `expr/build.py`.
"""

from __future__ import annotations

from ..datatypes import (Array, Boolean, Date, Datetime, Duration, Enum, Float64, Int32, Int64, Interval, List,
                         String, Struct, Time, UInt8, UInt16, UInt32)
from ..errors import InvalidArgument, NotSupported, error
from . import build as b


def negative(x):
    """Zero minus the value, wrapping."""
    return b.call("wrapping_subtract", b.integer(0), x)


def logical_and(x, y):
    """x AND y"""
    return b.both(x, y)


def logical_or(x, y):
    """x OR y"""
    return b.either(x, y)


def logical_xor(x, y):
    """Whether one of two booleans is true and the other is not."""
    return b.not_equal(x, y)


def bit_and(x, y):
    """x & y"""
    return b.operator("&", x, y)


def bit_or(x, y):
    """x | y"""
    return b.operator("|", x, y)


def bit_xor(x, y):
    """The bits that differ."""
    return b.call("xor", x, y)


def whole_power(x, exponent):
    """Repeated multiplication: integers stay integers, and wrap."""
    if exponent == 0:
        return b.call("wrapping_add", b.call("wrapping_multiply", x, b.integer(0)), b.integer(1))
    out = x
    for _ in range(exponent - 1):
        out = b.call("wrapping_multiply", out, x)
    return out


def strict_cast(x, dtype):
    """A cast that fails where a value does not fit."""
    if dtype.is_integer():
        # A fraction is cut off here; SQL would round it.
        return b.cast(b.call("frame_truncate", x), dtype)
    return b.cast(x, dtype)


def cast_to_time(source, x, dtype, strict):
    """Numbers count from 1970, in the type's own unit."""
    if source.is_numeric():
        if dtype == Date:
            return b.operator("+", b.cast(b.string("1970-01-01"), Date), b.cast(x, Int32))
        unit = {"ms": 1000, "us": 1, "ns": 0}[getattr(dtype, "time_unit", "ns")]
        if unit == 0:
            raise error(NotSupported, f"a number does not cast to {dtype!r}", "use Datetime('us')")
        micros = b.call("wrapping_multiply", b.cast(x, Int64), b.integer(unit))
        x = b.call("to_microseconds" if dtype == Duration else "make_timestamp", micros)
    zoned, to_zoned = (getattr(kind, "time_zone", None) is not None for kind in (source, dtype))
    if to_zoned and not zoned and source != String:
        x = b.call("timezone", b.string("UTC"), x)
    elif zoned and not to_zoned and dtype != String:
        x = b.call("timezone", b.string("UTC"), x)
    unit = getattr(dtype, "time_unit", None)
    if unit == "ms" and getattr(source, "time_unit", None) in ("us", "ns"):
        x = b.call("date_trunc", b.string("milliseconds"), x)  # SQL would round
    return (b.cast if strict else b.try_cast)(x, dtype)


def lenient_cast(x, dtype):
    """A cast that gives NULL where a value does not fit."""
    if dtype.is_integer():
        return b.try_cast(b.call("frame_truncate", x), dtype)
    return b.try_cast(x, dtype)


def is_cast_by_source(dtype):
    """Whether what a cast to a type does is a matter of the type before it: times, also within lists and
    structs, and categories, whose order a cast forgets."""
    if not dtype.is_nested():
        return dtype.is_temporal() or isinstance(dtype, Enum)
    return any(is_cast_by_source(part) for part in nested_types(dtype))


def cast_from(source, x, dtype, strict):
    """A cast of values whose type is known."""
    if source == dtype and not dtype.is_temporal():
        return x
    if dtype.is_temporal():
        return cast_to_time(source, x, dtype, strict)
    if source.is_nested() and dtype.is_nested() and is_cast_by_source(dtype):
        return _cast_within(source, x, dtype, strict)
    return (strict_cast if strict else lenient_cast)(x, dtype)


def _cast_within(source, x, dtype, strict):
    """A cast of what is within lists, arrays and structs."""
    cast = b.cast if strict else b.try_cast
    if isinstance(source, (List, Array)) and isinstance(dtype, (List, Array)):
        element = cast_from(source.inner, b.column("__doline_element"), dtype.inner, strict)
        values = x if isinstance(source, List) else b.cast(x, List(source.inner))
        return cast(b.call("list_transform", values, b.one_lambda("__doline_element", element)), dtype)
    if isinstance(source, Struct) and isinstance(dtype, Struct):
        before = {field.name: field.dtype for field in source.fields}
        if list(before) == [field.name for field in dtype.fields]:
            parts = [(b.call("struct_extract", x, b.string(f.name)), f) for f in dtype.fields]
            fields = [(f.name, cast_from(before[f.name], part, f.dtype, strict)) for part, f in parts]
            return cast(b.condition(b.is_not_null(x), _struct(*fields)), dtype)
    if _zones(source) != _zones(dtype):
        raise error(NotSupported, f"a cast from {source!r} to {dtype!r} is not supported", "cast its parts")
    return cast(x, dtype)


def nested_types(dtype):
    """The types of which a nested one is made."""
    return [getattr(part, "dtype", part) for part in dtype.parameters if not isinstance(part, int)]


def _zones(dtype):
    """The zones of the instants within a type."""
    if not dtype.is_nested():
        return [dtype.time_zone] if isinstance(dtype, Datetime) else []
    return [zone for part in nested_types(dtype) for zone in _zones(part)]


def sign(dtype, x):
    """-1, 0 or 1, in the value's type."""
    return b.cast(b.call("sign", x), dtype)


def same_type(dtype, x, value):
    """`value` cast to the type of `x`; cut off, not rounded."""
    return strict_cast(value, dtype)


def fill_nan(x, value):
    """NaN replaced by a value."""
    return b.condition(b.call("isnan", x), value, x)


def is_in(x, values, nulls_equal):
    """Whether a value is among others."""
    if nulls_equal:
        return b.either(*[b.equal_missing(x, v) for v in values]) if values else b.FALSE
    if not values:
        return b.condition(b.is_null(x), b.cast(b.NULL, Boolean), b.FALSE)
    known = [v for v in values if v != b.NULL]
    if not known:
        return b.condition(b.is_null(x), b.cast(b.NULL, Boolean), b.FALSE)
    return b.n.in_(x, known)


def one_or_all(dtype, one, values):
    """Where `one` is of lists that of the row, and else all values."""
    return one if dtype == List else values


def is_in_list(x, values, nulls_equal):
    """Whether a list has the value."""
    from .list_trees import has
    return has(values, x, nulls_equal, False)


def is_between(x, low, high, closed):
    """Whether a value lies between two others."""
    first = b.greater_or_equal if closed in ("both", "left") else b.greater
    second = b.less_or_equal if closed in ("both", "right") else b.less
    if closed not in ("both", "left", "right", "none"):
        raise error(InvalidArgument, f"closed is 'both', 'left', 'right' or 'none', not {closed!r}")
    return b.both(first(x, low), second(x, high))


def quotient_towards_zero(x, y):
    """The quotient without its fraction."""
    below = b.call("floor_divide", x, y)
    whole = b.equal(b.call("wrapping_multiply", below, y), x)
    return b.condition(b.both(b.less(below, b.integer(0)), b.negation(whole)),
                       b.call("wrapping_add", below, b.integer(1)), below)


def at_least(x, low):
    """The value, or the bound where it is below."""
    return b.condition(b.less(x, low), low, x)


def at_most(dtype, x, high):
    """The value, or the bound where it is above; NaN, which is above all, stays."""
    above = b.greater(x, high)
    if dtype.is_float():
        above = b.both(above, b.negation(b.call("isnan", x)))
    return b.condition(above, high, x)


def replaced(x, otherwise, pairs, strict):
    """Values that are replaced by others. Many are looked up in a list, where `b.cases` asks one by one."""
    if strict:
        otherwise = b.call("error", b.string("replace_strict: a value has no replacement; give a default"))
    known = [(old, new) for old, new in pairs if old != b.NULL]
    missing = [new for old, new in pairs if old == b.NULL][:1]
    if len(known) <= FEW:
        branches = [part for old, new in known for part in (new, b.equal(x, old))]
        for new in missing:
            branches += [new, b.is_null(x)]
        return b.cases(*branches, otherwise) if branches else otherwise
    place = b.call("list_position", b.call("list_value", *[old for old, _ in known]), x)
    found = b.call("list_extract", b.call("list_value", *[new for _, new in known]), place)
    of_null = missing[0] if missing else otherwise
    return b.cases(found, b.is_not_null(place), of_null, b.is_null(x), otherwise)


FEW = 16  # comparisons are no slower than a look-up


def interval_labels(breaks, left_closed):
    """What the intervals between `breaks` are called."""
    def shown(value):
        return "-inf" if value == float("-inf") else "inf" if value == float("inf") else f"{value:g}"
    edges = [float("-inf"), *breaks, float("inf")]
    ends = ("[", ")") if left_closed else ("(", "]")
    return tuple(f"{ends[0]}{shown(low)}, {shown(high)}{ends[1]}" for low, high in zip(edges, edges[1:]))


def cut(x, breaks, values, left_closed):
    """For each value that of the interval between `breaks` in which it lies; all as bytes."""
    compare = b.less if left_closed else b.less_or_equal
    branches = [part for edge, value in zip(breaks, values) for part in (value, compare(x, edge))]
    return b.condition(b.is_not_null(x), b.cases(*branches, values[-1]) if branches else values[-1])


def square_root(x):
    """The square root; NaN of negative numbers."""
    x = b.cast(x, Float64)
    return b.condition(b.less(x, b.integer(0)), b.cast(b.string("nan"), Float64), b.call("sqrt", x))


def logarithm(x, base):
    """Of zero -inf, of negative numbers NaN. `base`: a number, or the bytes of an expression."""
    x = b.cast(x, Float64)
    positive = b.call("ln", x)
    if isinstance(base, bytes):
        positive = b.operator("/", positive, b.call("ln", b.cast(base, Float64)))
    elif base is not None:
        positive = (b.call("log10", x) if base == 10 else b.call("log2", x) if base == 2 else
                    b.operator("/", positive, b.call("ln", b.cast(b.string(repr(float(base))), Float64))))
    return b.cases(positive, b.greater(x, b.integer(0)), b.cast(b.string("-inf"), Float64),
                   b.equal(x, b.integer(0)), b.cast(b.string("nan"), Float64),
                   b.is_not_null(x), b.cast(b.NULL, Float64))


def rounded(x, name, decimals):
    """Rounded by the engine's function `name`."""
    return b.call(name, x, b.integer(decimals))


def significant(x, digits):
    """Rounded to so many digits that count."""
    x = b.cast(x, Float64)
    size = b.cast(b.call("floor", b.call("log10", b.call("abs", x))), Int64)
    return b.condition(b.equal(x, b.integer(0)), b.cast(b.integer(0), Float64),
                       b.call("round", x, b.cast(b.operator("-", b.integer(digits - 1), size), Int32)))


def repeat_by(x, count):
    """A list of a value, repeated."""
    return b.call("list_resize", b.call("list_value", x), b.cast(count, Int64), x)


# --- Lists: arguments are lists, indices count from 0 and from the end.

def _slice(x, low=None, high=None, step=None):
    return b.n.slice_(x, low, high, step)


def list_part(x, offset, length=None):
    """A part of a list. Numbers, or bytes of expressions: of a missing length all that is behind."""
    if isinstance(offset, bytes) or isinstance(length, bytes):
        return _part_by_values(x, *(v if v is None or isinstance(v, bytes) else b.integer(v)
                                    for v in (offset, length)))
    if offset >= 0:
        low = b.integer(offset + 1)
        high = None if length is None else b.integer(offset + length)
    else:
        # From the end: a list shorter than that begins at its first element.
        count = b.call("length", x)
        begin = b.operator("+", count, b.integer(offset))
        low = b.operator("+", b.call("greatest", begin, b.integer(0)), b.integer(1))
        high = None if length is None else b.call(
            "greatest", b.operator("+", begin, b.integer(length)), b.integer(0))
    if length == 0:
        return b.call("list_resize", x, b.integer(0))
    return _slice(x, low, high)


def _part_by_values(x, offset, length):
    offset, size = b.cast(offset, Int64), b.cast(b.call("length", x), Int64)
    begin = b.condition(b.less(offset, b.integer(0)), b.operator("+", size, offset), offset)
    low = b.operator("+", b.call("greatest", begin, b.integer(0)), b.integer(1))
    if length is None:
        return _slice(x, low)
    end = b.call("ifnull", b.operator("+", begin, b.cast(length, Int64)), size)
    return _slice(x, low, b.call("greatest", end, b.integer(0)))


def list_tail(x, count):
    """The last elements."""
    if isinstance(count, bytes):
        return _part_by_values(x, _minus(count), count)
    return list_part(x, -count, None) if count else list_part(x, 0, 0)


def list_without_last(x, count):
    """All but the last elements."""
    rest = b.operator("-", b.call("length", x), b.integer(count))
    return list_part(x, 0, b.call("greatest", rest, b.integer(0)))


def _minus(count):
    return b.operator("-", b.integer(0), b.cast(count, Int64))


def of_counts(x, name):
    """Of each distinct value, by first appearance, one field of what `frame_counts` says: the "value",
    NULL among them, its "count", or the "place" where it is first."""
    return b.call("list_transform", b.call("frame_counts", x), b.one_lambda("each", _told(name)))


def _told(name):
    return b.call("struct_extract", b.column("each"), b.string(name))


def list_distinct(x, maintain_order=True):
    """Distinct values by first appearance; NULL is one of them."""
    return of_counts(x, "value")


OUT_OF_BOUNDS = "{}: a position is out of bounds; null_on_oob=True gives null there"


def list_gather(x, indices, name, null_on_oob):
    """The elements at positions: numbers, or the bytes of one or a list of them."""
    index = b.cast(b.column("index"), Int64)
    if isinstance(indices, bytes):
        given = b.call("frame_as_list", indices)
    elif indices:
        given = b.call("list_value", *map(b.integer, indices))
    else:
        given = b.cast(b.call("list_value"), List(Int64))
    # Both in one: what a lambda reads cannot be aggregated in it.
    both = _struct(("values", x), ("indices", given))
    whole, asked = (b.call("struct_extract", b.column("both"), b.string(part))
                    for part in ("values", "indices"))
    place = b.condition(b.less(index, b.integer(0)), index, b.operator("+", index, b.integer(1)))
    taken = b.call("list_extract", whole, place)
    if not null_on_oob:
        within = b.less_or_equal(b.call("abs", place), b.call("length", whole))
        told = b.call("error", b.string(OUT_OF_BOUNDS.format(name)))
        taken = b.condition(b.call("ifnull", within, b.TRUE), taken, told)
    taken = b.call("list_transform", asked, b.one_lambda("index", taken))
    return b.let(both, "both", b.condition(b.is_not_null(whole), taken))


def list_every(x, step, offset):
    """Every so many-th element."""
    if step <= 0:
        raise error(InvalidArgument, f"gather_every({step}) goes nowhere", "give a step of 1 or more")
    return _slice(x, b.integer(offset + 1), b.call("length", x), b.integer(step))


def list_modes(x):
    """The most frequent values."""
    counts = b.column("counts")
    most = b.call("list_max", b.call("list_transform", counts, b.one_lambda("each", _told("count"))))
    often = b.call("list_filter", counts, b.one_lambda("each", b.equal(_told("count"), b.column("most"))))
    values = b.call("list_transform", often, b.one_lambda("each", _told("value")))
    return b.let(b.call("frame_counts", x), "counts", b.let(most, "most", values))


def appended(x, others):
    """The values, and others behind them."""
    return b.call("list_concat", x, b.call("frame_as_list", others))


def list_runs(x):
    """Structs of each run's length and value."""
    both, start = b.column("both"), b.column("start")

    def part(name):
        return b.call("struct_extract", both, b.string(name))
    whole, starts = part("whole"), part("starts")
    before = b.call("list_extract", b.column("values"), b.operator("-", start, b.integer(1)))
    here = b.call("list_extract", b.column("values"), start)
    changes = b.either(b.equal(start, b.integer(1)), b.not_equal_missing(here, before))
    found = b.call("list_filter", _all_places(b.column("values")), b.one_lambda("start", changes))
    bound = b.let(x, "values", _struct(("whole", b.column("values")), ("starts", found)))
    following = b.call("list_extract", starts, b.operator("+", b.column("run"), b.integer(1)))
    end = b.call("ifnull", following, b.operator("+", b.call("length", whole), b.integer(1)))
    run = _struct(("len", b.cast(b.operator("-", end, start), UInt32)),
                  ("value", b.call("list_extract", whole, start)))
    return b.let(bound, "both", b.call("list_transform", starts, b.n.lambda_(["start", "run"], run)))


def itself(x):
    """The value."""
    return x


def where_known(place, x):
    """The place of a value that is not missing."""
    return b.condition(b.is_not_null(x), place)


def between(dtype, x, place, low, high, low_place, high_place):
    """A value, or what lies on the line between the known ones around it."""
    if dtype.is_temporal():
        return b.condition(b.is_not_null(x), x, _time_between(dtype, place, low, high, low_place, high_place))
    kind = dtype if dtype.is_float() or dtype.is_decimal() else Float64
    share = b.operator("/", b.cast(b.operator("-", place, low_place), Float64),
                       b.cast(b.operator("-", high_place, low_place), Float64))
    step = b.operator("-", b.cast(high, Float64), b.cast(low, Float64))
    line = b.operator("+", b.cast(low, Float64), b.operator("*", step, share))
    return b.condition(b.is_not_null(x), b.cast(x, kind), b.cast(line, kind))


def _time_between(dtype, place, low, high, low_place, high_place):
    """The time on the line between two, whose steps are cut off to the type's unit."""
    begin, end = physical(dtype, low), physical(dtype, high)
    way, whole = b.operator("-", place, low_place), b.operator("-", high_place, low_place)
    begin = b.cast(begin, Int64)
    slope = b.operator("/", b.cast(b.operator("-", b.cast(end, Int64), begin), Float64), b.cast(whole, Float64))
    made = b.operator("+", begin, b.operator("*", b.cast(b.call("trunc", slope), Int64), b.cast(way, Int64)))
    if dtype == Date:
        return b.operator("+", b.cast(b.string("1970-01-01"), Date), b.cast(made, Int32))
    if dtype == Duration:
        return b.cast(b.call("to_microseconds", made), dtype)
    if dtype == Time:
        midnight = b.cast(b.call("make_timestamp", b.operator("//", made, b.integer(1000))), Datetime("us"))
        return b.cast(midnight, Time)
    name = {"us": "make_timestamp", "ms": "make_timestamp_ms", "ns": "make_timestamp_ns"}[dtype.time_unit]
    made = b.call(name, made)
    return b.cast(made if dtype.time_zone is None else b.call("timezone", b.string("UTC"), made), dtype)


def list_places(x, descending, nulls_last):
    """The positions that would sort the list."""
    grades = b.call("list_grade_up", x, b.string("DESC" if descending else "ASC"),
                    b.string("NULLS LAST" if nulls_last else "NULLS FIRST"))
    return _from_zero(grades)


def _from_zero(places):
    return b.call("list_transform", places, b.one_lambda(
        "place", b.cast(b.operator("-", b.column("place"), b.integer(1)), UInt32)))


def _all_places(x):
    return b.call("range", b.integer(1), b.operator("+", b.call("length", x), b.integer(1)))


def list_true_places(x):
    """The positions of true elements."""
    whole = b.column("whole")
    return b.let(x, "whole", _from_zero(b.call("list_filter", _all_places(whole), b.one_lambda(
        "place", b.call("ifnull", b.call("list_extract", whole, b.column("place")), b.FALSE)))))


def list_value_counts(x, name, count_name, sort, normalize):
    """Structs of each distinct element and how often it occurs."""
    counts = b.call("frame_counts", b.column("whole"))
    if sort:  # the most frequent first, of equally frequent ones that which comes first
        place = b.operator("-", b.integer(0), b.cast(_told("place"), Int64))
        keyed = _struct(("count", _told("count")), ("place", place), ("value", _told("value")))
        counts = b.call("list_sort", b.call("list_transform", counts, b.one_lambda("each", keyed)),
                        b.string("DESC"), b.string("NULLS LAST"))
    count = _told("count")
    if normalize:
        size = b.cast(b.call("length", b.column("whole")), Float64)
        count = b.operator("/", b.cast(count, Float64), size)
    entry = _struct((name, _told("value")), (count_name, count))
    return b.let(x, "whole", b.call("list_transform", counts, b.one_lambda("each", entry)))


def _struct(*fields):
    return b.n.function_call(["struct_pack"], [b.n.argument(value, name) for name, value in fields])


def physical(dtype, x):
    """What values of a type are kept as."""
    if isinstance(dtype, Enum):
        count = len(dtype.categories)
        kept = UInt8 if count < 256 else UInt16 if count < 65536 else UInt32
        return b.cast(b.call("enum_code", x), kept)
    if dtype == Date:
        return b.cast(b.call("floor_divide", b.call("epoch_us", x), b.integer(86_400_000_000)), Int32)
    if isinstance(dtype, Datetime):
        return b.call({"us": "epoch_us", "ms": "epoch_ms", "ns": "epoch_ns"}[dtype.time_unit], x)
    if isinstance(dtype, Duration) or dtype == Duration:
        return b.call("epoch_us", b.cast(x, Interval))
    if dtype == Time:
        return b.operator("*", b.call("epoch_us", x), b.integer(1000))
    if dtype.is_nested():
        raise error(NotSupported, f"to_physical of {dtype!r} is not supported", "take its parts")
    return x
