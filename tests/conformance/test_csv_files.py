"""Real CSV files with real dirt, read as DuckDB reads them; hostile ones; pipes."""

import subprocess
import time

import duckdb
import pytest


def run(program, *arguments, stdin=subprocess.DEVNULL, **options):
    return subprocess.run([str(program), *arguments], stdin=stdin, capture_output=True, timeout=120, check=False, **options)


REAL = [
    ("airports.csv", ""),
    ("birdstrikes.csv", ""),
    ("sp500-2000.csv", ""),
    ("zipcodes.csv", ""),
    ("openflights_airports.dat", ", header = false, nullstr = '\\N'"),
    ("openflights_routes.dat", ", header = false, nullstr = '\\N'"),
]


@pytest.mark.parametrize("name, options", REAL, ids=[name for name, *_ in REAL])
def test_real_files_read_as_duckdb_reads_them(program, corpora, tmp_path, name, options):
    call = f"read_csv('{corpora / 'real' / name}'{options})"
    written = tmp_path / "ours.parquet"
    done = run(program, "-c", f"COPY (FROM {call}) TO '{written}'", text=True)
    assert done.returncode == 0, done.stderr
    peer = duckdb.connect()
    expected_types = dict(row[:2] for row in peer.execute(f"DESCRIBE FROM {call}").fetchall())
    got_types = dict(row[:2] for row in peer.execute(f"DESCRIBE FROM '{written}'").fetchall())
    assert got_types == expected_types
    expected = peer.execute(f"FROM {call}").fetchall()
    got = peer.execute(f"FROM '{written}'").fetchall()
    assert len(got) == len(expected)
    for line, (a, b) in enumerate(zip(got, expected, strict=True)):
        assert a == b, line


def test_hostile_files_end_in_rows_or_a_typed_error(program, corpora):
    files = [path for path in sorted((corpora / "csv" / "hostile").iterdir()) if path.suffix != ".md"]
    assert len(files) >= 7
    for path in files:
        for options in ("", ", rejects => true", ", null_padding => true", ", all_varchar => true"):
            begin = time.monotonic()
            done = run(program, "--memory", "240MiB", "--csv", "-c", f"FROM read_csv('{path}'{options})")
            assert time.monotonic() - begin < 10, path.name
            assert done.returncode in (0, 1), (path.name, done.returncode, done.stderr)
            if done.returncode == 1:
                assert done.stderr.startswith(b"error["), (path.name, done.stderr)
                assert b"error[internal]" not in done.stderr, (path.name, done.stderr)
                assert path.name.encode() in done.stderr, (path.name, done.stderr)


def test_standard_input_and_output(program, corpora):
    path = corpora / "csv" / "aggregate_test_100.csv"
    for name in ("-", "/dev/stdin"):
        with path.open("rb") as stdin:
            done = run(program, "--csv", "--noheader", "-c", f"SELECT count(*), sum(c2) FROM read_csv('{name}')", stdin=stdin)
        assert (done.returncode, done.stdout) == (0, b"100,285\n"), done.stderr
    piped = subprocess.run(f"cat '{path}' | '{program}' --csv --noheader -c \"SELECT count(*) FROM '-'\"", shell=True,
                           capture_output=True, timeout=60, check=False)
    assert piped.stdout == b"100\n", piped.stderr
    done = run(program, "-c", "COPY (SELECT i, 'a,b' AS t FROM range(2) t(i)) TO '/dev/stdout' (FORMAT csv)")
    assert (done.returncode, done.stdout) == (0, b'i,t\n0,"a,b"\n1,"a,b"\n'), done.stderr


def test_a_pipe_gets_no_row_twice(program, tmp_path):
    """A value that widens a type starts the query over, but not once bytes went to a pipe."""
    for rows, starts_over in ((60_000, True), (900_000, False)):
        path = tmp_path / f"{rows}.csv"
        path.write_text("v\n" + "".join(f"{i}\n" for i in range(rows)) + "1.5\n")
        done = run(program, "-c", f"COPY (FROM '{path}') TO '/dev/stdout' (FORMAT csv)", text=True)
        lines = done.stdout.splitlines()
        if starts_over:
            assert (done.returncode, lines[-1], len(lines)) == (0, "1.5", rows + 2), done.stderr
            continue
        whole = lines[1:-1]  # the last one may have been cut
        assert whole == [str(i) for i in range(len(whole))]
        assert done.returncode == 1
        assert f"line {rows + 2}" in done.stderr and "1.5" in done.stderr


@pytest.mark.parametrize("ending", ["gz", "zst", "lz4"])
def test_compressed_files_both_ways(program, corpora, tmp_path, ending):
    path = corpora / "csv" / "aggregate_test_100.csv"
    packed = tmp_path / f"packed.csv.{ending}"
    done = run(program, "-c", f"COPY (FROM '{path}') TO '{packed}'")
    assert done.returncode == 0, done.stderr
    assert packed.read_bytes()[:2] != path.read_bytes()[:2]
    done = run(program, "--csv", "-c", f"SELECT count(*) FROM (FROM '{packed}' EXCEPT FROM '{path}')", text=True)
    assert done.stdout.splitlines()[-1] == "0", done.stderr
    if ending != "lz4":  # DuckDB knows no lz4 here
        assert duckdb.connect().execute(f"SELECT count(*) FROM read_csv('{packed}')").fetchone() == (100,)
    assert duckdb.connect().execute(f"SELECT count(*) FROM read_csv('{path}.gz')").fetchone() == (100,)
    done = run(program, "--csv", "--noheader", "-c", f"SELECT count(*) FROM '{path}.gz'")
    assert done.stdout == b"100\n", done.stderr


def test_a_pipe_beside_files_goes_by_its_header(program, tmp_path):
    first = tmp_path / "first.csv"
    first.write_text("day,price,qty\n1,10,100\n")
    for paths in (f"'{first}', '/dev/stdin'", f"'/dev/stdin', '{first}'"):
        done = subprocess.run(
            [str(program), "--csv", "--noheader", "-c", f"SELECT day, price, qty FROM read_csv([{paths}]) ORDER BY day"],
            input=b"day;qty;price\n3;300;30\n4;400;40\n" if paths.endswith("stdin'") else b"day,qty,price\n3,300,30\n4,400,40\n",
            capture_output=True, timeout=60, check=False)
        assert (done.returncode, done.stdout) == (0, b"1,10,100\n3,30,300\n4,40,400\n"), done.stderr


def test_a_file_that_is_not_needed_is_not_looked_at(program, tmp_path):
    for day in range(12):
        (tmp_path / f"day={day}").mkdir()
        (tmp_path / f"day={day}" / "x.csv").write_text("a,b\n1,2\n" if day != 3 else "a,c\n1,2\n")
    for condition, expected in (("day <> 3", (0, "11,22\n")), ("day >= 3", (1, ""))):
        done = run(program, "--csv", "--noheader", "-c", f"SELECT count(*), sum(b) FROM '{tmp_path}/**/*.csv' WHERE {condition}", text=True)
        assert (done.returncode, done.stdout) == expected, done.stderr
    assert "day=3/x.csv has no column \"b\"" in done.stderr


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_refused_by_name(program, tmp_path, encoding):
    """Read as UTF-8 it was a column of odd texts with zero bytes in them."""
    for name, text in (("x.csv", "a,b\n1,2\n"), ("x.json", '{"a": 1}\n'), ("x.log", "level=info message=x\n")):
        path = tmp_path / name
        path.write_bytes(("\ufeff" + text).encode(encoding))
        done = run(program, "-c", f"FROM '{path}'", text=True)
        assert done.returncode == 1, done.stdout
        assert f"{name}: the file is UTF-16" in done.stderr and "iconv -f UTF-16" in done.stderr
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")  # the first one is read, the other is not sniffed alone
    done = run(program, "-c", f"FROM '{tmp_path}/*.csv'", text=True)
    assert (done.returncode, "x.csv: the file is UTF-16" in done.stderr) == (1, True), done.stderr


@pytest.mark.parametrize("name, line, value", [("na.csv", 50002, "rejects => true"), ("na.ndjson", 50001, "ignore_errors => true")])
def test_a_column_that_became_a_text_is_told_of(program, tmp_path, name, line, value):
    path = tmp_path / name
    cell = ['"N/A"' if i == 50000 else str(i) for i in range(60000)]
    path.write_text("b\n" + "\n".join(cell) + "\n" if name.endswith("csv") else "".join(f'{{"b":{one}}}\n' for one in cell))
    told = f'since in line {line} of {path} "N/A" is n'
    done = run(program, "--csv", "-c", f"SELECT count(b) AS n FROM '{path}'", text=True)
    assert (done.returncode, done.stdout) == (0, "n\n60000\n"), done.stderr
    assert done.stderr.startswith("warning: b is ") and done.stderr.count("\n") == 1
    assert told in done.stderr and value in done.stderr
    for statement in (f"SELECT sum(b) FROM '{path}'", f"CREATE TABLE t AS SELECT sum(b) FROM '{path}'"):
        done = run(program, "-c", statement, text=True)
        assert done.returncode == 1 and done.stderr.startswith("error[type_mismatch]: no sum("), done.stderr
        assert " note: b is " in done.stderr and told in done.stderr and value in done.stderr
