"""Variables of the caller as tables of a statement."""

import threading

import doline
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset
import pytest

global_frame = pl.DataFrame({"n": [1, 2, 3]})


@pytest.mark.parametrize("make", [
    pd.DataFrame, pl.DataFrame, pl.LazyFrame, pa.table, dict,
    lambda columns: pa.RecordBatch.from_pydict(columns),
    lambda columns: pa.table(columns).to_reader(),
    lambda columns: pyarrow.dataset.dataset(pa.table(columns)),
    lambda columns: np.array(list(zip(*columns.values(), strict=True)), dtype=[("n", "i8"), ("s", "U3")]),
    lambda columns: doline.sql("SELECT * FROM columns"),
], ids=["pandas", "polars", "polars lazy", "pyarrow", "dict", "record batch", "reader", "dataset",
        "structured numpy", "our own"])
def test_every_kind_of_frame(make):
    frame = make({"n": [1, 2, 3], "s": ["a", "b", "c"]})
    assert doline.sql("SELECT sum(n), max(s) FROM frame").fetchall() == [(6, "c")]


def test_columns_of_one_series_or_array():
    series, vector, matrix = pd.Series([1, 2], name="x"), np.arange(3), np.ones((2, 2))
    assert doline.sql("SELECT sum(x) FROM series").fetchone() == (3,)
    assert doline.sql("SELECT sum(column0) FROM vector").fetchone() == (3,)
    assert doline.sql("SELECT sum(column1) FROM matrix").fetchone() == (2.0,)


def test_locals_come_before_globals():
    assert doline.sql("SELECT count(*) FROM global_frame").fetchone() == (3,)
    global_frame = pl.DataFrame({"n": [1]})
    assert doline.sql("SELECT count(*) FROM global_frame").fetchone() == (1,)


def test_columns_are_reached_through_the_variables_name():
    t1, t2 = {"id": [1, 2], "v": ["a", "b"]}, {"id": [2, 3], "w": ["x", "y"]}
    assert t1 and t2
    assert doline.sql("SELECT t1.v, t2.w FROM t1 JOIN t2 ON t1.id = t2.id").fetchall() == [("b", "x")]


def test_a_table_is_not_shadowed(connection):
    t = {"i": [99]}
    connection.execute("CREATE TABLE t AS SELECT 1 AS i")
    assert connection.execute("FROM t").fetchall() == [(1,)]
    assert t["i"] == [99]


def test_what_with_defines_is_not_shadowed():
    frame = {"i": [99]}
    assert doline.sql("WITH frame AS (SELECT 1 AS i) FROM frame").fetchall() == [(1,)]
    assert frame["i"] == [99]


def test_a_result_keeps_what_it_reads():
    def made():
        frame = pd.DataFrame({"n": [1, 2]})
        return doline.sql("SELECT sum(n) AS total FROM frame")

    result = made()
    again = doline.sql("SELECT total + 1 FROM result")
    assert (result.fetchall(), again.fetchall(), result.fetchall()) == ([(3,)], [(4,)], [(3,)])


def test_statements_that_take_frames(connection, tmp_path):
    frame = pl.DataFrame({"n": [1, 2, 3]})
    connection.execute("CREATE TABLE t AS FROM frame")
    connection.execute("INSERT INTO t FROM frame")
    connection.execute(f"COPY frame TO '{tmp_path}/out.csv'")
    assert connection.execute("SELECT count(*) FROM t").fetchone() == (6,)
    assert (tmp_path / "out.csv").read_text().split() == ["n", "1", "2", "3"]


def test_threads_with_equal_names_do_not_meet():
    wrong = []

    def work(number):
        frame = pa.table({"n": [number] * 1000})
        for _ in range(20):
            if doline.sql("SELECT min(n), max(n) FROM frame").fetchone() != (number, number):
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_private_tables_go_with_the_result(connection):
    frame = {"n": [1]}
    connection.execute("FROM frame").fetchall()
    connection.execute("SELECT 1")
    names = connection.execute("SHOW TABLES").fetchall()
    assert names == [] and frame


def test_private_tables_are_listed_nowhere(connection):
    frame = {"n": [1]}
    kept = connection.sql("FROM frame")
    assert connection.execute("SHOW TABLES").fetchall() == []
    assert connection.execute("SELECT count(*) FROM information_schema.tables").fetchone() == (0,)
    with pytest.raises(doline.errors.TableNotFound) as caught:
        connection.execute("FROM __doline_variabl_1").fetchall()
    assert "did you mean" not in caught.value.hint and kept.fetchall() == [(1,)] and frame


def test_variables_in_transactions(connection):
    frame = {"n": [1, 2]}
    connection.execute("CREATE TABLE t (n BIGINT)")
    for end, rows in (("ROLLBACK", 0), ("COMMIT", 2)):
        connection.execute("BEGIN")
        connection.execute("INSERT INTO t FROM frame")
        connection.execute("SELECT count(*) FROM frame").fetchall()
        connection.execute(end)
        assert connection.execute("SELECT count(*) FROM t").fetchone() == (rows,)
    connection.execute("SELECT count(*) FROM frame").fetchall()
    connection.execute("BEGIN")
    with pytest.raises(doline.errors.ConversionError):
        connection.execute("SELECT 'x'::INTEGER FROM frame").fetchall()
    connection.rollback()
    connection.execute("SELECT 1")
    assert connection.execute("SHOW TABLES").fetchall() == [("t",)] and frame


def test_a_variable_that_is_no_table_is_told_apart():
    number = 5
    with pytest.raises(doline.errors.TableNotFound, match="of type int, which is no table"):
        doline.sql("FROM number")
    assert number == 5


def test_an_object_whose_stream_raises():
    class Broken:
        def __arrow_c_stream__(self, requested_schema=None):
            raise RuntimeError("no rows today")

    broken = Broken()
    with pytest.raises(RuntimeError, match="no rows today"):
        doline.sql("FROM broken")
    assert broken


def test_a_stream_that_was_read_already():
    reader = pa.table({"n": [1]}).to_reader()
    assert doline.sql("FROM reader").fetchall() == [(1,)]
    with pytest.raises(doline.errors.InvalidArgument, match="read already"):
        doline.sql("FROM reader").fetchall()
    capsule = pa.table({"n": [1]}).__arrow_c_stream__()
    doline._engine.Table.collect(capsule)
    with pytest.raises(doline.errors.InvalidArgument, match="used up already"):
        doline._engine.Table.collect(capsule)
