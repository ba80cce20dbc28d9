"""TPC-H and TPC-DS: every answer is DuckDB's over the same files and, where there is one, the
published one, whatever the engine is told to do inside, and within the memory it is given.
"""

import pytest

from tests.fuzz.plans.engines import optimizer_passes
from tests.long import tpc

# TPC's texts join by commas: before conditions are pushed into them such joins are products of
# whole tables (lineitem and orders have 10^12 pairs at scale 1), which no engine works through. So
# what finds conditions in WHERE, also within OR, stays on where all else is off; at scale 1 the
# order of joins too, as the order of the texts has products of its own.
FINDS_CONDITIONS = ("filter_pushdown", "or_factoring")


def without_passes(*kept):
    return f"disabled_optimizers={','.join(name for name in optimizer_passes() if name not in kept)}"


HOWS = {
    "default": {},
    "one_thread": {"threads": 1},
    "spilling": {"settings": ("force_spill=true",)},
    "unoptimized": {"settings": (without_passes(*FINDS_CONDITIONS, "join_order"),)},
}
WITHOUT_ORDER = {"settings": (without_passes(*FINDS_CONDITIONS),)}
TPCH = [f"q{number}" for number in range(1, 23)]
IN_TWO_TEXTS = (14, 23, 24, 39)
TPCDS = [name for number in range(1, 100)
         for name in ((f"q{number}a", f"q{number}b") if number in IN_TWO_TEXTS else (f"q{number}",))]
# A process may take this share of its limit more, whatever is counted in it.
OVER_THE_LIMIT = 1.1


def must_be_right(suite, scale, name, **how):
    measured, complaints = tpc.run(suite, scale, name, **how)
    print(f"{suite} {scale:g} {name}: {measured.seconds:.2f} s, {measured.peak_bytes / 1e6:.0f} MB")
    assert complaints == []
    return measured


def must_fit(suite, scale, name, megabytes):
    measured = must_be_right(suite, scale, name, memory_bytes=megabytes * 10**6)
    assert measured.peak_bytes <= megabytes * 10**6 * OVER_THE_LIMIT
    assert measured.memory_files == set()


def test_the_names_are_all_there_are():
    assert [case.name for case in tpc.suite_of("tpch", 0.01).cases] == TPCH
    assert [case.name for case in tpc.suite_of("tpcds", 1).cases] == TPCDS


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("name", TPCH)
def test_tpch_at_scale_a_hundredth(name, how):
    must_be_right("tpch", 0.01, name, **(WITHOUT_ORDER if how == "unoptimized" else HOWS[how]))


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("name", TPCH)
def test_tpch_at_scale_one(name, how):
    must_be_right("tpch", 1, name, **HOWS[how])


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("name", TPCDS)
def test_tpcds_at_scale_one(name, how):
    must_be_right("tpcds", 1, name, **HOWS[how])


@pytest.mark.parametrize("name", TPCH)
def test_tpch_at_scale_ten(name):
    must_be_right("tpch", 10, name)


@pytest.mark.parametrize("megabytes", (400, 100))
@pytest.mark.parametrize("name", TPCH)
def test_tpch_at_scale_ten_fits(name, megabytes):
    must_fit("tpch", 10, name, megabytes)


@pytest.mark.parametrize("name", TPCDS)
def test_tpcds_at_scale_one_fits(name):
    must_fit("tpcds", 1, name, 100)
