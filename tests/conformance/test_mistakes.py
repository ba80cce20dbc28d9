"""What the program says to those who come from other engines and shells, and to damaged input."""

import json
import subprocess

import pytest


def run(program, *arguments, stdin="", directory=None):
    return subprocess.run([str(program), *map(str, arguments)], input=stdin.encode(), capture_output=True, timeout=120,
                          check=False, cwd=directory)


def told(program, *arguments, **options):
    """What an error says."""
    done = run(program, *arguments, **options)
    assert done.returncode != 0, done.stdout
    return done.stderr.decode()  # valid UTF-8, whatever was read


@pytest.fixture
def files(program, tmp_path):
    """A directory with m1.csv, o.parquet and s.sql."""
    run(program, "-c", "COPY (SELECT 1 AS a, 'x' AS b) TO 'm1.csv'; COPY (SELECT 1 AS a) TO 'o.parquet'",
        directory=tmp_path)
    (tmp_path / "s.sql").write_text("SELECT 1;")
    return tmp_path


@pytest.mark.parametrize("statement, said", [
    ("FROM 'm1.cvs'", 'no file m1.cvs'),
    ("FROM 'm1.cvs'", 'did you mean "m1.csv"?'),
    ("FROM m1.csv", "a path stands in quotes: FROM 'm1.csv'"),
    ("SELECT * FROM read_csv(m1.csv)", "a path stands in single quotes: 'm1.csv'"),
    ("FROM 'sub/*.parquet'", "there is no directory sub"),
    ("FROM read_csv('o.parquet')", "o.parquet is a Parquet file"),
    ("FROM read_csv('o.parquet')", "FROM read_parquet('o.parquet')"),
    ("FROM reject_errors", "FROM rejects()"),
])
def test_a_file_that_is_meant_is_named(program, files, statement, said):
    assert said in told(program, "-c", statement, directory=files)


@pytest.mark.parametrize("argument, said", [
    ("SELECT 1", 'doline -c "SELECT 1"'),
    ("s.sql", "doline -f s.sql"),
    ("m1.csv", "doline -c \"FROM 'm1.csv'\""),
])
def test_an_argument_without_its_option(program, files, argument, said):
    assert said in told(program, argument, directory=files)


@pytest.mark.parametrize("line, command", [
    ("help", ".help"), ("help;", ".help"), ("exit", ".exit"), ("QUIT;", ".quit"), ("?", ".help"), ("\\q", ".quit"),
    ("mode csv", ".mode"), ("tables;", ".tables"),
])
def test_a_command_without_its_dot(program, line, command):
    assert f"did you mean {command}?" in told(program, stdin=line + "\n")


def test_a_command_of_another_shell(program):
    assert "COPY (SELECT" in told(program, stdin=".output x.csv\n")
    assert "FROM 'data.parquet'" in told(program, stdin=".open x.db\n")


def test_help_on_one_command(program):
    for name in ("mode", ".mode"):
        shown = run(program, stdin=f".help {name}\n").stdout.decode()
        assert shown.startswith(".mode MODE") and shown.count("\n") == 1
    assert "did you mean .mode?" in told(program, stdin=".help mdoe\n")


def test_a_statement_that_fails_took_its_time_too(program):
    done = run(program, stdin=".timer on\nSELECT error('no');\n")
    assert b"Run Time (s): real" in done.stdout


def test_an_error_is_text_whatever_it_quotes(program, tmp_path):
    (tmp_path / "bad.csv").write_bytes(b"a\xff\x1b[31m\xc2\x9b,b\n1,2\nx\xff,3\n")
    said = told(program, "-c", f"SELECT * FROM read_csv('{tmp_path}/bad.csv', header = true)")
    assert "\\xff\\x1b[31m\\u009b" in said and "\x1b" not in said


@pytest.mark.parametrize("line, said", [
    ("1,2,3", "hint: cut_long_rows => true leaves out what is too many, rejects => true passes over such rows"),  # null_padding would not help
    ("1", "hint: null_padding => true fills short rows with NULL, rejects => true passes over such rows"),
    ("x,1", "is not an INTEGER"),
    ('"x"y,1', "hint: quote => '' takes quotes as they stand"),
])
def test_what_would_help_a_damaged_row(program, tmp_path, line, said):
    (tmp_path / "rows.csv").write_text("a,b\n" + "1,2\n" * 20 + line + "\n")
    made = "CREATE TABLE t(a INTEGER, b INTEGER)"
    assert said in told(program, "-c", f"{made}; COPY t FROM '{tmp_path}/rows.csv' (DELIM ',', QUOTE '\"')")


def test_files_of_different_types_are_named(program, tmp_path):
    run(program, "-c", f"COPY (SELECT 1 AS a) TO '{tmp_path}/1.parquet'; COPY (SELECT 'x' AS a) TO '{tmp_path}/2.parquet'")
    said = told(program, "-c", f"FROM read_parquet('{tmp_path}/*.parquet')")
    assert f'in {tmp_path}/2.parquet, column "a" is VARCHAR, where {tmp_path}/1.parquet has INTEGER' in said
    assert "union_by_name => true" in said


def test_the_manual_lists_options(program):
    shown = run(program, stdin=".manual read_csv\n.manual read_log\n").stdout.decode()
    assert "ignore_errors" in shown and "pattern" in shown


def test_memory_that_is_too_little(program):
    assert "must be at least" in told(program, "--memory", "1KB", "-c", "SELECT 1")


def test_json_has_each_member_once(program):
    text = run(program, "--json", "-c", "SELECT 1 AS a, 2 AS A, 3 AS a").stdout.decode()
    assert json.loads(text, object_pairs_hook=lambda pairs: pairs) == [[("a", 1), ("A_1", 2), ("a_2", 3)]]


def test_schema_can_be_run_again(program):
    made = ("CREATE TABLE t(id INTEGER NOT NULL DEFAULT 7, n VARCHAR CHECK (n <> ''), CONSTRAINT few CHECK (id < 9));"
            "CREATE VIEW z AS SELECT id FROM t; CREATE VIEW a AS SELECT * FROM z;")
    shown = run(program, stdin=made + "\n.schema\n").stdout.decode()
    again = run(program, stdin=shown + "\n.schema\n").stdout.decode()
    assert again == shown
    said = told(program, stdin=shown + "INSERT INTO t VALUES (10, 'x');\n")
    assert "CHECK" in said
    said = told(program, stdin=shown + "INSERT INTO t VALUES (NULL, 'x');\n")
    assert "NOT NULL" in said
    kept = run(program, "--csv", stdin=shown + "INSERT INTO t(n) VALUES ('x'); FROM a;\n").stdout.decode()
    assert kept == "id\n7\n"
