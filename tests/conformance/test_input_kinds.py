"""What files and standard input are taken for when only their names are given."""

import json
import subprocess

import pytest


def run(program, sql, cwd, stdin=b"", **options):
    return subprocess.run([program, "--csv", "--noheader", "-c", sql], input=stdin, cwd=cwd,
                          capture_output=True, timeout=120, check=False, **options)


@pytest.mark.parametrize("text, sql, answer", [
    (b"a,b\n1,2\n3,4\n", "FROM '-' SELECT sum(a), sum(b)", b"4,6\n"),
    (json.dumps([{"a": i} for i in range(3000)]).encode(), "FROM '-' SELECT count(*), sum(a)", b"3000,4498500\n"),
    (b'\n {"a": 1}\n{"a": 2}\n', "FROM '/dev/stdin' SELECT sum(a)", b"3\n"),
    (b"", "FROM '-' SELECT count(*)", b"0\n"),
])
@pytest.mark.parametrize("as_file", [False, True])
def test_standard_input_is_json_where_it_begins_so(program, tmp_path, text, sql, answer, as_file):
    if not as_file:
        done = run(program, sql, tmp_path, text)
    else:
        path = tmp_path / "input"
        path.write_bytes(text)
        with path.open("rb") as file:
            done = subprocess.run([program, "--csv", "--noheader", "-c", sql], stdin=file, cwd=tmp_path,
                                  capture_output=True, timeout=120, check=False)
    assert (done.stdout, done.stderr) == (answer, b"")


def test_a_bare_word_may_name_a_directory(program, tmp_path):
    (tmp_path / "day").mkdir()
    (tmp_path / "day" / "x.csv").write_text("a\n1\n")
    (tmp_path / "day" / "y.csv").write_text("a\n2\n")
    assert run(program, "SELECT sum(a) FROM 'day'", tmp_path).stdout == b"3\n"
    assert b"error[file_not_found]: no file night" in run(program, "FROM 'night'", tmp_path).stderr
    # A table comes first.
    sql = "CREATE TABLE day AS SELECT 7 AS a; SELECT a FROM day"
    assert run(program, sql, tmp_path).stdout.endswith(b"7\n")


@pytest.mark.parametrize("name, word", [("x.orc", b"ORC"), ("sub/x.avro", b"Avro"), ("x.xlsx", b"Excel"),
                                        ("x.strange", b"what kind of file")])
def test_files_that_are_not_read_are_named(program, tmp_path, name, word):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"neither text nor known\0")
    done = run(program, f"FROM '{name}'", tmp_path)
    assert b"error[not_supported]" in done.stderr and word in done.stderr


def test_long_endings_of_compression(program, tmp_path):
    sql = "COPY (SELECT 5 AS a) TO 'x.csv.zstd'; SELECT a FROM 'x.csv.zstd'"
    assert run(program, sql, tmp_path).stdout.endswith(b"5\n")


def test_bytes_that_are_no_text_never_come_out_as_text(program, tmp_path):
    (tmp_path / "a.log").write_bytes(b"level=info msg=ok\nlevel=warn msg=\xff\xc3\xa9\n")
    done = subprocess.run([program, "--json", "-c", "FROM read_log('a.log', format => 'logfmt')",
                           "-c", "SELECT text FROM rejects()"], cwd=tmp_path, capture_output=True, timeout=120, check=False)
    assert "msg=\ufffdé" in done.stdout.decode("utf-8")
    (tmp_path / "b.txt").write_bytes("é".encode() * 100_000 + b"\xff" + b"x" * 100)
    done = run(program, "SELECT length(content) FROM read_text('b.txt')", tmp_path)
    assert b"error[format]" in done.stderr and b"byte 200000 is no UTF-8" in done.stderr
    assert run(program, "SELECT octet_length(content) FROM read_blob('b.txt')", tmp_path).stdout == b"200101\n"


def test_whole_files_are_charged_to_the_budget(program, tmp_path):
    with (tmp_path / "big").open("wb") as file:
        file.truncate(400 << 20)
    done = subprocess.run([program, "--memory", "256MB", "-c", "SELECT octet_length(content) FROM read_blob('big')"],
                          cwd=tmp_path, capture_output=True, timeout=120, check=False)
    assert b"error[memory_limit]" in done.stderr
