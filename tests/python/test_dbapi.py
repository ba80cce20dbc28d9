"""DB-API 2.0: the compliance suite that drivers measure themselves by, and what it leaves out."""

import dbapi20
import doline
import pytest
from doline import dbapi


class TestCompliance(dbapi20.DatabaseAPI20Test):
    driver = dbapi

    def test_nextset(self):
        cursor = self._connect().cursor()
        cursor.execute("SELECT 1")
        self.assertIsNone(cursor.nextset())

    def test_setoutputsize(self):
        cursor = self._connect().cursor()
        cursor.setoutputsize(1000)
        cursor.setoutputsize(2000, 0)
        self._paraminsert(cursor)


del dbapi20.DatabaseAPI20Test  # the suite itself is no test


def test_type_codes_are_sql_names_that_belong_to_a_group(connection):
    cursor = connection.cursor()
    cursor.execute("SELECT 'x', 1, 1.5::DECIMAL(10,2), DATE '2024-01-01', 'x'::BLOB")
    codes = [column[1] for column in cursor.description]
    assert codes == ["VARCHAR", "INTEGER", "DECIMAL(10,2)", "DATE", "BLOB"]
    assert codes == [dbapi.STRING, dbapi.NUMBER, dbapi.NUMBER, dbapi.DATETIME, dbapi.BINARY]
    assert dbapi.STRING != "INTEGER"


def test_rowcount_is_what_changed(connection):
    cursor = connection.cursor()
    cursor.execute("CREATE TABLE t AS SELECT * FROM range(10) t(i)")
    assert cursor.execute("UPDATE t SET i = 0 WHERE i < 3").rowcount == 3
    assert cursor.execute("DELETE FROM t WHERE i = 0").rowcount == 3
    assert cursor.execute("INSERT INTO t VALUES (1), (2)").rowcount == 2


def test_parameters_come_by_position_and_by_name(connection):
    cursor = connection.cursor()
    assert cursor.execute("SELECT ?, ?", [1, "x"]).fetchone() == (1, "x")
    assert cursor.execute("SELECT $2, $1", (1, "x")).fetchone() == ("x", 1)
    assert cursor.execute("SELECT $a || $b", {"a": "x", "b": "y"}).fetchone() == ("xy",)


@pytest.mark.parametrize("parameters, complaint", [
    (5, "as a list, a tuple or a dict"),
    ("ab", "as a list, a tuple or a dict"),
    ([object()], "is no SQL value"),
    ({1: 2}, "names of parameters are texts"),
])
def test_what_cannot_be_a_parameter_is_refused(connection, parameters, complaint):
    with pytest.raises(doline.errors.Error, match=complaint):
        connection.execute("SELECT ?", parameters)


def test_a_parameter_that_is_missing_is_an_error(connection):
    with pytest.raises(doline.errors.ParameterError):
        connection.execute("SELECT ?, ?", [1]).fetchall()


def test_several_statements_leave_the_rows_of_the_last(connection):
    script = "CREATE TABLE t (i INTEGER); INSERT INTO t VALUES (1), (2); SELECT sum(i) FROM t"
    assert connection.execute(script).fetchall() == [(3,)]


class TestExecuteMany:
    def test_an_insert_is_one_statement_for_all_rows(self, connection):
        connection.execute("CREATE TABLE t (i BIGINT, s VARCHAR)")
        cursor = connection.cursor()
        rows = [(i, f"row {i}") for i in range(200_000)]
        assert cursor.executemany("INSERT INTO t VALUES (?, upper(?))", rows).rowcount == 200_000
        assert connection.execute("SELECT sum(i), max(s) FROM t").fetchone() == (
            sum(range(200_000)), "ROW 99999")

    def test_named_parameters(self, connection):
        connection.execute("CREATE TABLE t (i INTEGER, s VARCHAR)")
        connection.executemany("INSERT INTO t (s, i) VALUES ($name, $number)",
                               [{"name": "a", "number": 1}, {"number": 2, "name": None}])
        assert connection.execute("FROM t").fetchall() == [(1, "a"), (2, None)]

    def test_a_frame_is_rows_of_parameters(self, connection):
        polars = pytest.importorskip("polars")
        connection.execute("CREATE TABLE t (i INTEGER, s VARCHAR)")
        connection.executemany("INSERT INTO t VALUES (?, ?)",
                               polars.DataFrame({"anything": [1, 2], "other": ["a", "b"]}))
        connection.executemany("UPDATE t SET s = ? WHERE i = ?",
                               polars.DataFrame({"text": ["c", "d"], "number": [1, 2]}))
        assert connection.execute("FROM t ORDER BY i").fetchall() == [(1, "c"), (2, "d")]

    def test_values_of_several_types_in_one_place(self, connection):
        connection.execute("CREATE TABLE t (v VARCHAR)")
        connection.executemany("INSERT INTO t VALUES (?)", [(1,), ("x",), (None,)])
        assert connection.execute("FROM t").fetchall() == [("1",), ("x",), (None,)]

    def test_other_statements_run_in_one_transaction(self, connection):
        connection.execute("CREATE TABLE t AS SELECT i, 0 AS n FROM range(3) t(i)")
        cursor = connection.executemany("UPDATE t SET n = $2 WHERE i = $1", [(0, 5), (2, 7)])
        assert cursor.rowcount == 2
        assert connection.execute("FROM t ORDER BY i").fetchall() == [(0, 5), (1, 0), (2, 7)]
        with pytest.raises(doline.errors.ConversionError):
            connection.executemany("UPDATE t SET n = $2::INTEGER WHERE i = $1", [(0, "1"), (1, "x")])
        assert connection.execute("SELECT n FROM t WHERE i = 0").fetchone() == (5,)

    def test_no_rows(self, connection):
        connection.execute("CREATE TABLE t (i INTEGER)")
        connection.executemany("INSERT INTO t VALUES (?)", [])
        assert connection.execute("FROM t").fetchall() == []


class TestTransactions:
    def test_autocommit_is_the_default(self, connection):
        other = connection.duplicate()
        connection.execute("CREATE TABLE t (i INTEGER)")
        assert other.execute("FROM t").fetchall() == []

    def test_without_it_the_first_statement_begins_one(self):
        with doline.connect(autocommit=False) as connection:
            connection.execute("CREATE TABLE t (i INTEGER)")
            connection.commit()
            connection.execute("INSERT INTO t VALUES (1)")
            connection.rollback()
            assert connection.execute("FROM t").fetchall() == []

    def test_begin_and_rollback(self, connection):
        connection.execute("CREATE TABLE t (i INTEGER)")
        connection.begin()
        connection.execute("INSERT INTO t VALUES (1)")
        connection.rollback()
        assert connection.execute("FROM t").fetchall() == []

    def test_committing_what_failed_is_an_error(self, connection):
        connection.begin()
        with pytest.raises(doline.errors.ConversionError):
            connection.execute("SELECT 'x'::INTEGER").fetchall()
        with pytest.raises(doline.errors.TransactionError):
            connection.commit()


def test_a_database_in_a_file_is_not_there_yet(tmp_path):
    with pytest.raises(doline.NotSupported, match="not supported yet"):
        doline.connect(str(tmp_path / "my.db"))


@pytest.mark.filterwarnings("ignore:pandas only supports SQLAlchemy")
def test_pandas_reads_from_a_connection(connection):
    pandas = pytest.importorskip("pandas")
    connection.execute("CREATE TABLE t AS SELECT i, i * 2 AS twice FROM range(3) t(i)")
    frame = pandas.read_sql("SELECT * FROM t WHERE i > ?", connection, params=[0])
    assert frame.to_dict("list") == {"i": [1, 2], "twice": [2, 4]}
