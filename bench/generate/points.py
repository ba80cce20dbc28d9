"""Points of a plane, as a survey of the sky or the traces of vehicles would leave them: a few dense
clusters over a thin background, a class each, and a measure with a long tail. No NULLs, not sorted."""

import pathlib

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.generate.files import Progress, made_whole

SEED = 9
CLASSES = 1000
CLUSTERS = 50
EDGE = 100.0
PIECE = 1 << 20


def file_of(folder: pathlib.Path, rows: int, number: int, parts: int):
    """The `number`-th of the `parts` files that the points are in."""
    return folder / f"points-{rows}" / f"{number:03d}-of-{parts}.parquet"


def write(folder: pathlib.Path, rows: int, parts: int):
    """Each file has a part of the rows, as many as the others but for the last one's."""
    progress = Progress(f"generating {rows:,} points")
    each = -(-rows // parts)
    for number in range(parts):
        path = file_of(folder, rows, number, parts)
        begin, end = min(number * each, rows), min((number + 1) * each, rows)
        if path.exists():
            continue
        with made_whole(path) as unfinished:
            with pq.ParquetWriter(unfinished, _points(0, 0).schema, compression="snappy",
                                  use_dictionary=["class"]) as writer:
                for at in range(begin, end, PIECE):
                    piece = _points(at, min(PIECE, end - at))
                    writer.write_table(piece, row_group_size=PIECE)
                    progress(at + piece.num_rows, rows)


def _points(begin, count):
    centres = np.random.default_rng(SEED).uniform(-EDGE, EDGE, (CLUSTERS, 2))
    random = np.random.default_rng([SEED, begin])
    cluster = random.integers(0, CLUSTERS, count)
    near = centres[cluster] + random.normal(0, 4, (count, 2))
    anywhere = random.uniform(-EDGE, EDGE, (count, 2))
    place = np.where((random.random(count) < 0.1)[:, None], anywhere, near).astype(np.float32)
    # Classes are as unequal as words of a language.
    rank = (CLASSES ** random.random(count)).astype(np.int16) - 1
    return pa.table({
        "x": place[:, 0],
        "y": place[:, 1],
        "class": rank,
        "measure": random.lognormal(2, 1, count).astype(np.float32),
    })
