"""What expressions are given: arrays as columns, expressions where a number would do, names of columns."""


import numpy
import pandas
import polars
import pyarrow

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
}


@both(EXAMPLES)
def test_example(example):
    check(example)
