"""Options of Polars' functions of expressions: each is honoured, or refused by name; none is swallowed."""

import datetime as dt
import inspect

import doline
import polars
import pytest

from frames.peer import both, check

NAMESPACES = "str dt list arr struct bin cat name meta".split()
NO_OPTIONS = {"pipe", "filter", "where", "with_fields", "eval"}  # which take names of a person's own


def functions():
    """Polars' methods of expressions: where they are, and what they are called."""
    for place in ["", *NAMESPACES]:
        of = getattr(polars.col("a"), place) if place else polars.col("a")
        for name in dir(type(of)):
            if not name.startswith("_") and name not in NAMESPACES and callable(getattr(type(of), name)):
                yield place, name


def parameters(function):
    """Its parameters by name, without those of which there may be any number."""
    return {name: parameter for name, parameter in inspect.signature(function).parameters.items()
            if parameter.kind not in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL) and name != "self"}


@pytest.mark.parametrize("place, name", list(functions()), ids=lambda part: part or "Expr")
def test_a_function_of_polars_is_there_or_refused(place, name):
    """It has all of Polars' parameters and swallows no others; or it raises NotSupported when called."""
    expr = doline.col("a")
    ours = getattr(getattr(expr, place) if place else expr, name)
    theirs = getattr(type(getattr(polars.col("a"), place) if place else polars.col("a")), name)
    signature = inspect.signature(ours)
    if name not in NO_OPTIONS and any(parameter.kind is parameter.VAR_KEYWORD
                                      for parameter in signature.parameters.values()):
        with pytest.raises(doline.NotSupported, match=name):
            ours()
        return
    lacking = parameters(theirs).keys() - parameters(ours).keys()
    if any(parameter.kind is parameter.VAR_POSITIONAL for parameter in signature.parameters.values()):
        lacking -= {"by", "more_by", "columns", "name", "exprs", "partition_by"}
    assert not lacking


FRACTIONS = ["total_days", "total_hours", "total_minutes", "total_seconds", "total_milliseconds",
             "total_microseconds", "total_nanoseconds"]
BOOLEANS = [[True, None], [False, None], [None], [], None]

EXAMPLES = {
    "totals with fractions": lambda pl, d: d.times.select(*[
        getattr(pl.col("took").dt, name)(fractional=True).alias(name) for name in FRACTIONS]),
    "any and all of lists with nulls": lambda pl, d: pl.DataFrame({"l": BOOLEANS}).select(
        pl.col("l").list.any(ignore_nulls=False), pl.col("l").list.all(ignore_nulls=False).alias("all"),
        pl.col("l").list.any().alias("x"), pl.col("l").list.all().alias("y")),
    "contains of nulls": lambda pl, d: pl.DataFrame({"l": [[1, None], [2], None], "v": [1, None, 1]}).select(
        pl.col("l").list.contains(None), pl.col("l").list.contains(None, nulls_equal=False).alias("n"),
        pl.col("l").list.contains(pl.col("v")).alias("v"), pl.col("l").list.contains(1,
            nulls_equal=False).alias("o")),
    "explode without nulls": lambda pl, d: d.lists.select(pl.col("l").explode(keep_nulls=False)),
    "explode with empty ones": lambda pl, d: d.lists.select(pl.col("l").list.explode(empty_as_null=True)),
    "gather beyond the end": lambda pl, d: d.numbers.select(pl.col("i").gather([0, 9], null_on_oob=True)),
    "list.gather beyond the end": lambda pl, d: d.lists.select(pl.col("l").list.gather([0, -3],
        null_on_oob=True)),
    "list.get beyond the end": lambda pl, d: d.lists.select(pl.col("l").list.get(2, null_on_oob=True)),
    "get beyond the end": lambda pl, d: d.numbers.select(pl.col("i").get(-9, null_on_oob=True)),
    "list.join with nulls": lambda pl, d: d.lists.select(pl.col("s").list.join("-", ignore_nulls=False)),
    "list.diff drops": lambda pl, d: d.lists.select(pl.col("l").list.diff(1, "drop")),
    "diff drops rows, not nulls": lambda pl, d: d.numbers.select(pl.col("n").diff(2, "drop")),
    "datetime_range in milliseconds": lambda pl, d: pl.datetime_range(
        dt.datetime(2024, 1, 1), dt.datetime(2024, 1, 2), "6h", time_unit="ms", eager=True),
    "datetime_range in UTC": lambda pl, d: pl.datetime_range(
        dt.datetime(2024, 1, 1), dt.datetime(2024, 1, 2), "6h", time_zone="UTC", eager=True),
    "datetime in milliseconds": lambda pl, d: d.times.select(pl.datetime(2024, "v", 1, time_unit="ms")),
    "time with microseconds": lambda pl, d: pl.select(pl.time(1, 2, 3, 4)),
    "sums across with nulls": lambda pl, d: d.numbers.select(
        pl.sum_horizontal("i", "n", ignore_nulls=False), pl.mean_horizontal("i", "n",
            ignore_nulls=False).alias("m")),
    "spearman with nulls": lambda pl, d: d.numbers.select(pl.corr("i", "n", method="spearman")),
    "value_counts": lambda pl, d: d.sales.select(pl.col("item").value_counts(sort=True, normalize=True)),
    "truncate to decimals": lambda pl, d: d.numbers.select(pl.col("f").truncate(1)),
    "decode what is no text": lambda pl, d: pl.DataFrame({"a": ["zz", "746561"]}).select(
        pl.col("a").str.decode("hex", strict=False)),
    "split by a pattern": lambda pl, d: d.texts.select(pl.col("t").str.split(r"\d+", literal=False)),
    "split_exact with separators": lambda pl, d: d.texts.select(pl.col("u").str.split_exact(",", 1,
        inclusive=True)),
    "business days": lambda pl, d: d.times.select(pl.col("day").dt.is_business_day(
        week_mask=(True, True, True, False, False, False, True), holidays=[dt.date(2024, 7, 1)])),
    "size in kilobytes": lambda pl, d: pl.DataFrame({"a": [b"abc", None]}).select(pl.col("a").bin.size("kb")),
    "cut with breaks": lambda pl, d: d.numbers.select(pl.col("i").cut([2, 4], include_breaks=True)),
    "is_sorted": lambda pl, d: pl.select(*[
        pl.lit(pl.Series(values)).is_sorted(nulls_last=last).alias(f"{i}{last}")
        for i, values in enumerate([[None, 1, 2], [1, 2, None], [1, None, 2]]) for last in (False, True)]),
    "a struct with a schema": lambda pl, d: d.small.select(
        pl.struct("a", "b", schema={"a": pl.Int64, "b": pl.Int16})),
}


@both(EXAMPLES)
def test_example(example):
    check(example)


@pytest.mark.parametrize("ask", [
    lambda pl, d: d.numbers.select(pl.col("i").gather([0, 9])),
    lambda pl, d: d.lists.select(pl.col("l").list.gather([0, 5])),
    lambda pl, d: d.lists.select(pl.col("l").list.get(5)),
    lambda pl, d: d.numbers.select(pl.col("i").get(9)),
    lambda pl, d: d.numbers.select(pl.col("i").item()),
    lambda pl, d: d.lists.select(pl.col("l").list.item()),
    lambda pl, d: d.numbers.select(pl.col("i").gather_every(0)),
    lambda pl, d: pl.all_horizontal("a", ignore_nulls=True),
    lambda pl, d: pl.corr("a", "b", nonsense=True),
    lambda pl, d: pl.Series(["1.5"]).cast(pl.Int64),
])
def test_both_refuse(ask):
    from frames.peer import Frames
    for pl in polars, doline:
        with pytest.raises(Exception) as raised:
            ask(pl, Frames(pl))
        assert not isinstance(raised.value, (AttributeError, RecursionError))


def test_names_that_no_namespace_has_are_no_attributes():
    with pytest.raises(AttributeError):
        doline.col("a").str.no_such_function  # noqa: B018
