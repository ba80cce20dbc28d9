"""Options of the program that people know from DuckDB's."""

import subprocess


def run(program, *arguments, given=""):
    return subprocess.run([str(program), *arguments], input=given, capture_output=True, text=True,
                          timeout=120, check=False)


def printed(program, *arguments, given=""):
    done = run(program, *arguments, given=given)
    assert done.returncode == 0, done.stderr
    return done.stdout


ROWS = "SELECT * FROM (VALUES (1, 'a|b', NULL), (2, 'c,d', 'x')) t(i, s, n)"


def test_separators(program):
    assert printed(program, "-csv", "-separator", "|", "-c", ROWS) == 'i|s|n\n1|"a|b"|\n2|c,d|x\n'
    assert printed(program, "--csv", "--separator", "\\t", "-noheader", "-c", ROWS) == "1\ta|b\t\n2\tc,d\tx\n"
    assert printed(program, "-list", "-c", ROWS) == "i|s|n\n1|a|b|NULL\n2|c,d|x\n"
    assert printed(program, "-list", "-separator", " -- ", "-newline", ";\\n", "-noheader", "-c", "SELECT 1, 2") == "1 -- 2;\n"
    # A value may look like an option.
    assert printed(program, "-list", "-noheader", "-separator=-csv", "-c", "SELECT 1, 2") == "1-csv2\n"
    script = ".mode csv\n.separator ; '\\r\\n'\nSELECT 1 AS a, 'x;y' AS b;\n.mode list\nSELECT 1, 2;\n"
    assert printed(program, given=script).encode() == b'a;b\n1;"x;y"\n1;2\n1;2\n'


def test_a_script_that_runs_first(program, tmp_path):
    first = tmp_path / "first.sql"
    first.write_text("-- mine\n.mode csv\n.headers off\nCREATE TABLE t AS SELECT 7 AS x;\n")
    assert printed(program, "-init", str(first), "-c", "FROM t") == "7\n"
    assert printed(program, "--init", str(first), given="FROM t;") == "7\n"
    # Which only the person who starts the program may name.
    assert printed(program, "-safe", "-init", str(first), "-c", "FROM t") == "7\n"
    first.write_text("SELECT 1;\nFROM nowhere;\n")
    done = run(program, "-init", str(first), "-c", "SELECT 2 AS not_run")
    assert done.returncode == 1 and "not_run" not in done.stdout and f"in {first}" in done.stderr
    done = run(program, "-init", str(tmp_path / "absent.sql"), "-c", "SELECT 2 AS not_run")
    assert done.returncode == 1 and "not_run" not in done.stdout and "absent.sql" in done.stderr


def test_the_first_error_ends_a_script_in_any_case(program):
    for options in ((), ("-bail",), ("--bail",)):
        done = run(program, "-csv", *options, given="SELECT 1 AS a; SELECT nothing; SELECT 2 AS b;")
        assert done.returncode == 1
        assert done.stdout == "a\n1\n"
