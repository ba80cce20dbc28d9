"""What type checkers see of the package: stubs that are written from it when it is built."""

import pathlib
import subprocess
import sys

import doline
import pytest
import typed_examples

PACKAGE = pathlib.Path(doline.__path__[0])
BUILD = typed_examples.TOP / "build" / "typing"
SETTINGS = """[mypy]
cache_dir = {cache}
ignore_errors = True
[mypy-{module}]
ignore_errors = False
[mypy-altair.*,narwhals.*,pandas.*,pyarrow.*]
ignore_missing_imports = True
"""


def mypy(module, text):
    """What mypy says of a module. The package's own modules are not what is looked at: most have stubs."""
    BUILD.mkdir(parents=True, exist_ok=True)
    settings, file = BUILD / f"{module}.ini", BUILD / f"{module}.py"
    settings.write_text(SETTINGS.format(cache=BUILD / "cache", module=module))
    file.write_text(text)
    return subprocess.run([sys.executable, "-m", "mypy", "--config-file", settings, file], text=True, check=False,
                          cwd=BUILD, env={"MYPYPATH": str(PACKAGE.parent)}, capture_output=True, timeout=300).stdout


def test_the_examples_are_typed():
    assert mypy("examples", typed_examples.examples_module()).startswith("Success")


def test_the_types_are_the_right_ones():
    told = mypy("right", """
from typing import Any, assert_type
import doline as dl

frame = dl.DataFrame({"a": [1, 2]})
assert_type(frame.lazy(), dl.LazyFrame)
assert_type(frame.select(dl.col("a") + 1), dl.DataFrame)
assert_type(frame.lazy().filter(dl.col.a > 1).collect(), dl.DataFrame)
assert_type(frame["a"], dl.Series)
assert_type(frame["a"].str.len_bytes(), dl.Series)
assert_type(frame["a"] > 1, dl.Series)
assert_type(frame.rows(), list[tuple[Any, ...]])
assert_type(frame.rows(named=True), list[dict[str, Any]])
assert_type(frame.group_by("a").agg(dl.len()), dl.DataFrame)
assert_type(frame.lazy().group_by("a").sum(), dl.LazyFrame)
assert_type(dl.col("a").str.to_uppercase().alias("b"), dl.Expr)
assert_type(dl.when(dl.col("a") > 1).then(1).otherwise(2), dl.Expr)
assert_type(dl.concat([frame, frame]), dl.DataFrame)
assert_type(dl.int_range(3, eager=True), dl.Series)
assert_type(dl.connect().execute("SELECT 1").fetchall(), list[tuple[Any, ...]])
assert_type(dl.scan_csv("x.csv"), dl.LazyFrame)
assert_type(dl.read_parquet("x.parquet"), dl.DataFrame)
""")
    assert told.startswith("Success"), told


@pytest.mark.parametrize("mistake", [
    "frame.selct('a')", "frame.head('three')", "frame.lazy().collect().collect()", "dl.col('a').str.upper()",
    "dl.sql(1)", "dl.connect(path=3)", "frame.sort('a', descendng=True)", "dl.scan_parquet(3)", "dl.nothing",
    "dl.errors.error(int, 'x')", "frame.with_columns(b=object())"])
def test_mistakes_are_told(mistake, mistakes_told):
    assert mistake in mistakes_told


@pytest.fixture(scope="module")
def mistakes_told():
    """The mistakes above of which mypy says something, all in one run."""
    mistakes = next(mark.args[1] for mark in test_mistakes_are_told.pytestmark if mark.name == "parametrize")
    head = ["import doline as dl", "def run(frame: dl.DataFrame) -> None:"]
    told = mypy("mistakes", "\n".join([*head, *(f"    if bool(): {mistake}" for mistake in mistakes)]))
    lines = {int(line.split(":")[1]) for line in told.splitlines() if ": error:" in line}
    return {mistake for number, mistake in enumerate(mistakes, len(head) + 1) if number in lines}


def test_everything_has_a_type(tmp_path):
    done = subprocess.run([sys.executable, typed_examples.TOP / "python" / "generate" / "write_stubs.py", PACKAGE,
                           tmp_path, "--strict"], text=True, check=False, capture_output=True, timeout=100)
    assert done.returncode == 0, done.stderr


def test_what_is_exported_is_in_the_stub():
    stub = (PACKAGE / "__init__.pyi").read_text()
    absent = [name for name in dir(doline) if not name.startswith("_") and f" {name}" not in stub
              and name in {**doline._EXPORTS, **doline._RENAMED}]
    assert not absent and (PACKAGE / "py.typed").exists() and (PACKAGE / "_engine.pyi").exists()
