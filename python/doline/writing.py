"""How frames are written into files."""

from __future__ import annotations

import datetime
import os
import tempfile

from . import _nodes as n
from .datatypes import Date, Datetime, String, Time
from .errors import InvalidArgument, NotSupported, error
from .expr import build as b
from .expr.literals import literal_bytes
from .file_objects import written
from .lazy_frame import _run_statement
from .options import settle
from .partition_by import PartitionBy

_LEAST_GROUP = 2048  # rows, which are how many the engine handles at once
_ANY_DAY = literal_bytes(datetime.date(2000, 1, 1))
_ENDINGS = {"gzip": ".gz", "zstd": ".zst"}


def sink(frame, path, form, given, others):
    """Runs the query into a file.

    Parameters
    ----------
    frame : LazyFrame
    path : str, path, open file or PartitionBy
    form : str
        COPY's format.
    given : dict
        COPY's options; those that are None are left out.
    others : dict
        What the caller was told beside its parameters.
    """
    _settle_sink(form, others)
    options, query = [], frame._query
    if isinstance(path, PartitionBy):
        query = path._over(frame, options)
        path = path.base_path
        if hasattr(path, "write"):
            raise error(NotSupported, "PartitionBy into an open file is not supported", "use a folder's path")
    options.append(n.option("format", [b.string(form)]))
    options += [n.option(name, [value if isinstance(value, bytes) else literal_bytes(value)])
                for name, value in given.items() if value is not None]
    with written(path) as target:
        if others.get("mkdir"):
            os.makedirs(os.path.dirname(target) or ".", exist_ok=True)
        _run_statement(n.copy(b.string(target), query=query, options=options)).fetch()


def _settle_sink(form, others):
    name = "sink_" + {"json": "ndjson", "arrow": "ipc", "arrows": "ipc_stream"}.get(form, form)
    if others.get("lazy"):
        raise error(NotSupported, f"{name}(lazy=True) is not supported",
                    "use it when the file is to be written")
    settle(name, {key: value for key, value in others.items() if key not in ("lazy", "mkdir")})


def packed(path, compression, check_extension):
    """COPY's compression of a text file, as Polars says it."""
    if compression not in ("uncompressed", *_ENDINGS):
        raise error(NotSupported, f"compression={compression!r} is not supported",
                    f"use {', '.join(('uncompressed', *_ENDINGS))}")
    name = path.base_path if isinstance(path, PartitionBy) else path
    if check_extension and isinstance(name, (str, os.PathLike)) and not isinstance(path, PartitionBy):
        ending, wanted = os.path.splitext(os.fspath(name))[1], _ENDINGS.get(compression)
        if wanted is not None and ending != wanted or wanted is None and ending in _ENDINGS.values():
            raise error(InvalidArgument,
                        f"{os.fspath(name)} is no name of a file with compression={compression!r}",
                        f"end it in {wanted or 'what is no compression'}, or set check_extension=False")
    return {"compression": "none" if compression == "uncompressed" else compression}


def least_rows(option, rows):
    """The rows of a row group; the engine handles no fewer at once."""
    if rows is not None and rows < _LEAST_GROUP:
        raise error(NotSupported, f"{option}={rows} is not supported", f"use {_LEAST_GROUP} or more")
    return rows


def csv_file(frame, path, options):
    """Writes a CSV file; `options` are the parameters of `sink_csv`."""
    if options["line_terminator"] not in ("\n", "\r\n"):
        raise error(NotSupported, f"line_terminator={options['line_terminator']!r} is not supported",
                    r'use "\n" or "\r\n"')
    quote, null = options["quote_char"], options["null_value"]
    style = options["quote_style"] or "necessary"
    if style not in ("necessary", "always", "non_numeric", "never"):
        raise error(InvalidArgument, f"quote_style={style!r}: there is no such style",
                    "it is necessary, always, non_numeric or never")
    forced = []
    if style == "always":
        forced, null = frame.names, quote + (null or "") + quote
    elif style == "non_numeric":
        forced = [name for name, dtype in frame.types.items() if not dtype.is_numeric()]
    given = {"header": options["include_header"], "delimiter": options["separator"],
             "quote": "" if style == "never" or quote is None else quote, "nullstr": null,
             "new_line": options["line_terminator"], "force_quote": list(forced) or None,
             "prefix": "\ufeff" if options["include_bom"] else None,
             **packed(path, options["compression"], options["check_extension"])}
    return sink(_as_texts(frame, options), path, "csv", given, options["others"])


def with_json_numbers(frame):
    """The frame with null for what JSON has no number for; within lists and structs it is a text."""
    from .expr.construct import col, when
    floats = [name for name, dtype in frame.types.items() if dtype.is_float()]
    return frame.with_columns(**{name: when(col(name).is_finite()).then(col(name)) for name in floats}) if floats else frame


def _as_texts(frame, options):
    """The frame with those columns as texts that are written in a form of their own."""
    from .expr.construct import col
    from .expr.expression import expression
    from .expr.nodes import Apply
    precision, comma = options["float_precision"], options["decimal_comma"]
    formats = [(Date, options["date_format"]), (Time, options["time_format"]),
               (Datetime, options["datetime_format"])]
    if not comma and precision is None and not any(text for _, text in formats):
        return frame
    made = {}
    for name, dtype in frame.types.items():
        for kind, text in formats:
            if text and dtype == kind:
                made[name] = expression(Apply(_written_time, (col(name)._node,), (text, kind is Time)))
        if dtype.is_float():
            if precision is not None:
                made[name] = expression(Apply(_fixed, (col(name)._node,), (precision,)))
            if comma:
                made[name] = made.get(name, col(name).cast(String)).str.replace(".", ",", literal=True)
    return frame.with_columns(**made) if made else frame


def _written_time(value, text, of_day):
    """An instant, date or time of day in a form."""
    if of_day:
        value = b.operator("+", _ANY_DAY, value)
    return b.call("strftime", value, b.string(text))


def _fixed(value, digits):
    """A number with so many digits behind the point; NaN is called as it is otherwise."""
    text = b.call("printf", b.string(f"%.{digits}f"), value)
    return n.case([n.case_branch(b.call("isfinite", value), text)], b.cast(value, String))


def as_text(lazy, sink, options):
    """The text that `LazyFrame.sink_…` writes."""
    import io
    out = io.StringIO()
    getattr(lazy, sink)(out, **options)
    return out.getvalue()


def as_bytes(lazy, sink, options):
    """The bytes that `LazyFrame.sink_…` writes, to be read from the begin."""
    import io
    out = io.BytesIO()
    getattr(lazy, sink)(out, **options)
    out.seek(0)
    return out


def write_csv(frame, file, **options):
    """Writes a CSV file, or gives its text."""
    if file is None:
        return as_text(frame.lazy(), "sink_csv", options)
    return frame.lazy().sink_csv(file, **options)


def write_ndjson(frame, file, **options):
    """Writes lines of JSON, or gives them."""
    if file is None:
        return as_text(frame.lazy(), "sink_ndjson", options)
    return frame.lazy().sink_ndjson(file, **options)


def write_ipc(frame, file, **options):
    """Writes an Arrow file, or gives its bytes."""
    if file is None:
        return as_bytes(frame.lazy(), "sink_ipc", options)
    return frame.lazy().sink_ipc(file, **options)


def write_parquet(frame, file, *, partition_by=None, **options):
    """Writes a Parquet file, or with `partition_by` a folder for each value."""
    if partition_by is not None:
        file = PartitionBy(file, key=partition_by)
    return frame.lazy().sink_parquet(file, **options)


def write_json(frame, file):
    """Writes a JSON array, or gives its text."""
    if file is None:
        import io
        out = io.StringIO()
        write_json(frame, out)
        return out.getvalue()
    with written(file) as path, tempfile.TemporaryDirectory(prefix="doline-") as folder:
        lines = os.path.join(folder, "lines")
        frame.lazy().sink_ndjson(lines)
        with open(lines, "rb") as source, open(path, "wb") as out:
            out.write(b"[")
            for number, line in enumerate(source):
                out.write(b"," * (number > 0) + line.rstrip(b"\n"))
            out.write(b"]")
    return None
