"""`scan_csv` and `read_csv`: files of separated values."""

from __future__ import annotations

import os

from . import datatypes as types
from .column_names import no_column
from .errors import InvalidArgument, NotSupported, error
from .expr import build as b
from .expr.literals import literal_bytes
from .file_objects import GivenFile, spooled
from .lazy_frame import LazyFrame
from .options import settle
from .scanning import eager, missing_columns_option, own_options, reader_type, scanned, text_or_none

_FOUND_OUT = ["BOOLEAN", "BIGINT", "DOUBLE", "VARCHAR"]  # types, where dates stay texts


def scan_csv(source, *, has_header=True, separator=",", comment_prefix=None, quote_char='"',
             skip_rows=0, skip_lines=0, schema=None, schema_overrides=None, null_values=None,
             empty_string_is_null=True, ignore_errors=False, infer_schema=True, infer_schema_length=100,
             n_rows=None, encoding="utf8", try_parse_dates=False, eol_char="\n", row_index_name=None,
             row_index_offset=0, new_columns=None, truncate_ragged_lines=False, raise_if_empty=True,
             decimal_comma=False, missing_columns="raise", include_file_paths=None,
             with_column_names=None, glob=True, **others):
    r"""A CSV file, glob, directory or list of files as a query; compressed ones too.

    Types are found out. Integers are Int64 as Polars reads them; dates stay texts unless
    `try_parse_dates`.

    Parameters
    ----------
    source : str, path, bytes, open file, or list of these
        Where the files are: `*`, `**`, `?` and `[…]` match names. Bytes are the
        file itself. An open file of bytes on disk is read in place; of any other, what it has from where it
        stands is copied.
    has_header : bool, default True
        Whether the first line has the names; else they are `column_0` and so on.
    separator : str, default ","
        What stands between values.
    comment_prefix : str, optional
        What begins lines that are left out.
    quote_char : str or None
        What stands around values that need it.
    skip_rows, skip_lines : int, default 0
        How many lines to leave out first.
    schema : dict, optional
        Names and types of all columns.
    schema_overrides : dict, optional
        Types of some columns.
    null_values : str, list of str, or dict of str to str, optional
        Texts that mean null, beside an empty field; a dict has those of some columns.
    empty_string_is_null : bool, default True
        Whether an empty field of a text column is null; else it is an empty text.
    ignore_errors : bool, default False
        Whether lines that are wrong are left out.
    infer_schema : bool, default True
        Whether types are found out; else all columns are texts.
    infer_schema_length : int, default 100
        0 leaves all columns texts. Any other is without effect: a value that contradicts widens the type.
    n_rows : int, optional
        How many rows at most.
    encoding : {"utf8", "utf8-lossy"}
        No other is supported, and what is no UTF-8 is an error.
    try_parse_dates : bool, default False
        Whether dates and times become such.
    eol_char : {"\n", "\r"}
        What ends lines; a `\r` before the `\n` belongs to it.
    row_index_name, row_index_offset : str and int, optional
        A first column that numbers the rows.
    new_columns : list of str, optional
        Other names for the first columns.
    truncate_ragged_lines : bool, default False
        Whether values behind a line's last column are left out, and null fills up short lines; else
        both are errors.
    raise_if_empty : bool, default True
        Whether a file without a byte is an error; else it is a frame without columns.
    decimal_comma : bool, default False
        Whether numbers are written with a comma.
    missing_columns : {"raise", "insert"}
        What happens where a file lacks a column of another.
    include_file_paths : str, optional
        The name of a column with each row's file.
    with_column_names : callable, optional
        Makes all new names of all old ones.
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
    >>> path = os.path.join(tempfile.mkdtemp(), "a.csv")
    >>> dl.DataFrame({"a": [1, 2], "b": ["x", "y"]}).write_csv(path)
    >>> dl.scan_csv(path, schema_overrides={"a": dl.Int8}).collect().schema
    Schema({'a': Int8, 'b': String})
    >>> dl.scan_csv(b"a;b\n1,5;x", separator=";", decimal_comma=True).collect().rows()
    [(1.5, 'x')]
    """
    settle("scan_csv", {**others, "eol_char": eol_char}, own_options(scan_csv))
    if encoding not in ("utf8", "utf8-lossy"):
        raise error(NotSupported, f"encoding={encoding!r} is not supported", "convert the file to UTF-8")
    if skip_rows and skip_lines:
        raise error(InvalidArgument, "skip_rows and skip_lines are both given", "use one of them")
    if not isinstance(source, (list, tuple)):
        source = spooled(source)
    if _is_empty(source):
        if raise_if_empty or raise_if_empty is None:
            raise error(InvalidArgument, "the CSV file is empty",
                        "raise_if_empty=False gives a frame without columns")
        return LazyFrame({})
    options = {"header": literal_bytes(has_header), "delim": b.string(separator),
               "quote": b.string(quote_char or ""), "comment": text_or_none(comment_prefix),
               "skip": b.integer(skip_rows + skip_lines) if skip_rows or skip_lines else None,
               "new_line": b.string("\r") if eol_char == "\r" else None,
               "decimal_separator": b.string(",") if decimal_comma else None,
               "union_by_name": missing_columns_option("scan_csv", missing_columns),
               "filename": text_or_none(include_file_paths)}
    for name, wanted in (("ignore_errors", ignore_errors),
                         ("all_varchar", not infer_schema or infer_schema_length == 0),
                         ("cut_long_rows", truncate_ragged_lines), ("null_padding", truncate_ragged_lines)):
        options[name] = b.TRUE if wanted else None
    if null_values is not None and not isinstance(null_values, dict):
        texts = [null_values] if isinstance(null_values, str) else null_values
        options["nullstr"] = literal_bytes(["", *texts])
    if not try_parse_dates and schema is None:
        options["auto_type_candidates"] = literal_bytes(_FOUND_OUT)
    overrides = {name: types.as_dtype(dtype)
                 for name, dtype in {**dict(schema or {}), **dict(schema_overrides or {})}.items()}
    of_zones = {name: types.Datetime("us", "UTC") for name, dtype in overrides.items()
                if getattr(dtype, "time_zone", None) not in (None, "UTC")}  # texts without one are of UTC
    casts = {name: dtype for name, dtype in overrides.items() if reader_type(dtype) is None or name in of_zones}
    overrides |= of_zones

    if isinstance(null_values, dict):
        source = spooled(source)  # which is read twice

    def read(**told):
        if overrides:
            named = {name: reader_type(dtype) or "VARCHAR" for name, dtype in overrides.items()}
            told["columns" if schema is not None else "types"] = literal_bytes(named)
        return scanned("read_csv", source, options | told, n_rows, None, 0, glob)

    if isinstance(null_values, dict):
        frame = _with_nulls_of_columns(read, null_values, overrides, casts)
    else:
        frame = read()
    if casts:
        frame = frame.cast(of_zones).cast(casts) if of_zones else frame.cast(casts)
    if not empty_string_is_null:
        frame = _with_empty_texts(frame, null_values)
    if row_index_name is not None:
        frame = frame.with_row_index(row_index_name, row_index_offset)
    return _renamed(frame, has_header or schema is not None, row_index_name, new_columns, with_column_names)


def _is_empty(source):
    """Whether it is one file with nothing in it."""
    if isinstance(source, (list, tuple)):
        return False
    path = source.path if isinstance(source, GivenFile) else source
    return os.path.isfile(path) and os.path.getsize(path) == 0


def _with_nulls_of_columns(read, null_values, overrides, casts):
    """What `read` gives, with other texts for null in some columns: these are read as texts, and cast to
    what their types are if those are null."""
    from .expr.construct import col, when
    told = read(nullstr=literal_bytes(["", *dict.fromkeys(null_values.values())])).types
    for name in null_values:
        if name not in told:
            raise no_column(name, list(told))
        casts.setdefault(name, overrides.get(name, told[name]))
        overrides[name] = types.String()
    return read().with_columns(**{name: when(col(name) != text).then(col(name))
                                  for name, text in null_values.items()})


def _with_empty_texts(frame, null_values):
    from .expr.construct import col
    if null_values is not None:
        raise error(NotSupported, "empty_string_is_null=False beside null_values is not supported",
                    'use fill_null("") or replace, column by column')
    texts = [name for name, dtype in frame.types.items() if dtype == types.String]
    return frame.with_columns([col(name).fill_null("") for name in texts]) if texts else frame


def _renamed(frame, has_names, row_index_name, new_columns, with_column_names):
    """The frame with the names that were asked for, of which the row index is none."""
    if has_names and not new_columns and not with_column_names:
        return frame
    own = frame.names[row_index_name is not None:]
    names = own if has_names else [f"column_{i}" for i in range(len(own))]
    if new_columns:
        names = [*new_columns[:len(names)], *names[len(new_columns):]]
    if with_column_names:
        names = with_column_names(names)
    return frame.rename({old: new for old, new in zip(own, names) if old != new})


read_csv = eager(scan_csv)
