"""Bad input from Python ends in an exception that says what is wrong, never in a crash."""

import ctypes
import datetime as dt
import decimal

import doline
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from doline import _engine


class Giving:
    """An object whose stream is whatever it was made with."""

    def __init__(self, capsule):
        self.capsule = capsule

    def __arrow_c_stream__(self, requested_schema=None):
        return self.capsule


def raw_capsule(name):
    make = ctypes.pythonapi.PyCapsule_New
    make.restype, make.argtypes = ctypes.py_object, (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)
    return make(1, name, None)


OTHER_NAME = b"something_else"  # a capsule does not keep its name
other_name = raw_capsule(OTHER_NAME)


@pytest.mark.parametrize("thing", [
    Giving(None), Giving(5), Giving(object()), Giving(other_name),
    Giving(pa.schema([]).__arrow_c_schema__()),
], ids=["none", "number", "object", "other capsule", "a schema's capsule"])
def test_streams_that_are_none(thing):
    with pytest.raises((TypeError, ValueError, doline.errors.Error)):
        doline.sql("FROM thing").fetchall()


def lying(change):
    """A record batch of numbers whose array says what is not so."""
    class Liar:
        def __arrow_c_array__(self, requested_schema=None):
            schema, array = pa.record_batch({"n": pa.array([1, 2, 3])}).__arrow_c_array__()
            pointer = ctypes.pythonapi.PyCapsule_GetPointer
            pointer.restype, pointer.argtypes = ctypes.c_void_p, (ctypes.py_object, ctypes.c_char_p)
            change((ctypes.c_int64 * 10).from_address(pointer(array, b"arrow_array")))
            return schema, array
    return Liar()


# The first words of an ArrowArray: length, null_count, offset, n_buffers.
@pytest.mark.parametrize("change", [
    lambda words: words.__setitem__(0, -1), lambda words: words.__setitem__(0, 1 << 60),
    lambda words: words.__setitem__(0, 4), lambda words: words.__setitem__(2, -5),
    lambda words: words.__setitem__(2, 1), lambda words: words.__setitem__(3, 0),
], ids=["negative length", "endless length", "longer than its column", "negative offset",
        "offset past the end", "no buffers"])
def test_arrays_that_lie(change):
    thing = lying(change)
    with pytest.raises(doline.errors.CorruptData):
        doline.sql("SELECT * FROM thing").fetchall()


class Raising:
    def __index__(self):
        raise RuntimeError("not today")


def test_values_whose_methods_raise():
    with pytest.raises(RuntimeError, match="not today"):
        _engine.column_of_values([Raising()])

    class Zone(dt.tzinfo):
        def utcoffset(self, when):
            raise RuntimeError("no zone")

    with pytest.raises(RuntimeError, match="no zone"):
        doline.sql("SELECT ?", [dt.datetime(2024, 1, 1, tzinfo=Zone())])


def test_decimals_that_are_something_else():
    class Odd(decimal.Decimal):
        def as_tuple(self):
            return (0,)

    with pytest.raises(IndexError):
        doline.sql("SELECT ?", [Odd("1")])


def test_lists_that_change_while_they_are_read():
    class Emptying:
        def __init__(self, values):
            self.values = values

        def __index__(self):
            self.values.clear()
            return 1

    values = []
    values.extend(Emptying(values) for _ in range(100))
    assert len(_engine.column_of_values(values)) <= 1

    class Swapping:
        def __init__(self, values):
            self.values, self.calls = values, 0

        def __index__(self):
            self.values[1] = "a text now"
            return 1

    values = [None, 2]
    values[0] = Swapping(values)
    with pytest.raises(doline.errors.Error):
        _engine.column_of_values(values)


@pytest.mark.parametrize("value", [
    2**128, -(2**200), decimal.Decimal("1E+99999999"), decimal.Decimal("1E-99999999"),
    decimal.Decimal("NaN"), decimal.Decimal("Infinity"), "\ud800", {1: 2, "x": 3}, [1, "x"],
    [1.5, 2**60 + 1], object(), 1j, dt.time(1, tzinfo=dt.timezone.utc), {"a": object()}, range(3), {1, 2},
], ids=repr)
def test_values_that_have_no_place_in_sql(value):
    with pytest.raises((doline.errors.Error, UnicodeEncodeError)):
        doline.sql("SELECT ?", [value])


def test_a_list_within_itself():
    value = []
    value.append(value)
    with pytest.raises((doline.errors.Error, RecursionError)):
        doline.sql("SELECT ?", [value])


@pytest.mark.parametrize("arguments", [
    (np.zeros((2, 2)), "g"), (np.arange(6)[::2], "l"), (b"1234567", "l", "", np.zeros(9, dtype="u1")),
    ([1, 2], "l"), (5, "l"),
], ids=["two dimensions", "gaps", "a mask too long", "a list", "a number"])
def test_buffers_that_are_none(arguments):
    with pytest.raises((doline.errors.Error, TypeError)):
        _engine.column_of_buffer(*arguments)


def test_columns_of_different_lengths():
    columns = {"a": [1], "b": [1, 2]}
    with pytest.raises(doline.errors.InvalidArgument, match="different lengths"):
        doline.sql("FROM columns")
    with pytest.raises(doline.errors.InvalidArgument, match="1 names for 2 columns"):
        _engine.Table.of_columns(["a"], [_engine.column_of_values([1]), _engine.column_of_values([2])])


@pytest.mark.parametrize("tree", [b"", b"DLST", b"DLST\x01\x01", b"\xff" * 100, b"DLST\x01\x02" + b"\x01" * 50])
def test_bytes_that_are_no_tree(tree):
    with pytest.raises(doline.errors.CorruptData):
        _engine.Session.open().prepare(tree)


def test_a_deep_expression_is_refused():
    with pytest.raises(doline.errors.SyntaxError):
        doline.sql("SELECT " + "(" * 100_000 + "1" + ")" * 100_000)


def test_a_closed_session_says_so(connection):
    session = _engine.Session.open()
    statement = session.prepare("SELECT 1")
    session.close()
    with pytest.raises(doline.errors.InvalidArgument, match="closed"):
        session.prepare("SELECT 1")
    assert statement.run().fetch() == [(1,)]  # what was made before goes on


def test_a_column_out_of_range():
    table = _engine.Table.collect(pa.table({"a": [1]}))
    for call in (table.to_list, table.raw_values, table.null_mask, table.dictionary):
        with pytest.raises(IndexError):
            call(1)


class Empty:
    """A device stream's capsule that is used up, and things that are no capsules."""

    def __init__(self, given):
        self.given = given

    def __arrow_c_device_stream__(self, requested_schema=None, **options):
        return self.given


@pytest.mark.parametrize("given", [None, 5, object(), other_name, pa.schema([]).__arrow_c_schema__()],
                         ids=["none", "number", "object", "other capsule", "a schema's capsule"])
def test_device_streams_that_are_none(given):
    thing = Empty(given)
    with pytest.raises((TypeError, ValueError, doline.errors.Error)):
        doline.sql("FROM thing").fetchall()


def test_a_device_stream_is_used_up_once():
    thing = Empty(doline.DataFrame({"a": [1]}).__arrow_c_device_stream__())
    assert doline.DataFrame(thing).rows() == [(1,)]
    with pytest.raises(doline.errors.InvalidArgument, match="used up"):
        doline.DataFrame(thing)


def file_that_says(path, rows, told):
    """A Parquet file of a query's rows, whose Arrow schema is `told`."""
    doline.sql(f"COPY ({rows}) TO '{path}' (FORMAT parquet, KV_METADATA {{'ARROW:schema': '{told}'}})")
    pairs = doline.sql(f"SELECT key::VARCHAR, value::VARCHAR FROM parquet_kv_metadata('{path}')").fetchall()
    assert ("ARROW:schema", told) in pairs
    return str(path)


def arrow_schema_of(path, table):
    pq.write_table(table, path)
    return pq.read_metadata(path).metadata[b"ARROW:schema"].decode()


@pytest.mark.parametrize("told", ["", "AAAA", "/////wgAAAD/////AAAAAA==", "no base64", "/////3gAAAAQAAAA" * 9])
def test_arrow_schemas_of_files_that_are_none(tmp_path, told):
    path = file_that_says(tmp_path / "a.parquet", "SELECT i AS a FROM range(2) t(i)", told)
    assert doline.read_parquet(path).rows() == [(0,), (1,)]


@pytest.mark.parametrize("rows", [
    "SELECT [1] AS a", "SELECT 'x' AS a", "SELECT 1 AS a, 2 AS b", "SELECT {'d': 1} AS a", "SELECT 1.5 AS a"])
def test_an_arrow_schema_of_other_columns_says_nothing(tmp_path, rows):
    told = arrow_schema_of(tmp_path / "d.parquet", pa.table({"a": pa.array([1, 2], pa.duration("us"))}))
    path = file_that_says(tmp_path / "a.parquet", rows, told)
    assert doline.read_parquet(path).rows() == doline.sql(rows).fetchall()
    assert doline.read_parquet(path).schema == doline.DataFrame(doline.sql(rows)).schema


def test_arrays_of_a_file_that_are_of_another_length(tmp_path):
    told = arrow_schema_of(tmp_path / "d.parquet", pa.table({"a": pa.array([[1, 2]], pa.list_(pa.int64(), 2))}))
    path = file_that_says(tmp_path / "a.parquet", "SELECT [1, 2] AS a UNION ALL SELECT [3]", told)
    with pytest.raises(doline.errors.ConversionError, match="length differs"):
        doline.read_parquet(path)
