"""Trees from Python are those that SQL text becomes."""

import re

import doline
import pytest
from doline import _nodes as n
from doline import _sessions

ONE = n.literal(n.LITERAL_KIND_INTEGER, "1")
A = n.column_reference(["a"])
STAR = n.named_expression(n.star())
T = n.table_name(["t"])


def call(name, *values, **options):
    return n.function_call([name], [n.argument(v) for v in values], **options)


TREES = {
    "SELECT * FROM t": n.select([STAR], from_=T),
    "SELECT a + 1 AS b FROM t": n.select(
        [n.named_expression(call("+", A, ONE, is_operator=True), "b")], from_=T),
    "SELECT sum(a) FILTER (WHERE a > 1) OVER (PARTITION BY a ORDER BY a DESC) FROM t": n.select(
        [n.named_expression(call(
            "sum", A, filter_=n.comparison(A, ONE, n.COMPARISON_OPERATOR_GREATER),
            over=n.window_specification("", [A], [n.order_item(A, n.SORT_DIRECTION_DESCENDING)])))], from_=T),
    "SELECT CASE WHEN a IS NULL THEN 1 ELSE a::DECIMAL(10, 2) END FROM t LIMIT 1": n.select(
        [n.named_expression(n.case([n.case_branch(n.is_null(A), ONE)], n.cast(A, n.type_name(
            name=["DECIMAL"], modifiers=[n.literal(n.LITERAL_KIND_INTEGER, d) for d in ("10", "2")]))))],
        from_=T, limit=ONE),
    "FROM t UNION ALL FROM t": n.set_operation([n.select([STAR], from_=T)] * 2, all_=True),
    "SELECT a FROM t GROUP BY a HAVING NOT a = 1 ORDER BY a NULLS FIRST": n.select(
        [n.named_expression(A)], from_=T, group_by=[n.grouping_element(expressions=[A])],
        having=n.not_(n.comparison(A, ONE)), order_by=[n.order_item(A, nulls=n.NULL_ORDER_FIRST)]),
    "VALUES (1), (1)": n.values([[ONE], [ONE]]),
    "SELECT lambda element: 1": n.select([n.named_expression(n.lambda_(["element"], ONE))]),
}


@pytest.mark.parametrize("text", TREES)
def test_a_tree_is_read_as_it_was_built(text):
    message = n.statement_message(n.select_statement(TREES[text]))
    read = _sessions.current().prepare(message).bytes()  # with fields that Python leaves out
    assert _sessions.current().prepare(read).bytes() == read
    assert _words(read) == _words(message)


@pytest.mark.parametrize("text", TREES)
def test_it_is_the_tree_of_its_text_but_for_places(text):
    of_text = _sessions.current().prepare(text).bytes()
    of_python = n.statement_message(n.select_statement(TREES[text]))
    # Places in the text are the only numbers that may differ: what is left has the same names in it.
    assert _words(of_text) == _words(of_python)


def _words(message):
    return re.findall(rb"[A-Za-z_]{3,}", message)


def test_damaged_bytes_are_refused():
    message = n.statement_message(n.select_statement(TREES["SELECT * FROM t"]))
    for cut in range(len(message)):
        with pytest.raises(doline.errors.CorruptData):
            _sessions.current().prepare(message[:cut])
