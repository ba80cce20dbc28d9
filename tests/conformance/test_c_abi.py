"""libdoline.so, driven through ctypes; Arrow data goes in and comes out through pyarrow."""

import ctypes
import datetime
import decimal
import threading
import time
import uuid

import pyarrow as pa
import pytest
from c_abi import FUNCTIONS, HANDLE, Failure, Session

ENDLESS = "SELECT count(*) FROM range(100000000) a(i), range(100000000) b(j) WHERE i * j % 7 = 3"


# --- Arrow, both ways

D, T, TD = datetime.date, datetime.datetime, datetime.timedelta
LONG = "longer than twelve bytes, with ümläuts"

# Arrays as others give them → what they come back as (None: the same type).
ARRAYS = {
    "null": (pa.nulls(3), None),
    "bool": (pa.array([True, None, False]), None),
    "int8": (pa.array([-128, None, 127], pa.int8()), None),
    "int16": (pa.array([-32768, None, 32767], pa.int16()), None),
    "int32": (pa.array([-2**31, None, 2**31 - 1], pa.int32()), None),
    "int64": (pa.array([-2**63, None, 2**63 - 1], pa.int64()), None),
    "uint8": (pa.array([0, None, 255], pa.uint8()), None),
    "uint16": (pa.array([0, None, 65535], pa.uint16()), None),
    "uint32": (pa.array([0, None, 2**32 - 1], pa.uint32()), None),
    "uint64": (pa.array([0, None, 2**64 - 1], pa.uint64()), None),
    "float16": (pa.array([1.5, None, -0.000061], pa.float16()), pa.float32()),
    "float32": (pa.array([1.5, None, float("inf")], pa.float32()), None),
    "float64": (pa.array([1.5, None, -1e300]), None),
    "decimal32": (pa.array([decimal.Decimal("1.25"), None], pa.decimal32(5, 2)), pa.decimal128(5, 2)),
    "decimal64": (pa.array([decimal.Decimal("-1.25"), None], pa.decimal64(15, 2)), pa.decimal128(15, 2)),
    "decimal128": (pa.array([decimal.Decimal("-99.99"), None], pa.decimal128(4, 2)), None),
    "decimal128 of 38": (pa.array([decimal.Decimal(10**38 - 1), None, decimal.Decimal(1 - 10**38)],
                                  pa.decimal128(38, 0)), None),
    "decimal256": (pa.array([decimal.Decimal(-10**37), None], pa.decimal256(38, 0)), pa.decimal128(38, 0)),
    "date32": (pa.array([D(1969, 12, 31), None, D(9999, 12, 31)]), None),
    "date64": (pa.array([D(1969, 12, 31), None, D(2024, 2, 29)], pa.date64()), pa.date32()),
    "time32[s]": (pa.array([1, None, 86399], pa.time32("s")), pa.time64("us")),
    "time32[ms]": (pa.array([1, None, 86399999], pa.time32("ms")), pa.time64("us")),
    "time64[us]": (pa.array([1, None, 86399999999], pa.time64("us")), None),
    "time64[ns]": (pa.array([1000, None], pa.time64("ns")), pa.time64("us")),
    "timestamp[s]": (pa.array([-1, None, 2**33], pa.timestamp("s")), None),
    "timestamp[ms]": (pa.array([-1, None, 2**43], pa.timestamp("ms")), None),
    "timestamp[us]": (pa.array([T(1900, 1, 1), None, T(2300, 1, 1)], pa.timestamp("us")), None),
    "timestamp[ns]": (pa.array([-1000, None, 2**62 // 1000 * 1000], pa.timestamp("ns")), None),
    "zoned[us]": (pa.array([0, None, 10**15], pa.timestamp("us", "UTC")), None),
    "zoned[s]": (pa.array([0, None, 10**9], pa.timestamp("s", "Europe/Berlin")), pa.timestamp("us", "Europe/Berlin")),
    "zoned[ns]": (pa.array([5000, None], pa.timestamp("ns", "+02:00")), pa.timestamp("us", "+02:00")),
    "duration[us]": (pa.array([TD(days=-1), None, TD(microseconds=5)], pa.duration("us")), None),
    "duration[ms]": (pa.array([5, None], pa.duration("ms")), pa.duration("us")),
    "interval": (pa.array([pa.MonthDayNano([1, -2, 3000]), None], pa.month_day_nano_interval()), None),
    "utf8": (pa.array(["", None, "twelve bytes", LONG]), None),
    "large_utf8": (pa.array(["", None, LONG], pa.large_string()), pa.string()),
    "utf8_view": (pa.array(["", None, "short", LONG, LONG * 3], pa.string_view()), pa.string()),
    "binary": (pa.array([b"", None, b"\x00\xff" * 9]), None),
    "large_binary": (pa.array([b"", None, b"\xfe" * 20], pa.large_binary()), pa.binary()),
    "binary_view": (pa.array([b"", None, b"\xfe" * 20], pa.binary_view()), pa.binary()),
    "fixed binary": (pa.array([b"abc", None, b"\x00\x01\x02"], pa.binary(3)), pa.binary()),
    "uuid": (pa.array([uuid.UUID(int=1).bytes, None, uuid.UUID(int=2**128 - 1).bytes], pa.uuid()), None),
    "json": (pa.ExtensionArray.from_storage(pa.json_(), pa.array(['{"a": 1}', None])), None),
    "bool8": (pa.ExtensionArray.from_storage(pa.bool8(), pa.array([0, None, 2], pa.int8())), pa.bool_()),
    "dictionary": (pa.array(["a", None, "b", "a"]).dictionary_encode(), pa.string()),
    "dictionary of int64 codes": (pa.array(["x", None, "x"]).dictionary_encode().cast(
        pa.dictionary(pa.int64(), pa.string())), pa.string()),
    "dictionary of numbers": (pa.array([7, None, 8, 7]).dictionary_encode(), pa.int64()),
    "dictionary with NULL in it": (pa.DictionaryArray.from_arrays(
        pa.array([0, 1, None, 0], pa.int8()), pa.array(["a", None])), pa.string()),
    "dictionary of nothing": (pa.DictionaryArray.from_arrays(
        pa.array([None, None], pa.int8()), pa.array([], pa.string())), pa.string()),
    "runs": (pa.RunEndEncodedArray.from_arrays([2, 3, 6], ["a", None, LONG]), pa.string()),
    "list": (pa.array([[1, None, 3], None, [], [4]]), pa.list_(pa.field("l", pa.int64()))),
    "large_list": (pa.array([[LONG], None, [], ["x", None]], pa.large_list(pa.string())),
                   pa.list_(pa.field("l", pa.string()))),
    "list_view": (pa.ListViewArray.from_arrays([2, 0, 0], [1, 0, 3], pa.array([1, 2, 3])),
                  pa.list_(pa.field("l", pa.int64()))),
    "large_list_view": (pa.LargeListViewArray.from_arrays([2, 0, 0], [1, 0, 3], pa.array([1, 2, 3])),
                        pa.list_(pa.field("l", pa.int64()))),
    "fixed list": (pa.array([[1, None], None, [3, 4]], pa.list_(pa.int32(), 2)), None),
    "struct": (pa.array([{"a": 1, "b": "x"}, None, {"a": None, "b": LONG}]), None),
    "map": (pa.array([[("k", 1), ("l", None)], None, []], pa.map_(pa.string(), pa.int64())), None),
    "deep": (pa.array([{"a": [{"b": [LONG, None]}, None]}, None, {"a": None}, {"a": []}]),
             pa.struct([("a", pa.list_(pa.field("l", pa.struct(
                 [("b", pa.list_(pa.field("l", pa.string())))]))))])),
}


def plain(array):
    """Values as Python's, for comparison across types."""
    if isinstance(array, pa.ChunkedArray):
        return [value for chunk in array.chunks for value in plain(chunk)]
    if isinstance(array, pa.RunEndEncodedArray):
        return [value.as_py() for value in array]
    return array.to_pylist()


def expected(array):
    values = plain(array)
    if array.type == pa.bool8():
        return [None if value is None else bool(value) for value in values]
    if array.type == pa.duration("ms"):
        return [None if value is None else TD(milliseconds=5) for value in values]
    return values


def same(found, given):
    assert len(found) == len(given)
    for left, right in zip(found, given):
        if hasattr(left, "nanoseconds") or not hasattr(left, "tzinfo") or left.tzinfo is None:
            assert left == right or left is right
        else:
            assert left == right.astimezone(left.tzinfo)


@pytest.mark.parametrize("name", ARRAYS)
def test_a_type_goes_in_and_comes_back(session, name):
    given, comes_as = ARRAYS[name]
    session.register("t", pa.table({"x": given}))
    found = session.table("SELECT x FROM t")
    assert found.schema.field("x").type == (comes_as or given.type)
    same(plain(found["x"]), expected(given))


@pytest.mark.parametrize("lend", [False, True], ids=["taken", "lent"])
@pytest.mark.parametrize("name", ARRAYS)
def test_a_slice_of_many_rows_keeps_its_rows(session, name, lend):
    """Offsets that are no multiple of eight, several chunks, several batches, an empty one."""
    given, _ = ARRAYS[name]
    whole = pa.concat_arrays([given] * 1500) if name not in ("runs", "dictionary with NULL in it") else given
    begin, size = (3, 4101) if len(whole) > 4200 else (1, len(whole) - 1)
    part = whole.slice(begin, size)
    table = pa.Table.from_batches([pa.record_batch({"x": piece}) for piece in
                                   (part, whole.slice(0, 0), whole.slice(size // 2, 1))])
    session.register("t", table, lend=lend)
    # As they are, and with their rows moved by an operator that keeps them.
    for sql in ("SELECT x FROM t", "SELECT x FROM (SELECT x, row_number() OVER () AS n FROM t) ORDER BY n"):
        found = session.table(sql)["x"]
        same(plain(found), [value for chunk in table["x"].chunks for value in expected(chunk)])


@pytest.mark.parametrize("name", ARRAYS)
def test_a_type_without_rows(session, name):
    given, comes_as = ARRAYS[name]
    session.register("t", pa.table({"x": given.slice(0, 0)}))
    found = session.table("SELECT x FROM t")
    assert found.num_rows == 0
    assert found.schema.field("x").type == (comes_as or given.type)


# SQL types → (Arrow type, Python values)
SQL_VALUES = {
    "(1)::HUGEINT": (pa.decimal128(38, 0), [decimal.Decimal(1)]),
    "'b'::ENUM('a', 'b')": (pa.dictionary(pa.uint8(), pa.string()), ["b"]),
    "'2 months 3 days'::INTERVAL": (pa.month_day_nano_interval(), [pa.MonthDayNano([2, 3, 0])]),
    "TIMESTAMPTZ '2024-01-01 00:00:00+02'":
        (pa.timestamp("us", "UTC"), [T(2023, 12, 31, 22, tzinfo=datetime.timezone.utc)]),
    "'00000000-0000-0000-0000-00000000000a'::UUID": (pa.uuid(), [uuid.UUID(int=10)]),
    "'[1]'::JSON": (pa.json_(), ["[1]"]),
    "1.5::DECIMAL(10,1)": (pa.decimal128(10, 1), [decimal.Decimal("1.5")]),
    "NULL": (pa.null(), [None]),
    "[[1], NULL, []]": (pa.list_(pa.field("l", pa.list_(pa.field("l", pa.int32())))), [[[1], None, []]]),
    "[1, 2]::INTEGER[2]": (pa.list_(pa.int32(), 2), [[1, 2]]),
    "MAP {'k': 1}": (pa.map_(pa.string(), pa.int32()), [[("k", 1)]]),
    "{'a': 1, 'b': 'x'}": (pa.struct([("a", pa.int32()), ("b", pa.string())]), [{"a": 1, "b": "x"}]),
    "'\\xAA'::BLOB": (pa.binary(), [b"\xaa"]),
    "TIME '24:00:00'": None,
}


@pytest.mark.parametrize("sql", [sql for sql, found in SQL_VALUES.items() if found])
def test_a_sql_type_leaves_as_its_twin(session, sql):
    found = session.table(f"SELECT {sql} AS x")
    assert (found.schema.field("x").type, found["x"].to_pylist()) == SQL_VALUES[sql]


@pytest.mark.parametrize("sql", [sql for sql, found in SQL_VALUES.items() if found])
def test_what_left_may_come_back(session, sql):
    found = session.table(f"SELECT {sql} AS x UNION ALL SELECT NULL")
    session.register("back", found)
    again = session.table("SELECT x FROM back")
    assert again["x"].to_pylist() == found["x"].to_pylist()
    if "HUGEINT" in sql:
        assert session.table("SELECT typeof(x) AS t FROM back LIMIT 1")["t"].to_pylist() == ["HUGEINT"]


def test_many_rows_come_in_few_batches_in_order(session):
    query = session.start("SELECT i, i::VARCHAR AS t, i % 3 = 0 AS b, [i, NULL] AS l, "
                          "CASE WHEN i % 2 = 0 THEN 'constant' END AS c FROM range(300000) t(i)")
    batches = list(query.reader())
    assert len(batches) <= 12
    table = pa.Table.from_batches(batches)
    table.validate(full=True)
    values = list(range(300000))
    assert table["i"].to_pylist() == values
    assert table["t"].to_pylist() == [str(i) for i in values]
    assert table["b"].to_pylist() == [i % 3 == 0 for i in values]
    assert table["l"].to_pylist() == [[i, None] for i in values]
    assert table["c"].to_pylist() == ["constant" if i % 2 == 0 else None for i in values]


def test_batches_outlive_query_and_session(doline):
    session = Session(doline)
    session.register("t", pa.table({"x": list(range(5000)), "s": [LONG] * 5000}))
    table = session.table("SELECT * FROM t")
    session.close()
    assert table["x"].to_pylist() == list(range(5000)) and table["s"].to_pylist() == [LONG] * 5000


@pytest.mark.parametrize("lend", [False, True], ids=["taken", "lent"])
def test_a_stream_larger_than_the_budget_moves_to_disk(session, lend):
    session.execute("SET memory_limit = '64MiB'")
    try:
        rows = 1 << 20
        schema = pa.schema([("i", pa.int64()), ("s", pa.string())])

        def batches():
            for start in range(0, 8 * rows, rows // 4):
                numbers = pa.array(range(start, start + rows // 4))
                yield pa.record_batch([numbers, numbers.cast(pa.string())], schema)

        session.register("big", pa.RecordBatchReader.from_batches(schema, batches()), lend)
        found = session.table("SELECT count(*) c, sum(i)::BIGINT s, count(DISTINCT length(s)) l FROM big")
        assert found.to_pylist() == [{"c": 8 * rows, "s": 8 * rows * (8 * rows - 1) // 2, "l": 7}]
    finally:
        session.execute("SET memory_limit = '80%'")


def test_lent_rows_are_only_read(session):
    session.register("lent", pa.table({"x": [1, 2, 3], "s": ["a", None, LONG]}), lend=True)
    for sql in ("INSERT INTO lent VALUES (1, 'b')", "UPDATE lent SET x = 1", "DELETE FROM lent"):
        with pytest.raises(Failure) as failure:
            session.execute(sql)
        assert failure.value.code == "not_supported"
    assert session.table("SELECT sum(x)::BIGINT AS x FROM lent WHERE s IS NOT NULL")["x"].to_pylist() == [4]
    session.execute("SET verify_plans = true")  # plans go through their bytes
    assert session.table("SELECT count(*) AS n FROM lent WHERE x > 1")["n"].to_pylist() == [2]
    session.execute("SET verify_plans = false")


def test_values_that_would_be_rounded_are_refused(session):
    for array in (pa.array([1500], pa.time64("ns")), pa.array([1], pa.timestamp("ns", "UTC")),
                  pa.array([2**62], pa.timestamp("s", "UTC")),
                  pa.array([pa.MonthDayNano([0, 0, 1])], pa.month_day_nano_interval())):
        with pytest.raises(Failure) as failure:
            session.register("t", pa.table({"x": array}))
        assert failure.value.code == "conversion"


def test_types_without_a_twin_are_refused_by_name(session):
    union = pa.UnionArray.from_sparse(pa.array([0, 0], pa.int8()), [pa.array([1, 2])])
    with pytest.raises(Failure) as failure:
        session.register("t", pa.table({"u": union}))
    assert failure.value.code == "not_supported" and '"u"' in str(failure.value)
    with pytest.raises(Failure, match="between 1 and 38"):
        session.register("t", pa.table({"d": pa.array([decimal.Decimal("1e-40")], pa.decimal256(50, 40))}))


def test_names_that_occur_twice_are_told_apart(session):
    session.register("t", pa.Table.from_arrays([pa.array([1]), pa.array([2]), pa.array([3])], ["a", "A", "a"]))
    assert session.table("FROM t").to_pylist() == [{"a": 1, "A_1": 2, "a_2": 3}]


def test_an_error_of_the_producer_is_told(session):
    schema = pa.schema([("x", pa.int64())])

    def broken():
        yield pa.record_batch([pa.array([1])], schema)
        raise ValueError("the well ran dry")

    with pytest.raises(Failure, match="the well ran dry") as failure:
        session.register("t", pa.RecordBatchReader.from_batches(schema, broken()))
    assert failure.value.code == "io"
    with pytest.raises(Failure):
        session.start("FROM t")


# --- Statements

def test_every_function_of_the_header_is_bound_here():
    import pathlib
    import re
    header = pathlib.Path(__file__).parents[2] / "include" / "doline" / "doline.h"
    declared = re.findall(r"^DOLINE_API [^(]*?(doline_\w+)\(", header.read_text(), re.MULTILINE)
    assert sorted(declared) == sorted(FUNCTIONS)


def test_the_library_shows_nothing_else(library):
    import subprocess
    shown = subprocess.run(["nm", "-D", "--defined-only", str(library)], capture_output=True, text=True, check=True)
    names = [line.split()[-1].split("@")[0] for line in shown.stdout.splitlines() if " A " not in line]
    assert sorted(names) == sorted(FUNCTIONS)


def test_nothing_heavy_is_loaded_at_start(doline, library):
    import subprocess
    needed = subprocess.run(["ldd", str(library)], capture_output=True, text=True, check=True).stdout
    assert not [name for name in ("libcurl", "librdkafka", "libhdf5", "libicu") if name in needed]


def test_statements_as_bytes(doline, session):
    prepared = session.prepare("SELECT i + $1 AS x FROM range(3) t(i)")
    bytes_at, size = HANDLE(), ctypes.c_size_t()
    session.must(doline.doline_prepared_bytes(prepared, ctypes.byref(bytes_at), ctypes.byref(size)))
    message = ctypes.string_at(bytes_at, size.value)
    doline.doline_prepared_free(prepared)
    other = Session(doline)
    again = HANDLE()
    other.must(doline.doline_prepare_bytes(other.handle, message, len(message), ctypes.byref(again)))
    other.must(doline.doline_bind_int64(again, b"1", 10))
    query = other.run(again)
    assert query.table()["x"].to_pylist() == [10, 11, 12]
    query.free()
    doline.doline_prepared_free(again)
    for damaged in (b"", b"DLST", message[:-1], b"\xff" * 40):
        assert doline.doline_prepare_bytes(other.handle, damaged, len(damaged), ctypes.byref(again)) == 1
        assert Failure(doline).code == "corrupt" and not again
    other.close()


def test_errors_have_code_place_and_hint(session):
    with pytest.raises(Failure) as failure:
        session.table("SELECT pric FROM (VALUES (1)) t(price)")
    assert failure.value.code == "column_not_found"
    assert failure.value.span == (7, 11)
    assert failure.value.hint == 'did you mean "price"?'
    assert "^^^^" in str(failure.value)
    for sql, code in (("SELEC 1", "syntax"), ("SELECT 1; SELECT 2", "syntax"), ("FROM nowhere", "table_not_found"),
                      ("SELECT 'x'::INTEGER", "conversion"), ("SET no_such = 1", "setting"),
                      ("SELECT 9223372036854775807 + i FROM range(5) t(i)", "overflow")):
        with pytest.raises(Failure) as failure:
            session.table(sql)
        assert failure.value.code == code, sql
    assert session.table("SELECT 1 AS x").to_pylist() == [{"x": 1}]


def test_null_handles_are_errors_not_crashes(doline):
    out = HANDLE()
    assert doline.doline_prepare(None, b"SELECT 1", 8, ctypes.byref(out)) == 1
    assert doline.doline_error_code() == b"invalid_argument"
    assert doline.doline_run(None, ctypes.byref(out)) == 1
    assert doline.doline_next(None, None) == 1
    assert doline.doline_connect(None, ctypes.byref(out)) == 1
    assert doline.doline_open(b"some.db", ctypes.byref(out)) == 1
    assert doline.doline_error_code() == b"not_supported"
    for name in ("close", "prepared_free", "query_free", "cancel", "interrupt", "clear_bindings"):
        getattr(doline, f"doline_{name}")(None)


def test_errors_belong_to_their_thread(doline, session):
    assert doline.doline_open(b"some.db", ctypes.byref(HANDLE())) == 1
    seen = []

    def elsewhere():
        seen.append(doline.doline_error_code())
        try:
            Session(doline).table("SELEC")
        except Failure as failure:
            seen.append(failure.code)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert seen == [b"", "syntax"]
    assert doline.doline_error_code() == b"not_supported"


def test_statements_without_rows_say_so(doline, session):
    for sql, rows in (("CREATE TABLE t(i INTEGER)", 0), ("INSERT INTO t VALUES (1), (2)", 0), ("FROM t", 1)):
        query = session.start(sql)
        assert doline.doline_returns_rows(query.handle) == rows
        query.free()
    assert session.table("FROM t")["i"].to_pylist() == [1, 2]
    session.must(doline.doline_unregister(session.handle, b"t"))
    with pytest.raises(Failure):
        session.must(doline.doline_unregister(session.handle, b"t"))


def test_texts_come_as_views_where_asked_for(doline, session):
    texts = "SELECT if(i % 3 = 0, NULL, repeat('ä', (i % 11)::INTEGER)) AS t FROM range(5000) r(i) ORDER BY i"
    query = session.start(texts)
    session.must(doline.doline_text_views(query.handle))
    table = query.table()
    query.free()
    assert table.schema.field("t").type == pa.string_view()
    assert table["t"].to_pylist() == session.table(texts)["t"].to_pylist()
    with pytest.raises(Failure):
        session.must(doline.doline_text_views(None))


def test_a_value_beyond_the_sniffed_type_widens_it(session, tmp_path):
    """Also when the schema is asked for first, and when the session is closed meanwhile."""
    file = tmp_path / "late.csv"
    file.write_text("n\n" + "1\n" * 50000 + "1.5\n")
    assert session.table(f"SELECT max(n) AS n FROM '{file}'").to_pylist() == [{"n": 1.5}]
    other = Session(session.library)
    query = other.start(f"SELECT max(n) AS n FROM '{file}'")
    other.close()
    assert query.table().to_pylist() == [{"n": 1.5}]
    query.free()


# --- Cancellation, progress, threads

def test_a_query_is_cancelled_from_another_thread(session, doline):
    query = session.start(ENDLESS)
    told = []
    timer = threading.Timer(0.2, lambda: (told.append(time.monotonic()), doline.doline_cancel(query.handle)))
    timer.start()
    with pytest.raises(Failure) as failure:
        query.table()
    assert failure.value.code == "cancelled"
    assert time.monotonic() - told[0] < 1
    query.free()
    assert session.table("SELECT 1 AS x").num_rows == 1


@pytest.mark.parametrize("sql", [f"CREATE TABLE t AS {ENDLESS}", f"EXPLAIN ANALYZE {ENDLESS}"])
def test_a_statement_inside_run_is_interrupted(session, doline, sql):
    told = []
    timer = threading.Timer(0.2, lambda: (told.append(time.monotonic()), doline.doline_interrupt(session.handle)))
    timer.start()
    with pytest.raises(Failure) as failure:
        session.start(sql)
    assert failure.value.code == "cancelled"
    assert time.monotonic() - told[0] < 1
    assert session.table("SELECT 1 AS x").num_rows == 1  # the next statement is not touched


def test_freeing_a_running_query_ends_it(session):
    query = session.start(ENDLESS)
    begin = time.monotonic()
    query.free()
    assert time.monotonic() - begin < 1


def test_progress_and_profile(session, doline):
    session.register("t", pa.table({"x": list(range(100000))}))
    query = session.start("SELECT sum(x) FROM t")
    assert 0 <= query.progress().share <= 1
    query.table()
    done = query.progress()
    assert done.share == 1 and done.rows_read == 100000 and done.memory_limit_bytes > 0
    assert b"sum" in doline.doline_profile(query.handle, b"text").lower()
    assert doline.doline_profile(query.handle, b"json").startswith(b"{")
    assert doline.doline_profile(query.handle, b"xml") is None
    query.free()


def test_sessions_share_tables_and_nothing_else(doline, session):
    other, stranger = Session(doline, beside=session), Session(doline)
    session.execute("CREATE TABLE shared AS SELECT 1 AS x; SET TimeZone = 'Europe/Berlin'")
    assert other.table("FROM shared")["x"].to_pylist() == [1]
    assert session.table("SELECT current_setting('TimeZone') AS z")["z"].to_pylist() == ["Europe/Berlin"]
    assert other.table("SELECT current_setting('TimeZone') AS z")["z"].to_pylist() == ["UTC"]
    with pytest.raises(Failure):
        stranger.start("FROM shared")
    zoned = session.table("SELECT TIMESTAMPTZ '2024-07-01 00:00:00+00' AS t")
    assert zoned.schema.field("t").type == pa.timestamp("us", "Europe/Berlin")
    other.close()
    stranger.close()


def test_many_threads_with_sessions_of_their_own(doline, session):
    session.register("t", pa.table({"x": list(range(50000)), "g": [i % 10 for i in range(50000)]}))
    wrong = []

    def work(number):
        mine = Session(doline, beside=session)
        for turn in range(20):
            found = mine.table(f"SELECT g, sum(x)::BIGINT AS s FROM t WHERE g >= {number} GROUP BY g ORDER BY g")
            if found.num_rows != 10 - number or found["s"][0].as_py() != sum(range(number, 50000, 10)):
                wrong.append((number, turn))
        mine.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_two_queries_of_one_session_side_by_side(session):
    first, second = session.start("FROM range(1000000) t(i)"), session.start("FROM range(1000000) t(j)")
    schemas = first.schema(), second.schema()
    counts = [0, 0]
    running = [0, 1]
    while running:
        for index in list(running):
            batch = (first, second)[index].next(schemas[index])
            if batch is None:
                running.remove(index)
            else:
                counts[index] += batch.num_rows
    assert counts == [1000000, 1000000]
    first.free()
    second.free()


def test_a_stream_may_be_left_in_the_middle(session):
    reader = session.start("FROM range(100000000) t(i)").reader()
    assert reader.read_next_batch()["i"][0].as_py() == 0
    reader.close()
    del reader
    assert session.table("SELECT 1 AS x").num_rows == 1


def test_a_streams_error_is_the_querys(session):
    reader = session.start("SELECT CASE WHEN i = 250000 THEN 'x' ELSE '1' END::INTEGER FROM range(300000) t(i)").reader()
    with pytest.raises(Exception, match="error\\[conversion\\]"):
        reader.read_all()


def test_a_forked_child_is_refused_and_opens_its_own(doline, session, library):
    import subprocess
    import sys
    code = f"""
import os, sys
sys.path.insert(0, {str(__import__("pathlib").Path(__file__).parent)!r})
from c_abi import Failure, Session, load
doline = load({str(library)!r})
session = Session(doline)
assert session.table("SELECT count(*) AS c FROM range(100000)")["c"].to_pylist() == [100000]
child = os.fork()
if child == 0:
    try:
        session.start("SELECT 1")
        os._exit(1)
    except Failure as failure:
        if failure.code != "not_supported":
            os._exit(2)
    fresh = Session(doline)
    os._exit(0 if fresh.table("SELECT 42 AS x")["x"].to_pylist() == [42] else 3)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    done = subprocess.run([sys.executable, "-c", code], timeout=60, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_each_session_has_rejects_of_its_own(doline, session, tmp_path):
    for name, damage in (("one", "damage"), ("two", "other damage")):
        (tmp_path / f"{name}.log").write_text(f"2020-01-01\n{damage}\n")
    other = Session(doline, beside=session)
    try:
        for at, name in ((session, "one"), (other, "two")):
            at.table(f"FROM read_csv('{tmp_path}/{name}.log', columns => {{'a': 'DATE'}}, header => false, "
                     "auto_detect => false, rejects => true)")
        assert session.table("SELECT text FROM rejects() WHERE line = 2")["text"].to_pylist() == ["damage"]
        assert other.table("SELECT text FROM rejects() WHERE line = 2")["text"].to_pylist() == ["other damage"]
    finally:
        other.close()
