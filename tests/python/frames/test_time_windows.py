"""Windows of time: dynamic groups, rolling aggregates, and times as the clocks of zones show them."""

import datetime as dt
import random

import doline
import polars
import polars.testing
import pytest

from frames.peer import as_polars, both, check

LENGTHS = {
    "minutes": (["1m", "5m", "7m", "30m", "1h30m"], ["1m", "-2m", "8m", "-40m"]),
    "days": (["1d", "2d", "5d", "1w", "2w", "36h", "1mo"], ["1d", "-2d", "12h", "-8d"]),
    "months": (["1mo", "2mo", "1q", "1y", "20d"], ["1d", "-2d", "12h", "-1mo"]),
    "integers": ([f"{i}i" for i in range(1, 8)], ["1i", "-3i", "9i"]),
}
BEGIN = dt.datetime(2024, 1, 1)


def times(kind, draw):
    count = draw.choice([1, 5, 12])
    if kind == "integers":
        return sorted(draw.randint(-20, 20) for _ in range(count))
    if kind == "days":
        return sorted(BEGIN.date() + dt.timedelta(days=draw.randint(0, 60)) for _ in range(count))
    longest = 120 if kind == "minutes" else 400 * 24 * 60
    return sorted(BEGIN + dt.timedelta(minutes=draw.randint(0, longest)) for _ in range(count))


def equal_or_refused(example):
    """Whether Doline gives what Polars gives; False where it says that it does not support it."""
    try:
        expected = as_polars(example(polars))
    except polars.exceptions.PolarsError:
        return False
    try:
        given = as_polars(example(doline))
    except doline.NotSupported:
        return False
    polars.testing.assert_frame_equal(given, expected)
    return True


@pytest.mark.parametrize("kind", LENGTHS)
def test_windows_of_every_sort(kind):
    draw, compared, tried = random.Random(7), 0, 0
    lengths, offsets = LENGTHS[kind]
    for _ in range(15):
        at = times(kind, draw)
        data = {"t": at, "g": [draw.choice("ab") for _ in at], "v": list(range(len(at)))}
        closed = draw.choice(["left", "right", "both", "none"])
        dynamic = {"every": draw.choice(lengths), "closed": closed,
                   "label": draw.choice(["left", "right", "datapoint"]), "include_boundaries": draw.random() < 0.5}
        rolling = {"period": draw.choice(lengths), "closed": closed}
        if draw.random() < 0.6:
            dynamic["period"] = draw.choice(lengths)
        if draw.random() < 0.5:
            dynamic["offset"] = rolling["offset"] = draw.choice(offsets)
        if draw.random() < 0.3:
            dynamic["start_by"] = draw.choice(["tuesday", "saturday"]) if dynamic["every"].endswith("w") else "datapoint"
        if draw.random() < 0.4:
            dynamic["group_by"] = rolling["group_by"] = "g"
        examples = [
            lambda pl: pl.DataFrame(data).group_by_dynamic("t", **dynamic).agg(
                pl.col("v"), s=pl.col("v").sum(), n=pl.len(), f=pl.col("v").first()),
            lambda pl: pl.DataFrame(data).rolling("t", **rolling).agg(
                pl.col("v"), s=pl.col("v").sum(), n=pl.len(), m=pl.col("v").max(), q=pl.col("v").mean())]
        for example in examples:
            tried += 1
            try:
                compared += equal_or_refused(example)
            except AssertionError as failure:
                pytest.fail(f"{data} {dynamic} {rolling}: {failure}")
    assert compared >= tried * 3 / 4  # what is left are mixed months and days, and what Polars refuses too


def berlin(pl):
    return pl.col("at").dt.replace_time_zone("UTC").dt.convert_time_zone("Europe/Berlin")


MOMENTS = [dt.datetime(2024, 3, 31, 0, 30), dt.datetime(2024, 3, 31, 1, 30), dt.datetime(2024, 10, 27, 0, 30),
           dt.datetime(2024, 10, 27, 1, 30), dt.datetime(2024, 12, 31, 23, 30), None]
EXAMPLES = {
    "rolling sum": lambda pl, d: d.numbers.select(pl.col("i").rolling_sum(3), m=pl.col("f").rolling_mean(2, min_samples=1)),
    "rolling centred": lambda pl, d: d.numbers.select(pl.col("i").rolling_max(3, center=True)),
    "rolling weights": lambda pl, d: d.numbers.select(pl.col("i").rolling_sum(3, weights=[0.5, 1.0, 2.0]),
                                                     m=pl.col("i").rolling_mean(2, weights=[1.0, 3.0])),
    "rolling quantile": lambda pl, d: d.numbers.select(pl.col("i").rolling_quantile(0.3, "linear", window_size=4),
                                                      m=pl.col("i").rolling_median(3)),
    "rolling nearest": lambda pl, d: d.numbers.select(pl.col("i").rolling_quantile(0.4, window_size=4)),
    "rolling skew": lambda pl, d: d.numbers.select(pl.col("i").rolling_skew(4)),
    "rolling deviations": lambda pl, d: d.numbers.select(pl.col("i").rolling_std(3), v=pl.col("i").rolling_var(3, ddof=0)),
    "rolling rank": lambda pl, d: d.numbers.select((pl.col("i") * 5 % 7).rolling_rank(3, min_samples=3)),
    "rolling by": lambda pl, d: d.series.with_columns(
        s=pl.col("v").rolling_sum_by("at", "1h"), m=pl.col("v").rolling_max_by("at", "1h", closed="both"),
        q=pl.col("v").rolling_quantile_by("at", "2h", quantile=0.5)),
    "rolling expression": lambda pl, d: d.series.with_columns(
        s=pl.col("v").sum().rolling("at", period="1h"), l=pl.col("v").rolling("at", period="1h", offset="0h"),
        r=pl.col("v").max().rolling("at", period="90m") - pl.col("v").min().rolling("at", period="90m")),
    "parts in a zone": lambda pl, d: pl.DataFrame({"at": MOMENTS}).select(
        h=berlin(pl).dt.hour(), d=berlin(pl).dt.date(), y=berlin(pl).dt.year(), e=berlin(pl).dt.epoch("s"),
        f=berlin(pl).dt.strftime("%Y-%m-%d %H:%M")),
    "rearranged times as a type": lambda pl, d: pl.DataFrame({"at": MOMENTS}).select(
        r=pl.col("at").reverse().cast(pl.Datetime("ms")), s=pl.col("at").shift(1).slice(0, 6).cast(pl.Date)),
    "times in lists as a type": lambda pl, d: pl.DataFrame({"at": MOMENTS}).select(pl.col("at").implode()).select(
        pl.col("at").list.eval(pl.element().cast(pl.Datetime("ms")))),
    "clock times of a zone": lambda pl, d: pl.DataFrame({"at": MOMENTS}).select(berlin(pl).dt.replace_time_zone(None)),
    "truncated in a zone": lambda pl, d: pl.DataFrame({"at": MOMENTS}).select(
        h=berlin(pl).dt.truncate("1h").dt.convert_time_zone("UTC"), d=berlin(pl).dt.truncate("1d").dt.epoch("s"),
        m=berlin(pl).dt.truncate("1mo").dt.replace_time_zone(None)),
    "moved in a zone": lambda pl, d: pl.DataFrame({"at": [MOMENTS[0], MOMENTS[4]]}).select(
        h=berlin(pl).dt.offset_by("1h").dt.replace_time_zone(None), d=berlin(pl).dt.offset_by("1d").dt.epoch("s")),
    "a zone taken": lambda pl, d: pl.DataFrame({"at": [dt.datetime(2024, 7, 1, 12), dt.datetime(2024, 1, 1), None]}).select(
        pl.col("at").dt.replace_time_zone("Europe/Berlin").dt.convert_time_zone("UTC")),
    "times shown twice": lambda pl, d: pl.DataFrame({"at": [dt.datetime(2024, 10, 27, 2, 30)]}).select(**{
        how: pl.col("at").dt.replace_time_zone("Europe/Berlin", ambiguous=how).dt.convert_time_zone("UTC")
        for how in ("earliest", "latest", "null")}),
    "times never shown": lambda pl, d: pl.DataFrame({"at": [dt.datetime(2024, 3, 31, 2, 30)]}).select(
        pl.col("at").dt.replace_time_zone("Europe/Berlin", non_existent="null").dt.convert_time_zone("UTC")),
}


@both(EXAMPLES)
def test_example(example):
    check(example)


@pytest.mark.parametrize("moment", [dt.datetime(2024, 10, 27, 2, 30), dt.datetime(2024, 3, 31, 2, 30)])
def test_times_that_no_clock_tells_apart_are_errors(moment):
    for pl in (polars, doline):
        frame = pl.DataFrame({"at": [moment]})
        with pytest.raises(Exception, match="Europe/Berlin"):
            frame.select(pl.col("at").dt.replace_time_zone("Europe/Berlin").dt.convert_time_zone("UTC"))


@pytest.mark.parametrize("refused", [
    lambda at: at.dt.convert_time_zone("Europe/Berlin").dt.strftime("%H:%M %Z"),
    lambda at: at.cast(doline.Datetime("ms", "Asia/Tokyo")),
    lambda at: (doline.col("v") - doline.col("v").mean()).sum().rolling("at", period="1h"),
    lambda at: doline.col("v").cum_sum().sum().rolling("at", period="1h"),
    lambda at: doline.col("v").sum().rolling("at", period="1mo", offset="1d")])
def test_what_columns_and_windows_cannot_say_is_refused(refused):
    frame = doline.DataFrame({"at": [BEGIN], "v": [1]})
    with pytest.raises(doline.NotSupported):
        frame.select(refused(doline.col("at")))


def test_missing_times_are_no_windows():
    frame = doline.DataFrame({"at": [BEGIN, None], "v": [1, 2]})
    with pytest.raises(Exception, match="missing values"):
        frame.group_by_dynamic("at", every="1d").agg(doline.len())
