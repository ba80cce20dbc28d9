"""The C ABI's parameters: which there are, and how they are bound."""

import ctypes
import datetime
import decimal

import pyarrow as pa
import pytest
from c_abi import HANDLE, ArrowArray, ArrowSchema

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
