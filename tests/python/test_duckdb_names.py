"""Names that DuckDB's people know, and what statements find of a caller's variables."""

import doline
import duckdb
import pandas
import pytest

SQL = "SELECT i, i * i AS s FROM range(5) t(i)"


@pytest.mark.parametrize("name", ["fetchdf", "fetch_df", "to_df", "df", "fetch_arrow_table", "to_arrow_table", "fetchall"])
def test_rows_by_each_name(name):
    expected = getattr(duckdb.sql(SQL), name)() if hasattr(duckdb.sql(SQL), name) else duckdb.sql(SQL).df()
    for rows in (doline.sql(SQL), doline.execute(SQL), doline.connect().execute(SQL), doline.connect().cursor().execute(SQL)):
        given = getattr(rows, name)()
        if isinstance(expected, pandas.DataFrame):
            pandas.testing.assert_frame_equal(given, expected, check_dtype=False)
        else:
            assert given == expected


def test_batches():
    for module in (duckdb, doline):
        reader = module.sql(SQL).fetch_record_batch(2)
        assert sum(batch.num_rows for batch in reader) == 5
    assert [b.num_rows for b in doline.connect().execute(SQL).fetch_record_batch(2)] == [2, 2, 1]


def test_results_say_what_they_are():
    result = doline.sql(SQL)
    assert [row[0] for row in result.description] == [row[0] for row in duckdb.sql(SQL).description]
    assert result.shape == duckdb.sql(SQL).shape == (5, 2)
    assert list(result) == result.fetchall() == duckdb.sql(SQL).fetchall()


def test_statements_of_the_module():
    doline.execute("CREATE OR REPLACE TABLE made_by_execute AS SELECT 1 AS n")
    assert doline.query("FROM made_by_execute").fetchall() == [(1,)]
    assert doline.execute("SELECT ?", [2]).fetchone() == (2,)
    rows = {"n": [3]}
    assert doline.execute("FROM rows").fetchall() == doline.query("FROM rows").fetchall() == [(3,)] and rows
    doline.execute("DROP TABLE made_by_execute")


@pytest.mark.parametrize("module", [duckdb, doline])
def test_tables_of_a_connection(module):
    connection = module.connect()
    connection.execute('CREATE TABLE "a b" (n INTEGER, s VARCHAR)')
    connection.append("a b", pandas.DataFrame({"n": [1], "s": ["x"]}))
    connection.append("a b", pandas.DataFrame({"s": ["y"], "n": [2]}), by_name=True)
    assert connection.table("a b").fetchall() == [(1, "x"), (2, "y")]
    assert connection.query('FROM "a b"').fetchall() == [(1, "x"), (2, "y")]


def test_autocommit():
    connection = doline.connect(autocommit=False)
    connection.execute("CREATE TABLE t AS SELECT 1 AS n")
    assert connection.autocommit is False
    connection.autocommit = True
    connection.rollback()
    assert connection.table("t").fetchall() == [(1,)] and connection.autocommit


def test_a_list_of_dicts_is_a_table():
    lst = [{"a": 1, "b": "x"}, {"a": 2}]
    assert doline.sql("FROM lst").fetchall() == [(1, "x"), (2, None)] and lst
    connection = doline.connect()
    connection.register("t", lst)
    assert connection.table("t").fetchall() == [(1, "x"), (2, None)]


def test_a_variable_of_a_function_around_is_told_of():
    hidden = {"a": [1]}

    def inner():
        return doline.sql("FROM hidden")
    with pytest.raises(doline.errors.TableNotFound, match="not seen in inner") as told:
        inner()
    assert "pass it to inner" in told.value.hint and hidden
    with pytest.raises(doline.errors.TableNotFound, match="nowhere_at_all"):
        doline.sql("FROM nowhere_at_all")


GLOBAL_FRAME = doline.DataFrame({"a": [1, 2]})
GLOBAL_PANDAS = pandas.DataFrame({"a": [3]})


def test_globals_in_sql_contexts():
    context = doline.SQLContext(register_globals=True)
    assert {"GLOBAL_FRAME", "GLOBAL_PANDAS"} <= set(context.tables())
    assert doline.SQLContext().register_globals(all_compatible=False).tables() == ["GLOBAL_FRAME"]
    assert doline.SQLContext().register_globals(1).tables() == ["GLOBAL_PANDAS"]
    assert context.execute("SELECT sum(a) FROM GLOBAL_FRAME", eager=True).item() == 3
    assert doline.SQLContext.execute_global("SELECT sum(a) FROM GLOBAL_PANDAS", eager=True).item() == 3
