"""Every public name of Polars' module works here, or raises NotSupported that says what to use."""

import asyncio
import pickle
import types

import doline
import doline as dl
import polars
import pytest
from doline import selectors as cs

# Modules that Polars' own names live in; people use the names.
INTERNAL = {name for name in dir(polars) if name[0] != "_" and not hasattr(doline, name) and name not in polars.__all__}


def test_every_name_is_there_or_says_what_to_use():
    assert not [name for name in polars.__all__ if not hasattr(doline, name)]
    for name in polars.__all__:
        ours = getattr(doline, name)
        if getattr(ours, "__module__", "") == "doline.refused":
            with pytest.raises(doline.NotSupported) as refused:
                ours() if isinstance(ours, types.FunctionType) else ours.anything
            assert refused.value.hint and "nothing" not in refused.value.hint, name


def test_what_is_left_out_is_no_name_for_people():
    assert all(isinstance(getattr(polars, name), types.ModuleType) or name in {
        "Any", "TYPE_CHECKING", "override", "wrap_df", "wrap_s", "jemalloc_conf"} for name in INTERNAL), INTERNAL


def test_every_exception_has_its_name():
    absent = [name for name in dir(polars.exceptions) if name[0].isupper() and name != "TYPE_CHECKING"
              and not hasattr(doline.exceptions, name)]
    assert not absent


RAISED = {
    "ColumnNotFoundError": lambda pl: pl.DataFrame({"a": [1]}).select("b"),
    "NoDataError": lambda pl: pl.read_csv(b""),
    "SQLSyntaxError": lambda pl: pl.SQLContext(t=pl.DataFrame({"a": [1]})).execute("SELECT a FROM", eager=True),
    "ComputeError": lambda pl: pl.read_csv(b"a,b\n1,2,3\n", schema={"a": pl.Int64, "b": pl.Int64}),
    "PolarsError": lambda pl: pl.DataFrame({"a": ["x"]}).select(pl.col("a").cast(pl.Int64)),
    "InvalidOperationError": lambda pl: pl.DataFrame({"a": ["x"]}).select(pl.col("a").cast(pl.Int64)),
}


@pytest.mark.parametrize("name", RAISED)
def test_except_clauses_go_on_working(name):
    for pl in (polars, doline):
        if pl is polars and name == "SQLSyntaxError":
            continue  # Polars raises SQLInterfaceError
        with pytest.raises(getattr(pl.exceptions, name)):
            RAISED[name](pl)


def test_several_queries():
    lazy = dl.LazyFrame({"a": [1, 2]})
    frames = asyncio.run(dl.collect_all_async([lazy, lazy.head(1)]))
    assert [frame.height for frame in frames] == [2, 1]
    assert dl.explain_all([lazy, lazy]) == "\n\n".join([lazy.explain()] * 2)
    with pytest.raises(TypeError, match="bogus"):
        dl.collect_all([lazy], bogus=1)
    for pl in (polars, doline):
        parts = [pl.DataFrame({"k": [1, 4]}), pl.DataFrame({"k": [2]}), pl.DataFrame({"k": [3]})]
        assert pl.merge_sorted(parts, "k").rows() == [(1,), (2,), (3,), (4,)]
        assert sorted(pl.union(parts).rows()) == [(1,), (2,), (3,), (4,)]
        assert pl.DataFrame({"a": [1, None, 1]}).select(pl.cum_count("a"), n=pl.approx_n_unique("a")).row(2)[0] == 2


def test_what_the_process_is(capsys):
    text = "".join(map(chr, range(32, 127)))
    assert dl.escape_regex(text) == polars.escape_regex(text)
    assert dl.thread_pool_size() >= 1 and dl.build_info()["version"] == dl.__version__
    dl.show_versions()
    assert "polars" in capsys.readouterr().out


SELECTIONS = {
    "type": lambda: cs.numeric(), "both": lambda: cs.numeric() | cs.string(), "but": lambda: cs.all() - cs.by_name("a"),
    "not": lambda: ~cs.numeric(), "pattern": lambda: cs.matches("^a"), "ends": lambda: cs.ends_with("b", "c"),
    "of types": lambda: cs.by_dtype(dl.Int64, dl.String), "places": lambda: cs.by_index(0, -1), "first": lambda: cs.first(),
    "all": lambda: dl.all(), "columns": lambda: dl.col("a", "b"), "exclude": lambda: dl.all().exclude("a"),
    "of a type": lambda: dl.col(dl.Int64), "with work": lambda: (cs.numeric() + 1).name.suffix("_more"), "nth": lambda: dl.nth(0, 2),
}


@pytest.mark.parametrize("selection", SELECTIONS.values(), ids=SELECTIONS)
def test_selections_are_pickled(selection):
    frame = dl.DataFrame({"a": [1], "b": ["x"], "c": [0.5], "ab": [True]})
    again = pickle.loads(pickle.dumps(selection()))
    assert frame.select(again).equals(frame.select(selection())) and repr(again) == repr(selection())


def test_results_of_sql_are_pickled():
    letters = {"a": ["x", "y"]}
    result = doline.sql("SELECT a FROM letters WHERE a > ?", ["x"])
    again = pickle.loads(pickle.dumps(result))
    assert again.collect().rows() == [("y",)] and letters


def test_what_is_refused_says_what_to_use():
    from doline import refused

    for names in (refused.EXPRESSIONS, refused.FRAMES, refused.FUNCTIONS, refused.MODULES):
        for name, instead in names.items():
            assert not any(word in instead for word in (" gives ", " is exact", " tells ")), (name, instead)
    for kind, name in ((dl.col("a"), "qcut"), (dl.DataFrame({"a": [1]}), "write_excel"), (dl, "read_clipboard")):
        with pytest.raises(doline.NotSupported) as raised:
            getattr(kind, name)()
        assert raised.value.hint.startswith("use ")
