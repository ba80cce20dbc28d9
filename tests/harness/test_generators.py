"""The benchmark's data: the same bytes every time, of the shape the suites say."""

import json
import re

import pyarrow.parquet as pq
import pytest

from bench.generate import h2o, ndjson, small, sort, weblog
from bench.suites.weblog import PATTERN


@pytest.mark.parametrize("write", [weblog.write, ndjson.write, h2o.write])
def test_the_same_bytes_again(write, tmp_path):
    write(tmp_path / "first", 3_000)
    write(tmp_path / "second", 3_000)
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()


def test_a_file_that_is_there_is_kept(tmp_path):
    path = tmp_path / "log"
    path.write_text("already there")
    weblog.write(path, 10)
    assert path.read_text() == "already there"


def test_every_log_line_matches_the_pattern_of_nine_groups(tmp_path):
    path = tmp_path / "log"
    weblog.write(path, 20_000)
    lines = path.read_text().splitlines()
    pattern = re.compile(PATTERN)
    assert len(lines) == 20_000
    assert [line for line in lines if not pattern.match(line)] == []
    assert 180 < path.stat().st_size / len(lines) < 195


def test_every_record_is_json_with_a_nested_struct(tmp_path):
    path = tmp_path / "records"
    ndjson.write(path, 5_000)
    records = [json.loads(line) for line in path.read_text().splitlines()]
    assert len(records) == 5_000
    assert {type(record["item"]["tags"]) for record in records} == {list}
    assert {record["item"]["kind"] for record in records} == set(range(ndjson.KINDS))


def test_the_group_by_table_has_its_cardinalities(tmp_path):
    path = tmp_path / "h2o"
    h2o.write(path, 20_000)
    table = pq.read_table(path)
    distinct = {name: len(table[name].unique()) for name in table.column_names[:6]}
    assert distinct == {"id1": 100, "id2": 100, "id3": 200, "id4": 100, "id5": 100, "id6": 200}


def test_the_strings_to_sort_are_nearly_all_distinct(tmp_path):
    sort.write(tmp_path / "s", tmp_path / "d", 10_000)
    keys = pq.read_table(tmp_path / "s")["k"]
    assert len(keys.unique()) > 9_990
    assert {len(key) for key in keys.to_pylist()} == {11}


def test_ten_thousand_statements_differ():
    statements = small.statements(10_000)
    assert len(set(statements)) == 10_000
    assert statements == small.statements(10_000)
