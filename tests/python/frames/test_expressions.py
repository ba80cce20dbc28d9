"""Expressions and contexts: the user guide's first chapters."""

from frames.peer import both, check

EXAMPLES = {
    "select columns": lambda pl, d: d.people.select("name", pl.col("age")),
    "arithmetic": lambda pl, d: d.numbers.select(
        (pl.col("i") + 5).alias("plus"), (pl.col("i") - pl.col("n")).alias("minus"),
        (pl.col("i") * pl.col("n")).alias("times"), (pl.col("i") / pl.col("n")).alias("by"),
        (pl.col("i") // pl.col("n")).alias("floor"), (pl.col("n") % 3).alias("rest"),
        (-pl.col("n")).alias("minus_n"), (pl.col("i") ** 2).alias("square"), (2 - pl.col("i")).alias("r")),
    "small integers wrap": lambda pl, d: d.small.select(
        (pl.col("a") + pl.col("b")).alias("sum"), (pl.col("a") * 2).alias("double"),
        (pl.col("a") - 100).alias("less")),
    "division by zero": lambda pl, d: pl.DataFrame({"a": [1, -1, 0]}).select(
        (pl.col("a") / 0).alias("true"), (pl.col("a") // 0).alias("floor"), (pl.col("a") % 0).alias("rest")),
    "floor of negatives": lambda pl, d: pl.DataFrame({"a": [-7, 7, -7, 7], "b": [2, -2, -2, 2]}).select(
        (pl.col("a") // pl.col("b")).alias("q"), (pl.col("a") % pl.col("b")).alias("r"),
        (pl.col("a") // 2.0).alias("fq"), (pl.col("a") % 2.5).alias("fr")),
    "comparisons": lambda pl, d: d.numbers.select(
        (pl.col("n") > 0).alias("gt"), (pl.col("n") == 4).alias("eq"), (pl.col("n") != 4).alias("ne"),
        (pl.col("i") <= pl.col("n")).alias("le"), pl.col("n").eq_missing(None).alias("m")),
    "logic": lambda pl, d: d.numbers.select(
        (pl.col("b") & (pl.col("i") > 2)).alias("and"), (pl.col("b") | (pl.col("i") > 2)).alias("or"),
        (~pl.col("b")).alias("not"), (pl.col("b") ^ (pl.col("i") > 2)).alias("xor")),
    "with_columns keeps and replaces": lambda pl, d: d.numbers.with_columns(
        pl.col("i") * 10, total=pl.col("i") + pl.col("n")),
    "filter": lambda pl, d: d.people.filter(pl.col("age") > 25, pl.col("city") == "Rome"),
    "filter by keyword": lambda pl, d: d.people.filter(city="Oslo"),
    "filter with an aggregate": lambda pl, d: d.numbers.filter(pl.col("i") > pl.col("i").mean()),
    "remove": lambda pl, d: d.numbers.remove(pl.col("n") > 0),
    "aggregates broadcast": lambda pl, d: d.numbers.select("i", (pl.col("i") - pl.col("i").mean()).alias("c")),
    "aggregates of a frame": lambda pl, d: d.numbers.select(
        pl.col("i").sum().alias("sum"), pl.col("f").mean().alias("mean"), pl.col("n").min().alias("min"),
        pl.col("n").max().alias("max"), pl.col("n").count().alias("count"), pl.col("n").len().alias("len"),
        pl.col("n").null_count().alias("nulls"), pl.col("n").n_unique().alias("distinct"), pl.len().alias("rows"),
        pl.col("f").std().alias("std"), pl.col("f").var(ddof=0).alias("var"),
        pl.col("f").median().alias("median")),
    "aggregates of booleans": lambda pl, d: d.numbers.select(
        pl.col("b").sum().alias("s"), pl.col("b").mean().alias("m"), pl.col("b").any().alias("any"),
        pl.col("b").all().alias("all"), pl.col("b").any(ignore_nulls=False).alias("k"),
        pl.col("b").all(ignore_nulls=False).alias("l")),
    "aggregates of nothing": lambda pl, d: d.numbers.filter(pl.col("i") > 100).select(
        pl.col("i").sum().alias("sum"), pl.col("i").mean().alias("mean"), pl.col("i").min().alias("min"),
        pl.col("b").any().alias("any"), pl.col("b").all().alias("all"), pl.len()),
    "sum keeps its type": lambda pl, d: d.small.select(pl.all().sum()),
    "first and last": lambda pl, d: d.numbers.select(
        pl.col("n").first().alias("f"), pl.col("n").last().alias("l"), pl.col("n").get(3).alias("g")),
    "quantiles": lambda pl, d: d.numbers.select(
        *[pl.col("f").quantile(0.4, how).alias(how) for how in
          ("nearest", "lower", "higher", "midpoint", "linear")]),
    "arg_min and arg_max": lambda pl, d: d.numbers.select(
        pl.col("n").arg_min().alias("lo"), pl.col("n").arg_max().alias("hi")),
    "literals": lambda pl, d: d.numbers.head(2).select(
        "i", pl.lit(1.5).alias("f"), pl.lit("x").alias("s"), pl.lit(True).alias("b")),
    "when then": lambda pl, d: d.numbers.select(
        pl.when(pl.col("n") > 3).then(pl.lit("big")).when(pl.col("n") > 0).then(pl.lit("small"))
        .otherwise(pl.lit("none")).alias("size"),
        pl.when(pl.col("b")).then(pl.col("i")).alias("i")),
    "cast": lambda pl, d: d.numbers.select(
        pl.col("f").cast(pl.Int32), pl.col("i").cast(pl.String).alias("s"), pl.col("b").cast(pl.Int8),
        pl.col("i").cast(pl.Float32).alias("f32")),
    "lenient cast": lambda pl, d: d.texts.select(pl.col("u").cast(pl.Int64, strict=False)),
    "is_in": lambda pl, d: d.people.select(pl.col("city").is_in(["Oslo", "Lima"]), pl.col("age").is_in([27])),
    "is_between": lambda pl, d: d.numbers.select(
        *[pl.col("i").is_between(2, 4, closed=c).alias(c) for c in ("both", "left", "right", "none")]),
    "clip": lambda pl, d: d.numbers.select(pl.col("i").clip(2, 4), pl.col("f").clip(lower_bound=1)),
    "numeric functions": lambda pl, d: d.numbers.select(
        pl.col("f").abs().alias("abs"), pl.col("f").floor().alias("floor"), pl.col("f").ceil().alias("ceil"),
        pl.col("f").round(1).alias("round"), pl.col("f").sqrt().alias("sqrt"), pl.col("f").exp().alias("exp"),
        pl.col("f").sign().alias("sign"), pl.col("i").log(10).alias("log10"), pl.col("f").log().alias("ln"),
        pl.col("f").sin().alias("sin")),
    "fill_null": lambda pl, d: d.numbers.select(
        pl.col("n").fill_null(0).alias("zero"), pl.col("n").fill_null(pl.col("i")).alias("other"),
        pl.col("n").fill_null(strategy="forward").alias("forward"),
        pl.col("n").fill_null(strategy="backward").alias("backward"),
        pl.col("n").fill_null(strategy="mean").alias("mean")),
    "coalesce": lambda pl, d: d.numbers.select(pl.coalesce("n", "i", 5).alias("c")),
    "all columns": lambda pl, d: d.numbers.select(pl.all().is_null()),
    "exclude": lambda pl, d: d.numbers.select(pl.all().exclude("b", "f") + 1),
    "columns by type": lambda pl, d: d.numbers.select(pl.col(pl.Int64) * 2),
    "columns by pattern": lambda pl, d: d.people.select(pl.col("^(na|ci).*$")),
    "columns by names": lambda pl, d: d.numbers.select(pl.col("i", "n").max()),
    "suffixes": lambda pl, d: d.numbers.select(pl.col("i", "n").sum().name.suffix("_sum"),
                                               pl.col("f").name.prefix("the_")),
    "selectors": lambda pl, d: d.people.select(pl.selectors.numeric() - pl.selectors.by_name("age"),
                                               pl.selectors.starts_with("c")),
    "horizontal": lambda pl, d: d.numbers.select(
        pl.sum_horizontal("i", "n").alias("sum"), pl.max_horizontal("i", "n").alias("max"),
        pl.min_horizontal("i", "f").alias("min"), pl.mean_horizontal("i", "n").alias("mean")),
    "horizontal over what is made of several columns": lambda pl, d: d.numbers.select(
        pl.sum_horizontal(pl.col("i", "n").fill_null(7)).alias("sum"),
        pl.concat_str(pl.col("i", "n").cast(pl.String).fill_null("-")).alias("text")),
    "any and all horizontal": lambda pl, d: d.numbers.select(
        pl.any_horizontal(pl.col("i") > 3, "b").alias("any"), pl.all_horizontal(pl.col("i") > 3, "b").alias("all")),
    "fold": lambda pl, d: d.numbers.select(pl.fold(pl.lit(0, pl.Int64), lambda a, x: a + x, [pl.col("i"), pl.col("i")])
                                           .alias("sum")),
    "struct": lambda pl, d: d.numbers.select(pl.struct("i", "b").alias("s")),
    "concat_list": lambda pl, d: d.numbers.select(pl.concat_list("i", "n").alias("l")),
    "sort expression": lambda pl, d: d.numbers.select(pl.col("n").sort(), pl.col("f").sort(descending=True)),
    "filter expression": lambda pl, d: d.numbers.select(pl.col("i").filter(pl.col("b"))),
    "reverse": lambda pl, d: d.numbers.select(pl.all().reverse()),
    "head": lambda pl, d: d.numbers.select(pl.col("i").head(2), pl.col("n").tail(2)),
    "drop_nulls": lambda pl, d: d.numbers.select(pl.col("n").drop_nulls()),
    "unique": lambda pl, d: d.people.select(pl.col("city").unique().sort()),
    "arithmetic of sorted": lambda pl, d: d.numbers.select(pl.col("i").sort(descending=True) * 10),
    "sum of filtered": lambda pl, d: d.numbers.select(pl.col("i").filter(pl.col("b")).sum()),
    "with_columns reversed": lambda pl, d: d.numbers.with_columns(pl.col("i").reverse().alias("r")),
    "replace": lambda pl, d: d.people.select(pl.col("city").replace({"Oslo": "O", "Rome": "R"})),
    "replace_strict": lambda pl, d: d.people.select(
        pl.col("city").replace_strict({"Oslo": 1, "Rome": 2}, default=0)),
    "cut": lambda pl, d: d.numbers.select(pl.col("i").cut([2, 4]).cast(pl.String)),
    "top_k": lambda pl, d: d.numbers.select(pl.col("n").top_k(2)),
    "mode": lambda pl, d: d.people.select(pl.col("age").mode().sort()),
    "implode": lambda pl, d: d.numbers.select(pl.col("n").implode()),
    "cumulative": lambda pl, d: d.numbers.select(
        pl.col("n").cum_sum().alias("sum"), pl.col("n").cum_max().alias("max"),
        pl.col("i").cum_prod().alias("prod"), pl.col("n").cum_count().alias("count"),
        pl.col("i").cum_sum(reverse=True).alias("back")),
    "shift and diff": lambda pl, d: d.numbers.select(
        pl.col("i").shift(1).alias("a"), pl.col("i").shift(-2).alias("b"),
        pl.col("i").shift(1, fill_value=0).alias("c"), pl.col("i").diff().alias("d"),
        pl.col("i").pct_change().alias("p")),
    "rank": lambda pl, d: d.people.select(
        *[pl.col("age").rank(m).alias(m) for m in ("average", "min", "max", "dense", "ordinal")]),
    "duplicates": lambda pl, d: d.people.select(
        pl.col("city").is_duplicated().alias("dup"), pl.col("city").is_unique().alias("uni"),
        pl.col("city").is_first_distinct().alias("first"), pl.col("city").is_last_distinct().alias("last")),
    "rolling": lambda pl, d: d.numbers.select(
        pl.col("i").rolling_sum(2).alias("sum"), pl.col("f").rolling_mean(3, min_samples=1).alias("mean"),
        pl.col("i").rolling_max(3, center=True).alias("max"), pl.col("i").rolling_std(3).alias("std")),
    "rle_id": lambda pl, d: d.people.select(pl.col("age").rle_id()),
    "value_counts": lambda pl, d: d.people.select(pl.col("city").value_counts()).unnest("city").sort("city"),
    "gather": lambda pl, d: d.numbers.select(pl.col("i").gather([0, 2])),
    "arg_sort": lambda pl, d: d.numbers.select(pl.col("n").arg_sort()),
    "corr": lambda pl, d: d.numbers.select(pl.corr("i", "f").alias("c"), pl.cov("i", "f").alias("v")),
    "int_range": lambda pl, d: d.numbers.select(pl.int_range(pl.len()).alias("r"), "i"),
    "sort_by": lambda pl, d: d.people.select(pl.col("name").sort_by("age", descending=True, nulls_last=True)),
    "dot": lambda pl, d: d.numbers.select(pl.col("i").dot("n")),
    "product": lambda pl, d: d.numbers.select(pl.col("i").product(), pl.col("f").product()),
    "is_nan": lambda pl, d: pl.DataFrame({"f": [1.0, float("nan"), None]}).select(
        pl.col("f").is_nan().alias("n"), pl.col("f").fill_nan(0.0).alias("z"), pl.col("f").is_finite().alias("x")),
    "NaN is the largest": lambda pl, d: pl.DataFrame({"f": [1.0, float("nan"), None, -1.0]}).sort("f"),
    "skew and kurtosis": lambda pl, d: d.numbers.select(pl.col("f").skew().alias("s"), pl.col("f").kurtosis().alias("k")),
    "format": lambda pl, d: d.numbers.select(pl.format("{}-{}", "i", "n").alias("t")),
    "concat_str": lambda pl, d: d.people.select(
        pl.concat_str("name", "city", separator=" in ").alias("t"),
        pl.concat_str(["name", "city"], separator="-", ignore_nulls=True).alias("u")),
}


@both(EXAMPLES)
def test_example(example):
    check(example)
