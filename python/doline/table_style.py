"""How tables of frames are drawn, as `Config` says: lines, headers, sides and numbers."""

from __future__ import annotations

import decimal

from ._settings import current

# The signs of a table's lines, in this order: left, right, top and bottom borders; the line below the header
# with its left end, crossings and right end; lines between columns and between rows, and where these cross;
# where rows' lines meet the left and right borders; where columns' lines meet the top and bottom borders; the
# corners. A line of blanks alone is not drawn.
_PLACES = ("left right top bottom header_left header header_cross header_right column row cross row_left "
           "row_right top_cross bottom_cross top_left top_right bottom_left bottom_right").split()
FORMATS = {
    "ASCII_FULL": "||--+==+|-+||++++++",
    "ASCII_FULL_CONDENSED": "||--+==+|    ++++++",
    "ASCII_NO_BORDERS": "     == |-+        ",
    "ASCII_BORDERS_ONLY": "||--+==+   ||--++++",
    "ASCII_BORDERS_ONLY_CONDENSED": "||--+==+     --++++",
    "ASCII_HORIZONTAL_ONLY": "  -- ==  --  --    ",
    "ASCII_MARKDOWN": "||  |-||| " + " " * 9,
    "MARKDOWN": "||  |-||| " + " " * 9,
    "UTF8_FULL": "││──╞═╪╡┆╌┼├┤┬┴┌┐└┘",
    "UTF8_FULL_CONDENSED": "││──╞═╪╡┆    ┬┴┌┐└┘",
    "UTF8_NO_BORDERS": "     ═╪ ┆╌┼        ",
    "UTF8_BORDERS_ONLY": "││──╞══╡     ──┌┐└┘",
    "UTF8_HORIZONTAL_ONLY": "  ── ══  ──  ──    ",
    "NOTHING": " " * 19,
}


class _Lines:
    """The signs of a format, and which lines there are."""

    def __init__(self):
        name = current("tbl_formatting", None)
        if name is None:
            name = "ASCII_FULL_CONDENSED" if current("ascii_tables", False) else "UTF8_FULL_CONDENSED"
        signs = dict(zip(_PLACES, FORMATS[name], strict=True))
        if current("rounded_corners", False) and name.startswith("UTF8"):
            signs |= {place: round_ for place, round_ in zip(_PLACES[-4:], "╭╮╰╯") if signs[place] != " "}
        self.signs = signs
        self.has_sides = self.any("left header_left row_left top_left bottom_left")
        self.has_columns = self.any("column header_cross cross top_cross bottom_cross")

    def any(self, places):
        return any(self.signs[place] != " " for place in places.split())

    def row(self, cells):
        between = self.signs["column"] if self.has_columns else ""
        inner = between.join(f" {cell} " for cell in cells)
        return self.signs["left"] + inner + self.signs["right"] if self.has_sides else inner

    def rule(self, widths, left, line, cross, right):
        """A line across the table; none where the format has none."""
        if not self.any(f"{left} {line} {cross} {right}"):
            return []
        between = self.signs[cross] if self.has_columns else ""
        inner = between.join(self.signs[line] * (width + 2) for width in widths)
        return [self.signs[left] + inner + self.signs[right] if self.has_sides else inner]


def drawn(shape, columns):
    """A table.

    Parameters
    ----------
    shape : str
        What is said above or below it.
    columns : list of tuple
        Of each its name, its type's name, its cells, and whether these are numbers.
    """
    heads = [_head(name, kind) for name, kind, _, _ in columns]
    widths = [max(map(len, head + cells), default=0) for head, (_, _, cells, _) in zip(heads, columns)]
    sides = [_justify(is_number) for *_, is_number in columns]
    lines = _Lines()

    def row(texts):
        return lines.row([side(text, width) for side, text, width in zip(sides, texts, widths)])

    out = [row(texts) for texts in zip(*heads)] if heads and heads[0] else []
    if out:
        out += lines.rule(widths, "header_left", "header", "header_cross", "header_right")
    for number, texts in enumerate(zip(*(cells for _, _, cells, _ in columns))):
        if number:
            out += lines.rule(widths, "row_left", "row", "cross", "row_right")
        out.append(row(texts))
    out = [*lines.rule(widths, "top_left", "top", "top_cross", "top_right"), *out,
           *lines.rule(widths, "bottom_left", "bottom", "bottom_cross", "bottom_right")]
    return _with_shape(shape, out)


def _with_shape(shape, lines):
    if current("tbl_hide_dataframe_shape", False):
        return "\n".join(lines)
    return "\n".join([*lines, shape] if current("tbl_dataframe_shape_below", False) else [shape, *lines])


def _head(name, kind):
    """The lines of a column's head."""
    shows_name = not current("tbl_hide_column_names", False)
    shows_kind = not current("tbl_hide_column_data_types", False)
    if name == "…" and not kind:  # columns that are left out
        kind, rule = "", ""
    else:
        rule = "---"
    if shows_name and shows_kind and current("tbl_column_data_type_inline", False):
        return [f"{name} ({kind})" if kind else name]
    head = [name] if shows_name else []
    if shows_name and shows_kind and not current("tbl_hide_dtype_separator", False):
        head.append(rule)
    return head + [kind] if shows_kind else head


def _justify(is_number):
    side = current("tbl_cell_alignment", "LEFT")
    if is_number:
        side = current("tbl_cell_numeric_alignment", side)
    return {"LEFT": str.ljust, "RIGHT": str.rjust, "CENTER": _centred}[side]


def _centred(text, width):
    before = (width - len(text) + 1) // 2
    return " " * before + text + " " * (width - len(text) - before)


def number_text(value, usual):
    """A number of a table as the settings say; `usual` without any."""
    thousands = current("thousands_separator", "")
    thousands = "," if thousands is True else thousands or ""
    if isinstance(value, decimal.Decimal):
        text = f"{value:f}"
        if current("trim_decimal_zeros", False) and "." in text:
            text = text.rstrip("0").rstrip(".")
    elif isinstance(value, float):
        text = _float_text(value, usual, thousands)
    else:
        text = usual
    if thousands and "e" not in text and value == value and text.lstrip("-")[:1].isdigit():
        whole, point, rest = text.partition(".")
        text = f"{int(whole):,}" if whole not in ("-0",) else whole
        text = text.replace(",", "\0") + point + rest
    return text.replace(".", current("decimal_separator", ".")).replace("\0", thousands)


def _float_text(value, usual, thousands):
    precision = current("float_precision", None)
    if value != value or value in (float("inf"), float("-inf")):
        return usual
    if precision is not None:
        size = abs(value)
        if value == 0 or thousands or 1e-5 <= size < 1e15:
            return f"{value:.{precision}f}"
        return f"{value:.{precision}e}".replace("e+0", "e").replace("e-0", "e-").replace("e+", "e")
    if current("fmt_float", "mixed") == "full" or thousands:
        text = f"{decimal.Decimal(repr(value)):f}"
        if thousands:
            return text if "." in text else text + ".0"
        return text.removesuffix(".0")
    return usual
