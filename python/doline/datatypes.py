"""The types of columns, under the names Polars gives them.

A type is a class (`Int64`) or, where it has parameters, an instance (`Datetime("ms")`); a class
equals every instance of it. `parse_type` reads the engine's spelling, `type_bytes` gives the bytes
of a cast's target.
"""

from __future__ import annotations

import datetime
import decimal
from functools import lru_cache

from . import _nodes
from .errors import NotSupported

__all__ = [
    "Array", "Binary", "Boolean", "Categorical", "DataType", "Date", "Datetime", "Decimal",
    "Duration", "Enum", "Field", "Float32", "Float64", "Int8", "Int16", "Int32", "Int64", "Int128",
    "List", "Null", "Object", "Schema", "String", "Struct", "Time", "UInt8", "UInt16", "UInt32",
    "UInt64", "Unknown", "Utf8",
]


class DataTypeClass(type):
    """The class of types: makes `Int64 == Int64()` hold."""

    def __eq__(cls, other):
        if isinstance(other, DataTypeClass):
            return cls is other
        if isinstance(other, DataType):
            return cls is type(other)
        return NotImplemented

    def __hash__(cls):
        return hash(cls.__name__)

    def __repr__(cls):
        return cls.__name__


class DataType(metaclass=DataTypeClass):
    """A column's type. `sql` is how the engine spells it."""

    sql: str | None = None
    short: str = "?"  # in printed tables
    parameters: tuple = ()

    def __eq__(self, other):
        if isinstance(other, DataTypeClass):
            return type(self) is other
        if isinstance(other, DataType):
            return type(self) is type(other) and self.parameters == other.parameters
        return NotImplemented

    def __hash__(self):
        return hash(type(self).__name__)

    def __repr__(self):
        return type(self).__name__

    @classmethod
    def base_type(cls):
        """The class without parameters."""
        return cls

    @classmethod
    def is_numeric(cls):
        """Whether it is a number."""
        return issubclass(cls, NumericType)

    @classmethod
    def is_integer(cls):
        """Whether it is an integer."""
        return issubclass(cls, IntegerType)

    @classmethod
    def is_signed_integer(cls):
        """Whether it is a signed integer."""
        return issubclass(cls, SignedIntegerType)

    @classmethod
    def is_unsigned_integer(cls):
        """Whether it is an unsigned integer."""
        return issubclass(cls, UnsignedIntegerType)

    @classmethod
    def is_float(cls):
        """Whether it is a float."""
        return issubclass(cls, FloatType)

    @classmethod
    def is_decimal(cls):
        """Whether it is a decimal."""
        return issubclass(cls, Decimal)

    @classmethod
    def is_temporal(cls):
        """Whether it is a date, time, instant or span."""
        return issubclass(cls, TemporalType)

    @classmethod
    def is_nested(cls):
        """Whether it is a list, array or struct."""
        return issubclass(cls, NestedType)

    @classmethod
    def is_(cls, other):
        """Whether it is another type."""
        return cls == other


class NumericType(DataType):
    pass


class IntegerType(NumericType):
    pass


class SignedIntegerType(IntegerType):
    pass


class UnsignedIntegerType(IntegerType):
    pass


class FloatType(NumericType):
    pass


class TemporalType(DataType):
    pass


class NestedType(DataType):
    pass


class Int8(SignedIntegerType):
    sql, short = "TINYINT", "i8"


class Int16(SignedIntegerType):
    sql, short = "SMALLINT", "i16"


class Int32(SignedIntegerType):
    sql, short = "INTEGER", "i32"


class Int64(SignedIntegerType):
    sql, short = "BIGINT", "i64"


class Int128(SignedIntegerType):
    sql, short = "HUGEINT", "i128"


class UInt8(UnsignedIntegerType):
    sql, short = "UTINYINT", "u8"


class UInt16(UnsignedIntegerType):
    sql, short = "USMALLINT", "u16"


class UInt32(UnsignedIntegerType):
    sql, short = "UINTEGER", "u32"


class UInt64(UnsignedIntegerType):
    sql, short = "UBIGINT", "u64"


class Float32(FloatType):
    sql, short = "FLOAT", "f32"


class Float64(FloatType):
    sql, short = "DOUBLE", "f64"


class Boolean(DataType):
    sql, short = "BOOLEAN", "bool"


class String(DataType):
    sql, short = "VARCHAR", "str"


Utf8 = String


class Binary(DataType):
    sql, short = "BLOB", "binary"


class Date(TemporalType):
    sql, short = "DATE", "date"


class Time(TemporalType):
    sql, short = "TIME", "time"


class Null(DataType):
    sql, short = '"NULL"', "null"


class Object(DataType):
    """Python objects: no column of Doline's holds them."""


class Unknown(DataType):
    short = "unknown"


class Interval(TemporalType):
    """SQL's INTERVAL: months, days and microseconds apart. Polars has no such type."""

    sql, short = "INTERVAL", "interval"


class Uuid(DataType):
    """SQL's UUID."""

    sql, short = "UUID", "uuid"


class Json(DataType):
    """A text that is known to be JSON."""

    sql, short = "JSON", "json"


class Categorical(DataType):
    """Not supported: use `Enum` with its categories, or `String`."""

    short = "cat"

    def __init__(self, ordering=None):
        raise NotSupported("Categorical columns are not supported; use Enum([...]) or String")


class Decimal(NumericType):
    def __init__(self, precision: int | None = None, scale: int = 0):
        self.precision = 38 if precision is None else precision
        self.scale = scale
        self.parameters = (self.precision, scale)

    def __repr__(self):
        return f"Decimal(precision={self.precision}, scale={self.scale})"

    @property
    def short(self):
        """What printed tables call it."""
        return f"decimal[{self.precision},{self.scale}]"


class Datetime(TemporalType):
    def __init__(self, time_unit: str = "us", time_zone=None):
        if time_unit not in ("us", "ms", "ns"):
            raise ValueError(f"a time unit is 'ns', 'us' or 'ms', not {time_unit!r}")
        if isinstance(time_zone, datetime.timezone):
            time_zone = str(time_zone)
        self.time_unit, self.time_zone = time_unit, time_zone
        self.parameters = (time_unit, time_zone)

    def __repr__(self):
        return f"Datetime(time_unit={self.time_unit!r}, time_zone={self.time_zone!r})"

    @property
    def short(self):
        """What printed tables call it."""
        unit = self.time_unit.replace("us", "μs")
        return f"datetime[{unit}{', ' + self.time_zone if self.time_zone else ''}]"


class Duration(TemporalType):
    def __init__(self, time_unit: str = "us"):
        self.time_unit = time_unit
        self.parameters = (time_unit,)

    def __repr__(self):
        return f"Duration(time_unit={self.time_unit!r})"

    @property
    def short(self):
        """What printed tables call it."""
        return f"duration[{self.time_unit.replace('us', 'μs')}]"


class Enum(DataType):
    short = "enum"

    def __init__(self, categories):
        self.categories = list(categories)
        self.parameters = tuple(self.categories)

    def __repr__(self):
        return f"Enum(categories={self.categories!r})"


class List(NestedType):
    def __init__(self, inner):
        self.inner = inner
        self.parameters = (inner,)

    def __repr__(self):
        return f"List({self.inner!r})"

    @property
    def short(self):
        """What printed tables call it."""
        return f"list[{self.inner.short}]"


class Array(NestedType):
    def __init__(self, inner, shape=None, *, width=None):
        size = shape if shape is not None else width
        if isinstance(size, tuple):
            if len(size) > 1:
                inner = Array(inner, size[1:])
            size = size[0]
        self.inner, self.size = inner, size
        self.parameters = (inner, size)

    @property
    def shape(self):
        """Rows and columns; of an array, its lengths."""
        return (self.size, *(self.inner.shape if isinstance(self.inner, Array) else ()))

    def __repr__(self):
        return f"Array({self.inner!r}, shape={self.shape})"

    @property
    def short(self):
        """What printed tables call it."""
        return f"array[{self.inner.short}, {self.size}]"


class Field:
    """A name and a type inside a `Struct`."""

    __slots__ = ("name", "dtype")

    def __init__(self, name: str, dtype):
        self.name, self.dtype = name, dtype

    def __eq__(self, other):
        return isinstance(other, Field) and (self.name, self.dtype) == (other.name, other.dtype)

    def __hash__(self):
        return hash(self.name)

    def __repr__(self):
        return f"Field({self.name!r}, {self.dtype!r})"


class Struct(NestedType):
    def __init__(self, fields):
        if isinstance(fields, dict):
            fields = [Field(name, dtype) for name, dtype in fields.items()]
        self.fields = list(fields)
        self.parameters = tuple(self.fields)

    def __repr__(self):
        return f"Struct({{{', '.join(f'{f.name!r}: {f.dtype!r}' for f in self.fields)}}})"

    @property
    def short(self):
        """What printed tables call it."""
        return f"struct[{len(self.fields)}]"


class Map(NestedType):
    """SQL's MAP. Polars has no such type."""

    def __init__(self, key, value):
        self.key, self.value = key, value
        self.parameters = (key, value)

    def __repr__(self):
        return f"Map({self.key!r}, {self.value!r})"

    @property
    def short(self):
        """What printed tables call it."""
        return f"map[{self.key.short}, {self.value.short}]"


class Schema(dict):
    """Names and types of a frame's columns, in their order."""

    def __init__(self, schema=None):
        super().__init__(schema or {})

    def names(self):
        """Names, in their order."""
        return list(self)

    def dtypes(self):
        """Types, in their order."""
        return list(self.values())

    def len(self):
        """The number of values or rows."""
        return len(self)

    def __eq__(self, other):
        return isinstance(other, dict) and list(self.items()) == list(other.items())

    def __repr__(self):
        return f"Schema({dict(self)!r})"


SIMPLE = (Int8, Int16, Int32, Int64, Int128, UInt8, UInt16, UInt32, UInt64, Float32, Float64,
          Boolean, String, Binary, Date, Time, Interval, Uuid, Json)
SIGNED_INTEGERS = (Int8, Int16, Int32, Int64, Int128)
UNSIGNED_INTEGERS = (UInt8, UInt16, UInt32, UInt64)
INTEGERS = SIGNED_INTEGERS + UNSIGNED_INTEGERS
FLOATS = (Float32, Float64)

_BY_SQL = {kind.sql: kind for kind in SIMPLE} | {
    "NULL": Null, '"NULL"': Null,
    "TIMESTAMP": Datetime("us"), "TIMESTAMP_MS": Datetime("ms"), "TIMESTAMP_NS": Datetime("ns"),
    "TIMESTAMP_S": Datetime("ms"), "TIMESTAMP WITH TIME ZONE": Datetime("us", "UTC"),
    "DURATION": Duration("us"),
}
_FROM_PYTHON = {
    int: Int64, float: Float64, str: String, bool: Boolean, bytes: Binary,
    datetime.date: Date, datetime.time: Time, datetime.datetime: Datetime("us"),
    datetime.timedelta: Duration("us"), decimal.Decimal: Decimal(38, 9),
}


def as_dtype(dtype):
    """A type given by a person (`Int64`, `int`, `Datetime`) as a type with its parameters.

    Raises
    ------
    TypeError
        For what names no type.
    """
    if isinstance(dtype, DataType):
        return dtype
    if isinstance(dtype, DataTypeClass):
        if dtype is Datetime or dtype is Duration or dtype is Decimal or dtype is Categorical:
            return dtype()
        return dtype
    if dtype in _FROM_PYTHON:
        return _FROM_PYTHON[dtype]
    raise TypeError(f"{dtype!r} is no data type")


@lru_cache(maxsize=1024)
def parse_type(sql: str):
    """The type that the engine spells as `sql`: "STRUCT(a INTEGER, b VARCHAR[])"."""
    return _TypeText(sql).whole()


class _TypeText:
    """A recursive reader of the engine's spelling of types."""

    def __init__(self, text):
        self.text, self.at = text, 0

    def whole(self):
        dtype = self.one()
        if self.at != len(self.text):
            raise ValueError(f"cannot read the type {self.text!r}")
        return dtype

    def one(self):
        word = self.word()
        if self.peek("("):
            dtype = self.with_arguments(word)
        else:
            dtype = _BY_SQL.get(word) or Unknown()
        while self.peek("["):
            end = self.text.index("]", self.at)
            size = self.text[self.at + 1:end]
            self.at = end + 1
            dtype = Array(dtype, int(size)) if size else List(dtype)
        return dtype

    def with_arguments(self, word):
        """The same node over other arguments."""
        self.at += 1
        if word == "DECIMAL":
            end = self.text.index(")", self.at)
            precision, scale = self.text[self.at:end].split(",")
            self.at = end + 1
            return Decimal(int(precision), int(scale))
        if word == "ENUM":
            return Enum(self.sequence(lambda: self.quoted("'")))
        if word == "MAP":
            return Map(*self.sequence(self.one))
        return Struct(self.sequence(lambda: Field(self.name(), self.one())))

    def sequence(self, element):
        items = []
        while not self.peek(")"):
            items.append(element())
            if self.peek(","):
                self.at += 1
                self.spaces()
        self.at += 1
        return items

    def name(self):
        """Functions of the name."""
        if self.peek('"'):
            name = self.quoted('"')
        else:
            end = self.text.index(" ", self.at)
            name, self.at = self.text[self.at:end], end
        self.spaces()
        return name

    def quoted(self, quote):
        out, self.at = [], self.at + 1
        while True:
            end = self.text.index(quote, self.at)
            out.append(self.text[self.at:end])
            self.at = end + 1
            if not self.peek(quote):
                return "".join(out)
            out.append(quote)
            self.at += 1

    def word(self):
        begin = self.at
        while self.at < len(self.text) and self.text[self.at] not in "([,)":
            self.at += 1
        return self.text[begin:self.at].strip()

    def spaces(self):
        while self.peek(" "):
            self.at += 1

    def peek(self, character):
        return self.at < len(self.text) and self.text[self.at] == character


def type_bytes(dtype) -> bytes:
    """A type as a node of the tree, for casts.

    Raises
    ------
    NotSupported
        For types that no column of Doline's has.
    """
    dtype = as_dtype(dtype)
    if dtype.sql is not None:
        return _named(dtype.sql)
    if isinstance(dtype, Decimal):
        sizes = [_nodes.literal(_nodes.LITERAL_KIND_INTEGER, str(n)) for n in dtype.parameters]
        return _nodes.type_name(name=["DECIMAL"], modifiers=sizes)
    if isinstance(dtype, Datetime):
        if dtype.time_zone is not None:
            if dtype.time_zone not in ("UTC", "*") or dtype.time_unit != "us":
                raise NotSupported(
                    f"a column of type {dtype!r} is not supported: instants are kept in UTC with "
                    "microseconds; use Datetime('us', 'UTC')")
            return _named("TIMESTAMP WITH TIME ZONE")
        return _named({"us": "TIMESTAMP", "ms": "TIMESTAMP_MS", "ns": "TIMESTAMP_NS"}[dtype.time_unit])
    if isinstance(dtype, Duration):
        if dtype.time_unit != "us":
            raise NotSupported(f"{dtype!r} is not supported; spans of time are Duration('us')")
        return _named("DURATION")
    if isinstance(dtype, Enum):
        return _nodes.type_name(_nodes.TYPE_NAME_KIND_ENUM,
                                labels=dtype.categories)
    if isinstance(dtype, List):
        return _nodes.type_name(_nodes.TYPE_NAME_KIND_LIST,
                                members=[_nodes.type_member(type_bytes(dtype.inner))])
    if isinstance(dtype, Array):
        return _nodes.type_name(_nodes.TYPE_NAME_KIND_ARRAY, size=dtype.size,
                                members=[_nodes.type_member(type_bytes(dtype.inner))])
    if isinstance(dtype, Struct):
        return _nodes.type_name(
            _nodes.TYPE_NAME_KIND_STRUCT,
            members=[_nodes.type_member(type_bytes(f.dtype), f.name) for f in dtype.fields])
    if isinstance(dtype, Map):
        return _nodes.type_name(
            _nodes.TYPE_NAME_KIND_MAP,
            members=[_nodes.type_member(type_bytes(d)) for d in (dtype.key, dtype.value)])
    raise NotSupported(f"columns of type {dtype!r} are not supported")


@lru_cache(maxsize=64)
def _named(name):
    return _nodes.type_name(name=[name])
