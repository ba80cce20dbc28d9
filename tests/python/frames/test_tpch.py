"""The 22 queries of TPC-H as expressions, at scale 0.01: what Polars answers to the same code, and the published
answers where the corpora are there."""

import os

import doline
import polars
import pyarrow
import pytest

from bench import compare
from bench.generate import tpch as generate
from bench.suites import tpch, tpch_frames

SCALE = 0.01


class Session:
    """What the suites' engines are to the queries."""

    def __init__(self, module, folder):
        self.module, self.tables = module, {}
        tpch_frames.scan(self, folder)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("tpch")
    generate.parquet_tables(made, SCALE)
    return made


@pytest.mark.parametrize("number", tpch_frames.QUERIES)
def test_a_query_as_expressions(number, folder):
    answers = {}
    for module in (polars, doline):
        answers[module] = pyarrow.table(tpch_frames.QUERIES[number](Session(module, folder)))
    ordered = number not in tpch.UNORDERED
    assert answers[doline].num_rows > 0
    assert compare.differences(answers[doline], answers[polars], ordered) == []
    if os.environ.get("DOLINE_CORPORA") and number not in tpch.OTHER_TEXT:
        assert tpch.published_answer(number, SCALE)(answers[doline]) == []
