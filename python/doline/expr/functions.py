"""Functions of single values and of lists whose meaning takes more than one call of the engine.

They take and give bytes: see `expr/build.py`.
"""

from __future__ import annotations

from ..datatypes import (Boolean, Date, Datetime, Duration, Enum, Float64, Int32, Int64, Interval, Time,
                         UInt8, UInt16, UInt32)
from ..errors import NotSupported
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
            raise NotSupported(f"a number does not cast to {dtype!r}; use Datetime('us')")
        micros = b.call("wrapping_multiply", b.cast(x, Int64), b.integer(unit))
        x = b.call("to_microseconds" if dtype == Duration else "make_timestamp", micros)
    unit = getattr(dtype, "time_unit", None)
    if unit == "ms" and getattr(source, "time_unit", None) in ("us", "ns"):
        x = b.call("date_trunc", b.string("milliseconds"), x)  # SQL would round
    return (b.cast if strict else b.try_cast)(x, dtype)


def lenient_cast(x, dtype):
    """A cast that gives NULL where a value does not fit."""
    if dtype.is_integer():
        return b.try_cast(b.call("frame_truncate", x), dtype)
    return b.try_cast(x, dtype)


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


def is_in_list(x, values):
    """Whether a list has the value."""
    return b.condition(b.is_not_null(x), b.call("ifnull", b.call("list_contains", values, x), b.FALSE))


def is_between(x, low, high, closed):
    """Whether a value lies between two others."""
    first = b.greater_or_equal if closed in ("both", "left") else b.greater
    second = b.less_or_equal if closed in ("both", "right") else b.less
    if closed not in ("both", "left", "right", "none"):
        raise ValueError(f"closed is 'both', 'left', 'right' or 'none', not {closed!r}")
    return b.both(first(x, low), second(x, high))


def at_least(x, low):
    """The value, or the bound where it is below."""
    return b.condition(b.less(x, low), low, x)


def at_most(x, high):
    """The value, or the bound where it is above."""
    return b.condition(b.greater(x, high), high, x)


def replaced(x, otherwise, pairs, strict):
    """Values that are replaced by others; parts put together to an instant."""
    branches = []
    for old, new in pairs:
        branches += [new, b.is_null(x) if old == b.NULL else b.equal(x, old)]
    if strict:
        otherwise = b.call("error", b.string("replace_strict: a value has no replacement; give a default"))
    return b.cases(*branches, otherwise)


def cut(x, breaks, labels, left_closed):
    """In which of the intervals between `breaks` a value lies, as a label."""
    def shown(value):
        return "-inf" if value == float("-inf") else "inf" if value == float("inf") else f"{value:g}"

    edges = [float("-inf"), *breaks, float("inf")]
    if labels is None:
        ends = ("[", ")") if left_closed else ("(", "]")
        labels = [f"{ends[0]}{shown(low)}, {shown(high)}{ends[1]}" for low, high in
                  zip(edges, edges[1:])]
    from .literals import literal_bytes
    compare = b.less if left_closed else b.less_or_equal
    branches = []
    for edge, label in zip(breaks, labels):
        branches += [b.string(label), compare(x, literal_bytes(edge))]
    return b.condition(b.is_not_null(x), b.cases(*branches, b.string(labels[-1])))


def square_root(x):
    """The square root; NaN of negative numbers."""
    x = b.cast(x, Float64)
    return b.condition(b.less(x, b.integer(0)), b.cast(b.string("nan"), Float64), b.call("sqrt", x))


def logarithm(x, base):
    """Of zero -inf, of negative numbers NaN."""
    x = b.cast(x, Float64)
    positive = b.call("ln", x)
    if base is not None:
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


def list_part(x, offset, length):
    """A part of a list."""
    if offset >= 0:
        low = b.integer(offset + 1)
        high = None if length is None else b.integer(offset + length)
    else:
        # From the end: a list shorter than that begins at its first element.
        count = b.call("length", x)
        begin = b.operator("+", count, b.integer(offset))
        low = b.operator("+", b.call("greatest", begin, b.integer(0)), b.integer(1))
        high = None if length is None else b.call("greatest", b.operator("+", begin, b.integer(length)), b.integer(0))
    if length == 0:
        return b.call("list_resize", x, b.integer(0))
    return _slice(x, low, high)


def list_tail(x, count):
    """The last elements."""
    return list_part(x, -count, None) if count else list_part(x, 0, 0)


def list_distinct(x):
    """Distinct values by first appearance; NULL is one of them."""
    missing = b.call("list_filter", x, b.one_lambda("element", b.is_null(b.column("element"))))
    known = b.call("list_distinct", x)
    return b.condition(b.greater(b.call("length", missing), b.integer(0)),
                       b.call("list_append", known, b.NULL), known)


def list_gather(x, indices):
    """The elements at some positions."""
    places = b.call("list_value", *[b.integer(i + 1 if i >= 0 else i) for i in indices])
    whole = b.column("whole")
    taken = b.call("list_transform", places, b.one_lambda("place", b.call("list_extract", whole, b.column("place"))))
    return b.let(x, "whole", b.condition(b.is_not_null(whole), taken))


def list_every(x, step, offset):
    """Every so many-th element."""
    return _slice(x, b.integer(offset + 1), b.call("length", x), b.integer(step))


def list_modes(x):
    """The most frequent values."""
    whole = b.column("whole")
    count = _count_of(whole, b.column("value"))
    counts = b.call("list_transform", list_distinct(whole), b.one_lambda("value", count))
    most = b.call("list_max", counts)
    return b.let(x, "whole", b.call("list_filter", list_distinct(whole),
                                    b.one_lambda("value", b.equal(count, most))))


def _count_of(x, value):
    same = b.one_lambda("element", b.equal_missing(b.column("element"), value))
    return b.call("length", b.call("list_filter", x, same))


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


def list_first_places(x):
    """The positions at which elements appear first."""
    whole = b.column("whole")
    place = b.operator("-", b.call("list_position", whole, b.column("value")), b.integer(1))
    return b.let(x, "whole", b.call("list_transform", list_distinct(whole),
                                    b.one_lambda("value", b.cast(place, UInt32))))


def list_value_counts(x, name, count_name, sort):
    """Structs of each distinct element and how often it occurs."""
    whole = b.column("whole")
    entry = b.n.function_call(["struct_pack"], [
        b.n.argument(b.column("value"), name),
        b.n.argument(b.cast(_count_of(whole, b.column("value")), UInt32), count_name)])
    counts = b.call("list_transform", list_distinct(whole), b.one_lambda("value", entry))
    if sort:
        raise NotSupported("value_counts(sort=True) is not supported here; use "
                           "frame.group_by(column).len().sort('len', descending=True)")
    return b.let(x, "whole", counts)


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
        raise NotSupported(f"to_physical of {dtype!r} is not supported; take its parts")
    return x
