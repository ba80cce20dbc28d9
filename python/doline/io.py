"""Files: `scan_…` for lazy frames, `read_…` for frames, and how frames are written."""

from __future__ import annotations

from .errors import NotSupported, error
from .expr import build as b
from .expr.literals import literal_bytes
from .options import settle
from .scanning import eager, missing_columns_option, of_folders, own_options, scanned, text_or_none


def scan_parquet(source, *, n_rows=None, row_index_name=None, row_index_offset=0,
                 hive_partitioning=None, hive_schema=None, include_file_paths=None, schema=None,
                 missing_columns="raise", glob=True, **others):
    """A Parquet file, glob, directory or list of files as a query.

    Only the columns and row groups that the query needs are read.

    Parameters
    ----------
    source : str, path, bytes, open file, or list of these
        Where the files are: `*`, `**`, `?` and `[…]` match names. Bytes are the
        file itself. An open file of bytes on disk is read in place; of any other, what it has from where it
        stands is copied.
    n_rows : int, optional
        How many rows at most.
    row_index_name : str, optional
        The name of a first column that numbers the rows.
    row_index_offset : int, default 0
        Its first number.
    hive_partitioning : bool, optional
        Whether `key=value` in paths gives columns; found out if left out.
    hive_schema : dict, optional
        Types of those columns.
    include_file_paths : str, optional
        The name of a column with each row's file.
    missing_columns : {"raise", "insert"}
        What happens where a file lacks a column of another.
    glob : bool, default True
        Whether signs in paths match names; else paths are taken as they are.
    **others
        Polars' other options: those of :data:`doline.options.HARMLESS` change nothing, any other raises.

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
    settle("scan_parquet", others, own_options(scan_parquet))
    if schema is not None:
        raise error(NotSupported, "scan_parquet(schema=…) is not supported", "use cast after scanning")
    options = of_folders(hive_partitioning, hive_schema, include_file_paths)
    options["union_by_name"] = missing_columns_option("scan_parquet", missing_columns)
    return scanned("read_parquet", source, options, n_rows, row_index_name, row_index_offset, glob)


def scan_ndjson(source, *, schema=None, schema_overrides=None, n_rows=None, ignore_errors=False,
                row_index_name=None, row_index_offset=0, infer_schema_length=100, include_file_paths=None,
                glob=True, **others):
    """Lines of JSON as a query; compressed ones too.

    Parameters
    ----------
    source : str, path, bytes, open file, or list of these
        Where the files are: `*`, `**`, `?` and `[…]` match names. Bytes are the
        file itself. An open file of bytes on disk is read in place; of any other, what it has from where it
        stands is copied.
    schema : dict, optional
        Names and types of the columns there are to be: what else the file has is left out, what it lacks is
        null.
    schema_overrides : dict, optional
        Types of some columns, cast behind the reader.
    n_rows : int, optional
        How many rows at most.
    ignore_errors : bool, default False
        Whether lines that are wrong are left out.
    row_index_name, row_index_offset : str and int, optional
        A first column that numbers the rows.
    infer_schema_length : int
        Without effect: a value that contradicts widens the type.
    include_file_paths : str, optional
        The name of a column with each row's file.
    glob : bool, default True
        Whether signs in paths match names; else paths are taken as they are.
    **others
        Polars' other options: those of :data:`doline.options.HARMLESS` change nothing, any other raises.

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
    settle("scan_ndjson", others, own_options(scan_ndjson))
    options = {"ignore_errors": b.TRUE if ignore_errors else None,
               "filename": text_or_none(include_file_paths), "columns": _json_columns(schema)}
    frame = scanned("read_ndjson", source, options, n_rows, row_index_name, row_index_offset, glob)
    return frame.cast(dict(schema_overrides)) if schema_overrides else frame


def scan_json(source, *, n_rows=None, schema=None, schema_overrides=None, infer_schema_length=None,
              glob=True, **others):
    """JSON, an array of objects or objects behind each other, as a query.

    Parameters
    ----------
    source : str, path, bytes, open file, or list of these
        Where the files are: `*`, `**`, `?` and `[…]` match names. Bytes are the
        file itself. An open file of bytes on disk is read in place; of any other, what it has from where it
        stands is copied.
    n_rows : int, optional
        How many rows at most.
    schema : dict, optional
        Names and types of the columns there are to be: what else the file has is left out, what it lacks is
        null.
    schema_overrides : dict, optional
        Types of some columns, cast behind the reader.
    infer_schema_length : int
        Without effect: a value that contradicts widens the type.
    glob : bool, default True
        Whether signs in paths match names; else paths are taken as they are.
    **others
        Polars' other options: those of :data:`doline.options.HARMLESS` change nothing, any other raises.

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
    settle("scan_json", others, own_options(scan_json))
    frame = scanned("read_json", source, {"columns": _json_columns(schema)}, n_rows, None, 0, glob)
    return frame.cast(dict(schema_overrides)) if schema_overrides else frame


def _json_columns(schema):
    """The bytes of the option `columns`: a schema's names and types; None for none."""
    from .function_types import sql_type_of
    if schema is None:
        return None
    return literal_bytes({name: sql_type_of(dtype) for name, dtype in dict(schema).items()})


def scan_ipc(source, *, n_rows=None, row_index_name=None, row_index_offset=0, hive_partitioning=None,
             hive_schema=None, include_file_paths=None, glob=True, **others):
    """Arrow IPC files or streams as a query.

    Parameters
    ----------
    source : str, path, bytes, open file, or list of these
        Where the files are: `*`, `**`, `?` and `[…]` match names. Bytes are the
        file itself. An open file of bytes on disk is read in place; of any other, what it has from where it
        stands is copied.
    n_rows : int, optional
        How many rows at most.
    row_index_name, row_index_offset : str and int, optional
        A first column that numbers the rows.
    hive_partitioning : bool, optional
        Whether `key=value` in paths gives columns; found out if left out.
    hive_schema : dict, optional
        Types of those columns.
    include_file_paths : str, optional
        The name of a column with each row's file.
    glob : bool, default True
        Whether signs in paths match names; else paths are taken as they are.
    **others
        Polars' other options: those of :data:`doline.options.HARMLESS` change nothing, any other raises.

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
    settle("scan_ipc", others, own_options(scan_ipc))
    options = of_folders(hive_partitioning, hive_schema, include_file_paths)
    return scanned("read_arrow", source, options, n_rows, row_index_name, row_index_offset, glob)


def scan_log(source, *, format=None, pattern=None, n_rows=None, row_index_name=None, row_index_offset=0,
             include_file_paths=None, glob=True, **others):
    r"""Log files as a query: syslog, dpkg, nginx and Apache, JSON lines … or of a pattern of one's own.

    Parameters
    ----------
    source : str, path, bytes, open file, or list of these
        Where the files are: `*`, `**`, `?` and `[…]` match names. Bytes are the
        file itself. An open file of bytes on disk is read in place; of any other, what it has from where it
        stands is copied.
    format : str, optional
        The format; found out if left out, and `"regex"` with a pattern. A wrong one is told all there are.
    pattern : str, optional
        A regular expression with a named group for each column, such as `(?<level>\w+): (?<text>.*)`.
    n_rows : int, optional
        How many rows at most.
    row_index_name, row_index_offset : str and int, optional
        A first column that numbers the rows.
    include_file_paths : str, optional
        The name of a column with each row's file.
    glob : bool, default True
        Whether signs in paths match names; else paths are taken as they are.
    **others
        Polars' other options: those of :data:`doline.options.HARMLESS` change nothing, any other raises.

    Returns
    -------
    LazyFrame
        Columns are those of the format.

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
    >>> dl.scan_log(path, pattern=r"(?<day>\S+) .*").select("day").collect().rows()
    [(datetime.date(2024, 5, 1),)]
    """
    settle("scan_log", others, own_options(scan_log))
    options = {"format": text_or_none(format), "pattern": text_or_none(pattern),
               "filename": text_or_none(include_file_paths)}
    return scanned("read_log", source, options, n_rows, row_index_name, row_index_offset, glob)


def scan_lines(source, *, name="line", n_rows=None, row_index_name=None, row_index_offset=0,
               include_file_paths=None, glob=True, **others):
    r"""Lines of text as a query of one column.

    Parameters
    ----------
    source : str, path, bytes, open file, or list of these
        Where the files are: `*`, `**`, `?` and `[…]` match names. Bytes are the
        file itself. An open file of bytes on disk is read in place; of any other, what it has from where it
        stands is copied.
    name : str, default "line"
        What the column is called.
    n_rows : int, optional
        How many rows at most.
    row_index_name, row_index_offset : str and int, optional
        A first column that numbers the rows.
    include_file_paths : str, optional
        The name of a column with each row's file.
    glob : bool, default True
        Whether signs in paths match names; else paths are taken as they are.
    **others
        Polars' other options: those of :data:`doline.options.HARMLESS` change nothing, any other raises.

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
    >>> path = os.path.join(tempfile.mkdtemp(), "a.txt")
    >>> _ = open(path, "w").write("one, two\n\nthree\n")
    >>> dl.scan_lines(path).collect().rows()
    [('one, two',), ('',), ('three',)]
    """
    settle("scan_lines", others, own_options(scan_lines))
    # No delimiter and no quotes: each line is one value, whatever stands in it.
    options = {"header": b.FALSE, "delim": b.string(""), "quote": b.string(""), "escape": b.string(""),
               "columns": literal_bytes({name: "VARCHAR"}), "auto_detect": b.FALSE,
               "force_not_null": literal_bytes([name]), "filename": text_or_none(include_file_paths)}
    return scanned("read_csv", source, options, n_rows, row_index_name, row_index_offset, glob)


read_parquet, read_ndjson, read_json, read_ipc, read_log, read_lines = map(
    eager, (scan_parquet, scan_ndjson, scan_json, scan_ipc, scan_log, scan_lines))
read_ipc_stream = eager(scan_ipc, "read_ipc_stream")


def _none_yet(name, instead):
    def scan(*args, **kwargs):
        raise error(NotSupported, f"{name} is not supported yet", instead)
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
    source : str, path, bytes or open file
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


def read_ipc_schema(source):
    """Names and types of an Arrow file's columns.

    Parameters
    ----------
    source : str, path, bytes or open file
        The file.

    Returns
    -------
    doline.Schema

    Examples
    --------
    >>> dl.read_ipc_schema(dl.DataFrame({"a": [1]}).write_ipc(None))
    Schema({'a': Int64})
    """
    return scan_ipc(source).collect_schema()


def read_parquet_metadata(source, **others):
    """What a Parquet file's footer says beside its columns.

    Parameters
    ----------
    source : str, path, bytes or open file
        The file.
    **others
        Polars' other options, which raise.

    Returns
    -------
    dict of str to str

    Examples
    --------
    >>> import tempfile, os
    >>> path = os.path.join(tempfile.mkdtemp(), "a.parquet")
    >>> dl.DataFrame({"a": [1]}).write_parquet(path, metadata={"from": "me"})
    >>> dl.read_parquet_metadata(path)["from"]
    'me'
    """
    settle("read_parquet_metadata", others)
    rows = scanned("parquet_kv_metadata", source, {}, None, None, 0, glob=False).collect().rows(named=True)
    return {_text(row["key"]): _text(row["value"]) for row in rows}


def _text(value):
    return value.decode() if isinstance(value, bytes) else value


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
