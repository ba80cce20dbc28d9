"""Two tables to sort: (11-byte string, double) and (double, bigint)."""

import pathlib

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.generate import text
from bench.generate.files import made_whole

SEED = 7


def write(strings: pathlib.Path, doubles: pathlib.Path, rows: int):
    random = np.random.default_rng(SEED)
    letters = text.fixed_width_letters(random, rows, 11).cast(pa.string())
    values = random.random(rows)
    keys = random.standard_normal(rows)
    numbers = random.integers(-2**62, 2**62, rows)
    for path, table in ((strings, pa.table({"k": letters, "v": values})),
                        (doubles, pa.table({"k": keys, "n": numbers}))):
        if not path.exists():
            with made_whole(path) as unfinished:
                pq.write_table(table, unfinished, compression="none", row_group_size=122_880)
