"""Options and arguments that change an answer do so, as with Polars."""

import bz2
import datetime as dt
import gzip
import io
import tarfile

import doline
import polars
import pytest

from frames.peer import both, check

NAN = float("nan")
TIMES = {
    "d": [None, dt.date(2024, 1, 1), None, dt.date(2024, 1, 4), None, None, dt.date(2024, 1, 1)],
    "t": [None, dt.datetime(2024, 1, 1), None, None, dt.datetime(2024, 1, 1, 0, 0, 1), None,
          dt.datetime(1969, 1, 1, 0, 0, 0, 3)],
    "s": [dt.timedelta(1), None, dt.timedelta(2), None, None, dt.timedelta(0, 1), None],
    "f": [1.0, None, 2.0, 1.0, None, 2.0, None], "i": [1, None, 4, 1, None, 4, None],
    "b": [True, None, False, None, None, True, None], "x": ["a", None, "b", None, None, None, "c"],
}
JSON = b'{"a":1,"b":"x","l":[1,2],"d":"2024-01-01"}\n{"a":2,"b":"y","l":null,"d":null}\n'

EXAMPLES = {
    "values before a series": lambda pl, d: pl.Series("a", [1, 5, 9]).clip(0, pl.Series([0, 4, 20])),
    "a series by its name": lambda pl, d: pl.Series("a", [1, 5, 9]).clip(upper_bound=pl.Series([0, 4, 20])),
    "between a value and a series": lambda pl, d: pl.Series("a", [1, 5, 9]).is_between(
        0, pl.Series([0, 5, 20])),
    "degrees of freedom in lists": lambda pl, d: pl.DataFrame({"a": [[1, 2, 4], [], None, [5]]}).select(
        *[getattr(pl.col("a").list, name)(ddof).alias(f"{name}{ddof}")
          for name in ("std", "var") for ddof in (0, 1, 2)]),
    "ranges at once": lambda pl, d: pl.int_ranges(0, 3, eager=True),
    "a range to the length": lambda pl, d: d.numbers.select(pl.int_range(2, pl.len())),
    "every other place": lambda pl, d: d.numbers.select(pl.int_range(0, pl.len(), 2)),
    "NaN is not clipped": lambda pl, d: pl.Series("a", [NAN, 5.0, -5.0, None]).clip(0, 1),
    "days are clipped": lambda pl, d: d.people.select(pl.col("born").clip(upper_bound=dt.date(1995, 1, 1))),
    "interpolated": lambda pl, d: pl.DataFrame(TIMES).interpolate(),
    "interpolated milliseconds": lambda pl, d: pl.DataFrame(TIMES).select(
        pl.col("t").cast(pl.Datetime("ms")).interpolate()),
    "interpolated decimals": lambda pl, d: pl.DataFrame({"a": [1, None, 2]}).cast(pl.Decimal(10, 2))
        .interpolate(),
    "slices to the end but some": lambda pl, d: d.numbers.slice(1, -2),
    "slices from the end but some": lambda pl, d: d.numbers.slice(-3, -1),
    "hexadecimals with signs": lambda pl, d: pl.Series(
        "a", ["-ff", "+f", "10", None, "-8000000000000000", "7fffffffffffffff"]).str.to_integer(base=16),
    "hexadecimals that are none": lambda pl, d: pl.Series("a", ["zz", "", "-", "a"]).str.to_integer(
        base=16, strict=False),
    "lines of JSON by a schema": lambda pl, d: pl.read_ndjson(
        io.BytesIO(JSON), schema={"a": pl.Float64, "none": pl.String, "l": pl.List(pl.Int16), "d": pl.Date}),
    "JSON by a schema": lambda pl, d: pl.read_json(
        io.BytesIO(b'[{"a":1,"b":"x"},{"a":null,"b":"y"}]'), schema={"a": pl.Float64}),
}
STRUCTS = {"s": [{"id": 1, "grp": "a"}, {"id": 2, "grp": "b"}, None], "x": [1, 2, 3]}
SMOOTHED = [None, 1.0, None, 3, 4, None, None, 2.5, 2.5]
EXAMPLES |= {
    **{f"a {how} join by an expression": lambda pl, d, how=how: d.sales.join(
        pl.DataFrame({"code": ["X", "Y"], "v": [1, 2]}), left_on=pl.col("shop").str.to_uppercase(),
        right_on="code", how=how, maintain_order="left_right").sort(pl.all())
       for how in ("inner", "left", "right", "full")},
    "all fields": lambda pl, d: pl.DataFrame(STRUCTS).select(pl.col("s").struct.field("*")),
    "two fields": lambda pl, d: pl.DataFrame(STRUCTS).select(pl.col("s").struct.field("grp", "id")),
    "a list of fields": lambda pl, d: pl.DataFrame(STRUCTS).select(pl.col("s").struct.field(["grp"])),
    "fields of a pattern": lambda pl, d: pl.DataFrame(STRUCTS).with_columns(
        (pl.col("s").struct.field("^i.*$") + 1).name.suffix("_y")),
    "structs taken apart": lambda pl, d: pl.DataFrame(STRUCTS).with_columns(pl.col("s").struct.unnest()),
    "windows inside lists": lambda pl, d: d.lists.select(
        *[pl.col("l").list.eval(call(pl.element())).alias(name) for name, call in {
            "sum": lambda e: e.cum_sum(), "max": lambda e: e.cum_max(reverse=True), "shift": lambda e: e.shift(1),
            "diff": lambda e: e.diff(), "twice": lambda e: (e * 2).cum_sum(), "rank": lambda e: e.rank()}.items()]),
    **{f"{name} {options}": lambda pl, d, name=name, options=options: getattr(
        pl.Series("a", SMOOTHED), name)(com=1.5, **options).round(9)
       for name in ("ewm_var", "ewm_std") for options in (
           {}, {"adjust": False}, {"ignore_nulls": True}, {"bias": True}, {"min_samples": 2},
           {"adjust": False, "ignore_nulls": True, "bias": True})},
    "dummies": lambda pl, d: pl.DataFrame({"a": ["x", None, "y", "x"], "b": [1, 2, 1, 1]}).to_dummies(),
    "dummies but the first": lambda pl, d: pl.DataFrame({"a": ["x", None, "y", "x"]}).to_dummies(drop_first=True),
    "a glimpse of instants": lambda pl, d: d.times.select(pl.col("at").dt.replace_time_zone(
        "Europe/Paris")).glimpse(return_type="string"),
    "keys of other names by time": lambda pl, d: d.trades.join_asof(d.quotes.select(
        "quote", until="at"), left_on="at", right_on="until"),
    "keys of other names by time, nearest": lambda pl, d: d.trades.join_asof(d.quotes.select(
        "quote", until="at"), left_on="at", right_on="until", strategy="nearest"),
    "keys of names that the left has, by time": lambda pl, d: d.trades.join_asof(d.quotes.select(
        "quote", trade="at"), left_on="at", right_on="trade"),
    "smoothed spread of what is constant": lambda pl, d: pl.DataFrame({"a": [0.1] * 9 + [None, 0.1]}).select(
        *[getattr(pl.col("a"), name)(alpha=0.3, adjust=adjust).alias(f"{name} {adjust}")
          for name in ("ewm_mean", "ewm_var", "ewm_std") for adjust in (True, False)]),
    "bounds of smoothing": lambda pl, d: d.numbers.select(pl.col("f").ewm_mean(com=0).alias("com"),
                                                          pl.col("f").ewm_mean(span=1).alias("span")),
    "typed elements of rows left": lambda pl, d: d.lists.select(
        pl.col("l").shift(1).drop_nulls().list.eval(pl.element().cast(pl.Datetime("us")))),
    "fields of all structs": lambda pl, d: d.structs.select(pl.all().struct.field("*")),
    "some fields of all structs": lambda pl, d: d.structs.select(pl.all().struct.field("b", "a")),
    "all structs as columns": lambda pl, d: d.structs.select(pl.all().struct.unnest()),
    "roots of fields": lambda pl, d: pl.Series("roots", pl.col("s").struct.field("*").meta.root_names()),
    "a glimpse": lambda pl, d: d.lists.select("k", "l", pl.lit("x").alias("a text")).glimpse(return_type="string"),
}


@both(EXAMPLES)
def test_example(example):
    check(example)


@pytest.mark.parametrize("given, mask, value", [
    ([1, 2, 3], [False, True, True], 9), ([1, 2, 3], [False, True, True], None), ([1], [True], 5),
    (["x", "y"], [True, False], "q"), ([1, 2], [True, None], 5), ([1.5, 2.5], [False, False], 3)])
def test_values_are_put_where_a_mask_says_so(given, mask, value):
    results = []
    for module in (polars, doline):
        series = module.Series("a", given)
        series[module.Series("m", mask)] = value
        results.append((series.to_list(), str(series.dtype)))
    assert results[0] == results[1]


MOMENTS = {"t": [dt.date(2024, 1, 1), dt.date(2024, 1, 3), dt.date(2024, 2, 1), dt.date(2024, 2, 2)],
           "g": ["a", "a", "b", "b"], "h": [None] * 4, "v": [1, 2, 3, 4]}


@pytest.mark.parametrize("every, keys", [
    ("1d", "g"), ("1d", ["g", "h"]), ("5d", None), ("1mo", None), ("1mo", ["g"])])
def test_moments_in_between(every, keys):
    expected = polars.DataFrame(MOMENTS).upsample("t", every=every, group_by=keys, maintain_order=True)
    assert doline.DataFrame(MOMENTS).upsample("t", every=every, group_by=keys).rows() == expected.rows()


@pytest.mark.parametrize("times, every", [
    ([0, 10], "5i"), ([dt.datetime(2024, 1, 1), dt.datetime(2024, 1, 1, 2)], "30m"), ([3], "1i")])
def test_moments_of_other_types(times, every):
    frame = {"t": times, "v": list(range(len(times)))}
    expected = polars.DataFrame(frame).upsample("t", every=every)
    assert doline.DataFrame(frame).upsample("t", every=every).rows() == expected.rows()


def test_rows_are_drawn_again():
    frame = doline.DataFrame({"a": [1, 2, 3]})
    drawn = frame.sample(200, with_replacement=True, seed=3)
    assert drawn.height == 200 and set(drawn["a"].to_list()) == {1, 2, 3}
    assert drawn.equals(frame.sample(200, with_replacement=True, seed=3))
    assert not drawn.equals(frame.sample(200, with_replacement=True, seed=4))
    assert doline.DataFrame({"Row": [1]}).sample(2, with_replacement=True).rows() == [(1,), (1,)]


@pytest.mark.parametrize("offset, length", [(0, -1), (1, -1), (-2, 1), (1, None)])
def test_parts_of_series_count_from_their_length(offset, length):
    expected = polars.DataFrame({"a": [1, 2, 3]}).slice(offset, length)["a"].to_list()
    assert doline.Series([1, 2, 3]).slice(offset, length).to_list() == expected


def test_fields_without_some():
    """Polars has no such exclude: it is that of columns."""
    frame, fields = doline.DataFrame({"s": [{"a": 1, "b": "x"}]}), doline.col("s").struct.field("*")
    for excluded in ("a", doline.Int64):
        assert frame.select(fields.exclude(excluded)).rows() == [("x",)]
    with pytest.raises(doline.NotSupported, match="2 columns of structs"):
        frame.with_columns(t=doline.col("s")).select(doline.all().struct.unnest())


def test_frames_of_other_libraries_are_read_once():
    class Counted:
        read = 0

        def __arrow_c_stream__(self, requested_schema=None):
            Counted.read += 1
            return polars.DataFrame({"a": [1, 2]}).__arrow_c_stream__()

    context = doline.SQLContext(t=Counted())
    for _ in range(3):
        assert context.execute("SELECT sum(a) AS s FROM t", eager=True).item() == 3
    assert Counted.read == 1


REFUSED = {
    "keys of joins by time": lambda pl: pl.DataFrame({"t": [1], "a": [1], "b": [1]}).join_asof(
        pl.DataFrame({"t": [1], "c": [1]}), on="t", by_left=["a", "b"], by_right=["c"]),
    "names of joins by time": lambda pl: pl.DataFrame({"t": [1], "v": [1], "v_right": [1]}).join_asof(
        pl.DataFrame({"t": [1], "v": [1]}), on="t"),
    "steps that go nowhere": lambda pl: pl.DataFrame({"a": [1]}).gather_every(0),
    "encodings": lambda pl: pl.select(pl.lit(b"x").bin.encode("utf9")),
    "slices of lazy frames": lambda pl: pl.LazyFrame({"a": [1]}).slice(0, -1),
    "columns without a place": lambda pl: pl.DataFrame({"a": [1]}).get_column_index("b"),
    "order of no column": lambda pl: pl.LazyFrame({"a": [1]}).set_sorted("b").collect(),
    **{f"smoothing by {way}={value}": lambda pl, way=way, value=value: pl.DataFrame({"a": [1, 2]}).select(
        pl.col("a").ewm_mean(**{way: value}))
       for way, value in (("half_life", 0), ("half_life", -1), ("com", -1), ("span", -1), ("span", 0.5),
                          ("alpha", 0), ("alpha", 1.5))},
    "filters by what is no condition": lambda pl: pl.DataFrame({"i": [1]}).select(
        pl.col("i").filter(pl.col("i"))),
    "empty files": lambda pl: pl.read_csv(io.BytesIO(b"")),
}


@pytest.mark.parametrize("call", list(REFUSED.values()), ids=list(REFUSED))
def test_both_refuse(call):
    with pytest.raises((polars.exceptions.PolarsError, ValueError)):
        call(polars)
    with pytest.raises(doline.errors.Error) as caught:
        call(doline)
    assert str(caught.value).startswith(f"error[{caught.value.code}]: ")


def test_nothing_becomes_rows():
    frame = {"k": [1], "x": [2]}
    expected = polars.DataFrame(frame).unpivot(on=[], index="k")
    given = doline.DataFrame(frame).unpivot(on=[], index="k")
    assert (given.columns, given.height) == (expected.columns, expected.height)


@pytest.mark.parametrize("values, value, among", [
    ([1, 3], 3, True), ([1, 3], 2, False), ([1, None], None, True), ([1], None, False), (["x"], "x", True),
    ([1], "x", False), ([[1], [2]], [1], True), ([], 1, False), ([1], "1", False), (["1"], 1, False),
    ([dt.date(2024, 1, 1)], "2024-01-01", False), ([dt.date(2024, 1, 1)], dt.date(2024, 1, 1), True),
    ([True], "true", False), ([b"a"], "a", False), ([b"a"], b"a", True), ([1.0], 1, True)])
def test_values_are_looked_for_in_series(values, value, among):
    assert (value in doline.Series("a", values)) is among


def files(folder):
    (folder / "a.csv").write_bytes(b"a,b\n1,x\n2,y\n")
    (folder / "a.csv.gz").write_bytes(gzip.compress(b"a,b\n1,x\n2,y\n"))
    polars.DataFrame({"q": [1, 2]}).write_parquet(folder / "a.parquet")


@pytest.mark.parametrize("read, name", [
    ("read_csv", "a.csv"), ("read_csv", "a.csv.gz"), ("read_parquet", "a.parquet")])
def test_open_files_are_read_in_place(tmp_path, read, name):
    files(tmp_path)
    with open(tmp_path / name, "rb") as mine, open(tmp_path / name, "rb") as theirs:
        expected = getattr(polars, read)(theirs)
        for _ in range(2):  # it is read by a descriptor of its own
            assert getattr(doline, read)(mine).rows() == expected.rows()
            assert mine.tell() == 0


def test_packed_members_of_files_are_read(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"a,b\n1,x\n2,y\n")
    with tarfile.open(tmp_path / "a.tar", "w") as tar:
        tar.add(tmp_path / "a.csv", "a.csv")
    with bz2.open(tmp_path / "a.csv.bz2", "wb") as file:
        file.write(b"a,b\n1,x\n2,y\n")
    with tarfile.open(tmp_path / "a.tar") as tar, bz2.open(tmp_path / "a.csv.bz2") as file:
        for source in (tar.extractfile("a.csv"), io.BufferedReader(file)):
            assert doline.read_csv(source).rows() == [(1, "x"), (2, "y")]


def test_open_files_that_have_gone_on_are_read_from_there(tmp_path):
    files(tmp_path)
    with open(tmp_path / "a.csv", "rb") as file:
        file.readline()
        assert doline.read_csv(file, has_header=False).rows() == [(1, "x"), (2, "y")]


def test_queries_over_open_files_outlive_these(tmp_path):
    files(tmp_path)
    file = open(tmp_path / "a.parquet", "rb")
    lazy = doline.scan_parquet(file)
    file.close()
    (tmp_path / "a.parquet").unlink()
    assert lazy.collect().rows() == [(1,), (2,)]
