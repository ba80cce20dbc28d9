"""`Expr`: what to do with columns, before any frame is there."""

from __future__ import annotations

import operator as python_operator

from .. import datatypes as types
from ..errors import NotSupported
from . import aggregates, build as b, functions, windows
from .aggregations import Aggregations
from .arguments import listed, pairs_of, value_node
from .literals import as_node, literal_bytes
from .nodes import (Aggregate, Apply, Column, Literal, Rearrange, Rename, Selection, Typed, Window,
                    column_names, output_name)
from .row_functions import RowFunctions
from .selecting import has_selection, without
from .value_functions import ValueFunctions


NO_DEFAULT = object()  # None is a default that one can ask for


def expression(node):
    """The expression of a node."""
    made = object.__new__(Expr)
    made._node = node
    return made


class Expr(Aggregations, RowFunctions, ValueFunctions):
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
        return expression(Apply(build, (self._node, *map(value_node, others)), options))

    def _aggregate(self, build, *others, options=()):
        return expression(Aggregate(build, (self._node, *map(value_node, others)), options))

    def _window(self, build, *options):
        return expression(Window(build, (self._node,), options))

    def _rearrange(self, build, *others, options=()):
        return expression(Rearrange(build, (self._node, *others), options))

    def _binary(self, other, build, swapped=False):
        a, c = self._node, value_node(other)
        return expression(Apply(build, (c, a) if swapped else (a, c)))

    def _logical(self, other, build, build_of_bits):
        whole = isinstance(other, int) and not isinstance(other, bool)
        return self._binary(other, build_of_bits if whole else build)

    # --- Python functions

    def map_elements(self, function, return_dtype=None, *, skip_nulls=True, pass_name=False,
                     strategy="thread_local", returns_scalar=False):
        """A Python function of each value; slow, as it is called for each.

        Parameters
        ----------
        function : callable or class
            Of a value; of lists and structs it is given lists and dicts. An object of a class is made
            once for each thread.
        return_dtype : type, optional
            What it returns; from its hints if left out.
        skip_nulls : bool
            Whether a missing value is missing in the result, without a call.
        strategy : {"thread_local", "threading"}
            The same here: the engine's threads call it.

        Raises
        ------
        doline.errors.FunctionFailed
            When a frame runs the expression and the function raises.

        Examples
        --------
        >>> import doline as dl
        >>> frame = dl.DataFrame({"a": [1, None]})
        >>> frame.select(dl.col("a").map_elements(lambda a: "x" * a, dl.String)).rows()
        [('x',), (None,)]
        """
        if pass_name:
            raise NotSupported("map_elements(pass_name=True) is not supported; close over the name")
        if strategy not in ("thread_local", "threading"):
            raise NotSupported(f"map_elements has no strategy {strategy!r}")
        from ..frame_functions import elementwise
        from .mapped import MappedRows
        return expression(MappedRows(elementwise(function, return_dtype, skip_nulls), (self._node,)))

    def map_batches(self, function, return_dtype=None, *, is_elementwise=False, returns_scalar=False,
                    agg_list=None):
        """A Python function of a whole column, or of a group's values, as a `Series`.

        Parameters
        ----------
        function : callable or class
            Takes a series, and returns a series, an array of NumPy or PyArrow, or a list of as many
            values. An object of a class is made once for each thread.
        return_dtype : type, optional
            The type of its values; from its hints if left out.
        is_elementwise : bool
            Whether each value of the result depends on one of the series alone. Then it is called with
            parts of up to 65,536 values, by several threads.
        returns_scalar : bool
            Whether it returns one value.

        Raises
        ------
        doline.errors.FunctionFailed
            When a frame runs the expression and the function raises, or returns other than it promised.

        Examples
        --------
        >>> import doline as dl
        >>> frame = dl.DataFrame({"a": [1, 2, 3]})
        >>> frame.select(dl.col("a").map_batches(lambda s: s - s.min(), dl.Int64)).rows()
        [(0,), (1,), (2,)]
        """
        if agg_list is not None:
            raise NotSupported("map_batches(agg_list=…) is not supported; leave it out")
        from .. import frame_functions
        from .mapped import MappedAll, MappedColumn, MappedRows
        if returns_scalar:
            return expression(MappedAll(frame_functions.to_scalar(function, return_dtype), (self._node,)))
        if is_elementwise:
            return expression(MappedRows(frame_functions.by_batch(function, return_dtype), (self._node,)))
        return expression(MappedColumn(frame_functions.of_whole(function, return_dtype), (self._node,)))

    def __getattr__(self, name):
        from ..refused import EXPRESSIONS, refusing
        if name in EXPRESSIONS:
            return refusing(name, EXPRESSIONS[name])
        raise AttributeError(f"an expression has no {name!r}")

    @staticmethod
    def _made(node):
        return expression(node)

    @staticmethod
    def _column_of(other):
        return other if isinstance(other, Expr) else expression(as_node(other))

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
    def __rpow__(self, other): return self._power(expression(value_node(other)), self)
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
        """`self & other & …`."""
        return _reduced(python_operator.and_, self, others)

    def or_(self, *others):
        """`self | other | …`."""
        return _reduced(python_operator.or_, self, others)

    def eq_missing(self, other):
        """Whether values are equal, missing ones equal to each other."""
        return self._binary(other, b.equal_missing)

    def ne_missing(self, other):
        """Whether values differ, missing ones equal to each other."""
        return self._binary(other, b.not_equal_missing)

    @staticmethod
    def _power(base, exponent):
        exponent = value_node(exponent)
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
        target = types.as_dtype(dtype)
        if target.is_temporal():
            return expression(Typed(functions.cast_to_time, (self._node,), (target, strict)))
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
        """What the expression says of itself."""
        return _Meta(self)

    def pipe(self, function, *args, **kwargs):
        """`function(self, …)`."""
        return function(self, *args, **kwargs)

    # --- Missing values

    def is_null(self):
        """Whether a value is missing."""
        return self._apply(b.is_null)

    def is_not_null(self):
        """Whether a value is there."""
        return self._apply(b.is_not_null)

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

    def forward_fill(self, limit=None):
        """Missing values replaced by the last known one."""
        return self._window(windows.forward_fill, limit)

    def backward_fill(self, limit=None):
        """Missing values replaced by the next known one."""
        return self._window(windows.backward_fill, limit)

    def fill_nan(self, value):
        """NaN replaced by a value."""
        return self._apply(functions.fill_nan, value)

    def drop_nulls(self):
        """Without missing values."""
        return self._rearrange("drop_nulls")

    def drop_nans(self):
        """Without values that are NaN, or rows that have one."""
        return self._rearrange("drop_nans")

    def null_count(self):
        """How many values are missing."""
        return self._aggregate(aggregates.null_count)

    def has_nulls(self):
        """Whether any value is missing."""
        return self._aggregate(aggregates.has_nulls)

    # --- Choices

    def is_in(self, other, *, nulls_equal=False):
        """Whether a value is among others: a list, or an expression's values."""
        if isinstance(other, Expr):
            return self._apply(functions.is_in_list, expression(other._node).implode()
                               if other._node.shape else other)
        values = other.to_list() if hasattr(other, "to_list") else list(other)
        return self._apply(functions.is_in, options=(tuple(map(literal_bytes, values)), nulls_equal))

    def is_between(self, lower_bound, upper_bound, closed="both"):
        """Whether a value lies between two others."""
        return self._apply(functions.is_between, lower_bound if not isinstance(lower_bound, str)
                           else expression(Column(lower_bound)),
                           upper_bound if not isinstance(upper_bound, str)
                           else expression(Column(upper_bound)), options=(closed,))

    def clip(self, lower_bound=None, upper_bound=None):
        """Held between two bounds."""
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
        return self._apply(functions.replaced, self, options=(pairs_of(old, new), None))

    def replace_strict(self, old, new=None, *, default=NO_DEFAULT, return_dtype=None):
        """All values replaced; an error, or `default` where it is given, for others."""
        pairs = pairs_of(old, new)
        strict = default is NO_DEFAULT
        out = self._apply(functions.replaced, self if strict else default, options=(pairs, strict))
        values = [*old.values()] if isinstance(old, dict) else listed(new)
        if return_dtype is None and {type(v) for v in values} == {int}:
            return_dtype = types.Int64
        return out.cast(return_dtype) if return_dtype is not None else out

    def is_close(self, other, *, abs_tol=0.0, rel_tol=1e-9, nans_equal=False):
        """Whether two numbers differ by no more than a tolerance."""
        other = self._column_of(other)
        bound = (self.abs()._apply("greatest", other.abs()) * rel_tol).clip(lower_bound=abs_tol)
        near = (self == other) | ((self - other).abs() <= bound)
        if nans_equal:
            return near | (self.is_nan() & other.is_nan())
        return near & ~self.is_nan() & ~other.is_nan()

    def bin_intervals(self, breaks, *, labels=None, left_closed=False, include_breaks=False):
        """In which of the intervals between `breaks` a value lies, as a label."""
        return self.cut(breaks, labels=labels, left_closed=left_closed, include_breaks=include_breaks)

    def index_of(self, element):
        """The position of the first value equal to `element`."""
        return self._aggregate(aggregates.place_of, element)

    def coalesce(self, *others):
        """The first that is not missing, row by row."""
        return self._apply("coalesce", *others)

    def cut(self, breaks, *, labels=None, left_closed=False, include_breaks=False):
        """In which of the intervals between `breaks` a value lies, as a label."""
        if include_breaks:
            raise NotSupported("cut(include_breaks=True) is not supported; use when/then")
        return self._apply(functions.cut, options=(tuple(breaks), labels, left_closed))

    # --- Namespaces

    @property
    def str(self):
        """Functions of texts."""
        from .strings import StringFunctions
        return StringFunctions(self)

    @property
    def dt(self):
        """Functions of times."""
        from .temporal import TemporalFunctions
        return TemporalFunctions(self)

    @property
    def list(self):
        """Columns of lists."""
        from .lists import ListFunctions
        return ListFunctions(self)

    @property
    def arr(self):
        """Functions of arrays."""
        from .lists import ArrayFunctions
        return ArrayFunctions(self)

    @property
    def struct(self):
        """Columns as one of structs; as a selector, columns of structs."""
        from .structs import StructFunctions
        return StructFunctions(self)

    @property
    def map(self):
        """Functions of maps."""
        from .maps import MapFunctions
        return MapFunctions(self)

    @property
    def name(self):
        """Functions of the name."""
        from .names import NameFunctions
        return NameFunctions(self)

    @property
    def bin(self):
        """Functions of bytes."""
        from .strings import BinaryFunctions
        return BinaryFunctions(self)

    @property
    def cat(self):
        """Functions of enums."""
        from .strings import CategoryFunctions
        return CategoryFunctions(self)


class _Meta:
    """What an expression says of itself."""

    def __init__(self, of):
        self._node = of._node

    def output_name(self):
        """What the column will be called."""
        return output_name(self._node)

    def root_names(self):
        """Names of the columns it reads."""
        return list(column_names(self._node))

    def is_column(self):
        """Whether it is a column and nothing else."""
        return isinstance(self._node, Column)

    def is_literal(self):
        """Whether it is a value."""
        return isinstance(self._node, Literal)

    def has_multiple_outputs(self):
        """Whether it means several columns."""
        return has_selection(self._node)


def _reduced(operator, first, others):
    for other in others:
        first = operator(first, other)
    return first


for _name, _sign in {"add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%",
                     "pow": "**", "eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=",
                     "xor": "^"}.items():
    getattr(Expr, _name).__doc__ = f"`self {_sign} other`."
Expr.neg.__doc__, Expr.not_.__doc__ = "`-self`.", "`~self`."
del _name, _sign
