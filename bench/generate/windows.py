"""One table for window functions: a partition, a place unique in the table, an integer."""

import pathlib

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.generate.files import made_whole

SEED = 11


def write(path: pathlib.Path, rows: int, partitions: int):
    if path.exists():
        return
    random = np.random.default_rng(SEED)
    table = pa.table({
        "g": random.integers(0, partitions, rows, dtype=np.int32),
        "t": random.permutation(rows),
        "v": random.integers(0, 1_000_000, rows),
    })
    with made_whole(path) as unfinished:
        pq.write_table(table, unfinished, compression="none", row_group_size=122_880)
