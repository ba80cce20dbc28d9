"""The C ABI's statements before they run: parameters, columns, twins of a session."""

import ctypes
import datetime
import decimal

import pyarrow as pa
import pytest
from c_abi import HANDLE, ArrowArray, ArrowSchema, Failure, Session

D, LONG = datetime.date, "longer than twelve bytes, with ümläuts"


def test_parameters_by_position_and_name(doline, session):
    prepared = session.prepare("SELECT $1 AS a, $b AS b, $c AS c, $d AS d, $e AS e, $f AS f")
    must = session.must
    must(doline.doline_bind_int64(prepared, b"1", 2**40))
    must(doline.doline_bind_text(prepared, b"$b", b"x'y", 3))
    must(doline.doline_bind_double(prepared, b"c", 0.5))
    must(doline.doline_bind_bool(prepared, b"d", 1))
    must(doline.doline_bind_blob(prepared, b"e", b"\x00\xff", 2))
    must(doline.doline_bind_null(prepared, b"f"))
    query = session.run(prepared)
    row = {"a": 2**40, "b": "x'y", "c": 0.5, "d": True, "e": b"\x00\xff", "f": None}
    assert query.table().to_pylist() == [row]
    query.free()
    must(doline.doline_bind_int64(prepared, b"1", 7))  # the others stay
    query = session.run(prepared)
    assert query.table().to_pylist() == [{**row, "a": 7}]
    query.free()
    doline.doline_clear_bindings(prepared)
    with pytest.raises(Failure) as failure:
        session.run(prepared)
    assert failure.value.code == "parameter"
    assert doline.doline_bind_null(prepared, b"") == 1
    assert doline.doline_bind_text(prepared, b"1", b"\xff", 1) == 1
    doline.doline_prepared_free(prepared)


@pytest.mark.parametrize("sql, names", [
    ("SELECT 1", []),
    ("SELECT ?, ?", ["1", "2"]),
    ("SELECT $high - $low, $low", ["high", "low"]),
    ("SELECT " + ", ".join("?" * 12), [str(i + 1) for i in range(12)]),
    ("INSERT INTO t VALUES ($2, $1)", ["1", "2"]),
])
def test_a_statement_tells_its_parameters(doline, session, sql, names):
    prepared, told, count = session.prepare(sql), ctypes.c_void_p(), ctypes.c_size_t()
    session.must(doline.doline_parameters(prepared, ctypes.byref(told), ctypes.byref(count)))
    texts = ctypes.cast(told, ctypes.POINTER(ctypes.c_char_p))
    assert [texts[i].decode() for i in range(count.value)] == names
    doline.doline_prepared_free(prepared)


def test_parameters_of_any_type(doline, session):
    prepared = session.prepare("SELECT $p AS p, typeof($p) AS t")
    for array, shown in ((pa.array([[1, None]]), "BIGINT[]"), (pa.array([D(2024, 2, 29)]), "DATE"),
                         (pa.array([decimal.Decimal("1.20")]), "DECIMAL(3,2)"),
                         (pa.array([{"a": LONG}]), "STRUCT(a VARCHAR)")):
        schema, value = ArrowSchema(), ArrowArray()
        array._export_to_c(ctypes.addressof(value), ctypes.addressof(schema))
        session.must(doline.doline_bind_arrow(prepared, b"p", ctypes.addressof(schema), ctypes.addressof(value)))
        assert not value.release
        ctypes.CFUNCTYPE(None, HANDLE)(schema.release)(ctypes.addressof(schema))
        query = session.run(prepared)
        assert query.table().to_pylist() == [{"p": array[0].as_py(), "t": shown}]
        query.free()
    doline.doline_prepared_free(prepared)


def described(doline, session, prepared):
    schema = ArrowSchema()
    session.must(doline.doline_describe(prepared, ctypes.addressof(schema)))
    return pa.Schema._import_from_c(ctypes.addressof(schema))


def test_columns_before_anything_runs(doline, session):
    prepared = session.prepare("SELECT error('it ran') AS a, $1 AS b, i FROM range(10_000_000_000_000) t(i)")
    schema = ArrowSchema()
    assert doline.doline_describe(prepared, ctypes.addressof(schema)) == 1  # $1 has no value yet
    assert Failure(doline).code == "parameter" and not schema.release
    session.must(doline.doline_bind_text(prepared, b"1", b"x", 1))
    known = described(doline, session, prepared)
    assert (known.names, known.types[1:]) == (["a", "b", "i"], [pa.string(), pa.int64()])
    doline.doline_prepared_free(prepared)
    for text, code in (("FROM nowhere", "table_not_found"), ("CREATE TABLE t (i INT)", "invalid_argument")):
        prepared = session.prepare(text)
        assert doline.doline_describe(prepared, ctypes.addressof(schema)) == 1
        assert Failure(doline).code == code
        doline.doline_prepared_free(prepared)


def test_parameters_that_become_part_of_the_statement(doline, session):
    prepared = session.prepare("SELECT $1 + i AS x FROM range(3) t(i) WHERE i < $n")
    session.must(doline.doline_bind_int64(prepared, b"1", 10))
    assert doline.doline_inline_parameters(prepared) == 1
    assert Failure(doline).code == "parameter"
    session.must(doline.doline_bind_int64(prepared, b"n", 2))
    session.must(doline.doline_inline_parameters(prepared))
    doline.doline_clear_bindings(prepared)
    query = session.run(prepared)
    assert query.table()["x"].to_pylist() == [10, 11]
    query.free()
    doline.doline_prepared_free(prepared)


def test_a_twin_begins_with_the_same_settings(doline, session):
    session.execute("SET TimeZone = 'Asia/Tokyo'")
    session.execute("CREATE TABLE of_both AS SELECT 1 AS one")
    twin = Session(doline, twin_of=session)
    assert twin.table("SELECT current_setting('TimeZone') AS zone, one FROM of_both").to_pylist() == [
        {"zone": "Asia/Tokyo", "one": 1}]
    twin.execute("SET TimeZone = 'UTC'")
    assert session.table("SELECT current_setting('TimeZone') AS zone")["zone"].to_pylist() == ["Asia/Tokyo"]
    session.execute("DROP TABLE of_both")
    session.execute("RESET TimeZone")
    twin.close()
