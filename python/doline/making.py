"""Frames from what people have: dicts, rows, arrays, other libraries' tables."""

from __future__ import annotations

import math

from . import _engine, _sessions
from . import datatypes as types
from .column_names import refuse_case
from .errors import ColumnNotFound, ConversionError, InvalidArgument, TypeMismatch, error
from .expr import build as b
from .expr.functions import cast_from, is_cast_by_source
from .interchange import _stream_of, _speaks_arrow
from .interchange.numpy_arrays import column_of
from .lazy_frame import LazyFrame

def table_of(data, schema, overrides, orient, strict, nan_to_null, infer_schema_length=None):
    """A query over a new table.

    Raises
    ------
    doline.errors.InvalidArgument
        For columns of different lengths.
    doline.errors.ColumnNotFound
        For a column of the schema that the data has not.
    TypeError
        For what is no table.
    """
    from .data_frame import DataFrame
    from .series import Series
    names, dtypes = _schema(schema)
    dtypes |= {k: types.as_dtype(t) for k, t in (overrides or {}).items()}
    if data is None:
        data = {name: [] for name in names or ()}
    if isinstance(data, DataFrame):
        return _typed(data._lazy, names, dtypes, strict)
    if isinstance(data, LazyFrame):
        return _typed(data.collect()._lazy, names, dtypes, strict)
    if isinstance(data, Series):
        data = {names[0] if names else data.name: data}
    if hasattr(data, "__next__") and not _speaks_arrow(data):
        data = list(data)
    if isinstance(data, (list, tuple)):
        data = _columns_of_rows(list(data), names, orient, infer_schema_length)
    if isinstance(data, dict):
        return _of_columns(_renamed(data, names, isinstance(schema, dict)), dtypes, strict, nan_to_null)
    stream = _stream_of(data)
    if stream is None:
        raise error(TypeMismatch, f"{type(data).__name__} is no table", "give a dict, rows, an array or a frame")
    frame = _stored(stream)
    if names is None and not hasattr(data, "columns"):  # of arrays, which have no names for columns
        names = [name.replace("column", "column_") if name.startswith("column") else name
                 for name in frame.names]
    return _typed(frame, names, dtypes, strict)


def _renamed(data, names, is_by_name):
    """A dict of the columns that a schema has: those of its names, or, of a list of names, others in
    their place."""
    if names is None or list(data) == names:
        return data
    if set(names) <= set(data):
        return {name: data[name] for name in names}
    if not is_by_name and len(names) == len(data):
        return {name: data[old] for name, old in zip(names, data)}
    missing = next(name for name in names if name not in data)
    raise error(ColumnNotFound, f'the schema has a column "{missing}", which the data has not',
                f"the data has {', '.join(map(str, data))}")


def _stored(stream):
    from .data_frame import table_query
    handle = _sessions.TableHandle(stream)
    return LazyFrame._of(table_query(handle), (handle,))


def _schema(schema):
    if schema is None:
        return None, {}
    if hasattr(schema, "__arrow_c_schema__"):
        schema = types.Schema(schema)
    if isinstance(schema, dict):
        return list(schema), {k: types.as_dtype(t) for k, t in schema.items() if t is not None}
    names, dtypes = [], {}
    for entry in schema:
        if isinstance(entry, str):
            names.append(entry)
        else:
            names.append(entry[0])
            if entry[1] is not None:
                dtypes[entry[0]] = types.as_dtype(entry[1])
    return names, dtypes


def _columns_of_rows(rows, names, orient, infer_schema_length):
    if not rows:
        return {name: [] for name in names or ()}
    first = rows[0]
    if isinstance(first, dict):
        keys = list(dict.fromkeys(key for row in rows[:infer_schema_length] for key in row)) \
            if names is None else names
        return {key: [row.get(key) for row in rows] for key in keys}
    if hasattr(first, "_fields") and names is None:
        names = list(first._fields)
    if isinstance(first, (list, tuple)):
        by_rows = orient == "row" or (orient is None and isinstance(first, tuple)) or (
            orient is None and names is not None and len(first) == len(names) != len(rows))
        columns = [list(column) for column in zip(*rows)] if by_rows else rows
    elif hasattr(first, "name") and hasattr(first, "to_list"):
        return {names[i] if names else series.name: series for i, series in enumerate(rows)}
    else:
        columns = [rows]
    labels = names if names else [f"column_{i}" for i in range(len(columns))]
    return dict(zip(labels, columns))


def _of_columns(data, dtypes, strict, nan_to_null):
    from .series import Series
    if not data:
        return LazyFrame.without_source()
    if len({str(name).lower() for name in data}) < len(data):
        refuse_case(list(map(str, data)))
    data = {name: list(v) if isinstance(v, (range, set, frozenset)) or hasattr(v, "__next__") else v
            for name, v in data.items()}
    sized = [v for v in data.values() if _is_column(v)]
    length = len(sized[0]) if sized else 1
    columns = []
    for name, values in data.items():
        if not _is_column(values):
            values = [values] * length
        if isinstance(values, list):
            columns.append(_column_of_list(values, dtypes.get(name), strict))
        else:
            columns.append(column_of(values, nan_to_null))
    table = _engine.Table.of_columns([str(name) or b.UNNAMED for name in data], columns)
    frame = _stored(table)
    frame._names = [str(name) for name in data]
    return _typed(frame, None, dtypes, strict)


def _is_column(values):
    return hasattr(values, "__len__") and not isinstance(values, (str, bytes, dict)) or _speaks_arrow(values)


def _column_of_list(values, dtype, strict):
    """A list as a column of its values' own type. Not `strict`, values that have none in common are
    texts, as in Polars, and floats that are to be integers lose their fraction."""
    if dtype is None:
        values = [v.to_list() if hasattr(v, "to_list") else v for v in values]
    try:
        column = _engine.column_of_values(values, exact_spans=True)
    except ConversionError:
        if strict:
            raise
        column = _engine.column_of_values([v if v is None else _text(v) for v in values])
    if column.format == "g" and dtype is not None and dtype.is_integer():
        if strict:
            value = next(v for v in values if isinstance(v, float))
            raise error(TypeMismatch, f"the float {value!r} among values of type {dtype!r}",
                        "strict=False cuts it off")
        column = _engine.column_of_values([int(v) if v is not None and math.isfinite(v) else None for v in values])
    return column


def _text(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


def _typed(frame, names, dtypes, strict):
    """`frame` with other names and types, as a stored table again where anything changes."""
    from .data_frame import DataFrame
    if names is not None and names != frame.names:
        if len(names) != len(frame.names):
            raise error(InvalidArgument, f"{len(names)} names for {len(frame.names)} columns")
        frame = frame.rename(dict(zip(frame.names, names)))
    known = frame.types
    changed = {k: t for k, t in dtypes.items() if k in known and known[k] != t}
    if changed:
        plain = b.cast if strict else b.try_cast

        def cast(name, dtype):
            if is_cast_by_source(dtype):
                return cast_from(known[name], b.column(name), dtype, strict)
            return plain(b.column(name), dtype)
        items = [b.named(cast(k, changed[k]) if k in changed else b.column(k), k) for k in frame.names]
        frame = frame._next(b.select_from(frame._query, items), frame.names)
    if changed or names is not None:
        return DataFrame._of_query(frame)._lazy
    return frame
