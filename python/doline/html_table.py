"""Rows as HTML for notebooks: every value escaped, shape and types shown, at home on light and on dark
pages, as no colour is set that is not the page's own or half transparent."""

from __future__ import annotations

import html

_LONGEST_TITLE = 1000
_STYLE = """<style>
div.doline{font-size:13px;line-height:1.45;max-width:100%}
div.doline .doline-scroll{overflow-x:auto;border:1px solid rgba(128,128,128,.28);border-radius:8px;
display:inline-block;max-width:100%}
div.doline table.doline-table{border-collapse:collapse;border:0;margin:0;color:inherit;table-layout:auto;
font-variant-numeric:tabular-nums}
div.doline table.doline-table th,div.doline table.doline-table td{padding:4px 14px;border:0;text-align:left;
vertical-align:top;white-space:pre;max-width:38em;overflow:hidden;text-overflow:ellipsis;background:none;
color:inherit}
div.doline table.doline-table thead tr{background:rgba(128,128,128,.10)!important;
border-bottom:1px solid rgba(128,128,128,.28)}
div.doline table.doline-table th{font-weight:600;padding:6px 14px}
div.doline table.doline-table th small{display:block;font-weight:400;opacity:.6;font-size:11px}
div.doline table.doline-table .doline-number{text-align:right}
div.doline table.doline-table .doline-missing{opacity:.45;font-style:italic}
div.doline table.doline-table tbody tr{background:none!important}
div.doline table.doline-table tbody tr:nth-child(even){background:rgba(128,128,128,.05)!important}
div.doline table.doline-table tbody tr:hover{background:rgba(66,133,244,.12)!important}
div.doline table.doline-table tr.doline-gap td{text-align:center;opacity:.5;padding:0}
div.doline .doline-shape{opacity:.65;font-size:12px;margin:4px 2px}
</style>"""


class Cell:
    """A value as it is shown. `whole` is what the mouse tells where `text` is a part."""

    __slots__ = ("is_missing", "text", "whole")

    def __init__(self, text, whole=None, is_missing=False):
        self.text, self.whole, self.is_missing = text, whole, is_missing


def page_table(columns, rows, shape):
    """A table.

    Parameters
    ----------
    columns : list of (str, str, bool)
        Name, type, and whether its values are numbers, which stand at the right.
    rows : list of list of Cell, or None
        None where rows are left out.
    shape : str
        How large the whole is, in words.

    Returns
    -------
    str
    """
    head = "".join(f"<th{_class(number)}>{html.escape(name)}<small>{html.escape(kind)}</small></th>"
                   for name, kind, number in columns)
    body = "".join(_row(row, columns) for row in rows)
    return (f'{_STYLE}<div class="doline"><div class="doline-scroll"><table class="doline-table">'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
            f'<div class="doline-shape">{html.escape(shape)}</div></div>')


def shape_in_words(rows, columns, at_least=False):
    """"1,000 rows, 2 columns".

    Examples
    --------
    >>> from doline.html_table import shape_in_words
    >>> shape_in_words(1000, 1)
    '1,000 rows × 1 column'
    """
    first = f"the first {rows:,} rows" if at_least else f"{rows:,} row{'' if rows == 1 else 's'}"
    return f"{first} × {columns:,} column{'' if columns == 1 else 's'}"


def _class(number, missing=False):
    names = [name for name, holds in (("doline-number", number), ("doline-missing", missing)) if holds]
    return f' class="{" ".join(names)}"' if names else ""


def _row(row, columns):
    if row is None:
        return f'<tr class="doline-gap"><td colspan="{len(columns)}">⋯</td></tr>'
    cells = []
    for cell, (_, _, number) in zip(row, columns, strict=True):
        title = "" if cell.whole is None else f' title="{html.escape(cell.whole[:_LONGEST_TITLE])}"'
        cells.append(f"<td{_class(number, cell.is_missing)}{title}>{html.escape(cell.text)}</td>")
    return f"<tr>{''.join(cells)}</tr>"
