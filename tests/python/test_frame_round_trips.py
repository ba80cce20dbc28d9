"""Random frames of every type go out and come back with their types: through Polars, PyArrow, pandas,
NumPy, Arrow and Parquet files, and pickles."""

import datetime as dt
import pickle
import uuid
import zoneinfo

import doline as dl
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from doline import datatypes as types
from hypothesis import given, settings
from hypothesis import strategies as st

settings.register_profile("few", max_examples=4, deadline=None, derandomize=True, database=None)
settings.load_profile("few")

UTC = dt.timezone.utc
SPANS = st.timedeltas(dt.timedelta(days=-10**5), dt.timedelta(days=10**5))
INT64 = st.integers(-(2**63), 2**63 - 1)
WIDE = st.integers(-(10**38) + 1, 10**38 - 1)
FEW = st.sampled_from(["low", "", "grüße", "a text of more than twelve bytes"])
ENUM = dl.Enum(["low", "", "grüße", "a text of more than twelve bytes", "never"])
INSTANTS = st.datetimes(dt.datetime(1700, 1, 1), dt.datetime(2200, 1, 1))
PARIS = zoneinfo.ZoneInfo("Europe/Paris")
IN_PARIS = INSTANTS.map(lambda instant: instant.replace(tzinfo=UTC).astimezone(PARIS))
SECONDS = INSTANTS.map(lambda instant: instant.replace(microsecond=0))

# Name → type, and its values.
EVERY = {
    "Boolean": (dl.Boolean, st.booleans()),
    "Int8": (dl.Int8, st.integers(-128, 127)), "UInt8": (dl.UInt8, st.integers(0, 255)),
    "Int16": (dl.Int16, st.integers(-(2**15), 2**15 - 1)), "UInt16": (dl.UInt16, st.integers(0, 2**16 - 1)),
    "Int32": (dl.Int32, st.integers(-(2**31), 2**31 - 1)), "UInt32": (dl.UInt32, st.integers(0, 2**32 - 1)),
    "Int64": (dl.Int64, INT64), "UInt64": (dl.UInt64, st.integers(0, 2**64 - 1)), "Int128": (dl.Int128, WIDE),
    "Float32": (dl.Float32, st.floats(allow_nan=False, width=32)),
    "Float64": (dl.Float64, st.floats(allow_nan=False)),
    "Decimal": (dl.Decimal(20, 3), st.decimals(-(10**16), 10**16, places=3)),
    "String": (dl.String, st.text()), "Binary": (dl.Binary, st.binary()),
    "Date": (dl.Date, st.dates()), "Time": (dl.Time, st.times()),
    "milliseconds": (dl.Datetime("ms"), SECONDS), "microseconds": (dl.Datetime("us"), st.datetimes()),
    "nanoseconds": (dl.Datetime("ns"), SECONDS),
    "instants": (dl.Datetime("us", "UTC"), st.datetimes(timezones=st.just(UTC))),
    "instants of a zone": (dl.Datetime("us", "Europe/Paris"), IN_PARIS),
    "Duration": (dl.Duration("us"), SPANS), "Enum": (ENUM, FEW),
    "List": (dl.List(dl.Int16), st.lists(st.none() | st.integers(-9, 9), max_size=4)),
    "List of Enum": (dl.List(ENUM), st.lists(st.none() | FEW, max_size=3)),
    "List of instants of a zone": (dl.List(dl.Datetime("us", "Europe/Paris")), st.lists(st.none() | IN_PARIS, max_size=3)),
    "List of Duration": (dl.List(dl.Duration("us")), st.lists(st.none() | SPANS, max_size=3)),
    "Array": (dl.Array(dl.Int32, 2), st.lists(st.none() | st.integers(-9, 9), min_size=2, max_size=2)),
    "Struct": (dl.Struct({"d": dl.Duration("us"), "e": ENUM, "h": dl.Int128}),
               st.fixed_dictionaries({"d": st.none() | SPANS, "e": st.none() | FEW, "h": st.none() | WIDE})),
    "Map": (types.Map(dl.String, dl.Int64),
            st.dictionaries(st.text(max_size=3), st.none() | INT64, max_size=3)),
    "Interval": (types.Interval, st.builds(dl.Interval, months=st.integers(1, 99), days=st.integers(0, 99),
                                           microseconds=st.integers(0, 10**9).map(lambda n: n * 1000))),
    "Uuid": (types.Uuid, st.uuids()), "Json": (types.Json, st.integers().map(str)),
}


def draw(data, name):
    dtype, values = EVERY[name]
    column = data.draw(st.lists(st.none() | values, min_size=1, max_size=30))
    if name == "Map":  # a dict of texts would be a struct
        pairs = [None if one is None else list(one.items()) for one in column]
        series = dl.Series("v", pa.array(pairs, pa.map_(pa.string(), pa.int64())))
    else:
        series = dl.Series("v", column, dtype=dtype)
    assert series.dtype == dtype
    return series.to_frame(), column


def by_ipc(frame, folder):
    frame.write_ipc(folder / "a.arrow")
    return dl.read_ipc(folder / "a.arrow")


def by_parquet(frame, folder):
    frame.write_parquet(folder / "a.parquet")
    return dl.read_parquet(folder / "a.parquet")


def by_polars_parquet(frame, folder):
    frame.to_polars().write_parquet(folder / "b.parquet")
    return dl.read_parquet(folder / "b.parquet")


def into_polars_parquet(frame, folder):
    frame.write_parquet(folder / "c.parquet")
    return dl.DataFrame(pl.read_parquet(folder / "c.parquet"))


# Way → how a frame goes and comes back, and which types come back as others.
WAYS = {
    "polars": (lambda frame, _: dl.DataFrame(frame.to_polars()),
               {"Uuid": dl.Binary, "Interval": None, "Map": None, "Json": None}),
    "pyarrow": (lambda frame, _: dl.DataFrame(frame.to_arrow()), {}),
    # A column by itself has no field that tells.
    "pyarrow's columns": (lambda frame, _: dl.DataFrame({"v": frame.to_arrow()["v"]}),
                          {"Int128": dl.Decimal(38, 0), "Enum": dl.String}),
    "a series": (lambda frame, _: dl.DataFrame({"v": frame["v"]}), {}),
    "pickle": (lambda frame, _: pickle.loads(pickle.dumps(frame)), {}),
    "ipc": (by_ipc, {}),
    "parquet": (by_parquet, {}),
    "polars' parquet": (by_polars_parquet,
                        {"Uuid": dl.Binary, "Interval": None, "Map": None, "Json": None, "Int128": None,
                         "Struct": None, "milliseconds": dl.Datetime("us")}),
    "parquet for polars": (into_polars_parquet,
                           {"Uuid": dl.Binary, "Interval": None, "Map": None, "Json": None,
                            "Int128": dl.Decimal(38, 0), "Struct": None}),
}


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("way", WAYS)
@given(data=st.data())
def test_a_frame_comes_back(way, name, tmp_path_factory, data):
    go, others = WAYS[way]
    expected = others.get(name, EVERY[name][0])
    if expected is None:
        return
    frame, column = draw(data, name)
    back = go(frame, tmp_path_factory.mktemp("trip"))
    assert back.schema == {"v": expected}
    assert back["v"].to_list() == (
        [one and one.bytes for one in column] if name == "Uuid" and expected is dl.Binary else column)


# ---- pandas: what its types become, and whether they come back as they were

PANDAS = {
    "int8": (st.integers(-128, 127), False, dl.Int8), "uint16": (st.integers(0, 2**16 - 1), False, dl.UInt16),
    "float32": (st.floats(width=32), False, dl.Float32), "Float64": (st.floats(), True, dl.Float64),
    "Int64": (INT64, True, dl.Int64), "UInt64": (st.integers(0, 2**64 - 1), True, dl.UInt64),
    "boolean": (st.booleans(), True, dl.Boolean), "str": (st.text(), True, dl.String),
    "category": (st.sampled_from(["x", "y", "ä"]), True, None),
    "datetime64[s]": (SECONDS, True, dl.Datetime("ms")),
    "datetime64[us]": (INSTANTS, True, dl.Datetime("us")),
    "datetime64[ns]": (INSTANTS, True, dl.Datetime("ns")),
    "datetime64[us, UTC]": (INSTANTS, True, dl.Datetime("us", "UTC")),
    "datetime64[us, Europe/Berlin]": (INSTANTS, True, dl.Datetime("us", "Europe/Berlin")),
    "timedelta64[us]": (SPANS, True, dl.Duration("us")),
    "int32[pyarrow]": (st.integers(-9, 9), True, dl.Int32), "string[pyarrow]": (st.text(), True, dl.String),
    "duration[ms][pyarrow]": (st.integers(-9, 9).map(lambda n: dt.timedelta(seconds=n)), True,
                              dl.Duration("us")),
}


@pytest.mark.parametrize("dtype", PANDAS)
@given(data=st.data())
def test_a_series_of_pandas_comes_back(dtype, data):
    values, may_miss, expected = PANDAS[dtype]
    column = data.draw(st.lists(st.none() | values if may_miss else values, max_size=20))
    if "," in dtype:
        series = pd.Series(column, dtype="datetime64[us]").dt.tz_localize("UTC").dt.tz_convert(dtype[15:-1])
    elif dtype == "Float64":
        missing = np.array([value is None for value in column], dtype=bool)
        series = pd.Series(pd.arrays.FloatingArray(
            np.array([0.0 if value is None else value for value in column], dtype="f8"), missing))
    else:
        series = pd.Series(column, dtype=dtype)
    frame = dl.DataFrame({"v": series})
    if expected is not None and (dtype != "category" or column):
        assert frame.schema == {"v": expected}
    assert frame["v"].null_count() == series.isna().sum() or dtype in ("float32", "Float64")
    back = frame.to_pandas()["v"]
    if dtype.startswith("Float64"):  # where NaN and NULL do not stand beside each other they are one
        none, expected = ((one.isna() | (one != one)).fillna(True).tolist() for one in (back, series))
        assert none == expected
        return
    if dtype != "category" or column:
        pd.testing.assert_series_equal(back.astype(series.dtype), series, check_names=False)


NUMPY = ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8", "M8[D]", "M8[ms]", "M8[us]",
         "M8[ns]", "m8[us]"]


@pytest.mark.parametrize("dtype", NUMPY)
@given(data=st.data())
def test_an_array_of_numpy_comes_back(dtype, data):
    size = data.draw(st.integers(0, 20))
    kind = np.dtype(dtype)
    raw = data.draw(st.binary(min_size=size * kind.itemsize, max_size=size * kind.itemsize))
    if kind.kind == "b":
        array = np.frombuffer(raw, "u1") % 2 == 1
    elif dtype == "M8[D]":
        array = (np.frombuffer(raw, "i8") % 10**6).view(kind)
    else:
        array = np.frombuffer(raw, kind)
    back = dl.DataFrame({"v": array})["v"].to_numpy()
    if not np.isnat(array).any() if kind.kind in "mM" else True:
        assert back.dtype == array.dtype
    np.testing.assert_array_equal(back, array)


def test_uuids_and_maps_in_a_file_of_every_type(tmp_path):
    frame = dl.DataFrame(dl.sql("SELECT UUID '00000000-0000-0000-0000-00000000000a' AS u, MAP {'k': 1} AS m, "
                                "MAP {'k': INTERVAL '1 day'::DURATION} AS d, NULL::INTEGER[2][] AS n"))
    assert by_parquet(frame, tmp_path).schema == frame.schema
    assert by_parquet(frame, tmp_path).rows() == [(uuid.UUID(int=10), {"k": 1}, {"k": dt.timedelta(1)}, None)]
