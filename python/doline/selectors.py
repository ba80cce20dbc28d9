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
        """All columns but some."""
        return self - by_name(*columns) if isinstance(columns[0], str) else self - columns[0]

    def as_expr(self):
        """The selector as a plain expression, whose operators compute."""
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


def all():
    """Whether all values are true; missing ones are passed over."""
    return _by_name(lambda _: True, "cs.all()")


def numeric():
    """Columns of numbers."""
    return _by_type(lambda t: t.is_numeric(), "cs.numeric()")


def integer():
    """Columns of integers."""
    return _by_type(lambda t: t.is_integer(), "cs.integer()")


def signed_integer():
    """Columns of signed integers."""
    return _by_type(lambda t: t.is_signed_integer(), "cs.signed_integer()")


def unsigned_integer():
    """Columns of unsigned integers."""
    return _by_type(lambda t: t.is_unsigned_integer(), "cs.unsigned_integer()")


def float():
    """Columns of floats."""
    return _by_type(lambda t: t.is_float(), "cs.float()")


def decimal():
    """Columns of decimals."""
    return _by_type(lambda t: t.is_decimal(), "cs.decimal()")


def boolean():
    """Columns of booleans."""
    return _by_type(lambda t: t == types.Boolean, "cs.boolean()")


def string(*, include_categorical=False):
    """Columns of texts."""
    return _by_type(lambda t: t == types.String, "cs.string()")


def binary():
    """Columns of bytes."""
    return _by_type(lambda t: t == types.Binary, "cs.binary()")


def date():
    """Dates: of an instant, from parts, or columns of them."""
    return _by_type(lambda t: t == types.Date, "cs.date()")


def time():
    """The time of day; from parts, or columns of them."""
    return _by_type(lambda t: t == types.Time, "cs.time()")


def temporal():
    """Columns of dates, times, instants and spans."""
    return _by_type(lambda t: t.is_temporal(), "cs.temporal()")


def nested():
    """Columns of lists, arrays and structs."""
    return _by_type(lambda t: t.is_nested(), "cs.nested()")


def list(inner=None):
    """Columns of lists."""
    return _by_type(lambda t: t == types.List, "cs.list()")


def array(inner=None, *, width=None):
    """Columns of arrays of a fixed length."""
    return _by_type(lambda t: t == types.Array, "cs.array()")


def struct():
    """Columns as one of structs; as a selector, columns of structs."""
    return _by_type(lambda t: t == types.Struct, "cs.struct()")


def enum():
    """Columns of enums."""
    return _by_type(lambda t: t == types.Enum, "cs.enum()")


def categorical():
    """No columns: categoricals are not supported."""
    return _by_type(lambda t: False, "cs.categorical()")


def object():
    """No columns: Python objects are not supported."""
    return _by_type(lambda t: False, "cs.object()")


def datetime(time_unit=None, time_zone=("*", None)):
    """Instants: of a date, from parts, or columns of them."""
    units = None if time_unit is None else _flat([time_unit])
    return _by_type(lambda t: t == types.Datetime and (units is None or t.time_unit in units),
                    "cs.datetime()")


def duration(time_unit=None):
    """Spans of time: from parts, or columns of them."""
    return _by_type(lambda t: t == types.Duration, "cs.duration()")


def by_dtype(*dtypes):
    """Columns of some types."""
    wanted = _flat(dtypes)
    return _by_type(lambda t: any_equal(t, wanted), f"cs.by_dtype({wanted})")


def any_equal(dtype, wanted):
    """Whether a type is one of those wanted."""
    return True in [dtype == w for w in wanted]


def by_name(*names, require_all=True):
    """Columns of some names."""
    wanted = _flat(names)
    return _selector(lambda columns: wanted if require_all else [k for k in wanted if k in columns.names],
                     f"cs.by_name({wanted})")


def by_index(*indices, require_all=True):
    """Columns at some places, from 0 or from the end."""
    wanted = _flat(indices)
    return _selector(lambda columns: [columns.every_name[i] for i in wanted], f"cs.by_index({wanted})")


def first(*, strict=True):
    """The first value, column or row."""
    return by_index(0)


def last(*, strict=True):
    """The last value, column or row."""
    return by_index(-1)


def starts_with(*prefixes):
    """Whether a text or name starts with something."""
    wanted = tuple(_flat(prefixes))
    return _by_name(lambda k: k.startswith(wanted), f"cs.starts_with({wanted})")


def ends_with(*suffixes):
    """Whether a text or name ends with something."""
    wanted = tuple(_flat(suffixes))
    return _by_name(lambda k: k.endswith(wanted), f"cs.ends_with({wanted})")


def contains(*parts):
    """Whether a value, text or name contains something."""
    wanted = _flat(parts)
    return _by_name(lambda k: True in [p in k for p in wanted], f"cs.contains({wanted})")


def matches(pattern):
    """Columns whose names a pattern is found in."""
    return _by_name(lambda k: re.search(pattern, k) is not None, f"cs.matches({pattern!r})")


def alpha(ascii_only=False, *, ignore_spaces=False):
    """Columns whose names are letters alone."""
    return _by_name(lambda k: k.isalpha(), "cs.alpha()")


def alphanumeric(ascii_only=False, *, ignore_spaces=False):
    """Columns whose names are letters and digits alone."""
    return _by_name(lambda k: k.isalnum(), "cs.alphanumeric()")


def digit(ascii_only=False):
    """Columns whose names are digits alone."""
    return _by_name(lambda k: k.isdigit(), "cs.digit()")


def exclude(columns, *more):
    """All columns but some."""
    given = _flat([columns, *more])
    return all() - by_name(*given) if isinstance(given[0], str) else all() - (
        given[0] if isinstance(given[0], Selector) else by_dtype(*given))


def is_selector(thing):
    """Whether something is a selector."""
    return isinstance(thing, Selector)


def expand_selector(target, selector, **_):
    """The names that a selector means in a frame."""
    return tuple(selector._node.choose(target.lazy()))
