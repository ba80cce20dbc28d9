"""`Expr`: what to do with columns, before any frame is there."""

from __future__ import annotations

import operator as python_operator

from .. import datatypes as types
from ..errors import NotSupported
from . import aggregates, build as b, functions, windows
from .literals import as_node, interval_bytes, literal_bytes
from .nodes import (Aggregate, Apply, Column, Literal, Over, Rearrange, Rename, Selection, Typed,
                    Window, column_names, output_name)
from .selecting import has_selection, without


def expression(node):
    made = object.__new__(Expr)
    made._node = node
    return made


class Expr:
    """An expression over columns. Made by `col`, `lit` and their like; immutable.

    Examples
    --------
    >>> import doline as dl
    >>> frame = dl.DataFrame({"a": [1, 2, 3]})
    >>> frame.select(dl.col("a") * 2 + 1).rows()
    [(3,), (5,), (7,)]
    """

    __slots__ = ("_node",)

    # --- How nodes are put together

    def _apply(self, build, *others, options=()):
        return expression(Apply(build, (self._node, *map(_value, others)), options))

    def _aggregate(self, build, *others, options=()):
        return expression(Aggregate(build, (self._node, *map(_value, others)), options))

    def _window(self, build, *options):
        return expression(Window(build, (self._node,), options))

    def _rearrange(self, build, *others, options=()):
        return expression(Rearrange(build, (self._node, *others), options))

    def _binary(self, other, build, swapped=False):
        a, c = self._node, _value(other)
        return expression(Apply(build, (c, a) if swapped else (a, c)))

    def _logical(self, other, build, build_of_bits):
        whole = isinstance(other, int) and not isinstance(other, bool)
        return self._binary(other, build_of_bits if whole else build)

    def __repr__(self):
        return repr(self._node)

    def __bool__(self):
        raise TypeError("an expression is neither true nor false: use & | ~ in place of and, or, not")

    def __hash__(self):
        return id(self)

    def __iter__(self):
        raise TypeError("an expression cannot be iterated over")

    # --- Operators

    def __add__(self, other): return self._binary(other, "wrapping_add")
    def __radd__(self, other): return self._binary(other, "wrapping_add", True)
    def __sub__(self, other): return self._binary(other, "wrapping_subtract")
    def __rsub__(self, other): return self._binary(other, "wrapping_subtract", True)
    def __mul__(self, other): return self._binary(other, "wrapping_multiply")
    def __rmul__(self, other): return self._binary(other, "wrapping_multiply", True)
    def __truediv__(self, other): return self._binary(other, "true_divide")
    def __rtruediv__(self, other): return self._binary(other, "true_divide", True)
    def __floordiv__(self, other): return self._binary(other, "floor_divide")
    def __rfloordiv__(self, other): return self._binary(other, "floor_divide", True)
    def __mod__(self, other): return self._binary(other, "floor_modulo")
    def __rmod__(self, other): return self._binary(other, "floor_modulo", True)
    def __pow__(self, other): return self._power(self, other)
    def __rpow__(self, other): return self._power(expression(_value(other)), self)
    def __neg__(self): return self._apply(functions.negative)
    def __pos__(self): return self
    def __abs__(self): return self.abs()
    def __invert__(self): return self._apply(b.negation)
    def __and__(self, other): return self._logical(other, functions.logical_and, functions.bit_and)
    def __rand__(self, other): return self._logical(other, functions.logical_and, functions.bit_and)
    def __or__(self, other): return self._logical(other, functions.logical_or, functions.bit_or)
    def __ror__(self, other): return self._logical(other, functions.logical_or, functions.bit_or)
    def __xor__(self, other): return self._logical(other, functions.logical_xor, functions.bit_xor)
    def __eq__(self, other): return self._binary(other, b.equal)
    def __ne__(self, other): return self._binary(other, b.not_equal)
    def __lt__(self, other): return self._binary(other, b.less)
    def __le__(self, other): return self._binary(other, b.less_or_equal)
    def __gt__(self, other): return self._binary(other, b.greater)
    def __ge__(self, other): return self._binary(other, b.greater_or_equal)

    add, sub, mul, truediv = __add__, __sub__, __mul__, __truediv__
    floordiv, mod, pow, neg = __floordiv__, __mod__, __pow__, __neg__
    eq, ne, lt, le, gt, ge = __eq__, __ne__, __lt__, __le__, __gt__, __ge__
    not_ = __invert__
    xor = __xor__

    def and_(self, *others):
        return _reduced(python_operator.and_, self, others)

    def or_(self, *others):
        return _reduced(python_operator.or_, self, others)

    def eq_missing(self, other): return self._binary(other, b.equal_missing)
    def ne_missing(self, other): return self._binary(other, b.not_equal_missing)

    @staticmethod
    def _power(base, exponent):
        exponent = _value(exponent)
        whole = isinstance(exponent, Literal) and type(exponent.value) is int
        if whole and 0 <= exponent.value <= 8 and not isinstance(base._node, Literal):
            return expression(Apply(functions.whole_power, (base._node,), (exponent.value,)))
        return expression(Apply("pow", (base._node, exponent)))

    # --- Names and types

    def alias(self, name: str):
        """The same under another name."""
        return expression(Rename(self._node, name))

    def cast(self, dtype, *, strict=True, wrap_numerical=False):
        """The values as another type; with `strict=False` NULL where one does not fit."""
        if wrap_numerical:
            raise NotSupported("cast(wrap_numerical=True) is not supported; use % to wrap first")
        build = functions.strict_cast if strict else functions.lenient_cast
        return self._apply(build, options=(types.as_dtype(dtype),))

    def exclude(self, *columns):
        """A selection without some names, patterns or types."""
        entries = [e for c in columns for e in (c if isinstance(c, (list, tuple, set)) else [c])]
        if not isinstance(self._node, Selection):
            raise ValueError("exclude() is for pl.all() and other selections")
        return expression(without(self._node, entries))

    @property
    def meta(self):
        return _Meta(self)

    def pipe(self, function, *args, **kwargs):
        return function(self, *args, **kwargs)

    # --- Missing values

    def is_null(self): return self._apply(b.is_null)
    def is_not_null(self): return self._apply(b.is_not_null)

    def fill_null(self, value=None, strategy=None, limit=None):
        """Missing values replaced by a value, or by `strategy`: forward, backward, min, max, mean,
        zero, one."""
        if strategy is None:
            if value is None:
                raise ValueError("fill_null needs a value or a strategy")
            return self._apply("ifnull", value)
        if strategy == "forward":
            return self.forward_fill(limit)
        if strategy == "backward":
            return self.backward_fill(limit)
        fills = {"zero": lambda: 0, "one": lambda: 1, "min": self.min, "max": self.max,
                 "mean": self._mean_of_type}
        if strategy not in fills:
            raise ValueError(f"no strategy is called {strategy!r}")
        return self._apply("ifnull", fills[strategy]())

    def _mean_of_type(self):
        return expression(Typed(functions.same_type, (self._node, self.mean()._node)))

    def forward_fill(self, limit=None): return self._window(windows.forward_fill, limit)
    def backward_fill(self, limit=None): return self._window(windows.backward_fill, limit)
    def fill_nan(self, value): return self._apply(functions.fill_nan, value)
    def drop_nulls(self): return self._rearrange("drop_nulls")
    def drop_nans(self): return self._rearrange("drop_nans")
    def null_count(self): return self._aggregate(aggregates.null_count)
    def has_nulls(self): return self._aggregate(aggregates.has_nulls)

    # --- Choices

    def is_in(self, other, *, nulls_equal=False):
        """Whether a value is among others: a list, or an expression's values."""
        if isinstance(other, Expr):
            return self._apply(functions.is_in_list, expression(other._node).implode()
                               if other._node.shape else other)
        values = other.to_list() if hasattr(other, "to_list") else list(other)
        return self._apply(functions.is_in, options=(tuple(map(literal_bytes, values)), nulls_equal))

    def is_between(self, lower_bound, upper_bound, closed="both"):
        return self._apply(functions.is_between, lower_bound if not isinstance(lower_bound, str)
                           else expression(Column(lower_bound)),
                           upper_bound if not isinstance(upper_bound, str)
                           else expression(Column(upper_bound)), options=(closed,))

    def clip(self, lower_bound=None, upper_bound=None):
        out = self
        if lower_bound is not None:
            out = out._apply(functions.at_least, lower_bound)
        if upper_bound is not None:
            out = out._apply(functions.at_most, upper_bound)
        return out

    def replace(self, old, new=None, *, default=None, **unsupported):
        """Some values replaced by others: a dict, or two lists."""
        if unsupported or default is not None:
            raise NotSupported("replace(default=…) is not supported; use replace_strict")
        return self._apply(functions.replaced, self, options=(_pairs(old, new), None))

    def replace_strict(self, old, new=None, *, default=None, return_dtype=None):
        pairs = _pairs(old, new)
        otherwise = default if default is not None else functions.no_replacement
        out = self._apply(functions.replaced, otherwise if default is not None else self,
                          options=(pairs, default is None))
        values = [*old.values()] if isinstance(old, dict) else _listed(new)
        if return_dtype is None and {type(v) for v in values} == {int}:
            return_dtype = types.Int64
        return out.cast(return_dtype) if return_dtype is not None else out

    def coalesce(self, *others): return self._apply("coalesce", *others)

    def cut(self, breaks, *, labels=None, left_closed=False, include_breaks=False):
        if include_breaks:
            raise NotSupported("cut(include_breaks=True) is not supported; use when/then")
        return self._apply(functions.cut, options=(tuple(breaks), labels, left_closed))

    # --- Aggregates

    def sum(self): return self._aggregate("wrapping_sum")
    def mean(self): return self._aggregate(aggregates.mean)
    def min(self): return self._aggregate("frame_min")
    def max(self): return self._aggregate("frame_max")
    def median(self): return self._aggregate(aggregates.median)
    def std(self, ddof=1): return self._aggregate(aggregates.standard_deviation, options=(ddof,))
    def var(self, ddof=1): return self._aggregate(aggregates.variance, options=(ddof,))
    def count(self): return self._aggregate(aggregates.count)
    def len(self): return self._aggregate(aggregates.length)
    def n_unique(self): return self._aggregate(aggregates.distinct_count)
    def approx_n_unique(self): return self._aggregate(aggregates.approximate_distinct_count)
    def first(self, *, ignore_nulls=False):
        return (self.drop_nulls() if ignore_nulls else self)._aggregate(aggregates.first)
    def last(self, *, ignore_nulls=False):
        return (self.drop_nulls() if ignore_nulls else self)._aggregate(aggregates.last)
    def get(self, index): return self._aggregate(aggregates.item_at, index)
    def item(self): return self._aggregate(aggregates.first)
    def product(self): return self._aggregate(aggregates.product)
    def implode(self): return self._aggregate("list")
    def arg_min(self): return self._aggregate(aggregates.place_of_extreme, options=(False,))
    def arg_max(self): return self._aggregate(aggregates.place_of_extreme, options=(True,))
    def min_by(self, by): return self._aggregate(aggregates.value_at_extreme, _column(by),
                                                 options=(False,))
    def max_by(self, by): return self._aggregate(aggregates.value_at_extreme, _column(by),
                                                 options=(True,))
    def nan_min(self): return self._aggregate(aggregates.extreme_or_nan, options=(False,))
    def nan_max(self): return self._aggregate(aggregates.extreme_or_nan, options=(True,))
    def skew(self, *, bias=True): return self._aggregate(aggregates.skew, options=(bias,))
    def kurtosis(self, *, fisher=True, bias=True):
        return self._aggregate(aggregates.kurtosis, options=(fisher, bias))
    def entropy(self, base=2.718281828459045, *, normalize=True):
        return self._aggregate(aggregates.entropy, base, options=(normalize,))
    def bitwise_and(self): return self._aggregate("bit_and")
    def bitwise_or(self): return self._aggregate("bit_or")
    def bitwise_xor(self): return self._aggregate("bit_xor")

    def any(self, *, ignore_nulls=True):
        return self._aggregate(aggregates.any_true if ignore_nulls else aggregates.any_true_or_null)

    def all(self, *, ignore_nulls=True):
        return self._aggregate(aggregates.all_true if ignore_nulls else aggregates.all_true_or_null)

    def quantile(self, quantile, interpolation="nearest"):
        return self._aggregate(aggregates.quantile, quantile, options=(interpolation,))

    def dot(self, other): return (self * _column(other)).sum()

    # --- Rows among rows

    def over(self, partition_by=None, *more, order_by=None, descending=False, nulls_last=False,
             mapping_strategy="group_to_rows"):
        """The expression within groups of equal `partition_by`, each row keeping its place."""
        keys = [as_node(k) for k in _listed(partition_by) + list(more)]
        order = [as_node(k) for k in _listed(order_by)]
        if mapping_strategy not in ("group_to_rows", "join", "explode"):
            raise ValueError(f"no mapping_strategy is called {mapping_strategy!r}")
        return expression(Over((self._node, *keys, *order), len(keys), descending, nulls_last,
                               mapping_strategy))

    def shift(self, n=1, *, fill_value=None):
        fill = () if fill_value is None else (literal_bytes(fill_value),)
        return self._window(windows.shift, n, *fill)

    def diff(self, n=1, null_behavior="ignore"):
        out = self._window(windows.diff, n)
        return out.drop_nulls() if null_behavior == "drop" else out

    def pct_change(self, n=1): return self._window(windows.percent_change, n)
    def cum_sum(self, *, reverse=False): return self._window(windows.cumulative, "wrapping_sum", reverse)
    def cum_min(self, *, reverse=False): return self._window(windows.cumulative, "frame_min", reverse)
    def cum_max(self, *, reverse=False): return self._window(windows.cumulative, "frame_max", reverse)
    def cum_prod(self, *, reverse=False): return self._window(windows.cumulative, "frame_product", reverse)
    def cum_count(self, *, reverse=False): return self._window(windows.cumulative_count, reverse)

    def rank(self, method="average", *, descending=False, seed=None):
        if method == "random":
            raise NotSupported('rank("random") is not supported; use rank("ordinal")')
        return self._window(windows.rank, method, descending)

    def is_duplicated(self): return self._window(windows.is_duplicated, False)
    def is_unique(self): return self._window(windows.is_duplicated, True)
    def is_first_distinct(self): return self._window(windows.is_first_distinct, False)
    def is_last_distinct(self): return self._window(windows.is_first_distinct, True)

    def rle_id(self):
        return self._window(windows.changes)._window(windows.sum_so_far, types.UInt32)

    def is_sorted(self, *, descending=False):
        return ~self._window(windows.is_sorted_step, descending).any()

    def _rolling(self, name, window_size, min_samples, center, weights=None, options=()):
        if weights is not None:
            raise NotSupported("rolling functions with weights are not supported; multiply and sum "
                               "shifted columns")
        least = window_size if min_samples is None else min_samples
        return self._window(windows.rolling, name, window_size, least, center, options)

    def rolling_sum(self, window_size, weights=None, *, min_samples=None, center=False):
        return self._rolling("wrapping_sum", window_size, min_samples, center, weights)

    def rolling_mean(self, window_size, weights=None, *, min_samples=None, center=False):
        return self._rolling("frame_mean", window_size, min_samples, center, weights)

    def rolling_min(self, window_size, weights=None, *, min_samples=None, center=False):
        return self._rolling("frame_min", window_size, min_samples, center, weights)

    def rolling_max(self, window_size, weights=None, *, min_samples=None, center=False):
        return self._rolling("frame_max", window_size, min_samples, center, weights)

    def rolling_median(self, window_size, weights=None, *, min_samples=None, center=False):
        return self._rolling("median", window_size, min_samples, center, weights)

    def rolling_std(self, window_size, weights=None, *, min_samples=None, center=False, ddof=1):
        return self._rolling("stddev_samp" if ddof else "stddev_pop", window_size, min_samples,
                             center, weights)

    def rolling_var(self, window_size, weights=None, *, min_samples=None, center=False, ddof=1):
        return self._rolling("var_samp" if ddof else "var_pop", window_size, min_samples, center,
                             weights)

    def _rolling_by(self, name, by, window_size, min_samples, closed):
        node = Window(windows.rolling_by, (self._node, as_node(by)),
                      (name, interval_bytes(window_size), min_samples, closed))
        return expression(node)

    def rolling_sum_by(self, by, window_size, *, min_samples=1, closed="right"):
        return self._rolling_by("wrapping_sum", by, window_size, min_samples, closed)

    def rolling_mean_by(self, by, window_size, *, min_samples=1, closed="right"):
        return self._rolling_by("frame_mean", by, window_size, min_samples, closed)

    def rolling_min_by(self, by, window_size, *, min_samples=1, closed="right"):
        return self._rolling_by("frame_min", by, window_size, min_samples, closed)

    def rolling_max_by(self, by, window_size, *, min_samples=1, closed="right"):
        return self._rolling_by("frame_max", by, window_size, min_samples, closed)

    # --- Other rows

    def filter(self, *predicates, **constraints):
        """Only the rows for which all predicates hold."""
        terms = [as_node(p) for p in predicates]
        terms += [Apply(b.equal, (Column(k), _value(v))) for k, v in constraints.items()]
        condition = terms[0] if len(terms) == 1 else Apply(b.both, tuple(terms))
        return self._rearrange("filter", condition)

    where = filter

    def sort(self, *, descending=False, nulls_last=False):
        return self._rearrange("sort", options=(descending, nulls_last))

    def sort_by(self, by, *more, descending=False, nulls_last=False, **unsupported):
        keys = [as_node(k) for k in _listed(by) + list(more)]
        return self._rearrange("sort_by", *keys, options=(
            _each(descending, len(keys)), _each(nulls_last, len(keys))))

    def reverse(self): return self._rearrange("reverse")
    def head(self, n=10): return self.slice(0, n)
    def tail(self, n=10): return self._rearrange(functions.list_tail, options=(n,))
    limit = head
    def slice(self, offset, length=None):
        return self._rearrange(functions.list_part, options=(offset, length))
    def unique(self, *, maintain_order=False): return self._rearrange(functions.list_distinct)
    def gather(self, indices, **unsupported):
        return self._rearrange(functions.list_gather, options=(tuple(_listed(indices)),))
    def gather_every(self, n, offset=0):
        return self._rearrange(functions.list_every, options=(n, offset))
    def top_k(self, k=5): return self.drop_nulls().sort(descending=True).head(k)
    def bottom_k(self, k=5): return self.drop_nulls().sort().head(k)
    def top_k_by(self, by, k=5, *, reverse=False):
        return self.sort_by(by, descending=not reverse, nulls_last=True).head(k)
    def bottom_k_by(self, by, k=5, *, reverse=False):
        return self.sort_by(by, descending=reverse, nulls_last=True).head(k)
    def mode(self): return self._rearrange(functions.list_modes)
    def arg_sort(self, *, descending=False, nulls_last=False):
        return self._rearrange(functions.list_places, options=(descending, nulls_last))
    def arg_true(self): return self._rearrange(functions.list_true_places)
    def arg_unique(self): return self._rearrange(functions.list_first_places)
    def value_counts(self, *, sort=False, parallel=False, name=None, normalize=False):
        if normalize:
            raise NotSupported("value_counts(normalize=True) is not supported; divide by pl.len()")
        label = name if name is not None else "count"
        return self._rearrange(functions.list_value_counts,
                               options=(output_name(self._node), label, sort))
    def explode(self, **unsupported): return self._rearrange("flatten_lists")
    flatten = explode
    def append(self, other, **unsupported):
        raise NotSupported("append is not supported; use concat on frames")
    def rle(self):
        raise NotSupported("rle is not supported; use rle_id and group_by")
    def sample(self, *args, **kwargs):
        raise NotSupported("Expr.sample is not supported; use DataFrame.sample")
    def shuffle(self, seed=None):
        raise NotSupported("Expr.shuffle is not supported; use DataFrame.sample(fraction=1, shuffle=True)")
    def interpolate(self, method="linear"):
        raise NotSupported("interpolate is not supported; use fill_null(strategy='forward')")
    def ewm_mean(self, **unsupported):
        raise NotSupported("ewm_mean is not supported; use rolling_mean")
    def map_elements(self, *args, **kwargs):
        raise NotSupported("map_elements is not supported; write the function with expressions")
    map_batches = map_elements
    def set_sorted(self, **unsupported): return self
    def shrink_dtype(self): return self
    def rechunk(self): return self
    def repeat_by(self, by): return self._apply(functions.repeat_by, by)

    # --- Each value

    def abs(self): return self._apply("abs")
    def sign(self): return expression(Typed(functions.sign, (self._node,)))
    def sqrt(self): return self._apply(functions.square_root)
    def cbrt(self): return self._apply("cbrt")
    def exp(self): return self._apply("exp")
    def log(self, base=None): return self._apply(functions.logarithm, options=(base,))
    def log10(self): return self._apply(functions.logarithm, options=(10,))
    def log1p(self): return (self + 1.0).log()
    def floor(self): return self._apply("floor")
    def ceil(self): return self._apply("ceil")
    def round(self, decimals=0, mode="half_to_even"):
        if mode not in ("half_to_even", "half_away_from_zero"):
            raise ValueError(f"no rounding is called {mode!r}")
        name = "round_even" if mode == "half_to_even" else "round"
        return self._apply(functions.rounded, options=(name, decimals))
    def round_sig_figs(self, digits): return self._apply(functions.significant, options=(digits,))
    def truncate(self, decimals=0): return self._apply("trunc")
    def sin(self): return self._apply("sin")
    def cos(self): return self._apply("cos")
    def tan(self): return self._apply("tan")
    def cot(self): return self._apply("cot")
    def arcsin(self): return self._apply("asin")
    def arccos(self): return self._apply("acos")
    def arctan(self): return self._apply("atan")
    def sinh(self): return self._apply("sinh")
    def cosh(self): return self._apply("cosh")
    def tanh(self): return self._apply("tanh")
    def arcsinh(self): return self._apply("asinh")
    def arccosh(self): return self._apply("acosh")
    def arctanh(self): return self._apply("atanh")
    def degrees(self): return self._apply("degrees")
    def radians(self): return self._apply("radians")
    def is_nan(self): return self._apply("isnan")
    def is_not_nan(self): return ~self.is_nan()
    def is_finite(self): return self._apply("isfinite")
    def is_infinite(self): return self._apply("isinf")
    def hash(self, *seeds): return self._apply("hash")
    def bitwise_count_ones(self): return self._apply("bit_count")
    def to_physical(self):
        raise NotSupported("to_physical is not supported; cast to an integer type")
    def inspect(self, fmt="{}"):
        raise NotSupported("inspect is not supported; collect the frame and look at it")

    # --- Namespaces

    @property
    def str(self):
        from .strings import StringFunctions
        return StringFunctions(self)

    @property
    def dt(self):
        from .temporal import TemporalFunctions
        return TemporalFunctions(self)

    @property
    def list(self):
        from .lists import ListFunctions
        return ListFunctions(self)

    @property
    def arr(self):
        from .lists import ArrayFunctions
        return ArrayFunctions(self)

    @property
    def struct(self):
        from .structs import StructFunctions
        return StructFunctions(self)

    @property
    def name(self):
        from .names import NameFunctions
        return NameFunctions(self)

    @property
    def bin(self):
        from .strings import BinaryFunctions
        return BinaryFunctions(self)

    @property
    def cat(self):
        from .strings import CategoryFunctions
        return CategoryFunctions(self)


class _Meta:
    """What an expression says of itself."""

    def __init__(self, of):
        self._node = of._node

    def output_name(self): return output_name(self._node)
    def root_names(self): return list(column_names(self._node))
    def is_column(self): return isinstance(self._node, Column)
    def is_literal(self): return isinstance(self._node, Literal)
    def has_multiple_outputs(self): return has_selection(self._node)


def _value(other):
    """A value beside an expression: texts are texts here, not names."""
    return as_node(other, str_is_column=False)


def _column(other):
    return other if isinstance(other, Expr) else expression(as_node(other))


def _listed(values):
    if values is None:
        return []
    if isinstance(values, (list, tuple)):
        return [*values]
    return [values]


def _each(value, count):
    values = tuple(value) if isinstance(value, (list, tuple)) else (value,) * count
    if len(values) != count:
        raise ValueError(f"{count} keys need {count} directions, not {len(values)}")
    return values


def _reduced(operator, first, others):
    for other in others:
        first = operator(first, other)
    return first


def _pairs(old, new):
    if new is None:
        if not isinstance(old, dict):
            raise TypeError("replace takes a dict, or old and new values")
        old, new = [*old], [*old.values()]
    elif not isinstance(old, (list, tuple)):
        old, new = [old], [new]
    elif not isinstance(new, (list, tuple)):
        new = [new] * len(old)
    return tuple((literal_bytes(o), literal_bytes(v)) for o, v in zip(old, new, strict=True))
