"""The benchmark's data: the same bytes every time, of the shape the suites say."""

import json
import re

import pyarrow.parquet as pq
import pytest

from bench.generate import h2o, many_files, ndjson, small, sort, weblog
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


def test_the_tables_to_join_have_their_keys(tmp_path):
    h2o.write_joined(tmp_path, 20_000)
    tables = {name: pq.read_table(tmp_path / f"{name}.parquet") for name in h2o.JOINED}
    assert {name: table.num_rows for name, table in tables.items()} == {
        "x": 20_000, "small": 10, "medium": 20, "big": 20_000}
    assert {name: len(table.column_names) for name, table in tables.items()} == {
        "x": 7, "small": 3, "medium": 5, "big": 7}
    for key, other in (("id1", "small"), ("id2", "medium"), ("id3", "big")):
        ours, theirs = (set(tables[name][key].to_pylist()) for name in ("x", other))
        assert len(ours) == len(theirs) == tables[other].num_rows
        assert len(ours & theirs) == len(ours) * 9 // 10
    assert tables["x"]["id6"].to_pylist()[:5] == [
        f"id{code}" for code in tables["x"]["id3"].to_pylist()[:5]]


def test_the_tables_to_join_are_the_same_again_whichever_are_kept(tmp_path):
    for folder, kept in (("first", None), ("second", "x.parquet")):
        h2o.write_joined(tmp_path / folder, 2_000)
        if kept:
            (tmp_path / folder / kept).unlink()
            h2o.write_joined(tmp_path / folder, 2_000)
    for name in h2o.JOINED:
        first, second = (tmp_path / folder / f"{name}.parquet" for folder in ("first", "second"))
        assert first.read_bytes() == second.read_bytes()


def test_many_files_hold_a_range_each(tmp_path):
    many_files.write(tmp_path / "files", 3)
    flat, hive = (sorted((tmp_path / "files").glob(glob))
                  for glob in ("flat/*.parquet", "hive/sensor=*/readings.parquet"))
    ids = [pq.read_table(path, partitioning=None)["id"].to_pylist() for path in flat]
    assert ids == [list(range(first, first + 1_000)) for first in (0, 1_000, 2_000)]
    assert [path.parent.name for path in hive] == ["sensor=0", "sensor=1", "sensor=2"]
    assert [path.name for path in tmp_path.iterdir()] == ["files"]


def test_the_strings_to_sort_are_nearly_all_distinct(tmp_path):
    sort.write(tmp_path / "s", tmp_path / "d", 10_000)
    keys = pq.read_table(tmp_path / "s")["k"]
    assert len(keys.unique()) > 9_990
    assert {len(key) for key in keys.to_pylist()} == {11}


def test_ten_thousand_statements_differ():
    statements = small.statements(10_000)
    assert len(set(statements)) == 10_000
    assert statements == small.statements(10_000)
