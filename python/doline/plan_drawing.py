"""A plan as a drawing: a tree of boxes as SVG, nothing to install.

The result stands at the top and what is read at the bottom; each edge says how many rows are expected
to come up it.
"""

from __future__ import annotations

import html
import textwrap

_LETTER, _LINE, _PADDING = 6.7, 15, 8  # of the type that details are set in; pixels
_GAP_ACROSS, _GAP_DOWN, _MARGIN = 18, 34, 16
_LONGEST_LINE, _MOST_LINES = 38, 4
# What the first word of an operator's name says of its kind, and the kind's colour.
_COLOURS = (("Scan", "#2b8a3e"), ("Shared", "#2b8a3e"), ("Join", "#1864ab"), ("Aggregate", "#862e9c"),
            ("Distinct", "#862e9c"), ("Window", "#862e9c"), ("Sort", "#a61e4d"), ("Top", "#a61e4d"),
            ("Filter", "#9c5700"))


class PlanDrawing:
    """A plan as text and as SVG; notebooks show the latter.

    Parameters
    ----------
    text : str
        The plan's lines.
    plan : dict
        Its root: `name`, `detail`, `estimated_rows` and `children`, which are the same again.
    """

    def __init__(self, text, plan):
        self.text = text
        self.svg = _svg(plan)

    def _repr_svg_(self):
        return self.svg

    def __repr__(self):
        return self.text


class _Box:
    """A node with its place: the middle of its upper edge."""

    def __init__(self, node):
        self.name, self.rows = node["name"], node.get("estimated_rows")
        self.whole = node["detail"]
        lines = textwrap.wrap(self.whole, _LONGEST_LINE, break_on_hyphens=False)
        if len(lines) > _MOST_LINES:
            lines = [*lines[:_MOST_LINES - 1], lines[_MOST_LINES - 1][:_LONGEST_LINE - 1] + "…"]
        self.lines = lines
        longest = max([len(self.name) * 1.15, *map(len, lines)])
        self.width = max(longest * _LETTER + 2 * _PADDING, 70)
        self.height = _LINE * (1 + len(lines)) + 2 * _PADDING - 3
        self.children = [_Box(child) for child in node["children"]]
        below = sum(child.span for child in self.children) + _GAP_ACROSS * max(len(self.children) - 1, 0)
        self.span = max(self.width, below)
        self.x = self.y = 0.0

    def place(self, left, top):
        """Puts the tree between `left` and `left + span`."""
        self.x, self.y = left + self.span / 2, top
        below = sum(child.span for child in self.children) + _GAP_ACROSS * max(len(self.children) - 1, 0)
        at = left + (self.span - below) / 2
        for child in self.children:
            child.place(at, top + self.height + _GAP_DOWN)
            at += child.span + _GAP_ACROSS

    def every(self):
        """The box and all below it."""
        yield self
        for child in self.children:
            yield from child.every()


def _svg(plan):
    root = _Box(plan)
    root.place(_MARGIN, _MARGIN)
    boxes = list(root.every())
    width = root.span + 2 * _MARGIN
    height = max(box.y + box.height for box in boxes) + _MARGIN
    drawn = [_edge(box, child) for box in boxes for child in box.children]
    drawn += [_drawn(box) for box in boxes]
    # A ground of its own: it is read alike on light and dark pages.
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
            f'viewBox="0 0 {width:.0f} {height:.0f}" role="img" font-family="ui-monospace, '
            f'SFMono-Regular, Menlo, Consolas, monospace" font-size="11">'
            f'<rect width="100%" height="100%" rx="8" fill="#fdfdfc"/>{"".join(drawn)}</svg>')


def _edge(box, child):
    top, bottom = box.y + box.height, child.y
    middle = (top + bottom) / 2
    side, anchor = (-6, ' text-anchor="end"') if child.x < box.x - 1 else (6, "")  # off the line
    told = "" if child.rows is None else (
        f'<text x="{child.x + side:.1f}" y="{bottom - 6:.1f}" fill="#868e96" font-size="10"{anchor}>'
        f"{html.escape(_many(child.rows))}</text>")
    return (f'<path d="M{child.x:.1f} {bottom:.1f} C{child.x:.1f} {middle:.1f} {box.x:.1f} {middle:.1f} '
            f'{box.x:.1f} {top:.1f}" fill="none" stroke="#adb5bd" stroke-width="1.5"/>{told}')


def _drawn(box):
    left = box.x - box.width / 2
    colour = next((c for word, c in _COLOURS if word.lower() in box.name.lower()), "#495057")
    lines = "".join(
        f'<text x="{left + _PADDING:.1f}" y="{box.y + _PADDING + _LINE * (i + 2) - 5:.1f}" fill="#495057">'
        f"{html.escape(line)}</text>" for i, line in enumerate(box.lines))
    told = f"{box.name} {box.whole}".strip()
    return (f"<g><title>{html.escape(told)}</title>"
            f'<rect x="{left:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="5" '
            f'fill="#ffffff" stroke="{colour}" stroke-opacity="0.55"/>'
            f'<rect x="{left:.1f}" y="{box.y:.1f}" width="4" height="{box.height:.1f}" rx="2" fill="{colour}"/>'
            f'<text x="{left + _PADDING:.1f}" y="{box.y + _PADDING + _LINE - 5:.1f}" font-weight="600" '
            f'font-size="12" fill="{colour}">{html.escape(box.name)}</text>{lines}</g>')


def _many(rows):
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if rows >= size:
            return f"~{rows / size:.1f}{letter} rows" if size != 1e4 else f"~{rows / 1e3:.0f}k rows"
    return f"~{rows:.0f} row{'' if round(rows) == 1 else 's'}"
