"""What people give to verbs and expressions, made uniform."""

from __future__ import annotations

from ..errors import InvalidArgument, TypeMismatch, error
from .literals import as_node, literal_bytes


def value_node(other):
    """A value beside an expression: texts are texts here, not names."""
    return as_node(other, str_is_column=False)


def numbers_or_nodes(*values):
    """Numbers as options of a node; where an expression or a column's name is among them, all of them as
    its arguments: a pair of which one is empty. Builders tell them apart: bytes are of expressions."""
    given = [value for value in values if value is not None]
    if all(isinstance(value, int) for value in given):
        return (), values
    return tuple(map(as_node, given)), ()


def listed(values):
    """A list of one value, of several, or of none."""
    if values is None:
        return []
    if isinstance(values, (list, tuple)):
        return [*values]
    return [values]


def each(value, count):
    """A value for each of `count` keys, from one for all or one for each."""
    values = tuple(value) if isinstance(value, (list, tuple)) else (value,) * count
    if len(values) != count:
        raise error(InvalidArgument, f"{count} keys need {count} directions, not {len(values)}")
    return values


def pairs_of(old, new):
    """Old and new values side by side, as bytes."""
    if new is None:
        if not isinstance(old, dict):
            raise error(TypeMismatch, "replace takes a dict, or old and new values")
        old, new = [*old], [*old.values()]
    elif not isinstance(old, (list, tuple)):
        old, new = [old], [new]
    elif not isinstance(new, (list, tuple)):
        new = [new] * len(old)
    return tuple((literal_bytes(o), literal_bytes(v)) for o, v in zip(old, new, strict=True))


def fresh_seed():
    """A seed that nobody gave."""
    from random import getrandbits
    return getrandbits(31)
