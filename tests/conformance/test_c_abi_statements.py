"""What libdoline.so tells of statements before they run, and what becomes of them for frames."""

import ctypes

import pyarrow as pa
from c_abi import ArrowSchema, Failure, Session


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
    for text, code in (("FROM nowhere", "table_not_found"), ("CREATE TABLE t (i INT)", "not_supported")):
        prepared = session.prepare(text)
        assert doline.doline_describe(prepared, ctypes.addressof(schema)) == 1
        assert Failure(doline).code == code
        doline.doline_prepared_free(prepared)


# Symptom: whoever asked for the columns of an UPDATE lost the transaction he was in.
def test_a_question_does_not_end_a_transaction(doline, session):
    session.execute("BEGIN")
    for text in ("FROM nowhere", "CREATE TABLE t (i INT)"):
        prepared = session.prepare(text)
        assert doline.doline_describe(prepared, ctypes.addressof(ArrowSchema())) == 1
        doline.doline_prepared_free(prepared)
    assert session.table("SELECT 1 AS one")["one"].to_pylist() == [1]
    session.execute("ROLLBACK")


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
