"""Parquet files of other projects: read, written by us and read back by DuckDB and pyarrow.

Left out: `large_string_map`, two texts of a GiB each, which take longer than all the others together.
"""

import datetime
import math
import os
import subprocess
import sys
import time

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

# What a peer cannot read; the other one then has the say.
DUCKDB_REFUSES = {"byte_stream_split_extended.gzip.parquet", "map_no_value.parquet"}
PYARROW_REFUSES = {"incorrect_map_schema.parquet"}
# Dates behind the year 9999 within structs; an INT96 that pyarrow takes for another time.
NO_PYTHON_VALUES = {"nested_structs.rust.parquet", "int96_from_spark.parquet"}
INSTRUMENTED = os.environ.get("DOLINE_PRESET", "release") in ("asan", "tsan")
MOST_BYTES = 256 << 20
MOST_SECONDS = 10


def run(program, *arguments):
    return subprocess.run([str(program), *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=120, check=False)


def comparable(value):
    if isinstance(value, float):
        return "nan" if math.isnan(value) else value
    if isinstance(value, (bytearray, memoryview)):
        return bytes(value)
    if isinstance(value, dict):
        return tuple((key, comparable(inner)) for key, inner in value.items())
    if isinstance(value, (list, tuple)):
        return tuple(comparable(inner) for inner in value)
    if isinstance(value, datetime.datetime) and value.tzinfo:
        return value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
    return value


def rows_by_duckdb(path):
    connection = duckdb.connect()
    connection.execute("SET timezone = 'UTC'")
    rows = connection.execute(f"FROM read_parquet('{path}', binary_as_string = false)").fetchall()
    return [comparable(row) for row in rows]


def with_plain_times(kind):
    """Python's datetime ends with the year 9999 and at microseconds: integers do not."""
    if pa.types.is_timestamp(kind) or pa.types.is_duration(kind) or pa.types.is_time64(kind):
        return pa.int64()
    if pa.types.is_date32(kind) or pa.types.is_time32(kind):
        return pa.int32()
    return kind


def rows_by_pyarrow(path):
    # INT96 in microseconds, as we read it.
    table = pq.read_table(path, coerce_int96_timestamp_unit="us")
    columns = [column.cast(with_plain_times(column.type)) for column in table.columns]
    return [comparable(row) for row in zip(*[column.to_pylist() for column in columns], strict=True)]


def valid_files(corpora):
    files = [path for path in sorted((corpora / "parquet" / "valid").rglob("*.parquet"))
             if "corrupt-checksum" not in path.name and not path.name.startswith("large_string_map")]
    assert len(files) > 60
    return files


def test_valid_files_hold_what_the_peers_read_in_them(program, corpora, tmp_path):
    """Read by us, written by us, read back: the same values as in the original."""
    wrong = []
    for path in valid_files(corpora):
        ours = tmp_path / path.name
        done = run(program, "-c", f"COPY (FROM '{path}') TO '{ours}'")
        if done.returncode != 0:
            wrong.append(f"{path.name}: {done.stderr}")
            continue
        compared = 0
        for peer, refuses, rows in (("duckdb", DUCKDB_REFUSES, rows_by_duckdb),
                                    ("pyarrow", PYARROW_REFUSES, rows_by_pyarrow)):
            if path.name in NO_PYTHON_VALUES and peer == "pyarrow":
                pq.read_table(ours)
                continue
            written = rows(ours)  # both read what we write, whatever the original was
            if path.name in refuses:
                continue
            compared += 1
            if written != rows(path):
                wrong.append(f"{path.name}: {peer} sees other values")
        assert compared > 0, path.name
    assert wrong == []


def test_values_of_the_program_are_those_of_duckdb(program, corpora):
    """Numbers and texts straight from our reader, not by way of our writer."""
    aggregates = 0
    for path in valid_files(corpora):
        if path.name in DUCKDB_REFUSES:
            continue
        source = f"read_parquet('{path}')"
        described = duckdb.connect().execute(f"DESCRIBE FROM {source}").fetchall()
        plain = [name for name, kind, *_ in described
                 if kind in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UINTEGER", "VARCHAR", "BOOLEAN", "DATE")]
        if not plain:
            continue
        listed = ", ".join(f'count("{name}"), min("{name}"), max("{name}"), count(DISTINCT "{name}")' for name in plain)
        expected = [["" if value is None else str(value).lower() for value in row]
                    for row in duckdb.connect().execute(f"SELECT {listed} FROM {source}").fetchall()]
        done = run(program, "--csv", "--noheader", "-c",
                   f"COPY (SELECT {listed} FROM {source}) TO '/dev/stdout' (header false, delim '\x1f', quote '')")
        assert done.returncode == 0, done.stderr
        got = [line.split("\x1f") for line in done.stdout.lower().split("\n")[:1]]
        assert got == expected, path.name
        aggregates += len(plain)
    assert aggregates > 60


def test_few_rows_of_pages_with_many(program, tmp_path):
    """DuckDB writes a page a row group: more rows than levels are unpacked at a time."""
    values = ("i % 97", "CASE WHEN i % 7 <> 0 THEN 'text ' || i % 97 END", "i * 97 % 1000003")
    asked = ("m = (SELECT m FROM t LIMIT 1 OFFSET 3)", "i % 30000 = 1", "i > 65530 AND i < 65540")
    for rows in (70_000, 122_880):
        columns = ", ".join(f"{value} AS m{place}" for place, value in enumerate(values))
        path = tmp_path / f"{rows}.parquet"
        peer = duckdb.connect()
        peer.execute(f"COPY (SELECT {columns}, i FROM range({rows}) r(i)) TO '{path}'")
        texts = [f"WITH t AS (SELECT m{place} AS m, i FROM '{path}') "
                 f"SELECT count(*), count(m), min(i), max(i), max(m) FROM t WHERE {term}"
                 for place in range(len(values)) for term in asked]
        done = run(program, "--csv", "--noheader", *(word for text in texts for word in ("-c", text)))
        assert done.returncode == 0, done.stderr
        truth = [",".join(str(value) for value in peer.execute(text).fetchone()) for text in texts]
        assert done.stdout.splitlines() == truth


def test_encrypted_files_are_refused_as_encrypted(program, corpora):
    files = sorted((corpora / "parquet" / "valid").rglob("*.parquet.encrypted"))
    assert len(files) > 8
    for path in files:
        done = run(program, "-c", f"SELECT * FROM read_parquet('{path}')")
        assert done.returncode == 1
        assert "error[encrypted]" in done.stderr and path.name in done.stderr


def test_corrupt_checksums_are_refused(program, corpora):
    files = sorted((corpora / "parquet" / "valid").glob("*corrupt-checksum*.parquet"))
    assert len(files) == 2
    for path in files:
        done = run(program, "-c", f"SELECT * FROM '{path}'")
        assert done.returncode == 1
        assert "error[corrupt]" in done.stderr and "checksum" in done.stderr and path.name in done.stderr



@pytest.mark.parametrize("folder", ["parquet/bad", "parquet/hostile"])
def test_bad_and_hostile_files_end_in_rows_or_a_typed_error(program, corpora, folder):
    files = [path for path in sorted((corpora / folder).iterdir()) if path.suffix != ".md"]
    assert len(files) >= 8
    for path in files:
        begin = time.monotonic()
        done = run(program, "--memory", "240MiB", "--csv", "-c", f"FROM read_parquet('{path}')")
        assert time.monotonic() - begin < MOST_SECONDS, path.name
        assert done.returncode in (0, 1), f"{path.name}: {done.returncode} {done.stderr}"
        if done.returncode == 1:
            assert done.stderr.startswith("error["), f"{path.name}: {done.stderr}"
            assert "error[internal]" not in done.stderr, f"{path.name}: {done.stderr}"
            assert path.name in done.stderr, f"{path.name}: {done.stderr}"


def test_bad_and_hostile_files_take_little_memory(program, corpora):
    if INSTRUMENTED:
        return  # resident memory means nothing there: tests/unit/format/parquet_corpora_test.cpp asks the budget
    script = ("import resource, subprocess, sys\n"
              "subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, capture_output=True)\n"
              "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)\n")
    for path in sorted([*(corpora / "parquet" / "bad").iterdir(), *(corpora / "parquet" / "hostile").iterdir(),
                        *(corpora / "csv" / "hostile").iterdir()]):
        if path.suffix == ".md":
            continue
        reader = "read_csv" if "csv" in str(path.parent) else "read_parquet"
        done = subprocess.run([sys.executable, "-c", script, str(program), "--csv", "-c", f"FROM {reader}('{path}')"],
                              capture_output=True, text=True, timeout=60, check=True)
        assert int(done.stdout) <= MOST_BYTES, f"{path.name}: {int(done.stdout) >> 20} MiB"
