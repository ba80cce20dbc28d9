"""SQL and frames go on from each other."""

import doline as dl

TABLE = {"a": [1, 2, 3], "s": ["x", "y", None]}


def test_verbs_go_on_from_sql():
    table = TABLE
    result = dl.sql('SELECT * FROM "table"')
    assert table and result.filter(dl.col("a") > 1).collect().rows() == [(2, "y"), (3, None)]
    assert result.columns == ["a", "s"]


def test_sql_with_parameters_goes_on_from_its_rows():
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
