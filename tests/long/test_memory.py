"""What a memory limit promises: the same answers in the limit's memory, looked at from outside, every
ten milliseconds. Each statement in a process of its own, by two threads; about three minutes."""

import functools
import tempfile

import pyarrow.parquet as pq
import pytest

from bench import compare, processes
from bench.cases import Case, data_folder, sql
from tests.long import tpc

SCALE = 1
LIMITS_MB = (400, 100)
# A process may take this share of its limit more, whatever is counted in it.
OVER_THE_LIMIT = 1.1

# What is kept is more than the smaller limit, and most of it more than the larger one.
KEPT = {
    "sorted": "SELECT l_orderkey, l_linenumber, l_comment FROM lineitem ORDER BY l_comment, l_orderkey, l_linenumber",
    "sorted_in_part": """SELECT l_comment, l_orderkey, l_linenumber FROM lineitem
        ORDER BY l_comment, l_orderkey, l_linenumber LIMIT 1000 OFFSET 4000000""",
    "grouped": """SELECT count(*), sum(hash(l_orderkey, lines, price, last_comment)) FROM (
        SELECT l_orderkey, count(*) AS lines, sum(l_extendedprice) AS price, max(l_comment) AS last_comment
        FROM lineitem GROUP BY l_orderkey)""",
    "distinct": "SELECT count(DISTINCT l_comment), count(DISTINCT (l_partkey, l_suppkey, l_shipdate)) FROM lineitem",
    "windowed": """SELECT sum(hash(l_orderkey, l_linenumber, before, so_far)) FROM (
        SELECT l_orderkey, l_linenumber, lag(l_comment) OVER w AS before, sum(l_quantity) OVER w AS so_far
        FROM lineitem WINDOW w AS (PARTITION BY l_suppkey ORDER BY l_shipdate, l_orderkey, l_linenumber))""",
    "joined": """SELECT count(*), sum(hash(a.l_comment, b.l_comment)) FROM lineitem a JOIN lineitem b
        ON a.l_orderkey = b.l_orderkey AND a.l_linenumber = b.l_linenumber""",
    "held_by_groups": """SELECT l_suppkey % 50 AS bucket, median(l_extendedprice) AS middle, mode(l_partkey) AS often,
        length(string_agg(l_comment, ',' ORDER BY l_comment)) AS size FROM lineitem GROUP BY bucket ORDER BY bucket""",
    "shared": """WITH kept AS MATERIALIZED (SELECT l_orderkey, l_partkey, l_comment FROM lineitem)
        SELECT count(*) FROM kept a JOIN kept b ON a.l_orderkey = b.l_orderkey WHERE a.l_comment < b.l_comment""",
}
TPCH = [f"q{number}" for number in range(1, 23)]


def case_of(name):
    if name in KEPT:
        return Case(name, sql(KEPT[name]), ordered=True)
    return tpc.case_of("tpch", SCALE, name)


def run(name, megabytes=None):
    """(what was measured, the answer)."""
    scratch = data_folder() / "scratch"
    scratch.mkdir(parents=True, exist_ok=True)
    options = tpc.options_of("tpch", SCALE, megabytes and megabytes * 10**6)
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        path = f"{folder}/answer.parquet"
        arguments, environment = processes.command(
            "doline", tpc.suite_of("tpch", SCALE), case_of(name), options, folder, path)
        measured = processes.run_measured(arguments, environment, give_up_seconds=300)
        assert measured.exit_code == 0, measured.errors
        return measured, pq.read_table(path)


@functools.lru_cache(maxsize=1)
def unlimited(name):
    return run(name)[1]


@pytest.mark.parametrize("megabytes", LIMITS_MB)
@pytest.mark.parametrize("name", [*KEPT, *TPCH])
def test_answers_and_memory_under_a_limit(name, megabytes):
    measured, answer = run(name, megabytes)
    print(f"{name} in {megabytes} MB: {measured.seconds:.2f} s, {measured.peak_bytes / 1e6:.0f} MB")
    assert compare.differences(answer, unlimited(name), case_of(name).ordered) == []
    assert measured.peak_bytes <= megabytes * 10**6 * OVER_THE_LIMIT
    assert measured.memory_files == set()
