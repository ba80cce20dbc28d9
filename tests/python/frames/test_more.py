"""Combinations that people write: the guide's longer examples, and corners of each topic."""

import datetime as dt

from frames.peer import both, check

EXAMPLES = {
    "physical values": lambda pl, d: d.times.select(pl.col("at", "day", "took", "v").to_physical()).with_columns(
        e=pl.lit("b").cast(pl.Enum(["a", "b"])).to_physical()),
    "normalise in groups": lambda pl, d: d.sales.with_columns(
        ((pl.col("amount") - pl.col("amount").mean().over("shop")) / pl.col("amount").std().over("shop")).alias("z")),
    "window of a window": lambda pl, d: d.sales.with_columns(
        pl.col("amount").cum_sum().over("shop").max().over("item").alias("m")),
    "aggregate of a window": lambda pl, d: d.sales.select(pl.col("amount").cum_sum().over("shop").sum()),
    "aggregate of shift": lambda pl, d: d.sales.group_by("shop").agg(pl.col("amount").diff().sum().alias("d")).sort("shop"),
    "cum_sum lists in groups": lambda pl, d: d.sales.group_by("shop").agg(pl.col("amount").cum_sum()).sort("shop"),
    "two steps of aggregates": lambda pl, d: d.numbers.select((pl.col("i") - pl.col("i").mean()).pow(2).mean().sqrt()),
    "filter then window": lambda pl, d: d.sales.filter(pl.col("amount") > 1).with_columns(
        pl.col("amount").rank("ordinal").over("shop").alias("r")).sort("shop", "r"),
    "top per group": lambda pl, d: d.sales.group_by("shop").agg(
        pl.col("item").sort_by("amount", descending=True).head(1)).sort("shop"),
    "max_by": lambda pl, d: d.sales.group_by("shop").agg(
        pl.col("item").get(pl.col("amount").arg_max()).alias("best")).sort("shop"),
    "conditional sums": lambda pl, d: d.sales.group_by("shop").agg(
        pl.when(pl.col("item") == "tea").then(pl.col("amount")).otherwise(0).sum().alias("tea")).sort("shop"),
    "struct in groups": lambda pl, d: d.sales.group_by("shop").agg(
        pl.struct("item", "amount").alias("rows")).sort("shop"),
    "explode what was grouped": lambda pl, d: d.sales.group_by("shop", maintain_order=True).agg("item", "amount").explode("item", "amount"),
    "value and count": lambda pl, d: d.sales.group_by("item").agg(pl.len().alias("n"), pl.col("shop").unique().sort()).sort("item"),
    "many with_columns": lambda pl, d: d.numbers.lazy().with_columns(a=pl.col("i") + 1).with_columns(
        b=pl.col("a") * 2).with_columns(c=pl.col("b") - pl.col("a")).select("a", "b", "c"),
    "join then aggregate": lambda pl, d: d.sales.lazy().join(d.shops.lazy(), on="shop", how="left").group_by(
        "city").agg((pl.col("amount") * pl.col("price")).sum().alias("cost")).sort("city"),
    "self join": lambda pl, d: d.people.join(d.people, on="city").filter(pl.col("age") < pl.col("age_right")).select(
        "name", "name_right").sort("name", "name_right"),
    "aggregates beside literals": lambda pl, d: d.numbers.select(pl.col("i").sum(), pl.lit(7).alias("x")),
    "null comparisons": lambda pl, d: d.numbers.filter(pl.col("n") != 4),
    "null in is_in": lambda pl, d: d.numbers.select(pl.col("n").is_in([4, None])),
    "not of null": lambda pl, d: d.numbers.filter(~pl.col("b")),
    "when without otherwise": lambda pl, d: d.numbers.select(pl.when(pl.col("i") > 3).then("i").alias("x")),
    "chained when with columns": lambda pl, d: d.people.with_columns(
        pl.when(pl.col("age") > 40).then(pl.lit("old")).when(pl.col("age").is_null()).then(pl.lit("?"))
        .otherwise(pl.col("city")).alias("x")),
    "mean of integers": lambda pl, d: d.numbers.select(pl.all().exclude("b").mean()),
    "small mean": lambda pl, d: d.small.select(pl.all().mean(), pl.col("a").sum().alias("s")),
    "float32": lambda pl, d: d.numbers.select(pl.col("f").cast(pl.Float32)).select(
        pl.col("f").sum().alias("s"), pl.col("f").mean().alias("m"), pl.col("f").max().alias("x")),
    "unsigned": lambda pl, d: d.numbers.select(pl.col("i").cast(pl.UInt8) * 50, (pl.col("i").cast(pl.UInt32) - 3).alias("d")),
    "int division type": lambda pl, d: d.small.select((pl.col("a") / 2).alias("t"), (pl.col("a") // 2).alias("f")),
    "mixed integers": lambda pl, d: d.numbers.select((pl.col("i").cast(pl.Int8) + pl.col("i").cast(pl.Int32)).alias("x"),
                                                     (pl.col("i").cast(pl.Int16) + pl.col("f")).alias("y")),
    "bitwise": lambda pl, d: d.numbers.select((pl.col("i") & 1).alias("a"), (pl.col("i") | 8).alias("o"), (pl.col("i") ^ 3).alias("x")),
    "count distinct of nulls": lambda pl, d: d.people.select(pl.all().n_unique()),
    "min and max of texts": lambda pl, d: d.people.select(pl.col("name").min().alias("lo"), pl.col("name").max().alias("hi")),
    "min and max with NaN": lambda pl, d: pl.DataFrame({"f": [1.0, float("nan"), -2.0]}).select(
        pl.col("f").min().alias("lo"), pl.col("f").max().alias("hi"), pl.col("f").nan_max().alias("nan")),
    "NaN equals NaN": lambda pl, d: pl.DataFrame({"f": [float("nan"), 1.0]}).select(
        (pl.col("f") == float("nan")).alias("e"), (pl.col("f") > 5).alias("g")),
    "group by NaN": lambda pl, d: pl.DataFrame({"f": [float("nan"), 1.0, float("nan")]}).group_by("f").len().sort("f"),
    "head of lazy": lambda pl, d: d.people.lazy().sort("name").head(3),
    "limit after filter": lambda pl, d: d.people.lazy().filter(pl.col("age") > 20).limit(2),
    "sort is stable through select": lambda pl, d: d.sales.lazy().sort("shop").select("shop", "amount"),
    "sort then group order": lambda pl, d: d.sales.lazy().sort("amount").group_by("shop", maintain_order=True).agg(pl.col("amount").first()),
    "sort then filter": lambda pl, d: d.sales.lazy().sort("amount", descending=True).filter(pl.col("item") == "tea"),
    "sort then shift": lambda pl, d: d.sales.lazy().sort("amount").with_columns(pl.col("amount").shift().alias("before")),
    "rename by function": lambda pl, d: d.shops.rename(str.upper),
    "select with named": lambda pl, d: d.numbers.select(twice=pl.col("i") * 2, same="i"),
    "expressions in a list": lambda pl, d: d.numbers.select([pl.col("i"), pl.col("f").round(0)]),
    "pl.len in filter": lambda pl, d: d.sales.filter(pl.len().over("shop") > 1),
    "any over groups": lambda pl, d: d.sales.group_by("shop").agg((pl.col("amount") > 4).any().alias("a"),
                                                                (pl.col("amount") > 1).all().alias("b")).sort("shop"),
    "quantile in groups": lambda pl, d: d.sales.group_by("item").agg(pl.col("amount").quantile(0.5, "linear").alias("q")).sort("item"),
    "string aggregate": lambda pl, d: d.sales.group_by("shop").agg(pl.col("item").str.join(",")).sort("shop"),
    "month counts": lambda pl, d: d.people.group_by(pl.col("born").dt.month().alias("m")).len().sort("m"),
    "age in days": lambda pl, d: d.people.select((pl.lit(dt.date(2024, 1, 1)) - pl.col("born")).dt.total_days().alias("days")),
    "between dates": lambda pl, d: d.people.filter(pl.col("born").is_between(dt.date(1985, 1, 1), dt.date(1998, 1, 1))),
    "datetime filter": lambda pl, d: d.series.filter(pl.col("at").dt.hour() == 1),
    "resample": lambda pl, d: d.series.group_by(pl.col("at").dt.truncate("1h").alias("hour")).agg(pl.col("v").mean()).sort("hour"),
    "rolling by count": lambda pl, d: d.series.with_columns(pl.col("v").rolling_mean(window_size=3).over("g").alias("m")),
    "combine date and time": lambda pl, d: d.times.select(pl.col("day").dt.combine(dt.time(1, 2, 3)).alias("c")),
    "weekday names": lambda pl, d: d.times.select(pl.col("at").dt.strftime("%A %b %j")),
    "pivot two values": lambda pl, d: d.sales.pivot("item", index="shop", values=["amount", "price"], aggregate_function="sum"),
    "pivot mean": lambda pl, d: d.sales.pivot("shop", index="item", values="amount", aggregate_function="mean"),
    "pivot with element": lambda pl, d: d.sales.pivot("item", index="shop", values="amount", aggregate_function=pl.element().max()),
    "unpivot all": lambda pl, d: d.numbers.select("i", "n").unpivot(),
    "unpivot names": lambda pl, d: d.sales.unpivot("amount", index=["shop", "item"], variable_name="what", value_name="n"),
    "struct of structs": lambda pl, d: d.structs.select(pl.struct(pl.col("s"), pl.lit(1).alias("x")).alias("t")),
    "struct compare": lambda pl, d: d.structs.filter(pl.col("s").struct.field("a") > 1),
    "list of lists": lambda pl, d: d.lists.group_by("k").agg("l").sort("k"),
    "list eval text": lambda pl, d: d.lists.select(pl.col("s").list.eval(pl.element().str.to_uppercase())),
    "list mean difference": lambda pl, d: d.lists.select((pl.col("l").list.max() - pl.col("l").list.min()).alias("r")),
    "list std": lambda pl, d: d.lists.select(pl.col("l").list.std().alias("s"), pl.col("l").list.median().alias("m")),
    "list gather": lambda pl, d: d.lists.filter(pl.col("l").list.len() >= 2).select(pl.col("l").list.gather([0, 1])),
    "list to_struct": lambda pl, d: d.lists.select(pl.col("l").list.to_struct(fields=["a", "b"])),
    "list eval filter count": lambda pl, d: d.lists.select(pl.col("l").list.eval(pl.element() > 1).list.sum().alias("n")),
    "cum_count in filter": lambda pl, d: d.sales.filter(pl.col("shop").cum_count().over("shop") == 1),
    "fill_null with over": lambda pl, d: d.people.with_columns(pl.col("age").fill_null(pl.col("age").mean().over("city").cast(pl.Int64))),
    "forward fill over": lambda pl, d: d.people.with_columns(pl.col("age").forward_fill().over("city")),
    "forward fill limit": lambda pl, d: pl.DataFrame({"a": [1, None, None, None, 5]}).select(pl.col("a").forward_fill(limit=2)),
    "interleaved aggregates": lambda pl, d: d.numbers.select(pl.col("i", "n").sum(), pl.col("f").max().alias("m")),
    "all with arithmetic": lambda pl, d: d.numbers.select(pl.col("i", "n") * pl.col("f")),
    "sum of all": lambda pl, d: d.numbers.select(pl.sum_horizontal(pl.col("i", "n", "f")).alias("s")),
    "max of all": lambda pl, d: d.numbers.select(pl.max_horizontal(pl.all().exclude("b")).alias("m")),
    "coalesce of columns": lambda pl, d: d.people.select(pl.coalesce(pl.col("age"), pl.col("height").cast(pl.Int64))),
    "unique count": lambda pl, d: d.sales.select(pl.col("shop", "item").unique().len()),
    "unique list order": lambda pl, d: d.sales.select(pl.col("shop").unique(maintain_order=True)),
    "gather_every": lambda pl, d: d.numbers.select(pl.col("i").gather_every(2, 1)),
    "tail of sorted": lambda pl, d: d.numbers.select(pl.col("f").sort().tail(2)),
    "slice": lambda pl, d: d.numbers.select(pl.col("i").slice(1, 2), pl.col("n").slice(-2)),
    "top_k_by": lambda pl, d: d.sales.select(pl.col("item").top_k_by("amount", 2)),
    "arg_unique": lambda pl, d: d.sales.select(pl.col("shop").arg_unique()),
    "arg_true": lambda pl, d: d.numbers.select((pl.col("i") % 2 == 0).arg_true()),
    "is_sorted": lambda pl, d: d.numbers["i"].is_sorted(),
    "entropy": lambda pl, d: d.sales.select(pl.col("amount").entropy(base=2)),
    "log1p and exp": lambda pl, d: d.numbers.select(pl.col("i").log1p().alias("l"), pl.col("i").cbrt().alias("c")),
    "trigonometry": lambda pl, d: d.numbers.select(pl.col("i").cos().alias("c"), pl.col("i").arctan().alias("a"),
                                                   pl.arctan2("i", "f").alias("t"), pl.col("i").degrees().alias("d")),
    "round to places": lambda pl, d: d.numbers.select(pl.col("f").round(0).alias("r"), (pl.col("f") / 3).round(3).alias("s"),
                                                      (pl.col("f") / 3).round_sig_figs(2).alias("g")),
    "series statistics": lambda pl, d: pl.DataFrame({"a": [d.numbers["f"].mean(), d.numbers["f"].std(), d.numbers["f"].median()]}),
    "series value_counts": lambda pl, d: d.sales["item"].value_counts().sort("item"),
    "series sort": lambda pl, d: d.sales["amount"].sort(descending=True),
    "series unique": lambda pl, d: d.sales["shop"].unique().sort(),
    "series cast": lambda pl, d: d.sales["amount"].cast(pl.Float64) / 3,
    "series is_in": lambda pl, d: d.sales["shop"].is_in(["x"]),
    "series of dates": lambda pl, d: d.times["at"].dt.year(),
    "series slice": lambda pl, d: d.sales["amount"][1:4],
    "column assignment": lambda pl, d: d.sales.with_columns(pl.Series("new", [1, 2, 3, 4, 5, 6])),
    "frame slices": lambda pl, d: d.sales[1:3],
    "frame columns by list": lambda pl, d: d.sales[["shop", "price"]],
    "insert and drop": lambda pl, d: d.sales.insert_column(1, pl.lit(0).alias("zero")).drop("price"),
    "hstack": lambda pl, d: d.shops.hstack([pl.Series("n", [1, 2, 3])]),
    "transpose": lambda pl, d: d.numbers.select("i", "n").head(2).transpose(),
    "clear types": lambda pl, d: pl.DataFrame(schema={"a": pl.Int64, "b": pl.String}),
    "empty frame joined": lambda pl, d: d.shops.join(d.sales.filter(pl.col("amount") > 100), on="shop", how="left"),
    "empty groups": lambda pl, d: d.sales.filter(pl.col("amount") > 100).group_by("shop").agg(pl.col("amount").sum()),
    "gather from the end": lambda pl, d: d.people.select(pl.col("age").gather([0, -1, 1])),
    "list.gather from the end": lambda pl, d: d.lists.filter(pl.col("k") < 3).select(pl.col("l").list.gather([1, -1])),
    "corr of a frame": lambda pl, d: pl.DataFrame({"a": [1.0, 2.0, 3.0], "b": [1.0, 4.0, 2.0]}).corr().select(pl.all().round(9)),
    "replace_strict of all values": lambda pl, d: d.small.select(pl.col("a").replace_strict([100, 27, -100], [1, 2, 3])),
    "date_range eager": lambda pl, d: pl.date_range(dt.date(2024, 1, 30), dt.date(2024, 2, 2), eager=True).alias("d"),
    "datetime_range": lambda pl, d: pl.select(pl.datetime_range(dt.datetime(2024, 1, 1), dt.datetime(2024, 1, 1, 3), "1h").alias("t")),
    "int_range eager": lambda pl, d: pl.int_range(2, 9, 3, eager=True).alias("r"),
    "repeat": lambda pl, d: pl.select(pl.repeat("x", 3).alias("r")),
    "from_epoch": lambda pl, d: pl.DataFrame({"t": [0, 1_700_000_000]}).select(pl.from_epoch("t", "s")),
    "concat aligned": lambda pl, d: pl.concat([d.shops, d.sales.select("shop", "amount").head(2)], how="align"),
    "update by join": lambda pl, d: d.sales.join(d.shops, on="shop", how="left").with_columns(pl.col("city").fill_null("?")),
    "dynamic with boundaries": lambda pl, d: d.series.group_by_dynamic("at", every="1h", include_boundaries=True).agg(pl.col("v").sum()),
    "dynamic right": lambda pl, d: d.series.group_by_dynamic("at", every="1h", closed="right", label="right").agg(pl.col("v").sum()),
    "rolling grouped": lambda pl, d: d.series.rolling("at", period="2h", group_by="g").agg(pl.col("v").sum()).sort("g", "at"),
    "rolling mean list": lambda pl, d: d.series.rolling("at", period="1h").agg(pl.col("v")),
    "asof by forward": lambda pl, d: d.quotes.join_asof(d.trades, on="at", by="stock", strategy="forward"),
    "join_where inequality": lambda pl, d: d.numbers.select("i").join_where(
        d.numbers.select(pl.col("i").alias("j")), pl.col("i") < pl.col("j"), pl.col("j") - pl.col("i") <= 2).sort("i", "j"),
    "cross and filter": lambda pl, d: d.shops.join(d.shops, how="cross").filter(pl.col("shop") < pl.col("shop_right")),
    "describe texts": lambda pl, d: d.people.select("name", "age").describe(),
    "shape of select all": lambda pl, d: d.people.select(pl.all().count()),
    "select selectors by type": lambda pl, d: d.people.select(pl.selectors.string() | pl.selectors.temporal()),
    "selector minus": lambda pl, d: d.people.select(pl.selectors.all() - pl.selectors.numeric()),
    "selector not": lambda pl, d: d.people.select(~pl.selectors.string()),
    "selector in aggregates": lambda pl, d: d.people.group_by("city").agg(pl.selectors.numeric().mean()).sort("city"),
    "casts to times": lambda pl, d: d.numbers.select(
        pl.col("i").cast(pl.Date).alias("d"), pl.col("i").cast(pl.Datetime("us")).alias("t"),
        pl.col("i").cast(pl.Duration("us")).alias("s")),
    "casts of times": lambda pl, d: d.times.select(
        pl.col("at").cast(pl.Int64), pl.col("day").cast(pl.Int32), pl.col("took").cast(pl.Int64),
        pl.col("at").cast(pl.Date).alias("date"), pl.col("at").cast(pl.Datetime("ms")).alias("ms")),
    "rolling_quantile": lambda pl, d: d.numbers.select(pl.col("i").rolling_quantile(0.25, "linear", window_size=3)),
    "rolling_std_by": lambda pl, d: d.series.select(pl.col("v").rolling_std_by("at", "2h")),
    "peaks": lambda pl, d: d.sales.select(pl.col("amount").peak_max().alias("x"), pl.col("amount").peak_min().alias("n")),
    "index_of": lambda pl, d: d.sales.select(pl.col("amount").index_of(8)),
    "is_close": lambda pl, d: d.numbers.select(pl.col("f").is_close(pl.col("f") + 1e-12)),
    "pipe": lambda pl, d: d.sales.pipe(lambda f, n: f.head(n), 2),
    "decimals": lambda pl, d: d.sales.select(pl.col("price").cast(pl.Decimal(10, 2))).select(
        pl.col("price").sum().alias("s"), pl.col("price").max().alias("m")),
    "clear": lambda pl, d: d.sales.clear(),
    "name replace": lambda pl, d: d.sales.select(pl.all().name.replace("a", "o")),
    "names after alias": lambda pl, d: d.numbers.select(
        pl.col("i").alias("x").name.prefix("a_"), (pl.col("n").alias("y") + 1).name.to_uppercase(),
        pl.col("f").name.suffix("_1").name.suffix("_2"), pl.col("b").alias("z").name.keep()),
    "skew of few": lambda pl, d: pl.DataFrame({"g": [1, 1, 2, 3, 3], "v": [1.0, 5.0, 2.0, 3.0, 3.0]}).group_by("g").agg(
        pl.col("v").skew()).sort("g"),
    "skew of nothing": lambda pl, d: d.numbers.filter(pl.col("i") > 99).select(pl.col("f").skew()),
    "covariance": lambda pl, d: d.numbers.select(*[pl.cov("i", "n", ddof=k).alias(f"c{k}") for k in range(4)]),
    "replace all": lambda pl, d: d.sales.select(
        pl.col("shop").replace_strict({"x": 1}, default=None).alias("a"),
        pl.col("shop").replace_strict(["x"], ["X"], default=pl.col("item")).alias("c")),
    "missing in lists": lambda pl, d: pl.DataFrame({"l": [[1, None], [2], [], None]}).select(
        pl.col("l").list.contains(None)),
    "first that is there": lambda pl, d: d.numbers.with_columns(
        pl.col("n").drop_nulls().first().alias("a"), pl.col("n").drop_nulls().last().alias("c")),
    "first of filtered in groups": lambda pl, d: d.sales.with_columns(
        pl.col("item").filter(pl.col("amount") > 2).first().over("shop").alias("a")),
    "zones read": lambda pl, d: pl.DataFrame({"t": ["2020-01-01T01:02:03+0100"]}).select(
        pl.col("t").str.to_datetime("%Y-%m-%dT%H:%M:%S%z")),
    "lists made": lambda pl, d: d.numbers.select(pl.list("i", "n").alias("l"), pl.list(pl.col("i") * 2).alias("m")),
    "lists of lists": lambda pl, d: pl.DataFrame({"l": [[1], [2, 3], None]}).select(pl.list("l", "l").alias("x")),
    "negative head and tail": lambda pl, d: pl.concat([d.numbers.head(-2), d.numbers.tail(-3), d.numbers.head(-99)]),
    "explode side by side": lambda pl, d: pl.DataFrame({"a": [[1, 2], [], None], "b": [["x", "y"], [], None]}).explode(
        "a", "b", empty_as_null=True, keep_nulls=True),
    "explode without": lambda pl, d: pl.DataFrame({"k": [1, 2, 3], "a": [[1, 2], [], None]}).explode(
        "a", empty_as_null=False, keep_nulls=False),
    "series in expressions": lambda pl, d: d.sales.select(
        pl.col("amount") + pl.Series("s", [1, 2, 3, 4, 5, 6]), pl.Series("t", [6, 5, 4, 3, 2, 1]) * 2,
        pl.when(pl.Series([True, False] * 3)).then("item").otherwise(pl.lit("?")).alias("w")),
    "a series of one value": lambda pl, d: d.sales.with_columns(pl.col("amount") + pl.Series("s", [100])),
    "filter by a series": lambda pl, d: d.sales.filter(pl.Series([True, False] * 3)),
    "a series without a name": lambda pl, d: pl.Series([1, 2, 2]).to_frame().select(
        pl.col("").sum()).rename({"": "sum"}),
    "nth counts keys": lambda pl, d: d.sales.group_by("shop").agg(pl.nth(1).first()).sort("shop"),
}


@both(EXAMPLES)
def test_example(example):
    check(example)
