"""Rows for people: as text, and as HTML for notebooks. Never more of a query is run than is shown."""

import datetime
from decimal import Decimal

from doline.interval import Interval
from doline.sql_types import columns_of

_LONGEST_CELL = 60


def text_table(query, max_rows):
    """The first rows as a table of text.

    Parameters
    ----------
    query : doline._engine.Query
    max_rows : int

    Returns
    -------
    str
    """
    columns, rows, is_more = _first_rows(query, max_rows)
    if not columns:
        return "no columns"
    cells = [[name for name, _ in columns], [kind for _, kind in columns]]
    cells += [[_shown(value) for value in row] for row in rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(columns))]
    is_right = _are_numbers(rows, len(columns))

    def line(row):
        return "│ " + " │ ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, is_right, strict=True)) + " │"

    def rule(left, middle, right):
        return left + middle.join("─" * (width + 2) for width in widths) + right

    body = [line(row) for row in cells[2:]]
    return "\n".join([rule("┌", "┬", "┐"), line(cells[0]), line(cells[1]), rule("├", "┼", "┤"), *body,
                      rule("└", "┴", "┘"), _count(rows, columns, is_more)])


def html_table(query, max_rows):
    """The same as HTML."""
    from doline.html_table import Cell, page_table, shape_in_words

    columns, rows, is_more = _first_rows(query, max_rows)
    numbers = _are_numbers(rows, len(columns))

    def cell(value):
        text = _shown(value)
        return Cell(text, str(value) if text.endswith("…") else None, value is None)

    told = [(name, kind, number) for (name, kind), number in zip(columns, numbers, strict=True)]
    return page_table(told, [[cell(value) for value in row] for row in rows],
                      shape_in_words(len(rows), len(columns), is_more))


def _are_numbers(rows, count):
    firsts = [next((row[i] for row in rows if row[i] is not None), None) for i in range(count)]
    return [isinstance(value, (int, float, Decimal)) and not isinstance(value, bool) for value in firsts]


def _first_rows(query, max_rows):
    columns = columns_of(query)
    rows = query.fetch(max_rows + 1)
    query.cancel()
    return columns, rows[:max_rows], len(rows) > max_rows


def _count(rows, columns, is_more):
    first = f"the first {len(rows)} rows" if is_more else _many(len(rows), "row")
    return f"{first}, {_many(len(columns), 'column')}"


def _many(count, thing):
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def _shown(value):
    text = value_text(value).replace("\n", "\\n")
    return text if len(text) <= _LONGEST_CELL else text[:_LONGEST_CELL - 1] + "…"


def value_text(value):
    """A value of Python's as the engine writes it.

    Examples
    --------
    >>> import datetime
    >>> from doline.display import value_text
    >>> value_text({"day": datetime.date(2024, 5, 1), "items": ["tea", None], "open": True})
    "{'day': 2024-05-01, 'items': [tea, NULL], 'open': true}"
    """
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return "".join(chr(byte) if 32 <= byte < 127 else f"\\x{byte:02x}" for byte in value)
    if isinstance(value, list):
        return "[" + ", ".join(map(value_text, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"'{name}': {value_text(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, datetime.timedelta):
        return interval_text(Interval(0, value.days, value.seconds * 1_000_000 + value.microseconds))
    if isinstance(value, Interval):
        return interval_text(value)
    return str(value)


def interval_text(interval):
    """An :class:`Interval` in words.

    Examples
    --------
    >>> from doline import Interval
    >>> from doline.display import interval_text
    >>> interval_text(Interval(14, 1, 5_000_000))
    '1 year 2 months 1 day 00:00:05'
    """
    months, days, microseconds = interval
    if months == 0 and days < 0 < microseconds:  # as timedelta has what is negative
        days, microseconds = days + 1, microseconds - 86_400_000_000
    years, months = int(months / 12), months - int(months / 12) * 12
    parts = [f"{count} {name}" + ("" if abs(count) == 1 else "s")
             for count, name in ((years, "year"), (months, "month"), (days, "day")) if count]
    if microseconds or not parts:
        seconds, rest = divmod(abs(microseconds), 1_000_000)
        clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        parts.append(("-" if microseconds < 0 else "") + clock + (f".{rest:06}".rstrip("0") if rest else ""))
    return " ".join(parts)
