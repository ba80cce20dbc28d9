"""Series within a verb's expressions: they become columns beside the frame's."""

from __future__ import annotations

import functools

from .expr.lower import HIDDEN, SeriesMet
from .expr.nodes import Column, Rename, SeriesColumn


def taking_series(drops):
    """A decorator of verbs: where an expression has a series in it, the verb runs over the frame with the
    series beside it. `drops` says whether the verb keeps columns, so that the series' have to go.

    Nothing is looked for: only where lowering meets a series does the verb start over.
    """
    def decorate(verb):
        @functools.wraps(verb)
        def run(self, *exprs, **named):
            try:
                return verb(self, *exprs, **named)
            except SeriesMet:
                frame, exprs, named, hidden = _beside(self, exprs, named)
                made = verb(frame, *exprs, **named)
                return made.drop(hidden) if drops else made
        return run
    return decorate


def _beside(frame, exprs, named):
    from .concatenating import beside
    from .expr.expression import expression
    from .expr.literals import as_node
    frames, hidden = [frame], {}

    def replaced(node):
        if type(node) is SeriesColumn:
            label, _ = hidden.get(id(node.series), (None, None))
            if label is None:
                label = HIDDEN.format(f"series_{len(hidden)}")
                hidden[id(node.series)] = label, node.series  # which is kept, and so its id
                frames.append(node.series._frame.lazy().rename({node.series._column: label}))
            return Rename(Column(label), node.name)
        if not node.arguments:
            return node
        return node.with_arguments(tuple(replaced(a) for a in node.arguments))

    def column_of(item):
        return expression(replaced(as_node(item)))
    flat = [column_of(one) for item in exprs for one in (item if isinstance(item, (list, tuple)) else [item])]
    named = {k: column_of(v) for k, v in named.items()}
    # A frame without columns has no height that a series could have another than.
    return beside(frames if frame.names else frames[1:], is_padded=False), flat, named, [label for label, _ in hidden.values()]
