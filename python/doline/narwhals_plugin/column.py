"""What Narwhals' expressions and series of Doline share: a call goes on to ours of the same name."""

from __future__ import annotations

from narwhals._utils import NO_DEFAULT, Implementation

from .. import datatypes as types
from ..expr import build as b
from ..expr import construct
from ..expr.expression import expression
from ..expr.nodes import Typed
from .failures import failures_told
from .types import to_doline

_OPERATORS = """add radd sub rsub mul rmul truediv rtruediv floordiv rfloordiv mod rmod pow rpow and rand or
ror xor eq ne lt le gt ge""".split()


def native_of(value):
    """What a wrapper of ours holds; any other value as it is."""
    return value._native if isinstance(value, Wrapper) else value


class Wrapper:
    """Holds an object of ours, for one version of Narwhals' interface."""

    _implementation = Implementation.UNKNOWN

    def __init__(self, native, *, version):
        self._native, self._version = native, version

    native = property(lambda self: self._native)

    @classmethod
    def from_native(cls, data, /, *, context):
        """Wraps one of our objects for the version of `context`."""
        return cls(data, version=context._version)

    def _with_native(self, native):
        return type(self)(native, version=self._version)

    def _with_version(self, version):
        return type(self)(self._native, version=version)

    def __native_namespace__(self):
        import doline
        return doline

    def __narwhals_namespace__(self):
        from .namespace import DolineNamespace
        return DolineNamespace(version=self._version)

    def __repr__(self):
        return type(self).__name__


class Column(Wrapper):
    """An expression or a series. What has no method here is called on ours."""

    def _made(self, native):
        """What Narwhals is to get: a column, or a value of a series that was aggregated."""
        return self._with_native(native)

    def _call(self, method, /, *args, **kwargs):
        with failures_told():
            made = getattr(self._native, method)(*map(native_of, args),
                                               **{k: native_of(v) for k, v in kwargs.items()})
        return self._made(made)

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(f"{type(self).__name__} has no {name!r}")
        getattr(self._native, name)

        def call(*args, **kwargs):
            return self._call(name, *args, **kwargs)
        return call

    def __invert__(self):
        return self._call("__invert__")

    def __neg__(self):
        return self._call("__neg__")

    __hash__ = None

    def alias(self, name):
        """Under another name."""
        return self._made(self._native.alias(name))

    def cast(self, dtype):
        """As another type."""
        return self._call("cast", to_doline(dtype, self._version))

    def clip_lower(self, bound):
        """No less than `bound`."""
        return self._call("clip", bound)

    def clip_upper(self, bound):
        """No more than `bound`."""
        return self._call("clip", None, bound)

    def fill_null(self, value=None, strategy=None, limit=None):
        """Missing values replaced."""
        if strategy is None:
            return self._call("fill_null", value)
        return self._call("fill_null", None, strategy, limit)

    def replace_strict(self, *default, old, new, return_dtype, **named):
        """All values replaced."""
        default = default[0] if default else named.get("default", NO_DEFAULT)
        options = {} if default is NO_DEFAULT else {"default": default}
        if return_dtype is not None:
            options["return_dtype"] = to_doline(return_dtype, self._version)
        return self._call("replace_strict", list(old), list(new), **options)

    def quantile(self, quantile, interpolation):
        """The value that so large a share of the others is not above."""
        return self._call("quantile", quantile, interpolation)

    def _is_close_float_promote(self):
        return self._call("cast", types.Float64)

    @property
    def str(self):
        """Functions of texts."""
        return Texts(self, "str")

    @property
    def dt(self):
        """Functions of times."""
        return Times(self, "dt")

    @property
    def list(self):
        """Functions of lists."""
        return Accessor(self, "list")

    @property
    def cat(self):
        """Functions of enums."""
        return Accessor(self, "cat")

    @property
    def struct(self):
        """Functions of structs."""
        return Accessor(self, "struct")

    @property
    def map(self):
        """Functions of maps."""
        return Accessor(self, "map")


def _operator(name):
    def call(self, other):
        return self._call(name, other)
    call.__name__ = name
    return call


for _name in _OPERATORS:
    setattr(Column, f"__{_name}__", _operator(f"__{_name}__"))
del _name


class Accessor:
    """A namespace of a column: its calls go on to ours of the same name."""

    def __init__(self, of, name):
        self._of, self._name = of, name

    compliant = property(lambda self: self._of)

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)

        def call(*args, **kwargs):
            return self._do(name, *args, **kwargs)
        return call

    def _do(self, method, /, *args, **kwargs):
        with failures_told():
            made = getattr(getattr(self._of._native, self._name), method)(
                *map(native_of, args), **{k: native_of(v) for k, v in kwargs.items()})
        return self._of._made(made)


class Texts(Accessor):
    """`str`, whose order of arguments is another at some places."""

    def replace(self, value, pattern, *, literal, n):
        """The first `n` matches of a pattern replaced."""
        return self._do("replace", pattern, value, literal=literal, n=n)

    def replace_all(self, value, pattern, *, literal):
        """All matches of a pattern replaced."""
        return self._do("replace_all", pattern, value, literal=literal)

    def zfill(self, width):
        """Filled up with zeros behind the sign."""
        return self._do("zfill", width)


class Times(Accessor):
    """`dt`, whose periods Narwhals checks itself."""

    def truncate(self, every):
        """The begin of the period that an instant lies in."""
        from narwhals._duration import Interval
        Interval.parse(every)
        return self._do("truncate", every)

    def offset_by(self, by):
        """Later by a period."""
        from narwhals._duration import Interval
        Interval.parse_no_constraints(by)
        return self._do("offset_by", by)


def _without_overflow(dtype, x):
    return b.cast(x, types.Int64) if dtype in (types.Int32, types.UInt32) else x


class DolineExpr(Column):
    """An expression, as Narwhals puts it together."""

    _opt_metadata = None

    _metadata = property(lambda self: self._opt_metadata)

    def __narwhals_expr__(self):
        return self

    def broadcast(self):
        """The expression itself: a value among columns is on every row anyway."""
        return self

    @classmethod
    def _from_series(cls, series):
        return cls(expression(series._native._node), version=series._version)

    @property
    def name(self):
        """Functions of the name."""
        return Accessor(self, "name")

    def over(self, partition_by, order_by):
        """Within groups, in an order."""
        if not partition_by:
            partition_by = construct.lit(1)
        return self._call("over", partition_by, order_by=list(order_by) or None)

    def first(self, order_by=()):
        """The first value, in an order."""
        return self._at_end("first", order_by)

    def last(self, order_by=()):
        """The last value, in an order."""
        return self._at_end("last", order_by)

    def _at_end(self, name, order_by):
        ordered = self._native.sort_by(list(order_by)) if order_by else self._native
        return self._with_native(getattr(ordered, name)())

    def mode(self, *, keep):
        """The most frequent values, or one of them."""
        made = self._native.mode()
        return self._with_native(made.first() if keep == "any" else made)

    def any_value(self, *, ignore_nulls):
        """Some value."""
        return self._with_native(self._native.drop_nulls().first() if ignore_nulls else self._native.first())

    def cum_sum(self, *, reverse):
        """The sum of all rows so far, of 32-bit integers in 64 bits."""
        wide = expression(Typed(_without_overflow, (self._native._node,)))
        return self._with_native(wide.cum_sum(reverse=reverse))

    def map_batches(self, function, return_dtype, *, returns_scalar):
        """A Python function of the whole column."""
        dtype = None if return_dtype is None else to_doline(return_dtype, self._version)
        return self._call("map_batches", function, dtype, returns_scalar=returns_scalar)
