"""The engine's functions, as its own table tells of them, and as functions of expressions."""

from __future__ import annotations

import inspect
import typing
from functools import lru_cache

from . import _nodes as n, _sessions
from .expr import build as b
from .expr.expression import expression
from .expr.literals import as_node
from .expr.nodes import Aggregate, Apply, Column


class Declared(typing.NamedTuple):
    """What the engine says of a function."""

    name: str
    kind: str
    summary: str
    example: str
    result: str
    signatures: tuple


@lru_cache(maxsize=1)
def registry():
    """Every scalar function and aggregate by its names, of which it may have several.

    Returns
    -------
    dict of str to Declared

    Examples
    --------
    >>> from doline.engine_functions import registry
    >>> registry()["abs"].summary
    'The absolute value.'
    """
    rows = _sessions.current().prepare(
        "SELECT function_name, function_type, description, example, example_result, signatures, aliases "
        "FROM duckdb_functions() WHERE function_type <> 'table'").run().fetch()
    found = {}
    for name, kind, summary, example, result, signatures, aliases in rows:
        declared = Declared(name, kind, summary, example, result, tuple(signatures.split("\n")))
        for other in (name, *filter(None, aliases.split(", "))):
            found.setdefault(other, declared)
    return found


def made(name, declared):
    """The function of expressions that calls one of the engine's."""
    if declared.kind == "aggregate":
        def call(*values, distinct=False, where=None):
            from .sql_tree import AggregateOf
            nodes = [_node(value) for value in values]
            named = "count_star" if declared.name == "count" and not nodes else declared.name
            build = AggregateOf(named, len(nodes), distinct, (), where is not None)
            return expression(Aggregate(build, (*nodes, *([] if where is None else [as_node(where)]))))
    else:
        def call(*values, **named):
            nodes = tuple(_node(value) for value in (*values, *named.values()))
            return expression(Apply(NamedCall(declared.name, tuple(named)) if named else declared.name, nodes))
    call.__name__ = call.__qualname__ = name
    call.__module__ = "doline.functions"
    shown = f"{declared.example} → {declared.result}" if declared.result else declared.example
    call.__doc__ = "\n".join([declared.summary, "", *declared.signatures, "", f"In SQL: {shown}"])
    return call


def _node(value):
    if inspect.isfunction(value):
        names = tuple(inspect.signature(value).parameters)
        return Apply(LambdaOf(names), (as_node(value(*(expression(Column(name)) for name in names))),))
    return as_node(value)


class NamedCall:
    """The `build` of a call with named arguments, which are the last ones."""

    def __init__(self, name, names):
        self.__name__, self.names = name, names

    def __call__(self, *values):
        first = len(values) - len(self.names)
        return b.named_call(self.__name__, values[:first], dict(zip(self.names, values[first:], strict=True)))


class LambdaOf:
    """The `build` of a lambda around its body."""

    def __init__(self, names):
        self.__name__, self.names = "lambda", names

    def __call__(self, body):
        return n.lambda_(list(self.names), body)
