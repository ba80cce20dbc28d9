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


@both(EXAMPLES)
def test_example(example):
    check(example)


@pytest.mark.parametrize("call, word", [
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
