"""Events that are joined by time: trades, a tenth as many quotes of the same ten thousand keys, and
as many spans of time, in no order."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.generate.files import made_whole

SEED = 331
KEYS = 10_000
END = 1_000_000_000
LONGEST = 2_000


def write(trades, quotes, spans, rows: int):
    """trades (k, t, trade), quotes (k, t, quote), spans (low, high, span)."""
    random = np.random.default_rng(SEED)
    few = max(rows // 10, 1)

    def times(count):
        return random.integers(0, END, count, dtype=np.int64)

    def keys(count):
        return random.integers(0, KEYS, count, dtype=np.int32)

    low = times(few)
    tables = {
        trades: {"k": keys(rows), "t": times(rows), "trade": np.arange(rows)},
        # No two of one key at one time: which of them is taken would be anybody's guess.
        quotes: {"k": keys(few), "t": random.choice(END, few, replace=False),
                 "quote": np.arange(few)},
        spans: {"low": low, "high": low + random.integers(0, LONGEST, few), "span": np.arange(few)},
    }
    for path, columns in tables.items():
        if path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        with made_whole(path) as unfinished:
            pq.write_table(pa.table(columns), unfinished, compression="zstd",
                           row_group_size=131_072)
