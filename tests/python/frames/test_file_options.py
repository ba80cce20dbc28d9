"""Options of readers, sinks and runs: each of Polars' is honoured, harmless by documentation, or refused."""

import datetime as dt
import inspect
import io
import os

import doline
import polars
import pytest
from doline import options as known

from frames.peer import as_polars

CSV = "a,b\n1,2\n3,NA\nNA,4\n"


def same(call):
    expected, given = (as_polars(call(pl)) for pl in (polars, doline))
    polars.testing.assert_frame_equal(given, expected)


READ_CSV = {
    "no types": {"infer_schema": False}, "no types by length": {"infer_schema_length": 0},
    "nulls": {"null_values": "NA"}, "nulls of columns": {"null_values": {"b": "NA"}},
    "nulls of columns, overridden": {"null_values": {"b": "NA"}, "schema_overrides": {"b": "Float64"}},
    "lines skipped": {"skip_lines": 1}, "row index": {"row_index_name": "i", "row_index_offset": 5},
    "columns and row index": {"columns": ["b"], "row_index_name": "i"}, "places and row index": {"columns": [1], "row_index_name": "i"},
    "new names and row index": {"new_columns": ["x", "y"], "row_index_name": "i"},
    "no header": {"has_header": False}, "names made": {"with_column_names": lambda names: [n.upper() for n in names]},
    "n_rows": {"n_rows": 1}, "ignored": {"low_memory": True, "rechunk": True, "infer_schema_files": 1}}


@pytest.mark.parametrize("options", READ_CSV.values(), ids=READ_CSV)
def test_csv_is_read_as_polars_reads_it(options, tmp_path):
    (tmp_path / "a.csv").write_text(CSV)

    def read(pl):
        here = dict(options)
        if "schema_overrides" in here:
            here["schema_overrides"] = {k: getattr(pl, v) for k, v in here["schema_overrides"].items()}
        if "rechunk" in here and pl is polars:
            del here["rechunk"]
        return pl.read_csv(tmp_path / "a.csv", **here)
    same(read)


TEXTS = {
    "ragged": (b"a,b\n1,2,3\n4\n5,6\n", {"truncate_ragged_lines": True}),
    "comma": (b"a;b\n1,5;x\n2;y\n", {"separator": ";", "decimal_comma": True}),
    "return": (b"a,b\r1,2\r", {"eol_char": "\r"}),
    "empty texts": (b"a,b\n1,\n,x\n", {"empty_string_is_null": False}),
    "a list": (b"a\n1\n", {"schema_overrides": {"a": "Int8"}}),
}


@pytest.mark.parametrize(("data", "options"), TEXTS.values(), ids=TEXTS)
def test_csv_as_bytes(data, options):
    def read(pl, source):
        here = dict(options)
        if "schema_overrides" in here:
            here["schema_overrides"] = {k: getattr(pl, v) for k, v in here["schema_overrides"].items()}
        return pl.read_csv(source, **here)
    same(lambda pl: read(pl, data))
    same(lambda pl: read(pl, io.BytesIO(data)))
    same(lambda pl: read(pl, io.StringIO(data.decode())))


def test_a_type_that_the_reader_has_not_is_cast_to():
    frame = doline.read_csv(b"a,b\nx,2024-01-01\n", schema_overrides={"a": doline.Enum(["x"]), "b": doline.Datetime("ms")})
    assert frame.schema == {"a": doline.Enum(["x"]), "b": doline.Datetime("ms")}


def test_an_empty_file_is_an_error(tmp_path):
    (tmp_path / "a.csv").write_text("")
    for source in (tmp_path / "a.csv", b""):
        with pytest.raises(ValueError, match="empty"):
            doline.read_csv(source)
    assert doline.read_csv(b"", raise_if_empty=False).columns == polars.read_csv(b"", raise_if_empty=False).columns


SOURCES = {"read_csv": lambda f, to: f.write_csv(to), "read_ndjson": lambda f, to: f.write_ndjson(to),
           "read_json": lambda f, to: f.write_json(to), "read_parquet": lambda f, to: f.write_parquet(to),
           "read_ipc": lambda f, to: f.write_ipc(to)}


@pytest.mark.parametrize("name", SOURCES)
def test_open_files_and_bytes(name, tmp_path):
    """Both modules write into an open file what the other reads, as bytes, from memory and from a file."""
    for writer, reader in ((polars, doline), (doline, polars)):
        frame = writer.DataFrame({"a": [1, 2], "b": ["x", None]})
        out = io.BytesIO()
        SOURCES[name](frame, out)
        expected = as_polars(frame)
        out.seek(0)
        read = getattr(reader, name)
        polars.testing.assert_frame_equal(as_polars(read(out)), expected)
        polars.testing.assert_frame_equal(as_polars(read(out.getvalue())), expected)
        (tmp_path / "out").write_bytes(out.getvalue())
        with open(tmp_path / "out", "rb") as file:
            polars.testing.assert_frame_equal(as_polars(read(file)), expected)


def test_without_a_file_the_text_or_the_bytes_are_returned():
    data = {"a": [1.5, None, float("nan"), float("inf")], "d": [dt.date(2024, 1, 2)] * 4, "l": [[1], [], None, [2]],
            "s": [{"x": "ä\n"}] * 4}
    for write in ("write_ndjson", "write_json"):
        texts = [getattr(pl.DataFrame(data), write)() for pl in (polars, doline)]
        assert texts[0] == texts[1]
    assert doline.DataFrame({"a": []}).write_json() == "[]"
    assert polars.read_ipc(doline.DataFrame({"a": [1]}).write_ipc(None)).rows() == [(1,)]
    text = io.StringIO()
    doline.DataFrame({"a": ["ä"]}).write_csv(text)
    assert text.getvalue() == "a\nä\n"


def test_a_query_over_bytes_keeps_them_and_lets_them_go():
    lazy = doline.scan_csv(b"a\n1\n2\n")
    [spooled] = lazy._keeps
    joined = lazy.filter(doline.col("a") > 1)
    del lazy
    assert joined.collect().rows() == [(2,)] and os.path.exists(spooled.path)
    path = spooled.path
    del spooled, joined
    assert not os.path.exists(path)


WRITE_CSV = {
    "always": {"quote_style": "always"}, "never": {"quote_style": "never"}, "ends": {"line_terminator": "\r\n"},
    "always with null": {"quote_style": "always", "null_value": "-"},
    "digits": {"float_precision": 2}, "comma": {"decimal_comma": True, "separator": ";"}, "bom": {"include_bom": True},
    "times": {"date_format": "%d.%m.%Y", "datetime_format": "%H:%M", "time_format": "%M"},
}


@pytest.mark.parametrize("options", WRITE_CSV.values(), ids=WRITE_CSV)
def test_csv_is_written_as_polars_writes_it(options):
    data = {"f": [1.25, None, 1e20, float("nan"), 2.0], "s": ["x", None, 'q"', "a b", ""], "i": [1, None, 3, 4, 5],
            "d": [dt.date(2024, 1, 2)] * 5, "t": [dt.datetime(2024, 1, 2, 3, 4, 5)] * 5, "u": [dt.time(1, 2, 3)] * 5}
    for name in "dtu" if "date_format" not in options else "f":
        del data[name]
    texts = [pl.DataFrame(data).write_csv(**options) for pl in (polars, doline)]
    assert texts[1] == texts[0].replace("NaN", "nan")  # floats are written as SQL writes them


def test_what_is_no_number_is_quoted():
    frame = doline.DataFrame({"a": [1], "b": ["x"], "c": [None]})
    assert frame.write_csv(quote_style="non_numeric").splitlines()[1] == '1,"x",'


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_packed_texts(form, compression, tmp_path):
    ending = {"gzip": "gz", "zstd": "zst"}[compression]
    frame = doline.DataFrame({"a": [1, 2]})
    path = tmp_path / f"a.{form}.{ending}"
    getattr(frame, f"write_{form}")(path, compression=compression)
    assert getattr(polars, f"read_{form}")(path).rows() == [(1,), (2,)]
    for name, packed in (("b", compression), (f"b.{ending}", "uncompressed")):
        with pytest.raises(ValueError, match="check_extension"):
            getattr(frame, f"write_{form}")(tmp_path / name, compression=packed)
    getattr(frame, f"write_{form}")(tmp_path / "b", compression=compression, check_extension=False)


def test_parquet_and_arrow_options(tmp_path):
    import pyarrow.ipc
    import pyarrow.parquet
    frame = doline.select(a=doline.int_range(10_000))
    path = tmp_path / "new" / "a.parquet"
    frame.write_parquet(path, compression="gzip", compression_level=3, row_group_size=4096, metadata={"k": "v"}, mkdir=True)
    meta = pyarrow.parquet.read_metadata(path)
    assert meta.num_row_groups == 3 and meta.row_group(0).column(0).compression == "GZIP"
    assert doline.read_parquet_metadata(path)["k"] == polars.read_parquet_metadata(path)["k"] == "v"
    frame.write_ipc(tmp_path / "a.arrow", compression="zstd", record_batch_size=4096)
    assert pyarrow.ipc.open_file(tmp_path / "a.arrow").num_record_batches == 3
    assert doline.read_ipc_schema(tmp_path / "a.arrow") == {"a": doline.Int64}
    doline.DataFrame({"k": [1, 1, 2], "v": [1, 2, 3]}).write_parquet(tmp_path / "parts", partition_by="k")
    assert polars.read_parquet(tmp_path / "parts/**/*.parquet").sort("v")["v"].to_list() == [1, 2, 3]
    assert sorted(p.name for p in (tmp_path / "parts").iterdir()) == ["k=1", "k=2"]


def test_folders_say_types(tmp_path):
    doline.DataFrame({"k": ["01", "02"], "v": [1, 2]}).lazy().sink_parquet(
        doline.PartitionBy(tmp_path, key="k", include_key=False))
    for kind in ("String", "Int64"):
        same(lambda pl, kind=kind: pl.scan_parquet(tmp_path / "**/*.parquet", hive_schema={"k": getattr(pl, kind)})
             .select("k", "v").sort("v").collect())


def test_signs_in_paths(tmp_path):
    for name in ("a[1].csv", "a1.csv"):
        (tmp_path / name).write_text(f"a\n{name}\n")
    assert doline.read_csv(tmp_path / "a[1].csv", glob=False).item() == "a[1].csv"


LINES = ['one, "two', "", "fo\x01ur", "  lead", "\x1f\x00|", "last"]


def test_lines_are_what_polars_says(tmp_path):
    path = tmp_path / "lines.txt"
    path.write_text("\n".join(LINES))
    same(lambda pl: pl.read_lines(path))
    same(lambda pl: pl.read_lines(path, name="x", n_rows=3, row_index_name="i", include_file_paths="f"))
    same(lambda pl: pl.scan_lines(path, row_index_name="i").collect())
    assert doline.scan_lines(path).collect()["line"].to_list() == LINES


def test_columns_beside_a_row_index(tmp_path):
    polars.DataFrame({"a": [1, 2], "b": ["x", "y"]}).write_ipc(tmp_path / "a.arrow")
    same(lambda pl: pl.read_ipc(tmp_path / "a.arrow", columns=["b"], row_index_name="i"))
    stream = io.BytesIO()
    polars.DataFrame({"a": [1]}).write_ipc_stream(stream)
    assert doline.read_ipc_stream(stream.getvalue()).rows() == [(1,)]


def test_logs_of_a_format(tmp_path):
    path = tmp_path / "a.log"
    path.write_text("info: up\nwarn: down\n")
    frame = doline.read_log(path, pattern=r"(?<level>\w+): (?<text>.*)", row_index_name="i")
    assert frame.rows() == [(0, "info", "up"), (1, "warn", "down")]
    with pytest.raises(ValueError, match="format"):
        doline.read_log(path, format="bogus")


def test_batches_of_a_size():
    for rows, size in ((5, 2), (4, 2), (10_000, 3_000), (0, 3)):
        parts = list(doline.LazyFrame({"a": list(range(rows))}, schema={"a": doline.Int64}).collect_batches(chunk_size=size))
        assert [v for part in parts for v in part["a"].to_list()] == list(range(rows))
        assert [part.height for part in parts if part.height][:-1] == [size] * ((rows - 1) // size if rows else 0)


# A value of each parameter that asks for something; what is not here is given a text.
ASKED = {
    "n_rows": 1, "row_index_offset": 1, "infer_schema": False, "infer_schema_length": 0, "glob": False, "use_pyarrow": True,
    "has_header": False, "skip_rows": 1, "skip_lines": 1, "schema": {"a": doline.Int64, "b": doline.String}, "schema_overrides": {}, "null_values": "x",
    "empty_string_is_null": False, "ignore_errors": True, "with_column_names": list, "infer_schema_files": 3,
    "encoding": "utf8-lossy", "low_memory": True, "skip_rows_after_header": 1, "try_parse_dates": True, "eol_char": ";",
    "separator": ";", "comment_prefix": "#", "quote_char": "'", "new_columns": ["x"], "truncate_ragged_lines": True,
    "raise_if_empty": False, "decimal_comma": True, "storage_options": {"a": "b"}, "missing_columns": "insert",
    "extra_columns": "ignore", "columns": ["a"], "batch_size": 5, "hive_partitioning": True, "hive_schema": {},
    "try_parse_hive_dates": False, "use_statistics": False, "cache": False, "memory_map": False, "pyarrow_options": {"a": 1},
    "compression": "zstd", "compression_level": 3, "statistics": False, "row_group_size": 5000, "data_page_size": 5000,
    "metadata": {"a": "b"}, "mkdir": True, "lazy": True, "maintain_order": False, "include_bom": True,
    "check_extension": False, "include_header": False, "line_terminator": "\r\n", "float_scientific": True,
    "float_precision": 3, "null_value": "-", "quote_style": "always", "record_batch_size": 5000, "engine": "streaming",
    "background": True, "optimized": False, "gevent": True, "chunk_size": 3, "show": False, "raw_output": True,
    "output_path": None, "figsize": (3, 3), "show_plot": True, "partition_by": ["a"], "partition_chunk_size_bytes": 1 << 20,
    "plan_stage": "ir", "row_index_name": "i", "include_file_paths": "f", "name": "n", "optimizations": None}


def parameters(function):
    return [p.name for p in inspect.signature(function).parameters.values()
            if p.kind is p.KEYWORD_ONLY and not p.name.startswith("_")]


def files(folder):
    """(name, function, how Doline is called with options) of all that reads, writes and runs."""
    frame = doline.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    paths = {}
    for form in ("csv", "parquet", "ipc", "ndjson", "json"):
        paths[form] = folder / f"in.{form}"
        getattr(frame, f"write_{form}")(paths[form])
    paths["lines"], paths["ipc_stream"] = paths["csv"], paths["ipc"]
    for verb in ("read", "scan"):
        for form, path in paths.items():
            if hasattr(polars, f"{verb}_{form}"):
                own = getattr(doline, f"{verb}_{form}")
                yield f"{verb}_{form}", getattr(polars, f"{verb}_{form}"), lambda own=own, path=path, **o: own(path, **o)
    for cls, verb, made in ((polars.DataFrame, "write", frame), (polars.LazyFrame, "sink", frame.lazy())):
        for form in ("csv", "parquet", "ipc", "ndjson"):
            own = getattr(made, f"{verb}_{form}")
            yield f"{verb}_{form}", getattr(cls, f"{verb}_{form}"), lambda own=own, form=form, **o: own(folder / f"out-{form}", **o)
    for name in ("collect", "collect_batches", "explain", "profile", "show_graph"):
        if hasattr(polars.LazyFrame, name):
            yield name, getattr(polars.LazyFrame, name), getattr(frame.lazy(), name)


def test_no_option_is_dropped(tmp_path):
    """Every keyword of Polars' is a parameter here, stands in the table of those that change nothing, or
    is refused with what to use; and no name is taken that nobody knows."""
    for name, function, call in files(tmp_path):
        for option in parameters(function):
            value = ASKED.get(option, "asked")
            scan = {"read": "scan", "write": "sink"}.get(name.partition("_")[0], "") + "_" + name.partition("_")[2]
            try:
                call(**{option: value})
            except doline.NotSupported as refused:
                assert refused.hint, (name, option)
            except doline.errors.Error:
                assert option not in known.HARMLESS, (name, option)  # the value was looked at
            else:
                of_own = getattr(doline, name, None) or getattr(doline, scan.strip("_"), None) or \
                    getattr(doline.LazyFrame, scan, None) or getattr(doline.LazyFrame, name, None)
                honoured = option in inspect.signature(of_own).parameters or option in ("mkdir", "partition_by", "columns", "engine")
                assert honoured or option in known.HARMLESS or value is None, (name, option)
        with pytest.raises(TypeError, match="bogus"):
            call(bogus=1)


REFUSED = {
    "format": lambda f: f.explain(format="dot"), "tree": lambda f: f.explain(format="tree"),
    "bogus format": lambda f: f.explain(format="bogus"), "optimized": lambda f: f.explain(optimized=False),
    "plot": lambda f: f.profile(show_plot=True), "gpu": lambda f: f.collect(engine="gpu"),
    "eol": lambda f: doline.read_csv(b"a", eol_char=";"), "lazy": lambda f: f.sink_csv("x", lazy=True),
    "group": lambda f: f.sink_parquet("x", row_group_size=5), "metadata": lambda f: f.sink_parquet("x", metadata=dict),
}


@pytest.mark.parametrize("call", REFUSED.values(), ids=REFUSED)
def test_what_is_refused_says_what_to_use(call):
    with pytest.raises(doline.NotSupported) as refused:
        call(doline.LazyFrame({"a": [1]}))
    assert refused.value.hint


def test_an_engine_that_is_not_there():
    with pytest.raises(ValueError, match="no such engine"):
        doline.LazyFrame({"a": [1]}).collect(engine="bogus")
    for engine in known.ENGINES:
        assert doline.LazyFrame({"a": [1]}).collect(engine=engine).rows() == [(1,)]
