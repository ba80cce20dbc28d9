"""Aggregates, windows and rearranged rows in each other, which SQL cannot nest."""

from frames.peer import both, check

EXAMPLES = {
    "agg two-step filter": lambda pl, d: d.sales.group_by("shop").agg(pl.col("amount")
        .filter(pl.col("amount")>pl.col("amount").mean()).sum().alias("x")).sort("shop"),
    "agg unique count": lambda pl, d: d.sales.group_by("shop").agg(pl.col("item").unique().len()
        .alias("n")).sort("shop"),
    "agg unique sort join": lambda pl, d: d.sales.group_by("shop").agg(pl.col("item").unique().sort()
        .str.join(", ")).sort("shop"),
    "agg value_counts": lambda pl, d: d.sales.group_by("shop").agg(pl.col("item").value_counts().len()
        .alias("n")).sort("shop"),
    "agg mode": lambda pl, d: d.sales.group_by("item").agg(pl.col("shop").mode().sort().first()).sort("item"),
    "agg reverse": lambda pl, d: d.sales.group_by("shop").agg(pl.col("amount").reverse()).sort("shop"),
    "agg head": lambda pl, d: d.sales.group_by("shop").agg(pl.col("amount").head(2), pl.col("item").slice(1, 1),
        pl.col("price").head(0), (pl.col("amount") * 2).head(2).sum().alias("s")).sort("shop"),
    "agg filter of nothing": lambda pl, d: d.sales.group_by("shop").agg(
        pl.col("amount").filter(pl.col("amount") > 4)).sort("shop"),
    **{f"agg {end} by {key} {down} {last}": lambda pl, d, end=end, key=key, down=down, last=last:
        d.people.group_by("city").agg(getattr(pl.col("name").sort_by(
            key, descending=down, nulls_last=last), end)()).sort("city")
       for end in ("first", "last") for key in ("born", "height") for down in (False, True)
       for last in (False, True)},
    "agg shift": lambda pl, d: d.sales.group_by("shop").agg(pl.col("amount").shift(1)).sort("shop"),
    "agg rank": lambda pl, d: d.sales.group_by("shop").agg(pl.col("amount").rank()).sort("shop"),
    "agg drop_nulls first": lambda pl, d: d.people.group_by("city").agg(pl.col("age").drop_nulls()
        .first()).sort("city"),
    "agg top_k": lambda pl, d: d.sales.group_by("shop").agg(pl.col("amount").top_k(2)).sort("shop"),
    "agg sorted mean": lambda pl, d: d.sales.group_by("shop").agg(pl.col("amount").sort().head(2)
        .mean()).sort("shop"),
    "agg implode": lambda pl, d: d.sales.group_by("shop").agg(pl.col("amount").implode()).sort("shop"),
    "agg arithmetic cols": lambda pl, d: d.sales.group_by("shop")
        .agg((pl.col("amount")*pl.col("price")).alias("c")).sort("shop"),
    "agg len expr": lambda pl, d: d.sales.group_by("shop").agg((pl.len()*2)
        .alias("n"), (pl.col("amount").sum()/pl.len()).alias("m")).sort("shop"),
    "agg corr": lambda pl, d: d.sales.group_by("item").agg(pl.corr("amount", "price").alias("c")).sort("item"),
    "agg over inside": lambda pl, d: d.sales.group_by("item").agg((pl.col("amount").sum().over("shop"))
        .max().alias("c")).sort("item"),
    "agg any str": lambda pl, d: d.sales.group_by("shop").agg(pl.col("item").str.contains("mi").any())
        .sort("shop"),
    "agg cumcount last": lambda pl, d: d.sales.group_by("shop").agg(pl.col("amount").cum_sum().last())
        .sort("shop"),
    "agg gather": lambda pl, d: d.sales.group_by("item").agg(pl.col("amount").gather([0, 1])).sort("item"),
    "agg slice": lambda pl, d: d.sales.group_by("shop").agg(pl.col("amount").slice(1, 1)).sort("shop"),
    "agg quantiles": lambda pl, d: d.sales.group_by("item").agg(pl.col("amount").quantile(0.25)
        .alias("a"), pl.col("amount").median().alias("b")).sort("item"),
    "agg null groups": lambda pl, d: d.people.group_by("name").agg(pl.col("age").sum()).sort("name"),
    "agg name suffix": lambda pl, d: d.sales.group_by("shop").agg(pl.col("amount", "price").mean()
        .name.suffix("_m")).sort("shop"),
    "agg arg_max": lambda pl, d: d.sales.group_by("shop").agg(pl.col("amount").arg_max()).sort("shop"),
    "agg item at max": lambda pl, d: d.sales.group_by("shop").agg(pl.col("item")
        .filter(pl.col("amount")==pl.col("amount").max()).first()).sort("shop"),
    "agg sort_by two": lambda pl, d: d.sales.group_by("shop").agg(pl.col("item")
        .sort_by("price", "amount", descending=[True, False])).sort("shop"),
    "agg concat_str": lambda pl, d: d.sales.group_by("shop").agg(pl.concat_str("item", "amount")
        .first().alias("x")).sort("shop"),
    "agg struct first": lambda pl, d: d.sales.group_by("shop").agg(pl.struct("item", "amount").first()
        .alias("x")).sort("shop"),
    "over head": lambda pl, d: d.sales.filter(pl.int_range(pl.len()).over("shop")<1),
    "over sort_by": lambda pl, d: d.sales.with_columns(pl.col("item").sort_by("amount").over("shop")
        .alias("x")),
    "over reverse": lambda pl, d: d.sales.with_columns(pl.col("amount").reverse().over("shop").alias("x")),
    "over list": lambda pl, d: d.sales.with_columns(pl.col("amount").mean().over("shop").round(2).alias("x")),
    "over expr key": lambda pl, d: d.people.with_columns(pl.len().over(pl.col("born").dt.year()).alias("n")),
    "over filtered": lambda pl, d: d.sales.with_columns(pl.col("amount").filter(pl.col("item")=="tea")
        .sum().over("shop").alias("x")),
    "over n_unique": lambda pl, d: d.sales.with_columns(pl.col("item").n_unique().over("shop").alias("x")),
    "over quantile": lambda pl, d: d.sales.with_columns(pl.col("amount").median().over("shop").alias("x")),
    "over diff": lambda pl, d: d.sales.with_columns(pl.col("amount").diff().over("shop").alias("x")),
    "over first order": lambda pl, d: d.sales.with_columns(pl.col("item").first()
        .over("shop", order_by="amount").alias("x")),
    "over rolling": lambda pl, d: d.series.with_columns(pl.col("v").rolling_sum(2).over("g").alias("x")),
    "select sorted twice": lambda pl, d: d.numbers.select(pl.col("i")
        .sort(descending=True), pl.col("f").sort()),
    "select filter agg mix": lambda pl, d: d.numbers.select(pl.col("i")
        .filter(pl.col("i")>3), pl.lit("x").alias("k")),
    "select sort shift": lambda pl, d: d.numbers.select(pl.col("i").sort(descending=True).head(3)+1),
    "select unique agg": lambda pl, d: d.sales.select(pl.col("shop").unique().count()),
    "filter agg over rows": lambda pl, d: d.numbers.select(pl.col("f").filter(pl.col("i")>2)
        .mean(), pl.col("i").filter(pl.col("b")).max().alias("m")),
    "mean of head": lambda pl, d: d.numbers.select(pl.col("i").head(3).mean()),
    "std of head": lambda pl, d: d.numbers.select(pl.col("i").head(3).std(), pl.col("n").drop_nulls()
        .head(2).sum()),
    "any of sorted": lambda pl, d: d.numbers.select(pl.col("b").sort().first()),
    "count of unique": lambda pl, d: d.numbers.select(pl.col("n").unique().null_count()),
    "with_columns sort": lambda pl, d: d.numbers.with_columns(pl.col("f").sort()
        .alias("s"), (pl.col("i")*2).alias("t")),
    "when agg": lambda pl, d: d.numbers.select(pl.when(pl.col("i").max()>3).then(pl.col("i"))
        .otherwise(0).alias("x")),
    "nested over agg": lambda pl, d: d.sales.select((pl.col("amount")-pl.col("amount").mean()
        .over("shop")).abs().max()),
    "cum of cum": lambda pl, d: d.numbers.select(pl.col("i").cum_sum().cum_sum()),
    "shift of agg": lambda pl, d: d.sales.with_columns((pl.col("amount").sum().over("shop")).shift(1)
        .alias("x")),
    "rank of agg": lambda pl, d: d.sales.with_columns(pl.col("amount").sum().over("shop").rank("dense")
        .alias("x")),
    "sort expr multi": lambda pl, d: d.sales.sort("item", pl.col("amount")*-1),
    "group int range": lambda pl, d: d.numbers.group_by((pl.int_range(pl.len())//2).alias("k"))
        .agg(pl.col("i").sum()).sort("k"),
    "list eval sort": lambda pl, d: d.lists.select(pl.col("l").list.eval(pl.element().sort(descending=True))),
    "list eval agg": lambda pl, d: d.lists.select(pl.col("l").list.eval(pl.element().sum()).list.first()),
    "list agg arith": lambda pl, d: d.lists.select((pl.col("l").list.sum()*2+pl.col("k")).alias("x")),
    "list filter": lambda pl, d: d.lists.select(pl.col("l").list.filter(pl.element()>1)),
    "explode group": lambda pl, d: d.lists.explode("s").group_by("s").len().sort("s"),
    "agg after explode": lambda pl, d: d.lists.select(pl.col("l").explode().sum()),
    "struct json": lambda pl, d: d.structs.select(pl.col("s").struct.json_encode()),
    "max datetime": lambda pl, d: d.times.select(pl.max_horizontal("at", pl.col("day")
        .cast(pl.Datetime("us")))),
    "asof nearest tol": lambda pl, d: d.trades.join_asof(d.quotes, on="at", strategy="nearest", tolerance="1m"),
}


@both(EXAMPLES)
def test_example(example):
    check(example)
