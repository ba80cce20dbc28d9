"""Frames as people see them printed: the first and last rows, with shape and types."""

from __future__ import annotations

import datetime
from decimal import Decimal

from ._settings import current, made
from .table_style import drawn, number_text


def _shown_rows(frame):
    """The rows to print, None where some are left out; no more of the frame is read."""
    most = current("tbl_rows", 8)
    if most < 0 or frame.height <= most or frame.height <= most + 2 and "tbl_rows" not in made:
        return frame.rows()
    if frame.height <= max(most, 10) and most == 8:
        return frame.rows()
    half = (most + 1) // 2
    last = most - half
    return [*frame.head(half).rows(), None, *frame.slice(frame.height - last, last).rows()]


def value_text(value, dtype=None, quote=""):
    """One cell; texts stand between quotes of that sign."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float_text(value)
    if isinstance(value, str):
        text = _cut(value)
        return f"{quote}{text}{quote}" if quote else text.replace("\n", "\\n")
    if isinstance(value, bytes):
        return repr(value)
    if isinstance(value, datetime.datetime):
        text = value.replace(tzinfo=None).isoformat(" ")
        return text if value.tzinfo is None else _cut(f"{text} {value.tzname()}")
    if isinstance(value, datetime.timedelta):
        return _span_text(value)
    if isinstance(value, (list, tuple)):
        shown = [value_text(v, quote=quote or '"') for v in value]
        most = current("fmt_table_cell_list_len", 3)
        if 0 <= most < len(shown):
            shown = [*shown[:max(most - 1, 0)], "…", *(shown[-1:] if most else [])]
        return "[" + ", ".join(shown) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(value_text(v, quote=quote or '"') for v in value.values()) + "}"
    return str(value)


def _cut(text):
    longest = current("fmt_str_lengths", 30)
    return text if len(text) <= longest else text[:longest] + "…"


def _float_text(value):
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "inf" if value > 0 else "-inf"
    size = abs(value)
    if value == 0 or 1e-5 <= size < 1e15:
        text = f"{value:.6f}".rstrip("0")
        return text + "0" if text.endswith(".") else text
    return f"{value:.6e}".replace("e+0", "e").replace("e-0", "e-").replace("e+", "e")


def _span_text(span):
    micros = span // datetime.timedelta(microseconds=1)
    sign, micros = ("-", -micros) if micros < 0 else ("", micros)
    parts = []
    for unit, size in (("d", 86400_000_000), ("h", 3600_000_000), ("m", 60_000_000), ("s", 1_000_000),
                       ("ms", 1000), ("μs", 1)):
        count, micros = divmod(micros, size)
        if count:
            parts.append(f"{count}{unit}")
    return sign + (" ".join(parts) or "0μs")


def frame_text(frame):
    """A frame as Polars prints it.

    Returns
    -------
    str
    """
    names, dtypes = frame.columns, frame.dtypes
    height, width = frame.shape
    if not names:
        return f"shape: ({height:_}, 0)\n┌┐\n╞╡\n└┘"
    most = current("tbl_cols", 8)
    chosen = list(range(width))
    if 0 <= most < width:
        half = (most + 1) // 2
        chosen = [*range(half), None, *range(width - (most - half), width)]
    rows = _shown_rows(frame)
    columns = []
    for i in chosen:
        if i is None:
            columns.append(("…", "", ["…"] * len(rows), False))
        else:
            cells = ["…" if row is None else _cell(row[i], dtypes[i]) for row in rows]
            columns.append((names[i], dtypes[i].short, cells, dtypes[i].is_numeric()))
    return drawn(f"shape: ({height:_}, {width:_})", columns)


def _cell(value, dtype):
    """One cell of a table, with numbers as the settings say."""
    text = value_text(value, dtype)
    return number_text(value, text) if dtype.is_numeric() and value is not None else text


def frame_html(frame):
    """The same as an HTML table."""
    from .html_table import Cell, page_table, shape_in_words

    def cell(value):
        text = number_text(value, value_text(value)) if _is_number(value) else value_text(value)
        whole = value if isinstance(value, str) and len(text) < len(value) else None
        return Cell(text, whole, value is None)
    columns = [(name, dtype.short, dtype.is_numeric()) for name, dtype in zip(frame.columns, frame.dtypes)]
    most = current("tbl_cols", 8)
    chosen, hidden = frame, 0
    if 0 <= most < len(columns):
        half = (most + 1) // 2
        kept = [*range(half), *range(len(columns) - (most - half), len(columns))]
        hidden = len(columns) - len(kept)
        chosen = frame.select([frame.columns[i] for i in kept]) if hidden else frame
        columns = [columns[i] for i in kept]
        columns[half:half] = [("⋯", f"{hidden} more", False)] * (hidden > 0)
    rows = [None if row is None else [cell(value) for value in row] for row in _shown_rows(chosen)]
    if hidden:
        for row in rows:
            if row is not None:
                row.insert(half, Cell("⋯", is_missing=True))
    return page_table(columns, rows, shape_in_words(*frame.shape))


def _is_number(value):
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


def series_text(series):
    """A series as Polars prints it."""
    rows = _shown_rows(series._frame)
    cells = ["…" if row is None else value_text(row[0], quote='"') for row in rows]
    body = "".join(f"\t{cell}\n" for cell in cells)
    return f"shape: ({len(series):_},)\nSeries: '{series.name}' [{series.dtype.short}]\n[\n{body}]"


def glimpse_text(frame, most, longest_name):
    """A line for each column with its first values."""
    rows = frame.head(most).rows()
    lines = [f"Rows: {frame.height}", f"Columns: {frame.width}"]
    names = [name if len(name) <= longest_name else name[:longest_name - 1] + "…" for name in frame.columns]
    longest = max(map(len, names), default=0)
    kinds = max((len(t.short) for t in frame.dtypes), default=0)

    def text(value):  # an instant with its distance from UTC, not the zone's name
        is_zoned = isinstance(value, datetime.datetime) and value.tzinfo is not None
        return value.isoformat(" ") if is_zoned else value_text(value, quote="'")
    for i, (name, dtype) in enumerate(zip(names, frame.dtypes)):
        values = ", ".join(text(row[i]) for row in rows)
        lines.append(f"$ {name.ljust(longest)} {f'<{dtype.short}>'.rjust(kinds + 2)} {values}")
    return "\n".join(lines) + "\n"
