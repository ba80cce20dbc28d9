"""Columns that are sorted, filtered, cut and told apart as a whole: verbs, and lists of a few rows."""

import doline
import doline as dl
import pytest

from frames.peer import both, check

NAN = float("nan")
EXAMPLES = {
    **{f"{name} of all": lambda pl, d, call=call: d.numbers.select(call(pl.all())) for name, call in {
        "head": lambda c: c.head(3), "tail": lambda c: c.tail(2), "slice": lambda c: c.slice(1, 3), "end": lambda c: c.slice(-3, 2),
        "rest": lambda c: c.slice(2), "nothing": lambda c: c.head(0), "every": lambda c: c.gather_every(2, 1),
        "reverse": lambda c: c.reverse(), "beyond": lambda c: c.slice(4, 9)}.items()},
    "filtered": lambda pl, d: d.numbers.select(pl.col("i", "f").filter(pl.col("b"))),
    "filtered by two": lambda pl, d: d.numbers.select(pl.col("i").filter(pl.col("b"), pl.col("n") > 0)),
    "ordered by others": lambda pl, d: d.numbers.select(pl.all().sort_by("n", "f", descending=[True, False])),
    "sorted": lambda pl, d: d.numbers.select(pl.col("n").sort(descending=True, nulls_last=True)),
    "sorted texts": lambda pl, d: d.people.select(pl.col("name").sort()),
    "sorted and cut": lambda pl, d: d.numbers.select(pl.col("f").sort(descending=True).head(2)),
    "greatest": lambda pl, d: d.numbers.select(pl.col("n").top_k(2)),
    "greatest and missing": lambda pl, d: d.numbers.select(pl.col("n").top_k(6).sort()),
    "least and missing": lambda pl, d: d.numbers.select(pl.col("n").bottom_k(9).sort()),
    "least by others": lambda pl, d: d.people.select(pl.col("name").bottom_k_by("height", 2)),
    "known": lambda pl, d: d.numbers.select(pl.col("f").drop_nulls()),
    "known numbers": lambda pl, d: pl.DataFrame({"f": [1.0, NAN, None]}).select(pl.col("f").drop_nans()),
    "distinct in order": lambda pl, d: d.people.select(pl.col("city").unique(maintain_order=True)),
    "distinct": lambda pl, d: d.people.select(pl.col("city").unique()).sort("city"),
    "distinct and sorted": lambda pl, d: d.people.select(pl.col("age").unique().sort()),
    "distinct, twice": lambda pl, d: d.people.select(pl.col("age").unique(maintain_order=True) * 2),
    "most frequent": lambda pl, d: d.people.select(pl.col("city").mode().sort()),
    "counted": lambda pl, d: d.people.select(pl.col("city").value_counts()).unnest("city").sort("city"),
    "counted in order": lambda pl, d: d.sales.select(pl.col("shop").value_counts(sort=True, name="n")),
    "shares": lambda pl, d: d.sales.select(pl.col("shop").value_counts(sort=True, normalize=True)),
    "counts": lambda pl, d: d.sales.select(pl.col("shop").unique_counts()),
    "renamed": lambda pl, d: d.sales.select(pl.col("amount").sort().alias("x").head(2).name.suffix("_y")),
    "computed": lambda pl, d: d.sales.select((pl.col("amount") * pl.col("price")).sort().head(3)),
    "beside windows": lambda pl, d: d.sales.select((pl.col("amount") - pl.col("amount").mean().over("shop")).sort()),
    "all rearranged in other ways": lambda pl, d: d.numbers.select(pl.col("i").head(2), pl.col("n").tail(2)),
    "sorted each by itself": lambda pl, d: d.numbers.select(pl.col("i", "n").sort()),
    "of columns alone": lambda pl, d: d.numbers.with_columns(pl.col("i").reverse(), s=pl.col("n").sort()),
    "groups' heads": lambda pl, d: d.people.group_by("city").agg(
        pl.col("name").head(2), t=pl.col("name").tail(2), s=pl.col("age").slice(1, 1),
        none=pl.col("age").head(0)).sort("city"),
    "groups' filtered heads": lambda pl, d: d.people.group_by("city").agg(
        pl.col("name").filter(pl.col("age") > 30).head(1), n=pl.col("age").drop_nulls().tail(1)).sort("city"),
    "groups' distinct values": lambda pl, d: d.people.group_by("city").agg(
        pl.col("age").unique().sort(), n=pl.col("age").unique().len()).sort("city"),
    "groups' greatest": lambda pl, d: d.people.group_by("city").agg(
        pl.col("age").top_k(2).sort(), l=pl.col("height").bottom_k(1), s=pl.col("name").top_k(5).sort())
        .sort("city"),
    **{f"groups' first {down} {last}": lambda pl, d, down=down, last=last: d.people.group_by("city").agg(
        pl.col("height").sort(descending=down, nulls_last=last).head(2),
        n=pl.col("name").sort(descending=down, nulls_last=last).head(1)).sort("city")
       for down in (False, True) for last in (False, True)},
    "groups' sums of heads": lambda pl, d: d.sales.group_by("shop").agg(
        pl.col("amount").head(2).sum(), m=pl.col("price").tail(2).mean()).sort("shop"),
    "heads of nothing": lambda pl, d: d.numbers.filter(pl.col("i") > 99).select(pl.all().head(2)),
}
VALUES = {"a": [3, None, 7, 7, -1, None], "f": [1.5, NAN, None, 9.0, NAN, -2.0], "n": [NAN] * 6,
          "s": ["b", "a", None, "z", "a", "a"], "b": [True, False, None, True, True, False], "e": [None] * 6}


def values(pl):
    return pl.DataFrame(VALUES, schema_overrides={"e": pl.Int64})


EXAMPLES |= {
    **{f"{name} of {column}": lambda pl, d, call=call, column=column: values(pl).select(call(pl.col(column)))
       for column in VALUES for name, call in {
           "greatest place": lambda c: c.arg_max(), "least place": lambda c: c.arg_min(),
           "order": lambda c: c.arg_sort(),
           "falling order": lambda c: c.arg_sort(descending=True, nulls_last=True),
           "first places": lambda c: c.arg_unique(), "runs": lambda c: c.rle(),
           "the second": lambda c: c.get(1), "the last but one": lambda c: c.get(-2),
           "chosen": lambda c: c.gather([2, 0, 2])}.items()},
    "chosen of all": lambda pl, d: values(pl).select(pl.all().gather([1, 0])),
    "chosen from the end": lambda pl, d: values(pl).select(pl.col("a").gather([-1, 0])),
    "chosen beyond": lambda pl, d: values(pl).select(pl.col("a").gather([9, 0], null_on_oob=True)),
    "one beyond": lambda pl, d: values(pl).select(
        pl.col("a").get(10, null_on_oob=True), y=pl.col("a").get(-7, null_on_oob=True)),
    "places of values": lambda pl, d: values(pl).select(
        pl.col("a").index_of(7), y=pl.col("s").index_of("a"), z=pl.col("a").index_of(99),
        n=pl.col("a").index_of(None)),
    "places of truths": lambda pl, d: values(pl).select(pl.arg_where(pl.col("a") > 3)),
    "places in groups": lambda pl, d: values(pl).group_by("s", maintain_order=True).agg(
        pl.col("a").arg_max(), g=pl.col("a").get(0), i=pl.col("f").get(-1)),
    "places beside columns": lambda pl, d: values(pl).with_columns(x=pl.col("a").arg_max(), y=pl.col("a").get(2)),
    "places beside sums": lambda pl, d: values(pl).select(
        pl.col("a").sum(), x=pl.col("f").arg_max(), y=pl.col("s").get(3)),
    "places of nothing": lambda pl, d: values(pl).clear().select(pl.col("a").arg_max(), pl.col("s").arg_min()),
}


@both(EXAMPLES)
def test_example(example):
    check(example)


@pytest.mark.parametrize("place", [10, -10])
def test_places_that_are_not_there(place):
    with pytest.raises(doline.errors.InvalidArgument, match="out of bounds"):
        values(doline).select(dl.col("a").get(place))


@pytest.mark.parametrize("call, word", [
    (lambda c: c.arg_max(), "Aggregat"), (lambda c: c.get(7), "Aggregat"), (lambda c: c.arg_sort(), "Sort"),
    (lambda c: c.head(3), "Limit"), (lambda c: c.sort(), "Sort"), (lambda c: c.unique(), "Aggregat")])
def test_no_list_of_the_column_is_made(call, word):
    plan = dl.LazyFrame({"a": [3, 1, 2]}).select(call(dl.col("a"))).explain().lower()
    assert "list" not in plan and "unnest" not in plan
    assert word.lower() in plan or "top" in plan or "distinct" in plan


def test_heads_of_groups_keep_few_rows():
    frame = dl.select(dl.int_range(300_000).alias("a")).with_columns(g=dl.col("a") % 3)
    made = frame.group_by("g").agg(dl.col("a").head(2), t=dl.col("a").tail(1)).sort("g")
    assert made.rows() == [(0, [0, 3], [299_997]), (1, [1, 4], [299_998]), (2, [2, 5], [299_999])]
    assert doline.DataFrame({"a": [1]}).select(dl.col("a").head(2).sum()).item() == 1
