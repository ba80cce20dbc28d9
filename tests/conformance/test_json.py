"""JSON files of other people, read as DuckDB reads them."""

import csv
import gzip
import io
import json
import subprocess

import duckdb
import pytest

REAL = ["movies.json", "earthquakes.json", "flights-20k.json"]


def run(program, *statements):
    arguments = [part for statement in statements for part in ("-c", statement)]
    return subprocess.run([str(program), "--csv", *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=60, check=False)


def rows(program, sql):
    done = run(program, sql)
    assert done.returncode == 0, done.stderr
    csv.field_size_limit(1 << 30)
    return list(csv.reader(io.StringIO(done.stdout)))


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


@pytest.mark.parametrize("name", REAL)
def test_real_files_have_duckdbs_columns(program, corpora, name):
    source = f"read_json('{corpora / 'real' / name}')"
    ours = [(row[0], row[1].replace('"', "")) for row in rows(program, f"DESCRIBE FROM {source}")[1:]]
    theirs = [(row[0], row[1].replace('"', "")) for row in duckdb.connect().sql(f"DESCRIBE FROM {source}").fetchall()]
    # DuckDB takes integers of both signs for HUGEINT; BIGINT holds them.
    assert [(n, t.replace("HUGEINT", "BIGINT")) for n, t in theirs] == ours


@pytest.mark.parametrize("name", REAL)
def test_real_files_have_duckdbs_values(program, corpora, name):
    source = f"read_json('{corpora / 'real' / name}')"
    names = [row[0] for row in rows(program, f"DESCRIBE FROM {source}")[1:]]
    columns = ", ".join(f"to_json({quoted(n)})::VARCHAR AS c{i}" for i, n in enumerate(names))
    ours = rows(program, f"SELECT {columns} FROM {source}")[1:]
    theirs = duckdb.connect().sql(f"SELECT {columns} FROM {source}").fetchall()
    assert len(ours) == len(theirs)
    for mine, other in zip(ours, theirs):
        for left, right in zip(mine, other):
            assert (json.loads(left) if left else None) == (json.loads(right) if right else None)


@pytest.mark.parametrize("form", ["lines", "array", "gzip"])
@pytest.mark.parametrize("name", REAL)
def test_what_is_written_is_read_by_duckdb(program, corpora, tmp_path, name, form):
    source = f"read_json('{corpora / 'real' / name}')"
    target = tmp_path / ("out.json.gz" if form == "gzip" else "out.json")
    done = run(program, f"COPY (FROM {source}) TO '{target}' (FORMAT json, ARRAY {form == 'array'})")
    assert done.returncode == 0, done.stderr
    names = [row[0] for row in duckdb.connect().sql(f"DESCRIBE FROM {source}").fetchall()]
    columns = ", ".join(f"to_json({quoted(n)})::JSON::VARCHAR" for n in names)
    read = duckdb.connect().sql(f"SELECT {columns} FROM read_json('{target}')").fetchall()
    first = duckdb.connect().sql(f"SELECT {columns} FROM {source}").fetchall()
    assert len(read) == len(first)
    for mine, other in zip(read, first):
        assert [json.loads(v) if v else None for v in mine] == [json.loads(v) if v else None for v in other]


def test_every_file_of_the_suite_is_rows_or_an_error_with_its_place(program, corpora):
    files = sorted((corpora / "json_test_suite").glob("*.json"))
    assert len(files) > 300
    wrong = []
    for file in files:
        done = run(program, f"SELECT count(*) FROM read_json('{file}')", f"FROM read_json_objects('{file}')")
        fine = done.returncode == 0 or (done.returncode == 1 and "error[" in done.stderr and file.name in done.stderr
                                        and "error[internal]" not in done.stderr)
        if file.name.startswith("y_"):
            try:
                duckdb.connect().sql(f"SELECT count(*) FROM read_json('{file}')").fetchall()
                fine = fine and done.returncode == 0
            except duckdb.Error:
                pass
        if not fine:
            wrong.append((file.name, done.returncode, done.stderr[:200]))
    assert wrong == []


@pytest.mark.parametrize("source", ["path", "gzip", "pipe"])
def test_damage_that_is_met_while_types_are_guessed_has_a_line(program, tmp_path, source):
    text = b'[{"a": 1},\n {"a":\n  2},\n {"a": 1 2}\n]\n'
    path = tmp_path / ("damaged.json.gz" if source == "gzip" else "damaged.json")
    path.write_bytes(gzip.compress(text) if source == "gzip" else text)
    name = "-" if source == "pipe" else path
    done = subprocess.run([str(program), "-c", f"FROM read_json('{name}')"], input=text, capture_output=True,
                          timeout=60, check=False)
    assert done.returncode == 1
    assert f"{name}: line 4, byte 33: unexpected character" in done.stderr.decode()
