"""`sql_expr`: expressions that are written as SQL."""

from __future__ import annotations

import sys
import threading

from . import _nodes as n, _sessions
from .errors import InvalidArgument, error
from .expr.expression import expression
from .expr.nodes import Rename
from .sql_tree import Tree

_deepening = threading.RLock()
_DEEPEST = 20_000  # calls, for what the engine lets be nested: a thousand levels
_SELECT, _ITEMS, _WITH = 1, 3, 20  # the tag, and the fields that are there always


def sql_expr(sql):
    """An expression written as SQL, which means what it means there.

    Parameters
    ----------
    sql : str or list of str
        Anything that may stand in a SELECT list; `AS` names it. Columns are those of the frame whose verb
        it is given to. In `agg` its aggregates are of groups; beside columns they are of all rows, and
        `OVER` says otherwise.

    Returns
    -------
    Expr or list of Expr
        A list of a list.

    Raises
    ------
    doline.errors.SyntaxError
        Where it is no expression.
    doline.NotSupported
        For subqueries, stars, parameters, and aggregates WITHIN GROUP.

    Examples
    --------
    >>> frame = dl.DataFrame({"a": [1, 2, 3], "k": ["x", "y", "x"]})
    >>> frame.select(dl.sql_expr("a * 2 + 1 AS b"), dl.sql_expr("upper(k)")).rows()
    [(3, 'X'), (5, 'Y'), (7, 'X')]
    >>> frame.group_by("k").agg(dl.sql_expr("sum(a) FILTER (a > 1) AS s")).sort("k").rows()
    [('x', 3), ('y', 2)]
    """
    if not isinstance(sql, str):
        return [sql_expr(one) for one in sql]
    from .lazy_frame import query_of_statement
    with _deepening:  # the limit is all threads'
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, _DEEPEST))
        try:
            return _expression_of(sql, query_of_statement)
        finally:
            sys.setrecursionlimit(limit)


def _expression_of(sql, query_of_statement):
    query = query_of_statement(_sessions.current().prepare(f"SELECT {sql}").bytes())
    tree = Tree(query)
    tag, fields, _ = tree.node("q", 0)
    if tag != _SELECT or fields.keys() - {_ITEMS, _WITH}:
        raise error(InvalidArgument, f"{sql!r} is more than an expression", "use frame.sql for a SELECT")
    count, at = tree.number(fields[_ITEMS].begin)
    if count != 1:
        raise error(InvalidArgument, f"{sql!r} are {count} expressions", "give a list of texts")
    parts, _ = tree.fields(n.STRUCTS["named_expression"], at)
    node = tree.expression(parts[1].begin)
    return expression(Rename(node, tree.text(parts[2].begin)) if 2 in parts else node)
