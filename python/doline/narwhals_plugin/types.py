"""Types of columns: Doline's as Narwhals' and back."""

from __future__ import annotations

from .. import datatypes as types
from ..errors import NotSupported, error

_SAME = ("Int8", "Int16", "Int32", "Int64", "Int128", "UInt8", "UInt16", "UInt32", "UInt64", "Float32",
         "Float64", "Boolean", "String", "Binary", "Date", "Time")


def to_narwhals(dtype, version):
    """Narwhals' name of one of our types; `Unknown` where it has none."""
    known = version.dtypes
    name = dtype.__name__ if isinstance(dtype, type) else type(dtype).__name__
    if name in _SAME:
        return getattr(known, name)()
    if dtype == types.Json:
        return known.String()
    if isinstance(dtype, types.Datetime):
        return known.Datetime(dtype.time_unit, dtype.time_zone)
    if isinstance(dtype, types.Duration):
        return known.Duration(dtype.time_unit)
    if isinstance(dtype, types.Decimal):
        return known.Decimal(dtype.precision, dtype.scale)
    if isinstance(dtype, types.Enum):
        # Version 1 of the interface knows no categories.
        return known.Enum() if version.name == "V1" else known.Enum(dtype.categories)
    if isinstance(dtype, types.List):
        return known.List(to_narwhals(dtype.inner, version))
    if isinstance(dtype, types.Array):
        return known.Array(to_narwhals(dtype.inner, version), dtype.size)
    if isinstance(dtype, types.Struct):
        return known.Struct([known.Field(f.name, to_narwhals(f.dtype, version)) for f in dtype.fields])
    if isinstance(dtype, types.Map):
        return known.Map(to_narwhals(dtype.key, version), to_narwhals(dtype.value, version))
    return known.Unknown()


def to_doline(dtype, version):
    """Our type for one of Narwhals'.

    Raises
    ------
    doline.errors.NotSupported
        For types that no column of ours has: categoricals, objects, half floats, UInt128.
    """
    known = version.dtypes
    name = dtype.__name__ if isinstance(dtype, type) else type(dtype).__name__
    if name in _SAME:
        return getattr(types, name)
    if dtype == known.Datetime:
        return types.Datetime(getattr(dtype, "time_unit", "us"), getattr(dtype, "time_zone", None))
    if dtype == known.Duration:
        return types.Duration(getattr(dtype, "time_unit", "us"))
    if dtype == known.Enum:
        categories = getattr(dtype, "categories", None)
        if version.name == "V1":
            raise error(NotSupported, "Converting to Enum is not supported in narwhals.stable.v1")
        if isinstance(dtype, type) or not categories:
            raise ValueError("Can not cast / initialize Enum without categories present")
        return types.Enum(categories)
    if not isinstance(dtype, type):
        if dtype == known.Decimal:
            return types.Decimal(dtype.precision, dtype.scale)
        if dtype == known.List:
            return types.List(to_doline(dtype.inner, version))
        if dtype == known.Array:
            return types.Array(to_doline(dtype.inner, version), dtype.size)
        if dtype == known.Struct:
            return types.Struct([types.Field(f.name, to_doline(f.dtype, version)) for f in dtype.fields])
        if dtype == known.Map:
            return types.Map(to_doline(dtype.key, version), to_doline(dtype.value, version))
    raise error(NotSupported, f"a column of Doline cannot be of Narwhals' type {dtype!r}",
                "use String for categoricals, Float32 for Float16")
