"""The types of columns, under the names Polars gives them.

A type is a class (`Int64`) or, where it has parameters, an instance (`Datetime("ms")`); a class
equals every instance of it. `type_texts` has how the engine writes them.
"""

from __future__ import annotations

import datetime
import decimal
import enum

from .errors import InvalidArgument, NotSupported, TypeMismatch, error
from .data_type import (DataType, DataTypeClass, FloatType, NestedType, NumericType, SignedIntegerType,
                        TemporalType, UnsignedIntegerType)

__all__ = [
    "Array", "Binary", "Boolean", "Categorical", "DataType", "Date", "Datetime", "Decimal",
    "Duration", "Enum", "Field", "Float32", "Float64", "Int8", "Int16", "Int32", "Int64", "Int128",
    "List", "Null", "Object", "Schema", "String", "Struct", "Time", "UInt8", "UInt16", "UInt32",
    "UInt64", "Unknown", "Utf8",
]


class Int8(SignedIntegerType):
    """Integers from -128 to 127; TINYINT in SQL."""
    sql, short = "TINYINT", "i8"


class Int16(SignedIntegerType):
    """Integers of 16 bits; SMALLINT in SQL."""
    sql, short = "SMALLINT", "i16"


class Int32(SignedIntegerType):
    """Integers of 32 bits; INTEGER in SQL."""
    sql, short = "INTEGER", "i32"


class Int64(SignedIntegerType):
    """Integers of 64 bits; BIGINT in SQL. What Python's `int` means."""
    sql, short = "BIGINT", "i64"


class Int128(SignedIntegerType):
    """Integers of 128 bits; HUGEINT in SQL."""
    sql, short = "HUGEINT", "i128"


class UInt8(UnsignedIntegerType):
    """Integers from 0 to 255; UTINYINT in SQL."""
    sql, short = "UTINYINT", "u8"


class UInt16(UnsignedIntegerType):
    """Integers of 16 bits without sign; USMALLINT in SQL."""
    sql, short = "USMALLINT", "u16"


class UInt32(UnsignedIntegerType):
    """Integers of 32 bits without sign; UINTEGER in SQL. Counts and positions are of it."""
    sql, short = "UINTEGER", "u32"


class UInt64(UnsignedIntegerType):
    """Integers of 64 bits without sign; UBIGINT in SQL."""
    sql, short = "UBIGINT", "u64"


class Float32(FloatType):
    """Floats of 32 bits; FLOAT in SQL."""
    sql, short = "FLOAT", "f32"


class Float64(FloatType):
    """Floats of 64 bits; DOUBLE in SQL. What Python's `float` means."""
    sql, short = "DOUBLE", "f64"


class Boolean(DataType):
    """True and false; BOOLEAN in SQL. What Python's `bool` means."""
    sql, short = "BOOLEAN", "bool"


class String(DataType):
    """Texts in UTF-8; VARCHAR in SQL. What Python's `str` means. Also called `Utf8`."""
    sql, short = "VARCHAR", "str"


Utf8 = String


class Binary(DataType):
    """Bytes; BLOB in SQL. What Python's `bytes` means."""
    sql, short = "BLOB", "binary"


class Date(TemporalType):
    """Days; DATE in SQL."""
    sql, short = "DATE", "date"


class Time(TemporalType):
    """Times of day; TIME in SQL."""
    sql, short = "TIME", "time"


class Null(DataType):
    """Nothing but null: the type of a column of which nothing is known."""
    sql, short = '"NULL"', "null"


class Object(DataType):
    """Python objects: no column of Doline's holds them."""


class Unknown(DataType):
    """What is not known before the query runs."""
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
        raise error(NotSupported, "Categorical columns are not supported", "use Enum([...]) or String")


class Decimal(NumericType):
    """Exact numbers; DECIMAL in SQL.

    Parameters
    ----------
    precision : int, default 38
        How many digits, 38 at most.
    scale : int, default 0
        How many of them behind the point.

    Examples
    --------
    >>> dl.DataFrame({"a": ["1.25"]}).select(dl.col("a").cast(dl.Decimal(5, 2))).item()
    Decimal('1.25')
    """
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
    """Instants, or a clock's times; TIMESTAMP in SQL.

    Parameters
    ----------
    time_unit : {"us", "ms", "ns"}
        What is counted since 1970. Instants have microseconds.
    time_zone : str, optional
        For instants (TIMESTAMPTZ in SQL), the zone that shows them, such as "Europe/Berlin"; without it a
        clock's time.

    Raises
    ------
    ValueError
        For another unit.

    Examples
    --------
    >>> dl.DataFrame({"a": ["2024-05-01 09:30"]}).select(dl.col("a").cast(dl.Datetime("ms"))).schema
    Schema({'a': Datetime(time_unit='ms', time_zone=None)})
    """
    def __init__(self, time_unit: str = "us", time_zone=None):
        if time_unit not in ("us", "ms", "ns"):
            raise error(InvalidArgument, f"a time unit is 'ns', 'us' or 'ms', not {time_unit!r}")
        if isinstance(time_zone, datetime.tzinfo):
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
    """Spans of time, exact to the microsecond.

    Parameters
    ----------
    time_unit : {"us"}
        What is counted.

    Examples
    --------
    >>> dl.Duration("us")
    Duration(time_unit='us')
    """
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
    """Texts of a fixed set, kept as numbers; ENUM in SQL.

    Parameters
    ----------
    categories : list of str, Series or enum.Enum
        The texts, in their order; of an enumeration of Python's, its members' values.

    Raises
    ------
    TypeError
        For categories that are no texts.

    Examples
    --------
    >>> dl.Series("a", ["low", "high", "low"], dl.Enum(["low", "high"])).sort().to_list()
    ['low', 'low', 'high']
    """
    short = "enum"

    def __init__(self, categories):
        if isinstance(categories, type) and issubclass(categories, enum.Enum):
            categories = [member.value for member in categories]
        self.categories = [str.__str__(text) if isinstance(text, str) else _no_category(text)
                           for text in categories]
        self.parameters = tuple(self.categories)

    def __repr__(self):
        return f"Enum(categories={self.categories!r})"


def _no_category(value):
    raise error(TypeMismatch, f"an Enum's categories are texts, not {value!r}")


class List(NestedType):
    """Lists of any length; `T[]` in SQL.

    Parameters
    ----------
    inner : data type
        Of the elements.

    Examples
    --------
    >>> dl.DataFrame({"a": [[1, 2]]}).schema
    Schema({'a': List(Int64)})
    """
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
    """Arrays of a fixed length; `T[n]` in SQL.

    Parameters
    ----------
    inner : data type
        Of the elements.
    shape : int or tuple of int
        The length, or those of arrays of arrays. Also called `width`.

    Examples
    --------
    >>> dl.Series("a", [[1, 2]], dl.Array(dl.Int64, 2)).dtype
    Array(Int64, shape=(2,))
    """
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
    """Values with names; STRUCT in SQL.

    Parameters
    ----------
    fields : dict or list of Field
        Names and types.

    Examples
    --------
    >>> dl.DataFrame({"a": [{"x": 1, "y": "z"}]}).schema
    Schema({'a': Struct({'x': Int64, 'y': String})})
    """
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
    """Names and types of a frame's columns, in their order: a dict.

    Parameters
    ----------
    schema : dict, list of pairs, or an Arrow schema, optional
        Names and types; of PyArrow's and whatever else has ``__arrow_c_schema__`` too.

    Raises
    ------
    doline.errors.NotSupported
        For a type of Arrow's that has no twin here.

    Examples
    --------
    >>> dl.DataFrame({"a": [1], "b": ["x"]}).schema.names()
    ['a', 'b']
    """

    def __init__(self, schema=None):
        if hasattr(schema, "__arrow_c_schema__") and not isinstance(schema, Schema):
            from .interchange.arrow_types import types_of
            schema = types_of(schema)
        super().__init__(schema or {})

    def __arrow_c_schema__(self):
        from .interchange.arrow_types import capsule_of_schema
        return capsule_of_schema(self)

    def names(self):
        """The names, in their order.

        Returns
        -------
        list of str

        Examples
        --------
        >>> dl.Schema({"a": dl.Int64, "b": dl.String}).names()
        ['a', 'b']
        """
        return list(self)

    def dtypes(self):
        """The types, in their order.

        Returns
        -------
        list of data type

        Examples
        --------
        >>> dl.Schema({"a": dl.Int64, "b": dl.String}).dtypes()
        [Int64, String]
        """
        return list(self.values())

    def len(self):
        """How many columns there are.

        Returns
        -------
        int

        Examples
        --------
        >>> dl.Schema({"a": dl.Int64, "b": dl.String}).len()
        2
        """
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

BY_SQL = {kind.sql: kind for kind in SIMPLE} | {
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
    if isinstance(dtype, type) and dtype in _FROM_PYTHON:
        return _FROM_PYTHON[dtype]
    if hasattr(dtype, "__arrow_c_schema__"):
        from .interchange.arrow_types import types_of
        return types_of(dtype)[0][1]
    if getattr(dtype, "__module__", "") == "doline.refused":
        dtype()  # says what to use instead
    raise error(TypeMismatch, f"{dtype!r} is no data type")


def struct_with_fields(mapping):
    """The type of structs with such fields.

    Parameters
    ----------
    mapping : dict
        Names to types.

    Returns
    -------
    Struct

    Examples
    --------
    >>> dl.struct_with_fields({"a": dl.Int64})
    Struct({'a': Int64})
    """
    return Struct(mapping)
