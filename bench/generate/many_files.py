"""Many small Parquet files of readings: a range of ids each, in one folder; and each in a directory
that says which sensor's they are."""

import pathlib
import shutil

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.generate.files import Progress

SEED = 57
ROWS = 1_000


def write(folder: pathlib.Path, files: int):
    """Leaves folder/flat/N.parquet and folder/hive/sensor=N/readings.parquet for N < files; whole,
    or not at all."""
    if folder.exists():
        return
    progress = Progress(f"generating {files:,} files twice")
    unfinished = folder.with_name(f".{folder.name}")
    shutil.rmtree(unfinished, ignore_errors=True)
    (unfinished / "flat").mkdir(parents=True)
    for number in range(files):
        random = np.random.default_rng([SEED, number])
        table = pa.table({
            "id": np.arange(number * ROWS, (number + 1) * ROWS),
            "place": pa.array(random.integers(0, 50, ROWS)).cast(pa.string()),
            "value": np.round(random.random(ROWS) * 1_000, 3),
        })
        directory = unfinished / "hive" / f"sensor={number}"
        directory.mkdir(parents=True)
        pq.write_table(table, unfinished / "flat" / f"{number:05d}.parquet")
        pq.write_table(table, directory / "readings.parquet")
        progress(number + 1, files)
    unfinished.rename(folder)
