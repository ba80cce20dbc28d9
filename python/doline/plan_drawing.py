"""A plan as a drawing: its lines as SVG, nothing to install."""

from __future__ import annotations

import html


class PlanDrawing:
    """The SVG of a plan; notebooks show it."""

    def __init__(self, text):
        self.text = text
        self.svg = _svg(text.splitlines())

    def _repr_svg_(self):
        return self.svg

    def __repr__(self):
        return self.text


def _svg(lines):
    line_height, letter = 18, 7.8
    width = int(max((len(line) for line in lines), default=1) * letter) + 24
    height = line_height * len(lines) + 20
    rows = "".join(
        f'<text x="12" y="{24 + i * line_height}" xml:space="preserve">{html.escape(line)}</text>'
        for i, line in enumerate(lines))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'font-family="monospace" font-size="13"><rect width="100%" height="100%" fill="white" '
            f'stroke="#999"/>{rows}</svg>')
