"""What the program prints in each mode, how it ends, and what it does when nobody can be written to."""

import contextlib
import io
import json
import os
import signal
import subprocess

import duckdb
import pytest


def run(program, *arguments, stdin="", **options):
    return subprocess.run([str(program), *map(str, arguments)], input=stdin, capture_output=True, text=True, timeout=120,
                          check=False, **options)


def printed(program, *arguments, **options):
    done = run(program, *arguments, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout


VALUES = """SELECT 1 AS i, NULL::VARCHAR AS n, 'a,b "q"' AS s, [1, 2, NULL] AS l, {'a': 1, 'b': 'x y'} AS st,
    map {'k': 1.5} AS m, true AS b, 1.5::DOUBLE AS d, DATE '2024-01-01' AS dt, 1.10::DECIMAL(5, 2) AS de,
    'line1
line2' AS nl, '' AS e"""


def test_csv(program):
    assert printed(program, "--csv", "-c", VALUES) == (
        "i,n,s,l,st,m,b,d,dt,de,nl,e\n"
        "1,,\"a,b \"\"q\"\"\",\"[1, 2, NULL]\",\"{'a': 1, 'b': x y}\",{k=1.5},true,1.5,2024-01-01,1.10,"
        "\"line1\nline2\",\"\"\n")
    assert printed(program, "--csv", "--nullvalue", "NULL", "-c", "SELECT NULL AS a, '' AS b") == "a,b\nNULL,\n"
    assert printed(program, "--csv", "--noheader", "--nullvalue", "", "-c", "SELECT 1, NULL, 'x y', 'é', 'it''s'") == (
        '1,,x y,"é","it\'s"\n')
    assert printed(program, "--csv", "-c", "SELECT 1 AS a WHERE false") == "a\n"


def test_json(program):
    text = printed(program, "--json", "-c", VALUES)
    assert json.loads(text) == [{"i": 1, "n": None, "s": 'a,b "q"', "l": [1, 2, None], "st": {"a": 1, "b": "x y"},
                                 "m": {"k": 1.5}, "b": True, "d": 1.5, "dt": "2024-01-01", "de": 1.1,
                                 "nl": "line1\nline2", "e": ""}]
    assert printed(program, "--json", "-c", "FROM range(3)") == '[{"range":0},\n{"range":1},\n{"range":2}]\n'
    assert printed(program, "--json", "-c", "SELECT 1 AS a WHERE false") == "[]\n"
    assert printed(program, "--jsonlines", "-c", "FROM range(2)") == '{"range":0}\n{"range":1}\n'
    # What JSON has no number for; big numbers; JSON itself; every control character.
    text = printed(program, "--json", "-c", "SELECT 'nan'::DOUBLE AS a, '-inf'::DOUBLE AS b, "
                   "170141183460469231731687303715884105727::HUGEINT AS c, '{\"x\": [1]}'::JSON AS d, "
                   "string_agg(chr(i::INTEGER), '') AS e FROM range(1, 128) t(i)")
    assert text.startswith('[{"a":null,"b":-1e999,"c":170141183460469231731687303715884105727,"d":{"x": [1]},"e":"')
    assert json.loads(text)[0]["e"] == "".join(map(chr, range(1, 128)))


def test_line_and_markdown(program):
    assert printed(program, "--line", "-c", "SELECT i AS one, NULL AS \"a longer\" FROM range(2) t(i)") == (
        "     one = 0\na longer = NULL\n\n     one = 1\na longer = NULL\n")
    assert printed(program, "--markdown", "-c", "SELECT 'a|b' AS \"x|y\", 12 AS n, 'l\nm' AS q") == (
        "| x\\|y | n  |   q    |\n|------|---:|--------|\n| a\\|b | 12 | l<br>m |\n")
    assert printed(program, "--markdown", "-c", "SELECT 1 AS a WHERE false") == "| a |\n|--:|\n"


@pytest.mark.parametrize("sql", [
    "SELECT 42 AS answer, 1.5 AS d, 'x' AS s, [1, 2] AS l, NULL AS n, DATE '2020-01-01' AS dt",
    "SELECT true AS b, 1::TINYINT AS t, 1::UTINYINT AS ut, 1::HUGEINT AS h, 1::FLOAT AS f, INTERVAL 1 DAY AS iv",
    "SELECT map {'a': 1} AS m, '\\xAA'::BLOB AS bl, TIME '10:00' AS t, {'a': 1, 'B': 'x'} AS st",
    "SELECT 'a\nb' AS x, 'é漢' AS z",
    "SELECT 1 AS a WHERE false",
    "FROM range(5)",
    "FROM range(12)",
    "FROM range(1234)",
    "SELECT i, i * 2.5 AS x, 'abc' || i AS s FROM range(100) t(i)",
    "SELECT i, i AS j, 1 AS k FROM range(43) t(i)",
    "SELECT i, i AS j, 1 AS k FROM range(44) t(i)",
    "SELECT i AS \"a long column name\", -i AS n FROM range(1000) t(i)",
    "SELECT CASE WHEN i % 2 = 0 THEN NULL ELSE i END AS v, NULL::VARCHAR AS w FROM range(60) t(i)",
])
def test_boxes_are_those_of_duckdb(program, sql):
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        duckdb.connect().sql(sql).show(max_rows=40, max_width=10_000)
    wanted = [line.rstrip() for line in shown.getvalue().rstrip("\n").split("\n")]
    assert printed(program, "-c", sql).split("\n") == [*wanted, ""]


def test_heads_of_boxes_spell_what_is_quoted_as_it_is(program):
    box = printed(program, "-c", "SELECT now()::TIMESTAMPTZ('Europe/Paris') AS t, 'B'::ENUM('a', 'B') AS e, {'A b': 1} AS s")
    for head in ("timestamptz('Europe/Paris')", "enum('a', 'B')", 'struct("A b" integer)'):
        assert head in box


def test_rows_of_a_box_can_be_all(program):
    lines = printed(program, "--maxrows", "0", "-c", "FROM range(100)").splitlines()
    assert len(lines) == 100 + 5  # and no count of them: the box is too narrow for it
    assert "·" not in "".join(lines)


def test_a_value_cannot_command_the_terminal(program):
    assert "\x1b" not in printed(program, "-c", "SELECT 'a' || chr(27) || '[2J' AS \"x\x1b[2J\"")


def test_statements_come_from_everywhere_in_the_order_given(program, tmp_path):
    (tmp_path / "a.sql").write_text("SELECT 'a' AS x;\n-- a comment\nSELECT 'b' AS x")
    (tmp_path / "b.sql").write_text(".mode json\nSELECT 'c' AS x;\n.mode csv\n")
    assert printed(program, "-csv", "-noheader", "-c", "SELECT 1", "-f", tmp_path / "a.sql", "-c", "SELECT 2; SELECT 3", "-f",
                   tmp_path / "b.sql", "-c", "SELECT 4") == '1\na\nb\n2\n3\n[{"x":"c"}]\n4\n'
    assert printed(program, "-csv", "-noheader", stdin="SELECT 5; SELECT 6") == "5\n6\n"
    assert printed(program, "-csv", "-noheader", "-f", "-", stdin="SELECT 7;\n.quit\nSELECT 8;") == "7\n"
    assert printed(program, "-csv", "-c", "SELECT '-csv' AS \"-json\"") == "-json\n-csv\n"


@pytest.mark.parametrize("arguments, status, said", [
    (["-c", "SELECT 1; SELEC 2; SELECT 3"], 1, "error[syntax]"),
    (["-c", "SELECT 1", "-c", "SELECT x", "-c", "SELECT 3"], 1, "error[column_not_found]"),
    (["-c", "SELECT 1", "-f", "/no/such/file.sql"], 1, "error[file_not_found]"),
    (["-c", "SELECT 1", "-c", ".mode nosuchmode"], 1, "error[invalid_argument]"),
    (["--memory", "much", "-c", "SELECT 1"], 1, "error[setting]"),
    (["data.csv"], 1, "FROM 'data.csv'"),
    (["--nosuchoption"], 2, "error[invalid_argument]: no option --nosuchoption"),
    (["--makdown"], 2, "did you mean --markdown?"),
    (["-markdwn"], 2, "did you mean --markdown?"),
    (["--threads", "0", "-c", "SELECT 1"], 2, "at least one core"),
    (["--threads", "few", "-c", "SELECT 1"], 2, "--threads"),
])
def test_an_error_ends_it_with_a_status(program, arguments, status, said):
    done = run(program, "--csv", "--noheader", *arguments)
    assert done.returncode == status
    assert said in done.stderr
    assert done.stdout in ("", "1\n")


def test_what_csv_prints_reads_back(program, tmp_path):
    (tmp_path / "t.csv").write_text(printed(program, "--csv", "-c", "FROM (VALUES (1), (NULL), (3)) t(a)"))
    assert printed(program, "--csv", "--noheader", "-c", f"SELECT typeof(a), a FROM '{tmp_path}/t.csv'") == (
        "BIGINT,1\nBIGINT,\nBIGINT,3\n")


def test_an_error_in_a_script_names_it(program, tmp_path):
    (tmp_path / "inner.sql").write_text("SELECT 1;\nSELECT nosuch;\n")
    (tmp_path / "outer.sql").write_text(f".read {tmp_path}/inner.sql\n")
    for name in ("inner", "outer"):
        done = run(program, "-f", tmp_path / f"{name}.sql")
        assert done.returncode == 1
        assert " 2 | SELECT nosuch;\n" in done.stderr and f"note: in {tmp_path}/inner.sql" in done.stderr


def test_a_command_of_the_system(program):
    assert printed(program, "--csv", "-c", "SELECT 1 AS a", "-c", ".shell echo 'it  says'") == "a\n1\nit  says\n"
    done = run(program, "-c", ".shell exit 3")
    assert done.returncode == 1 and "ended with code 3" in done.stderr
    done = run(program, "--safe", "-c", ".shell echo reached")
    assert done.returncode == 1 and "error[permission]" in done.stderr and "reached" not in done.stdout


def test_carets_count_lines_from_the_scripts_begin(program):
    done = run(program, stdin="SELECT 1;\n.mode csv\n\nSELECT 2,\n  nosuch;\n")
    assert " 5 |   nosuch;\n   |   ^^^^^^\n" in done.stderr


def test_a_full_disk_is_an_error(program):
    for mode in ("--csv", "--box", "--json"):
        with open("/dev/full", "w") as full:
            done = subprocess.run([str(program), mode, "-c", "FROM range(100000)"], stdout=full, stderr=subprocess.PIPE,
                                  text=True, timeout=120, check=False)
        assert done.returncode == 1
        assert "error[io]: cannot write standard output: No space left on device" in done.stderr
    with open("/dev/full", "w") as full:
        done = subprocess.run([str(program), "-c", "COPY (FROM range(100000)) TO '/dev/stdout' (FORMAT csv)"], stdout=full,
                              stderr=subprocess.PIPE, text=True, timeout=120, check=False)
    assert done.returncode == 1
    assert "error[" in done.stderr


def test_a_closed_pipe_ends_it_quietly(program):
    """As it ends other programs, with the status that a shell shows for SIGPIPE."""
    with subprocess.Popen([str(program), "--csv", "-c", "FROM range(100000000000)"], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as running:
        assert running.stdout.read(8) == b"range\n0\n"
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait(timeout=60) == 141


def test_an_interrupt_stops_it(program):
    with subprocess.Popen([str(program), "--csv", "-c", "FROM range(100000000000)"], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as running:
        assert running.stdout.read(8) == b"range\n0\n"
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=60)
        assert b"error[cancelled]" in said
        assert running.returncode == 130


def test_copy_to_standard_output_has_its_place_in_the_order(program):
    assert printed(program, "--csv", "--noheader", "-c",
                   "SELECT 1; COPY (SELECT 2 AS two) TO '/dev/stdout' (FORMAT csv, HEADER false); SELECT 3") == "1\n2\n3\n"


def test_standard_input_is_a_file(program):
    for name in ("-", "/dev/stdin"):
        assert printed(program, "--csv", "--noheader", "-c", f"SELECT sum(a) FROM read_csv('{name}')",
                       stdin="a,b\n1,x\n2,y\n") == "3\n"


def test_many_rows_go_out_as_they_come(program):
    """They take five times the memory that the process may have."""
    done = subprocess.run(["/bin/sh", "-c", f"'{program}' --memory 64MiB --csv -c 'SELECT i, i::VARCHAR || repeat($$x$$, 50) "
                           "AS s FROM range(5000000) t(i)' | wc -lc"], capture_output=True, text=True, timeout=300, check=True)
    lines, size = map(int, done.stdout.split())
    assert lines == 5_000_001
    assert size > 300_000_000


def damaged_log(path, good, damaged):
    line = '1.2.3.4 - - [01/Jan/2024:00:00:{:02d} +0000] "GET /{} HTTP/1.1" 200 12 "-" "curl"\n'
    with open(path, "w") as file:
        for number in range(good):
            file.write(line.format(number % 60, number))
        for number in range(damaged):
            file.write(f"damaged {number}\n")
    return path


@pytest.mark.parametrize("damaged, named, rest", [(0, 0, ""), (1, 1, ""), (10, 10, ""), (25, 10, "  and 15 more")])
def test_damaged_lines_are_named(program, tmp_path, damaged, named, rest):
    log = damaged_log(tmp_path / "access.log", 50, damaged)
    done = run(program, "--csv", "-c", f"SELECT count(*) AS n FROM read_log('{log}', format => 'combined'); SELECT 1 AS one")
    assert (done.returncode, done.stdout) == (0, "n\n50\none\n1\n")
    assert done.stderr.count(f"{log}, line ") == named
    for number in range(named):
        assert f"{log}, line {51 + number}: " in done.stderr
    assert done.stderr.count("damaged line") == (1 if damaged else 0)
    assert rest in done.stderr
    assert ("more" in done.stderr) == bool(rest)


def test_all_lines_of_what_is_left_out_are_counted(program, tmp_path, corpora):
    log = tmp_path / "syslog"
    log.write_text("before\nMay  7 10:05:03 web1 a: b\nMay 40 10:05:03 web1 a: b\n more\n and more\n")
    done = run(program, "--csv", "-c", f"SELECT count(*) AS n FROM read_log('{log}', format => 'syslog')")
    assert (done.returncode, done.stdout) == (0, "n\n1\n")
    assert "4 damaged lines" in done.stderr and f"{log}, lines 3 to 5: " in done.stderr and "more:" not in done.stderr
    log = corpora / "real" / "apache_access.log"
    for form in ("syslog", "logfmt", "deb822"):
        done = run(program, "--csv", "-c", f"SELECT count(*) AS n FROM read_log('{log}', format => '{form}')")
        assert (done.returncode, done.stdout) == (0, "n\n0\n")
        assert "10,000 damaged lines" in done.stderr or "10000 damaged lines" in done.stderr


def test_plans_are_printed_as_they_read(program):
    assert printed(program, "-c", "EXPLAIN SELECT i FROM range(10) t(i) WHERE i > 5").count("\n") >= 2
    assert "\\n" not in printed(program, "-c", "EXPLAIN SELECT i FROM range(10) t(i) WHERE i > 5")


def test_the_environment_is_not_needed(program):
    done = subprocess.run([str(program), "-c", "SELECT 1"], env={}, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=60, check=False)
    assert done.returncode == 0
    assert os.linesep not in done.stderr
