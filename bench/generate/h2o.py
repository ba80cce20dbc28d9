"""The group-by table of the H2O.ai database benchmark: G1, K = 100, no NULLs, not sorted."""

import pathlib

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.generate import text
from bench.generate.files import Progress, made_whole

SEED = 108
K = 100
BLOCK = 1_000_000


def write(path: pathlib.Path, rows: int):
    """id1, id2 of K strings; id3 of rows/K strings; id4, id5 of K and id6 of rows/K integers."""
    if path.exists():
        return
    few = [f"id{code:03d}" for code in range(1, K + 1)]
    many_count = max(rows // K, 1)
    many = [f"id{code:010d}" for code in range(1, many_count + 1)]
    progress = Progress(f"generating {rows:,} rows of the group-by table")
    writer = None
    with made_whole(path) as unfinished:
        for start in range(0, rows, BLOCK):
            count = min(BLOCK, rows - start)
            random = np.random.default_rng([SEED, start])
            table = pa.table({
                "id1": text.pick(few, random.integers(0, K, count)).cast(pa.string()),
                "id2": text.pick(few, random.integers(0, K, count)).cast(pa.string()),
                "id3": text.pick(many, random.integers(0, many_count, count)).cast(pa.string()),
                "id4": random.integers(1, K + 1, count, dtype=np.int32),
                "id5": random.integers(1, K + 1, count, dtype=np.int32),
                "id6": random.integers(1, many_count + 1, count, dtype=np.int32),
                "v1": random.integers(1, 6, count, dtype=np.int32),
                "v2": random.integers(1, 16, count, dtype=np.int32),
                "v3": np.round(random.random(count) * 100, 6),
            })
            writer = writer or pq.ParquetWriter(unfinished, table.schema, compression="zstd")
            writer.write_table(table, row_group_size=BLOCK // 8)
            progress(start + count, rows)
        writer.close()
