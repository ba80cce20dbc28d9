"""Python's values as literals, and whatever stands where an expression may as a node."""

from __future__ import annotations

import datetime
import decimal
import math
import numbers
from functools import lru_cache

from .. import _nodes as n
from ..datatypes import Binary, Boolean, Date, Datetime, Decimal, Duration, Enum, Float64, String, Time
from ..errors import InvalidArgument, NotSupported, TypeMismatch, error
from . import build as b
from .nodes import Column, Literal, Node

_EPOCH_DAY = datetime.timedelta(microseconds=1)


def literal_bytes(value) -> bytes:
    """The bytes of a Python value.

    Raises
    ------
    TypeError
        For values that no column can have.
    """
    if value is None:
        return b.NULL
    if value is True:
        return b.TRUE
    if value is False:
        return b.FALSE
    kind = type(value)
    if kind is int:
        return b.integer(value)
    if kind is str:
        return b.string(value)
    if kind is float:
        return _float(value)
    if isinstance(value, datetime.datetime):
        if value.tzinfo is not None:
            instant = value.astimezone(datetime.timezone.utc)
            return b.cast(b.string(instant.isoformat(" ")), Datetime("us", zone_name_of(value.tzinfo)))
        return b.cast(b.string(value.isoformat(" ")), Datetime("us"))
    if isinstance(value, datetime.date):
        return b.cast(b.string(value.isoformat()), Date)
    if isinstance(value, datetime.time):
        return b.cast(b.string(value.isoformat()), Time)
    if isinstance(value, datetime.timedelta):
        return span(value // _EPOCH_DAY)
    if isinstance(value, decimal.Decimal):
        sign, digits, exponent = value.as_tuple()
        return b.cast(b.string(str(value)), Decimal(max(len(digits), -exponent, 1), max(-exponent, 0)))
    if isinstance(value, (bytes, bytearray)):
        return n.literal(n.LITERAL_KIND_BLOB, bytes(value).hex().upper())
    if isinstance(value, (list, tuple)):
        return b.call("list_value", *[literal_bytes(item) for item in value])
    if isinstance(value, dict):
        return n.function_call(["struct_pack"], [n.argument(literal_bytes(v), k)
                                                 for k, v in value.items()])
    if hasattr(value, "_node") and not hasattr(value, "to_list"):
        raise error(TypeMismatch, f"the expression {value!r} cannot stand in the place of a value",
                    "give a number, text or time")
    if hasattr(value, "item") and not getattr(value, "shape", ()):
        return literal_bytes(value.item())
    if hasattr(value, "tolist"):
        return literal_bytes(value.tolist())
    if hasattr(value, "to_list"):
        return literal_bytes(value.to_list())
    raise error(TypeMismatch, f"{type(value).__name__} {value!r} cannot be part of an expression",
                "give a number, text, time, list or dict")


def zone_name_of(tzinfo):
    """What a zone is called where it is one of the time zone database's; "UTC" for any other, as the
    instant is what counts."""
    name = getattr(tzinfo, "key", None) or getattr(tzinfo, "zone", None)  # of zoneinfo's, of pytz's
    return name if isinstance(name, str) else "UTC"


def _float(value):
    if math.isnan(value) or math.isinf(value):
        return b.cast(b.string(repr(value)), Float64)
    text = repr(value)
    return n.literal(n.LITERAL_KIND_FLOAT, text if "e" in text else text + "e0")


def span(microseconds):
    """An exact span of time."""
    return b.cast(b.call("to_microseconds", b.integer(microseconds)), Duration("us"))


def is_array(value) -> bool:
    """Whether a value is an array, or another library's series: what a frame takes as a column."""
    return bool(getattr(value, "shape", ())) or hasattr(value, "__arrow_c_array__") \
        or hasattr(value, "__arrow_c_stream__")


def literal_node(value, dtype=None):
    """A value as a node; an array or a series of others is a column."""
    if is_array(value):
        from ..series import Series
        name = getattr(value, "name", None)
        return Series(name if isinstance(name, str) else "literal", value, dtype)._node
    encoded = literal_bytes(value)
    if dtype is not None:
        encoded = b.cast(encoded, dtype)
    name = getattr(value, "name", None)
    return Literal(encoded, value, name if isinstance(name, str) and name else "literal")


def as_node(value, str_is_column=True) -> Node:
    """What a person wrote where an expression is wanted: expressions, names, values."""
    kind = type(value)
    if kind is str:
        return named_column(value) if str_is_column else _plain_literal(kind, value)
    if kind is int or kind is float or kind is bool:
        return _plain_literal(kind, value)
    node = value if isinstance(value, Node) else getattr(value, "_node", None)
    return literal_node(value) if node is None else node


@lru_cache(maxsize=4096)
def _plain_literal(kind, value):
    return Literal(literal_bytes(value), value)


def named_column(name):
    """The column, or the columns, that a name means."""
    if name == "*" or (name.startswith("^") and name.endswith("$")):
        from .selecting import by_pattern
        return by_pattern(name)
    return Column(name)


_UNITS = {"ns": "nanosecond", "us": "microseconds", "ms": "milliseconds", "s": "seconds",
          "m": "minutes", "h": "hours", "d": "days", "w": "weeks", "mo": "months",
          "q": "quarters", "y": "years"}


def parse_period(text):
    """"1h30m" as pairs of a count and an engine's unit: [(1, "hours"), (30, "minutes")].

    Raises
    ------
    ValueError
        For what is no such text.
    """
    import re
    body, sign = (text[1:], -1) if text.startswith("-") else (text, 1)
    parts = re.findall(r"(\d+)(ns|us|ms|mo|s|m|h|d|w|q|y)", body)
    if not parts or "".join(c + u for c, u in parts) != body:
        if re.fullmatch(r"\d+i", body):
            raise error(NotSupported, f"the period {text!r} counts rows",
                        "use a column of times, or rolling_mean(window_size) over rows")
        raise error(InvalidArgument, f"{text!r} is no period such as '1h30m' or '3d'")
    pairs = []
    for count, unit in parts:
        count = sign * int(count)
        if unit == "ns":
            if count % 1000:
                raise error(NotSupported, f"the period {text!r} is shorter than a microsecond, the least there is",
                            "use us, or a thousand times as many ns")
            count, unit = count // 1000, "us"
        pairs.append((count, _UNITS[unit]))
    return pairs


def interval_bytes(period):
    """A period, as text or timedelta, as an INTERVAL."""
    if isinstance(period, datetime.timedelta):
        return b.call("to_microseconds", b.integer(period // _EPOCH_DAY))
    out = None
    for count, unit in parse_period(period):
        part = b.call("to_" + unit, b.integer(count))
        out = part if out is None else b.operator("+", out, part)
    return out


_KINDS = {str: "text", bytes: "bytes", datetime.date: "time", datetime.time: "time",
          datetime.timedelta: "time", numbers.Number: "number"}


def may_equal(value, dtype):
    """Whether a value may be among those of a type: SQL would read a text as a number or a time."""
    kind = next((kind for of, kind in _KINDS.items() if isinstance(value, of)), None)
    held = ("text" if dtype == String or dtype == Enum else
            "bytes" if dtype == Binary else
            "time" if dtype.is_temporal() else
            "number" if dtype.is_numeric() or dtype == Boolean else None)
    return kind is None or held is None or kind == held
