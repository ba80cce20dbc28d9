"""Files: `scan_…` for lazy frames, `read_…` for frames, and how frames are written."""

from __future__ import annotations

import functools
import os

from . import _nodes as n
from . import datatypes as types
from .errors import NotSupported
from .expr import build as b
from .expr.literals import literal_bytes
from .lazy_frame import LazyFrame


def _path(source):
    if isinstance(source, (list, tuple)):
        return b.call("list_value", *[b.string(os.fspath(s)) for s in source])
    if hasattr(source, "read"):
        raise NotSupported("reading from an open file is not supported; give its path")
    return b.string(os.fspath(source))


def _refuse(function, unsupported, defaults=()):
    """Options that change nothing are let through; any other is an error."""
    for name, value in unsupported.items():
        if name in defaults or value is None:
            continue
        raise NotSupported(f"{function}({name}=…) is not supported")


_HARMLESS = {"low_memory", "rechunk", "cache", "use_statistics", "parallel", "glob", "batch_size",
             "n_threads", "use_pyarrow", "infer_schema", "memory_map", "retries", "mkdir", "engine",
             "maintain_order", "lazy", "sync_on_close", "eol_char", "statistics", "optimizations"}


def _scan(function, source, options, n_rows, row_index_name, row_index_offset, columns=None):
    named = {key: value for key, value in options.items() if value is not None}
    call = b.named_call(function, [_path(source)], named)
    query = n.select([b.STAR], from_=n.table_function(call))
    frame = LazyFrame._of(query)
    if n_rows is not None:
        frame = frame.head(n_rows)
    if row_index_name is not None:
        frame = frame.with_row_index(row_index_name, row_index_offset)
    return frame


def scan_parquet(source, *, n_rows=None, row_index_name=None, row_index_offset=0,
                 hive_partitioning=None, include_file_paths=None, schema=None, missing_columns="raise",
                 **unsupported):
    """A Parquet file, glob, directory or list of files as a query.

    Only the columns and row groups that the query needs are read.

    Parameters
    ----------
    source : str, path or list of these
        Where the files are: `*`, `**`, `?` and `[…]` match names.
    n_rows : int, optional
        How many rows at most.
    row_index_name : str, optional
        The name of a first column that numbers the rows.
    row_index_offset : int, default 0
        Its first number.
    hive_partitioning : bool, optional
        Whether `key=value` in paths gives columns; found out if left out.
    include_file_paths : str, optional
        The name of a column with each row's file.
    missing_columns : {"raise", "insert"}
        What happens where a file lacks a column of another.

    Returns
    -------
    LazyFrame

    Raises
    ------
    doline.NotSupported
        For options that Doline does not have.
    FileNotFoundError
        When the query is looked at or run, where no file matches.

    Examples
    --------
    >>> import tempfile, os
    >>> path = os.path.join(tempfile.mkdtemp(), "a.parquet")
    >>> dl.DataFrame({"a": [1, 2, 3]}).write_parquet(path)
    >>> dl.scan_parquet(path).filter(dl.col("a") > 1).collect().rows()
    [(2,), (3,)]
    """
    _refuse("scan_parquet", unsupported, _HARMLESS)
    if schema is not None:
        raise NotSupported("scan_parquet(schema=…) is not supported; cast after scanning")
    options = {"hive_partitioning": None if hive_partitioning is None else literal_bytes(hive_partitioning),
               "filename": None if include_file_paths is None else b.string(include_file_paths),
               "union_by_name": b.TRUE if missing_columns == "insert" else None}
    return _scan("read_parquet", source, options, n_rows, row_index_name, row_index_offset)


def scan_csv(source, *, has_header=True, separator=",", comment_prefix=None, quote_char='"',
             skip_rows=0, schema=None, schema_overrides=None, null_values=None, ignore_errors=False,
             infer_schema_length=100, n_rows=None, encoding="utf8", try_parse_dates=False,
             row_index_name=None, row_index_offset=0, new_columns=None, include_file_paths=None,
             with_column_names=None, **unsupported):
    """A CSV file, glob, directory or list of files as a query; compressed ones too.

    Separator, quotes, header and types are found out. Integers are Int64 as Polars reads them;
    dates stay texts unless `try_parse_dates`.

    Parameters
    ----------
    source : str, path or list of these
        Where the files are: `*`, `**`, `?` and `[…]` match names.
    has_header : bool, default True
        Whether the first line has the names; else they are `column_0` and so on.
    separator : str, default ","
        What stands between values.
    comment_prefix : str, optional
        What begins lines that are left out.
    quote_char : str or None
        What stands around values that need it.
    skip_rows : int, default 0
        How many lines to leave out first.
    schema : dict, optional
        Names and types of all columns.
    schema_overrides : dict, optional
        Types of some columns.
    null_values : str or list of str, optional
        Texts that mean null, beside an empty field.
    ignore_errors : bool, default False
        Whether lines that are wrong are left out.
    infer_schema_length : int
        Without effect: a value that contradicts widens the type.
    n_rows : int, optional
        How many rows at most.
    encoding : {"utf8", "utf8-lossy"}
        No other is supported.
    try_parse_dates : bool, default False
        Whether dates and times become such.
    row_index_name, row_index_offset : str and int, optional
        A first column that numbers the rows.
    new_columns : list of str, optional
        Other names for the first columns.
    include_file_paths : str, optional
        The name of a column with each row's file.
    with_column_names : callable, optional
        Makes all new names of all old ones.

    Returns
    -------
    LazyFrame

    Raises
    ------
    doline.NotSupported
        For options that Doline does not have.
    FileNotFoundError
        When the query is looked at or run, where no file matches.

    Examples
    --------
    >>> import tempfile, os
    >>> path = os.path.join(tempfile.mkdtemp(), "a.csv")
    >>> dl.DataFrame({"a": [1, 2], "b": ["x", "y"]}).write_csv(path)
    >>> dl.scan_csv(path, schema_overrides={"a": dl.Int8}).collect().schema
    Schema({'a': Int8, 'b': String})
    """
    _refuse("scan_csv", unsupported, _HARMLESS)
    if encoding not in ("utf8", "utf8-lossy"):
        raise NotSupported(f"encoding={encoding!r} is not supported; convert the file to UTF-8")
    options = {"header": literal_bytes(has_header), "delim": b.string(separator),
               "quote": b.string(quote_char or ""),
               "comment": None if comment_prefix is None else b.string(comment_prefix),
               "skip": b.integer(skip_rows) if skip_rows else None,
               "ignore_errors": b.TRUE if ignore_errors else None,
               "filename": None if include_file_paths is None else b.string(include_file_paths)}
    if null_values is not None:
        options["nullstr"] = literal_bytes(["", *([null_values] if isinstance(null_values, str)
                                                  else null_values)])
    overrides = dict(schema or {}) | dict(schema_overrides or {})
    if overrides:
        named = {k: str(types.as_dtype(t).sql or _sql_name(t)) for k, t in overrides.items()}
        if schema is not None:
            options["columns"] = literal_bytes(named)
        else:
            options["types"] = literal_bytes(named)
    if not try_parse_dates and schema is None:
        options["auto_type_candidates"] = literal_bytes(["BOOLEAN", "BIGINT", "DOUBLE", "VARCHAR"])
    frame = _scan("read_csv", source, options, n_rows, row_index_name, row_index_offset)
    names = frame.names if new_columns or with_column_names or not has_header else None
    if not has_header and schema is None:
        frame = frame.rename({old: f"column_{i}" for i, old in enumerate(names)})
        names = frame.names
    if new_columns:
        frame = frame.rename(dict(zip(names, new_columns)))
    if with_column_names:
        frame = frame.rename(dict(zip(names, with_column_names(names))))
    return frame


def _sql_name(dtype):
    from .datatypes import as_dtype
    dtype = as_dtype(dtype)
    if isinstance(dtype, types.Decimal):
        return f"DECIMAL({dtype.precision},{dtype.scale})"
    if isinstance(dtype, types.Datetime):
        return "TIMESTAMP" if dtype.time_zone is None else "TIMESTAMPTZ"
    return "VARCHAR"


def scan_ndjson(source, *, schema=None, schema_overrides=None, n_rows=None, ignore_errors=False,
                row_index_name=None, row_index_offset=0, infer_schema_length=100, **unsupported):
    """Lines of JSON as a query; compressed ones too.

    Parameters
    ----------
    source : str, path or list of these
        Where the files are: `*`, `**`, `?` and `[…]` match names.
    schema, schema_overrides : dict, optional
        Types of columns, cast behind the reader.
    n_rows : int, optional
        How many rows at most.
    ignore_errors : bool, default False
        Whether lines that are wrong are left out.
    row_index_name, row_index_offset : str and int, optional
        A first column that numbers the rows.
    infer_schema_length : int
        Without effect: a value that contradicts widens the type.

    Returns
    -------
    LazyFrame

    Raises
    ------
    doline.NotSupported
        For options that Doline does not have.

    Examples
    --------
    >>> import tempfile, os
    >>> path = os.path.join(tempfile.mkdtemp(), "a.ndjson")
    >>> dl.DataFrame({"a": [1, 2], "b": [[1], []]}).write_ndjson(path)
    >>> dl.scan_ndjson(path).collect().rows()
    [(1, [1]), (2, [])]
    """
    _refuse("scan_ndjson", unsupported, _HARMLESS)
    options = {"ignore_errors": b.TRUE if ignore_errors else None}
    frame = _scan("read_ndjson", source, options, n_rows, row_index_name, row_index_offset)
    overrides = dict(schema or {}) | dict(schema_overrides or {})
    return frame.cast(overrides) if overrides else frame


def scan_json(source, *, n_rows=None, schema=None, schema_overrides=None, infer_schema_length=None,
              **unsupported):
    """JSON, an array of objects or objects behind each other, as a query.

    Parameters
    ----------
    source : str, path or list of these
        Where the files are: `*`, `**`, `?` and `[…]` match names.
    n_rows : int, optional
        How many rows at most.
    schema, schema_overrides : dict, optional
        Types of columns, cast behind the reader.
    infer_schema_length : int
        Without effect: a value that contradicts widens the type.

    Returns
    -------
    LazyFrame

    Raises
    ------
    doline.NotSupported
        For options that Doline does not have.

    Examples
    --------
    >>> import tempfile, os
    >>> path = os.path.join(tempfile.mkdtemp(), "a.json")
    >>> dl.DataFrame({"a": [1, 2]}).write_json(path)
    >>> dl.scan_json(path).collect().rows()
    [(1,), (2,)]
    """
    _refuse("scan_json", unsupported, _HARMLESS)
    frame = _scan("read_json", source, {}, n_rows, None, 0)
    overrides = dict(schema or {}) | dict(schema_overrides or {})
    return frame.cast(overrides) if overrides else frame


def scan_ipc(source, *, n_rows=None, row_index_name=None, row_index_offset=0, **unsupported):
    """Arrow IPC files or streams as a query.

    Parameters
    ----------
    source : str, path or list of these
        Where the files are: `*`, `**`, `?` and `[…]` match names.
    n_rows : int, optional
        How many rows at most.
    row_index_name, row_index_offset : str and int, optional
        A first column that numbers the rows.

    Returns
    -------
    LazyFrame

    Raises
    ------
    doline.NotSupported
        For options that Doline does not have.

    Examples
    --------
    >>> import tempfile, os
    >>> path = os.path.join(tempfile.mkdtemp(), "a.arrow")
    >>> dl.DataFrame({"a": [1, 2]}).write_ipc(path)
    >>> dl.scan_ipc(path).collect().rows()
    [(1,), (2,)]
    """
    _refuse("scan_ipc", unsupported, _HARMLESS)
    return _scan("read_arrow", source, {}, n_rows, row_index_name, row_index_offset)


def scan_log(source, *, n_rows=None, **unsupported):
    r"""Log files of any format that is known by itself as a query: syslog, dpkg, nginx and Apache,
    JSON lines …

    Parameters
    ----------
    source : str, path or list of these
        Where the files are: `*`, `**`, `?` and `[…]` match names.
    n_rows : int, optional
        How many rows at most.

    Returns
    -------
    LazyFrame
        Columns are those of the format that was found.

    Raises
    ------
    doline.NotSupported
        For options that Doline does not have; `read_log` in SQL has more.

    Examples
    --------
    >>> import tempfile, os
    >>> path = os.path.join(tempfile.mkdtemp(), "dpkg.log")
    >>> _ = open(path, "w").write("2024-05-01 10:00:00 install tea:all <none> 1.0\n")
    >>> dl.scan_log(path).select("action", "package").collect().rows()
    [('install', 'tea')]
    """
    _refuse("scan_log", unsupported)
    return _scan("read_log", source, {}, n_rows, None, 0)


def scan_lines(source, *, name="line", n_rows=None, **unsupported):
    r"""Lines of text as a query of one column.

    Parameters
    ----------
    source : str, path or list of these
        Where the files are: `*`, `**`, `?` and `[…]` match names.
    name : str, default "line"
        What the column is called.
    n_rows : int, optional
        How many rows at most.

    Returns
    -------
    LazyFrame

    Examples
    --------
    >>> import tempfile, os
    >>> path = os.path.join(tempfile.mkdtemp(), "a.txt")
    >>> _ = open(path, "w").write("one, two\nthree\n")
    >>> dl.scan_lines(path).collect().rows()
    [('one, two',), ('three',)]
    """
    _refuse("scan_lines", unsupported, _HARMLESS)
    # A separator that text cannot contain: each line is one value.
    options = {"header": b.FALSE, "delim": b.string("\x01"), "quote": b.string(""), "escape": b.string(""),
               "columns": literal_bytes({name: "VARCHAR"}), "auto_detect": b.FALSE}
    return _scan("read_csv", source, options, n_rows, None, 0)


def _eager(scan):
    """The function `read_…` to a `scan_…`: its options and one more, and its docstring with that said."""
    def read(source, *, columns=None, **options):
        frame = scan(source, **options)
        if columns is not None:
            names = [frame.names[c] if isinstance(c, int) else c for c in columns]
            frame = frame.select(names)
        return frame.collect()
    name = scan.__name__.replace("scan", "read")
    read = functools.wraps(scan)(read)
    read.__name__ = read.__qualname__ = name
    for said, instead in (("as a query", "as a frame"), ("LazyFrame", "DataFrame"), (scan.__name__, name),
                          (".collect()", ""), ("When the query is looked at or run, where", "Where"),
                          ("\nReturns\n", "columns : list of str or int, optional\n    Names or places of those wanted.\n\nReturns\n")):
        read.__doc__ = (read.__doc__ or "").replace(said, instead)
    return read


read_parquet, read_csv, read_ndjson, read_json, read_ipc, read_log, read_lines = map(
    _eager, (scan_parquet, scan_csv, scan_ndjson, scan_json, scan_ipc, scan_log, scan_lines))


def _none_yet(name, instead):
    def scan(*args, **kwargs):
        raise NotSupported(f"{name} is not supported yet; {instead}")
    scan.__name__ = name
    scan.__doc__ = f"Not supported yet; {instead}."
    return scan


scan_delta = _none_yet("scan_delta", "scan_parquet reads the table's files")
scan_iceberg = _none_yet("scan_iceberg", "scan_parquet reads the table's files")
scan_database = _none_yet("scan_database", "pandas.read_sql gives a frame that DataFrame takes")
read_delta = _none_yet("read_delta", "read_parquet reads the table's files")
read_database = _none_yet("read_database", "pandas.read_sql gives a frame that DataFrame takes")
read_excel = _none_yet("read_excel", "pandas.read_excel gives a frame that DataFrame takes")
read_avro = _none_yet("read_avro", "convert the file to Parquet")


def read_parquet_schema(source):
    """Names and types of a Parquet file's columns.

    Parameters
    ----------
    source : str or path
        The file.

    Returns
    -------
    doline.Schema

    Examples
    --------
    >>> import tempfile, os
    >>> path = os.path.join(tempfile.mkdtemp(), "a.parquet")
    >>> dl.DataFrame({"a": [1]}).write_parquet(path)
    >>> dl.read_parquet_schema(path)
    Schema({'a': Int64})
    """
    return scan_parquet(source).collect_schema()


def from_dict(data, schema=None, **options):
    """A frame of a dict of columns.

    Parameters
    ----------
    data : dict
        The columns by name.
    schema : dict or list, optional
        Names, or names and types.

    Returns
    -------
    DataFrame

    Examples
    --------
    >>> dl.from_dict({"a": [1, 2]}).rows()
    [(1,), (2,)]
    """
    from .data_frame import DataFrame
    return DataFrame(data, schema, **options)


def from_dicts(data, schema=None, **options):
    """A frame of dicts, one a row.

    Parameters
    ----------
    data : list of dict
        The rows; what one lacks is null.
    schema : dict or list, optional
        Names, or names and types.

    Returns
    -------
    DataFrame

    Examples
    --------
    >>> dl.from_dicts([{"a": 1}, {"a": 2, "b": "x"}]).rows()
    [(1, None), (2, 'x')]
    """
    from .data_frame import DataFrame
    return DataFrame(data, schema, **options)


def from_records(data, schema=None, **options):
    """A frame of rows or columns.

    Parameters
    ----------
    data : list of tuple or list of list
        The rows, if tuples or `orient="row"`; else the columns.
    schema : dict or list, optional
        Names, or names and types.

    Returns
    -------
    DataFrame

    Examples
    --------
    >>> dl.from_records([(1, "x"), (2, "y")], schema=["a", "b"]).rows()
    [(1, 'x'), (2, 'y')]
    """
    from .data_frame import DataFrame
    return DataFrame(data, schema, **options)
