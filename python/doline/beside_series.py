"""Series among a verb's expressions: they become columns beside the frame's."""

from __future__ import annotations

from .expr.lower import HIDDEN
from .expr.nodes import Column, Rename


def beside_series(frame, exprs, named):
    """The frame with the series among `exprs` as hidden columns, and `exprs` with those."""
    from .expr.expression import expression
    from .series import Series
    frames, hidden = [frame], []

    def column_of(item):
        if not isinstance(item, Series):
            return item
        label = HIDDEN.format(f"series_{len(hidden)}")
        hidden.append(label)
        frames.append(item._frame.lazy().rename({item._column: label}))
        return expression(Rename(Column(label), item.name))
    flat = [one for item in exprs for one in (item if isinstance(item, (list, tuple)) else [item])]
    flat = [column_of(item) for item in flat]
    named = {k: column_of(v) for k, v in named.items()}
    if not hidden:
        return None
    from .concatenating import beside
    return beside(frames), flat, named, hidden
