"""What expressions are given: arrays as columns, expressions where a number would do, names of columns."""

import functools

import doline
import numpy
import pandas
import polars
import pyarrow
import pytest

from frames.peer import both, check

ARRAYS = {
    "NumPy": numpy.array([1, 2, 3, 4]), "PyArrow": pyarrow.array([1, 2, 3, 4], pyarrow.int16()),
    "chunks": pyarrow.chunked_array([[1.5], [2.5, 3.5, 4.5]]), "Polars": polars.Series([5, 6, 7, 8]),
    "pandas": pandas.Series(["a", "b", "c", "d"]),
}


@both(ARRAYS)
def test_an_array_is_a_column(example):
    check(lambda pl, d: d.times.with_columns(z=pl.Series(example) if pl is polars else example))


EXAMPLES = {
    "several arrays": lambda pl, d: d.times.with_columns(
        y=numpy.array([1, 2, 3, 4]), z=numpy.array([5, 6, 7, 8]), x=numpy.array([9, 10, 11, 12])),
    "a literal of a series": lambda pl, d: d.times.select(pl.lit(pl.Series([1, 2, 3, 4])).alias("z"), "v"),
    "a literal of an array": lambda pl, d: d.times.select(pl.lit(numpy.array([1, 2, 3, 4])), "v"),
    "an array in arithmetic": lambda pl, d: d.times.select(pl.col("v") + numpy.array([10, 20, 30, 40])),
    "an array as a filter": lambda pl, d: d.times.filter(numpy.array([True, False, False, True])),
    "a series and an array": lambda pl, d: pl.Series("v", [1, 2, 3]) + numpy.array([10, 20, 30]),
    "shift by an expression": lambda pl, d: d.numbers.select(pl.col("i").shift(pl.col("b").sum())),
    "shift filled by an aggregate": lambda pl, d: d.numbers.select(pl.col("i").shift(1,
        fill_value=pl.col("i").max())),
    "shift filled within groups": lambda pl, d: d.sales.select(
        pl.col("amount").shift(-1, fill_value=pl.col("amount").max()).over("shop")),
    "a frame shifted": lambda pl, d: d.small.shift(1, fill_value=pl.lit(0)),
    "diff by an expression": lambda pl, d: d.numbers.select(pl.col("i").diff(pl.lit(2))),
    "head of half": lambda pl, d: d.numbers.select(pl.col("i").head(pl.len() // 2)),
    "slice but for the ends": lambda pl, d: d.numbers.select(pl.col("i").slice(1, pl.len() - 2)),
    "slice from the end": lambda pl, d: d.numbers.select(pl.col("i").slice(-pl.col("b").sum().cast(
        pl.Int64))),
    "tail in groups": lambda pl, d: d.sales.group_by("shop").agg(pl.col("amount").tail(pl.len() - 1)).sort(
        "shop"),
    "gather by a column": lambda pl, d: d.small.select(pl.col("a").gather(pl.int_range(2, -1, -1))),
    "gather by a name": lambda pl, d: d.sales.select(pl.col("item").gather("amount", null_on_oob=True)),
    "gather in groups": lambda pl, d: d.sales.group_by("shop").agg(pl.col("item").gather(pl.len(
        ) - 1)).sort("shop"),
    "a series gathers a series": lambda pl, d: pl.Series("v", [10, 20, 30]).gather(pl.Series([2, 0])),
    "get by an expression": lambda pl, d: d.numbers.select(pl.col("i").get(pl.len() - 1)),
    "top_k by an expression": lambda pl, d: d.numbers.select(pl.col("i").top_k(pl.col("b").sum())),
    "log to a column": lambda pl, d: d.numbers.select(pl.col("i").log(pl.col("i") + 1)),
    "quantile of expressions": lambda pl, d: d.numbers.select(pl.col("i").quantile(pl.lit(0.3))),
    "quantiles": lambda pl, d: d.numbers.select(pl.col("i").quantile([0.1, 0.5])),
    "strip a column's characters": lambda pl, d: pl.DataFrame({"a": ["xxay", "b"], "c": ["xy", "b"]}).select(
        pl.col("a").str.strip_chars(pl.col("c"))),
    "texts by names": lambda pl, d: d.sales.select(
        pl.col("item").str.slice("amount", 1), pl.col("item").str.head("amount").alias("h"),
        pl.col("item").str.tail("amount").alias("t"), pl.col("item").repeat_by("amount").alias("r"),
        pl.col("item").str.pad_start("amount").alias("p")),
    "lists by names": lambda pl, d: d.lists.select(
        pl.col("l").list.head("k"), pl.col("l").list.tail("k").alias("t"), pl.col("l").list.slice("k",
            1).alias("s"),
        pl.col("l").list.get("k", null_on_oob=True).alias("g"), pl.col("l").list.shift("k").alias("x")),
    "sets by names": lambda pl, d: pl.DataFrame({"l": [[1, 2, None], [3], None], "r": [[2, None], None,
        [1]]}).select(
        *[getattr(pl.col("l").list, name)("r").list.sort().alias(name) for name in (
            "set_union", "set_intersection", "set_difference", "set_symmetric_difference")]),
    "a set with a list": lambda pl, d: d.lists.select(pl.col("l").list.set_union([1, 7]).list.sort()),
    "is_in a column of lists": lambda pl, d: d.lists.select(
        pl.col("k").is_in(pl.col("l")), pl.col("k").is_in(pl.col("l"), nulls_equal=True).alias("n")),
    "is_in what is left of a column": lambda pl, d: d.numbers.filter(
        pl.col("i").is_in(pl.col("i").filter(pl.col("i") > 2).implode())),
    "is_in a column by groups": lambda pl, d: d.sales.group_by("shop").agg(
        pl.col("amount").is_in(pl.col("amount").max().implode()).sum()).sort("shop"),
    "is_in a column": lambda pl, d: d.numbers.select(pl.col("i").is_in(pl.col("n"))),
    "thousands of terms": lambda pl, d: d.small.select(sum(range(1, 1500), pl.col("a").cast(pl.Int64))),
    "thousands of terms of many columns": lambda pl, d: d.small.select(
        functools.reduce(lambda x, y: x + y % 3, range(1500), pl.all().cast(pl.Int64))),
}


@both(EXAMPLES)
def test_example(example):
    check(example)


def test_an_expression_for_a_period_is_refused():
    for ask in (lambda e: e.dt.truncate(doline.col("p")), lambda e: e.dt.offset_by(doline.col("p"))):
        with pytest.raises(doline.NotSupported, match="when/then"):
            ask(doline.col("at"))


def test_an_expression_for_a_value_is_told_of():
    with pytest.raises(doline.errors.TypeMismatch, match="cannot stand in the place of a value"):
        doline.col("a").replace({1: doline.col("b")})
