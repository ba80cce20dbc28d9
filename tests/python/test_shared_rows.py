"""Rows that leave a frame in the memory they lie in, and come in the same way."""

import datetime as dt
import gc
import struct

import doline as dl
import polars as pl
import pyarrow as pa
import pytest

ROWS = 300_000  # several segments of a table, and batches


def _texts(row):
    """Texts in place, just longer than that, long ones, and such that are not ASCII."""
    return [f"{row}", f"customer {row:07}", "é" * (row % 9), "x" * (row % 300)][row % 4]


def _frame(with_nulls):
    def null(row, each):
        return with_nulls and row % each == 0
    rows = range(ROWS)
    return pl.DataFrame({
        "row": rows,
        "small": pl.Series([None if null(r, 7) else r % 100 for r in rows], dtype=pl.Int8),
        "even": pl.Series([None if null(r, 11) else r % 2 == 0 for r in rows], dtype=pl.Boolean),
        "real": pl.Series([None if null(r, 13) else r / 3 for r in rows], dtype=pl.Float64),
        "text": pl.Series([None if null(r, 5) else _texts(r) for r in rows], dtype=pl.String),
        "day": pl.Series([None if null(r, 17) else dt.date(2000, 1, 1 + r % 28) for r in rows], dtype=pl.Date),
        "list": pl.Series([None if null(r, 19) else [r, None][:r % 3] for r in rows], dtype=pl.List(pl.Int64)),
    })


@pytest.fixture(scope="module", params=[False, True], ids=["without NULLs", "with NULLs"])
def frames(request):
    """A frame of Polars and the same of ours."""
    theirs = _frame(request.param)
    return theirs, dl.DataFrame(theirs)


@pytest.mark.parametrize("kept", [3, 2, 1000, ROWS], ids=lambda each: f"one of {each}")
def test_filtered_rows_go_out_as_they_are(frames, kept):
    theirs, ours = frames
    expected = theirs.filter(pl.col("row") % kept == 1)
    found = ours.filter(dl.col("row") % kept == 1)
    assert found.to_polars().equals(expected)
    assert pl.from_arrow(found.to_arrow()).equals(expected)


def test_a_part_of_the_rows_goes_out(frames):
    theirs, ours = frames
    found = ours.filter(dl.col("row") % 3 == 1)
    expected = theirs.filter(pl.col("row") % 3 == 1)
    for offset, length in ((0, 1), (2047, 2), (50_000, 20_000), (99_990, 20)):
        assert found.slice(offset, length).to_polars().equals(expected.slice(offset, length))
        assert pl.from_arrow(found.slice(offset, length).to_arrow()).equals(expected.slice(offset, length))


def test_no_rows_go_out(frames):
    theirs, ours = frames
    none = ours.filter(dl.col("row") < 0)
    assert none.to_polars().equals(theirs.clear())
    assert none.to_arrow().num_rows == 0


def test_memory_outlives_the_frame(frames):
    theirs, ours = frames
    found = ours.filter(dl.col("row") % 3 == 1)
    polars_frame, table = found.to_polars(), found.to_arrow()
    del found
    gc.collect()
    for start in range(3):  # what takes memory that would be free
        dl.select(dl.int_range(start, 2 * ROWS).alias("n")).filter(dl.col("n") % 3 == 1)
    expected = theirs.filter(pl.col("row") % 3 == 1)
    assert polars_frame.equals(expected)
    assert pl.from_arrow(table).equals(expected)


def test_a_batch_outlives_the_others(frames):
    theirs, ours = frames
    expected = theirs.filter(pl.col("row") % 3 == 1)["text"]
    table = ours.filter(dl.col("row") % 3 == 1).to_arrow()
    last = table["text"].chunk(table["text"].num_chunks - 1)
    del table
    gc.collect()
    assert last.to_pylist() == expected[-len(last):].to_list()


def _addresses(table, column):
    return [buffer.address for chunk in table[column].chunks for buffer in chunk.buffers() if buffer]


def test_numbers_are_not_copied(frames):
    _, ours = frames
    found = ours.filter(dl.col("row") % 3 == 1)
    one, other = found.to_arrow(), found.to_arrow()
    for column in ("row", "small", "even", "real", "day"):
        assert _addresses(one, column) == _addresses(other, column)
    assert one["row"].num_chunks <= 3


def test_changed_rows_go_out(frames):
    theirs, _ = frames
    with dl.connect() as con:
        con.execute("CREATE TABLE t AS SELECT * FROM theirs WHERE row % 3 = 1")
        con.execute("DELETE FROM t WHERE row % 5 = 0 OR row BETWEEN 100000 AND 200000")
        con.execute("UPDATE t SET text = 'changed ' || row WHERE row % 7 = 0")
        found = con.execute("SELECT row, real, text FROM t").pl()
    expected = theirs.filter(pl.col("row") % 3 == 1, pl.col("row") % 5 != 0,
                             ~pl.col("row").is_between(100000, 200000))
    changed = pl.when(pl.col("row") % 7 == 0).then("changed " + pl.col("row").cast(pl.String))
    assert found.equals(expected.select("row", "real", changed.otherwise("text").alias("text")))


@pytest.mark.parametrize("dtype", [pa.string(), pa.large_string(), pa.string_view(), pa.binary_view()], ids=str)
@pytest.mark.parametrize("texts", [
    ["", "a", "twelve bytes", "thirteen byte", None, "x" * 100, "y"],
    ["é", "größer", None, "a text that is long: ünïcödé", "plain"],
    [None, None, None],
    ["thirteen byte"],
], ids=["ASCII", "not ASCII", "NULLs", "one"])
def test_slices_of_texts_come_in(dtype, texts):
    values = [text.encode() if text is not None and "binary" in str(dtype) else text for text in texts]
    array = pa.array(values * 3, dtype)
    for offset in range(len(texts)):
        rows = pa.table({"t": array.slice(offset, len(texts))})
        expected = (values * 3)[offset:offset + len(texts)]
        assert dl.DataFrame(rows)["t"].to_list() == expected
        assert dl.sql("SELECT t FROM rows WHERE t IS NOT NULL").fetchall() == [
            (text,) for text in expected if text is not None]


def _views(views, buffers):
    """An array of texts whose views are (size, number of the buffer, place in it)."""
    packed = b"".join(struct.pack("<i4sii", size, dict(enumerate(buffers)).get(number, b"")[place:place + 4],
                                  number, place) for size, number, place in views)
    return pa.Array.from_buffers(pa.string_view(), len(views),
                                 [None, pa.py_buffer(packed), *map(pa.py_buffer, buffers)])


@pytest.mark.parametrize("count", [1, 31, 32, 33, 80])
def test_views_into_many_buffers_come_in(count):
    buffers = [f"text number {number:08} behind".encode() for number in range(count)]
    views = [(size, number, place) for number in range(count) for size, place in ((20, 0), (13, 5), (27, 0))]
    rows = pa.table({"t": _views(views, buffers)})
    assert dl.DataFrame(rows)["t"].to_list() == [
        buffers[number][place:place + size].decode() for size, number, place in views]


@pytest.mark.parametrize("view", [(-1, 0, 0), (20, 1, 0), (20, -1, 0), (20, 0, 8), (20, 0, -1),
                                  (20, 0, 2**31 - 1), (2**31 - 1, 0, 0)], ids=str)
def test_views_that_lie_are_refused(view):
    buffers = [b"text number 00000000 behind"]
    rows = pa.table({"t": _views([(20, 0, 0)] * 3 + [view], buffers)})
    with pytest.raises(dl.errors.Error, match='column "t"'):
        dl.DataFrame(rows).rows()
    assert dl.DataFrame(rows.slice(0, 3)).height == 3
