"""The sqllogictest runner on files as other engines write them."""

import hashlib
import os
import pathlib
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
RUNNER = TOP / "build" / os.environ.get("DOLINE_PRESET", "release") / "tests" / "slt_runner"


@pytest.fixture
def verdict(tmp_path):
    """verdict(text of a file) → the runner's closing line."""
    assert RUNNER.exists(), f"{RUNNER} is not built"

    def run(text):
        path = tmp_path / "file.test"
        path.write_text(text)
        done = subprocess.run([RUNNER, path], capture_output=True, text=True, timeout=120,
                              stdin=subprocess.DEVNULL, check=False)
        return done.stdout.splitlines()[-1]

    return run


def md5_of(values):
    return hashlib.md5("".join(f"{value}\n" for value in values).encode()).hexdigest()


@pytest.mark.parametrize("text, closing", [
    # Sort modes: rows, values, and the order as it comes.
    ("query I rowsort\nVALUES (2), (1)\n----\n1\n2\n", "1 passed, 0 failed"),
    ("query I nosort\nVALUES (2), (1)\n----\n1\n2\n", "0 passed, 1 failed"),
    ("query II valuesort\nVALUES (2, 4), (1, 3)\n----\n1\n2\n3\n4\n", "1 passed, 0 failed"),
    # A value a line, or a row a line.
    ("query II\nVALUES (1, 2), (3, 4)\n----\n1\n2\n3\n4\n", "1 passed, 0 failed"),
    ("query II\nVALUES (1, 2), (3, 4)\n----\n1\t2\n3\t4\n", "1 passed, 0 failed"),
    ("query I\nSELECT 1\n----\n2\n", "0 passed, 1 failed"),
    ("query II\nSELECT 1\n----\n1\n", "0 passed, 1 failed"),
    # Single spaces between, as other dialects have them; a text may have spaces of its own.
    ("query II rowsort\nSELECT 1, 2 UNION ALL SELECT 0, 9\n----\n0 9\n1 2\n", "1 passed, 0 failed"),
    ("query II\nVALUES (1, 2), (3, 4)\n----\n1 2\n3 5\n", "0 passed, 1 failed"),
    ("query TI\nSELECT 'a b', 2\n----\na b\t2\n", "1 passed, 0 failed"),
    # Whole numbers and decimals are exact, whatever type letter stands there; doubles have nine digits.
    ("query I\nSELECT 10000000000\n----\n10000000001\n", "0 passed, 1 failed"),
    ("query I\nSELECT 9007199254740993\n----\n9007199254740992\n", "0 passed, 1 failed"),
    ("query R\nSELECT 10000000000\n----\n10000000001\n", "0 passed, 1 failed"),
    ("query R\nSELECT 12345678901.25\n----\n12345678901.250\n", "1 passed, 0 failed"),
    ("query R\nSELECT 12345678901.25\n----\n12345678901.26\n", "0 passed, 1 failed"),
    ("query R\nSELECT 0.1::DOUBLE + 0.2::DOUBLE\n----\n0.3\n", "1 passed, 0 failed"),
    ("query I\nSELECT 3::DOUBLE\n----\n3\n", "1 passed, 0 failed"),
    ("query R\nSELECT 0.3::DOUBLE\n----\n0.30000001\n", "0 passed, 1 failed"),
    # Labels: two queries of one label agree.
    ("query I nosort same\nSELECT 1\n----\n1\n\nquery I nosort same\nSELECT 2\n----\n2\n",
     "1 passed, 1 failed"),
    # Hashes, in our texts and in SQLite's.
    (f"query I\nSELECT * FROM range(3)\n----\n3 values hashing to {md5_of([0, 1, 2])}\n",
     "1 passed, 0 failed"),
    (f"query R\nSELECT 1.5::DOUBLE\n----\n1 values hashing to {md5_of(['1.500'])}\n",
     "1 passed, 0 failed"),
    (f"query I\nSELECT 7\n----\n1 values hashing to {md5_of([8])}\n", "0 passed, 1 failed"),
    # Texts by pattern, empty texts, NULL, booleans as numbers.
    ("query T\nSELECT 'abc'\n----\n<REGEX>:a.*\n", "1 passed, 0 failed"),
    ("query T\nSELECT 'abc'\n----\n<!REGEX>:b.*\n", "1 passed, 0 failed"),
    ("query T\nSELECT 'abc'\n----\n<REGEX>:b.*\n", "0 passed, 1 failed"),
    ("query TTI\nSELECT '', NULL, true\n----\n(empty)\nNULL\n1\n", "1 passed, 0 failed"),
    # Conditions.
    ("skipif duckdb\nquery I\nSELECT 1\n----\n2\n", "0 passed, 0 failed"),
    ("onlyif mysql\nquery I\nSELECT 1\n----\n2\n", "0 passed, 0 failed"),
    ("skipif mysql\nquery I\nSELECT 1\n----\n1\n", "1 passed, 0 failed"),
    ("mode skip\n\nquery I\nSELECT 1\n----\n2\n\nmode unskip\n\nquery I\nSELECT 1\n----\n1\n",
     "1 passed, 0 failed"),
    ("query I\nSELECT 1\n----\n1\n\nhalt\n\nquery I\nSELECT 1\n----\n2\n", "1 passed, 0 failed"),
    ("require spatial\n\nquery I\nSELECT 1\n----\n2\n", "0 passed, 0 failed, 1 skipped"),
    ("require parquet\n\nquery I\nSELECT 1\n----\n1\n", "1 passed, 0 failed"),
    ("require-env NO_SUCH_VARIABLE\n\nquery I\nSELECT 1\n----\n2\n", "0 passed, 0 failed, 1 skipped"),
    # Loops, one in the other, over names and groups of types, and what holds for one round only.
    ("loop i 0 3\n\nquery I\nSELECT ${i} + 1 > ${i}\n----\ntrue\n\nendloop\n", "3 passed, 0 failed"),
    ("foreach a 1 2\n\nforeach b 3 4\n\nquery I\nSELECT ${a} < ${b}\n----\ntrue\n\nendloop\n\nendloop\n",
     "4 passed, 0 failed"),
    ("foreach type <integral> double\n\nquery T\nSELECT 1::${type} = 1\n----\ntrue\n\nendloop\n",
     "10 passed, 0 failed"),
    ("loop i 0 3\n\nonlyif i=1\nquery I\nSELECT ${i}\n----\n1\n\nendloop\n", "1 passed, 0 failed"),
    ("concurrentloop i 0 2\n\nstatement ok\nSELECT ${i}\n\nendloop\n", "2 passed, 0 failed"),
    ("concurrentforeach t a b\n\nstatement ok\nSELECT '${t}'\n\nendloop\n", "2 passed, 0 failed"),
    # Statements: errors by our code, by other engines' words, and those that may be.
    ("statement error [column_not_found]\nSELECT nope\n", "1 passed, 0 failed"),
    ("statement error [table_not_found]\nSELECT nope\n", "0 passed, 1 failed"),
    ("statement error\nSELECT nope\n----\nBinder Error: no such thing\n", "1 passed, 0 failed"),
    ("statement error\nSELECT 1\n", "0 passed, 1 failed"),
    ("statement ok con1\nSELECT 1\n", "1 passed, 0 failed"),
    ("statement maybe\nSELECT nope\n", "1 passed, 0 failed"),
    ("statement ok\nSELECT nope\n", "0 passed, 1 failed"),
    ("nonsense\n", "0 passed, 1 failed"),
    # What a file that ends early leaves out is counted.
    ("query I\nSELECT 1\n----\n1\n\nrestart\n\nquery I\nSELECT 2\n----\n2\n\nstatement ok\nSELECT 3\n",
     "1 passed, 0 failed, 2 skipped"),
])
def test_verdicts(verdict, text, closing):
    assert verdict(text) == closing


def test_the_line_where_a_file_ends_early_is_named(tmp_path):
    path = tmp_path / "file.test"
    path.write_text("load other.db\n\nquery I\nSELECT 1\n----\n1\n")
    done = subprocess.run([RUNNER, path], capture_output=True, text=True, timeout=120,
                          stdin=subprocess.DEVNULL, check=False)
    assert f"{path}:1: skipped from here, 1 statements and queries: load other.db" in done.stdout
