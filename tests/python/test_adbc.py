"""The ADBC driver, through the real driver manager: what its callers rely on."""

import threading
import time

import adbc_driver_manager
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from adbc_driver_manager import dbapi
from doline import adbc

ENDLESS = "SELECT count(*) FROM range(100000000000) t(i) WHERE hash(i) % 7 = 3"
ENDLESS_ROWS = "SELECT i FROM range(100000000000) t(i)"
ROWS = pa.table({"i": pa.array([1, 2, None], pa.int32()), "s": ["a", None, "c"],
                 "l": pa.array([[1], [], None], pa.list_(pa.int64()))})


def rows_of(statement):
    """What a low-level statement gives when it is executed."""
    stream, _ = statement.execute_query()
    return pa.RecordBatchReader._import_from_c(stream.address)


def read_on(reader):
    """Reads until it was surely asked, which is done every 50 ms, whether it is still wanted."""
    begin = time.monotonic()
    while time.monotonic() - begin < 0.15:
        reader.read_next_batch()


@pytest.fixture
def connection():
    with adbc.connect() as opened:
        yield opened


@pytest.fixture
def cursor(connection):
    with connection.cursor() as opened:
        yield opened


@pytest.fixture
def statement():
    """One of the low-level interface."""
    with adbc_driver_manager.AdbcDatabase(driver=adbc.driver_path()) as database, \
            adbc_driver_manager.AdbcConnection(database) as low, \
            adbc_driver_manager.AdbcStatement(low) as made:
        yield made


class TestStatements:
    def test_rows_come_as_arrow(self, cursor):
        cursor.execute("SELECT i, i::VARCHAR AS s FROM range(3) t(i)")
        assert cursor.fetch_arrow_table().to_pydict() == {"i": [0, 1, 2], "s": ["0", "1", "2"]}

    def test_and_as_rows(self, cursor):
        cursor.execute("SELECT 1 AS one UNION ALL SELECT 2")
        assert [column[0] for column in cursor.description] == ["one"]
        assert cursor.fetchone() == (1,) and cursor.fetchall() == [(2,)]

    def test_what_has_an_effect_tells_how_many_rows(self, cursor):
        cursor.execute("CREATE TABLE t (i INTEGER)")
        cursor.execute("INSERT INTO t SELECT * FROM range(5)")
        assert cursor.rowcount == 5
        cursor.execute("DELETE FROM t WHERE i < 2")
        assert cursor.rowcount == 2
        assert cursor.execute("INSERT INTO t VALUES (9) RETURNING i * 2").fetchall() == [(18,)]

    def test_a_script_gives_the_last_ones_rows(self, cursor):
        cursor.execute("CREATE TABLE t AS SELECT 1 AS i; INSERT INTO t VALUES (2); SELECT sum(i) FROM t;")
        assert cursor.fetchall() == [(3,)]

    def test_a_statement_runs_again(self, statement):
        statement.set_sql_query("SELECT 1")
        statement.prepare()
        for _ in range(3):
            stream, affected = statement.execute_query()
            assert affected == -1
            assert pa.RecordBatchReader._import_from_c(stream.address).read_all().num_rows == 1

    @pytest.mark.parametrize("text", ["", "-- nothing", "; ;"])
    def test_nothing_is_no_statement_however_often(self, cursor, text):
        for _ in range(2):
            with pytest.raises(dbapi.ProgrammingError):
                cursor.execute(text)

    @pytest.mark.parametrize("text, columns", [
        ("SELECT 1 AS a -- the end", ["a"]), ("SELECT 1 AS a, 2 AS a", ["a", "a"]),
        ("WITH w AS (SELECT 1 AS a, ? AS b) FROM w;", ["a", "b"]), ("VALUES (1, 2)", ["col0", "col1"]),
        ("SELECT error('it ran') AS a", ["a"])])
    def test_the_schema_of_any_query(self, cursor, text, columns):
        assert cursor.adbc_execute_schema(text).names == columns

    def test_the_schema_of_a_script(self, cursor):
        with pytest.raises(dbapi.NotSupportedError, match="last statement alone"):
            cursor.adbc_execute_schema("SELECT 1; SELECT 2")

    def test_what_was_asked_for_its_schema_has_no_parameters_yet(self, statement):
        statement.set_sql_query("SELECT ?")
        statement.execute_schema()
        with pytest.raises(dbapi.Error) as unbound:
            rows_of(statement)
        assert unbound.value.sqlstate == "07001"

    def test_the_schema_without_running(self, cursor):
        schema = cursor.adbc_execute_schema("SELECT 1 AS a, 'x' AS b, ? AS c;")
        assert schema.names == ["a", "b", "c"]
        with pytest.raises(dbapi.NotSupportedError):
            cursor.adbc_execute_schema("CREATE TABLE never (i INTEGER)")
        with pytest.raises(dbapi.ProgrammingError):
            cursor.execute("FROM never")


class TestParameters:
    @pytest.mark.parametrize("value", [1, 2.5, "ü", b"\0x", True, [1, 2], {"a": 1}])
    def test_values_of_every_kind(self, cursor, value):
        assert cursor.execute("SELECT ?", [value]).fetchone() == (value,)

    def test_null(self, cursor):
        assert cursor.execute("SELECT ? IS NULL", [None]).fetchone() == (True,)

    def test_by_name(self, cursor):
        assert cursor.execute("SELECT $b - $a", {"a": 1, "b": 3}).fetchone() == (2,)

    def test_more_than_nine_keep_their_order(self, cursor):
        marks = ", ".join("?" * 11)
        assert cursor.execute(f"SELECT {marks}", list(range(11))).fetchone() == tuple(range(11))

    def test_positions_may_have_gaps(self, cursor):
        assert cursor.execute("SELECT $3, $1", [1, 3]).fetchone() == (3, 1)

    def test_a_query_for_each_row(self, statement):
        statement.set_sql_query("SELECT ? * 10 AS n")
        statement.bind(pa.record_batch({"n": [1, 2, 3]}))
        assert rows_of(statement).read_all()["n"].to_pylist() == [10, 20, 30]

    def test_a_query_for_no_row(self, statement):
        statement.set_sql_query("SELECT ? * 10 AS n, 'x' AS x -- none")
        statement.bind(pa.record_batch({"n": pa.array([], pa.int64())}))
        none = rows_of(statement).read_all()
        assert (none.num_rows, none.column_names) == (0, ["n", "x"])
        statement.set_sql_query("FROM range(?)")  # has no columns without a number
        statement.bind(pa.record_batch({"n": pa.array([], pa.int64())}))
        assert rows_of(statement).read_all().num_rows == 0

    def test_values_are_for_one_execution(self, statement):
        statement.set_sql_query("SELECT ? AS n")
        statement.bind(pa.record_batch({"n": [1]}))
        assert rows_of(statement).read_all()["n"].to_pylist() == [1]
        with pytest.raises(dbapi.Error) as unbound:
            rows_of(statement)
        assert unbound.value.sqlstate == "07001"

    def test_also_of_a_bulk_insert_that_fails(self, statement):
        statement.set_sql_query("CREATE TABLE t (i INTEGER)")
        statement.execute_update()
        statement.set_sql_query("INSERT INTO t VALUES (?)")
        statement.bind(pa.record_batch({"n": ["no number"]}))
        with pytest.raises(dbapi.DataError):
            statement.execute_update()
        with pytest.raises(dbapi.Error) as unbound:
            statement.execute_update()
        assert unbound.value.sqlstate == "07001"

    def test_reading_ends_with_what_fails(self, statement):
        statement.set_sql_query("SELECT CASE WHEN ? = 2 THEN error('the second') ELSE 7 END")
        statement.bind(pa.record_batch({"n": [1, 2, 3]}))
        reader = rows_of(statement)
        assert reader.read_next_batch().num_rows == 1
        for _ in range(2):
            with pytest.raises(Exception, match="the second"):
                reader.read_next_batch()

    def test_rows_of_the_same_connection_may_be_bound(self, run_python):
        assert "4" in run_python("""
            import pyarrow as pa
            from doline import adbc
            with adbc.connect() as connection, connection.cursor() as reads, connection.cursor() as writes:
                reads.execute("SELECT i FROM range(5) t(i) WHERE i > ?", pa.record_batch({"n": [3, 1]}))
                print(writes.adbc_ingest("t", reads.fetch_record_batch()))
        """)

    def test_executemany_in_bulk_and_one_by_one(self, cursor):
        cursor.execute("CREATE TABLE t (i INTEGER, s VARCHAR)")
        cursor.executemany("INSERT INTO t VALUES (?, ?)", pa.record_batch({"x": range(1000), "y": ["v"] * 1000}))
        assert cursor.rowcount == 1000
        cursor.executemany("UPDATE t SET s = ? WHERE i = ?", [("a", 1), ("b", 2)])
        assert cursor.execute("SELECT s FROM t WHERE i < 4 ORDER BY i").fetchall() == [
            ("v",), ("a",), ("b",), ("v",)]

    def test_all_or_nothing(self):
        with adbc.connect(autocommit=True) as connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE t AS SELECT 1 AS i")
            with pytest.raises(dbapi.Error):
                cursor.executemany("UPDATE t SET i = i + (1 / ?::TINYINT)::INTEGER", [(1,), (1000,)])
            assert cursor.execute("FROM t").fetchall() == [(1,)]

    def test_all_or_nothing_of_what_returns_rows(self, statement):
        statement.set_sql_query("CREATE TABLE t AS SELECT 1 AS i")
        statement.execute_update()
        rows = pa.record_batch({"n": [1, 1000]})
        statement.set_sql_query('UPDATE t SET i = i RETURNING 7::BIGINT AS "Count"')
        assert statement.execute_update() == -1
        for execute in (statement.execute_update, statement.execute_query):
            statement.set_sql_query("UPDATE t SET i = i + (1 / ?::TINYINT)::INTEGER RETURNING i")
            statement.bind(rows)
            with pytest.raises(dbapi.Error):
                execute()
            statement.set_sql_query("FROM t")
            assert rows_of(statement).read_all()["i"].to_pylist() == [1]

    def test_what_returns_rows_has_happened_before_they_are_read(self, statement):
        statement.set_sql_query("CREATE TABLE t AS SELECT 1 AS i")
        statement.execute_update()
        statement.set_sql_query("UPDATE t SET i = i + ? RETURNING i")
        statement.bind(pa.record_batch({"n": [1, 10, 100]}))
        returned = rows_of(statement)
        statement.set_sql_query("FROM t")
        assert rows_of(statement).read_all()["i"].to_pylist() == [112]
        assert returned.read_all()["i"].to_pylist() == [2, 12, 112]

    def test_what_returns_rows_within_a_transaction(self, connection, cursor):
        cursor.execute("CREATE TABLE t AS SELECT 1 AS i")
        rows = pa.record_batch({"n": [1, 10]})
        assert cursor.execute("UPDATE t SET i = i + ? RETURNING i", rows).fetchall() == [(2,), (12,)]
        cursor.executemany("UPDATE t SET i = i + ? RETURNING i", rows)
        with pytest.raises(dbapi.NotSupportedError):
            cursor.adbc_execute_schema("DELETE FROM t")
        assert cursor.execute("FROM range(?)", rows.slice(2)).fetchall() == []
        connection.commit()
        assert cursor.execute("FROM t").fetchall() == [(23,)]

    def test_no_rows_do_nothing(self, cursor):
        cursor.execute("CREATE TABLE t (i INTEGER)")
        cursor.executemany("INSERT INTO t VALUES (?)", pa.record_batch({"x": pa.array([], pa.int32())}))
        assert cursor.execute("SELECT count(*) FROM t").fetchone() == (0,)

    @pytest.mark.parametrize("rows", [[], [1], [1, 2, 3]])
    def test_too_few_or_too_many(self, cursor, rows):
        with pytest.raises(dbapi.Error):
            cursor.execute("SELECT ?, ?", rows)

    def test_the_parameter_schema(self, statement):
        statement.set_sql_query("SELECT ?, ?")
        statement.prepare()
        handle = statement.get_parameter_schema()
        schema = pa.Schema._import_from_c(handle.address)
        assert schema == pa.schema([("1", pa.null()), ("2", pa.null())])
        statement.set_sql_query("SELECT $low, $high")
        handle = statement.get_parameter_schema()
        assert pa.Schema._import_from_c(handle.address).names == ["high", "low"]


class TestIngest:
    def test_create_append_replace(self, connection, cursor):
        assert cursor.adbc_ingest("t", ROWS) == 3
        assert cursor.execute("FROM t").fetch_arrow_table().to_pydict() == ROWS.to_pydict()
        connection.commit()
        with pytest.raises(dbapi.ProgrammingError):
            cursor.adbc_ingest("t", ROWS)
        connection.rollback()
        assert cursor.adbc_ingest("t", ROWS.to_batches()[0], mode="append") == 3
        assert cursor.adbc_ingest("t", pa.table({"x": [1]}), mode="replace") == 1
        assert cursor.execute("FROM t").fetchall() == [(1,)]

    def test_create_append(self, cursor):
        for rows in (3, 6):
            cursor.adbc_ingest("t", ROWS.to_reader(), mode="create_append")
            assert cursor.execute("SELECT count(*) FROM t").fetchone() == (rows,)

    def test_append_goes_by_name(self, cursor):
        cursor.adbc_ingest("t", pa.table({"a": [1], "b": ["x"]}))
        cursor.adbc_ingest("t", pa.table({"b": ["y"], "a": [2]}), mode="append")
        assert cursor.execute("FROM t ORDER BY a").fetchall() == [(1, "x"), (2, "y")]

    def test_other_columns_are_refused(self, connection, cursor):
        cursor.adbc_ingest("t", pa.table({"a": [1]}))
        connection.commit()
        with pytest.raises(dbapi.ProgrammingError, match="another table"):
            cursor.adbc_ingest("t", pa.table({"b": ["y"]}), mode="append")
        connection.rollback()
        with pytest.raises(dbapi.ProgrammingError) as absent:
            cursor.adbc_ingest("nowhere", ROWS, mode="append")
        assert absent.value.sqlstate == "42P01"

    def test_errors_keep_what_the_engine_says(self, connection, cursor):
        cursor.execute("CREATE TABLE t (a INTEGER)")
        connection.commit()
        with pytest.raises(dbapi.DataError) as value:
            cursor.adbc_ingest("t", pa.table({"a": ["no number"]}), mode="append")
        assert value.value.sqlstate == "22018"
        connection.rollback()
        with pytest.raises(dbapi.ProgrammingError, match="another table") as other:
            cursor.adbc_ingest("t", pa.table({"aa": [1]}), mode="append")
        assert dict(other.value.details)[b"doline.code"] == b"column_not_found"

    def test_a_catalog_without_a_schema(self, connection, cursor):
        assert cursor.adbc_ingest("t", pa.table({"a": [1]}), catalog_name="memory") == 1
        assert connection.adbc_get_table_schema("t", catalog_filter="memory").names == ["a"]
        assert cursor.execute("FROM memory.main.t").fetchall() == [(1,)]

    def test_a_mode_that_is_none(self, statement):
        with pytest.raises(dbapi.Error, match="adbc.ingest.mode.create_append"):
            statement.set_options(**{"adbc.ingest.mode": "upsert"})

    def test_names_are_quoted(self, cursor):
        cursor.adbc_ingest('a "b" c', pa.table({"x y": [1]}))
        assert cursor.execute('SELECT "x y" FROM "a ""b"" c"').fetchall() == [(1,)]

    def test_a_stream_that_fails(self, cursor):
        def batches():
            yield ROWS.to_batches()[0]
            raise ValueError("the source broke")

        with pytest.raises(dbapi.Error, match="the source broke"):
            cursor.adbc_ingest("t", pa.RecordBatchReader.from_batches(ROWS.schema, batches()))
        with pytest.raises(dbapi.ProgrammingError):
            cursor.execute("FROM t")


class TestTransactions:
    def test_commit_and_rollback(self, connection, cursor):
        cursor.execute("CREATE TABLE t (i INTEGER)")
        connection.commit()
        cursor.execute("INSERT INTO t VALUES (1)")
        connection.rollback()
        cursor.execute("INSERT INTO t VALUES (2)")
        connection.commit()
        with connection.adbc_clone() as other, other.cursor() as reader:
            assert reader.execute("FROM t").fetchall() == [(2,)]

    def test_autocommit(self):
        with adbc.connect(autocommit=True) as connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE t AS SELECT 1 AS i")
            with connection.adbc_clone() as other, other.cursor() as reader:
                assert reader.execute("FROM t").fetchall() == [(1,)]
            with pytest.raises(dbapi.Error) as refused:
                connection.adbc_connection.commit()
            assert refused.value.status_code == adbc_driver_manager.AdbcStatusCode.INVALID_STATE

    def test_a_connection_that_is_closed_takes_nothing_with_it(self, connection, cursor):
        cursor.execute("CREATE TABLE t AS SELECT 1 AS i")
        connection.commit()
        with connection.adbc_clone() as other, \
                adbc_driver_manager.AdbcStatement(other.adbc_connection) as second:
            second.set_sql_query("UPDATE t SET i = 2")
            second.execute_update()
            second.set_sql_query("FROM range(300000)")
            reader = rows_of(second)
        cursor.execute("UPDATE t SET i = 3")  # no longer a conflict
        assert sum(batch.num_rows for batch in reader) == 300000
        assert cursor.execute("FROM t").fetchall() == [(3,)]

    def test_two_that_change_the_same(self, connection, cursor):
        cursor.execute("CREATE TABLE t AS SELECT 1 AS i")
        connection.commit()
        cursor.execute("UPDATE t SET i = 2")
        with connection.adbc_clone() as other, other.cursor() as second:
            with pytest.raises(dbapi.Error) as conflict:
                second.execute("UPDATE t SET i = 3")
            assert conflict.value.sqlstate == "40001"


class TestWhatThereIs:
    @pytest.fixture(autouse=True)
    def tables(self, cursor):
        cursor.execute("CREATE TABLE prices (item VARCHAR NOT NULL, price DECIMAL(9, 2)); "
                       "CREATE VIEW cheap AS FROM prices WHERE price < 1")

    def test_info(self, connection):
        info = connection.adbc_get_info()
        assert info["vendor_name"] == "Doline" and info["driver_adbc_version"] == 1_001_000
        assert info[3] is True and info[4] is False

    def test_info_by_codes(self, connection):
        handle = connection.adbc_connection.get_info([100, 4711])
        rows = pa.RecordBatchReader._import_from_c(handle.address).read_all()
        rows.validate(full=True)
        assert rows["info_name"].to_pylist() == [100]

    @pytest.mark.parametrize("depth", ["catalogs", "db_schemas", "tables", "all"])
    def test_objects(self, connection, depth):
        [catalog] = connection.adbc_get_objects(depth=depth).read_all().to_pylist()
        assert catalog["catalog_name"] == "memory"
        schemas = catalog["catalog_db_schemas"]
        assert (schemas is None) == (depth == "catalogs")
        if depth == "catalogs":
            return
        main = next(schema for schema in schemas if schema["db_schema_name"] == "main")
        tables = main["db_schema_tables"]
        assert (tables is None) == (depth == "db_schemas")
        if depth == "db_schemas":
            return
        assert [(t["table_name"], t["table_type"]) for t in tables] == [
            ("cheap", "VIEW"), ("prices", "BASE TABLE")]
        columns = tables[1]["table_columns"]
        assert (columns is None) == (depth == "tables")
        if depth == "all":
            assert [(c["column_name"], c["ordinal_position"], c["xdbc_type_name"], c["xdbc_nullable"])
                    for c in columns] == [("item", 1, "VARCHAR", 0), ("price", 2, "DECIMAL(9,2)", 1)]

    def test_objects_have_the_schema_of_the_specification(self, connection):
        column = connection.adbc_get_objects().schema
        for name in ("catalog_db_schemas", "db_schema_tables", "table_columns"):
            field = column.field(name)
            column = pa.schema(list(field.type.value_type))
        types = {field.name: field.type for field in column}
        assert len(types) == 19
        assert types["ordinal_position"] == pa.int32() and types["xdbc_nullable"] == pa.int16()
        assert types["xdbc_is_autoincrement"] == pa.bool_() and types["remarks"] == pa.string()

    def test_filters(self, connection):
        def found(**filters):
            [catalog] = connection.adbc_get_objects(**filters).read_all().to_pylist()
            return [table["table_name"] for schema in catalog["catalog_db_schemas"]
                    for table in schema["db_schema_tables"]]
        assert found(table_name_filter="pri%") == ["prices"]
        assert found(table_types_filter=["VIEW"]) == ["cheap"]
        assert found(table_name_filter="it's") == []
        assert connection.adbc_get_objects(catalog_filter="none").read_all().num_rows == 0
        [catalog] = connection.adbc_get_objects(column_name_filter="item").read_all().to_pylist()
        assert [len(t["table_columns"]) for s in catalog["catalog_db_schemas"] for t in s["db_schema_tables"]] == [1, 1]

    def test_table_schema_and_types(self, connection):
        schema = connection.adbc_get_table_schema("prices", db_schema_filter="main", catalog_filter="memory")
        assert schema.names == ["item", "price"] and schema.field("price").type == pa.decimal128(9, 2)
        assert connection.adbc_get_table_types() == ["BASE TABLE", "VIEW"]
        with pytest.raises(dbapi.ProgrammingError):
            connection.adbc_get_table_schema("nowhere")

    def test_where_the_connection_is(self, connection):
        assert (connection.adbc_current_catalog, connection.adbc_current_db_schema) == ("memory", "main")
        with pytest.raises(dbapi.NotSupportedError):
            connection.adbc_current_db_schema = "other"


class TestEnds:
    @pytest.mark.parametrize("text, status, sqlstate", [
        ("SELEC 1", "INVALID_ARGUMENT", "42601"), ("FROM nowhere", "NOT_FOUND", "42P01"),
        ("SELECT a FROM (SELECT 1 AS b)", "NOT_FOUND", "42703"), ("SELECT 'x'::INTEGER", "INVALID_DATA", "22018"),
        ("FROM 'nowhere.csv'", "NOT_FOUND", "58P01"), ("SELECT nothing(1)", "NOT_FOUND", "42883"),
        ("", "INVALID_ARGUMENT", "42601"),
    ])
    def test_errors_say_what_they_are(self, cursor, text, status, sqlstate):
        with pytest.raises(dbapi.Error) as failure:
            cursor.execute(text).fetchall()
        assert failure.value.status_code.name == status
        assert failure.value.sqlstate == sqlstate
        details = dict(failure.value.details)
        assert details[b"doline.code"] and details.get(b"doline.hint", b"some")

    def test_an_error_far_into_the_rows(self, cursor):
        cursor.execute("SELECT CASE WHEN i < 99999 THEN i ELSE error('so far') END FROM range(100000) t(i)")
        with pytest.raises(Exception, match="so far"):
            cursor.fetchall()

    @pytest.mark.parametrize("text", [ENDLESS, f"CREATE TABLE t AS {ENDLESS}"])
    def test_cancel(self, connection, cursor, text):
        begin = time.monotonic()
        threading.Timer(0.3, connection.adbc_cancel).start()
        with pytest.raises(dbapi.OperationalError) as cancelled:
            cursor.execute(text).fetchall()
        assert cancelled.value.sqlstate == "57014" and time.monotonic() - begin < 5
        connection.rollback()
        assert cursor.execute("SELECT 1").fetchall() == [(1,)]

    def test_cancel_a_statement_whose_rows_are_read(self, cursor):
        cursor.execute("SELECT i FROM range(100000000000) t(i)")
        reader = cursor.fetch_record_batch()
        reader.read_next_batch()
        cursor.adbc_cancel()
        with pytest.raises(Exception, match="cancelled"):
            reader.read_next_batch()

    @pytest.mark.parametrize("by", ["statement", "connection"])
    def test_a_cancel_between_two_runs(self, by):
        with adbc.connect(autocommit=True) as connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE t AS SELECT 1 AS i")

            def batches():
                yield pa.record_batch({"n": [1, 2]})
                (cursor if by == "statement" else connection).adbc_cancel()

            rows = pa.RecordBatchReader.from_batches(pa.schema([("n", pa.int64())]), batches())
            with pytest.raises(dbapi.OperationalError) as cancelled:
                cursor.executemany("UPDATE t SET i = i + ?", rows)
            assert cancelled.value.sqlstate == "57014"
            assert cursor.execute("FROM t").fetchall() == [(1,)]

    def test_a_cancel_amid_the_runs_takes_them_back(self):
        with adbc.connect(autocommit=True) as connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE t AS SELECT 1 AS i")
            threading.Timer(0.3, cursor.adbc_cancel).start()
            with pytest.raises(dbapi.OperationalError) as cancelled:
                cursor.executemany("UPDATE t SET i = (SELECT count(*) FROM range(?) r(i) WHERE hash(i) % 7 = 3)",
                                   pa.record_batch({"n": [1, 100000000000]}))
            assert cancelled.value.sqlstate == "57014"
            assert cursor.execute("FROM t").fetchall() == [(1,)]

    def test_a_cancel_of_the_next_run_of_what_is_read(self, statement):
        statement.set_sql_query("SELECT count(*) FROM range(?) t(i) WHERE hash(i) % 7 = 3")
        statement.bind(pa.record_batch({"n": [1, 100000000000]}))
        reader = rows_of(statement)
        reader.read_next_batch()
        threading.Timer(0.3, statement.cancel).start()
        with pytest.raises(Exception, match="cancelled"):
            reader.read_next_batch()

    def test_a_cancel_ends_its_own_statement_alone(self, connection, cursor):
        reader = cursor.execute(ENDLESS_ROWS).fetch_record_batch()
        with connection.cursor() as other:
            other.adbc_cancel()  # nothing runs
            read_on(reader)
            other.execute("SELECT 1").fetchall()
            other.adbc_cancel()  # no longer
            read_on(reader)
            threading.Timer(0.1, other.adbc_cancel).start()
            with pytest.raises(dbapi.OperationalError):
                other.execute(ENDLESS).fetchall()
            read_on(reader)

    def test_rows_outlive_what_made_them(self):
        connection = adbc.connect()
        cursor = connection.cursor()
        reader = cursor.execute("FROM range(300000)").fetch_record_batch()
        assert sum(batch.num_rows for batch in reader) == 300000
        cursor.close()
        connection.close()

    @pytest.mark.parametrize("options", [{"unknown": "1"}, {"adbc.connection.readonly": "true"},
                                         {"adbc.connection.autocommit": "perhaps"}])
    def test_unknown_options_are_refused(self, options):
        with pytest.raises(dbapi.Error):
            adbc.connect(conn_kwargs=options)

    def test_a_path_is_not_supported(self):
        with pytest.raises(dbapi.NotSupportedError, match="databases in files"):
            adbc.connect("/tmp/x.db")

    def test_without_the_manager(self, run_python):
        assert "pip install adbc_driver_manager" in run_python("""
            import doline
            from doline import adbc
            try:
                adbc.connect()
            except doline.NotSupported as error:
                print(error.hint)
        """, missing=("adbc_driver_manager",))


class TestFrames:
    def test_polars(self, connection):
        frame = pl.DataFrame({"a": [1, 2, None], "b": ["x", "y", "z"]})
        assert frame.write_database("t", connection, engine="adbc") == 3
        assert pl.read_database("SELECT * FROM t", connection).equals(frame)

    def test_pandas(self, connection):
        frame = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
        assert frame.to_sql("t", connection, index=False) == 2
        frame.to_sql("t", connection, index=False, if_exists="append")
        read = pd.read_sql("SELECT a, b FROM t WHERE a > 1", connection)
        assert read.to_dict("list") == {"a": [2, 2], "b": ["y", "y"]}
        assert pd.read_sql_table("t", connection).shape == (4, 2)


class TestEntry:
    @pytest.fixture(params=["AdbcDriverInit", "AdbcDriverDolineInit"])
    def entry(self, request):
        import ctypes

        function = getattr(ctypes.CDLL(adbc.driver_path()), request.param)
        function.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
        function.restype = ctypes.c_uint8
        return function

    def test_a_manager_of_1_0_0_has_no_place_for_more(self, entry):
        import ctypes

        pointers, of_1_0_0, of_1_1_0 = 100, 29, 58
        place = (ctypes.c_void_p * pointers)()
        assert entry(1_000_000, place, None) == 0
        # private_data and private_manager are the driver's and the manager's own.
        assert all(place[2:of_1_0_0]) and not any(place[of_1_0_0:])
        assert entry(1_001_000, place, None) == 0
        assert all(place[2:of_1_1_0]) and not any(place[of_1_1_0:])

    def test_other_revisions_and_no_place_are_refused(self, entry):
        assert entry(2_000_000, None, None) == 2  # not implemented
        assert entry(1_001_000, None, None) == 5  # an invalid argument
