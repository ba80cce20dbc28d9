"""Files in and out, by both modules; each reads what the other wrote."""

import datetime as dt

import doline
import polars
import pytest

from frames.peer import Frames, as_polars, both


@pytest.fixture
def folder(tmp_path):
    d = Frames(polars)
    d.people.write_csv(tmp_path / "people.csv")
    d.people.write_parquet(tmp_path / "people.parquet")
    d.people.write_ndjson(tmp_path / "people.ndjson")
    d.times.write_ipc(tmp_path / "times.arrow")
    d.people.write_json(tmp_path / "people.json")
    d.people.write_csv(tmp_path / "people.tsv", separator="\t", include_header=False, null_value="NA")
    d.times.write_parquet(tmp_path / "times.parquet")
    d.lists.write_parquet(tmp_path / "lists.parquet")
    d.sales.write_parquet(tmp_path / "part-1.parquet")
    d.sales.write_parquet(tmp_path / "part-2.parquet")
    (tmp_path / "lines.txt").write_text('one, "two\nthree\n\nfour')
    return tmp_path


EXAMPLES = {
    "scan_parquet": lambda pl, f: pl.scan_parquet(f / "people.parquet").filter(pl.col("age") > 25).select("name", "born"),
    "read_parquet": lambda pl, f: pl.read_parquet(f / "times.parquet", columns=["at", "day", "v"]),
    "read_ipc": lambda pl, f: pl.read_ipc(f / "times.arrow"),
    "scan_ipc": lambda pl, f: pl.scan_ipc(f / "times.arrow").filter(pl.col("v") > 2).select("at", "v"),
    "parquet columns": lambda pl, f: pl.read_parquet(f / "people.parquet", columns=["city", "name"], n_rows=3),
    "parquet lists": lambda pl, f: pl.read_parquet(f / "lists.parquet"),
    "parquet glob": lambda pl, f: pl.scan_parquet(f / "part-*.parquet").select(pl.col("amount").sum()),
    "parquet row index": lambda pl, f: pl.scan_parquet(f / "people.parquet", row_index_name="i").select("i", "name"),
    "read_csv": lambda pl, f: pl.read_csv(f / "people.csv"),
    "csv dates": lambda pl, f: pl.read_csv(f / "people.csv", try_parse_dates=True),
    "csv overrides": lambda pl, f: pl.read_csv(f / "people.csv", schema_overrides={"age": pl.Float64}),
    "csv separator": lambda pl, f: pl.read_csv(f / "people.tsv", separator="\t", has_header=False, null_values="NA"),
    "csv new names": lambda pl, f: pl.read_csv(f / "people.csv", columns=["name", "age"], n_rows=2),
    "scan_ndjson": lambda pl, f: pl.scan_ndjson(f / "people.ndjson").select("name", "age"),
    "read_json": lambda pl, f: pl.read_json(f / "people.json").select("name", "height"),
    "schema": lambda pl, f: pl.DataFrame({"n": pl.scan_parquet(f / "people.parquet").collect_schema().names()}),
    "grouped scan": lambda pl, f: pl.scan_csv(f / "people.csv").group_by("city").agg(pl.len()).sort("city"),
}


@both(EXAMPLES)
def test_read(example, folder):
    expected = as_polars(example(polars, folder))
    given = as_polars(example(doline, folder))
    polars.testing.assert_frame_equal(given, expected)


@pytest.mark.parametrize(("write", "read"), [
    ("sink_parquet", "read_parquet"), ("sink_ipc", "read_ipc"), ("sink_csv", "read_csv"), ("sink_ndjson", "read_ndjson")])
def test_what_is_written_reads_back(write, read, tmp_path):
    frame = Frames(doline).people.lazy()
    getattr(frame, write)(tmp_path / "out")
    expected = Frames(polars).people
    given = getattr(polars, read)(tmp_path / "out")
    if read not in ("read_parquet", "read_ipc"):
        given = given.with_columns(polars.col("born").str.to_date())
    polars.testing.assert_frame_equal(given, expected)


def test_partitions_are_folders(tmp_path):
    Frames(doline).sales.lazy().sink_parquet(doline.PartitionBy(tmp_path / "out", key="shop"))
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["shop=x", "shop=y", "shop=z"]
    back = doline.scan_parquet(tmp_path / "out" / "**" / "*.parquet", hive_partitioning=True)
    assert back.select(doline.col("amount").sum()).collect().item() == 23


def test_lines(folder):
    assert doline.read_lines(folder / "lines.txt").rows()[:2] == [('one, "two',), ("three",)]


def test_write_csv_gives_text():
    assert doline.DataFrame({"a": [1], "b": ["x"]}).write_csv() == "a,b\n1,x\n"


@pytest.mark.parametrize("call", [
    lambda: doline.scan_delta("x"), lambda: doline.scan_iceberg("x"), lambda: doline.scan_database("x"),
    lambda: doline.scan_parquet("x", storage_options={"a": "b"}),
    lambda: doline.col("a").interpolate("nearest"),
    lambda: doline.DataFrame({"a": [1]}).lazy().collect(engine="gpu"),
    lambda: doline.Categorical(), lambda: doline.col("a").qcut([0.5]), lambda: doline.rolling_corr(),
    lambda: doline.DataFrame({"a": [1]}).write_excel("x"), lambda: doline.LazyFrame({"a": [1]}).sink_delta("x"),
    lambda: doline.Series("a", [1]).to_torch(), lambda: doline.col("a").ewm_sum(alpha=0.5)])
def test_what_is_not_there_says_so(call):
    with pytest.raises(doline.NotSupported):
        call()


def test_dates_of_python_are_literals():
    frame = doline.DataFrame({"d": [dt.date(2024, 1, 1), dt.date(2024, 2, 1)]})
    assert frame.filter(doline.col("d") > dt.date(2024, 1, 15)).height == 1


PARTITIONS = {
    "a name": lambda pl, folder: pl.PartitionBy(folder, key="shop"),
    "names": lambda pl, folder: pl.PartitionBy(folder, key=["shop", "item"]),
    "an expression": lambda pl, folder: pl.PartitionBy(folder, key=[(pl.col("amount") % 2).alias("odd")]),
    "named expressions": lambda pl, folder: pl.PartitionBy(folder, key={"odd": pl.col("amount") % 2}),
    "without keys": lambda pl, folder: pl.PartitionBy(folder, key="shop", include_key=False),
}


@pytest.mark.parametrize("example", PARTITIONS.values(), ids=PARTITIONS)
@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_partitions_lie_where_polars_puts_them(example, form, tmp_path):
    found = {}
    for pl in (polars, doline):
        folder = tmp_path / pl.__name__
        getattr(Frames(pl).sales.lazy(), f"sink_{form}")(example(pl, folder), mkdir=True)
        read = getattr(polars, f"read_{form}")
        options = {"hive_partitioning": False} if form == "parquet" else {}
        parts = {}
        for path in sorted(folder.rglob(f"*.{form}")):
            parts.setdefault(str(path.parent.relative_to(folder)), []).append(read(path, **options))
        found[pl] = {name: polars.concat(frames) for name, frames in parts.items()}
    assert set(found[doline]) == set(found[polars])
    for name, expected in found[polars].items():
        polars.testing.assert_frame_equal(found[doline][name], expected, check_column_order=False)


def test_what_sinks_do_not_do_is_refused(tmp_path):
    lazy = Frames(doline).sales.lazy()
    for options in ({"lazy": True}, {"row_group_size": 5}):
        with pytest.raises(doline.NotSupported):
            lazy.sink_parquet(tmp_path / "x.parquet", **options)
    with pytest.raises(doline.NotSupported):
        lazy.sink_parquet(doline.PartitionBy(tmp_path, key="shop", max_rows_per_file=5))
    with pytest.raises(doline.NotSupported):
        lazy.sink_parquet(doline.PartitionBy(tmp_path))
