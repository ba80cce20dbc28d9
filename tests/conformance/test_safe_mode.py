"""--safe: no statement reaches a file, by whatever door it tries."""

import subprocess

import pytest


def run(program, *arguments, stdin=""):
    return subprocess.run([str(program), *arguments], input=stdin, capture_output=True, text=True,
                          timeout=120, check=False)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "t.csv").write_text("a,b\n1,2\n")
    (tmp_path / "t.log").write_text("2024-01-01 00:00:00 install zlib1g:amd64 <none> 1:1.2.13\n")
    return tmp_path


@pytest.mark.parametrize("statement", [
    "FROM '{0}/t.csv'",
    "FROM '{0}/*.csv'",
    "FROM '{0}'",
    "FROM read_csv('{0}/t.csv')",
    "FROM read_csv('-')",
    "FROM sniff_csv('{0}/t.csv')",
    "FROM read_log('{0}/t.log')",
    "FROM read_text('{0}/t.log')",
    "FROM read_blob('{0}/t.log')",
    "FROM read_parquet('{0}/t.parquet')",
    "FROM parquet_schema('{0}/t.parquet')",
    "CREATE TABLE t(a INTEGER, b INTEGER); COPY t FROM '{0}/t.csv'",
    "COPY (SELECT 1 AS a) TO '{0}/written.csv'",
    "COPY (SELECT 1 AS a) TO '{0}/written.csv.gz'",
    "COPY (SELECT 1 AS a) TO '{0}/written.parquet'",
    "COPY (SELECT 1 AS a, 2 AS b) TO '{0}/written' (FORMAT parquet, PARTITION_BY (a))",
    "COPY (SELECT 1 AS a) TO '/dev/stdout' (FORMAT csv)",
    "SET temp_directory = '{0}/written'",
    "SET verify_plans = true; FROM '{0}/t.csv'",
])
def test_no_statement_reaches_a_file(program, folder, statement):
    before = sorted(folder.iterdir())
    done = run(program, "--safe", "-c", statement.format(folder))
    assert done.returncode == 1
    assert "error[permission]: safe mode" in done.stderr
    assert done.stdout == ""
    assert sorted(folder.iterdir()) == before


def test_what_does_not_exist_is_refused_in_the_same_words(program, folder):
    """Else safe mode would tell which files there are."""
    there = run(program, "--safe", "-c", f"FROM read_text('{folder}/t.csv')").stderr
    missing = run(program, "--safe", "-c", f"FROM read_text('{folder}/x.csv')").stderr
    assert there.replace("t.csv", "x.csv") == missing


def test_a_script_named_by_whoever_starts_it_runs_under_safe_mode(program, folder):
    script = folder / "s.sql"
    script.write_text(f"SELECT 7 AS seven; FROM '{folder}/t.csv'")
    for arguments, stdin in ((["-f", str(script)], ""), ([], script.read_text())):
        done = run(program, "--safe", "--csv", *arguments, stdin=stdin)
        assert done.returncode == 1
        assert done.stdout == "seven\n7\n"
        assert "error[permission]: safe mode" in done.stderr


def test_what_needs_no_file_works(program):
    done = run(program, "--safe", "--csv", "-c", "CREATE TABLE t AS FROM range(3) r(i); SELECT sum(i) AS s FROM t")
    assert (done.returncode, done.stdout) == (0, "s\n3\n")
