"""Python functions in frames, as Polars has them."""

import doline as dl
import numpy as np
import polars as pl
import pytest
from doline import errors

DATA = {"k": ["a", "b", "a", None, "b"], "v": [1, 2, None, 4, 5], "w": [0.5, 1.5, 2.5, 3.5, 4.5]}


def both(build):
    """What a function of (module, frame) gives in Polars and here."""
    expected = build(pl, pl.DataFrame(DATA))
    found = build(dl, dl.DataFrame(DATA))
    assert found.columns == expected.columns
    assert found.rows() == expected.rows()
    return found


EXAMPLES = {
    "elements": lambda m, f: f.select(m.col("v").map_elements(lambda v: v * 10, return_dtype=m.Int64)),
    "texts": lambda m, f: f.select(m.col("k").map_elements(lambda k: k + "!", return_dtype=m.String)),
    "nulls seen": lambda m, f: f.select(
        m.col("v").map_elements(lambda v: v is None, return_dtype=m.Boolean, skip_nulls=False)),
    "in a filter": lambda m, f: f.filter(m.col("w").map_elements(lambda w: w > 2, return_dtype=m.Boolean)),
    "in arithmetic": lambda m, f: f.with_columns(
        x=m.col("w").map_elements(lambda w: w * 2, return_dtype=m.Float64) + m.col("w")),
    "structs": lambda m, f: f.select(m.struct("v", "w").map_elements(
        lambda row: row["w"] * 2, return_dtype=m.Float64).alias("r")),
    "whole column": lambda m, f: f.select(m.col("w").map_batches(
        lambda s: s - s.min(), return_dtype=m.Float64)),
    "whole column beside": lambda m, f: f.with_columns(c=m.col("w").map_batches(
        lambda s: s / s.sum(), return_dtype=m.Float64)),
    "numpy": lambda m, f: f.select(m.col("w").map_batches(
        lambda s: np.cumsum(s.to_numpy()), return_dtype=m.Float64)),
    "elementwise": lambda m, f: f.select(m.col("w").map_batches(
        lambda s: s * 2, return_dtype=m.Float64, is_elementwise=True)),
    "scalar": lambda m, f: f.select(m.col("w").map_batches(
        lambda s: s.max() - s.min(), return_dtype=m.Float64, returns_scalar=True)),
    "scalar by groups": lambda m, f: f.group_by("k", maintain_order=True).agg(
        m.col("w").map_batches(lambda s: s.max() - s.min(), return_dtype=m.Float64, returns_scalar=True)),
    "aggregated after": lambda m, f: f.group_by("k", maintain_order=True).agg(
        m.col("w").map_elements(lambda w: w * 2, return_dtype=m.Float64).sum()),
    "frames": lambda m, f: f.lazy().map_batches(lambda part: part.filter(m.col("w") > 1)).collect(),
    "frames of other columns": lambda m, f: f.lazy().map_batches(
        lambda part: part.select(m.col("w").sum().alias("total")), schema={"total": m.Float64}).collect(),
    "groups": lambda m, f: f.lazy().group_by("k", maintain_order=True).map_groups(
        lambda part: part.tail(1), schema={"k": m.String, "v": m.Int64, "w": m.Float64}).collect(),
    "groups of other columns": lambda m, f: f.lazy().group_by("k", maintain_order=True).map_groups(
        lambda part: part.select(m.col("k").first(), n=m.len().cast(m.Int64)),
        schema={"k": m.String, "n": m.Int64}).collect(),
}


@pytest.mark.parametrize("example", EXAMPLES)
def test_polars_means_the_same(example):
    both(EXAMPLES[example])


def test_series_map_elements():
    assert dl.Series("a", [1, None, 3]).map_elements(lambda a: a + 1, dl.Int64).to_list() == [2, None, 4]


def test_hints_say_the_type():
    def doubled(value: float) -> float:
        return 2 * value

    assert dl.DataFrame(DATA).select(dl.col("w").map_elements(doubled)).rows()[0] == (1.0,)
    with pytest.raises(errors.TypeMismatch, match="return_dtype"):
        dl.col("w").map_elements(lambda w: w)


@pytest.mark.parametrize("batch_format", ["frame", "arrow", "pandas", "polars", "numpy"])
def test_batches_of_each_library(batch_format):
    frame = dl.LazyFrame({"a": list(range(10)), "b": ["x"] * 10})
    kinds = set()

    def same(part):
        kinds.add(type(part).__module__.partition(".")[0])
        return part

    made = frame.map_batches(same, batch_format=batch_format, batch_size=4)
    assert made.collect().rows() == frame.collect().rows()
    assert kinds == {{"frame": "doline", "arrow": "pyarrow", "numpy": "builtins"}.get(batch_format,
                                                                                    batch_format)}


def test_batches_in_order_by_a_model_that_stays_loaded():
    class Model:
        made = 0

        def __init__(self, least):
            Model.made += 1
            self.least = least

        def __call__(self, part):
            assert len(part["a"]) <= 1000
            keep = part["a"] % 3 == self.least
            return {"a": part["a"][keep]}

    frame = dl.LazyFrame({"a": list(range(200_000))})
    made = frame.map_batches(Model, batch_format="numpy", batch_size=1000, arguments=(1,)).collect()
    assert [a for a, in made.rows()] == list(range(1, 200_000, 3))
    assert 1 <= Model.made <= 16


def test_batches_by_workers():
    frame = dl.LazyFrame({"a": list(range(100_000))})

    def pids(part):
        import os
        return {"a": part["a"] * 0 + os.getpid()}

    import os
    found = {a for a, in frame.map_batches(pids, batch_format="numpy", streamable=True, workers=2)
             .collect().rows()}
    assert found and os.getpid() not in found


def test_frames_of_nothing():
    empty = dl.LazyFrame({"a": [1]}).filter(dl.col("a") > 1)
    assert empty.map_batches(lambda part: part).collect().rows() == []
    assert empty.map_batches(lambda part: part, streamable=True).collect().rows() == []
    assert empty.map_batches(lambda part: part.select(n=dl.len()), schema={"n": dl.Int64}).collect() \
        .rows() == [(0,)]
    assert empty.group_by("a").map_groups(lambda part: part).collect().rows() == []


@pytest.mark.parametrize(("function", "said"), [
    (lambda part: 7, "returned int"),
    (lambda part: part.rename({"a": "b"}), "columns b; a were promised"),
    (lambda part: part.select(dl.col("a").cast(dl.String)), "declared to return"),
    (lambda part: 1 / 0, "raised ZeroDivisionError"),
])
def test_functions_of_frames_that_lie(function, said):
    with pytest.raises(errors.FunctionFailed, match=said):
        dl.LazyFrame({"a": [1, 2]}).map_batches(function).collect()


def test_functions_of_series_that_lie():
    frame = dl.DataFrame({"a": [1, 2]})
    with pytest.raises(errors.FunctionFailed, match="1 values for a series of 2"):
        frame.select(dl.col("a").map_batches(lambda s: s.head(1), dl.Int64))
    with pytest.raises(errors.FunctionFailed, match="returned int"):
        frame.select(dl.col("a").map_batches(lambda s: 7, dl.Int64))


def test_functions_live_as_long_as_what_calls_them():
    import gc
    import weakref

    class Held:
        def __call__(self, a):
            return a

    held = Held()
    gone = weakref.ref(held)
    frame = dl.LazyFrame({"a": [1]}).select(dl.col("a").map_elements(held, dl.Int64)).filter(dl.col("a") > 0)
    del held
    gc.collect()
    assert frame.collect().rows() == [(1,)]
    assert gone() is not None
    del frame
    for _ in range(100):
        gc.collect()
        dl.sql("SELECT 1").fetchall()
        if gone() is None:
            break
    assert gone() is None


def test_such_frames_are_not_pickled():
    import pickle

    frame = dl.LazyFrame({"a": [1]}).select(dl.col("a").map_elements(lambda a: a, dl.Int64))
    with pytest.raises(errors.NotSupported, match="pickle"):
        pickle.dumps(frame)


COPIES = {
    "clip": lambda m, e: e.clip(2, 3),
    "is_between": lambda m, e: e.is_between(1, 3),
    "is_between half open": lambda m, e: e.is_between(1, 3, closed="left"),
    "replace": lambda m, e: e.replace({1: 10, 2: 20}),
    "floor division": lambda m, e: e // 2,
    "remainder": lambda m, e: e % 2,
    "sign": lambda m, e: e.sign(),
    "change": lambda m, e: e.pct_change(),
    "interpolation": lambda m, e: e.interpolate(),
    "difference": lambda m, e: e.diff(),
    "rank": lambda m, e: e.rank(),
    "mean": lambda m, e: e.mean(),
    "deviation": lambda m, e: e.std(),
    "sorted": lambda m, e: e.sort().first(),
    "without nulls": lambda m, e: e.drop_nulls().sum(),
    "nested": lambda m, e: (e.clip(2, 3) * 2).clip(1, 5),
    "groups": lambda m, e: m.col("a").max().over(e.is_between(1, 3, closed="none")),
}


# Symptom: where a query has an expression's input in several places the function was called for each of them.
@pytest.mark.parametrize("example", COPIES)
@pytest.mark.parametrize("values", [[3, 1, 4, None, 5], []], ids=["values", "empty"])
def test_a_function_is_called_once_for_each_value(example, values):
    calls = []

    def plus(x):
        calls.append(x)
        return x + 1

    build = COPIES[example]
    found = dl.DataFrame({"a": values}, {"a": dl.Int64}).select(
        build(dl, dl.col("a").map_elements(plus, return_dtype=dl.Int64)))
    assert sorted(calls) == sorted(value for value in values if value is not None)
    expected = pl.DataFrame({"a": values}, {"a": pl.Int64}).select(build(pl, pl.col("a") + 1))
    assert found.rows() == expected.rows()


def test_a_function_is_called_once_for_each_group():
    calls = []

    def total(values):
        calls.append(len(values))
        return values.sum()

    frame = {"k": [1, 1, 2], "a": [1, 2, 9]}
    mapped = dl.col("a").map_batches(total, return_dtype=dl.Int64, returns_scalar=True)
    found = dl.DataFrame(frame).group_by("k").agg(
        (mapped + dl.col("a").max()).clip(6, dl.col("a").sum() + 3))
    expected = pl.DataFrame(frame).group_by("k").agg(
        (pl.col("a").sum() + pl.col("a").max()).clip(6, pl.col("a").sum() + 3))
    assert sorted(calls) == [1, 2]
    assert found.sort("k").rows() == expected.sort("k").rows()


@pytest.mark.parametrize("build", [lambda e: e.clip(2, 3), lambda e: e.interpolate(), lambda e: e.sign()])
def test_a_registered_function_is_called_once_for_each_value(build):
    calls = []

    def plus(x):
        calls.append(x)
        return x + 1

    dl.create_function("plus_one", plus, [dl.Int64], dl.Int64)
    try:
        frame = {"a": [3, 1, None, 5]}
        found = dl.DataFrame(frame).select(build(dl.sql_expr("plus_one(a)")).alias("a"))
        assert found.rows() == pl.DataFrame(frame).select(build(pl.col("a") + 1)).rows()
    finally:
        dl.remove_function("plus_one")
    assert sorted(calls) == [1, 3, 5]
