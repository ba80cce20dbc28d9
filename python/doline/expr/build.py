"""Bytes of expressions from bytes of expressions: what the engine is told.

Functions here take and give nodes of the tree as bytes. They are the `build` of nodes.
"""

from __future__ import annotations

from functools import lru_cache

from .. import _nodes as n
from ..type_texts import type_bytes

NULL = n.literal()
TRUE = n.literal(n.LITERAL_KIND_BOOLEAN, "true")
FALSE = n.literal(n.LITERAL_KIND_BOOLEAN, "false")


UNNAMED = "__doline_unnamed"  # what the engine is told in the place of "", which names no column there
CALLED = b"__doline_function_"  # in the bytes of what calls a function of the program


@lru_cache(maxsize=4096)
def column(name):
    """A column by its name."""
    return n.column_reference([name or UNNAMED])


@lru_cache(maxsize=1024)
def integer(value):
    """A whole number."""
    return n.literal(n.LITERAL_KIND_INTEGER, str(value))


@lru_cache(maxsize=1024)
def string(value):
    """A text."""
    return n.literal(n.LITERAL_KIND_STRING, value)


def argument(value):
    """An argument of a call."""
    return n.argument(value)


@lru_cache(maxsize=1024)
def _call_head(name, count):
    """The bytes of a call of `count` plain arguments up to them: the end is one byte."""
    return n.function_call([name], [b""] * count)[:-1]


_ARGUMENT_HEAD = n.argument(b"")[:-1]
_BETWEEN = b"\0" + _ARGUMENT_HEAD


def call(name, *values):
    """A call of the engine's function `name`."""
    if not values:
        return n.function_call([name])
    return _call_head(name, len(values)) + _ARGUMENT_HEAD + _BETWEEN.join(values) + b"\0\0"


def named_call(name, values, named):
    """A call with named arguments behind the others."""
    return n.function_call([name], [n.argument(v) for v in values]
                           + [n.argument(v, key) for key, v in named.items()])


def operator(symbol, *values):
    """A call of an operator by its symbol."""
    return n.function_call([symbol], [n.argument(value) for value in values], True)


def cast(value, dtype):
    """CAST(value AS dtype)."""
    return n.cast(value, type_bytes(dtype))


def try_cast(value, dtype):
    """TRY_CAST(value AS dtype)."""
    return n.cast(value, type_bytes(dtype), True)


def equal(a, b):
    """a = b."""
    return n.comparison(a, b, n.COMPARISON_OPERATOR_EQUAL)


def not_equal(a, b):
    """a <> b."""
    return n.comparison(a, b, n.COMPARISON_OPERATOR_NOT_EQUAL)


def less(a, b):
    """a < b."""
    return n.comparison(a, b, n.COMPARISON_OPERATOR_LESS)


def less_or_equal(a, b):
    """a <= b."""
    return n.comparison(a, b, n.COMPARISON_OPERATOR_LESS_OR_EQUAL)


def greater(a, b):
    """a > b."""
    return n.comparison(a, b, n.COMPARISON_OPERATOR_GREATER)


def greater_or_equal(a, b):
    """a >= b."""
    return n.comparison(a, b, n.COMPARISON_OPERATOR_GREATER_OR_EQUAL)


def equal_missing(a, b):
    """a IS NOT DISTINCT FROM b."""
    return n.comparison(a, b, n.COMPARISON_OPERATOR_NOT_DISTINCT_FROM)


def not_equal_missing(a, b):
    """a IS DISTINCT FROM b."""
    return n.comparison(a, b, n.COMPARISON_OPERATOR_DISTINCT_FROM)


def both(*terms):
    """AND of all terms."""
    return n.conjunction(terms) if len(terms) > 1 else terms[0]


def either(*terms):
    """OR of all terms."""
    return n.conjunction(terms, n.CONJUNCTION_OPERATOR_OR) if len(terms) > 1 else terms[0]


def negation(value):
    """NOT value"""
    return n.not_(value)


def is_null(value):
    """Whether a value is missing."""
    return n.is_null(value)


def is_not_null(value):
    """Whether a value is there."""
    return n.is_null(value, True)


def condition(when, then, otherwise=NULL):
    """CASE WHEN when THEN then ELSE otherwise END."""
    return n.case([n.case_branch(when, then)], otherwise)


def cases(first_then, first_when, *rest):
    """when/then chains; the first value comes first, because the result is named after it. What is
    left over at the end is `otherwise`."""
    branches = [n.case_branch(first_when, first_then)]
    for i in range(0, len(rest) - 1, 2):
        branches.append(n.case_branch(rest[i + 1], rest[i]))
    return n.case(branches, rest[-1] if len(rest) % 2 else NULL)


def order_item(value, descending=False, nulls_last=False):
    """A key of ORDER BY."""
    return n.order_item(
        value,
        n.SORT_DIRECTION_DESCENDING if descending else n.SORT_DIRECTION_ASCENDING,
        n.NULL_ORDER_LAST if nulls_last else n.NULL_ORDER_FIRST)


def one_lambda(parameter, body):
    """lambda parameter: body"""
    return n.lambda_([parameter], body)


def let(value, name, body):
    """`body` with `name` for `value`: inside a lambda an aggregate cannot stand, its value can."""
    return call("list_extract", call("list_transform", call("list_value", value),
                                     one_lambda(name, body)), integer(1))


def named(value, name):
    """value AS name"""
    return n.named_expression(value, name or UNNAMED)


def select_from(query, items, **clauses):
    """SELECT items FROM (query)."""
    return n.select(items, from_=n.subquery_relation(query), **clauses)


STAR = n.named_expression(n.star())


def star_without(names):
    """`* EXCLUDE (names)`."""
    return n.named_expression(n.star(exclude=[[name or UNNAMED] for name in names])) if names else STAR
