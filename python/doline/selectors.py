"""Selectors: sets of columns by name and type, which combine with `|`, `&`, `-` and `~`.

Examples
--------
>>> import doline as dl
>>> from doline import selectors as cs
>>> dl.DataFrame({"a": [1], "b": ["x"]}).select(cs.numeric()).columns
['a']
"""

from __future__ import annotations

import builtins
import re

from . import datatypes as types
from .expr.expression import Expr
from .expr.nodes import Selection


class Selector(Expr):
    """A set of columns."""

    __slots__ = ()

    def _combined(self, other, keep, label, fallback):
        if not isinstance(other, Selector):
            return fallback(other)
        def choose(columns):
            mine, theirs = set(self._node.choose(columns)), set(other._node.choose(columns))
            return [name for name in columns.names if keep(name in mine, name in theirs)]
        return _selector(choose, f"({self!r} {label} {other!r})")

    def __or__(self, other):
        return self._combined(other, lambda a, c: a or c, "|", super().__or__)

    def __and__(self, other):
        return self._combined(other, lambda a, c: a and c, "&", super().__and__)

    def __xor__(self, other):
        return self._combined(other, lambda a, c: a != c, "^", super().__xor__)

    def __sub__(self, other):
        return self._combined(other, lambda a, c: a and not c, "-", super().__sub__)

    def __invert__(self):
        def choose(columns):
            mine = set(self._node.choose(columns))
            return [name for name in columns.names if name not in mine]
        return _selector(choose, f"~{self!r}")

    def exclude(self, *columns):
        return self - by_name(*columns) if isinstance(columns[0], str) else self - columns[0]

    def as_expr(self):
        from .expr.expression import expression
        return expression(self._node)


def _selector(choose, label):
    made = builtins.object.__new__(Selector)
    made._node = Selection(choose, label)
    return made


def _by_type(test, label):
    return _selector(lambda columns: [k for k, t in columns.types.items() if test(t)], label)


def _by_name(test, label):
    return _selector(lambda columns: [k for k in columns.names if test(k)], label)


def _flat(values):
    return [v for item in values for v in (item if isinstance(item, (builtins.list, tuple, set)) else [item])]


def all(): return _by_name(lambda _: True, "cs.all()")
def numeric(): return _by_type(lambda t: t.is_numeric(), "cs.numeric()")
def integer(): return _by_type(lambda t: t.is_integer(), "cs.integer()")
def signed_integer(): return _by_type(lambda t: t.is_signed_integer(), "cs.signed_integer()")
def unsigned_integer(): return _by_type(lambda t: t.is_unsigned_integer(), "cs.unsigned_integer()")
def float(): return _by_type(lambda t: t.is_float(), "cs.float()")
def decimal(): return _by_type(lambda t: t.is_decimal(), "cs.decimal()")
def boolean(): return _by_type(lambda t: t == types.Boolean, "cs.boolean()")
def string(*, include_categorical=False): return _by_type(lambda t: t == types.String, "cs.string()")
def binary(): return _by_type(lambda t: t == types.Binary, "cs.binary()")
def date(): return _by_type(lambda t: t == types.Date, "cs.date()")
def time(): return _by_type(lambda t: t == types.Time, "cs.time()")
def temporal(): return _by_type(lambda t: t.is_temporal(), "cs.temporal()")
def nested(): return _by_type(lambda t: t.is_nested(), "cs.nested()")
def list(inner=None): return _by_type(lambda t: t == types.List, "cs.list()")
def array(inner=None, *, width=None): return _by_type(lambda t: t == types.Array, "cs.array()")
def struct(): return _by_type(lambda t: t == types.Struct, "cs.struct()")
def enum(): return _by_type(lambda t: t == types.Enum, "cs.enum()")
def categorical(): return _by_type(lambda t: False, "cs.categorical()")
def object(): return _by_type(lambda t: False, "cs.object()")


def datetime(time_unit=None, time_zone=("*", None)):
    units = None if time_unit is None else _flat([time_unit])
    return _by_type(lambda t: t == types.Datetime and (units is None or t.time_unit in units),
                    "cs.datetime()")


def duration(time_unit=None):
    return _by_type(lambda t: t == types.Duration, "cs.duration()")


def by_dtype(*dtypes):
    wanted = _flat(dtypes)
    return _by_type(lambda t: any_equal(t, wanted), f"cs.by_dtype({wanted})")


def any_equal(dtype, wanted):
    return True in [dtype == w for w in wanted]


def by_name(*names, require_all=True):
    wanted = _flat(names)
    return _selector(lambda columns: wanted if require_all else [k for k in wanted if k in columns.names],
                     f"cs.by_name({wanted})")


def by_index(*indices, require_all=True):
    wanted = _flat(indices)
    return _selector(lambda columns: [columns.names[i] for i in wanted], f"cs.by_index({wanted})")


def first(*, strict=True): return by_index(0)
def last(*, strict=True): return by_index(-1)


def starts_with(*prefixes):
    wanted = tuple(_flat(prefixes))
    return _by_name(lambda k: k.startswith(wanted), f"cs.starts_with({wanted})")


def ends_with(*suffixes):
    wanted = tuple(_flat(suffixes))
    return _by_name(lambda k: k.endswith(wanted), f"cs.ends_with({wanted})")


def contains(*parts):
    wanted = _flat(parts)
    return _by_name(lambda k: True in [p in k for p in wanted], f"cs.contains({wanted})")


def matches(pattern):
    return _by_name(lambda k: re.search(pattern, k) is not None, f"cs.matches({pattern!r})")


def alpha(ascii_only=False, *, ignore_spaces=False):
    return _by_name(lambda k: k.isalpha(), "cs.alpha()")


def alphanumeric(ascii_only=False, *, ignore_spaces=False):
    return _by_name(lambda k: k.isalnum(), "cs.alphanumeric()")


def digit(ascii_only=False): return _by_name(lambda k: k.isdigit(), "cs.digit()")


def exclude(columns, *more):
    given = _flat([columns, *more])
    return all() - by_name(*given) if isinstance(given[0], str) else all() - (
        given[0] if isinstance(given[0], Selector) else by_dtype(*given))


def is_selector(thing): return isinstance(thing, Selector)


def expand_selector(target, selector, **_):
    return tuple(selector._node.choose(target.lazy()))
