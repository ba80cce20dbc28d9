"""Nested records, one JSON object a line: a million are about 116 MB."""

import pathlib
import time

import numpy as np

from bench.generate import text
from bench.generate.files import Progress, made_whole

SEED = 20240301
BLOCK = 100_000
KINDS = 50
USERS = 10_000
FIRST_SECOND = 1_704_067_200  # 2024-01-01 00:00:00 UTC

_TAGS = ('["new"]', '["new","sale"]', '["eco"]', '[]', '["sale","eco","bulk"]', '["bulk","new"]')


def _block(start, count, names):
    random = np.random.default_rng([SEED, start])
    at = (np.arange(start, start + count) * 3 + random.integers(0, 3, count)) // 60
    first = int(at[0])
    # Minutes by table, seconds by digits: a million distinct stamps need no loop.
    minutes = [time.strftime("%Y-%m-%dT%H:%M:", time.gmtime(FIRST_SECOND + minute * 60))
               for minute in range(first, int(at[-1]) + 1)]
    seconds = [f"{second:02d}" for second in range(60)]
    lines = text.concat(
        text.constant('{"user":"u'),
        text.pick([f"{user:05d}" for user in range(USERS)], random.integers(0, USERS, count)),
        text.constant('","price":'), text.cents(random.integers(1, 100_000, count)),
        text.constant(',"at":"'), text.pick(minutes, at - first),
        text.pick(seconds, random.integers(0, 60, count)),
        text.constant('","item":{"kind":'), text.digits(random.integers(0, KINDS, count)),
        text.constant(',"name":"'), text.pick(names, random.integers(0, len(names), count)),
        text.constant('","tags":'), text.pick(_TAGS, random.integers(0, len(_TAGS), count)),
        text.constant("}}\n"))
    return text.file_bytes(lines)


def write(path: pathlib.Path, records: int):
    if path.exists():
        return
    names = [f"{size} {thing} {number}" for number in range(20)
             for size in ("xs", "m", "xl") for thing in ("crate", "bottle", "lamp")]
    progress = Progress(f"generating {records:,} JSON records")
    with made_whole(path) as unfinished, unfinished.open("wb") as out:
        for start in range(0, records, BLOCK):
            out.write(_block(start, min(BLOCK, records - start), names))
            progress(min(start + BLOCK, records), records)
