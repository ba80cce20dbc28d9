"""Expressions written as SQL, and the engine's functions as functions of expressions."""

import pickle
import re

import doline
import doline as dl
import pytest
from doline import functions as f
from doline.engine_functions import registry
from doline.sql_text import sql_expr

FRAME = {"a": [1, 2, 3, None], "k": ["x", "y", "x", "y"], "l": [[1, 2], [], [3], None], "s": [{"p": i} for i in range(4)]}
# text → the same in frames' words, and whether it is one row.
SAME = {
    "a * 2 + 1": lambda: dl.col("a") * 2 + 1,
    "a > 1 AND k = 'x'": lambda: (dl.col("a") > 1) & (dl.col("k") == "x"),
    "CASE WHEN a IS NULL THEN 0 ELSE a END": lambda: dl.col("a").fill_null(0),
    "a BETWEEN 2 AND 3": lambda: dl.col("a").is_between(2, 3),
    "a IN (1, 3)": lambda: dl.col("a").is_in([1, 3]),
    "s.p": lambda: dl.col("s").struct.field("p"),
    "CAST(a AS DOUBLE)": lambda: dl.col("a").cast(dl.Float64),
    "l[1]": lambda: dl.col("l").list.get(0, null_on_oob=True),
    "list_transform(l, lambda x: x + 1)": lambda: dl.col("l").list.eval(dl.element() + 1),
    "max(a)": lambda: dl.col("a").max(),
    "a - max(a)": lambda: dl.col("a") - dl.col("a").max(),
    "count(*)": lambda: dl.len().cast(dl.Int64),
    "count(DISTINCT k)": lambda: dl.col("k").n_unique().cast(dl.Int64),
    "max(a) FILTER (k = 'y')": lambda: dl.col("a").filter(dl.col("k") == "y").max(),
    "max(a) OVER (PARTITION BY k)": lambda: dl.col("a").max().over("k"),
    "lag(a) OVER (ORDER BY a)": lambda: dl.col("a").sort_by("a", nulls_last=True).shift(1),
}


@pytest.mark.parametrize("text", SAME)
def test_a_text_is_what_frames_say(text):
    frame = dl.DataFrame(FRAME).with_columns()
    given = frame.with_columns(x=sql_expr(text))["x"].to_list()
    if text.startswith("lag"):
        assert given == [None, 1, 2, 3]
        return
    assert given == frame.with_columns(x=SAME[text]())["x"].to_list()
    again = pickle.loads(pickle.dumps(sql_expr(text)))
    assert frame.with_columns(x=again)["x"].to_list() == given


@pytest.mark.parametrize("text", ["sum(a)", "max(a * 2)", "count(*)", "count(DISTINCT a)", "list(a ORDER BY a DESC)",
                                  "sum(a) / count(*)", "upper(min(k)) || 'z'", "string_agg(k, '-' ORDER BY a DESC NULLS FIRST)"])
def test_aggregates_are_of_groups(text):
    frame = dl.DataFrame(FRAME)
    expected = doline.sql(f"SELECT k, {text} AS x FROM frame GROUP BY k ORDER BY k").fetchall()
    assert frame.group_by("k").agg(sql_expr(f"{text} AS x")).sort("k").rows() == expected


def test_a_text_may_be_long():
    frame = dl.DataFrame({"a": [1, 2]})
    assert frame.select(sql_expr(" + ".join(["a"] * 300))).to_series().to_list() == [300, 600]


def test_names():
    frame = dl.DataFrame(FRAME)
    assert frame.select(sql_expr("a + 1 AS b"), sql_expr("upper(k)"), *sql_expr(["a AS c", "k AS d"])).columns == ["b", "k", "c", "d"]


@pytest.mark.parametrize(("text", "kind"), [
    ("a +", doline.errors.SyntaxError), ("a, k", ValueError), ("a FROM t", ValueError), ("(SELECT 1)", doline.NotSupported),
    ("*", doline.NotSupported), ("?", doline.NotSupported), ("a IN (SELECT 1)", doline.NotSupported),
    ("quantile_cont(0.5) WITHIN GROUP (ORDER BY a)", doline.NotSupported), ("nope(a)", doline.errors.FunctionNotFound),
    ("b + 1", doline.errors.ColumnNotFound)])
def test_what_is_no_expression_says_so(text, kind):
    with pytest.raises(kind):
        dl.DataFrame(FRAME).select(sql_expr(text))


def examples():
    for row in doline.sql("SELECT function_name, example FROM duckdb_functions() WHERE function_type = 'scalar'").fetchall():
        yield pytest.param(*row, id=row[0])


def outcome(run):
    try:
        return run()
    except (doline.errors.Error, ValueError) as failure:
        return type(failure)


def differs_by_call(text):
    return re.search(r"random|uuid|now|current|today|setseed", text)


@pytest.mark.parametrize(("name", "example"), list(examples()))
def test_every_example_of_a_function(name, example):
    """As a text it gives what the statement gives."""
    if not differs_by_call(example):
        expected = outcome(lambda: doline.sql(f"SELECT {example} AS x").fetchall())
        assert repr(outcome(lambda: dl.select(sql_expr(f"{example} AS x")).rows())) == repr(expected)


def signatures():
    for name, declared in registry().items():
        if declared.kind == "scalar" and name == declared.name and name.isidentifier():
            yield pytest.param(name, declared.signatures, id=name)


VALUES = {"VARCHAR": "'1'", "BLOB": "'1'::BLOB", "JSON": "'1'::JSON", "ANY": "1", "LAMBDA": None, "STRUCT": "{'a': 1}",
          "DECIMAL": "1.5", "ENUM": "'x'::ENUM('x')", "BOOLEAN": "true", "DATE": "DATE '2024-01-02'", "TIME": "TIME '01:02:03'",
          "INTERVAL": "INTERVAL 1 DAY", "UUID": "'11111111-1111-1111-1111-111111111111'::UUID", "MAP(K, V)": "MAP {'a': 1}",
          "TIMESTAMP": "TIMESTAMP '2024-01-02 03:04:05'", "DURATION": "INTERVAL 1 DAY::DURATION"}


def value_of(kind):
    if kind.endswith("[]"):
        return f"[{value_of(kind[:-2])}]"
    if kind in VALUES:
        return VALUES[kind]
    if kind.startswith("STRUCT("):
        return f"{{{', '.join(field.split(' ')[0] + ': 1' for field in kind[7:-1].split(', '))}}}"
    return "1" if len(kind) == 1 else f"{VALUES.get(kind.split('_')[0].split(' ')[0], 1)}::{kind}"


@pytest.mark.parametrize(("name", "texts"), list(signatures()))
def test_every_signature_of_a_function(name, texts):
    """A call of `functions.name` is what the statement's is, whether that gives a value or an error."""
    for text in texts:
        kinds = re.split(r", (?![^(]*\))", text[text.index("(") + 1:-1])
        values = [value_of(kind.removesuffix("…")) for kind in kinds if kind]
        if None in values or differs_by_call(name):
            continue
        said = doline.sql(f"SELECT {', '.join(v + ' AS v' + str(i) for i, v in enumerate(values)) or '1 AS v'}").lazy()
        columns = [f"v{i}" for i in range(len(values))]
        by_text = outcome(lambda: said.select(sql_expr(f"{name}({', '.join(columns)}) AS x")).collect().rows())
        by_call = outcome(lambda: said.select(getattr(f, name)(*columns).alias("x")).collect().rows())
        assert repr(by_call) == repr(by_text), text


def test_functions_take_names_lambdas_and_conditions():
    frame = dl.DataFrame(FRAME)
    assert frame.select(f.list_transform("l", lambda x, i: x + i)).to_series().to_list() == [[2, 4], [], [4], None]
    assert frame.select(f.struct_pack(x="a", y=dl.lit(1))).to_series().to_list()[0] == {"x": 1, "y": 1}
    assert frame.group_by("k").agg(f.count("a", distinct=True), n=f.count(where=dl.col("a") > 1)).sort("k").rows() == \
        [("x", 2, 1), ("y", 1, 1)]
    assert f.lcase.__doc__.startswith(f.lower.__doc__.partition("\n")[0]) and "levenshtein" in dir(f)
    with pytest.raises(AttributeError, match="levenshtein"):
        f.levenshtien  # noqa: B018


def test_the_stub_has_every_function():
    import pathlib
    stub = (pathlib.Path(doline.__path__[0]) / "functions.pyi").read_text()
    import keyword
    absent = [name for name in registry() if name.isidentifier() and not keyword.iskeyword(name)
              and f"def {name}(" not in stub]
    assert not absent
