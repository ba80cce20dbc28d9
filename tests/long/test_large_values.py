"""What takes minutes or gigabytes: run by `./dev test --long` only."""

import hashlib
import subprocess

import doline
import duckdb
import pyarrow.compute
import pyarrow.parquet as pq
import pytest

# Two maps of one entry each, whose keys are texts of a GiB. Writing them takes the texts, the pages
# they are encoded into and the pages compressed.
MEMORY = "8GB"
SUMMARY = ("SELECT count(*), sum(cardinality(arr)), sum(v), min(length(k)), max(length(k)), min(md5(k)), max(md5(k)) "
           "FROM (SELECT arr, unnest(map_keys(arr)) AS k, unnest(map_values(arr)) AS v FROM '{}')")


def run(program, statement):
    done = subprocess.run([str(program), "--memory", MEMORY, "--csv", "--noheader", "-c", statement],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=1200, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def seen_by_duckdb(path):
    return ",".join(str(value) for value in duckdb.connect().execute(SUMMARY.format(path)).fetchone())


def seen_by_pyarrow(path):
    entries, values, lengths, hashes = [], 0, [], []
    file = pq.ParquetFile(path)
    for batch in file.iter_batches(batch_size=1):
        for row in batch.column(0):
            entries.append(len(row))
            for key, value in row.as_py():
                values += value
                lengths.append(len(key))
                hashes.append(hashlib.md5(key.encode()).hexdigest())
    return ",".join(str(value) for value in (len(entries), sum(entries), values, min(lengths), max(lengths),
                                             min(hashes), max(hashes)))


@pytest.fixture(scope="module")
def original(corpora):
    return corpora / "parquet" / "valid" / "large_string_map.brotli.parquet"


def test_texts_of_a_gigabyte_are_read_as_duckdb_reads_them(program, original):
    assert run(program, SUMMARY.format(original)) == seen_by_duckdb(original)


def test_texts_of_a_gigabyte_are_written_for_the_peers(program, original, tmp_path):
    expected = run(program, SUMMARY.format(original))
    written = tmp_path / "written.parquet"
    run(program, f"COPY (FROM '{original}') TO '{written}'")
    assert run(program, SUMMARY.format(written)) == expected
    assert seen_by_duckdb(written) == expected
    assert seen_by_pyarrow(written) == expected


# Symptom: a function was given up, with the whole process, where the texts of one chunk are more than
# one Arrow array holds.
def test_a_function_is_given_texts_of_two_gigabytes_in_parts():
    given = []

    def length(texts):
        given.append(len(texts))
        return pyarrow.compute.binary_length(texts)

    with doline.connect() as connection:
        connection.create_function("measured", length, ["VARCHAR"], "INTEGER", values="arrow")
        text = "SELECT measured(repeat('x', 1100000) || i % 3), i FROM range(2048) t(i)"
        assert connection.sql(text).fetchall() == [(1_100_001, i) for i in range(2048)]
        given.clear()
        text = "SELECT measured(repeat('x', 1100000)), i FROM range(2048) t(i)"
        assert connection.sql(text).fetchall() == [(1_100_000, i) for i in range(2048)]
        assert given == [1024, 1024]
