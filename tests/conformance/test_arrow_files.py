"""Arrow IPC files and streams of other projects, and round trips with pyarrow and Polars.

What pyarrow reads in a file comes into the engine twice: through our reader, and through pyarrow and the
C interface. Both have to be the same rows of the same types. What pyarrow refuses, as damaged or when its
whole content is validated, is refused here too.
"""

import datetime
import decimal
import os
import subprocess
import uuid

import polars as pl
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.ipc as ipc
import pytest
from c_abi import Failure, Session, load

# Refused though pyarrow reads them, and what is said of them.
BETTER_REASONS = {
    "1.0.0-bigendian": "big-endian data",
    "arrow-ipc-file-fuzz-6051391008473088": "big-endian data",
    "generated_union": "is a union, which has no twin here",
    "arrow-ipc-stream-fuzz-5718685113384960": "a time in no known unit",
}


@pytest.fixture(scope="module")
def session(library):
    made = Session(load(library))
    yield made
    made.close()


def comparable(value):
    """NaN is NaN; what Python's own times cannot hold was made numbers before."""
    return repr(value)


def plain(table):
    """Times as numbers: Python's end with the year 9999 and at microseconds."""
    def cast(kind):
        if pa.types.is_temporal(kind) and not pa.types.is_interval(kind):
            return pa.int32() if kind.bit_width == 32 else pa.int64()
        return kind
    return table.cast(pa.schema([field.with_type(cast(field.type)) for field in table.schema]))


def assert_same(ours, theirs):
    assert ours.schema.names == theirs.schema.names
    assert ours.schema.types == theirs.schema.types
    if ours.equals(theirs):
        return
    for name, left, right in zip(ours.schema.names, plain(ours).columns, plain(theirs).columns, strict=True):
        assert [comparable(value) for value in left.to_pylist()] == [comparable(value) for value in right.to_pylist()], name


def by_pyarrow(path):
    """The whole table, every value of it validated."""
    with pa.OSFile(str(path)) as file:
        begin = file.read(6)
    if begin == b"ARROW1":
        with ipc.open_file(str(path)) as reader:
            table = reader.read_all()
    else:
        with pa.OSFile(str(path)) as file, ipc.open_stream(file) as reader:
            table = reader.read_all()
    table.validate(full=True)
    return table


def pattern_of(path):
    return str(path).replace("'", "''")


def rows_of(session, sql):
    """The table, or the failure instead."""
    try:
        return session.table(sql)
    except Failure as failure:
        return failure


def registered(session, table):
    """What the engine makes of a table of pyarrow's, or why it does not take it."""
    try:
        session.register("theirs", table)
    except Failure as failure:
        return failure
    return session.table("FROM theirs")


def compare(session, path, theirs):
    """'equal', 'refused' where both are for the same reason, or what is wrong."""
    ours = rows_of(session, f"FROM read_arrow('{pattern_of(path)}')")
    taken = registered(session, theirs)
    if isinstance(ours, Failure) and isinstance(taken, Failure) and ours.code == taken.code:
        if ours.code != "conversion":
            return "refused"
        # A value that has no twin: column by column, all others are as they should be.
        for place, name in enumerate(session.table(f"DESCRIBE FROM read_arrow('{pattern_of(path)}')")["column_name"].to_pylist()):
            ours = rows_of(session, f"""SELECT "{name}" FROM read_arrow('{pattern_of(path)}')""")
            taken = registered(session, theirs.select([place]).rename_columns([name]))
            if isinstance(ours, Failure) or isinstance(taken, Failure):
                assert isinstance(ours, Failure) and isinstance(taken, Failure) and ours.code == taken.code, name
            else:
                assert_same(ours, taken)
        return "equal but for values without twins"
    if isinstance(ours, Failure) or isinstance(taken, Failure):
        return f"ours: {ours}, pyarrow's: {taken}"
    assert_same(ours, taken)
    return "equal"


def outcome(session, path):
    """What becomes of a file: 'equal', 'refused', or what is wrong."""
    expected = next((reason for name, reason in BETTER_REASONS.items() if name in str(path)), None)
    ours = rows_of(session, f"FROM read_arrow('{pattern_of(path)}')")
    if expected:
        return "refused" if isinstance(ours, Failure) and expected in str(ours) else f"not {expected!r}: {ours}"
    try:
        theirs = by_pyarrow(path)
    except (pa.ArrowException, OSError, ValueError) as error:
        if not isinstance(ours, Failure):
            return f"{ours.num_rows} rows are read, where pyarrow says {type(error).__name__}: {error}"
        return "refused" if ours.code in ("format", "corrupt", "not_supported", "conversion") else f"{ours.code}: {ours}"
    return compare(session, path, theirs)


def files_in(corpora, folder):
    files = [path for path in sorted((corpora / "arrow_ipc" / folder).rglob("*"))
             if path.is_file() and path.suffix not in (".md", ".gz")]
    assert files
    return files


@pytest.mark.parametrize("folder, equal, equal_in_part, refused", [
    ("integration", 110, 12, 60), ("hostile_file", 2, 0, 53), ("hostile_stream", 0, 0, 80)])
def test_files_of_others_hold_what_pyarrow_reads(session, corpora, folder, equal, equal_in_part, refused):
    outcomes = {path: outcome(session, path) for path in files_in(corpora, folder)}
    known = {"equal": equal, "equal but for values without twins": equal_in_part, "refused": refused}
    assert [f"{path.name}: {what}" for path, what in outcomes.items() if what not in known] == []
    assert {what: list(outcomes.values()).count(what) for what in known} == known


def all_types():
    """A column of each type that Arrow and the engine both have, with NULLs, and empty ones."""
    zone = datetime.timezone.utc
    moment = datetime.datetime(2024, 2, 28, 10, 11, 12, 345678)
    texts = ["", "short", None, "longer than twelve bytes", "grüße, 世界"]
    numbers = [0, 1, None, 2, 3]
    lists = [[], [1, None], None, [2], [3, 4, 5]]
    columns = {
        "null": pa.nulls(5),
        "bool": pa.array([True, False, None, True, False]),
        "float16": pa.array([0.5, 1.5, None, -2.0, 65504.0], pa.float16()),
        "float32": pa.array([0.5, 1.5, None, float("inf"), float("nan")], pa.float32()),
        "float64": pa.array([0.1, -0.0, None, float("-inf"), float("nan")]),
        "date32": pa.array([datetime.date(1, 1, 1), datetime.date(9999, 12, 31), None, moment.date(), moment.date()]),
        "date64": pa.array([moment.date()] * 4 + [None], pa.date64()),
        "interval": pa.array([(1, 2, 3000), (0, 0, 0), None, (-1, -2, -3000), (0, 1, 0)], pa.month_day_nano_interval()),
        "binary": pa.array([b"", b"\xff\x00", None, b"longer than twelve bytes", b"x"]),
        "large_binary": pa.array([b"", b"\xff\x00", None, b"longer than twelve bytes", b"x"], pa.large_binary()),
        "binary_view": pa.array([b"", b"\xff\x00", None, b"longer than twelve bytes", b"x"], pa.binary_view()),
        "fixed_binary": pa.array([b"abc", b"\0\0\0", None, b"xyz", b"123"], pa.binary(3)),
        "text": pa.array(texts), "large_text": pa.array(texts, pa.large_string()), "text_view": pa.array(texts, pa.string_view()),
        "list": pa.array(lists), "large_list": pa.array(lists, pa.large_list(pa.int64())),
        "list_view": pa.array(lists, pa.list_view(pa.int64())), "large_list_view": pa.array(lists, pa.large_list_view(pa.int64())),
        "fixed_list": pa.array([[1, 2], [3, None], None, [4, 5], [6, 7]], pa.list_(pa.int32(), 2)),
        "lists_of_lists": pa.array([[["a"], []], [], None, [None, ["b", None]], [["c"]]]),
        "struct": pa.array([{"a": 1, "b": "x"}, {"a": None, "b": "y"}, None, {"a": 2, "b": None}, {"a": 3, "b": "z"}]),
        "map": pa.array([[("a", 1)], [], None, [("b", None), ("c", 2)], [("d", 3)]], pa.map_(pa.string(), pa.int32())),
        "dictionary": pa.array(texts).dictionary_encode(),
        "dictionary_int8": pa.array(texts).dictionary_encode().cast(pa.dictionary(pa.int8(), pa.large_string())),
        "dictionary_numbers": pa.array([7, 8, None, 7, 9]).dictionary_encode(),
        "list_of_dictionary": pa.ListArray.from_arrays([0, 1, 1, 3, 4, 5], pa.array(texts).dictionary_encode()),
        "run_ends": pa.RunEndEncodedArray.from_arrays(pa.array([2, 3, 5], pa.int32()), pa.array(["a", None, "longer than twelve bytes"])),
        "uuid": pa.ExtensionArray.from_storage(pa.uuid(), pa.array([uuid.UUID(int=i).bytes for i in range(4)] + [None], pa.binary(16))),
        "json": pa.ExtensionArray.from_storage(pa.json_(), pa.array(['{"a": 1}', "[]", None, "null", '"x"'])),
        "bool8": pa.ExtensionArray.from_storage(pa.bool8(), pa.array([0, 1, None, -1, 0], pa.int8())),
    }
    for kind in ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"):
        columns[kind] = pa.array(numbers, kind)
    for unit in ("s", "ms", "us", "ns"):
        columns[f"timestamp_{unit}"] = pa.array([moment.replace(microsecond=0), None] * 2 + [None], pa.timestamp(unit))
        columns[f"zoned_{unit}"] = pa.array([moment.replace(microsecond=0, tzinfo=zone), None] * 2 + [None], pa.timestamp(unit, "Europe/Berlin"))
        columns[f"duration_{unit}"] = pa.array([datetime.timedelta(seconds=5), None] * 2 + [None], pa.duration(unit))
        time = pa.time32(unit) if unit in ("s", "ms") else pa.time64(unit)
        columns[f"time_{unit}"] = pa.array([datetime.time(10, 11, 12), None] * 2 + [None], time)
    for kind in (pa.decimal32(5, 2), pa.decimal64(12, 2), pa.decimal128(38, 2), pa.decimal256(50, 2)):
        columns[str(kind)] = pa.array([decimal.Decimal("1.25"), decimal.Decimal("-999.99"), None, decimal.Decimal(0), decimal.Decimal("0.01")], kind)
    return pa.table(columns)


def write_by_pyarrow(table, path, max_chunksize=2, **options):
    batches = table.to_batches(max_chunksize=max_chunksize)
    new = ipc.new_stream if path.suffix == ".arrows" else ipc.new_file
    with new(str(path), table.schema, options=ipc.IpcWriteOptions(**options)) as writer:
        for batch in batches:
            writer.write_batch(batch)


WAYS = [{}, {"compression": "lz4"}, {"compression": "zstd"}, {"use_legacy_format": True}, {"metadata_version": ipc.MetadataVersion.V4},
        {"emit_dictionary_deltas": True}, {"unify_dictionaries": True}]


@pytest.mark.parametrize("ending", ["arrow", "arrows"])
@pytest.mark.parametrize("options", WAYS, ids=lambda options: "-".join(f"{name}_{value}" for name, value in options.items()) or "plain")
def test_what_pyarrow_writes(session, tmp_path, ending, options):
    path = tmp_path / f"x.{ending}"
    table = all_types()
    for rows in (table, table.slice(1, 3), table.slice(0, 0)):
        write_by_pyarrow(rows, path, **options)
        assert compare(session, path, rows) == "equal"
        mapped = session.table(f"FROM read_arrow('{pattern_of(path)}', mmap => true)")
        assert_same(mapped, session.table(f"FROM read_arrow('{pattern_of(path)}')"))
    name = pattern_of(path)
    assert session.table(f"SELECT count(*) AS n, min(uuid)::TEXT AS u FROM '{name}'").to_pylist() == [{"n": 0, "u": None}]


@pytest.mark.parametrize("ending, options", [("arrow", ""), ("arrow", "(COMPRESSION lz4)"), ("arrow", "(COMPRESSION zstd, ROW_GROUP_SIZE 2)"),
                                             ("arrows", ""), ("arrows", "(COMPRESSION zstd)")])
def test_what_pyarrow_and_polars_read_of_ours(session, tmp_path, ending, options):
    """As much as when the rows reach them through the C interface."""
    session.register("rows", all_types())
    path = tmp_path / f"x.{ending}"
    session.table(f"COPY rows TO '{pattern_of(path)}' {options}")
    ours = session.table("FROM rows")
    theirs = by_pyarrow(path)
    assert_same(theirs, ours)
    assert theirs.schema.field("uuid").type == pa.uuid() and theirs.schema.field("json").type == pa.json_()
    assert str(theirs.schema.field("zoned_us").type) == str(ours.schema.field("zoned_us").type)
    columns = [name for name in ours.schema.names if name not in ("interval", "map", "null")]  # which Polars lacks, or calls otherwise
    read = pl.read_ipc if ending == "arrow" else pl.read_ipc_stream
    listed = ", ".join(f'"{name}"' for name in columns)
    session.table(f"COPY (SELECT {listed} FROM rows) TO '{pattern_of(path)}' {options}")
    assert read(path).equals(pl.from_arrow(ours.select(columns)), null_equal=True)


@pytest.mark.parametrize("ending, compression", [("arrow", "uncompressed"), ("arrow", "lz4"), ("arrow", "zstd"), ("arrows", "uncompressed")])
def test_what_polars_writes(session, tmp_path, ending, compression):
    frame = pl.DataFrame({
        "i": [1, None, 3], "s": ["a", None, "longer than twelve bytes"], "c": pl.Series(["x", "y", None], dtype=pl.Categorical),
        "e": pl.Series(["low", None, "high"], dtype=pl.Enum(["low", "high"])), "l": [[1], [], None], "b": [b"x", None, b"longer than twelve bytes"],
        "t": pl.Series([0, 1, None], dtype=pl.Datetime("us", "Europe/Berlin")), "d": pl.Series([1, 2, None], dtype=pl.Duration("ms")),
        "st": [{"x": 1.5, "y": "p"}, None, {"x": None, "y": "q"}], "a": pl.Series([[1, 2], None, [3, 4]], dtype=pl.Array(pl.Int16, 2)),
        "dec": pl.Series(["1.25", None, "-3.50"]).str.to_decimal(scale=2), "o": [True, None, False],
    })
    path = tmp_path / f"x.{ending}"
    (frame.write_ipc if ending == "arrow" else frame.write_ipc_stream)(path, compression=compression)
    ours = session.table(f"FROM '{pattern_of(path)}'")
    session.register("theirs", frame.to_arrow())
    assert_same(ours, session.table("FROM theirs"))
    types = dict(zip(*session.table(f"SELECT column_name, column_type FROM (DESCRIBE FROM '{pattern_of(path)}')").to_pydict().values(), strict=True))
    assert types["e"] == "ENUM('low', 'high')"


def large_table(rows):
    """Values that say which row they are of, NULLs between them."""
    numbers = pa.array(range(rows), pa.int32())
    holes = pa.array([None if i % 7 == 3 else i for i in range(rows)])
    texts = pa.array([None if i % 11 == 5 else f"text {i} " * (i % 4) for i in range(rows)])
    offsets = pa.array(range(0, 3 * rows + 1, 3), pa.int32())
    inner = pa.array([f"item {i}" for i in range(3 * rows)])
    return pa.table({
        "n": numbers, "h": holes, "b": pa.array([None if i % 5 == 0 else i % 3 == 0 for i in range(rows)]), "t": texts,
        "large": texts.cast(pa.large_string()), "l": pa.ListArray.from_arrays(offsets, inner),
        "deep": pa.ListArray.from_arrays(offsets, pa.ListArray.from_arrays(pa.array(range(0, 3 * rows + 1), pa.int32()), inner)),
        "f": pa.FixedSizeListArray.from_arrays(pa.array(range(2 * rows)), 2), "s": pa.StructArray.from_arrays([holes, texts], ["h", "t"]),
        "d": pa.array([f"value {i % 100}" for i in range(rows)]).dictionary_encode(), "half": pa.array([i % 100 for i in range(rows)], pa.float16()),
    })


@pytest.mark.parametrize("ending", ["arrow", "arrows"])
@pytest.mark.parametrize("options", [{}, {"compression": "lz4"}], ids=["plain", "lz4"])
def test_one_batch_of_many_rows_is_read_by_many_tasks(session, tmp_path, ending, options):
    path = tmp_path / f"x.{ending}"
    table = large_table(200_003)
    write_by_pyarrow(table, path, max_chunksize=10**9, **options)
    assert compare(session, path, table) == "equal"


def test_a_batch_larger_than_memory(program, tmp_path):
    """Of what is not compressed, rows are read without the others."""
    path = tmp_path / "x.arrow"
    rows = 2_000_000
    write_by_pyarrow(pa.table({"a": range(rows), "t": [f"some text that is longer {i % 1000}" for i in range(rows)]}), path, max_chunksize=10**9)
    assert path.stat().st_size > 64 << 20
    sql = f"SET memory_limit = '32MB'; SELECT sum(a), max(t) FROM '{pattern_of(path)}'"
    done = subprocess.run([program, "--csv", "--noheader", "-c", sql], capture_output=True, timeout=60, check=False)
    assert (done.stdout, done.stderr) == (b"1999999000000,some text that is longer 999\n", b"")


def test_pairs_that_whoever_writes_leaves_in_a_file(session, tmp_path):
    path = tmp_path / "x.arrow"
    session.table(f"COPY (SELECT 1 AS a) TO '{pattern_of(path)}' (KV_METADATA {{author: 'me', 'number': 7}})")
    assert by_pyarrow(path).schema.metadata == {b"author": b"me", b"number": b"7"}


def test_values_without_a_twin_are_errors_that_say_where(session, tmp_path):
    path = tmp_path / "x.arrow"
    write_by_pyarrow(pa.table({"a": [1, 2, 3], "t": pa.array([1000, 2000, 3001], pa.time64("ns"))}), path)
    assert session.table(f"SELECT sum(a) AS s FROM '{pattern_of(path)}'")["s"].to_pylist() == [6]
    with pytest.raises(Failure, match=r'column "t": 3001 is no exact value of TIME[\s\S]*note: in .*x.arrow, record batch 1 at byte') as failure:
        session.table(f"FROM '{pattern_of(path)}'")
    assert failure.value.code == "conversion" and "in another type" in failure.value.hint


def test_an_enum_is_one_for_polars(session, tmp_path):
    path = tmp_path / "x.arrow"
    session.table(f"COPY (SELECT ['low', 'hi''gh', NULL][i]::ENUM ('low', 'hi''gh') AS e FROM range(1, 4) r(i)) TO '{pattern_of(path)}'")
    column = pl.read_ipc(path)["e"]
    assert column.dtype == pl.Enum(["low", "hi'gh"]) and column.to_list() == ["low", "hi'gh", None]


def test_dictionaries_that_grow_and_change(session, tmp_path):
    """Of a stream a later batch may have other values under the same codes; of a file, more of them."""
    def batches(*columns):
        return [pa.record_batch([pa.array(values).dictionary_encode()], ["s"]) for values in columns]
    for ending, columns, options in (
            ("arrows", (["a", "b"], ["c", "a"], ["d"]), {}),
            ("arrows", (["a", "b"], ["a", "b", "c"], ["a", "b", "c", "d"]), {"emit_dictionary_deltas": True}),
            ("arrow", (["a", "b"], ["a", "b", "c"], ["a", "b", "c", "d"]), {"emit_dictionary_deltas": True})):
        path = tmp_path / f"x.{ending}"
        given = batches(*columns)
        new = ipc.new_stream if ending == "arrows" else ipc.new_file
        with new(str(path), given[0].schema, options=ipc.IpcWriteOptions(**options)) as writer:
            for batch in given:
                writer.write_batch(batch)
        wanted = [value for values in columns for value in values]
        assert session.table(f"FROM '{pattern_of(path)}'")["s"].to_pylist() == wanted
        counted = session.table(f"SELECT s, count(*) AS n FROM '{pattern_of(path)}' GROUP BY s ORDER BY s").to_pylist()
        assert counted == [{"s": value, "n": wanted.count(value)} for value in sorted(set(wanted))]


def test_columns_that_nobody_asks_for_are_not_read(session, tmp_path):
    """Their bytes may be damaged: of a file, only what a query needs of it is looked at."""
    path = tmp_path / "x.arrow"
    table = pa.table({"a": pa.array(range(100_000)), "s": pa.array(["text"] * 100_000), "z": pa.array([1.5] * 100_000)})
    write_by_pyarrow(table, path, max_chunksize=10_000)
    damaged = path.read_bytes().replace(b"texttext", b"\xff\xff\xff\xfftext")
    path.write_bytes(damaged)
    name = pattern_of(path)
    assert session.table(f"SELECT sum(a) AS a, sum(z) AS z FROM '{name}'").to_pylist() == [{"a": 4999950000, "z": 150000.0}]
    with pytest.raises(Failure, match="a text that is not UTF-8"):
        session.table(f"SELECT max(s) FROM '{name}'")


def test_streams_come_through_pipes(program, tmp_path):
    """Files do too, for they are streams with a footer; so do compressed ones."""
    def run(sql, stdin):
        return subprocess.run([program, "--csv", "--noheader", "-c", sql], input=stdin, capture_output=True, timeout=60, check=True).stdout
    table = pa.table({"a": pa.array(range(50_000)), "e": pa.array(["x", "y"] * 25_000).dictionary_encode()})
    for ending in ("arrow", "arrows"):
        path = tmp_path / f"x.{ending}"
        write_by_pyarrow(table.slice(0, 1000), path)
        for stdin in (path.read_bytes(), pa.Codec("gzip").compress(path.read_bytes()).to_pybytes()):
            for source in ("'-'", "read_arrow('-')", "read_arrow('/dev/stdin')"):
                assert run(f"SELECT count(*), sum(a), count(DISTINCT e) FROM {source}", stdin) == b"1000,499500,2\n"
        fifo = tmp_path / f"fifo.{ending}"
        os.mkfifo(fifo)
        with subprocess.Popen(["cp", path, fifo]):
            assert run(f"SELECT count(*), sum(a) FROM '{pattern_of(fifo)}'", b"") == b"1000,499500\n"
    made = subprocess.run([program, "-c", "COPY (FROM range(100000)) TO '/dev/stdout' (FORMAT arrows)"], capture_output=True, timeout=60, check=True)
    assert ipc.open_stream(made.stdout).read_all()["range"].to_pylist() == list(range(100_000))
    assert run("SELECT sum(range) FROM read_arrow('-')", made.stdout) == b"4999950000\n"


def test_damage_ends_in_an_error_or_the_same_rows(program, tmp_path):
    """Cut off anywhere, and a bit changed anywhere: bounded time and memory, never a crash."""
    table = all_types().select(["int64", "text", "text_view", "dictionary", "list", "struct", "run_ends", "fixed_list", "map"])
    damaged = []
    for ending, options in (("arrow", {}), ("arrows", {"compression": "zstd"})):
        path = tmp_path / f"x.{ending}"
        write_by_pyarrow(table, path, **options)
        whole = path.read_bytes()
        for step in range(60):
            place = len(whole) * step // 60
            damaged.append((f"cut_{step}.{ending}", whole[:place]))
            for bit in (0, 7):
                changed = bytearray(whole)
                changed[place] ^= 1 << bit
                damaged.append((f"bit_{step}_{bit}.{ending}", bytes(changed)))
    failed = 0
    for name, content in damaged:
        (tmp_path / name).write_bytes(content)
        sql = f"SET memory_limit = '256MB'; SELECT ROW(COLUMNS(*)) FROM read_arrow('{pattern_of(tmp_path / name)}')"
        done = subprocess.run([program, "--csv", "--noheader", "-c", sql], stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=False)
        assert done.returncode in (0, 1), (name, done.returncode, done.stderr[-2000:])
        assert b"internal" not in done.stderr, (name, done.stderr)
        assert done.returncode == 0 or name.encode() in done.stderr, (name, done.stderr)
        failed += done.returncode
    assert failed > len(damaged) / 3


def test_errors_name_the_file_and_the_place(session, tmp_path):
    whole = tmp_path / "x.arrow"
    write_by_pyarrow(pa.table({"s": ["a", "b"]}), whole)
    content = whole.read_bytes()
    for name, changed, wanted in (
            ("cut.arrow", content[:-3], r"cut.arrow does not end as an Arrow file does"),
            ("no_footer.arrow", content[:-10] + b"\xff\xff\xff\x7f" + content[-6:], r"its footer cannot be 2147483647 bytes long"),
            ("short.arrows", content[8:200], r"short.arrows, message at byte 120: the stream is cut off at byte 192"),
            ("first.feather", b"FEA1" + bytes(100), r"a Feather file of version 1"),
            ("text.arrow", b"a,b\n1,2\n" * 10, r"text.arrow, message at byte 0: this is no begin of an Arrow message"),
            ("empty.arrow", b"", r"empty.arrow is no Arrow stream: it has 0 bytes")):
        path = tmp_path / name
        path.write_bytes(changed)
        with pytest.raises(Failure, match=wanted):
            session.table(f"FROM '{pattern_of(path)}'")


@pytest.mark.parametrize("change", ["cut off", "written over"])
def test_a_mapped_file_that_changes_ends_the_query_not_the_process(library, tmp_path, change):
    """What is cut off a mapped file would raise SIGBUS."""
    path = tmp_path / "x.arrow"
    rows = pa.table({"a": pa.array(range(3_000_000)), "s": [f"a text that is longer than twelve bytes {i % 1000}" for i in range(3_000_000)]})
    write_by_pyarrow(rows, path, max_chunksize=500_000)
    session = Session(load(library))
    query = session.start(f"FROM read_arrow('{pattern_of(path)}', mmap => true)")
    schema = query.schema()
    assert query.next(schema)["a"][0].as_py() == 0
    if change == "cut off":
        with path.open("r+b") as file:
            file.truncate(10_000)
    else:
        with path.open("r+b") as file:
            file.write(b"ARROW1\0\0")
    with pytest.raises(Failure, match="x.arrow changed while being read"):
        while query.next(schema):
            pass
    query.free()
    assert session.table("SELECT 1 AS a")["a"].to_pylist() == [1]
    session.close()


def test_a_file_that_changes_between_bind_and_read_is_refused(session, tmp_path):
    path = tmp_path / "x.arrow"
    write_by_pyarrow(pa.table({"a": range(10)}), path)
    session.table(f"CREATE VIEW v AS FROM '{pattern_of(path)}'")
    feather.write_feather(pa.table({"a": range(20)}), str(path))
    assert session.table("SELECT count(*) AS n FROM v")["n"].to_pylist() == [20]
