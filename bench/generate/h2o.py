"""The tables of the H2O.ai database benchmark, no NULLs, not sorted: G1 (K = 100) for its group-bys,
J1 for its joins."""

import pathlib

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.generate import text
from bench.generate.files import Progress, made_whole

SEED = 108
K = 100
BLOCK = 1_000_000

JOINED = ("x", "small", "medium", "big")
FEWEST = 10  # so few values that some are in both tables, and some in one alone


def write(path: pathlib.Path, rows: int):
    """id1, id2 of K strings; id3 of rows/K strings; id4, id5 of K and id6 of rows/K integers."""
    if path.exists():
        return
    few = [f"id{code:03d}" for code in range(1, K + 1)]
    many_count = max(rows // K, 1)
    many = [f"id{code:010d}" for code in range(1, many_count + 1)]

    def block(start, count):
        random = np.random.default_rng([SEED, start])
        return pa.table({
            "id1": text.pick(few, random.integers(0, K, count)).cast(pa.string()),
            "id2": text.pick(few, random.integers(0, K, count)).cast(pa.string()),
            "id3": text.pick(many, random.integers(0, many_count, count)).cast(pa.string()),
            "id4": random.integers(1, K + 1, count, dtype=np.int32),
            "id5": random.integers(1, K + 1, count, dtype=np.int32),
            "id6": random.integers(1, many_count + 1, count, dtype=np.int32),
            "v1": random.integers(1, 6, count, dtype=np.int32),
            "v2": random.integers(1, 16, count, dtype=np.int32),
            "v3": _measure(random, count),
        })

    _write_blocks(path, rows, block, "of the group-by table")


def write_joined(folder: pathlib.Path, rows: int):
    """Leaves folder/{x,small,medium,big}.parquet: x and big have `rows` rows, medium a thousandth and
    small a millionth of them. id1, id2, id3 have as many values as small, medium, big have rows, one
    in ten of which is in x or in the others alone; id4, id5, id6 are the same numbers as strings."""
    counts = [max(rows // part, FEWEST) for part in (1_000_000, 1_000, 1)]
    in_x, in_others = zip(*(_two_sets_of_keys(place, count) for place, count in enumerate(counts)))
    _write_joined(folder / "x.parquet", rows, in_x, "v1")
    for place, (name, count) in enumerate(zip(JOINED[1:], counts), 1):
        _write_joined(folder / f"{name}.parquet", count, in_others[:place], "v2")


def _write_joined(path, rows, keys, measure):
    if path.exists():
        return
    random = np.random.default_rng([SEED, *path.stem.encode()])
    columns = [_each_at_least_once(random, values, rows) for values in keys]
    measures = _measure(random, rows)

    def block(start, count):
        part = slice(start, start + count)
        table = {f"id{place}": column[part] for place, column in enumerate(columns, 1)}
        table |= {f"id{place}": text.concat(text.constant("id"), text.digits(column[part]))
                  .cast(pa.string()) for place, column in enumerate(columns, 4)}
        return pa.table(table | {measure: measures[part]})

    _write_blocks(path, rows, block, f"of the table {path.stem} to join")


def _two_sets_of_keys(place, count):
    """Each of `count` different numbers, nine of ten in both."""
    keys = np.random.default_rng([SEED, place]).permutation(count + count // 10) + 1
    keys = keys.astype(np.int32)
    common = count - count // 10
    return keys[:count], np.concatenate((keys[:common], keys[count:]))


def _each_at_least_once(random, values, count):
    return random.permutation(np.concatenate(
        (values, random.choice(values, count - len(values)))))


def _measure(random, count):
    return np.round(random.random(count) * 100, 6)


def _write_blocks(path, rows, block, what):
    """block(start, count) → the rows from start on, as a table."""
    progress = Progress(f"generating {rows:,} rows {what}")
    writer = None
    with made_whole(path) as unfinished:
        for start in range(0, rows, BLOCK):
            count = min(BLOCK, rows - start)
            table = block(start, count)
            writer = writer or pq.ParquetWriter(unfinished, table.schema, compression="zstd")
            writer.write_table(table, row_group_size=BLOCK // 8)
            progress(start + count, rows)
        writer.close()
