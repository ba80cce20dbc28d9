"""Selectors' options choose as Polars' do."""

import datetime as dt

import doline
import polars
import pytest
from doline import selectors
from polars import selectors as polars_selectors

COLUMNS = {
    "n": [1], "f": [1.5], "s": ["x"], "a b": [True], "é": [1], "2024": [2], "l": [[1]], "t": [["x"]],
    "at": [dt.datetime(2024, 1, 1)], "there": [dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc)],
    "took": [dt.timedelta(1)], "day": [dt.date(2024, 1, 1)],
}
SELECTIONS = {
    "lists of texts": lambda pl, cs: cs.list(cs.string()),
    "lists of a type": lambda pl, cs: cs.list(cs.by_dtype(pl.Int64)),
    "lists of none": lambda pl, cs: cs.list(cs.float()),
    "arrays": lambda pl, cs: cs.array(),
    "arrays of a width": lambda pl, cs: cs.array(width=3),
    "arrays of a type": lambda pl, cs: cs.array(cs.integer(), width=2),
    "instants in a zone": lambda pl, cs: cs.datetime(time_zone="UTC"),
    "instants in any zone": lambda pl, cs: cs.datetime(time_zone="*"),
    "instants in none": lambda pl, cs: cs.datetime(time_zone=None),
    "instants of a unit": lambda pl, cs: cs.datetime(["ms", "ns"]),
    "spans of a unit": lambda pl, cs: cs.duration("ms"),
    "spans": lambda pl, cs: cs.duration(["us", "ms"]),
    "letters": lambda pl, cs: cs.alpha(),
    "letters of ASCII": lambda pl, cs: cs.alpha(True),
    "letters and spaces": lambda pl, cs: cs.alpha(ignore_spaces=True),
    "letters and digits": lambda pl, cs: cs.alphanumeric(True, ignore_spaces=True),
    "digits": lambda pl, cs: cs.digit(True),
    "places": lambda pl, cs: cs.by_index(0, range(2, 4), -1),
    "places that are not there": lambda pl, cs: cs.by_index(0, 99, require_all=False),
    "all but a name and a type": lambda pl, cs: cs.exclude("n", pl.String),
    "all but a pattern": lambda pl, cs: cs.exclude("^t.*$"),
    "all but a selector": lambda pl, cs: cs.exclude(cs.numeric(), "s"),
    "all but an expression": lambda pl, cs: cs.exclude(pl.col("n")),
    "a set without names": lambda pl, cs: cs.numeric().exclude("n", "f"),
}


def frame_of(pl):
    wide = pl.DataFrame({"w": [[1, 2]], "x": [[1, 2, 3]]}, schema={"w": pl.Array(pl.Int64, 2),
                                                                  "x": pl.Array(pl.Int64, 3)})
    return pl.concat([pl.DataFrame(COLUMNS), wide], how="horizontal")


@pytest.mark.parametrize("selection", list(SELECTIONS.values()), ids=list(SELECTIONS))
def test_selects_the_same(selection):
    expected = frame_of(polars).select(selection(polars, polars_selectors)).columns
    assert frame_of(doline).select(selection(doline, selectors)).columns == expected


@pytest.mark.parametrize("selection", [
    lambda cs: cs.by_index(0, 99), lambda cs: cs.first(), lambda cs: cs.last()])
def test_a_place_that_is_not_there(selection):
    with pytest.raises(polars.exceptions.ColumnNotFoundError):
        polars.DataFrame().select(selection(polars_selectors))
    with pytest.raises(doline.errors.ColumnNotFound, match=r"error\[column_not_found\]: there is no column"):
        doline.DataFrame().select(selection(selectors))


def test_nothing_where_that_is_allowed():
    assert doline.DataFrame().select(selectors.first(strict=False)).columns == []
