"""Rows and columns by places, names and masks; changes in place; operators of whole frames."""

import copy

import doline as dl
import numpy as np
import polars
import pytest
from frames.peer import Frames, both, check

ROWS = {
    "reversed": lambda pl, d: d.numbers[::-1],
    "backwards by two": lambda pl, d: d.numbers[3:0:-2],
    "by two": lambda pl, d: d.numbers[1::2],
    "none": lambda pl, d: d.numbers[4:2],
    "a slice of columns": lambda pl, d: d.numbers[:, 1:3],
    "a slice of names": lambda pl, d: d.numbers[:, "n":"f"],
    "columns backwards": lambda pl, d: d.numbers[:, ::-1],
    "a mask of columns": lambda pl, d: d.numbers.select("i", "n")[:, [True, False]],
    "an array of columns": lambda pl, d: d.numbers[:, np.array([2, 0])],
    "rows in their order": lambda pl, d: d.numbers[[5, 0, 0, -2]],
    "an array of rows": lambda pl, d: d.numbers[np.array([1, 3])],
    "a series of rows": lambda pl, d: d.numbers[pl.Series([1, 3])],
    "a range of rows": lambda pl, d: d.numbers[range(1, 3)],
    "no rows": lambda pl, d: d.numbers[[]],
    "rows of a column": lambda pl, d: d.numbers[[2, 1], "n"],
    "one row": lambda pl, d: d.numbers[-1],
    "one value": lambda pl, d: d.numbers[-1, "n"],
    "two names": lambda pl, d: d.numbers["n", "i"],
    "filter by a list": lambda pl, d: d.numbers.filter([True, False, False, True, False, True]),
    "filter by an array": lambda pl, d: d.numbers.filter(np.array([True, False] * 3)),
    "filter by a series": lambda pl, d: d.numbers.filter(d.numbers["i"] > 3),
    "filter lazily by a list": lambda pl, d: d.numbers.lazy().filter([True, False] * 3),
    "filter by conditions in a list": lambda pl, d: d.numbers.filter([pl.col("i") > 1, pl.col("n") > 0]),
    "filter by a name": lambda pl, d: d.numbers.filter("b"),
    "filter by a function": lambda pl, d: d.people.filter(pl.col("name").str.contains("o")),
    "remove": lambda pl, d: d.numbers.remove(pl.col("n") > 0, pl.col("i") < 4),
    "remove by a list": lambda pl, d: d.numbers.remove([True, False] * 3),
    "remove by nothing": lambda pl, d: d.numbers.remove(),
    "gather": lambda pl, d: d.numbers.gather([3, 0, 3]),
    "a range by itself": lambda pl, d: d.numbers.select(pl.int_range(1, 4)),
    "a range beside an aggregate": lambda pl, d: d.numbers.select(pl.int_range(1, 4), pl.col("i").sum()),
    "gather by an expression": lambda pl, d: d.numbers.gather(pl.int_range(3, 0, -1)),
    "the only row": lambda pl, d: pl.DataFrame(dict(zip("ab", d.numbers.head(1).row()))),
    "gather beyond": lambda pl, d: d.numbers.gather([3, 99], null_on_oob=True),
    "gather lazily": lambda pl, d: d.numbers.lazy().gather([3, 0, 3]),
    "gather lazily beyond": lambda pl, d: d.numbers.lazy().gather([3, 99], null_on_oob=True),
    "tail": lambda pl, d: d.numbers.tail(2),
    "tail but two": lambda pl, d: d.numbers.tail(-2),
    "head but two": lambda pl, d: d.numbers.head(-2),
    "slice from the end": lambda pl, d: d.numbers.slice(-3, 2),
    "slice beyond the begin": lambda pl, d: d.numbers.slice(-9, 5),
    "rows of nulls": lambda pl, d: d.numbers.clear(2),
    "slices": lambda pl, d: pl.concat(list(d.numbers.iter_slices(4))[::-1]),
    "is_sorted": lambda pl, d: d.numbers.is_sorted("i") and not d.numbers.is_sorted("n")
        and not d.numbers.is_sorted("i", descending=True),
    "times a number": lambda pl, d: d.numbers.select("i", "n") * 2,
    "a frame and a frame": lambda pl, d: d.numbers.select("i", "n") + d.numbers.select("f", "i"),
    "compared": lambda pl, d: d.numbers.select("i", "n") >= 3,
    "compared with a frame": lambda pl, d: d.numbers.select("i", "n") == d.numbers[::-1].select("i", "n"),
}


@both(ROWS)
def test_example(example):
    check(example)


@pytest.mark.parametrize("verb, said", [
    (lambda pl, f: f[f["i"] > 1], "filter|mask"),
    (lambda pl, f: f[np.array([True] * 6)], "filter|mask"),
    (lambda pl, f: f[[True] * 6], "filter|mask"),
    (lambda pl, f: f["i"][f["i"] > 1], "filter"),
    (lambda pl, f: f.filter(pl.col("i")), "Int64"),
    (lambda pl, f: f.filter(pl.col("i") + 1), "Int64"),
    (lambda pl, f: f.select("i") == f.select("n"), "columns"),
    (lambda pl, f: f.filter([True, False]), "2"),
    (lambda pl, f: f[9], "9"),
    (lambda pl, f: f[[0, 9]], "9|bounds"),
    (lambda pl, f: f[9, "i"], "9"),
    (lambda pl, f: f.gather([9]), "9|bounds"),
    (lambda pl, f: f.lazy().gather([9]).collect(), "null_on_oob|bounds"),
    (lambda pl, f: f.top_k(-1, by="i"), "-1|small"),
    (lambda pl, f: f.bottom_k(-1, by="i"), "-1|small"),
    (lambda pl, f: f.row(by_predicate=pl.col("i") > 1), "more than one|returned 5"),
    (lambda pl, f: f.row(by_predicate=pl.col("i") > 99), "no row|<"),
    (lambda pl, f: f.row(1, by_predicate=pl.col("i") > 1), "index"),
    (lambda pl, f: f.item(1), "column"),
    (lambda pl, f: f[:, [True]], "4|1"),
    (lambda pl, f: f.rename({"i": "n"}), "n"),
    (lambda pl, f: f.__setitem__("i", 1), "with_columns"),
])
def test_both_refuse(verb, said):
    for pl in polars, dl:
        with pytest.raises(Exception, match=said):
            verb(pl, Frames(pl).numbers)


def test_a_mask_is_told_to_be_a_filter_as_a_type_error():
    with pytest.raises(TypeError, match="filter"):
        dl.DataFrame({"a": [1, 2]})[[True, False]]


def test_a_frame_of_nothing_has_no_rows():
    assert dl.DataFrame().shape == polars.DataFrame().shape == (0, 0)
    assert dl.DataFrame().rows() == []


def test_get_column_has_a_default():
    frame = dl.DataFrame({"a": [1]})
    assert frame.get_column("zz", default=None) is None
    with pytest.raises(dl.errors.ColumnNotFound):
        frame.get_column("zz")


def changes(pl):
    """A frame changed in place in every way there is, and what the ways returned."""
    frame = pl.DataFrame({"a": [1, 2]})
    column, other = frame["a"], frame.clone()
    out = [frame.insert_column(0, pl.Series("z", [5, 6])) is frame]
    out.append(frame.hstack([pl.Series("h", [7, 8])], in_place=True) is frame)
    out.append(frame.vstack(frame, in_place=True) is frame)
    out.append(frame.extend(frame.clone()) is frame)
    out.append(frame.replace_column(-1, pl.Series("r", range(8))) is frame)
    frame[0, "a"] = 7
    frame[[1, 2], "z"] = 0
    out.append(frame.drop_in_place("r").to_list())
    return [*out, frame.rows(), frame.columns, column.to_list(), other.rows(), copy.copy(frame) is frame]


def test_changes_in_place():
    assert changes(polars) == changes(dl)


def test_without_in_place_a_frame_stays():
    frame = dl.DataFrame({"a": [1]})
    assert frame.hstack([dl.Series("b", [2])]).columns == ["a", "b"]
    assert frame.vstack(frame).height == 2
    assert (frame.columns, frame.height) == (["a"], 1)


def test_a_column_is_put_in_once():
    frame = dl.DataFrame({"a": [1], "b": [2]})
    for put in (lambda: frame.hstack([dl.Series("a", [1])]), lambda: frame.insert_column(0, dl.Series("a", [1]))):
        with pytest.raises(dl.errors.AlreadyExists, match='"a"'):
            put()
    with pytest.raises(IndexError):
        frame.insert_column(9, dl.Series("c", [1]))


def test_a_window_of_a_big_frame_is_cut_out_where_it_is():
    frame = dl.DataFrame({"a": range(100_000)})
    assert frame[[99_999, 0, 5]].to_series().to_list() == [99_999, 0, 5]
    assert frame.tail(3).to_series().to_list() == [99_997, 99_998, 99_999]
    assert frame[::-50_000].to_series().to_list() == [99_999, 49_999]


EQUAL = {
    "the same": ({"a": [1, None]}, {"a": [1, None]}), "another value": ({"a": [1, 2]}, {"a": [1, 3]}),
    "another name": ({"a": [1]}, {"b": [1]}), "another height": ({"a": [1]}, {"a": [1, 1]}),
    "another width": ({"a": [1]}, {"a": [1], "b": [1]}), "null": ({"a": [None]}, {"a": [1]}),
    "NaN": ({"a": [float("nan")]}, {"a": [float("nan")]}), "numbers of other types": ({"a": [1]}, {"a": [1.0]}),
    "a text": ({"a": [1]}, {"a": ["1"]}), "lists": ({"a": [[1, 2]]}, {"a": [[1, 3]]}),
    "structs": ({"a": [{"x": 1}]}, {"a": [{"x": 1}]}), "no rows": ({"a": []}, {"a": []}),
}


@pytest.mark.parametrize("one, other", EQUAL.values(), ids=EQUAL)
@pytest.mark.parametrize("null_equal", [True, False])
def test_equals(one, other, null_equal):
    told = [pl.DataFrame(one).equals(pl.DataFrame(other), null_equal=null_equal) for pl in (polars, dl)]
    assert told[0] == told[1]


def test_to_numpy_has_polars_options():
    data = {"i": [1, 2], "f": [0.5, None], "s": ["x", "yy"]}
    for pl in polars, dl:
        frame = pl.DataFrame(data)
        rows = frame.to_numpy(structured=True)
        assert rows.dtype.names == ("i", "f", "s") and rows["i"].dtype == "int64"
        assert rows["s"].tolist() == ["x", "yy"]
        numbers = frame.select("i", "f")
        assert numbers.to_numpy(order="c").flags.c_contiguous
        assert numbers.to_numpy(order="fortran").flags.f_contiguous
        assert frame["i"].to_numpy(writable=True).flags.writeable
    with pytest.raises(dl.NotSupported, match="allow_copy"):
        dl.DataFrame(data).to_numpy(allow_copy=False)
    with pytest.raises(ValueError, match="order"):
        dl.DataFrame(data).to_numpy(order="k")


def test_to_pandas_and_to_arrow_have_polars_options():
    frame = dl.DataFrame({"a": [1, None]})
    assert str(frame.to_pandas(use_pyarrow_extension_array=True)["a"].dtype) == "int64[pyarrow]"
    assert frame.to_pandas(integer_object_nulls=True)["a"].tolist() == [1, None]
    assert str(frame["a"].to_pandas(use_pyarrow_extension_array=True).dtype) == "int64[pyarrow]"
    with pytest.raises(dl.NotSupported, match="compat_level"):
        frame.to_arrow(compat_level=1)


def test_a_frame_is_made_anew_by_what_it_is_written_as():
    import datetime
    frame = dl.DataFrame({"a": [1, None], "s": ["x", "y"], "d": [datetime.date(2024, 1, 1)] * 2})
    assert eval(frame.to_init_repr(), {"pl": dl, "datetime": datetime}).equals(frame)


def test_estimated_size():
    for pl in polars, dl:
        frame = pl.DataFrame({"a": [1, 2, 3]})
        assert (frame.estimated_size(), frame.estimated_size("kb")) == (24, 24 / 1024)
    with pytest.raises(ValueError, match="unit"):
        dl.DataFrame({"a": [1]}).estimated_size("pounds")


def test_show_prints_a_limit_and_takes_settings(capsys):
    frame = dl.DataFrame({"text": ["a" * 40] * 9})
    frame.show(2, fmt_str_lengths=5)
    told = capsys.readouterr().out
    assert "(2, 1)" in told and "aaaaa…" in told and "a" * 6 not in told
    frame.lazy().show(3)
    assert "(3, 1)" in capsys.readouterr().out
    with pytest.raises(dl.NotSupported, match="tbl_width_chars"):
        frame.show(tbl_width_chars=80)


def test_what_numpy_counts_with_is_a_place():
    frame = dl.DataFrame({"a": [1, 2]})
    assert frame[np.int64(1), 0] == frame["a"][np.int64(1)] == 2
    assert (1 - frame).rows() == [(0,), (-1,)]


def test_texts_and_bytes_are_written_without_a_file():
    for pl in polars, dl:
        frame = pl.DataFrame({"a": [1, None]})
        assert [dict(row) for row in map(eval, frame.write_ndjson().replace("null", "None").splitlines())] == \
            frame.to_dicts()
        assert polars.read_ipc(frame.write_ipc(None).getvalue()).rows() == frame.rows()


def test_keys_are_completed_in_notebooks():
    assert dl.DataFrame({"a": [1], "b": [2]})._ipython_key_completions_() == ["a", "b"]


def test_a_lazy_frame_is_inspected_as_it_runs(capsys):
    made = dl.LazyFrame({"a": [1, 2]}).inspect("seen {0.height}").select(dl.col("a").sum())
    assert capsys.readouterr().out == "" and made.collect().item() == 3
    assert capsys.readouterr().out == "seen 2\n"
