"""SQL and frames go on from each other."""

import datetime as dt
import decimal
import pickle
import uuid

import doline as dl
import pytest

TABLE = {"a": [1, 2, 3], "s": ["x", "y", None]}


def test_verbs_go_on_from_sql():
    table = TABLE
    result = dl.sql('SELECT * FROM "table"')
    assert table and result.filter(dl.col("a") > 1).collect().rows() == [(2, "y"), (3, None)]
    assert result.columns == ["a", "s"]


def test_sql_with_parameters_goes_on():
    rows = dl.sql("SELECT i FROM range(5) t(i) WHERE i > ?", [2])
    assert rows.select(dl.col("i") * 2).collect().rows() == [(6,), (8,)]


def test_sql_of_another_database_goes_on_from_its_rows():
    with dl.connect() as connection:
        connection.execute("CREATE TABLE t AS SELECT 5 AS five")
        assert connection.sql("FROM t").select("five").collect().rows() == [(5,)]


def test_frames_are_tables_of_sql():
    frame, lazy = dl.DataFrame(TABLE), dl.LazyFrame(TABLE).filter(dl.col("a") > 1)
    assert dl.sql("SELECT sum(a) FROM frame").fetchall() == [(6,)] and frame.height == 3
    assert dl.sql("SELECT sum(a) FROM lazy").fetchall() == [(5,)] and lazy.columns


def test_results_of_sql_are_joined_with_frames():
    result = dl.sql("SELECT 2 AS a, 'two' AS name")
    assert dl.LazyFrame(TABLE).join(result, on="a").collect().rows() == [(2, "y", "two")]


@pytest.mark.parametrize("text", ["FROM nowhere", "SELECT nothing FROM range(3)", "SELECT upper(1, 2)", "SELECT ? + ?"])
def test_what_cannot_run_is_told_at_once(text):
    with pytest.raises(dl.errors.Error):
        dl.sql(text, [1] if "?" in text else None)
    with dl.connect() as connection, pytest.raises(dl.errors.Error):
        connection.sql(text, [1] if "?" in text else None)


def test_columns_are_known_without_running():
    endless = dl.sql("SELECT error('run') AS a, ?::DATE AS b FROM range(10_000_000_000_000)", ["2024-01-01"])
    assert endless.columns == ["a", "b"]
    assert endless.sql_types[1] == "DATE"
    assert endless.lazy().columns == ["a", "b"]


VALUES = [
    1, 2**40, 2**70, 1.5, float("nan"), float("-inf"), "it's", b"\x00\xff", True, None, dt.date(2020, 1, 2),
    dt.datetime(2020, 1, 2, 3, 4, 5, 6), dt.datetime(2020, 1, 2, tzinfo=dt.timezone.utc), dt.time(1, 2, 3, 4),
    dt.timedelta(days=-1, microseconds=5), decimal.Decimal("-12.340"), uuid.UUID(int=5), [1, 2], ["a", None],
    {"a": 1, "b": "x"}, [], [{"k": 1.5}], dl.Interval(1, 2, 3)]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_frames_go_on_with_the_values_of_parameters(value):
    result = dl.sql("SELECT $x AS v, typeof($x) AS t, i FROM range(3) t(i) WHERE i < $n", {"x": value, "n": 2})
    lazy = result.filter(dl.col("i") > 0)
    assert isinstance(lazy, dl.LazyFrame)
    assert repr(lazy.collect().rows()) == repr(result.fetchall()[1:])
    assert pickle.loads(pickle.dumps(result.lazy())).collect().height == 2
