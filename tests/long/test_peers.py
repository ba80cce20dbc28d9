"""What Polars is timed with is TPC-H: its answers are DuckDB's over the same files, and the published
ones."""

import os

import polars
import pytest

from bench import compare
from bench.cases import data_folder
from bench.engines.polars_engine import Engine
from bench.suites import tpch_frames
from tests.long import tpc


@pytest.mark.parametrize("scale", (0.01, 1))
@pytest.mark.parametrize("number", tpch_frames.QUERIES)
def test_a_query_in_polars_form_is_right(number, scale):
    name = f"q{number}"
    case = tpc.case_of("tpch", scale, name)
    engine = Engine(polars.thread_pool_size(), temp_folder=os.devnull)
    tpch_frames.scan(engine, data_folder() / "tpch" / f"sf{scale:g}")
    answer = engine.answer(engine.run(case.work["polars"]))
    assert compare.differences(answer, tpc.peer_answer("tpch", scale, name), case.ordered) == []
    if case.check is not None:
        assert case.check(answer) == []
