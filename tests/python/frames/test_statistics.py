"""Statistics of every column, whatever its type, of groups, and series that are changed in place."""

import datetime as dt

import doline as dl
import numpy as np
import polars
import polars.testing
import pytest
from frames.peer import Frames, both, check


def mixed(pl):
    return pl.DataFrame({
        "g": ["p", "q", "p"], "i": [1, 2, 4], "t": ["x", "z", "y"], "b": [True, False, None], "f": [0.5, None, 2.5],
        "d": [dt.date(2024, 1, 1), None, dt.date(2024, 1, 3)], "l": [[1], [2], None],
        "s": [{"a": 1}, {"a": 2}, {"a": 3}]})


def aggregate(name, *columns, grouped=False, **options):
    def example(pl, d):
        frame = mixed(pl).select(columns) if columns else mixed(pl)
        return getattr(frame.group_by("g", maintain_order=True) if grouped else frame, name)(**options)
    return example


EXAMPLES = {
    **{name: aggregate(name) for name in ("sum", "mean", "median", "min", "max", "std", "var")},
    "product": lambda pl, d: mixed(pl).select("i", "b", "f").product(),
    **{f"{name} by groups": aggregate(name, *"gif", grouped=True)
       for name in ("sum", "mean", "median", "min", "max", "first", "last", "n_unique")},
    "quantile": aggregate("quantile", *"itbf", quantile=0.5),
    "quantile of times": lambda pl, d: d.times.select("at", "day", "took").quantile(0.5),
    "quantile between times": lambda pl, d: d.times.select("at", "day").quantile(0.5, "midpoint"),
    "spread of durations": lambda pl, d: d.times.select("took", "v").std(),
    "first that is not null": aggregate("first", "g", "f", grouped=True, ignore_nulls=True),
    "last that is not null": aggregate("last", "g", "f", "b", grouped=True, ignore_nulls=True),
    "heads": lambda pl, d: d.sales.group_by("shop", maintain_order=True).head(2),
    "tails": lambda pl, d: d.sales.group_by("shop", maintain_order=True).tail(1),
    "heads of a computed key": lambda pl, d: d.people.group_by(pl.col("age") > 30, maintain_order=True).head(1),
    "describe": lambda pl, d: mixed(pl).describe(),
    "describe less": lambda pl, d: mixed(pl).describe(percentiles=[0.125, 0.9]),
    "describe linear": lambda pl, d: d.numbers.select("i", "n", "f").describe(interpolation="linear"),
    "describe midpoint": lambda pl, d: d.numbers.select("i", "n", "f").describe(interpolation="midpoint"),
    "describe higher": lambda pl, d: d.numbers.select("i", "n", "f").describe(0.3, interpolation="higher"),
    "describe nothing": lambda pl, d: d.numbers.select("i", "f").clear().describe(),
    **{f"describe {column}": lambda pl, d, column=column: mixed(pl)[column].describe() for column in "itbdl"},
    "value_counts as shares": lambda pl, d: d.sales["shop"].value_counts(normalize=True, sort=True).head(1),
    "value_counts": lambda pl, d: d.sales["shop"].value_counts(sort=True).head(1),
    "modes": lambda pl, d: pl.Series("a", [3, 1, None, 1, 3, None]).mode(maintain_order=True),
    "sorted with nulls last": lambda pl, d: pl.Series([1, None]).is_sorted(nulls_last=True),
    "not sorted": lambda pl, d: pl.Series([1, None]).is_sorted(),
    "zip_with": lambda pl, d: d.numbers["i"].zip_with(d.numbers["i"] > 3, d.numbers["n"]),
    "filter by a list": lambda pl, d: d.numbers["i"].filter([True, False] * 3),
    "gather": lambda pl, d: d.numbers["i"].gather(pl.Series([3, 3, 0])),
    "matmul": lambda pl, d: d.sales["amount"] @ d.sales["amount"],
    "plus an array": lambda pl, d: d.numbers["i"] + np.arange(6),
    "one and many": lambda pl, d: pl.Series("q", [1]) + d.numbers["i"],
    "many and one of another type": lambda pl, d: d.small["a"] + pl.Series([100000]),
    "a missing one": lambda pl, d: d.numbers["i"] + pl.Series([None], dtype=pl.Int64),
    "a date and many": lambda pl, d: d.times["day"] > pl.Series([d.times["day"][0]]),
    "emptied": lambda pl, d: d.numbers["i"].clear(2),
    "sql": lambda pl, d: d.numbers["f"].sql("SELECT max(f) AS m FROM self"),
    "a field": lambda pl, d: d.structs["s"].struct["b"],
    "a field by its place": lambda pl, d: d.structs["s"].struct[0],
    "the latest": lambda pl, d: d.times["at"].dt.max(),
    "set": lambda pl, d: d.numbers["i"].set(d.numbers["i"] > 3, 0),
    "scattered": lambda pl, d: pl.Series("a", [1, 2, 3]).scatter([0, 2], [8, 9]),
    "extended": lambda pl, d: pl.Series("a", [1, None]).extend_constant(9, 2),
    "unique in order": lambda pl, d: pl.Series("a", [3, None, 1, 3, 2]).unique(maintain_order=True),
    "imploded": lambda pl, d: pl.Series("a", [1, 2]).implode(),
    "fields as columns": lambda pl, d: d.structs["s"].struct.unnest(),
    "a field's name": lambda pl, d: d.structs["s"].struct.field("a").name,
    "a function of NumPy": lambda pl, d: np.sqrt(pl.Series("a", [1, None, 4])),
    "an array plus": lambda pl, d: np.array([1, 2]) + pl.Series("a", [1, 2]),
    "equals a list": lambda pl, d: pl.Series("a", [1, 2]) == [1, 3],
    "within an expression": lambda pl, d: d.numbers.select(pl.Series("a", range(6)) + pl.col("i")),
    "unique_counts": lambda pl, d: pl.Series("a", ["x", "y", "x"]).unique_counts(),
    "upsampled integers": lambda pl, d: pl.DataFrame({"t": [1, 4], "v": [1, 2]}).upsample("t", every="1i"),
    "contains": lambda pl, d: 4 in d.numbers["n"],
    "empty but for nulls": lambda pl, d: pl.Series([None]).is_empty(ignore_nulls=True),
}


@both(EXAMPLES)
def test_example(example):
    check(example)


def test_a_product_of_what_has_none_is_null():
    assert mixed(dl).select("t", "d", "l").product().rows() == [(None, None, None)]


def put(pl, key, value):
    series = pl.Series("a", [1, 2, 3])
    other = series.clone()
    series[key(pl)] = value
    assert other.to_list() == [1, 2, 3]
    return series.dtype == pl.Int64, series.to_list()


@pytest.mark.parametrize("key, value", [
    (lambda pl: 0, 9), (lambda pl: -1, None), (lambda pl: [0, 1], 9), (lambda pl: [0, 1], [7, 8]),
    (lambda pl: pl.Series([True, False, True]), 0), (lambda pl: np.array([True, False, True]), 5),
])
def test_values_are_put_into_a_series(key, value):
    assert put(polars, key, value) == put(dl, key, value)


@pytest.mark.parametrize("value", [1.5, "x"])
def test_what_does_not_fit_is_not_put_in(value):
    series = dl.Series("a", [1, 2])
    with pytest.raises(TypeError, match="does not fit"):
        series[0] = value
    assert series.to_list() == [1, 2]


def test_a_series_grows_and_is_sorted_in_place():
    for pl in polars, dl:
        series = pl.Series("a", [2, 1])
        frame, other = series.to_frame(), series.clone()
        assert series.append(pl.Series([4])) is series and series.extend(pl.Series([3])) is series
        assert series.sort(in_place=True) is not None and series.to_list() == [1, 2, 3, 4]
        assert (series.name, other.to_list(), frame.rows()) == ("a", [2, 1], [(2,), (1,)])
        with pytest.raises(Exception):
            series.append(pl.Series(["x"]))


def test_series_of_other_lengths_do_not_pair():
    for pl in polars, dl:
        with pytest.raises(Exception, match="length"):
            pl.Series([1, 2, 3]) + pl.Series([1, 2])


def test_fields_and_schema_of_structs():
    told = []
    for pl in polars, dl:
        struct = Frames(pl).structs["s"].struct
        told.append((struct.fields, list(struct.schema), struct.schema["a"] == pl.Int64))
    assert told[0] == told[1]


EQUAL = [([1, None], [1, None]), ([1], [1.0]), ([1], ["1"]), ([1], [2]), ([None], [1])]


@pytest.mark.parametrize("one, other", EQUAL)
@pytest.mark.parametrize("options", [{}, {"check_dtypes": True}, {"check_names": True}, {"null_equal": False}])
def test_equals(one, other, options):
    told = [pl.Series("a", one).equals(pl.Series("b", other), **options) for pl in (polars, dl)]
    assert told[0] == told[1]


def assertion(pl, one, other, **options):
    try:
        pl.testing.assert_frame_equal(pl.DataFrame(one), pl.DataFrame(other), **options)
    except AssertionError:
        return False
    return True


NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize("one, other, options", [
    ({"a": [1.0, NAN, INF, None]}, {"a": [1.0 + 1e-9, NAN, INF, None]}, {}),
    ({"a": [1.0]}, {"a": [1.0 + 1e-9]}, {"check_exact": True}), ({"a": [1.0]}, {"a": [1.1]}, {"abs_tol": 0.2}),
    ({"a": [NAN]}, {"a": [1.0]}, {}), ({"a": [INF]}, {"a": [1.0]}, {}), ({"a": [None, 1.0]}, {"a": [0.0, 1.0]}, {}),
    ({"a": [1]}, {"a": [1.0]}, {}), ({"a": [1]}, {"a": [1.0]}, {"check_dtypes": False}),
    ({"a": [1, 2]}, {"a": [2, 1]}, {}), ({"a": [1, 2]}, {"a": [2, 1]}, {"check_row_order": False}),
    ({"a": [1], "b": [2]}, {"b": [2], "a": [1]}, {"check_column_order": False}),
    ({"a": [[1.0]]}, {"a": [[1.0 + 1e-9]]}, {}), ({"a": [[1.0]]}, {"a": [[1.5]]}, {}),
    ({"a": ["x"]}, {"a": ["y"]}, {}), ({"a": [{"x": 1}]}, {"a": [{"x": 1}]}, {}),
])
def test_assertions_hold_and_fail_as_polars_do(one, other, options):
    assert assertion(polars, one, other, **options) == assertion(dl, one, other, **options)


def test_the_first_difference_is_told():
    with pytest.raises(AssertionError, match='row 1, column "a": 2 and 3'):
        dl.testing.assert_frame_equal(dl.DataFrame({"a": [1, 2]}), dl.DataFrame({"a": [1, 3]}))
    enums = [dl.DataFrame({"a": ["x"]}, {"a": dl.Enum(names)}) for names in (["x"], ["x", "y"])]
    dl.testing.assert_frame_equal(*enums, categorical_as_str=True)
    with pytest.raises(AssertionError, match="types"):
        dl.testing.assert_frame_equal(*enums)


@pytest.mark.parametrize("one, other, options", [
    ({"a": "Int64"}, {"a": "Int32"}, {}), ({"a": "Int64"}, {"a": "Int32"}, {"check_dtypes": False}),
    ({"a": "Int8", "b": "Int8"}, {"b": "Int8", "a": "Int8"}, {}), ({"a": "Int8"}, {"b": "Int8"}, {}),
    ({"a": "Int8", "b": "Int8"}, {"b": "Int8", "a": "Int8"}, {"check_column_order": False}),
])
def test_schemas(one, other, options):
    told = []
    for pl in polars, dl:
        schemas = [{k: getattr(pl, t) for k, t in schema.items()} for schema in (one, other)]
        try:
            told.append(pl.testing.assert_schema_equal(*schemas, **options))
        except AssertionError:
            told.append("other")
    assert told[0] == told[1]
