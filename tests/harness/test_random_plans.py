"""tests/fuzz/plans: that a seed repeats, that what is no difference is none, and that findings
become small."""

import decimal

import pytest

from tests.fuzz.plans import compare, oracles, script, statements, universe
from tests.fuzz.plans.nodes import NOTHING, Node, expression, listed, optional
from tests.fuzz.plans.queries import QUERY_PARTS, Case
from tests.fuzz.plans.reducer import Reducer, shuffled


def test_a_seed_repeats():
    for number in (0, 7, 250):
        first, again = (statements.universe_of(5, number) for _ in range(2))
        assert first == again
        one, two = (statements.case_of(5, number, of) for of in (first, again))
        assert str(one[0].node) == str(two[0].node) and one[1] == two[1]
    assert statements.universe_of(5, 0) != statements.universe_of(6, 0)


@pytest.mark.parametrize("left, right", [
    ([], []),
    ([(1, "a"), (2, None)], [(2, None), (1, "a")]),
    ([(0.1 + 0.2,)], [(0.3,)]),
    ([(float("nan"), -0.0)], [(float("nan"), 0.0)]),
    ([(1,)], [(True,)]),
    ([(decimal.Decimal("3"),)], [(3,)]),
    ([([1, None], {"a": 1})], [([1, None], {"a": 1})]),
    ([(1.0, 1), (1.0 + 1e-12, 2)], [(1.0 + 1e-12, 1), (1.0, 2)]),
])
def test_the_same_rows(left, right):
    assert compare.difference(left, right) is None


@pytest.mark.parametrize("left, right", [
    ([(1,)], []),
    ([(1,), (1,), (2,)], [(1,), (2,), (2,)]),
    ([(None,)], [(0,)]),
    ([("",)], [(None,)]),
    ([(1.0,)], [(1.001,)]),
    ([(decimal.Decimal(10**37 + 1),)], [(decimal.Decimal(10**37),)]),
    ([([1, None],)], [([None, 1],)]),
])
def test_other_rows(left, right):
    assert compare.difference(left, right)


def test_rows_out_of_order():
    assert compare.difference([(1, 5), (2, 6)], [(2, 6), (1, 5)]) is None
    assert compare.difference([(1, 5), (2, 6)], [(2, 6), (1, 5)], keys=(0,))


def test_types_that_have_two_names():
    import pyarrow as pa

    name = oracles.type_name
    assert name(pa.list_(pa.field("l", pa.string_view()))) == name(pa.list_(pa.large_string()))
    assert name(pa.int32()) != name(pa.int64())


def query(*, items, where=NOTHING):
    body = Node(("SELECT ", items, " FROM t0", where))
    return Node((NOTHING, body, NOTHING, NOTHING), role="query", names=QUERY_PARTS)


def test_a_finding_becomes_small():
    """Only f(x) over a row with a 7 matters: everything else has to go."""
    column = universe.Column
    table = universe.Table("t0", (column("a", "int", "INTEGER"), column("b", "int", "INTEGER")),
                           tuple((str(row), str(row % 10)) for row in range(100)), "parquet")
    other = universe.Table("t1", (column("a", "int", "INTEGER"),), (("1",),))
    deep = expression("int", "(1 + ", expression("int", "f(", expression("int", "t0.a"), ")"), ")")
    case = Case("query", query(items=listed(", ", [expression("int", "2"), deep, expression("text", "'x'")]),
                               where=optional(" WHERE ", expression("bool", "true"))), False)

    def still_fails(candidate, of):
        rows = next((table.rows for table in of.tables if table.name == "t0"), ())
        return "f(" in str(candidate.node) and any("7" in row for row in rows)

    small, of = Reducer(still_fails, seconds=60).reduce(case, universe.Universe(1, (table, other), False))
    assert str(small.node) == "SELECT f(0) FROM t0"
    assert [table.name for table in of.tables] == ["t0"]
    assert of.tables[0].storage == "memory"
    assert len(of.tables[0].rows) == 1 and len(of.tables[0].columns) == 1


def test_shuffling_keeps_the_rows():
    of = statements.universe_of(1, 0)
    for table, mixed in zip(of.tables, shuffled(of, 1).tables):
        assert sorted(table.rows) == sorted(mixed.rows)


def test_a_seed_of_scheduling_is_kept_with_its_finding():
    of = statements.universe_of(1, 0)
    case, names = statements.case_of(1, 0, of)
    seeded = [name for name in names if name.startswith("seeded")]
    assert len(seeded) == 2
    for name in seeded:
        seed = int(name.split()[1])
        text = script.text_of(case, of, oracles.Complaint(name, "rows", "told"), 1, 0)
        assert f"oracle {name}\n" in text
        assert f"\nSET scheduling_seed = '{seed}'\n" in text
        assert ("force_spill" in text) == name.startswith("seeded_spilling")
    assert "scheduling_seed" not in script.text_of(case, of, oracles.Complaint("duckdb", "rows", "told"), 1, 0)
