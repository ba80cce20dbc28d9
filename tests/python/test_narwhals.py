"""The plugin of Narwhals, and the libraries that take frames through it."""

import datetime as dt

import doline as dl
import narwhals as nw
import narwhals.stable.v1 as nw_v1
import narwhals.stable.v2 as nw_v2
import numpy as np
import polars as pl
import pytest
from narwhals.exceptions import ColumnNotFoundError, DuplicateError, InvalidOperationError

COLUMNS = {
    "i": [1, 2, 3, 4], "f": [0.5, None, 2.5, -1.0], "s": ["b", "a", None, "b"], "k": [1, 1, 2, 2],
    "t": [dt.datetime(2024, 1, 1, 12), None, dt.datetime(2024, 2, 1), dt.datetime(2024, 3, 1)],
}
# Each is asked of Doline and of Polars, lazily and of computed frames.
QUESTIONS = {
    "select": lambda f: f.select("s", nw.col("i") * 2, nw.lit(5).alias("five")),
    "aggregates": lambda f: f.select(nw.col("i").sum(), nw.col("f").mean(), n=nw.len()),
    "a mean among columns": lambda f: f.with_columns(m=nw.col("i").mean() + nw.col("i")),
    "filter": lambda f: f.filter(nw.col("f") > 0, nw.col("s") == "b"),
    "groups": lambda f: f.group_by("k").agg(nw.col("i").sum(), nw.col("f").max().alias("m")).sort("k"),
    "groups of expressions": lambda f: f.group_by(nw.col("i") % 2).agg(nw.len()).sort("i"),
    "groups of known keys": lambda f: f.group_by("s", drop_null_keys=True).agg(nw.len()).sort("s"),
    "windows": lambda f: f.with_columns(
        c=nw.col("i").cum_sum().over("k", order_by="i"), r=nw.col("f").rank("min").over("k"),
        p=nw.col("f").shift(1).over(order_by="i")).sort("i"),
    "joins": lambda f: f.join(f.select("i", nw.col("s").alias("o")), on="i", how="left").sort("i"),
    "full join": lambda f: f.join(f.filter(nw.col("i") > 2).select("i", "f"), on="i", how="full").sort("i"),
    "anti join": lambda f: f.join(f.filter(nw.col("i") > 2), on="i", how="anti").sort("i"),
    "texts": lambda f: f.select(nw.col("s").str.to_uppercase(), n=nw.col("s").str.replace_all("b", "x", literal=True),
                                h=nw.col("s").str.starts_with("a")),
    "times": lambda f: f.select(nw.col("t").dt.year(), m=nw.col("t").dt.truncate("1mo"), d=nw.col("t").dt.date()),
    "choices": lambda f: f.select(w=nw.when(nw.col("i") > 2).then("f").otherwise(0.0), c=nw.coalesce("f", nw.lit(9.0))),
    "across": lambda f: f.select(s=nw.sum_horizontal("i", "f"), m=nw.max_horizontal("i", "k"),
                                 t=nw.concat_str("s", nw.col("i").cast(nw.String), separator="-")),
    "selectors": lambda f: f.select(nw.selectors.numeric() - nw.selectors.by_dtype(nw.Float64)),
    "names": lambda f: f.select(nw.all().name.suffix("_x")),
    "unique": lambda f: f.unique("k", keep="first", order_by="i").sort("i"),
    "top_k": lambda f: f.top_k(2, by="f").sort("i"),
    "unpivot": lambda f: f.select("i", "k", "s").unpivot(["i", "k"], index="s").sort("variable", "value"),
    "drop_nulls": lambda f: f.drop_nulls("f"),
    "concat": lambda f: nw.concat([f.select("i"), f.select("i")]).sort("i"),
    "casts": lambda f: f.cast({"i": nw.Int8, "f": nw.Float32}),
    "is_in": lambda f: f.filter(nw.col("i").is_in([1, 4])),
    "fills": lambda f: f.with_columns(nw.col("f").fill_null(0.0), z=nw.col("s").fill_null(strategy="forward").over(order_by="i")),
    "replaced": lambda f: f.select(nw.col("s").replace_strict(["a"], ["A"], default="?")),
    "row numbers": lambda f: f.with_row_index("n", order_by="f").sort("n").select(nw.col("n").cast(nw.Int64), "i"),
    "quantile": lambda f: f.select(nw.col("i").quantile(0.3, "linear")),
}


@pytest.mark.parametrize("lazy", [False, True], ids=["computed", "lazy"])
@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_answers_are_those_of_polars(question, lazy):
    ours, theirs = dl.DataFrame(COLUMNS), pl.DataFrame(COLUMNS)
    if lazy:
        answer = question(nw.from_native(ours.lazy()))
        assert isinstance(answer.to_native(), dl.LazyFrame)
        answer, expected = answer.collect(), question(nw.from_native(theirs.lazy())).collect()
    else:
        answer, expected = question(nw.from_native(ours)), question(nw.from_native(theirs))
    assert isinstance(answer.to_native(), dl.DataFrame)
    assert dict(answer.schema) == dict(expected.schema)
    assert answer.rows() == expected.rows()


SERIES = {
    "sum": lambda s: s.sum(), "nulls": lambda s: s.null_count(), "greatest": lambda s: s.max(),
    "arithmetic": lambda s: (s * 2 + 1).to_list(), "between series": lambda s: (s - s.shift(1)).to_list(),
    "known": lambda s: s.drop_nulls().to_list(), "comparison": lambda s: (s > 0).to_list(),
    "sorted": lambda s: s.sort(descending=True, nulls_last=True).to_list(), "part": lambda s: s[1:3].to_list(),
    "places": lambda s: s[[0, 2]].to_list(), "one": lambda s: s[2], "clip": lambda s: s.clip(0, 1).to_list(),
    "counted": lambda s: s.value_counts(sort=True, normalize=True).rows(), "length": len,
    "histogram": lambda s: s.hist(bin_count=2).rows(), "zipped": lambda s: s.zip_with(s > 0, s * 10).to_list(),
    "array": lambda s: np.nan_to_num(s.to_numpy(), nan=-9).tolist(), "is_in": lambda s: s.is_in([0.5]).to_list(),
    "scattered": lambda s: s.scatter([0, 1], [7.0, 8.0]).to_list(), "distinct": lambda s: s.n_unique(),
}


@pytest.mark.parametrize("question", SERIES.values(), ids=SERIES)
def test_series_answer_as_those_of_polars(question):
    ours, theirs = (nw.from_native(kind("f", [0.5, None, 2.5, -1.0]), series_only=True) for kind in (dl.Series, pl.Series))
    assert question(ours) == question(theirs)


def test_frames_go_in_and_come_out():
    frame = dl.DataFrame(COLUMNS)
    for interface in (nw, nw_v1, nw_v2):
        assert interface.from_native(frame).to_native() is frame
        lazy = frame.lazy()
        assert interface.from_native(lazy).to_native() is lazy
    series = frame["i"]
    assert nw.from_native(series, series_only=True).to_native() is series
    assert nw.from_native(frame, eager_only=True).shape == (4, 5)
    with pytest.raises(TypeError):
        nw.from_native(frame.lazy(), eager_only=True)


def test_a_function_of_a_column():
    frame = nw.from_native(dl.DataFrame({"a": [1, 2, 3]}))
    doubled = frame.select(nw.col("a").map_batches(lambda series: series * 2, return_dtype=nw.Int8))
    assert doubled.rows() == [(2,), (4,), (6,)] and doubled.schema["a"] == nw.Int8
    assert frame.select(nw.col("a").map_batches(lambda series: series.sum(), nw.Int64, returns_scalar=True)).rows() == [(6,)]


def test_a_lazy_frame_is_collected_as_what_is_asked_for():
    lazy = nw.from_native(dl.DataFrame({"a": [1, None]}).lazy())
    for backend in ("pyarrow", "pandas", "polars"):
        assert lazy.collect(backend).implementation.value == backend


def test_functions_take_doline_as_their_backend(tmp_path):
    made = nw.from_dict({"a": [1, 2]}, backend=dl)
    assert isinstance(made.to_native(), dl.DataFrame)
    assert nw.new_series("x", [1, 2], nw.Int8, backend=dl).to_native().dtype == dl.Int8
    assert nw.from_numpy(np.array([[1, 2], [3, 4]]), ["p", "q"], backend=dl).rows() == [(1, 2), (3, 4)]
    path = tmp_path / "a.parquet"
    made.write_parquet(path)
    assert nw.scan_parquet(path, backend=dl).collect().rows() == [(1,), (2,)]
    (tmp_path / "a.csv").write_text("a;b\n1;x\n", encoding="utf-8")
    assert nw.read_csv(tmp_path / "a.csv", separator=";", backend=dl).rows() == [(1, "x")]
    assert nw.from_arrow(pl.DataFrame({"a": [1]}), backend=dl).rows() == [(1,)]


def test_types_are_told():
    frame = nw.from_native(dl.sql("""
        SELECT 1::TINYINT AS a, 1.5::DECIMAL(5, 2) AS d, [1] AS l, {x: 1} AS s, DATE '2024-01-01' AS y,
               'a'::ENUM('a', 'b') AS e, TIMESTAMP '2024-01-01' AS t, map([1], ['x']) AS m, 1::HUGEINT AS h""").lazy())
    assert dict(frame.collect_schema()) == {
        "a": nw.Int8(), "d": nw.Decimal(5, 2), "l": nw.List(nw.Int32), "s": nw.Struct({"x": nw.Int32}), "y": nw.Date(),
        "e": nw.Enum(["a", "b"]), "t": nw.Datetime("us"), "m": nw.Map(nw.Int32, nw.String), "h": nw.Int128()}


def test_what_is_wrong_is_told_where_it_was_said():
    lazy = nw.from_native(dl.DataFrame({"a": [1], "b": ["x"]}).lazy())
    with pytest.raises(ColumnNotFoundError, match="'c'"):
        lazy.select(nw.col("c") + 1)
    with pytest.raises(ColumnNotFoundError, match="'c'"):
        lazy.filter(nw.col("c") > 1)
    with pytest.raises(DuplicateError):
        lazy.select("a", nw.col("b").alias("a"))
    with pytest.raises(InvalidOperationError):
        lazy.select(nw.col("a").cum_sum())  # in no order
    with pytest.raises(NotImplementedError, match="Enum|String"):
        lazy.select(nw.col("b").cast(nw.Categorical))


def test_altair_draws_frames():
    alt = pytest.importorskip("altair")
    frame = dl.DataFrame({"x": [1, 2], "y": [1.5, None], "day": [dt.date(2024, 1, 1), dt.date(2024, 1, 2)], "g": ["a", "b"]})
    told = alt.Chart(frame).mark_point().encode(x="x", y="y", color="g", tooltip="day").to_dict()
    assert {k: v["type"] for k, v in told["encoding"].items()} == {
        "x": "quantitative", "y": "quantitative", "color": "nominal", "tooltip": "temporal"}
    (rows,) = told["datasets"].values()
    assert rows[0] == {"x": 1, "y": 1.5, "day": "2024-01-01T00:00:00", "g": "a"}
    assert rows[1]["y"] is None


def test_plotly_draws_frames():
    px = pytest.importorskip("plotly.express")
    frame = dl.DataFrame({"x": [1, 2, 3], "y": [1.5, None, 4.0], "g": ["a", "b", "a"]})
    figure = px.scatter(frame, x="x", y="y", color="g")
    assert {trace.name: list(trace.x) for trace in figure.data} == {"a": [1, 3], "b": [2]}
    np.testing.assert_equal(px.line(frame, x="x", y="y").data[0].y, [1.5, np.nan, 4.0])
    assert len(px.histogram(frame, x="g").data) == 1
    assert [list(t.x) for t in px.bar(frame, x="g", y=["x", "y"]).data] == [["a", "b", "a"]] * 2  # in long form


def test_scikit_learn_takes_frames():
    from sklearn.compose import ColumnTransformer
    from sklearn.linear_model import LinearRegression
    from sklearn.model_selection import train_test_split
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler
    frame = dl.DataFrame({"x": [1.0, 2.0, 3.0, 4.0], "z": [1.0, 0.0, 2.0, 5.0], "g": ["a", "b", "a", "c"]})
    target = dl.Series("y", [2.0, 4.0, 6.0, 8.0])
    numbers = frame.select("x", "z")
    model = make_pipeline(StandardScaler(), LinearRegression()).fit(numbers, target)
    assert list(model[0].feature_names_in_) == ["x", "z"]
    np.testing.assert_allclose(model.predict(numbers), [2, 4, 6, 8])
    columns = ColumnTransformer([("n", StandardScaler(), ["x", "z"]), ("c", OneHotEncoder(sparse_output=False), ["g"])])
    assert columns.fit_transform(frame).shape == (4, 5)
    assert columns.set_output(transform="polars").fit_transform(frame).columns[:2] == ["n__x", "n__z"]
    train, test, *targets = train_test_split(numbers, target, random_state=1)
    assert isinstance(train, dl.DataFrame) and train.height + test.height == 4
    assert [len(part) for part in targets] == [3, 1]
