"""Frames beyond their verbs: printing, pickling, running, plans, and the sizes they bear."""

import asyncio
import pickle

import doline as dl
import polars
import pytest

from frames.peer import Frames


def test_frames_print_as_polars_does():
    for name in ("people", "sales", "structs"):
        assert repr(getattr(Frames(dl), name)) == repr(getattr(Frames(polars), name))


def test_long_frames_print_their_ends():
    text = repr(dl.DataFrame({"a": list(range(100))}))
    assert "shape: (100, 1)" in text
    assert "…" in text
    assert "│ 99" in text


def test_a_lazy_frame_prints_without_running():
    lazy = dl.LazyFrame({"a": [1]}).select(dl.col("a").cast(dl.String).str.to_integer())
    assert "LazyFrame" in repr(lazy)


def test_names_are_known_without_the_engine(monkeypatch):
    lazy = dl.DataFrame({"a": [1], "b": [2]}).lazy()
    monkeypatch.setattr("doline.lazy_frame._run", None)
    made = lazy.select("a").with_columns(dl.col("a") + 1, b=dl.col("a")).rename({"a": "c"}).filter(dl.col("b") > 0)
    assert made.columns == ["c", "b"]


def test_schema_without_running():
    lazy = dl.LazyFrame({"a": [1]}).select(x=dl.col("a") / 0, y=dl.col("a").cast(dl.Int8))
    assert lazy.collect_schema() == {"x": dl.Float64, "y": dl.Int8}


def test_pickled_frames_come_back():
    frame = Frames(dl).people
    lazy = frame.lazy().filter(dl.col("age") > 30)
    assert pickle.loads(pickle.dumps(frame)).rows() == frame.rows()
    assert pickle.loads(pickle.dumps(lazy)).collect().rows() == lazy.collect().rows()


WITHOUT_OTHERS = """
import pickle
import doline as dl
frame = dl.sql('''SELECT 1::HUGEINT AS h, 1.5::DECIMAL(5, 2) AS d, uuid() AS u, 'a'::ENUM('a', 'b') AS e, map([1], ['x']) AS m,
    {x: 1} AS s, NULL AS n, INTERVAL 1 MONTH AS i, TIME '12:00' AS t, DATE '2024-01-01' AS y, 'x'::BLOB AS b,
    [1, 2]::INTEGER[2] AS a, TIMESTAMPTZ '2024-01-01' AS z, '{}'::JSON AS j, TIMESTAMP_NS '2024-01-01' AS ns, true AS bo,
    [[1], NULL] AS l, 1::UTINYINT AS ut''').collect()
back = pickle.loads(pickle.dumps(frame))
assert back.rows() == frame.rows() and back.schema == frame.schema, back
pairs = dl.LazyFrame({"a": [1, 2]})
pairs = pairs.join(pairs, on="a").filter(dl.col("a") > 1)
assert pickle.loads(pickle.dumps(pairs)).collect().rows() == [(2,)]
empty = dl.DataFrame(schema={"a": dl.Int8})
assert pickle.loads(pickle.dumps(empty)).schema == {"a": dl.Int8}
parts = list(dl.sql("SELECT i FROM range(500000) t(i)").collect_batches())
assert len(parts) > 1 and sum(part.height for part in parts) == 500000
assert sum(part["i"].sum() for part in parts) == 500000 * 499999 // 2
assert list(empty.lazy().collect_batches()) == []
"""


def test_pickles_and_batches_need_nobody_else(run_python):
    run_python(WITHOUT_OTHERS, missing=["pyarrow", "pandas", "polars", "numpy"])


def test_in_the_background_and_awaited():
    lazy = dl.LazyFrame({"a": [1, 2]}).select(dl.col("a").sum())
    assert lazy.collect(background=True).fetch_blocking().item() == 3
    assert asyncio.run(lazy.collect_async()).item() == 3
    assert [f.item() for f in dl.collect_all([lazy, lazy])] == [3, 3]


def test_plans_can_be_seen(tmp_path):
    lazy = dl.LazyFrame({"a": [1, 2]}).filter(dl.col("a") > 1)
    assert lazy.explain()
    drawing = lazy.show_graph(output_path=tmp_path / "plan.svg")
    assert drawing.svg.startswith("<svg")
    frame, told = lazy.profile()
    assert frame.height == 1
    assert told


def test_sql_context():
    context = dl.SQLContext(t=dl.DataFrame({"a": [1, 2]}), u={"b": [2, 3]})
    assert context.execute("SELECT a FROM t JOIN u ON a = b", eager=True).rows() == [(2,)]
    assert context.tables() == ["t", "u"]


def test_config_says_how_many_rows():
    frame = dl.DataFrame({"a": list(range(20))})
    with dl.Config(tbl_rows=2):
        assert repr(frame).count("\n") == 9
    with pytest.raises(dl.NotSupported):
        dl.Config(tbl_hide_everything=True)


def test_assertions_over_frames():
    frame = dl.DataFrame({"a": [1.0, float("nan")], "b": ["x", None]})
    dl.testing.assert_frame_equal(frame, frame.clone())
    with pytest.raises(AssertionError, match="row 0"):
        dl.testing.assert_frame_equal(frame, frame.with_columns(dl.col("a") + 1))
    dl.testing.assert_series_equal(frame["b"], frame["b"])


def test_errors_name_what_is_meant():
    frame = dl.DataFrame({"price": [1]})
    with pytest.raises(dl.errors.ColumnNotFound, match="price"):
        frame.select("pric")
    with pytest.raises(KeyError):
        frame.drop("pric")
    with pytest.raises(dl.errors.AlreadyExists):
        frame.select("price", dl.col("price") + 1)


def test_columns_of_other_lengths_are_refused():
    frame = dl.DataFrame({"a": [1, None, 3]})
    with pytest.raises(dl.errors.Error, match="another number of rows"):
        frame.select("a", b=dl.col("a").drop_nulls())
    with pytest.raises(dl.NotSupported):
        frame.with_columns(b=dl.col("a").drop_nulls())
    with pytest.raises(dl.errors.InvalidArgument):
        frame.with_columns(dl.Series("b", [1, 2]))


def test_names_that_differ_in_case_alone_are_refused():
    with pytest.raises(dl.NotSupported, match="case"):
        dl.DataFrame({"a": [1], "A": [2]})
    with pytest.raises(dl.NotSupported, match="case"):
        dl.DataFrame({"a": [1]}).with_columns(A=dl.lit(1))


def test_a_thousand_columns():
    frame = dl.DataFrame({f"c{i}": [i] for i in range(1000)})
    assert frame.select(dl.sum_horizontal(dl.all())).item() == 499500
    assert frame.with_columns(dl.all() + 1).select(dl.col("c999")).item() == 1000


def test_tables_go_with_their_frames():
    import gc
    before = dl.sql("SELECT count(*) FROM doline_tables()").fetchone()[0]
    for _ in range(5):
        dl.DataFrame({"a": [1]}).select(dl.col("a") + 1)
    gc.collect()
    dl.DataFrame({"a": [1]})
    assert dl.sql("SELECT count(*) FROM doline_tables()").fetchone()[0] <= before + 2


def test_order_holds_over_many_rows():
    frame = dl.sql("SELECT i, i % 1000 AS g FROM range(300000) t(i)")
    lazy = dl.DataFrame(frame).lazy()
    windows = lazy.with_columns(c=dl.col("i").cum_sum().over("g"), n=dl.col("i").shift().over("g"))
    out = windows.filter(dl.col("n").is_null()).collect()
    assert out["i"].to_list() == list(range(1000))
    assert lazy.group_by("g", maintain_order=True).agg(dl.col("i").first()).collect()["i"].to_list() == list(range(1000))
    diffs = lazy.select(dl.col("i").diff()).select(dl.col("i").sum()).collect().item()
    assert diffs == 299999


def test_samples_are_drawn_as_asked():
    frame = dl.DataFrame({"a": list(range(100))})
    for options in ({"n": 10}, {"fraction": 0.1}, {"n": 10, "shuffle": True}):
        drawn = frame.sample(**options, seed=3)
        assert drawn.height == 10
        assert len(set(drawn["a"].to_list())) == 10
        assert drawn.rows() == frame.sample(**options, seed=3).rows()
    assert frame.sample().height == 1
    shuffled = frame.sample(fraction=1.0, shuffle=True, seed=1)["a"].to_list()
    assert shuffled != sorted(shuffled) == frame["a"].to_list()
    again = frame.sample(500, with_replacement=True, seed=1)["a"].to_list()
    assert len(again) == 500
    assert again != sorted(again)
    assert set(again) < set(frame["a"].to_list()) or set(again) == set(frame["a"].to_list())
    assert frame.select(dl.col("a").shuffle(seed=1)).sort("a").rows() == frame.rows()
    assert frame.select(dl.col("a").sample(7, seed=1).n_unique()).item() == 7
    for refused in ({"n": 101}, {"n": -1}, {"n": 1, "fraction": 0.5}):
        with pytest.raises(ValueError):
            frame.sample(**refused)


def test_a_query_in_the_background_leaves_the_session_free():
    long = dl.LazyFrame({"a": [1]}).sql("SELECT sum(hash(i)::DOUBLE) AS s FROM range(20_000_000_000) t(i)")
    query = long.collect(background=True)
    assert query.fetch() is None
    assert dl.sql("SELECT 42").fetchall() == [(42,)]  # would wait for the other's end
    query.cancel()
    with pytest.raises(dl.errors.Cancelled):
        query.fetch_blocking()


def test_an_awaited_query_ends_with_its_task():
    long = dl.LazyFrame({"a": [1]}).sql("SELECT sum(hash(i)::DOUBLE) AS s FROM range(20_000_000_000) t(i)")

    async def given_up():
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(long.collect_async(), 0.2)

    asyncio.run(given_up())  # would wait for the query's thread


def test_a_profile_runs_its_query_once(tmp_path):
    frame, told = dl.LazyFrame({"a": [1, 2]}).filter(dl.col("a") > 1).profile()
    assert frame.rows() == [(2,)]
    assert "rows" in told
