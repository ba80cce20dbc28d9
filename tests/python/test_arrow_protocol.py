"""Arrow's PyCapsule protocol both ways: streams, arrays, schemas, devices, and the buffer protocol."""

import array
import ctypes

import doline as dl
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from doline import _engine
from doline import datatypes as types


class Only:
    """An object that has one of a thing's methods and no others."""

    def __init__(self, thing, method):
        setattr(type(self), method, lambda _, *args, **options: getattr(thing, method)(*args, **options))


def only(thing, method):
    return type("Only", (Only,), {})(thing, method)


# ---- a series is a column

def test_a_series_is_a_stream_of_its_type():
    series = dl.Series("a", [1, None, 3])
    assert pl.Series(series).to_list() == pl.from_arrow(series).to_list() == [1, None, 3]
    assert pd.Series.from_arrow(series).isna().tolist() == [False, True, False]
    assert pa.chunked_array(series).to_pylist() == [1, None, 3]
    assert pa.array(series).equals(pa.array([1, None, 3]))
    assert pa.array(dl.Series("a", [], dtype=dl.Int8)).type == pa.int8()


def test_a_series_of_structs_is_a_column_too():
    series = dl.Series("a", [{"x": 1}, {"x": 2}])
    assert pa.array(series).to_pylist() == pl.Series(series).to_list() == [{"x": 1}, {"x": 2}]
    assert dl.sql("FROM series").fetchall() == [({"x": 1},), ({"x": 2},)]


def test_a_series_of_several_batches_is_one_array():
    count = 300_000
    series = dl.select(dl.int_range(0, count).alias("a")).to_series()
    assert pa.chunked_array(series).num_chunks > 1
    assert pa.array(series).equals(pa.array(range(count)))


@pytest.mark.parametrize("make", [
    lambda: pa.array([1, 2]), lambda: pa.chunked_array([[1], [2]]), lambda: pl.Series([1, 2]),
    lambda: dl.Series([1, 2]), lambda: pd.Series([1, 2])],
    ids=["array", "chunks", "polars", "doline", "pandas"])
def test_a_column_by_itself_is_a_frame_of_one(make):
    thing = make()
    assert dl.DataFrame(thing).rows() == dl.sql("FROM thing").fetchall() == [(1,), (2,)]


# ---- schemas

SCHEMA = {"a": dl.Int8, "t": dl.Datetime("ms"), "e": dl.Enum(["x", "y"]), "d": dl.Decimal(9, 2),
          "l": dl.List(dl.Duration("us")), "s": dl.Struct({"u": dl.String, "v": dl.Array(dl.Float32, 3)}),
          "h": dl.Int128, "n": dl.Null, "m": dl.Date, "i": types.Interval, "q": types.Uuid, "j": types.Json}


def test_schemas_and_types_go_out_and_come_in():
    schema = dl.Schema(SCHEMA)
    arrow = pa.schema(schema)
    assert arrow.field("t").type == pa.timestamp("ms") and arrow.field("a").type == pa.int8()
    assert dl.Schema(arrow) == schema
    for dtype in SCHEMA.values():
        assert dl.Schema(pa.schema([pa.field(dtype).with_name("a")])) == {"a": dtype}
    assert pa.schema(dl.DataFrame({"a": [1]}).schema) == pa.schema([("a", pa.int64())])


def test_arrow_types_are_taken_where_types_are():
    asked = pa.schema([("a", pa.int8()), ("b", pa.large_string())])
    frame = dl.DataFrame({"a": [1], "b": ["x"]}, schema=asked)
    assert frame.schema == {"a": dl.Int8, "b": dl.String}
    assert frame.select(dl.col("a").cast(pa.float32())).schema == {"a": dl.Float32}
    assert dl.Series([1], dtype=pa.uint8()).dtype == dl.UInt8
    assert dl.Schema(pa.schema([])) == {} and pa.schema(dl.Schema()) == pa.schema([])
    with pytest.raises(dl.NotSupported):
        dl.Schema(pa.schema([("u", pa.dense_union([pa.field("x", pa.int8())]))]))


# ---- what a consumer asks for

@pytest.mark.parametrize("make", [
    lambda: dl.DataFrame({"a": [1, 2], "b": ["x", "a text of more than twelve bytes"]}),
    lambda: dl.LazyFrame({"a": [1, 2], "b": ["x", "a text of more than twelve bytes"]}),
    lambda: dl.sql("SELECT * FROM (VALUES (1, 'x'), (2, 'a text of more than twelve bytes')) t(a, b)")],
    ids=["frame", "lazy", "sql"])
def test_a_requested_schema_is_honoured(make):
    asked = pa.schema([("a", pa.int16()), ("b", pa.string_view())])
    stream = make().__arrow_c_stream__(asked.__arrow_c_schema__())
    table = pa.RecordBatchReader._import_from_c_capsule(stream).read_all()
    assert table.schema == asked
    assert table.to_pydict() == {"a": [1, 2], "b": ["x", "a text of more than twelve bytes"]}


def test_a_requested_schema_that_is_none_of_these_rows():
    frame = dl.DataFrame({"a": [1, 300], "b": ["x", None]})
    with pytest.raises(dl.errors.InvalidArgument, match="1 columns was asked for; there are 2"):
        frame.__arrow_c_stream__(pa.schema([("a", pa.int8())]).__arrow_c_schema__())
    # No cast leads there: the column keeps its type, which is for the consumer to see.
    kept = frame.__arrow_c_stream__(pa.schema([("a", pa.date32()), ("b", pa.string())]).__arrow_c_schema__())
    assert _engine.arrow_field(kept)[4][0][1] == "l"
    narrow = frame.__arrow_c_stream__(pa.schema([("a", pa.int8()), ("b", pa.string())]).__arrow_c_schema__())
    with pytest.raises(OSError, match="out of range"):
        pa.RecordBatchReader._import_from_c_capsule(narrow).read_all()


def test_a_series_in_a_requested_type():
    assert pa.array(dl.Series([1, None]), type=pa.int8()).type == pa.int8()
    capsule = dl.Series([1, None]).__arrow_c_stream__(pa.field("", pa.int8()).__arrow_c_schema__())
    assert _engine.arrow_field(capsule)[1] == "c"


@pytest.mark.parametrize("texts", [
    [], ["x"], [None, "x"], ["x" * 12, "x" * 13, None, "", "ä" * 500], [None] * 3, ["y" * 40] * 5000])
def test_texts_as_views(texts):
    frame = dl.DataFrame({"t": dl.Series(texts, dtype=dl.String)})
    frame = dl.concat([frame, frame.with_columns(dl.col("t").reverse())])
    expected = texts + texts[::-1]
    bytes_ = [text if text is None else text.encode() for text in expected]
    asked = pa.schema([("t", pa.string_view())]).__arrow_c_schema__()
    table = pa.RecordBatchReader._import_from_c_capsule(frame.__arrow_c_stream__(asked)).read_all()
    table.validate(full=True)
    assert table["t"].to_pylist() == frame.to_polars()["t"].to_list() == expected
    assert dl.DataFrame({"b": dl.Series(bytes_, dtype=dl.Binary)}).to_polars()["b"].to_list() == bytes_


# ---- devices

def test_devices_both_ways():
    frame = dl.DataFrame({"a": [1, 2], "b": ["x", None]})
    assert dl.DataFrame(only(frame, "__arrow_c_device_stream__")).equals(frame)
    assert dl.DataFrame(only(frame["a"], "__arrow_c_device_array__")).rows() == [(1,), (2,)]
    batch = pa.record_batch({"n": [1, None]})
    assert dl.DataFrame(only(batch, "__arrow_c_device_array__")).rows() == [(1,), (None,)]
    schema, held = frame["a"].__arrow_c_device_array__()
    assert pa.Array._import_from_c_device_capsule(schema, held).to_pylist() == [1, 2]


def test_memory_of_another_device_is_refused():
    class Elsewhere:
        def __arrow_c_device_array__(self, requested_schema=None, **options):
            schema, held = pa.array([1, 2]).__arrow_c_device_array__()
            pointer = ctypes.pythonapi.PyCapsule_GetPointer
            pointer.restype, pointer.argtypes = ctypes.c_void_p, (ctypes.py_object, ctypes.c_char_p)
            # Behind the array of ten words, and the number of the device: what kind of device it is.
            ctypes.c_int32.from_address(pointer(held, b"arrow_device_array") + 88).value = 2
            return schema, held

    elsewhere = Elsewhere()
    with pytest.raises(dl.NotSupported, match="device of type 2"):
        dl.DataFrame(elsewhere)


def test_options_of_later_protocols():
    frame = dl.DataFrame({"a": [1]})
    assert frame.__arrow_c_device_stream__(None, stream=None)
    with pytest.raises(NotImplementedError, match="stream"):
        frame.__arrow_c_device_stream__(None, stream=1)
    with pytest.raises(NotImplementedError):
        frame["a"].__arrow_c_device_array__(None, stream=1)


# ---- the buffer protocol

@pytest.mark.parametrize("memory", [array.array("h", [1, 2]), memoryview(array.array("h", [1, 2]))],
                         ids=["array", "memoryview"])
def test_memory_comes_in(memory):
    assert dl.DataFrame(memory).schema == {"column_0": dl.Int16}
    assert dl.sql("FROM memory").fetchall() == dl.DataFrame(memory).rows() == [(1,), (2,)]
    assert dl.DataFrame({"a": memory}).rows() == [(1,), (2,)]


def test_memory_of_two_dimensions_comes_in():
    memory = memoryview(np.arange(6, dtype="f4").reshape(3, 2))
    assert dl.DataFrame(memory).rows() == [(0, 1), (2, 3), (4, 5)]


@pytest.mark.parametrize("values, dtype", [
    ([1, 2], dl.Int8), ([1, 2], dl.UInt64), ([1.5, 2.5], dl.Float32), ([1.5, 2.5], None),
    ([True, False], None)])
def test_memory_goes_out(values, dtype):
    series = dl.Series(values, dtype=dtype)
    with memoryview(series) as view:
        assert view.tolist() == values and view.readonly
    assert np.frombuffer(series, dtype=series.to_numpy().dtype).tolist() == values


@pytest.mark.parametrize("values", [[1, None], ["x"], [[1]]])
def test_memory_that_is_none(values):
    with pytest.raises(BufferError, match="to_numpy|missing"):
        memoryview(dl.Series(values))
