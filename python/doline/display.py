"""Rows for people: as text, and as HTML for notebooks. Never more of a query is run than is shown."""

from decimal import Decimal

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
    if value is None:
        return "NULL"
    text = str(value).replace("\n", "\\n")
    return text if len(text) <= _LONGEST_CELL else text[:_LONGEST_CELL - 1] + "…"
