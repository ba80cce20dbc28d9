"""Frames from what people have: dicts, rows, arrays, other libraries' tables."""

from __future__ import annotations

import datetime

from . import _engine, _sessions
from . import datatypes as types
from .column_names import refuse_case
from .errors import InvalidArgument, error
from .expr import build as b
from .interchange import _stream_of
from .interchange.numpy_arrays import column_of
from .lazy_frame import LazyFrame

def table_of(data, schema, overrides, orient, strict, nan_to_null):
    """A query over a new table.

    Raises
    ------
    doline.errors.InvalidArgument
        For columns of different lengths.
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
    if isinstance(data, (list, tuple)):
        data = _columns_of_rows(list(data), names, orient)
    if isinstance(data, dict):
        return _of_columns(data, names, dtypes, strict, nan_to_null)
    stream = _stream_of(data)
    if stream is None:
        raise TypeError(f"{type(data).__name__} is no table: give a dict, rows, an array or a frame")
    frame = _stored(stream)
    if type(data).__module__.startswith("numpy") and names is None:
        names = [name.replace("column", "column_") if name.startswith("column") else name
                 for name in frame.names]
    return _typed(frame, names, dtypes, strict)


def _stored(stream):
    from .data_frame import table_query
    handle = _sessions.TableHandle(stream)
    return LazyFrame._of(table_query(handle), (handle,))


def _schema(schema):
    if schema is None:
        return None, {}
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


def _columns_of_rows(rows, names, orient):
    if not rows:
        return {name: [] for name in names or ()}
    first = rows[0]
    if isinstance(first, dict):
        keys = list(dict.fromkeys(key for row in rows for key in row)) if names is None else names
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


def _of_columns(data, names, dtypes, strict, nan_to_null):
    from .series import Series
    if names is not None and list(data) != names:
        data = {name: data[old] for name, old in zip(names, data)} if not set(names) <= set(data) \
            else {name: data[name] for name in names}
    if not data:
        return LazyFrame.without_source()
    if len({str(name).lower() for name in data}) < len(data):
        refuse_case(list(map(str, data)))
    sized = [v for v in data.values() if _is_column(v)]
    length = len(sized[0]) if sized else 1
    columns, wanted = [], {}
    for name, values in data.items():
        if isinstance(values, Series):
            wanted[name] = values.dtype
            values = values.to_list()
        elif not _is_column(values):
            values = [values] * length
        dtype = dtypes.get(name)
        if isinstance(values, (range, set, frozenset)) or hasattr(values, "__next__"):
            values = list(values)
        if isinstance(values, (list, tuple)):
            column, natural = _column_of_list(list(values), dtype)
            if natural is not None:
                wanted[name] = natural
        else:
            column = column_of(values, nan_to_null)
        columns.append(column)
    table = _engine.Table.of_columns([str(name) or b.UNNAMED for name in data], columns)
    frame = _stored(table)
    frame._names = [str(name) for name in data]
    return _typed(frame, None, wanted | dtypes, strict)


def _is_column(values):
    return (isinstance(values, (list, tuple, range, set, frozenset))
            or (hasattr(values, "__len__") and not isinstance(values, (str, bytes, dict)))
            or hasattr(values, "__next__"))


def _column_of_list(values, dtype):
    """A list as a column, and the type it is to have if the values' own is narrower."""
    if dtype is None:
        values = [v.to_list() if hasattr(v, "to_list") else v for v in values]
    column = _engine.column_of_values(values)
    if dtype is not None:
        return column, None
    return column, _natural(values)


def _natural(values):
    """Polars' type where Python's values would become another: spans of time are exact."""
    first = next((v for v in values if v is not None), None)
    return types.Duration("us") if isinstance(first, datetime.timedelta) else None


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
        cast = b.cast if strict else b.try_cast
        items = [b.named(cast(b.column(k), changed[k]) if k in changed else b.column(k), k)
                 for k in frame.names]
        frame = frame._next(b.select_from(frame._query, items), frame.names)
    if changed or names is not None:
        return DataFrame._of_query(frame)._lazy
    return frame
