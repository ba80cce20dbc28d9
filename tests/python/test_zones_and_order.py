"""Columns keep the zone that shows their instants, and that categories are in order, on every way in and out."""

import datetime as dt
import pickle
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import polars.testing
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import doline as dl
import doline.testing

settings.register_profile("few", max_examples=4, deadline=None, derandomize=True, database=None)
settings.load_profile("few")

PARIS = ZoneInfo("Europe/Paris")
ZONES = ["UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]
# Both sides of clocks that are set back, and what no clock shows twice.
INSTANTS = [dt.datetime(2024, 10, 27, 0, 30), dt.datetime(2024, 10, 27, 1, 30), None, dt.datetime(1969, 12, 31, 23, 59),
            dt.datetime(2024, 7, 1, 12, 0, 0, 123456)]
DRAWN = st.lists(st.none() | st.datetimes(dt.datetime(1700, 1, 1), dt.datetime(2200, 1, 1)), max_size=20)


def zoned(column, zone):
    return pl.Series("v", column, pl.Datetime("us")).dt.replace_time_zone("UTC").dt.convert_time_zone(zone)


@pytest.mark.parametrize("zone", ZONES)
@given(column=DRAWN)
def test_a_series_comes_back_in_its_zone(zone, column):
    series = zoned(column, zone)
    frame = dl.DataFrame({"v": series})
    assert frame.schema == {"v": dl.Datetime("us", zone)}
    polars.testing.assert_series_equal(frame.to_polars()["v"], series)
    of_pandas = series.to_pandas()
    again = dl.DataFrame({"v": of_pandas})
    assert again.schema == frame.schema
    pd.testing.assert_series_equal(again.to_pandas()["v"], of_pandas, check_names=False)
    arrow = pa.table(frame)["v"]
    assert arrow.type == pa.timestamp("us", zone)
    assert arrow.cast(pa.int64()).to_pylist() == series.to_physical().to_list()
    assert dl.from_arrow(pa.table({"v": arrow})).schema == frame.schema
    assert frame["v"].to_list() == series.to_list()
    assert [value and value.tzinfo.key for value in frame["v"].to_list() if zone != "UTC"] \
        == [value and zone for value in column if zone != "UTC"]
    # NumPy knows no zones, in Polars neither.
    assert (frame["v"].drop_nulls().to_numpy() == series.drop_nulls().to_numpy()).all()


@pytest.mark.parametrize("zone", ZONES)
@given(column=DRAWN)
def test_python_values_say_their_zone(zone, column):
    values = [value and value.replace(tzinfo=dt.timezone.utc).astimezone(ZoneInfo(zone)) for value in column]
    ours, theirs = dl.DataFrame({"v": values}), pl.DataFrame({"v": values})
    assert str(ours.schema["v"]) == str(theirs.schema["v"])
    assert ours["v"].to_list() == theirs["v"].to_list() == values
    if values and values[0] is not None:
        assert dl.select(v=dl.lit(values[0])).schema == {"v": dl.Datetime("us", zone)}


@pytest.mark.parametrize("zone", ZONES)
def test_frames_keep_zones_in_files_and_pickles(zone, tmp_path):
    frame = dl.DataFrame({"v": zoned(INSTANTS, zone), "l": zoned(INSTANTS, zone).implode().extend_constant(None, 4)})
    theirs = frame.to_polars()
    frame.write_parquet(tmp_path / "x.parquet")
    frame.write_ipc(tmp_path / "x.arrow")
    assert frame.schema["l"] == dl.List(dl.Datetime("us", zone))
    for again in (dl.read_parquet(tmp_path / "x.parquet"), dl.scan_parquet(tmp_path / "x.parquet").collect(),
                  dl.read_ipc(tmp_path / "x.arrow"), pickle.loads(pickle.dumps(frame)),
                  pickle.loads(pickle.dumps(frame.lazy())).collect()):
        doline.testing.assert_frame_equal(again, frame)
    polars.testing.assert_frame_equal(pl.read_parquet(tmp_path / "x.parquet"), theirs)
    polars.testing.assert_frame_equal(pl.read_ipc(tmp_path / "x.arrow"), theirs)
    # What others write says its zone as Arrow does, or none.
    theirs.write_parquet(tmp_path / "polars.parquet")
    pq.write_table(pa.table(theirs), tmp_path / "arrow.parquet")
    pq.write_table(pa.table(theirs), tmp_path / "plain.parquet", store_schema=False)
    doline.testing.assert_frame_equal(dl.read_parquet(tmp_path / "polars.parquet"), frame)
    doline.testing.assert_frame_equal(dl.read_parquet(tmp_path / "arrow.parquet"), frame)
    assert dl.read_parquet(tmp_path / "plain.parquet").schema["v"] == dl.Datetime("us", "UTC")
    written = tmp_path / "x.parquet"
    assert duckdb.sql(f"SELECT epoch_us(v) FROM '{written}'").fetchall() \
        == dl.sql(f"SELECT epoch_us(v) FROM '{written}'").fetchall()


def both(make):
    """What Polars makes, as Doline does."""
    frames = [make(library) for library in (pl, dl)]
    assert str(frames[0].schema.dtypes()) == str(frames[1].schema.dtypes())
    polars.testing.assert_frame_equal(frames[1].to_polars(), frames[0])
    return frames[1]


def instants(library):
    return library.DataFrame({"n": [1, 2, 3, 4, 5], "at": INSTANTS})


PARIS_OF = "Europe/Paris"
VERBS = {
    "converted": lambda x: x.dt.convert_time_zone(PARIS_OF),
    "converted twice": lambda x: x.dt.convert_time_zone(PARIS_OF).dt.convert_time_zone("Asia/Kolkata"),
    "back to UTC": lambda x: x.dt.convert_time_zone(PARIS_OF).dt.convert_time_zone("UTC"),
    "replaced": lambda x: x.dt.replace_time_zone("Asia/Kolkata"),
    "replaced again": lambda x: x.dt.replace_time_zone("Asia/Kolkata").dt.replace_time_zone("America/New_York"),
    "clock times": lambda x: x.dt.convert_time_zone(PARIS_OF).dt.replace_time_zone(None),
}
OF_ZONED = {
    "itself": lambda x: x, "shifted": lambda x: x.shift(1), "least": lambda x: x.min(), "last": lambda x: x.last(),
    "sorted": lambda x: x.sort(), "filled": lambda x: x.fill_null(strategy="forward"), "reversed": lambda x: x.reverse(),
    "listed": lambda x: x.implode(), "mean": lambda x: x.mean(), "median": lambda x: x.drop_nulls().first(),
    "within": lambda x: x.is_between(x.min(), x.max()), "unique": lambda x: x.unique().sort(),
    "hour": lambda x: x.dt.hour(), "day": lambda x: x.dt.day(), "weekday": lambda x: x.dt.weekday(),
    "date": lambda x: x.dt.date(), "time": lambda x: x.dt.time(), "year": lambda x: x.dt.iso_year(),
    "ordinal": lambda x: x.dt.ordinal_day(), "epoch": lambda x: x.dt.epoch("us"), "minute": lambda x: x.dt.minute(),
    "by the hour": lambda x: x.dt.truncate("1h"), "by the day": lambda x: x.dt.truncate("1d"),
    "by two days": lambda x: x.dt.truncate("2d"), "by the week": lambda x: x.dt.truncate("1w"),
    "by the month": lambda x: x.dt.truncate("1mo"), "by three hours": lambda x: x.dt.truncate("3h"),
    "by half an hour": lambda x: x.dt.truncate("30m"), "rounded": lambda x: x.dt.round("1h"),
    "a day on": lambda x: x.dt.offset_by("1d"), "a day before": lambda x: x.dt.offset_by("-1d"),
    "hours on": lambda x: x.dt.offset_by("25h"), "months on": lambda x: x.dt.offset_by("1mo"),
    "a span on": lambda x: x + dt.timedelta(days=1, hours=1), "a span back": lambda x: x - dt.timedelta(hours=30),
    "apart": lambda x: x - x.shift(1), "begin of month": lambda x: x.dt.month_start(),
    "end of month": lambda x: x.dt.month_end(), "as text": lambda x: x.dt.strftime("%d.%m.%Y %H:%M:%S"),
    "another year": lambda x: x.dt.replace(year=2020), "at one": lambda x: x.slice(0, 3).dt.combine(dt.time(1)),
    "clock times": lambda x: x.dt.replace_time_zone(None), "another zone": lambda x: x.dt.convert_time_zone("Asia/Tokyo"),
    "to a date": lambda x: x.cast(pl.Date if isinstance(x, pl.Expr) else dl.Date),
    "to clock times": lambda x: x.cast((pl if isinstance(x, pl.Expr) else dl).Datetime("us")),
    "to a zone": lambda x: x.cast((pl if isinstance(x, pl.Expr) else dl).Datetime("us", "Asia/Tokyo")),
    "to a number": lambda x: x.cast((pl if isinstance(x, pl.Expr) else dl).Int64),
}


@pytest.mark.parametrize("verb", VERBS)
def test_zones_are_given_as_in_polars(verb):
    both(lambda library: instants(library).select(v=VERBS[verb](library.col("at"))))
    # Of a column that is there, as of one in the making.
    both(lambda library: instants(library).with_columns(v=VERBS[verb](library.col("at"))).select("v"))


@pytest.mark.parametrize("name", OF_ZONED)
def test_columns_with_a_zone_are_as_in_polars(name):
    def made(library):
        frame = instants(library).with_columns(library.col("at").dt.convert_time_zone(PARIS_OF))
        return frame.select(v=OF_ZONED[name](library.col("at")))
    both(made)
    both(lambda library: instants(library).select(
        v=OF_ZONED[name](library.col("at").dt.convert_time_zone(PARIS_OF))))


QUERIES = {
    "choice": lambda p, f: f.select(v=p.when(p.col("n") > 2).then(p.col("at"))),
    "else": lambda p, f: f.select(v=p.coalesce("at", p.lit(dt.datetime(2024, 1, 1, tzinfo=PARIS)))),
    "groups": lambda p, f: f.group_by("at").agg(p.len()).sort("at"),
    "grouped": lambda p, f: f.group_by(p.col("n") % 2).agg(p.col("at").max(), l=p.col("at")).sort("n"),
    "window": lambda p, f: f.select(p.col("at").max().over(p.col("n") % 2)),
    "join": lambda p, f: f.drop_nulls().join(f, on="at", how="left").sort("n"),
    "filter": lambda p, f: f.filter(p.col("at") > dt.datetime(2024, 7, 1, tzinfo=PARIS)),
    "struct": lambda p, f: f.select(p.struct("at", "n").alias("s")).unnest("s"),
    "ends": lambda p, f: f.select(v=p.col("at").head(2).dt.strftime("%H:%M")),
    "backwards": lambda p, f: f.select(v=p.col("at").reverse().dt.convert_time_zone("Asia/Tokyo")),
    "in lists": lambda p, f: f.select(p.col("at").implode()).select(
        p.col("at").list.eval(p.element().dt.convert_time_zone("Asia/Tokyo").dt.truncate("1d"))),
    "selector": lambda p, f: f.with_columns(u=p.col("at").dt.convert_time_zone("UTC")).select(
        p.selectors.datetime(time_zone=PARIS_OF)),
    "concat": lambda p, f: p.concat([f, f]),
    "explode": lambda p, f: f.group_by(p.lit(1).alias("k")).agg("at").explode("at").select("at").sort("at"),
    "days": lambda p, f: f.drop_nulls().sort("at").group_by_dynamic("at", every="1d").agg(p.len()),
    "hours": lambda p, f: f.drop_nulls().sort("at").group_by_dynamic("at", every="3h").agg(p.col("n").sum()),
    "rolling": lambda p, f: f.drop_nulls().sort("at").rolling("at", period="2h").agg(p.len()),
    "range": lambda p, f: p.select(v=p.datetime_range(dt.datetime(2024, 10, 26), dt.datetime(2024, 10, 29), "1d",
                                                      time_zone=PARIS_OF)),
    "range of zoned": lambda p, f: p.select(v=p.datetime_range(
        dt.datetime(2024, 10, 26, tzinfo=PARIS), dt.datetime(2024, 10, 29, tzinfo=PARIS), "12h")),
    "parts": lambda p, f: p.select(v=p.datetime(2024, 7, 1, 12, time_zone=PARIS_OF)),
    "parsed": lambda p, f: p.DataFrame({"t": ["2024-07-01 12:00"]}).select(
        v=p.col("t").str.to_datetime("%Y-%m-%d %H:%M", time_zone=PARIS_OF)),
    "parsed offset": lambda p, f: p.DataFrame({"t": ["2024-07-01 12:00+0500"]}).select(
        v=p.col("t").str.to_datetime("%Y-%m-%d %H:%M%z", time_zone=PARIS_OF)),
    "of numbers": lambda p, f: f.select(v=p.col("n").cast(p.Datetime("us", PARIS_OF))),
    "of clock times": lambda p, f: instants(p).select(v=p.col("at").cast(p.Datetime("us", PARIS_OF))),
}


@pytest.mark.parametrize("name", QUERIES)
def test_queries_over_zoned_columns(name):
    def made(library):
        frame = instants(library).with_columns(library.col("at").dt.convert_time_zone(PARIS_OF))
        return QUERIES[name](library, frame)
    both(made)


def test_zones_that_differ():
    paris = dl.DataFrame({"v": zoned(INSTANTS, "Europe/Paris")})
    tokyo = dl.DataFrame({"v": zoned(INSTANTS, "Asia/Tokyo")})
    with pytest.raises(doline.errors.InvalidArgument):
        dl.concat([paris, tokyo])
    assert dl.concat([paris, tokyo], how="vertical_relaxed").schema == {"v": dl.Datetime("us", "UTC")}
    assert not paris.equals(tokyo)
    with pytest.raises(AssertionError):
        doline.testing.assert_frame_equal(paris, tokyo)
    # The same instants, where Polars refuses to compare.
    assert paris.join(tokyo, on="v").height == 4
    assert paris.hstack([tokyo["v"].alias("t")]).select((dl.col("v") == dl.col("t")).all()).item()


def test_a_zone_that_nobody_knows():
    with pytest.raises(Exception, match="Europe/Paris"):
        dl.DataFrame({"v": zoned(INSTANTS, "UTC")}).select(dl.col("v").dt.convert_time_zone("Europe/Pariss"))
    # Of others' columns the instants stay.
    unknown = pa.table({"v": pa.array([0], pa.timestamp("us", "Nowhere/Town"))})
    assert dl.from_arrow(unknown).schema == {"v": dl.Datetime("us", "UTC")}


def test_fixed_offsets():
    table = pa.table({"v": pa.array([0, None], pa.timestamp("us", "+05:30"))})
    frame = dl.from_arrow(table)
    assert frame.schema == {"v": dl.Datetime("us", "+05:30")}
    assert pa.table(frame)["v"].type == pa.timestamp("us", "+05:30")
    assert frame["v"].to_list()[0].isoformat() == "1970-01-01T05:30:00+05:30"
    series = pd.Series(pd.to_datetime(["2024-07-01 12:00"], utc=True)).dt.tz_convert("+05:30").dt.as_unit("us")
    assert dl.DataFrame({"v": series}).to_pandas()["v"].tolist() == series.tolist()


@pytest.mark.parametrize("zone", ["Europe/Paris", "UTC"])
def test_how_zoned_columns_look(zone):
    def frame(library):
        return library.DataFrame({"at": [dt.datetime(2024, 1, 1, 12), dt.datetime(2024, 7, 1, 12, 0, 0, 500), None]}).select(
            library.col("at").dt.convert_time_zone(zone))
    assert str(frame(dl)) == str(frame(pl))


def test_the_sessions_zone_is_that_of_instants_that_have_none(connection):
    connection.execute("SET TimeZone = 'America/New_York'")
    frame = pl.DataFrame({"p": zoned(INSTANTS, "Europe/Paris")})
    result = connection.execute("SELECT p, p::TIMESTAMPTZ AS plain, hour(p) AS h FROM frame WHERE p IS NOT NULL LIMIT 1")
    assert result.description[0][1] == "TIMESTAMPTZ('Europe/Paris')" and dl.dbapi.DATETIME == result.description[0][1]
    assert [str(value.tzinfo) for value in result.fetchone()[:2]] == ["Europe/Paris", "America/New_York"]
    rows = connection.sql("SELECT p, p::TIMESTAMPTZ AS plain FROM frame").arrow()
    assert [field.type.tz for field in rows.schema] == ["Europe/Paris", "America/New_York"]
    # What was without a zone is so when it comes back.
    assert connection.execute("SELECT typeof(p), typeof(plain) FROM rows LIMIT 1").fetchone() \
        == ("TIMESTAMPTZ('Europe/Paris')", "TIMESTAMP WITH TIME ZONE")


def test_functions_of_python_and_zones(connection):
    given = []

    def later(at: dt.datetime):
        given.append(at)
        return at + dt.timedelta(hours=1)
    connection.create_function("later", later, ["TIMESTAMPTZ('Europe/Paris')"], "TIMESTAMPTZ('Asia/Tokyo')")
    row = connection.execute("SELECT later(TIMESTAMPTZ '2024-07-01 10:00:00+00'), "
                             "typeof(later(TIMESTAMPTZ '2024-07-01 10:00:00+00'))").fetchone()
    assert row[0].isoformat() == "2024-07-01T20:00:00+09:00" and row[1] == "TIMESTAMPTZ('Asia/Tokyo')"
    assert str(given[0].tzinfo) == "Europe/Paris"


@pytest.mark.parametrize("ordered", [True, False])
@given(data=st.data())
def test_categories_of_pandas_stay_in_order(ordered, data):
    categories = data.draw(st.lists(st.text(max_size=3), min_size=1, max_size=5, unique=True))
    values = data.draw(st.lists(st.none() | st.sampled_from(categories), max_size=9))
    series = pd.Series(pd.Categorical(values, categories=categories, ordered=ordered), name="c")
    frame = dl.DataFrame({"c": series})
    assert frame.schema == {"c": dl.Enum(categories)}
    pd.testing.assert_series_equal(frame.to_pandas()["c"], series)
    pd.testing.assert_series_equal(frame.lazy().filter(dl.lit(True)).collect().to_pandas()["c"], series)
    pd.testing.assert_series_equal(pickle.loads(pickle.dumps(frame)).to_pandas()["c"], series)
    assert pa.table(frame)["c"].type.ordered is ordered
    assert frame.to_polars().schema == {"c": pl.Enum(categories)}
    pd.testing.assert_series_equal(dl.from_arrow(pa.table(frame)).to_pandas()["c"], series)


@pytest.mark.parametrize("ordered", [True, False])
def test_files_keep_whether_categories_are_in_order(ordered, tmp_path):
    series = pd.Series(pd.Categorical(["low", None, "high"], categories=["low", "high"], ordered=ordered), name="c")
    frame = dl.DataFrame({"c": series})
    frame.write_parquet(tmp_path / "x.parquet")
    frame.write_ipc(tmp_path / "x.arrow")
    for again in (dl.read_parquet(tmp_path / "x.parquet"), dl.read_ipc(tmp_path / "x.arrow")):
        pd.testing.assert_series_equal(again.to_pandas()["c"], series)
    assert pa.ipc.open_file(tmp_path / "x.arrow").schema.field("c").type.ordered is ordered
    assert frame.sort("c").to_pandas()["c"].tolist()[1:] == ["low", "high"]
    assert np.array_equal(frame.to_pandas()["c"].cat.codes, series.cat.codes)


def test_categories_in_order_and_not_meet():
    one, other = (dl.DataFrame({"c": pd.Categorical(["a", "b"], categories=["a", "b"], ordered=ordered)})
                  for ordered in (True, False))
    assert not dl.concat([one, other]).to_pandas()["c"].cat.ordered
    assert dl.concat([one, one]).to_pandas()["c"].cat.ordered
    assert one.join(other, on="c").height == 2 and one.equals(other)
    assert one.select(dl.col("c").max(), l=dl.col("c").implode()).schema == {
        "c": dl.Enum(["a", "b"]), "l": dl.List(dl.Enum(["a", "b"]))}


def moment(*parts, zone=None):
    return dt.datetime(*parts, tzinfo=zone)


@pytest.mark.parametrize("interval", ["30m", "1h", "6h", "12h", "1d", "1d12h", "1w", "1mo"])
@pytest.mark.parametrize("closed", ["both", "none"])
@pytest.mark.parametrize("zone", ["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "UTC"])
@pytest.mark.parametrize("bounds", [((2024, 10, 26, 22), (2024, 10, 27, 6)), ((2024, 3, 30, 12), (2024, 4, 8, 12)),
                                    ((2024, 1, 31, 23), (2025, 3, 31, 23)), ((2024, 5, 1), (2024, 4, 1))])
def test_ranges_over_changes_of_clocks(interval, closed, zone, bounds):
    begin, end = (moment(*bound) for bound in bounds)
    both(lambda p: p.select(v=p.datetime_range(begin, end, interval, closed=closed, time_zone=zone)))
    begin, end = (moment(*bound, zone=ZoneInfo(zone)) for bound in bounds)
    both(lambda p: p.select(v=p.datetime_range(begin, end, interval, closed=closed)))


def test_dates_between_instants_are_dates():
    for zone in (PARIS, None):
        begin, end = moment(2024, 10, 26, 23, zone=zone), moment(2024, 10, 28, 1, zone=zone)
        both(lambda p: p.select(v=p.date_range(begin, end, "1d")))


def test_times_that_clocks_show_twice_or_never_are_told():
    def parsed(text, *format):
        return dl.select(dl.lit(text).str.to_datetime(*format, time_zone=PARIS_OF))
    for begin, what in ((moment(2024, 10, 27, 2, 30), "twice"), (moment(2024, 3, 31, 2, 30), "never")):
        day = dl.lit(begin.replace(hour=0, minute=0)).dt.replace_time_zone(PARIS_OF)
        for make in (lambda: dl.datetime_range(begin, begin + dt.timedelta(1), time_zone=PARIS_OF, eager=True),
                     lambda: parsed(begin.isoformat(" "), "%Y-%m-%d %H:%M:%S"),
                     lambda: parsed(begin.isoformat(" ")), lambda: dl.select(day.dt.combine(begin.time()))):
            with pytest.raises(doline.errors.InvalidArgument, match=what):
                make()
    # What says its offset is no such time.
    assert parsed("2024-10-27 02:30:00+01:00").item() == moment(2024, 10, 27, 2, 30, zone=PARIS).replace(fold=1)
    assert parsed(None).item() is None
    assert dl.select(dl.lit("x").str.to_datetime(time_zone=PARIS_OF, strict=False)).item() is None


def test_units_of_instants():
    at = dl.lit(moment(2024, 7, 1, 12, 0, 0, 1500))
    zoned_at = at.dt.convert_time_zone(PARIS_OF)
    both(lambda p: p.select(v=p.lit(moment(2024, 7, 1, 12, zone=PARIS)).dt.cast_time_unit("us")))
    both(lambda p: p.select(v=p.lit(moment(2024, 7, 1, 12, 0, 0, 1500)).dt.cast_time_unit("ms")))
    begin = moment(2024, 1, 1, zone=PARIS)
    for make in (lambda: zoned_at.dt.cast_time_unit("ms"), lambda: zoned_at.dt.cast_time_unit("ns"),
                 lambda: at.cast(dl.Datetime("ns")).dt.replace_time_zone(PARIS_OF),
                 lambda: at.cast(dl.Datetime("ns")).dt.convert_time_zone(PARIS_OF),
                 lambda: dl.datetime(2024, 1, 1, time_unit="ms", time_zone=PARIS_OF),
                 lambda: dl.datetime_range(begin, begin, time_unit="ms"),
                 lambda: dl.datetime_range(begin.replace(tzinfo=None), begin, time_unit="ns", time_zone=PARIS_OF)):
        with pytest.raises(doline.errors.NotSupported, match="microseconds"):
            dl.select(make())
    assert dl.select(at.cast(dl.Datetime("ns")).dt.replace_time_zone(None)).schema == {"literal": dl.Datetime("ns")}


def test_zones_are_names_or_pythons_own():
    at = dl.lit(moment(2024, 7, 1, 12))
    for name in ("replace_time_zone", "convert_time_zone"):
        of_object, of_name = (dl.select(getattr(at.dt, name)(zone)) for zone in (PARIS, PARIS_OF))
        assert of_object.equals(of_name) and of_object.schema == {"literal": dl.Datetime("us", PARIS_OF)}
    with pytest.raises(TypeError, match="replace_time_zone"):
        at.dt.convert_time_zone(None)


CLOCK = dt.datetime(2024, 7, 1, 12)
MADE = {
    "series": lambda p, z: p.Series("v", [CLOCK, None], dtype=z).to_frame(),
    "schema": lambda p, z: p.DataFrame({"v": [CLOCK, None]}, schema={"v": z}),
    "overrides": lambda p, z: p.DataFrame({"v": [CLOCK, None]}, schema_overrides={"v": z}),
    "rows": lambda p, z: p.DataFrame([(CLOCK,), (None,)], schema={"v": z}, orient="row"),
    "dicts": lambda p, z: p.DataFrame([{"v": CLOCK}], schema={"v": z}),
    "nothing": lambda p, z: p.DataFrame({"v": []}, schema={"v": z}),
    "dates": lambda p, z: p.DataFrame({"v": [CLOCK.date()]}, schema={"v": z}),
    "numbers": lambda p, z: p.DataFrame({"v": [1]}, schema={"v": z}),
    "lists": lambda p, z: p.DataFrame({"v": [[CLOCK, None], None, []]}, schema={"v": p.List(z)}),
    "lists of lists": lambda p, z: p.DataFrame({"v": [[[CLOCK]], None]}).select(p.col("v").cast(p.List(p.List(z)))),
    "lists to arrays": lambda p, z: p.DataFrame({"v": [[CLOCK] * 2]}).select(p.col("v").cast(p.Array(z, 2))),
    "arrays": lambda p, z: p.DataFrame({"v": [[CLOCK] * 2]}, schema={"v": p.Array(p.Datetime("us"), 2)}).select(
        p.col("v").cast(p.Array(z, 2))),
    "structs": lambda p, z: p.DataFrame({"v": [{"a": CLOCK, "b": 1}, None]}).select(
        p.col("v").cast(p.Struct({"a": z, "b": p.Float64}))),
    "lists of structs": lambda p, z: p.DataFrame({"v": [[{"a": CLOCK}, None]]}).select(
        p.col("v").cast(p.List(p.Struct({"a": z})))),
    "lists to clock times": lambda p, z: p.DataFrame({"v": [[CLOCK.replace(tzinfo=PARIS)]]}).select(
        p.col("v").cast(p.List(p.Datetime("us")))),
    "CSV": lambda p, z: p.read_csv(b"v\n2024-07-01 12:00:00\n", schema_overrides={"v": z}),
    "CSV with an offset": lambda p, z: p.read_csv(b"v\n2024-07-01 12:00:00Z\n", schema_overrides={"v": z}),
}


@pytest.mark.parametrize("zone", ["UTC", "Europe/Paris"])
@pytest.mark.parametrize("name", MADE)
def test_clock_times_that_get_a_zone_are_of_utc(name, zone):
    both(lambda p: MADE[name](p, p.Datetime("us", zone)))


def test_nulls_of_a_csv_column_of_a_zone():
    frame = dl.read_csv(b"v,w\n2024-07-01 12:00:00,1\n-,2\n", null_values={"v": "-"},
                        schema_overrides={"v": dl.Datetime("us", PARIS_OF)})
    assert frame["v"].to_list() == [CLOCK.replace(tzinfo=dt.timezone.utc), None]


def test_a_struct_of_other_fields_is_no_struct_of_instants():
    series = dl.Series([{"a": CLOCK}])
    with pytest.raises(doline.errors.NotSupported):
        series.cast(dl.Struct({"x": dl.Datetime("us", PARIS_OF)}))


@pytest.mark.parametrize("values", [
    [moment(2024, 10, 26, 12), None, None, moment(2024, 10, 27, 12)], [None, moment(2024, 1, 1), None],
    [moment(2024, 1, 1), None, moment(2024, 1, 1, 1, 0, 0, 1)], []])
def test_what_lies_between_instants_and_times_of_day(values):
    for zone in (PARIS_OF, "UTC"):
        both(lambda p: p.DataFrame({"v": values}, schema={"v": p.Datetime("us", zone)}).interpolate())
    times = [value and value.time().replace(microsecond=0) for value in values]  # Polars' have nanoseconds
    both(lambda p: p.DataFrame({"v": times}, schema={"v": p.Time}).interpolate())


def test_upsampled_rows():
    both(lambda p: p.DataFrame({"t": [moment(2024, 10, 26, 22, zone=PARIS), moment(2024, 10, 27, 6, zone=PARIS)],
                                "v": [1, 2]}).upsample("t", every="1h"))
    frame = dl.DataFrame({"t": [CLOCK], "v": [1]})
    assert frame.clear().upsample("t", every="1d").equals(frame.clear())
    for every in ("0d", "-1d", dt.timedelta(0)):
        with pytest.raises(doline.errors.InvalidArgument):
            frame.upsample("t", every=every)
    with pytest.raises(doline.errors.InvalidArgument, match="missing"):
        dl.DataFrame({"t": [CLOCK, None]}).upsample("t", every="1d")
    with pytest.raises(doline.errors.NotSupported):
        frame.with_columns(dl.col("t").cast(dl.Datetime("ns"))).upsample("t", every="1d")


@pytest.mark.parametrize("nested", [lambda p, x: x.implode(), lambda p, x: p.struct(a=x),
                                    lambda p, x: p.struct(a=x).implode()])
def test_zones_within_lists_and_structs_are_compared(nested):
    frames = [dl.DataFrame({"v": zoned(INSTANTS, zone)}).select(v=nested(dl, dl.col("v"))) for zone in ZONES[:2]]
    assert not frames[0].equals(frames[1]) and frames[0].equals(frames[0].clone())
    with pytest.raises(AssertionError):
        doline.testing.assert_frame_equal(*frames)


def test_categories_stay_in_order_where_values_are_set():
    series = dl.DataFrame({"c": pd.Categorical(["a", "b", None], categories=["a", "b"], ordered=True)})["c"]

    def is_ordered(series):
        return series.to_frame().to_pandas()["c"].cat.ordered
    assert is_ordered(series.cast(series.dtype)) and is_ordered(series.set(dl.Series([True, False, True]), "b"))
    changed = series.clone()
    changed[dl.Series([False, True, True])] = None
    assert changed.to_list() == ["a", None, None] and is_ordered(changed)


def every_four_hours(p, around, zone):
    begin = dt.datetime(*around)
    times = [begin + dt.timedelta(hours=4 * i) for i in range(-12, 12)]
    frame = p.DataFrame({"t": times, "n": range(24)})
    return frame.select(p.col("t").dt.convert_time_zone(zone) if zone else "t", p.col("n").cast(p.Int64))


@pytest.mark.parametrize("around", [(2024, 10, 27, 1), (2024, 3, 31, 1)])
@pytest.mark.parametrize("zone", ["Europe/Paris", "UTC", None])
@pytest.mark.parametrize("period", ["1d", "24h", "2d", "1w", dt.timedelta(days=1)])
@pytest.mark.parametrize("closed", ["left", "right", "both", "none"])
def test_windows_of_days_are_of_the_zones_calendar(period, zone, around, closed):
    both(lambda p: every_four_hours(p, around, zone).rolling("t", period=period, closed=closed).agg(p.len()))
    both(lambda p: every_four_hours(p, around, zone).select(p.col("n").rolling_min_by("t", period, closed=closed)))
    for every in ("6h", "12h", "1d"):
        both(lambda p: every_four_hours(p, around, zone).group_by_dynamic(
            "t", every=every, period=period, closed=closed).agg(p.col("n").sum()))
