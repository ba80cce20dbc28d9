"""How `scan_…` and `read_…` call the engine's readers."""

from __future__ import annotations

import functools
import glob as patterns
import inspect

from . import _nodes as n
from . import datatypes as types
from .errors import NotSupported, error
from .expr import build as b
from .expr.literals import literal_bytes
from .file_objects import GivenFile, path_text, spooled
from .lazy_frame import LazyFrame
from .options import settle
from .sql_types import zoned_sql


def scanned(function, source, options, n_rows, row_index_name, row_index_offset, glob=True):
    """A call of one of the engine's readers as a query; options that are None are left out."""
    keeps = []

    def path_of(one):
        one = spooled(one)
        if isinstance(one, GivenFile):
            keeps.append(one)
            return b.string(patterns.escape(one.path))
        return b.string(path_text(one) if glob else patterns.escape(path_text(one)))

    path = (b.call("list_value", *map(path_of, source)) if isinstance(source, (list, tuple))
            else path_of(source))
    named = {key: value for key, value in options.items() if value is not None}
    query = n.select([b.STAR], from_=n.table_function(b.named_call(function, [path], named)))
    frame = LazyFrame._of(query, tuple(keeps))
    if n_rows is not None:
        frame = frame.head(n_rows)
    if row_index_name is not None:
        frame = frame.with_row_index(row_index_name, row_index_offset)
    return frame


def text_or_none(value):
    """The bytes of a text, None for none."""
    return None if value is None else b.string(value)


def reader_type(dtype):
    """What the engine's readers of texts call a type; None for those that are cast to behind them."""
    if dtype.sql and dtype.sql != '"NULL"':
        return str(dtype.sql)
    if isinstance(dtype, types.Decimal) and dtype.precision is not None:
        return f"DECIMAL({dtype.precision},{dtype.scale})"
    if isinstance(dtype, types.Datetime) and dtype.time_unit == "us":
        return "TIMESTAMP" if dtype.time_zone is None else zoned_sql(dtype.time_zone)
    return None


def _hive_types(schema):
    told = {name: reader_type(types.as_dtype(dtype)) for name, dtype in dict(schema).items()}
    for name, kind in told.items():
        if kind is None:
            raise error(NotSupported, f"hive_schema: {schema[name]!r} of {name!r} is not supported",
                        "use String, and cast after scanning")
    return literal_bytes(told)


def of_folders(hive_partitioning, hive_schema, include_file_paths):
    """Options of readers that say what paths tell."""
    if hive_schema is not None:
        hive_partitioning = True
    return {"hive_partitioning": None if hive_partitioning is None else literal_bytes(hive_partitioning),
            "hive_types": None if hive_schema is None else _hive_types(hive_schema),
            "filename": text_or_none(include_file_paths)}


def missing_columns_option(function, value):
    """The bytes of `union_by_name` for what Polars calls `missing_columns`."""
    if value not in ("raise", "insert", None):
        raise error(NotSupported, f"{function}(missing_columns={value!r}) is not supported",
                    'use missing_columns="insert"')
    return b.TRUE if value == "insert" else None


def own_options(function):
    """Names of a function's own parameters."""
    return [name for name in inspect.signature(function).parameters if name != "others"]


def eager(scan, name=None):
    """The function `read_…` to a `scan_…`: its options and one more, and its docstring with that said."""
    name = name or scan.__name__.replace("scan", "read")

    @functools.wraps(scan)
    def read(source, *, columns=None, row_index_name=None, row_index_offset=0, **options):
        if row_index_name is not None and "row_index_name" not in own_options(scan):
            settle(name, {"row_index_name": row_index_name})
        frame = scan(source, **options)
        if columns is not None:
            columns = [columns] if isinstance(columns, (str, int)) else columns
            frame = frame.select([frame.names[c] if isinstance(c, int) else c for c in columns])
        if row_index_name is not None:
            frame = frame.with_row_index(row_index_name, row_index_offset)
        return frame.collect()

    signature = inspect.signature(scan)
    wanted = inspect.Parameter("columns", inspect.Parameter.KEYWORD_ONLY, default=None)
    first, *rest = signature.parameters.values()
    read.__signature__ = signature.replace(parameters=[first, wanted, *rest])
    read.__name__ = read.__qualname__ = name
    for said, instead in (("as a query", "as a frame"), ("LazyFrame", "DataFrame"), (scan.__name__, name),
                          (".collect()", ""), ("When the query is looked at or run, where", "Where"),
                          ("after scanning", "after reading"),
                          ("    **others\n", "    columns : list of str or int, optional\n"
                                             "        Names or places of those wanted.\n    **others\n")):
        read.__doc__ = (read.__doc__ or "").replace(said, instead)
    return read
