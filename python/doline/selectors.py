"""Selectors: sets of columns by name and type, which combine with `|`, `&`, `-` and `~`.

Examples
--------
>>> import doline as dl
>>> from doline import selectors as cs
>>> dl.DataFrame({"a": [1], "b": ["x"]}).select(cs.numeric()).columns
['a']
"""

from __future__ import annotations

import re

from . import datatypes as types
from .column_sets import (Selector, _flat, _SchemaAlone, _selector, expand_selector, is_selector,  # noqa: F401
                          _names_at)


def _by_type(test, label):
    return _selector(lambda columns: [k for k, t in columns.types.items() if test(t)], label)


def _by_name(test, label):
    return _selector(lambda columns: [k for k in columns.names if test(k)], label)


def all():
    """All columns.

    Examples
    --------
    >>> frame = dl.DataFrame({"n": [1], "x": [0.5], "s": ["x"], "ok": [True]})
    >>> frame.select(cs.all()).columns
    ['n', 'x', 's', 'ok']
    """
    return _by_name(lambda _: True, "cs.all()")


def numeric():
    """Columns of numbers: integers, floats and decimals.

    Examples
    --------
    >>> frame = dl.DataFrame({"n": [1], "x": [0.5], "s": ["x"], "ok": [True]})
    >>> frame.select(cs.numeric()).columns
    ['n', 'x']
    """
    return _by_type(lambda t: t.is_numeric(), "cs.numeric()")


def integer():
    """Columns of integers.

    Examples
    --------
    >>> frame = dl.DataFrame({"n": [1], "x": [0.5], "s": ["x"], "ok": [True]})
    >>> frame.select(cs.integer()).columns
    ['n']
    """
    return _by_type(lambda t: t.is_integer(), "cs.integer()")


def signed_integer():
    """Columns of signed integers.

    Examples
    --------
    >>> frame = dl.DataFrame({"n": [1], "x": [0.5], "s": ["x"], "ok": [True]})
    >>> frame.select(cs.signed_integer()).columns
    ['n']
    """
    return _by_type(lambda t: t.is_signed_integer(), "cs.signed_integer()")


def unsigned_integer():
    """Columns of unsigned integers.

    Examples
    --------
    >>> frame = dl.DataFrame({"n": [1], "u": dl.Series([1], dtype=dl.UInt8)})
    >>> frame.select(cs.unsigned_integer()).columns
    ['u']
    """
    return _by_type(lambda t: t.is_unsigned_integer(), "cs.unsigned_integer()")


def float():
    """Columns of floats.

    Examples
    --------
    >>> frame = dl.DataFrame({"n": [1], "x": [0.5], "s": ["x"], "ok": [True]})
    >>> frame.select(cs.float()).columns
    ['x']
    """
    return _by_type(lambda t: t.is_float(), "cs.float()")


def decimal():
    """Columns of decimals.

    Examples
    --------
    >>> import decimal
    >>> frame = dl.DataFrame({"n": [1], "d": [decimal.Decimal("1.5")]})
    >>> frame.select(cs.decimal()).columns
    ['d']
    """
    return _by_type(lambda t: t.is_decimal(), "cs.decimal()")


def boolean():
    """Columns of Booleans.

    Examples
    --------
    >>> frame = dl.DataFrame({"n": [1], "x": [0.5], "s": ["x"], "ok": [True]})
    >>> frame.select(cs.boolean()).columns
    ['ok']
    """
    return _by_type(lambda t: t == types.Boolean, "cs.boolean()")


def string(*, include_categorical=False):
    """Columns of texts.

    Examples
    --------
    >>> frame = dl.DataFrame({"n": [1], "x": [0.5], "s": ["x"], "ok": [True]})
    >>> frame.select(cs.string()).columns
    ['s']
    """
    return _by_type(lambda t: t == types.String, "cs.string()")


def binary():
    """Columns of bytes.

    Examples
    --------
    >>> frame = dl.DataFrame({"n": [1], "b": [b"x"]})
    >>> frame.select(cs.binary()).columns
    ['b']
    """
    return _by_type(lambda t: t == types.Binary, "cs.binary()")


def date():
    """Columns of dates.

    Examples
    --------
    >>> import datetime
    >>> frame = dl.DataFrame({"n": [1], "day": [datetime.date(2024, 1, 1)],
    ...     "at": [datetime.datetime(2024, 1,
    ...         1)], "span": [datetime.timedelta(1)], "t": [datetime.time(9)]})
    >>> frame.select(cs.date()).columns
    ['day']
    """
    return _by_type(lambda t: t == types.Date, "cs.date()")


def time():
    """Columns of times of day.

    Examples
    --------
    >>> import datetime
    >>> frame = dl.DataFrame({"n": [1], "day": [datetime.date(2024, 1, 1)],
    ...     "at": [datetime.datetime(2024, 1,
    ...         1)], "span": [datetime.timedelta(1)], "t": [datetime.time(9)]})
    >>> frame.select(cs.time()).columns
    ['t']
    """
    return _by_type(lambda t: t == types.Time, "cs.time()")


def temporal():
    """Columns of dates, times, instants and spans.

    Examples
    --------
    >>> import datetime
    >>> frame = dl.DataFrame({"n": [1], "day": [datetime.date(2024, 1, 1)],
    ...     "at": [datetime.datetime(2024, 1,
    ...         1)], "span": [datetime.timedelta(1)], "t": [datetime.time(9)]})
    >>> frame.select(cs.temporal()).columns
    ['day', 'at', 'span', 't']
    """
    return _by_type(lambda t: t.is_temporal(), "cs.temporal()")


def nested():
    """Columns of lists, arrays and structs.

    Examples
    --------
    >>> frame = dl.DataFrame({"n": [1], "l": [[1, 2]], "s": [{"a": 1}]})
    >>> frame.select(cs.nested()).columns
    ['l', 's']
    """
    return _by_type(lambda t: t.is_nested(), "cs.nested()")


def _holds(inner, dtype):
    """Whether a type is one that a selector or a data type means; None means any."""
    if inner is None:
        return True
    if isinstance(inner, Selector):
        return bool(inner._node.choose(_SchemaAlone({"": dtype})))
    return dtype == inner


def list(inner=None):
    """Columns of lists.

    Parameters
    ----------
    inner : data type or Selector, optional
        Only those with such elements.

    Examples
    --------
    >>> frame = dl.DataFrame({"n": [1], "l": [[1, 2]], "s": [{"a": 1}]})
    >>> frame.select(cs.list()).columns
    ['l']
    """
    return _by_type(lambda t: t == types.List and _holds(inner, t.inner), "cs.list()")


def array(inner=None, *, width=None):
    """Columns of arrays of a fixed length.

    Parameters
    ----------
    inner : data type or Selector, optional
        Only those with such elements.
    width : int, optional
        Only those of this length.

    Examples
    --------
    >>> frame = dl.DataFrame({"n": [1], "a": dl.Series([[1, 2]], dtype=dl.Array(dl.Int64, 2))})
    >>> frame.select(cs.array()).columns
    ['a']
    """
    return _by_type(lambda t: t == types.Array and width in (None, t.size) and _holds(inner, t.inner),
                    "cs.array()")


def struct():
    """Columns of structs.

    Examples
    --------
    >>> frame = dl.DataFrame({"n": [1], "l": [[1, 2]], "s": [{"a": 1}]})
    >>> frame.select(cs.struct()).columns
    ['s']
    """
    return _by_type(lambda t: t == types.Struct, "cs.struct()")


def enum():
    """Columns of enums.

    Examples
    --------
    >>> frame = dl.DataFrame({"s": ["x"], "e": dl.Series(["x"], dtype=dl.Enum(["x", "y"]))})
    >>> frame.select(cs.enum()).columns
    ['e']
    """
    return _by_type(lambda t: t == types.Enum, "cs.enum()")


def categorical():
    """No columns: categoricals are not supported."""
    return _by_type(lambda t: False, "cs.categorical()")


def object():
    """No columns: Python objects are not supported."""
    return _by_type(lambda t: False, "cs.object()")


def datetime(time_unit=None, time_zone=("*", None)):
    """Columns of instants.

    Parameters
    ----------
    time_unit : str or list of str, optional
        Only those of these units: "us", "ms", "ns".
    time_zone : str, None or list of these, default ("*", None)
        Only those of these zones: "*" is any, None is none.

    Examples
    --------
    >>> import datetime
    >>> frame = dl.DataFrame({"n": [1], "at": [datetime.datetime(2024, 1, 1)]})
    >>> frame.select(cs.datetime("us")).columns, frame.select(cs.datetime(time_zone="*")).columns
    (['at'], [])
    """
    units = None if time_unit is None else _flat([time_unit])
    zones = [None] if time_zone is None else [zone if zone is None else str(zone) for zone in _flat([time_zone])]

    def is_meant(t):
        return (t == types.Datetime and (units is None or t.time_unit in units)
                and (t.time_zone in zones or (t.time_zone is not None and "*" in zones)))
    return _by_type(is_meant, "cs.datetime()")


def duration(time_unit=None):
    """Columns of spans of time.

    Parameters
    ----------
    time_unit : str or list of str, optional
        Only those of these units.

    Examples
    --------
    >>> import datetime
    >>> dl.DataFrame({"n": [1], "span": [datetime.timedelta(1)]}).select(cs.duration()).columns
    ['span']
    """
    units = None if time_unit is None else _flat([time_unit])
    return _by_type(lambda t: t == types.Duration and (units is None or t.time_unit in units), "cs.duration()")


def by_dtype(*dtypes):
    """Columns of some types.

    Parameters
    ----------
    *dtypes : data type or list of data types
        The types.

    Examples
    --------
    >>> frame = dl.DataFrame({"n": [1], "x": [0.5], "s": ["x"], "ok": [True]})
    >>> frame.select(cs.by_dtype(dl.Int64, dl.String)).columns
    ['n', 's']
    """
    wanted = _flat(dtypes)
    return _by_type(lambda t: any_equal(t, wanted), f"cs.by_dtype({wanted})")


def any_equal(dtype, wanted):
    """Whether a type is one of those wanted."""
    return True in [dtype == w for w in wanted]


def by_name(*names, require_all=True):
    """Columns of some names, in the order they are given.

    Parameters
    ----------
    *names : str or list of str
        The names.
    require_all : bool, default True
        Whether a name that the frame lacks is an error.

    Examples
    --------
    >>> frame = dl.DataFrame({"n": [1], "x": [0.5], "s": ["x"], "ok": [True]})
    >>> frame.select(cs.by_name("s", "q", require_all=False)).columns
    ['s']
    """
    wanted = _flat(names)
    return _selector(lambda columns: wanted if require_all else [k for k in wanted if k in columns.names],
                     f"cs.by_name({wanted})")


def by_index(*indices, require_all=True):
    """Columns at some places.

    Parameters
    ----------
    *indices : int or list of int
        From 0, or from the end if negative.
    require_all : bool, default True
        Whether a place that the frame does not have is an error.

    Examples
    --------
    >>> frame = dl.DataFrame({"n": [1], "x": [0.5], "s": ["x"], "ok": [True]})
    >>> frame.select(cs.by_index(0, -1)).columns
    ['n', 'ok']
    """
    wanted = [i for item in indices for i in (item if isinstance(item, range) else _flat([item]))]
    return _selector(lambda columns: _names_at(columns, wanted, require_all), f"cs.by_index({wanted})")


def first(*, strict=True):
    """The first column.

    Parameters
    ----------
    strict : bool, default True
        Whether a frame without columns is an error.

    Examples
    --------
    >>> frame = dl.DataFrame({"n": [1], "x": [0.5], "s": ["x"], "ok": [True]})
    >>> frame.select(cs.first()).columns
    ['n']
    """
    return by_index(0, require_all=strict)


def last(*, strict=True):
    """The last column.

    Parameters
    ----------
    strict : bool, default True
        Whether a frame without columns is an error.

    Examples
    --------
    >>> frame = dl.DataFrame({"n": [1], "x": [0.5], "s": ["x"], "ok": [True]})
    >>> frame.select(cs.last()).columns
    ['ok']
    """
    return by_index(-1, require_all=strict)


def starts_with(*prefixes):
    """Columns whose names start with a text.

    Parameters
    ----------
    *prefixes : str or list of str
        Any of these.

    Examples
    --------
    >>> frame = dl.DataFrame({"n": [1], "x": [0.5], "s": ["x"], "ok": [True]})
    >>> frame.select(cs.starts_with("n")).columns
    ['n']
    """
    wanted = tuple(_flat(prefixes))
    return _by_name(lambda k: k.startswith(wanted), f"cs.starts_with({wanted})")


def ends_with(*suffixes):
    """Columns whose names end with a text.

    Parameters
    ----------
    *suffixes : str or list of str
        Any of these.

    Examples
    --------
    >>> frame = dl.DataFrame({"n": [1], "x": [0.5], "s": ["x"], "ok": [True]})
    >>> frame.select(cs.ends_with("n")).columns
    ['n']
    """
    wanted = tuple(_flat(suffixes))
    return _by_name(lambda k: k.endswith(wanted), f"cs.ends_with({wanted})")


def contains(*parts):
    """Columns whose names contain a text.

    Parameters
    ----------
    *parts : str or list of str
        Any of these.

    Examples
    --------
    >>> frame = dl.DataFrame({"n": [1], "x": [0.5], "s": ["x"], "ok": [True]})
    >>> frame.select(cs.contains("n")).columns
    ['n']
    """
    wanted = _flat(parts)
    return _by_name(lambda k: True in [p in k for p in wanted], f"cs.contains({wanted})")


def matches(pattern):
    """Columns whose names a pattern is found in.

    Parameters
    ----------
    pattern : str
        A regular expression (Python's).

    Examples
    --------
    >>> frame = dl.DataFrame({"n": [1], "x": [0.5], "s": ["x"], "ok": [True]})
    >>> frame.select(cs.matches("^.$")).columns
    ['n', 'x', 's']
    """
    return _by_name(lambda k: re.search(pattern, k) is not None, f"cs.matches({pattern!r})")


def _signs_are(kind, ascii_only, ignore_spaces):
    """A test of names: whether all their signs are of a kind."""
    def test(name):
        name = name.replace(" ", "") if ignore_spaces else name
        return getattr(name, kind)() and (name.isascii() or not ascii_only)
    return test


def alpha(ascii_only=False, *, ignore_spaces=False):
    """Columns whose names are letters alone.

    Parameters
    ----------
    ascii_only : bool, default False
        Whether ASCII's alone count.
    ignore_spaces : bool, default False
        Whether spaces are passed over.

    Examples
    --------
    >>> frame = dl.DataFrame({"n": [1], "n2": [2]})
    >>> frame.select(cs.alpha()).columns
    ['n']
    """
    return _by_name(_signs_are("isalpha", ascii_only, ignore_spaces), "cs.alpha()")


def alphanumeric(ascii_only=False, *, ignore_spaces=False):
    """Columns whose names are letters and digits alone.

    Parameters
    ----------
    ascii_only : bool, default False
        Whether ASCII's alone count.
    ignore_spaces : bool, default False
        Whether spaces are passed over.

    Examples
    --------
    >>> frame = dl.DataFrame({"n2": [1], "n-2": [2]})
    >>> frame.select(cs.alphanumeric()).columns
    ['n2']
    """
    return _by_name(_signs_are("isalnum", ascii_only, ignore_spaces), "cs.alphanumeric()")


def digit(ascii_only=False):
    """Columns whose names are digits alone.

    Parameters
    ----------
    ascii_only : bool, default False
        Whether ASCII's alone count.

    Examples
    --------
    >>> frame = dl.DataFrame({"n": [1], "2024": [2]})
    >>> frame.select(cs.digit()).columns
    ['2024']
    """
    return _by_name(_signs_are("isdigit", ascii_only, False), "cs.digit()")


def exclude(columns, *more):
    """All columns but some.

    Parameters
    ----------
    columns : str, data type, Selector or list of these
        Names, or what they are.
    *more : str, data type or Selector
        More of them.

    Examples
    --------
    >>> frame = dl.DataFrame({"n": [1], "x": [0.5], "s": ["x"], "ok": [True]})
    >>> frame.select(cs.exclude("n", "s")).columns
    ['x', 'ok']
    """
    return all().exclude(*_flat([columns, *more]))
