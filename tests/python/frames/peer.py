"""The same code over Doline and over Polars, the results compared.

An example is a name and a function of `pl` (one of the two modules) and `d` (the frames below, made
with that module). What it returns is compared as Arrow data: names, types, values, order.
"""

import datetime as dt

import doline
import polars
import polars.testing
import pytest


class Frames:
    """Small tables of every sort, made with either module."""

    def __init__(self, pl):
        self.people = pl.DataFrame({
            "name": ["Ann", "Bob", "Cid", "Dora", "Eve", None],
            "age": [34, 27, None, 41, 27, 19],
            "city": ["Oslo", "Rome", "Oslo", "Lima", "Rome", "Lima"],
            "height": [1.70, 1.82, 1.65, None, 1.58, 1.91],
            "born": [dt.date(1990, 3, 1), dt.date(1997, 7, 15), dt.date(1988, 12, 31),
                     dt.date(1983, 1, 9), dt.date(1997, 2, 28), dt.date(2005, 6, 30)],
        })
        self.numbers = pl.DataFrame({
            "i": [1, 2, 3, 4, 5, 6], "n": [4, None, -2, 7, None, 0],
            "f": [0.5, -1.25, None, 3.0, 10.75, 2.5],
            "b": [True, False, None, True, True, False],
        })
        self.small = pl.DataFrame({"a": [100, 27, -100], "b": [100, 101, -100]},
                                  schema={"a": pl.Int8, "b": pl.Int8})
        self.sales = pl.DataFrame({
            "shop": ["x", "y", "x", "z", "y", "x"], "item": ["tea", "tea", "milk", "tea", "milk", "tea"],
            "amount": [5, 3, 2, 8, 1, 4], "price": [2.5, 2.75, 1.0, 2.25, 1.25, 2.5],
        })
        self.shops = pl.DataFrame({"shop": ["x", "y", "w"], "city": ["Oslo", "Rome", "Lima"]})
        self.texts = pl.DataFrame({
            "t": ["Hello World", "foo bar baz", "Ünïcödé", "", None, "123abc456"],
            "u": ["  padded ", "a,b,c", "x-y-z", "no", "", None],
        })
        self.times = pl.DataFrame({
            "at": [dt.datetime(2024, 1, 31, 10, 15, 30), dt.datetime(2024, 2, 29, 23, 59, 59, 999999),
                   dt.datetime(2023, 12, 31, 0, 0), dt.datetime(2024, 7, 1, 12, 30, 0, 5000)],
            "day": [dt.date(2024, 1, 31), dt.date(2024, 2, 29), dt.date(2023, 12, 31),
                    dt.date(2024, 7, 1)],
            "took": [dt.timedelta(hours=1, minutes=30), dt.timedelta(days=2), dt.timedelta(seconds=-5),
                     dt.timedelta(milliseconds=1500)],
            "v": [1, 2, 3, 4],
        })
        self.lists = pl.DataFrame({
            "k": [1, 2, 3, 4], "l": [[3, 1, 2], [4, 4], [], None],
            "s": [["a", "b"], ["c"], ["a", None, "d"], []],
        })
        self.structs = pl.DataFrame({"s": [{"a": 1, "b": "x"}, {"a": 2, "b": None}, {"a": 3, "b": "z"}]})
        self.series = pl.DataFrame({
            "at": [dt.datetime(2024, 5, 1, h, m) for h, m in
                   [(0, 5), (0, 50), (1, 10), (1, 40), (3, 0), (3, 59)]],
            "g": ["p", "q", "p", "q", "p", "q"], "v": [1, 2, 3, 4, 5, 6],
        })
        self.trades = pl.DataFrame({
            "at": [dt.datetime(2024, 5, 1, 9, m) for m in (1, 3, 7, 10)],
            "stock": ["A", "B", "A", "B"], "trade": [101, 99, 500, 520],
        })
        self.quotes = pl.DataFrame({
            "at": [dt.datetime(2024, 5, 1, 9, m) for m in (0, 2, 4, 6)],
            "stock": ["A", "B", "C", "A"], "quote": [100, 300, 501, 102],
        })


def both(examples):
    """A decorator's argument: each example is a test of its own."""
    return pytest.mark.parametrize("example", list(examples.values()), ids=list(examples))


def as_polars(result):
    """A result of either module as a Polars frame."""
    for _ in range(2):
        if hasattr(result, "collect"):
            result = result.collect()
    if isinstance(result, polars.DataFrame):
        return result
    if isinstance(result, polars.Series):
        return result.to_frame()
    if isinstance(result, doline.Series):
        return polars.from_arrow(result.to_frame().arrow()) if result.name else \
            polars.from_arrow(result._frame.arrow()).rename({result._column: ""})
    if isinstance(result, doline.DataFrame):
        return polars.from_arrow(result.arrow())
    return polars.DataFrame({"value": [result]}, strict=False)


def check(example):
    """Runs it with both and compares."""
    expected = as_polars(example(polars, Frames(polars)))
    given = as_polars(example(doline, Frames(doline)))
    polars.testing.assert_frame_equal(given, expected)
