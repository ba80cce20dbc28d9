"""What types functions take and return, however a person says it: SQL texts, hints, dtypes."""

from __future__ import annotations

import datetime
import decimal
import inspect
import types
import typing
import uuid

from doline import errors
from doline.sql_types import zoned_sql

ANY = ""  # as the extension has it: the argument as it is

_OF_PYTHON = {
    bool: "BOOLEAN", int: "BIGINT", float: "DOUBLE", str: "VARCHAR", bytes: "BLOB", bytearray: "BLOB",
    datetime.date: "DATE", datetime.time: "TIME", datetime.datetime: "TIMESTAMP",
    datetime.timedelta: "INTERVAL", uuid.UUID: "UUID", typing.Any: ANY, object: ANY,
}
_OF_NUMPY = {
    "b1": "BOOLEAN", "i1": "TINYINT", "i2": "SMALLINT", "i4": "INTEGER", "i8": "BIGINT",
    "u1": "UTINYINT", "u2": "USMALLINT", "u4": "UINTEGER", "u8": "UBIGINT", "f4": "FLOAT",
    "f8": "DOUBLE", "M8[D]": "DATE", "M8[s]": "TIMESTAMP_S", "M8[ms]": "TIMESTAMP_MS",
    "M8[us]": "TIMESTAMP", "M8[ns]": "TIMESTAMP_NS", "m8[us]": "DURATION",
}


def sql_type_of(said):
    """The SQL type that a person means.

    Parameters
    ----------
    said : str, type, hint, data type of ours, of NumPy or of PyArrow
        ``"DECIMAL(9,2)"``, ``int``, ``list[str]``, ``float | None``, ``doline.Int32``,
        ``numpy.float32``, ``pyarrow.int8()``.

    Returns
    -------
    str

    Raises
    ------
    doline.errors.TypeMismatch
        For what names no type.

    Examples
    --------
    >>> from doline.function_types import sql_type_of
    >>> sql_type_of(dict[str, list[int]]), sql_type_of(float | None)
    ('MAP(VARCHAR, BIGINT[])', 'DOUBLE')
    """
    if isinstance(said, str):
        return said
    origin, inner = typing.get_origin(said), typing.get_args(said)
    if origin in (typing.Union, types.UnionType):
        kinds = [kind for kind in inner if kind is not type(None)]
        if len(kinds) == 1:
            return sql_type_of(kinds[0])
    elif origin in (list, set, frozenset) and len(inner) == 1:
        return f"{sql_type_of(inner[0])}[]"
    elif origin is dict:
        return f"MAP({sql_type_of(inner[0])}, {sql_type_of(inner[1])})"
    elif origin is typing.Annotated:
        return sql_type_of(inner[0])
    elif isinstance(said, (dict, list)) and said:
        fields = said.items() if isinstance(said, dict) else said
        if all(isinstance(field, tuple) and len(field) == 2 for field in fields):
            return f"STRUCT({', '.join(f'{_quoted(n)} {sql_type_of(k)}' for n, k in fields)})"
    elif inspect.isclass(said) and said in _OF_PYTHON:
        return _OF_PYTHON[said]
    elif said is typing.Any:
        return ANY
    elif said is decimal.Decimal:
        raise _no_type(said, "say how many digits: returns=\"DECIMAL(18,3)\"")
    if hasattr(said, "__arrow_c_schema__"):
        from doline import _engine
        from doline.sql_types import sql_type

        return sql_type(_engine.arrow_field(said))
    found = _of_frames(said)
    if found is None:
        found = _of_numpy(said)
    if found is None:
        raise _no_type(said, "an SQL type in quotes, int, float, str, list[int] … are")
    return found


def _no_type(said, hint):
    return errors.error(errors.TypeMismatch, f"{said!r} is no type of SQL", hint)


def _quoted(name):
    return '"' + name.replace('"', '""') + '"'


def _of_frames(said):
    """Of a dtype of ours, or of Polars, whose names are the same."""
    from doline import datatypes

    module = getattr(said, "__module__", None) or type(said).__module__
    if module.partition(".")[0] == "polars":
        name = said.__name__ if inspect.isclass(said) else type(said).__name__
        ours = getattr(datatypes, name, None)
        if ours is None:
            return None
        if inspect.isclass(said):
            said = ours
        elif name in ("List", "Array"):
            inner = sql_type_of(said.inner)
            return f"{inner}[]" if name == "List" else f"{inner}[{said.width}]"
        elif name == "Struct":
            return sql_type_of({field.name: field.dtype for field in said.fields})
        else:
            arguments = {"Decimal": ("precision", "scale"), "Datetime": ("time_unit", "time_zone"),
                         "Duration": ("time_unit",), "Enum": ("categories",)}.get(name, ())
            said = ours(*(getattr(said, one) for one in arguments)) if arguments else ours
    if isinstance(said, (datatypes.DataType, datatypes.DataTypeClass)):
        return _spelled(datatypes, datatypes.as_dtype(said))
    return None


def _spelled(types_, dtype):
    if isinstance(dtype, types_.List):
        return f"{_spelled(types_, types_.as_dtype(dtype.inner))}[]"
    if isinstance(dtype, types_.Array):
        return f"{_spelled(types_, types_.as_dtype(dtype.inner))}[{dtype.width}]"
    if isinstance(dtype, types_.Struct):
        fields = (f"{_quoted(f.name)} {_spelled(types_, types_.as_dtype(f.dtype))}" for f in dtype.fields)
        return f"STRUCT({', '.join(fields)})"
    if isinstance(dtype, types_.Decimal):
        return f"DECIMAL({dtype.precision or 38},{dtype.scale})"
    if isinstance(dtype, types_.Datetime):
        if dtype.time_zone is not None:
            return zoned_sql(dtype.time_zone)
        return {"ms": "TIMESTAMP_MS", "us": "TIMESTAMP", "ns": "TIMESTAMP_NS"}[dtype.time_unit]
    if isinstance(dtype, types_.Duration):
        return "DURATION"
    if isinstance(dtype, types_.Enum):
        values = ", ".join("'" + value.replace("'", "''") + "'" for value in dtype.categories)
        return f"ENUM({values})"
    if dtype.sql is None:
        raise _no_type(dtype, "give an SQL type in quotes")
    return dtype.sql


def _of_numpy(said):
    import sys

    numpy = sys.modules.get("numpy")
    if numpy is None or not (isinstance(said, numpy.dtype)
                             or inspect.isclass(said) and issubclass(said, numpy.generic)):
        return None
    return _OF_NUMPY.get(numpy.dtype(said).str[1:])


def signature(function, parameters, returns):
    """Types of a function's parameters and of what it returns, from what is said or from its hints.

    Parameters
    ----------
    function : callable
    parameters : sequence of types, or None
    returns : type or None

    Returns
    -------
    tuple of (list of (str, str) or None, str or None)
        Names and SQL types; None for any number of arguments. ``ANY`` for a parameter without a hint.
    """
    called = function
    if inspect.isclass(function):
        called = function.__call__ if "__call__" in vars(function) else function
    try:
        shape = inspect.signature(called)
        hints = typing.get_type_hints(getattr(called, "__func__", called))
    except (TypeError, ValueError, NameError, AttributeError):
        shape, hints = None, {}
    names = []
    takes_any_number = shape is None
    if shape is not None:
        for parameter in shape.parameters.values():
            if parameter.kind is parameter.VAR_POSITIONAL:
                takes_any_number = True
            elif parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
                names.append(parameter.name)
        if inspect.isclass(function) and called is not function:
            names = names[1:]  # self
    if parameters is not None:
        if isinstance(parameters, str) or not hasattr(parameters, "__iter__"):
            parameters = [parameters]
        given = list(parameters.items()) if isinstance(parameters, dict) else [
            (names[i] if i < len(names) else f"v{i + 1}", kind) for i, kind in enumerate(parameters)]
        pairs = [(name, sql_type_of(kind)) for name, kind in given]
    elif takes_any_number:
        pairs = None
    else:
        pairs = [(name, _hinted(hints.get(name, object))) for name in names]
    if returns is None:
        hint = hints.get("return")
        returns = None if hint is None or hint is type(None) else _hinted(hint) or None
    else:
        returns = sql_type_of(returns)
    return pairs, returns


def _hinted(hint):
    """The type that a hint names; ANY for hints of arrays, which say nothing of their values."""
    try:
        return sql_type_of(hint)
    except errors.TypeMismatch:
        return ANY
