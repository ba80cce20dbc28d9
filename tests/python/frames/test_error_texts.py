"""Whatever the package refuses is told as the shell tells it."""

import ast
import pathlib

import doline
import doline as dl
import pytest

PACKAGE = pathlib.Path(doline.__file__).resolve().parent
BUILTINS = {"NotSupported", "ValueError", "InvalidArgument", "TypeMismatch", "ColumnNotFound"}
# What Python's own protocols want of builtins, and Narwhals' of its own.
LEFT_OUT = ("narwhals_plugin",)


def bare_raises():
    for path in PACKAGE.rglob("*.py"):
        if any(part in str(path) for part in LEFT_OUT):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and \
                    isinstance(node.exc.func, ast.Name) and node.exc.func.id in BUILTINS:
                yield f"{path.relative_to(PACKAGE)}:{node.lineno}"


def test_errors_are_made_in_one_form():
    assert not list(bare_raises())


@pytest.mark.parametrize("call, text", [
    (lambda f: f.lazy().remote(),
     "error[not_supported]: remote is not supported\n hint: use collect(), which runs here"),
    (lambda f: f.select(dl.col("a").rank("random")),
     'error[not_supported]: rank("random") is not supported\n hint: use rank("ordinal")'),
    (lambda f: f.join(f, on="a", how="outer"),
     'error[invalid_argument]: no join is called \'outer\'\n hint: it is "full"'),
    (lambda f: f.unique(keep="some"),
     "error[invalid_argument]: keep is 'any', 'first', 'last' or 'none', not 'some'"),
    (lambda f: f.select(dl.col("a").fill_null(strategy="near")),
     "error[invalid_argument]: fill_null: no strategy is called 'near'\n"
     " hint: forward, backward, zero, one, min, max, mean are"),
    (lambda f: f.drop("a-"),
     'error[column_not_found]: no column "a-"\n hint: did you mean "a"?'),
    (lambda f: f.drop("sum(x)"),
     "error[column_not_found]: no column \"sum(x)\"\n hint: dl.sql_expr('sum(x)') is an expression of SQL"),
    (lambda f: f.select(dl.col("a").filter(dl.col("a"))),
     'error[type_mismatch]: filter: col("a") is Int64, no condition\n hint: compare it: col("a") != 0'),
    *[(lambda f, base=base: f.select(dl.col("a").cast(dl.String).str.to_integer(base=base)),
       f"error[not_supported]: str.to_integer(base={base!r}) is not supported\n hint: use base 2, 10 or 16")
      for base in (8, dl.col("a"))],
    (lambda f: dl.DataFrame(7),
     "error[type_mismatch]: int is no table\n hint: give a dict, rows, an array or a frame"),
])
def test_texts(call, text):
    with pytest.raises(dl.errors.Error) as caught:
        call(dl.DataFrame({"a": [1]}))
    assert str(caught.value) == text
    assert isinstance(caught.value, (ValueError, TypeError, NotImplementedError, dl.errors.ColumnNotFound))
