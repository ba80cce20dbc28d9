"""The engine's functions, as its own table tells of them, and as functions of expressions."""

from __future__ import annotations

import inspect
import re
import typing

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


_found = None  # of `registry`


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
    global _found
    if _found is not None:
        return _found
    rows = _sessions.current().prepare(
        "SELECT function_name, function_type, description, example, example_result, signatures, aliases "
        "FROM duckdb_functions() WHERE function_type <> 'table'").run().fetch()
    found = {}
    for name, kind, summary, example, result, signatures, aliases in rows:
        declared = Declared(name, kind, summary, example, result, tuple(signatures.split("\n")))
        for other in (name, *filter(None, aliases.split(", "))):
            found.setdefault(other, declared)
    _found = found  # at once: other threads see all of them, or none
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
            build = NamedCall(declared.name, tuple(named)) if named else declared.name
            return expression(Apply(build, nodes))
    call.__signature__ = signature_of(name, declared)
    call.__name__ = call.__qualname__ = name
    call.__module__ = "doline.functions"
    shown = f"{declared.example} → {declared.result}" if declared.result else declared.example
    call.__doc__ = "\n".join([declared.summary, "", *declared.signatures, "", f"In SQL: {shown}"])
    return call


_WITH_NAMES = ("struct_pack", "struct_insert", "struct_update", "remap_struct")


def signature_of(name, declared):
    """What the function of expressions takes, from what the overloads of the engine's do."""
    kinds = inspect.Parameter
    taken = [[kind for kind in re.split(r", (?![^(]*\))", text[text.index("(") + 1:-1]) if kind]
             for text in declared.signatures]
    fixed = [[kind for kind in types if not kind.endswith("…")] for types in taken]
    least = 0 if name in _WITH_NAMES else min(map(len, fixed))
    parameters = []
    for position in range(max(map(len, fixed))):
        is_lambda = any(types[position:position + 1] == ["LAMBDA"] for types in fixed)
        parameters.append(kinds(f"_{position + 1}", kinds.POSITIONAL_ONLY,
                                default=kinds.empty if position < least else ...,
                                annotation="IntoExpr | Callable[..., Any]" if is_lambda else "IntoExpr"))
    if any(types and types[-1].endswith("…") for types in taken):
        parameters.append(kinds("more", kinds.VAR_POSITIONAL, annotation="IntoExpr"))
    if declared.kind == "aggregate":
        parameters += [kinds("distinct", kinds.KEYWORD_ONLY, default=False, annotation="bool"),
                       kinds("where", kinds.KEYWORD_ONLY, default=None, annotation="IntoExpr")]
    elif name in _WITH_NAMES:
        parameters.append(kinds("named", kinds.VAR_KEYWORD, annotation="IntoExpr"))
    return inspect.Signature(parameters)


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
