"""The program on real files, as a person runs it."""

import csv
import io
import json
import resource
import subprocess
import time


def run(program, *arguments):
    return subprocess.run([str(program), *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=120, check=False)


def rows(program, sql, *options):
    done = run(program, *options, "--csv", "-c", sql)
    assert done.returncode == 0, done.stderr
    return list(csv.reader(io.StringIO(done.stdout)))[1:]


def test_the_access_log_has_one_damaged_line(program, corpora):
    log = corpora / "real" / "apache_access.log"
    source = f"read_log('{log}', format => 'combined')"
    assert rows(program, f"SELECT count(*) FROM {source}") == [["9999"]]
    statuses = rows(program, f"SELECT status, count(*) FROM {source} GROUP BY status ORDER BY status")
    assert sum(int(count) for _, count in statuses) == 9999
    assert ["200", "9125"] in statuses


def test_rejects_may_be_errors(program, corpora):
    log = corpora / "real" / "apache_access.log"
    done = run(program, "-c", f"SELECT count(*) FROM read_log('{log}', format => 'combined', rejects => false)")
    assert done.returncode == 1
    assert "error[format]" in done.stderr and "line 8899" in done.stderr.replace(",", "")


def test_json_files_are_valid_as_their_names_say(program, corpora):
    folder = corpora / "json_test_suite"
    found = rows(program, f"SELECT filename, json_valid(content) FROM read_blob('{folder}/*.json') ORDER BY 1")
    assert len(found) > 300
    wrong = [name for name, valid in found
             if (name.split("/")[-1].startswith("y_") and valid != "true")
             or (name.split("/")[-1].startswith("n_") and valid != "false")]
    assert wrong == []


def test_an_error_has_a_caret_and_a_code(program):
    done = run(program, "-c", "SELECT pric FROM (VALUES (1)) t(price)")
    assert done.returncode == 1
    assert "error[column_not_found]" in done.stderr
    assert "^^^^" in done.stderr and 'did you mean "price"?' in done.stderr


def test_safe_mode_opens_no_file(program, corpora):
    log = corpora / "real" / "apache_access.log"
    done = run(program, "--safe", "-c", f"FROM read_log('{log}')")
    assert done.returncode == 1
    assert "error[permission]" in done.stderr


def test_a_sort_larger_than_its_budget_finishes(program):
    sql = ("SELECT count(*), min(i), max(i) FROM (SELECT i FROM (SELECT i, hash(i) AS h FROM range(3000000) t(i)) "
           "ORDER BY h)")
    assert rows(program, sql, "--memory", "96MiB") == [["3000000", "0", "2999999"]]


def test_plans_through_their_bytes_keep_where_errors_are(program):
    sql = "SELECT i + ('x' || i)::INT FROM range(3) t(i)"
    shown = [run(program, "-c", f"SET verify_plans = {verify}", "-c", sql).stderr for verify in ("false", "true")]
    assert shown[0] == shown[1]
    assert shown[0].splitlines()[2] == "   |            ^^^^^^^^^^^^^^^"


def test_what_a_rule_says_fails_where_the_row_is_written(program):
    # Symptom: the caret stood where the rule had it in its own text.
    table = "CREATE TABLE t(a INT DEFAULT ('x' || 'y')::INT, b VARCHAR, CHECK (b::INT > 1))"
    for insert, row in (("INSERT INTO t(b) VALUES ('2')", "VALUES ('2')"), ("INSERT INTO t VALUES (1, 'z')", "VALUES (1, 'z')")):
        lines = run(program, "-c", table, "-c", insert).stderr.splitlines()
        assert "cannot cast" in lines[0]
        assert lines[2] == "   | " + " " * insert.index(row) + "^" * len(row)


SORT = "SELECT * FROM (SELECT range, hash(range) AS h FROM range(4000000)) ORDER BY h LIMIT 1 OFFSET 3000000"


def test_a_limit_of_file_sizes_is_an_error_and_no_signal(program, tmp_path):
    done = subprocess.run(
        [str(program), "--threads", "1", "--memory", "60MB", "-c", f"SET temp_directory = '{tmp_path}'", "-c", SORT],
        capture_output=True, text=True, timeout=120, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20)))
    assert done.returncode == 1 and "error[disk_limit]" in done.stderr and "File too large" in done.stderr, done
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_leaves_goes_with_the_next_that_spills(program, tmp_path):
    begin = [str(program), "--memory", "60MB", "-c", f"SET temp_directory = '{tmp_path}'", "-c"]
    killed = subprocess.Popen([*begin, SORT], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while not (left := list(tmp_path.iterdir())) and time.monotonic() < until and killed.poll() is None:
        time.sleep(0.01)
    killed.kill()
    killed.wait()
    assert len(left) == 1 and list(left[0].iterdir()) == []  # its rows went with it
    done = subprocess.run([*begin, SORT], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_estimates_are_numbers_however_many_tables_are_crossed(program):
    # Symptom: "estimated_rows": inf, which is no JSON.
    crossed = ", ".join(f"range(9000000000000000000) AS t{i}" for i in range(18))
    shown = rows(program, f"EXPLAIN (FORMAT json) SELECT count(*) FROM {crossed}")
    plan = json.loads(shown[0][1])["plan"]
    while plan["name"] != "Cross join":
        plan = plan["children"][0]
    assert 1e15 < plan["estimated_rows"] < 1e300


def test_long_lists_of_terms_and_aggregates_are_planned_at_once(program):
    # Symptom: each was compared with each, which took minutes.
    terms = " AND ".join(f"a <> {i}" for i in range(20_000))
    sums = ", ".join(f"sum(a + {i})" for i in range(20_000))
    table = "CREATE TABLE t AS FROM range(3) r(a)"
    for sql in (f"SELECT count(*) FROM t WHERE {terms}", f"EXPLAIN SELECT {sums} FROM t"):
        done = subprocess.run([str(program)], input=f"{table};\n{sql};\n", capture_output=True, text=True, timeout=60,
                              check=False)
        assert done.returncode == 0, done.stderr
