"""What expressions give: nulls and NaN, names, many rows, and functions of texts, bytes, structs and runs."""

import datetime as dt
import time

import doline
import pytest

from frames.peer import both, check

NAN = float("nan")
SPANS = [dt.timedelta(0), dt.timedelta(days=-1, seconds=5, microseconds=3), dt.timedelta(microseconds=1200),
         dt.timedelta(days=400, hours=1), dt.timedelta(hours=36, minutes=30), None]
STRUCTS = [{"x": 1, "y": "p"}, None, {"x": None, "y": "q"}]
INTERPOLATIONS = ("nearest", "lower", "higher", "midpoint", "linear", "equiprobable")


def structs(pl):
    """A column of structs, one of them missing."""
    return pl.DataFrame({"s": STRUCTS, "n": [1, 2, 3]})


EXAMPLES = {
    "ranks in lists": lambda pl, d: pl.DataFrame({"l": [[1, None], [3, 1, 3], [], None]}).select(*[
        pl.col("l").list.eval(pl.element().rank(method, descending=down)).alias(f"{method}{down}")
        for method in ("average", "min", "max", "dense", "ordinal") for down in (False, True)]),
    "places of extremes beside NaN": lambda pl, d: pl.DataFrame({"f": [1.5, NAN, None, -2.0]}).select(
        pl.col("f").arg_max(), pl.col("f").arg_min().alias("least"), pl.col("f").max().alias("max")),
    "extremes of lists with NaN": lambda pl, d: pl.DataFrame({"l": [[1.0, NAN, 3.0], [NAN]]}).select(
        pl.col("l").list.max(), pl.col("l").list.min().alias("min"), pl.col("l").list.arg_max().alias("at")),
    "fields of a missing struct": lambda pl, d: structs(pl).select(
        pl.col("s").struct.with_fields(z=pl.field("x") * 2), pl.col("s").struct.with_fields(w="n").alias(
            "w")),
    "a missing struct as JSON": lambda pl, d: structs(pl).select(pl.col("s").struct.json_encode()),
    "structs without and with other fields": lambda pl, d: structs(pl).select(
        pl.col("s").struct.drop(["y"]), pl.col("s").struct.rename_fields(["a", "b"]).alias("r"),
        pl.col("s").struct.eval(k=pl.field("x") + 1).alias("e"),
            pl.col("s").name.prefix_fields("p_").alias("p"),
        pl.col("s").name.map_fields(str.upper).alias("m"), pl.col("s").name.suffix_fields("_q").alias("q")),
    "a group that takes no part": lambda pl, d: d.texts.select(
        pl.col("t").str.extract_groups(r"(?<l>[a-z])(\d)?"), pl.col("t").str.extract(r"(b)|(f)",
            1).alias("b")),
    "texts as integers": lambda pl, d: pl.DataFrame({"a": ["1.5", "1e3", "+1", "-2", "12", "", " 1"]}).select(
        pl.col("a").cast(pl.Int64, strict=False)),
    "spans as texts": lambda pl, d: pl.DataFrame({"t": SPANS}).select(
        pl.col("t").dt.to_string(), pl.col("t").dt.to_string("polars").alias("p")),
    "null among distinct values": lambda pl, d: pl.Series("a", [3, None, 1, 3,
        None]).unique(maintain_order=True),
    "modes": lambda pl, d: pl.DataFrame({"a": [1, None, None, 2, 2]}).select(pl.col("a").mode().sort()),
    "one item": lambda pl, d: d.numbers.select(pl.col("i").max().item()),
    "aggregates of one value": lambda pl, d: d.numbers.select(
        pl.col("i").max().sum(), pl.col("i").max().len().alias("l"), pl.lit(5).sum().alias("five"),
        pl.col("i").max().quantile(0.5).alias("q"), pl.col("f").first().null_count().alias("n")),
    "aggregates of one value beside rows": lambda pl, d: d.sales.select(
        pl.col("amount").max().sum().over("shop"), (pl.col("amount") - pl.col("amount").mean().mean(
            )).alias("m")),
    "lists of one item": lambda pl, d: pl.DataFrame({"l": [[1], [], None]}).select(
        pl.col("l").list.item(allow_empty=True)),
    "names": lambda pl, d: pl.DataFrame({"names": [d.numbers.select(expr).columns[0] for expr in (
        pl.format("{}-{}", "i", "n"), pl.format("x{}", pl.col("i")), pl.format("x"), pl.duration(days="i"),
        pl.duration(days=1), pl.datetime(2024, "i", 1), pl.datetime("i", 1, 1), pl.datetime(2024, 1, 1),
        pl.repeat(3, pl.len()), pl.zeros(3), pl.ones(2), pl.col("n").unique_counts())]}),
    "quantiles": lambda pl, d: d.numbers.select(*[pl.col("i").quantile(0.4, how).alias(how)
                                                  for how in INTERPOLATIONS]),
    "quantiles of groups": lambda pl, d: d.sales.group_by("shop").agg(
        pl.col("amount").quantile(0.5), pl.col("price").quantile(0.9, "lower")).sort("shop"),
    "quantiles of instants and Float32": lambda pl, d: d.times.select(
        pl.col("at").quantile(0.5), pl.col("v").cast(pl.Float32).quantile(0.4)),
    "rolling quantiles": lambda pl, d: d.numbers.select(*[
        pl.col("n").rolling_quantile(0.4, how, 3, min_samples=1).alias(how) for how in INTERPOLATIONS[:5]]),
    "rolling deviations": lambda pl, d: d.numbers.select(
        pl.col("i").rolling_std(4, ddof=2), pl.col("i").rolling_var(4, ddof=3, min_samples=1).alias("v")),
    "rolling_map": lambda pl, d: d.numbers.select(
        pl.col("f").rolling_map(lambda values: values.max() - values.min(), 2, min_samples=1)),
    "weights that decay": lambda pl, d: pl.DataFrame({"a": [1, None, 2, 4, None, 3]}).select(*[
        pl.col("a").ewm_mean(com=1, adjust=adjust, ignore_nulls=ignored, min_samples=2).alias(f"{adjust}{ignored}")
        for adjust in (False, True) for ignored in (False, True)],
        pl.col("a").ewm_mean(half_life=2).alias("h"), pl.col("a").ewm_mean(span=3).alias("s")),
    "bytes": lambda pl, d: pl.DataFrame({"b": [b"ab", b"", None, b"\x0a\xb0", b"abc"]}).select(
        pl.col("b").bin.contains(b"b"), pl.col("b").bin.starts_with(b"a").alias("s"),
        pl.col("b").bin.ends_with(b"b").alias("e"), pl.col("b").bin.head(2).alias("h"),
        pl.col("b").bin.tail(1).alias("t"), pl.col("b").bin.slice(1, 1).alias("p"),
        pl.col("b").bin.get(0, null_on_oob=True).alias("g"), pl.col("b").bin.head(-1).alias("n")),
    "many texts replaced at once": lambda pl, d: pl.DataFrame({"s": ["abcd", "you and me", "ABC",
        None]}).select(
        pl.col("s").str.replace_many({"ab": "1", "abc": "2", "you": "me", "me": "you"}),
        pl.col("s").str.replace_many(["abc", "ab"], ["1", "2"], leftmost=True).alias("l"),
        pl.col("s").str.replace_many(["abc"], ["x"], ascii_case_insensitive=True).alias("c")),
    "many texts found": lambda pl, d: pl.DataFrame({"s": ["abcd", "you and me", None]}).select(
        pl.col("s").str.extract_many(["bcd", "ab", "a", "n.d", "ou", "you"])),
    "quotients towards zero": lambda pl, d: pl.DataFrame({"a": [-5, -4, 4, 5, None]}).select(
        pl.col("a").truncdiv(2), pl.col("a").truncdiv(-2).alias("b"), pl.col("a").truncdiv(2.5).alias("c")),
    "order by several": lambda pl, d: d.sales.select(pl.arg_sort_by("shop", "amount", descending=[True,
        False])),
    "append": lambda pl, d: d.numbers.select(pl.col("i").append(pl.col("f"))),
    "runs": lambda pl, d: pl.DataFrame({"a": ["x", "x", None, None, "x"]}).select(pl.col("a").rle()),
    "interpolate": lambda pl, d: pl.DataFrame({"a": [None, 1, None, None, 7,
        None]}).select(pl.col("a").interpolate()),
    "interpolate groups": lambda pl, d: pl.DataFrame({"g": [1, 2, 1, 2, 1, 2], "a": [1, 2, None, None, 3, 9]})
        .with_columns(pl.col("a").interpolate().over("g")),
    "places in order": lambda pl, d: pl.DataFrame({"a": [None, 1, 3, 3, 5]}).select(
        pl.col("a").search_sorted(3, "left"), pl.col("a").search_sorted(3, "right").alias("r"),
        pl.col("a").search_sorted(9).alias("z")),
    "emptiness": lambda pl, d: d.numbers.select(
        pl.col("i").filter(pl.col("i") > 9).is_empty(), pl.col("n").is_empty(ignore_nulls=True).alias("n")),
    "intervals": lambda pl, d: d.numbers.select(
        pl.col("i").cut([2, 4]), pl.col("i").bin_intervals([2, 4], labels=False).alias("n"),
        pl.col("i").bin_intervals([2], labels=["l", "h"], right_closed=True).alias("r")),
    "many replacements": lambda pl, d: d.numbers.select(
        pl.col("i").replace_strict({i: i * 2 for i in range(40)}), pl.col("n").replace(
            {i: i + 100 for i in range(30)} | {None: 7}).alias("n"),
        pl.col("i").replace_strict({i: str(i) for i in range(2, 40)}, default=None).alias("d")),
    "instants to the nearest hour": lambda pl, d: d.times.select(
        pl.col("at").dt.round("1h"), pl.col("day").dt.round("1w"),
            pl.col("day").dt.replace(day=3).alias("r")),
    "arrays": lambda pl, d: pl.DataFrame({"a": [[3, 1], [5, 2]]}, schema={"a": pl.Array(pl.Int64, 2)}).select(
        pl.col("a").arr.sort(), pl.col("a").arr.reverse().alias("r"),
            pl.col("a").arr.dot(pl.col("a")).alias("d"),
        pl.col("a").arr.head(1).alias("h"), pl.col("a").arr.to_struct().alias("s")),
    "lists as arrays": lambda pl, d: pl.DataFrame({"l": [[1, 2], [3,
        4]]}).select(pl.col("l").list.to_array(2)),
    "counts so far and about": lambda pl, d: d.numbers.select(
        pl.cum_count("n", reverse=True), pl.approx_n_unique("i")),
    "a function of several columns": lambda pl, d: d.sales.select(
        pl.map_batches(["amount", "price"], lambda s: s[0] * s[1], pl.Float64)),
    "what an expression says": lambda pl, d: pl.DataFrame({"x": [
        pl.col("a").sum().alias("q").meta.undo_aliases().meta.output_name(),
        str((pl.col("a") + 1).meta.eq(pl.col("a") + 1)), str((pl.col("a") + 1).meta.eq(pl.col("a") + 2)),
        *[one.meta.output_name() for one in (pl.col("a") + pl.col("b")).meta.pop()],
        str(pl.col("^a.*$").meta.is_regex_projection()),
        str(pl.lit(1).alias("q").meta.is_literal(allow_aliasing=True))]}),
    "names stripped": lambda pl, d: pl.DataFrame({"old_a_x": [1]}).select(
        pl.all().name.strip_prefix("old_"), pl.all().name.strip_suffix("_x")),
}


@both(EXAMPLES)
def test_example(example):
    check(example)


@pytest.mark.parametrize("made", [
    lambda column: column.mode(), lambda column: column.value_counts(sort=True),
        lambda column: column.arg_unique(),
    lambda column: column.replace_strict({i: i for i in range(20_000)}),
    lambda column: column.rolling_quantile(0.9, window_size=2_000)],
    ids=["mode", "value_counts", "arg_unique", "replace_strict", "rolling_quantile"])
def test_time_grows_with_the_rows(made):
    """What compared each value with each other took a minute and more for as many."""
    frame = doline.DataFrame({"a": range(20_000)})
    begin = time.monotonic()
    frame.select(made(doline.col("a")))
    assert time.monotonic() - begin < 10
