"""Frames of other libraries in and out: every type, both ways, and without copies where that is said."""

import datetime as dt
import decimal
import enum
import uuid

import doline
import numpy as np
import pandas as pd
import polars as pl
import polars.testing
import pyarrow as pa
import pytest
from doline.interchange import stream_of

# SQL of a value → what it is in Python, in Arrow, and the dtype it has in pandas, without and with a
# NULL beside it.
EVERY_TYPE = {
    "BOOLEAN": ("true", True, pa.bool_(), "bool", "boolean"),
    "TINYINT": ("-5", -5, pa.int8(), "int8", "Int8"),
    "SMALLINT": ("300", 300, pa.int16(), "int16", "Int16"),
    "INTEGER": ("70000", 70000, pa.int32(), "int32", "Int32"),
    "BIGINT": ("9007199254740993", 9007199254740993, pa.int64(), "int64", "Int64"),
    "UTINYINT": ("255", 255, pa.uint8(), "uint8", "UInt8"),
    "USMALLINT": ("65535", 65535, pa.uint16(), "uint16", "UInt16"),
    "UINTEGER": ("4294967295", 2**32 - 1, pa.uint32(), "uint32", "UInt32"),
    "UBIGINT": ("18446744073709551615", 2**64 - 1, pa.uint64(), "uint64", "UInt64"),
    "HUGEINT": ("170141183460469231731687303715884105", 170141183460469231731687303715884105,
                pa.decimal128(38, 0), "object", "object"),
    "FLOAT": ("0.5", 0.5, pa.float32(), "float32", "float32"),
    "DOUBLE": ("0.1", 0.1, pa.float64(), "float64", "float64"),
    "DECIMAL(10,2)": ("-1.05", decimal.Decimal("-1.05"), pa.decimal128(10, 2), "object", "object"),
    "VARCHAR": ("'grüße'", "grüße", pa.string(), "str", "str"),
    "BLOB": ("'ab'", b"ab", pa.binary(), "object", "object"),
    "DATE": ("'2024-02-29'", dt.date(2024, 2, 29), pa.date32(), "datetime64[s]", "datetime64[s]"),
    "TIME": ("'23:59:59.5'", dt.time(23, 59, 59, 500000), pa.time64("us"), "object", "object"),
    "TIMESTAMP": ("'1969-12-31 23:59:59.999999'", dt.datetime(1969, 12, 31, 23, 59, 59, 999999),
                  pa.timestamp("us"), "datetime64[us]", "datetime64[us]"),
    "TIMESTAMP_S": ("'2024-01-01 00:00:01'", dt.datetime(2024, 1, 1, 0, 0, 1), pa.timestamp("s"),
                    "datetime64[s]", "datetime64[s]"),
    "TIMESTAMP_MS": ("'2024-01-01 00:00:01.5'", dt.datetime(2024, 1, 1, 0, 0, 1, 500000),
                     pa.timestamp("ms"), "datetime64[ms]", "datetime64[ms]"),
    "TIMESTAMP_NS": ("'2024-01-01 00:00:01.5'", dt.datetime(2024, 1, 1, 0, 0, 1, 500000),
                     pa.timestamp("ns"), "datetime64[ns]", "datetime64[ns]"),
    "TIMESTAMPTZ": ("'2024-01-01 12:00:00+02'", dt.datetime(2024, 1, 1, 10, tzinfo=dt.timezone.utc),
                    pa.timestamp("us", "UTC"), "datetime64[us, UTC]", "datetime64[us, UTC]"),
    "INTERVAL": ("'3 days 1 second'", dt.timedelta(days=3, seconds=1), pa.month_day_nano_interval(),
                 "timedelta64[us]", "timedelta64[us]"),
    "UUID": ("'00000000-0000-0000-0000-00000000000a'", uuid.UUID(int=10), pa.uuid(), "object", "object"),
    "JSON": ("'{\"a\": 1}'", '{"a": 1}', None, "str", "str"),
    "INTEGER[]": ("[1, NULL, 3]", [1, None, 3], pa.list_(pa.field("l", pa.int32())), "object", "object"),
    "INTEGER[2]": ("[1, 2]", [1, 2], pa.list_(pa.int32(), 2), "object", "object"),
    "STRUCT(a INTEGER, b VARCHAR[])": ("{'a': 1, 'b': ['x']}", {"a": 1, "b": ["x"]}, None, "object",
                                       "object"),
    "MAP(VARCHAR, INTEGER)": ("MAP {'k': 1}", {"k": 1}, None, "object", "object"),
}


@pytest.mark.parametrize("name", EVERY_TYPE)
def test_every_type_in_python_arrow_and_pandas(name):
    value, python, arrow, plain, nullable = EVERY_TYPE[name]
    one = doline.sql(f"SELECT {value}::{name} AS v")
    both = doline.sql(f"SELECT {value}::{name} AS v UNION ALL SELECT NULL")
    assert (one.fetchall(), both.fetchall()) == ([(python,)], [(python,), (None,)])
    assert type(one.fetchone()[0]) is type(python)
    if arrow is not None:
        assert one.arrow().schema.field("v").type == arrow
    assert (str(one.df()["v"].dtype), str(both.df()["v"].dtype)) == (plain, nullable)
    assert both.df()["v"].isna().tolist() == [False, True]


@pytest.mark.parametrize("name", EVERY_TYPE)
def test_every_type_as_a_parameter_and_back(name):
    _, python, *_ = EVERY_TYPE[name]
    assert doline.sql("SELECT ? AS v", [python]).fetchall() == [(python,)]
    if not isinstance(python, dict):  # a STRUCT, which does not become a MAP
        assert doline.sql(f"SELECT ?::{name} AS v", [python]).fetchall() == [(python,)]


@pytest.mark.parametrize("name", [name for name in EVERY_TYPE if name not in ("HUGEINT", "JSON")])
def test_every_type_through_arrow_and_back(name):
    value, *_ = EVERY_TYPE[name]
    table = doline.sql(f"SELECT {value}::{name} AS v UNION ALL SELECT NULL").arrow()
    assert pa.table(doline._engine.Table.collect(table)).equals(table)
    assert doline.sql('FROM "table"').arrow().equals(table)


@pytest.mark.parametrize("series", [
    pd.Series([1, 2], dtype="int8"), pd.Series([1, None], dtype="Int64"),
    pd.Series([True, None], dtype="boolean"), pd.Series([0.5, None], dtype="float64"),
    pd.Series(["a", None], dtype="str"),
    pd.Series(["b", None, "a"], dtype=pd.CategoricalDtype(["a", "b", "c"])),
    pd.Series(pd.to_datetime(["2024-01-01 00:00:00.123456789", None])),
    pd.Series(pd.to_datetime(["2024-01-01", None])).dt.as_unit("s"),
    pd.Series(pd.to_datetime(["2024-01-01", None])).dt.as_unit("us").dt.tz_localize("UTC"),
    pd.Series(pd.to_timedelta([1500, None], unit="ms")).dt.as_unit("us"),
    pd.Series([], dtype="int64"), pd.Series([], dtype="str"),
], ids=lambda series: f"{series.dtype}-{len(series)}")
def test_pandas_comes_back_as_it_went(series):
    frame = pd.DataFrame({"v": series})
    pd.testing.assert_frame_equal(doline.sql("FROM frame").df(), frame, check_categorical=True)


@pytest.mark.parametrize("series, expected", [
    (pd.Series([1.5, float("nan")]), [1.5, None]),
    (pd.Series(pd.arrays.FloatingArray(np.array([0.0, np.nan, 1.0]), np.array([False, False, True]))),
     [0.0, "nan", None]),
    (pd.Series(["x", float("nan"), None, pd.NA], dtype=object), ["x", None, None, None]),
    (pd.Series([1, "x"], dtype=object), doline.errors.ConversionError),
    (pd.Series([dt.date(2024, 1, 1), None], dtype=object), [dt.date(2024, 1, 1), None]),
    (pd.Series([decimal.Decimal("1.5"), decimal.Decimal("10.25")]), [decimal.Decimal("1.50"),
                                                                    decimal.Decimal("10.25")]),
    (pd.Series([[1, 2], None]), [[1, 2], None]),
    (pd.Series([1, None], dtype=pd.ArrowDtype(pa.int32())), [1, None]),
    (pd.Series(pd.Categorical([3, 1, None])), [3, 1, None]),
    (pd.Series(pd.to_datetime(["2024-07-01 12:00"])).dt.tz_localize("Europe/Paris"),
     [dt.datetime(2024, 7, 1, 10, tzinfo=dt.timezone.utc)]),
    (pd.Series([1 + 2j]), doline.NotSupported),
    (pd.Series(pd.period_range("2024", periods=1, freq="M")), doline.NotSupported),
], ids=lambda value: getattr(value, "__name__", str(getattr(value, "dtype", ""))))
def test_what_pandas_values_mean(series, expected):
    if isinstance(expected, type):
        with pytest.raises(expected):
            stream_of(series)
        return
    found = [row[0] for row in doline.sql("SELECT * FROM series").fetchall()]
    assert ["nan" if value != value else value for value in found] == expected


def test_the_index_of_a_frame_is_left_out():
    frame = pd.DataFrame({"v": [1, 2]}, index=["x", "y"])
    assert doline.sql("FROM frame").columns == ["v"]


def test_columns_without_text_names():
    frame = pd.DataFrame([[1, 2]], columns=[0, ("a", "b")])
    assert doline.sql("FROM frame").columns == ["0", "a_b"]


def test_a_frame_of_several_blocks_and_slices():
    frame = pd.DataFrame({"a": range(10), "b": np.arange(10) / 2, "c": range(10, 20)})[2:9:3]
    assert doline.sql("FROM frame").fetchall() == [(2, 1.0, 12), (5, 2.5, 15), (8, 4.0, 18)]


def test_pandas_without_pyarrow(run_python):
    assert run_python("""
        import pandas as pd, doline
        frame = pd.DataFrame({"n": [1, None, 3], "s": ["x", None, "z"], "c": pd.Categorical(["u", "v", "u"]),
                              "t": pd.to_datetime(["2024-01-01", None, "2024-01-03"])})
        back = doline.sql("FROM frame").df()
        pd.testing.assert_frame_equal(back, frame)
        print(frame["s"].dtype.storage, back["s"].dtype.storage)
    """, missing=["pyarrow"]) == "python python\n"


def test_frames_without_anything_installed(run_python):
    missing = ["pyarrow", "pandas", "polars", "numpy"]
    assert run_python("""
        import doline
        columns = {"n": [1, 2], "s": ["x", None]}
        print(doline.sql("FROM columns").fetchall())
        try:
            doline.sql("FROM columns").df()
        except doline.NotSupported as error:
            print(error.hint)
    """, missing=missing) == "[(1, 'x'), (2, None)]\npip install pandas\n"


def test_polars_comes_back_as_it_went():
    frame = pl.DataFrame({
        "i": pl.Series([1, None], dtype=pl.Int16), "f": [0.5, float("nan")], "s": ["ä", None],
        "b": [b"x", None], "d": [dt.date(2024, 1, 1), None], "t": [dt.datetime(2024, 1, 1), None],
        "l": [[1, 2], None], "st": [{"a": 1, "b": "x"}, {"a": None, "b": None}],
        "dec": [decimal.Decimal("1.25"), None], "e": pl.Series(["a", None], dtype=pl.Enum(["b", "a"])),
        "time": [dt.time(1, 2, 3), None], "bool": [True, None]})
    back = doline.sql("FROM frame").pl()
    pl.testing.assert_frame_equal(back.drop("time", "st"), frame.drop("time", "st"))
    assert back["time"].to_list() == frame["time"].to_list()


@pytest.mark.parametrize("array, expected", [
    (np.array([1, 2], dtype="u2"), [1, 2]),
    (np.array([1, 2], dtype=">i4"), [1, 2]),
    (np.array([1.5, 2.5], dtype="f2"), [1.5, 2.5]),
    (np.array([True, False]), [True, False]),
    (np.arange(10)[::3], [0, 3, 6, 9]),
    (np.array(["a", "bc"]), ["a", "bc"]),
    (np.array([b"a", b"bc"]), [b"a", b"bc"]),
    (np.array(["2024-01-01", "NaT"], dtype="M8[D]"), [dt.date(2024, 1, 1), None]),
    (np.array(["2024-01-01T01", "NaT"], dtype="M8[h]"), [dt.datetime(2024, 1, 1, 1), None]),
    (np.array(["2024-01", "NaT"], dtype="M8[M]"), [dt.datetime(2024, 1, 1), None]),
    (np.array([90, "NaT"], dtype="m8[m]"), [dt.timedelta(minutes=90), None]),
    (np.ma.masked_array([1, 2], [False, True]), [1, None]),
    (np.array([1, None], dtype=object), [1, None]),
    (np.array([], dtype="f8"), []),
], ids=lambda value: str(getattr(value, "dtype", "")))
def test_numpy_arrays(array, expected):
    assert [row[0] for row in doline.sql('FROM "array"').fetchall()] == expected


def test_nan_of_numpy_stays_nan():
    vector = np.array([float("nan")])
    assert doline.sql("SELECT column0 IS NULL, isnan(column0) FROM vector").fetchall() == [(False, True)]


@pytest.mark.parametrize("array", [np.zeros((2, 2, 2)), np.array([1j]), np.zeros(2, dtype="g")])
def test_numpy_arrays_that_are_no_tables(array):
    with pytest.raises(doline.errors.Error):
        stream_of(array)


def test_numbers_are_not_copied():
    vector = np.arange(100_000, dtype="i8")
    column = doline._engine.column_of_buffer(vector, "l")
    assert pa.array(column).buffers()[1].address == vector.ctypes.data


@pytest.mark.parametrize("make", [
    lambda numbers: numbers, lambda numbers: {"column0": numbers},
    lambda numbers: pd.DataFrame({"column0": numbers}, copy=False)], ids=["numpy", "dict", "pandas"])
def test_a_copy_stays_as_it_was(make):
    numbers = np.array([1, 2])
    copied = doline._engine.Table.collect(stream_of(make(numbers), copy=True))
    numbers[:] = 7
    assert copied.to_list(0) == [1, 2]


def test_memory_is_kept_as_long_as_the_table(connection):
    connection.register("numbers", np.arange(1000.0))  # nobody else keeps the array
    assert connection.execute("SELECT sum(column0) FROM numbers").fetchone() == (499500.0,)


def test_results_as_numpy_arrays():
    arrays = doline.sql("SELECT i, i > 1 AS b, NULLIF(i, 2)::DOUBLE AS f FROM range(3) t(i)").fetchnumpy()
    assert arrays["i"].tolist() == [0, 1, 2] and arrays["i"].dtype == np.int64
    assert arrays["b"].tolist() == [False, False, True]
    assert arrays["f"].tolist() == [0.0, 1.0, None]  # masked


@pytest.mark.parametrize("statement, complaint", [
    ("SELECT TIMESTAMP_NS '2024-01-01 00:00:00.000000001'", "nanoseconds"),
    ("SELECT DATE '0044-03-15 (BC)'", "years 1 to 9999"),
    ("SELECT TIMESTAMP '10000-01-01'", "years 1 to 9999"),
])
def test_what_python_cannot_hold_exactly_is_an_error(statement, complaint):
    with pytest.raises(doline.errors.ConversionError, match=complaint):
        doline.sql(statement).fetchall()


def test_a_zoned_time_comes_in_the_sessions_zone(connection):
    connection.execute("SET TimeZone = 'Europe/Paris'")
    value = connection.execute("SELECT TIMESTAMPTZ '2024-07-01 12:00:00+00'").fetchone()[0]
    assert value.isoformat() == "2024-07-01T14:00:00+02:00"
    assert str(value.tzinfo) == "Europe/Paris"


def test_columns_of_equal_names():
    result = doline.sql("SELECT 1 AS a, 2 AS a")
    assert result.fetchall() == [(1, 2)]
    assert list(result.df().columns)[0] == "a" and result.df().shape == (1, 2)


def test_nan_of_pandas_is_null_in_whatever_rows_are_read():
    count = 10_000
    whole = np.arange(count, dtype="float64")
    frame = pd.DataFrame({"k": np.arange(count), "x": np.where(whole % 7 == 0, np.nan, whole),
                          "y": np.where(whole > 9000, np.nan, whole).astype("float32"), "z": whole})
    read = doline.sql("SELECT count(x), count(y), count(z), sum(x) FROM frame").fetchall()
    assert read == [(frame.x.count(), frame.y.count(), count, frame.x.sum())]
    some = frame[frame.k % 10 == 3]
    read = doline.sql("SELECT count(x), count(y), count(*), sum(x) FROM frame WHERE k % 10 = 3").fetchall()
    assert read == [(some.x.count(), some.y.count(), len(some), some.x.sum())]
    assert doline.sql("SELECT k FROM frame WHERE x IS NULL AND k BETWEEN 6990 AND 7010").fetchall() == [
        (6993,), (7000,), (7007,)]
    with doline.connect() as connection:
        connection.register("copied", frame)
        assert connection.execute("SELECT count(x), max(y) FROM copied").fetchall() == [(frame.x.count(), 9000.0)]


# ---- columns by themselves, in a dict or as a series

LARGE = 2**60 + 1  # no float is it
COLUMNS = {
    "polars": lambda: pl.Series([LARGE, None]),
    "array": lambda: pa.array([LARGE, None]),
    "chunks": lambda: pa.chunked_array([[LARGE], [None]]),
    "nullable": lambda: pd.Series([LARGE, None], dtype="Int64"),
    "extension array": lambda: pd.array([LARGE, None], dtype="Int64"),
    "arrow dtype": lambda: pd.Series([LARGE, None], dtype=pd.ArrowDtype(pa.int64())),
    "own": lambda: doline.Series([LARGE, None]),
    "list": lambda: [LARGE, None],
}


@pytest.mark.parametrize("kind", COLUMNS)
def test_a_column_of_a_dict_keeps_type_and_nulls(kind):
    z = {"a": COLUMNS[kind]()}
    frame = doline.DataFrame(z)
    assert frame.schema == {"a": doline.Int64}
    assert frame.rows() == doline.sql("FROM z").fetchall() == [(LARGE,), (None,)]
    assert doline.Series("a", z["a"]).to_list() == [LARGE, None]


def test_columns_of_a_dict_in_pieces_of_other_lengths():
    frame = doline.DataFrame({
        "a": pa.chunked_array([[1], [2, 3], [], [4, 5]]),
        "b": pa.chunked_array([["v", None, "x"], ["y", "z"]]),
        "c": pl.concat([pl.Series([0.5]), pl.Series([None, 1.5, 2.5, None])], rechunk=False),
        "d": pd.Series([True, False, True, False, True]),
        "e": pa.chunked_array([[[1], []], [None, [2, 3], [4]]])})
    assert frame.rows() == [(1, "v", 0.5, True, [1]), (2, None, None, False, []), (3, "x", 1.5, True, None),
                            (4, "y", 2.5, False, [2, 3]), (5, "z", None, True, [4])]
    assert doline.DataFrame({"a": pa.chunked_array([], pa.int8())}).schema == {"a": doline.Int8}
    with pytest.raises(doline.errors.InvalidArgument, match="different lengths: 2 and 3"):
        doline.DataFrame({"a": pa.array([1, 2]), "b": pl.Series([1, 2, 3])})


@pytest.mark.parametrize("values, expected", [
    (pl.Series(["a", None], dtype=pl.Enum(["b", "a"])), doline.Enum(["b", "a"])),
    (pd.Series(["a", None], dtype=pd.CategoricalDtype(["b", "a"])), doline.Enum(["b", "a"])),
    (pd.Series(["x", None]), doline.String),
    (pl.Series(["x", None], dtype=pl.Categorical), doline.String),
    (pl.Series([1, None], dtype=pl.Int8), doline.Int8),
    (pl.Series([[1], None], dtype=pl.Array(pl.Int8, 1)), doline.Array(doline.Int8, 1)),
    (pl.Series([dt.timedelta(1), None]), doline.Duration("us")),
    (pd.Index(["x", None]), doline.String),
], ids=lambda value: str(getattr(value, "dtype", value)))
def test_the_type_of_a_column_of_a_dict(values, expected):
    frame = doline.DataFrame({"a": values})
    assert frame.schema == {"a": expected} and frame["a"].null_count() == 1


def test_a_series_of_ours_goes_into_a_frame_as_arrow():
    every = {name: doline.sql(f"SELECT {value}::{name} AS v UNION ALL SELECT NULL") for name, (value, *_)
             in EVERY_TYPE.items()}
    columns = {name: doline.DataFrame(rows).to_series() for name, rows in every.items()}
    frame = doline.DataFrame(columns)
    assert frame.dtypes == [series.dtype for series in columns.values()]
    assert frame.rows() == list(zip(*(series.to_list() for series in columns.values())))
    assert doline.Series("b", columns["HUGEINT"]).dtype == doline.Int128


def test_nothing_but_nulls_of_polars():
    frame = pl.DataFrame({"a": [None, None], "b": [1, 2]})
    assert doline.DataFrame(frame).rows() == frame.rows()
    assert doline.DataFrame({"a": pl.Series([None, None])}).rows() == [(None,), (None,)]


def test_128_bits_of_polars():
    values = [2**100, None, -1]
    frame = pl.DataFrame({"a": pl.Series(values, dtype=pl.Int128)})
    ours = doline.DataFrame(frame)
    assert ours.schema == {"a": doline.Int128} and ours["a"].to_list() == values
    assert ours.to_polars().equals(frame) and ours.to_polars().schema == frame.schema
    assert ours["a"].sum() == frame["a"].sum() and ours.schema == ours.select(doline.col("a").sum()).schema
    with pytest.raises(doline.NotSupported, match="UInt128: cast it to Int128"):
        doline.DataFrame(frame.cast(pl.UInt128, strict=False))


@pytest.mark.parametrize("make", [
    lambda s: s, lambda s: s.to_frame(), lambda s: {"a": s}, lambda s: s.to_frame().lazy()],
    ids=["series", "frame", "dict", "lazy"])
def test_python_objects_of_polars_are_refused(make):
    with pytest.raises(doline.NotSupported, match="Object"):
        doline.DataFrame(make(pl.Series("a", [object()], dtype=pl.Object)))


def test_spans_go_to_polars():
    span = dt.timedelta(days=1, microseconds=3)
    frame = {"a": [span, None], "l": [[span], None], "s": [{"x": span}, None]}
    assert doline.DataFrame(frame).to_polars().schema == pl.DataFrame(frame).schema
    assert doline.DataFrame(frame).to_polars().rows() == pl.DataFrame(frame).rows()
    rows = doline.sql("SELECT TIMESTAMP '2024-01-02' - TIMESTAMP '2024-01-01' AS d, [INTERVAL '1 day'] AS l")
    assert rows.pl().rows() == [(dt.timedelta(1), [dt.timedelta(1)])]
    with pytest.raises(doline.errors.ConversionError, match="1 month"):
        doline.sql("SELECT INTERVAL '1 month' AS d").pl()
    with pytest.raises(doline.errors.ConversionError, match="nanoseconds"):
        doline.DataFrame({"a": [pd.Timedelta(1, "ns")]})
    assert doline.DataFrame({"a": [span, doline.Interval(months=1)]}).dtypes[0].short == "interval"


# ---- what pandas' frames have besides

def test_the_index_comes_where_it_is_asked_for():
    frame = pd.DataFrame({"v": [1.5, np.nan]}, index=["x", "y"])
    assert doline.from_pandas(frame, include_index=True).equals(
        doline.DataFrame(pl.from_pandas(frame, include_index=True)))
    deep = frame.set_index(pd.MultiIndex.from_tuples([(1, "x"), (2, "y")], names=["i", "j"]))
    assert doline.from_pandas(deep, include_index=True).rows() == [(1, "x", 1.5), (2, "y", None)]
    with pytest.raises(doline.errors.InvalidArgument, match="rename_axis"):
        doline.from_pandas(frame.rename_axis("v"), include_index=True)


def test_nan_stays_where_that_is_asked_for():
    frame = pd.DataFrame({"v": [1.5, np.nan]})
    assert doline.from_pandas(frame)["v"].null_count() == 1
    kept = doline.from_pandas(frame, nan_to_null=False)
    assert kept["v"].null_count() == 0 and kept["v"].is_nan().to_list() == [False, True]


def test_a_series_of_pandas_is_a_series():
    series = doline.from_pandas(pd.Series([1, 2], name="q"))
    assert isinstance(series, doline.Series) and (series.name, series.to_list()) == ("q", [1, 2])
    assert doline.from_pandas(pd.Index([1, 2], name="i")).name == "i"
    assert isinstance(doline.from_arrow(pa.chunked_array([[1], [2]])), doline.Series)
    assert isinstance(doline.from_polars(pl.Series([1])), doline.Series)


def test_nan_beside_null_goes_to_pandas_apart():
    frame = pd.DataFrame({"v": pd.arrays.FloatingArray(np.array([0.0, np.nan, 1.0]),
                                                       np.array([False, False, True]))})
    back = doline.sql("FROM frame").df()
    pd.testing.assert_frame_equal(back, frame)
    assert back["v"].isna().tolist() == frame["v"].isna().tolist()


@pytest.mark.parametrize("series, hint", [
    (pd.Series(pd.period_range("2024", periods=1, freq="M")), "to_timestamp"),
    (pd.Series(pd.interval_range(0, 2)), "array.left"),
    (pd.Series(pd.arrays.SparseArray([0, 1])), "to_dense"), (pd.Series([1j]), "numpy.real")],
    ids=["period", "interval", "sparse", "complex"])
def test_types_of_pandas_without_a_twin_say_what_to_use(series, hint):
    with pytest.raises(doline.NotSupported) as caught:
        doline.DataFrame({"a": series})
    assert hint in caught.value.hint


# ---- what frames and series are made of

def test_a_column_of_the_schema_that_the_data_has_not():
    for pack in pl, doline:
        with pytest.raises(KeyError, match="z"):
            pack.DataFrame({"a": [1]}, schema={"a": pack.Int8, "z": pack.String})
    assert doline.DataFrame([{"a": 1}], schema={"a": doline.Int8, "z": doline.String}).rows() == [(1, None)]
    assert doline.DataFrame({"a": [1], "b": [2]}, schema=["x", "y"]).columns == ["x", "y"]


@pytest.mark.parametrize("make", [
    lambda pack: pack.Series([1.5], dtype=pack.Int64),
    lambda pack: pack.DataFrame({"a": [1.5]}, schema={"a": pack.Int64})], ids=["series", "frame"])
def test_floats_that_are_to_be_integers(make):
    for pack in pl, doline:
        with pytest.raises(TypeError, match="1.5"):
            make(pack)


@pytest.mark.parametrize("make", [
    lambda pack: pack.Series([1.5, None, -2.7, float("inf"), float("nan")], dtype=pack.Int64, strict=False),
    lambda pack: pack.Series([1, "x", True, None], strict=False),
    lambda pack: pack.Series([1, "x"], dtype=pack.Int64, strict=False),
    lambda pack: pack.Series("a", (i for i in range(3))),
    lambda pack: pack.DataFrame(zip([1, 2], ["x", "y"])).to_series(1),
    lambda pack: pack.DataFrame((i, 2 * i) for i in range(3)).to_series(1),
    lambda pack: pack.DataFrame({"a": (i for i in range(3)), "b": "x"}).to_series(0),
    lambda pack: pack.DataFrame([{"a": 1}, {"a": 2, "b": 3}], infer_schema_length=1).to_series(-1),
], ids=range(8))
def test_made_as_polars_makes_it(make):
    ours, theirs = make(doline), make(pl)
    assert (ours.to_list(), str(ours.dtype), ours.name) == (theirs.to_list(), str(theirs.dtype), theirs.name)


def test_a_height():
    assert doline.DataFrame({"a": [1]}, height=1).shape == (1, 1)
    assert doline.DataFrame(height=3).shape == pl.DataFrame(height=3).shape == (3, 0)
    with pytest.raises(doline.errors.InvalidArgument, match="height is 2"):
        doline.DataFrame({"a": [1]}, height=2)


def test_an_enumeration_of_python_is_an_enum():
    class Level(str, enum.Enum):
        LOW = "low"
        HIGH = "high"

    assert doline.Enum(Level) == doline.Enum(["low", "high"])
    assert doline.Enum(pl.Series(["low", "high"])) == doline.Enum(["low", "high"])
    with pytest.raises(TypeError, match="texts, not 1"):
        doline.Enum([1])
    with pytest.raises(doline.NotSupported, match="UInt128") as caught:
        doline.Series([1], dtype=doline.UInt128)
    assert "Int128" in caught.value.hint


def test_a_reader_is_read_once():
    reader = pa.table({"a": [1]}).to_reader()
    assert doline.DataFrame(reader).rows() == [(1,)]
    with pytest.raises(doline.errors.InvalidArgument, match="read already"):
        doline.DataFrame(reader)
