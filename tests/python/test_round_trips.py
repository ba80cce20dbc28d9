"""Random values of every type go in and come back as they were, by each way in and out."""

import datetime as dt
import decimal
import math
import uuid
import zoneinfo

import doline
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from doline import _engine
from hypothesis import given, settings
from hypothesis import strategies as st

settings.register_profile("quick", max_examples=25, deadline=None, derandomize=True, database=None)
settings.load_profile("quick")

INTEGERS = st.integers(-(2**63), 2**63 - 1)
SCALARS = {
    "bool": st.booleans(),
    "integer": INTEGERS,
    "huge": st.integers(-(10**38) + 1, 10**38 - 1),
    "float": st.floats(allow_nan=False),
    "text": st.text(),
    "bytes": st.binary(),
    "date": st.dates(),
    "time": st.times(),
    "timestamp": st.datetimes(),
    "instant": st.datetimes(timezones=st.just(dt.timezone.utc)),
    "instant of a zone": st.datetimes(dt.datetime(1700, 1, 1), dt.datetime(2200, 1, 1)).map(
        lambda instant: instant.replace(tzinfo=dt.timezone.utc).astimezone(zoneinfo.ZoneInfo("Europe/Paris"))),
    "delta": st.timedeltas(dt.timedelta(days=-10**5), dt.timedelta(days=10**5)),
    "decimal": st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20,
                           places=6),
    "uuid": st.uuids(),
}
NESTED = {
    "list": st.lists(st.none() | INTEGERS),
    "list of texts": st.lists(st.text()),
    "struct": st.fixed_dictionaries({"a": st.none() | INTEGERS, "b": st.lists(st.floats(allow_nan=False))}),
    "list of structs": st.lists(st.fixed_dictionaries({"x": INTEGERS, "y": st.none() | st.text()})),
}


EVERY = SCALARS | NESTED


def draw_column(data, name):
    return data.draw(st.lists(st.none() | EVERY[name], max_size=60))


def rows_of(result):
    return [row[0] for row in result.fetchall()]


@pytest.mark.parametrize("name", EVERY)
@given(data=st.data())
def test_a_column_comes_back(name, data):
    column = draw_column(data, name)
    table = {"v": column}
    assert rows_of(doline.sql('SELECT * FROM "table"')) == column and table


@pytest.mark.parametrize("name", EVERY)
@given(data=st.data())
def test_a_column_goes_through_arrow(name, data):
    column = draw_column(data, name)
    arrow = pa.table(_engine.Table.of_columns(["v"], [_engine.column_of_values(column)]))
    assert arrow.num_rows == len(column)
    back = doline.sql("FROM arrow").arrow()
    assert rows_of(doline.sql("FROM back")) == column == back["v"].to_pylist() or name in NOT_AS_PYARROW


# pyarrow reads an INTERVAL as its own tuple, a HUGEINT as Decimal.
NOT_AS_PYARROW = ("delta", "huge")


@pytest.mark.parametrize("name", EVERY)
@given(data=st.data())
def test_a_column_is_kept_by_operators(name, data):
    """In pieces, filtered, sorted: what happens to rows in between."""
    column = draw_column(data, name)
    table = {"i": list(range(len(column))), "v": column}
    found = doline.sql('SELECT v FROM (SELECT * FROM "table" WHERE i % 2 = 0) ORDER BY i DESC')
    assert rows_of(found) == column[::2][::-1] and table


@given(st.one_of(*SCALARS.values(), *NESTED.values()))
def test_a_parameter_comes_back(value):
    found = doline.sql("SELECT ?", [value]).fetchone()[0]
    assert found == value
    if isinstance(value, float):
        assert math.copysign(1, found) == math.copysign(1, value)


@given(st.lists(st.tuples(INTEGERS, st.none() | st.text(), st.none() | st.dates()), max_size=40))
def test_executemany_inserts_what_it_was_given(rows):
    with doline.connect() as connection:
        connection.execute("CREATE TABLE t (i BIGINT, s VARCHAR, d DATE)")
        connection.executemany("INSERT INTO t VALUES (?, ?, ?)", rows)
        assert connection.execute("FROM t").fetchall() == rows


PANDAS = {
    "int64": st.lists(INTEGERS), "float64": st.lists(st.floats(allow_nan=False)), "bool": st.lists(st.booleans()),
    "str": st.lists(st.none() | st.text()), "Int64": st.lists(st.none() | INTEGERS),
    "boolean": st.lists(st.none() | st.booleans()), "uint8": st.lists(st.integers(0, 255)),
    "float32": st.lists(st.floats(allow_nan=False, width=32)),
    "datetime64[us]": st.lists(st.datetimes(dt.datetime(1700, 1, 1), dt.datetime(2200, 1, 1))),
}


@given(st.data(), st.sampled_from(sorted(PANDAS)))
def test_pandas_comes_back(data, dtype):
    values = data.draw(PANDAS[dtype])
    frame = pd.DataFrame({"v": pd.Series(values, dtype=dtype)})
    back = doline.sql("FROM frame").df()
    if dtype in ("Int64", "boolean") and not frame["v"].isna().any():
        back = back.astype(dtype)  # without NULLs it comes as NumPy's type
    pd.testing.assert_frame_equal(back, frame)


@given(st.lists(st.none() | st.text()), st.integers(0, 5))
def test_polars_comes_back(values, skipped):
    frame = pl.DataFrame({"v": pl.Series(values, dtype=pl.String)})[skipped:]
    assert doline.sql("FROM frame").pl().equals(frame)


def test_uuid_of_every_byte():
    values = [uuid.UUID(bytes=bytes([byte]) * 16) for byte in range(256)]
    table = {"v": values}
    assert rows_of(doline.sql('SELECT * FROM "table" ORDER BY v')) == values and table


def test_decimals_of_every_width():
    for digits in range(1, 39):
        value = decimal.Decimal("-" + "9" * digits).scaleb(-(digits // 2), decimal.Context(prec=40))
        assert doline.sql("SELECT ?", [value]).fetchone() == (value,)
