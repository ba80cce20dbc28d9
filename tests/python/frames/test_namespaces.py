"""Texts, times, lists and structs: the namespaces of expressions."""

import datetime as dt

from frames.peer import both, check

EXAMPLES = {
    "lengths": lambda pl, d: d.texts.select(pl.col("t").str.len_chars().alias("c"), pl.col("t").str.len_bytes().alias("b")),
    "case": lambda pl, d: d.texts.select(pl.col("t").str.to_uppercase().alias("u"), pl.col("t").str.to_lowercase().alias("l"),
                                         pl.col("t").str.to_titlecase().alias("t")),
    "contains": lambda pl, d: d.texts.select(pl.col("t").str.contains("o+").alias("r"),
                                             pl.col("t").str.contains("bar", literal=True).alias("l"),
                                             pl.col("t").str.starts_with("foo").alias("s"),
                                             pl.col("t").str.ends_with("d").alias("e")),
    "replace": lambda pl, d: d.texts.select(pl.col("t").str.replace("o", "0").alias("one"),
                                            pl.col("t").str.replace_all("[aeiou]", "*").alias("all"),
                                            pl.col("t").str.replace(r"(\w+) (\w+)", "$2 $1").alias("swap"),
                                            pl.col("t").str.replace_all("o", ".", literal=True).alias("lit")),
    "extract": lambda pl, d: d.texts.select(pl.col("t").str.extract(r"(\d+)").alias("n"),
                                            pl.col("t").str.extract_all(r"\d+").alias("all"),
                                            pl.col("t").str.count_matches("[a-z]").alias("c")),
    "strip": lambda pl, d: d.texts.select(pl.col("u").str.strip_chars().alias("a"),
                                          pl.col("u").str.strip_chars_start().alias("b"),
                                          pl.col("u").str.strip_chars("xnz").alias("c"),
                                          pl.col("t").str.strip_prefix("foo").alias("d"),
                                          pl.col("t").str.strip_suffix("456").alias("e")),
    "split": lambda pl, d: d.texts.select(pl.col("u").str.split(",").alias("s"), pl.col("u").str.split("-", inclusive=True).alias("i")),
    "split_exact": lambda pl, d: d.texts.select(pl.col("u").str.split_exact("-", 1).alias("s")),
    "splitn": lambda pl, d: d.texts.select(pl.col("u").str.splitn("-", 2).alias("s")),
    "slice": lambda pl, d: d.texts.select(pl.col("t").str.slice(1, 3).alias("a"), pl.col("t").str.slice(-3).alias("b"),
                                          pl.col("t").str.head(2).alias("c"), pl.col("t").str.tail(2).alias("d")),
    "pad": lambda pl, d: d.texts.select(pl.col("t").str.pad_start(12, "*").alias("a"), pl.col("t").str.pad_end(12).alias("b"),
                                        pl.col("t").str.zfill(4).alias("z")),
    "reverse": lambda pl, d: d.texts.select(pl.col("t").str.reverse()),
    "find": lambda pl, d: d.texts.select(pl.col("t").str.find("o").alias("r"), pl.col("t").str.find("ar", literal=True).alias("l")),
    "join": lambda pl, d: d.texts.select(pl.col("u").str.join("|")),
    "to_integer": lambda pl, d: pl.DataFrame({"s": ["1", "-20", "x", None]}).select(pl.col("s").str.to_integer(strict=False)),
    "to_date": lambda pl, d: pl.DataFrame({"s": ["2024-01-31", "2023-12-01"]}).select(pl.col("s").str.to_date()),
    "to_date format": lambda pl, d: pl.DataFrame({"s": ["31/01/2024", "bad"]}).select(pl.col("s").str.to_date("%d/%m/%Y", strict=False)),
    "to_datetime": lambda pl, d: pl.DataFrame({"s": ["2024-01-31 10:11:12"]}).select(pl.col("s").str.to_datetime("%Y-%m-%d %H:%M:%S")),
    "encode": lambda pl, d: d.texts.select(pl.col("t").str.encode("hex").alias("h"), pl.col("t").str.encode("base64").alias("b")),
    "contains_any": lambda pl, d: d.texts.select(pl.col("t").str.contains_any(["foo", "123"])),
    "replace_many": lambda pl, d: d.texts.select(pl.col("t").str.replace_many(["foo", "bar"], ["1", "2"])),
    "extract_groups": lambda pl, d: d.texts.select(pl.col("t").str.extract_groups(r"(?<num>\d+)([a-z]+)")),
    "json_path": lambda pl, d: pl.DataFrame({"j": ['{"a":1}', '{"a":"x"}', None]}).select(pl.col("j").str.json_path_match("$.a")),
    "text plus text": lambda pl, d: d.people.select(pl.col("name") + "-" + pl.col("city")),
    "dates": lambda pl, d: d.times.select(*[getattr(pl.col("at").dt, n)().alias(n) for n in (
        "year", "iso_year", "quarter", "month", "week", "weekday", "day", "ordinal_day", "hour", "minute", "second",
        "millisecond", "microsecond", "nanosecond", "date", "time", "is_leap_year", "month_start", "month_end")]),
    "date parts": lambda pl, d: d.times.select(pl.col("day").dt.year().alias("y"), pl.col("day").dt.month_start().alias("s"),
                                               pl.col("day").dt.month_end().alias("e")),
    "truncate": lambda pl, d: d.times.select(*[pl.col("at").dt.truncate(e).alias(e) for e in
                                               ("1m", "15m", "1h", "1d", "1w", "1mo", "1q", "1y")],
                                             pl.col("day").dt.truncate("1mo").alias("d")),
    "offset_by": lambda pl, d: d.times.select(pl.col("at").dt.offset_by("1mo").alias("a"), pl.col("at").dt.offset_by("-2h30m").alias("b"),
                                              pl.col("day").dt.offset_by("1mo").alias("c")),
    "strftime": lambda pl, d: d.times.select(pl.col("at").dt.strftime("%Y/%m/%d %H-%M").alias("a"), pl.col("day").dt.to_string("%d %B %Y").alias("b")),
    "epoch": lambda pl, d: d.times.select(pl.col("at").dt.epoch("s").alias("s"), pl.col("at").dt.timestamp("ms").alias("ms"),
                                          pl.col("at").dt.epoch("us").alias("us"), pl.col("day").dt.epoch("d").alias("d")),
    "durations": lambda pl, d: d.times.select(*[getattr(pl.col("took").dt, n)().alias(n) for n in (
        "total_days", "total_hours", "total_minutes", "total_seconds", "total_milliseconds", "total_microseconds")]),
    "time arithmetic": lambda pl, d: d.times.select(
        (pl.col("at") - pl.col("at").min()).alias("since"), (pl.col("at") + pl.col("took")).alias("then"),
        (pl.col("day") + pl.duration(days=3)).alias("d"), (pl.col("day") - dt.timedelta(days=1)).alias("e"),
        (pl.col("took") * 2).alias("t"), (pl.col("day") - dt.date(2024, 1, 1)).alias("x")),
    "sum of durations": lambda pl, d: d.times.select(pl.col("took").sum().alias("s"), pl.col("took").mean().alias("m"), pl.col("took").max().alias("x")),
    "time comparison": lambda pl, d: d.times.filter(pl.col("at") >= dt.datetime(2024, 2, 1)),
    "make times": lambda pl, d: d.times.select(
        pl.date(pl.col("at").dt.year(), 1, pl.col("v")).alias("d"), pl.datetime(2024, pl.col("v"), 2, 3, 4, 5).alias("t")),
    "date_range": lambda pl, d: pl.select(pl.date_range(dt.date(2024, 1, 30), dt.date(2024, 2, 2)).alias("d")),
    "date_range of months": lambda pl, d: pl.select(
        pl.date_range(dt.date(2024, 1, 31), dt.date(2024, 5, 31), "1mo", closed="left").alias("d")),
    "mean of times": lambda pl, d: d.times.select(pl.col("at").mean()),
    "lists": lambda pl, d: d.lists.select(
        pl.col("l").list.len().alias("len"), pl.col("l").list.sum().alias("sum"), pl.col("l").list.mean().alias("mean"),
        pl.col("l").list.min().alias("min"), pl.col("l").list.max().alias("max"), pl.col("l").list.first().alias("first"),
        pl.col("l").list.last().alias("last"), pl.col("l").list.get(1, null_on_oob=True).alias("get"),
        pl.col("l").list.n_unique().alias("distinct")),
    "list order": lambda pl, d: d.lists.select(
        pl.col("l").list.sort().alias("s"), pl.col("l").list.reverse().alias("r"), pl.col("s").list.sort(descending=True).alias("t"),
        pl.col("l").list.unique(maintain_order=True).alias("u")),
    "list slices": lambda pl, d: d.lists.select(
        pl.col("l").list.head(2).alias("h"), pl.col("l").list.tail(1).alias("t"), pl.col("l").list.slice(1, 1).alias("s"),
        pl.col("l").list.slice(-2, 1).alias("n")),
    "list contains": lambda pl, d: d.lists.select(pl.col("l").list.contains(4).alias("c"), pl.col("s").list.contains("a").alias("d")),
    "list join": lambda pl, d: d.lists.select(pl.col("s").list.join("-")),
    "list eval": lambda pl, d: d.lists.select(pl.col("l").list.eval(pl.element() * 2 + 1)),
    "list rank": lambda pl, d: d.lists.select(pl.col("l").list.eval(pl.element().rank())),
    "list filter": lambda pl, d: d.lists.select(pl.col("l").list.eval(pl.element().filter(pl.element() > 1))),
    "list drop_nulls": lambda pl, d: d.lists.select(pl.col("s").list.drop_nulls()),
    "list sets": lambda pl, d: d.lists.select(pl.col("l").list.set_intersection(pl.col("l").list.head(1)).alias("i"),
                                              pl.col("l").list.set_union([4, 9]).list.sort().alias("u"),
                                              pl.col("l").list.set_difference([4]).alias("d")),
    "list diff": lambda pl, d: d.lists.select(pl.col("l").list.diff().alias("d"), pl.col("l").list.shift(1).alias("s")),
    "list any": lambda pl, d: d.lists.select(pl.col("l").list.eval(pl.element() > 2).list.any().alias("a")),
    "list arg": lambda pl, d: d.lists.select(pl.col("l").list.arg_max().alias("x"), pl.col("l").list.arg_min().alias("n")),
    "list count_matches": lambda pl, d: d.lists.select(pl.col("l").list.count_matches(4)),
    "list concat": lambda pl, d: d.lists.select(pl.concat_list("l", "k")),
    "arrays": lambda pl, d: pl.DataFrame({"a": [[1, 2], [3, 4]]}, schema={"a": pl.Array(pl.Int64, 2)}).select(
        pl.col("a").arr.sum().alias("s"), pl.col("a").arr.get(0).alias("g"), pl.col("a").arr.max().alias("m")),
    "struct field": lambda pl, d: d.structs.select(pl.col("s").struct.field("a"), pl.col("s").struct.field("b").alias("c")),
    "struct with_fields": lambda pl, d: d.structs.select(pl.col("s").struct.with_fields((pl.field("a") * 2).alias("d"))),
    "struct unique": lambda pl, d: d.sales.select(pl.struct("shop", "item").n_unique()),
    "names": lambda pl, d: d.numbers.select(pl.col("i").name.map(lambda n: n * 2), pl.col("n").name.to_uppercase()),
    "enum": lambda pl, d: d.sales.select(pl.col("item").cast(pl.Enum(["tea", "milk"])).cast(pl.String)),
    "binary": lambda pl, d: pl.DataFrame({"b": [b"ab", b"", None]}).select(pl.col("b").bin.size().alias("n"), pl.col("b").bin.encode("hex").alias("h")),
}


@both(EXAMPLES)
def test_example(example):
    check(example)
