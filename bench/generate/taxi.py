"""A year of taxi trips that never took place, one row a trip in the order of their beginning, and the
zones they go between. The shares and shapes are those that any city's trips have: short trips are
many, cards pay most of them, few zones begin most of them, some counts of passengers are missing."""

import pathlib

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.generate.files import Progress, made_whole

SEED = 20
ZONES = 265
BOROUGHS = ("Harbour", "Hills", "Meadows", "Old Town", "Airport", "Riverside")
PAYMENTS = ("card", "cash", "account", "disputed")
YEAR_BEGIN = np.datetime64("2025-01-01", "us")
YEAR_SECONDS = 365 * 24 * 3600
PIECE = 1 << 20


def write_trips(path: pathlib.Path, rows: int, whole: int):
    """The first `rows` of `whole` trips."""
    if path.exists():
        return
    progress = Progress(f"generating {rows:,} taxi trips")
    with made_whole(path) as unfinished:
        writer = None
        for begin in range(0, rows, PIECE):
            piece = _trips(begin, min(PIECE, rows - begin), whole)
            writer = writer or pq.ParquetWriter(unfinished, piece.schema, compression="snappy")
            writer.write_table(piece)
            progress(begin + piece.num_rows, rows)
        writer.close()


def write_zones(path: pathlib.Path):
    if path.exists():
        return
    zones = np.arange(1, ZONES + 1, dtype=np.int16)
    with made_whole(path) as unfinished:
        pq.write_table(pa.table({
            "zone": zones,
            "borough": [BOROUGHS[zone * zone % len(BOROUGHS)] for zone in zones.tolist()],
            "zone_name": [f"Zone {zone}" for zone in zones.tolist()],
        }), unfinished)


def _trips(begin, count, whole):
    random = np.random.default_rng([SEED, begin])
    seconds = (begin + np.arange(count)) * (YEAR_SECONDS / whole) + random.uniform(0, 60, count)
    pickup = YEAR_BEGIN + (seconds * 1e6).astype("timedelta64[us]")
    distance = np.round(random.lognormal(0.7, 0.9, count), 2)
    minutes = distance * random.uniform(2, 7, count) + random.uniform(1, 5, count)
    fare = np.round(3 + 1.75 * distance + 0.5 * minutes, 2)
    payment = random.choice(len(PAYMENTS), count, p=(0.72, 0.21, 0.05, 0.02))
    tip = np.where(payment == 0, np.round(fare * random.uniform(0, 0.3, count), 2), 0.0)
    tolls = np.where(random.random(count) < 0.06, 6.94, 0.0)
    # One zone in ten begins about half of all trips.
    zone = np.minimum(random.zipf(1.3, count), ZONES)
    return pa.table({
        "vendor": random.integers(1, 4, count, dtype=np.int8),
        "pickup": pickup,
        "dropoff": pickup + (minutes * 60e6).astype("timedelta64[us]"),
        "passengers": pa.array(random.integers(1, 7, count, dtype=np.int8),
                               mask=random.random(count) < 0.03),
        "distance": distance,
        "pickup_zone": zone.astype(np.int16),
        "dropoff_zone": random.integers(1, ZONES + 1, count, dtype=np.int16),
        "payment": pa.DictionaryArray.from_arrays(payment.astype(np.int32), list(PAYMENTS)).cast(pa.string()),
        "fare": fare,
        "tip": tip,
        "tolls": tolls,
        "total": np.round(fare + tip + tolls, 2),
    })
