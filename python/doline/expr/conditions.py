"""Which expressions are conditions, as far as that is seen without asking the engine."""

from __future__ import annotations

from .. import datatypes as types
from . import build as b, functions
from .nodes import Apply, Column, Literal

# What gives truths, by what its node is built with.
_COMPARISONS = (b.equal, b.not_equal, b.less, b.less_or_equal, b.greater, b.greater_or_equal, b.equal_missing,
                b.not_equal_missing, b.is_null, b.is_not_null)
_OF_TRUTHS = (b.negation, b.both, b.either, functions.logical_and, functions.logical_or, functions.logical_xor)


def is_condition(node, frame):
    """Whether a node is known to be Boolean without asking the engine."""
    kind = type(node)
    if kind is Column:
        return frame.types.get(node.name, types.Boolean) == types.Boolean
    if kind is Literal:
        return isinstance(node.value, bool)
    if isinstance(node, Apply) and node.build in _OF_TRUTHS:
        return all(is_condition(a, frame) for a in node.arguments)
    return isinstance(node, Apply) and node.build in _COMPARISONS
