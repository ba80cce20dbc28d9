"""Aggregates whose meaning takes more than the engine's function of one name.

Each function gets `call(name, *values, distinct=, order=, where=)`, which calls the engine's
aggregate in its place (over a group, in a window, over a list), and the bytes of its arguments.
"""

from __future__ import annotations

from ..datatypes import Boolean, Float64, Int64, String, UInt32
from ..errors import NotSupported, error
from . import build as b
from .literals import literal_bytes


def row_count(call):
    """How many rows, as UInt32."""
    return b.cast(call("count_star"), UInt32)


def length(call, x):
    """How many values, missing ones too."""
    return b.cast(call("count_star"), UInt32)


def count(call, x):
    """How many values are not missing."""
    return b.cast(call("count", x), UInt32)


def null_count(call, x):
    """How many values are missing."""
    return b.cast(call("count", b.condition(b.is_null(x), b.TRUE)), UInt32)


def distinct_count(call, x):
    """Distinct values; that some are missing counts as one more."""
    missing = b.call("ifnull", call("bool_or", b.is_null(x)), b.FALSE)
    return b.cast(b.operator("+", call("count", x, distinct=True),
                             b.condition(missing, b.integer(1), b.integer(0))), UInt32)


def distinct_values(call, x):
    """A list of the distinct values, in any order; NULL is one of them."""
    known = call("list", x, distinct=True, where=b.is_not_null(x))
    missing = b.call("ifnull", call("bool_or", b.is_null(x)), b.FALSE)
    return b.condition(missing, b.call("list_append", known, b.NULL), known)


def approximate_distinct_count(call, x):
    """About how many distinct values."""
    return b.cast(call("approx_count_distinct", x), UInt32)


def mean(call, x):
    """The mean."""
    return call("frame_mean", x)


def median(call, x):
    """The median."""
    return call("median", x)


def any_true(call, x):
    """Whether any is true; false of nothing."""
    return b.call("ifnull", call("bool_or", x), b.FALSE)


def all_true(call, x):
    """Whether all are true; true of nothing."""
    return b.call("ifnull", call("bool_and", x), b.TRUE)


def any_true_or_null(call, x):
    """Kleene: NULL unless some value is true."""
    unknown = b.call("ifnull", call("bool_or", b.is_null(x)), b.FALSE)
    return b.condition(any_true(call, x), b.TRUE,
                       b.condition(unknown, b.cast(b.NULL, Boolean), b.FALSE))


def all_true_or_null(call, x):
    """Kleene: NULL unless some value is false."""
    unknown = b.call("ifnull", call("bool_or", b.is_null(x)), b.FALSE)
    return b.condition(b.negation(all_true(call, x)), b.FALSE,
                       b.condition(unknown, b.cast(b.NULL, Boolean), b.TRUE))


def product(call, x):
    """The product."""
    return call("frame_product", x)


def standard_deviation(call, x, ddof):
    """The standard deviation with `ddof` degrees of freedom taken off."""
    return _moment(call, x, ddof, "stddev_samp", "stddev_pop",
                   lambda variance: b.call("sqrt", variance))


def variance(call, x, ddof):
    """The variance with `ddof` degrees of freedom taken off."""
    return _moment(call, x, ddof, "var_samp", "var_pop", lambda variance: variance)


def _moment(call, x, ddof, sample, population, finish):
    if ddof == 1:
        return call(sample, x)
    if ddof == 0:
        return call(population, x)
    n = call("count", x)
    free = b.operator("-", n, b.integer(ddof))
    scaled = b.operator("/", b.operator("*", call("var_pop", x), n), free)
    return b.condition(b.greater(free, b.integer(0)), finish(scaled))


def skew(call, x, bias):
    """How lopsided the values lie."""
    if not bias:
        return call("skewness", x)
    n = b.cast(call("count", x), Float64)
    factor = b.operator("/", b.operator("-", n, b.integer(2)),
                        b.call("sqrt", b.operator("*", n, b.operator("-", n, b.integer(1)))))
    many = b.operator("*", call("skewness", x), factor)
    # The engine's is the sample's, which two values do not have; theirs lie evenly.
    nan, zero = b.cast(b.string("nan"), Float64), b.cast(b.integer(0), Float64)
    few = b.condition(b.greater(call("var_pop", x), b.integer(0)), zero, nan)
    return b.cases(many, b.greater(n, b.integer(2)), few, b.greater(n, b.integer(0)), b.cast(b.NULL, Float64))


def kurtosis(call, x, fisher, bias):
    """How heavy the tails are."""
    excess = call("kurtosis_pop" if bias else "kurtosis", x)
    return excess if fisher else b.operator("+", excess, b.integer(3))


def quantile(call, x, share, interpolation):
    """`share`: a number, or the bytes of an expression, for which all values are put in order."""
    if interpolation == "linear" and not isinstance(share, bytes):
        return as_real(call("quantile_cont", x, literal_bytes(float(share))))
    if isinstance(share, bytes):
        return _quantile_by_value(call, x, share, interpolation)
    if interpolation == "equiprobable":
        return as_real(call("quantile_disc", x, literal_bytes(float(share))))
    low, high = _BETWEEN[interpolation]
    values = [as_real(call("frame_quantile", x, literal_bytes(float(share)), b.string(pick)))
              for pick in ((low,) if low == high else (low, high))]
    return values[0] if low == high else b.operator("/", b.operator("+", *values), b.integer(2))


def as_real(x):
    """A number as a float; an instant as it is."""
    return b.call("frame_as_real", x)


_BETWEEN = {"nearest": ("nearest", "nearest"), "lower": ("lower", "lower"), "higher": ("higher", "higher"),
            "midpoint": ("lower", "higher")}
INTERPOLATIONS = (*_BETWEEN, "linear", "equiprobable")


def _quantile_by_value(call, x, share, interpolation):
    values = call("list", x, order=(b.order_item(x),), where=b.is_not_null(x))
    place = b.operator("*", b.cast(share, Float64),
                       b.operator("-", b.call("length", values), b.integer(1)))
    rounded = {"nearest": "round", "lower": "floor", "higher": "ceil"}
    if interpolation in rounded:
        return as_real(_at(values, b.call(rounded[interpolation], place)))
    low, high = (b.cast(_at(values, b.call(edge, place)), Float64) for edge in ("floor", "ceil"))
    if interpolation == "midpoint":
        return b.operator("/", b.operator("+", low, high), b.integer(2))
    if interpolation == "linear":
        part = b.operator("-", place, b.call("floor", place))
        return b.operator("+", low, b.operator("*", b.operator("-", high, low), part))
    raise error(NotSupported, f"quantile(expression, {interpolation!r}) is not supported", "give a number")


def _at(values, place):
    return b.call("list_extract", values, b.operator("+", b.cast(place, Int64), b.integer(1)))


def first(call, x):
    """The first value, column or row."""
    return call("first", x)


def last(call, x):
    """The last value, column or row."""
    return call("last", x)


def item_at(call, x, index, null_on_oob):
    """The element at `index`, counted from 0 or from the end."""
    from .list_trees import element_at
    return element_at(call("list", x), index, "get", null_on_oob)


def only_item(call, x, allow_empty):
    """The only value."""
    size = call("count_star")
    told = b.call("error", b.operator("||", b.string("item: not one value, but "), b.cast(size, String)))
    one = (b.less_or_equal if allow_empty else b.equal)(size, b.integer(1))
    return b.condition(one, call("first", x), told)


def place_of_extreme(call, x, largest):
    """The position of the smallest or largest value, the first of equals."""
    values = call("list", x)
    extreme = b.call("list_aggregate", values, b.string("frame_max" if largest else "frame_min"))
    return b.cast(b.operator("-", b.call("list_position", values, extreme), b.integer(1)), UInt32)


def place_in_order(call, x, element, after, nulls_last, descending):
    """How many values come before an element in an order that they have."""
    compare = {(False, False): b.less, (True, False): b.less_or_equal, (False, True): b.greater,
               (True, True): b.greater_or_equal}[after, descending]
    before = call("count_star", where=compare(x, element))
    missing = call("count_star", where=b.is_null(x))
    place = before if nulls_last else b.operator("+", before, missing)
    none = b.integer(0) if not nulls_last else call("count", x)
    if after:
        none = b.operator("+", none, missing)
    return b.cast(b.condition(b.is_null(element), none, place), UInt32)


def place_of(call, x, element):
    """The position of a value."""
    place = b.call("list_position", call("list", x), element)
    return b.cast(b.operator("-", place, b.integer(1)), UInt32)


def value_at_extreme(call, x, by, largest):
    """The value where `by` is least or greatest."""
    return call("arg_max_null" if largest else "arg_min_null", x, by)


def extreme_or_nan(call, x, largest):
    """NaN if there is one."""
    name = "max" if largest else "min"
    nan = b.cast(b.string("nan"), Float64)
    some = b.call("ifnull", call("bool_or", b.call("isnan", x)), b.FALSE)
    return b.condition(some, nan, call(name, x))


def correlation(call, x, y):
    """Pearson's correlation."""
    return call("corr", b.cast(x, Float64), b.cast(y, Float64))


def covariance(call, x, y, ddof):
    """The covariance with `ddof` degrees of freedom taken off."""
    x, y = b.cast(x, Float64), b.cast(y, Float64)
    if ddof in (0, 1):
        return call("covar_samp" if ddof else "covar_pop", x, y)
    pairs = b.cast(call("regr_count", x, y), Int64)
    free = b.operator("-", pairs, b.integer(ddof))
    scaled = b.operator("/", b.operator("*", call("covar_pop", x, y), pairs), free)
    return b.condition(b.greater(free, b.integer(0)), scaled)


def joined(call, x, delimiter, ignore_nulls):
    """Texts, one behind the other."""
    text = call("string_agg", x, delimiter)
    if ignore_nulls:
        return b.call("ifnull", text, b.string(""))
    missing = call("bool_or", b.is_null(x))
    return b.condition(b.call("ifnull", missing, b.FALSE), b.NULL, b.call("ifnull", text, b.string("")))


def is_empty(call, x, ignore_nulls):
    """Whether there are no values."""
    return b.equal(call("count", x) if ignore_nulls else call("count_star"), b.integer(0))


def has_nulls(call, x):
    """Whether any value is missing."""
    return b.call("ifnull", call("bool_or", b.is_null(x)), b.FALSE)


def entropy(call, x, base, normalize):
    """-sum(p log p), where p is normalised to sum to 1."""
    x = b.cast(x, Float64)
    total = call("sum", x)
    logs = call("sum", b.operator("*", x, b.call("ln", x)))
    if normalize:
        plain = b.operator("-", b.call("ln", total), b.operator("/", logs, total))
    else:
        plain = b.operator("-", logs)
    return b.operator("/", plain, b.call("ln", base))
