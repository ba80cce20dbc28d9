"""A web server's log in combined format: five million lines are about 935 MB."""

import pathlib
import time

import numpy as np

from bench.generate import text
from bench.generate.files import Progress, made_whole

SEED = 20240229
BLOCK = 250_000
FIRST_SECOND = 1_709_164_800  # 2024-02-29 00:00:00 UTC
LINES_PER_SECOND = 60

_SECTIONS = ("products", "articles", "images", "account/orders", "api/v2/search", "downloads",
             "help/topics", "static/build")
_ENDINGS = (".html", "", ".jpg", "", "?page=3&sort=price", ".zip", ".html", ".js")
_METHODS = ("GET",) * 17 + ("POST",) * 2 + ("HEAD",)
_STATUSES = ("200",) * 85 + ("304",) * 6 + ("404",) * 5 + ("301",) * 2 + ("500", "403")
_BROWSERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/{0}.0 Gecko/20100101",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/{0}.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/{0}.1 Safari/605.1",
    "Mozilla/5.0 (compatible; examplebot/{0}.1; +https://bot.example.com)",
    "curl/7.{0}.0",
)


def _paths():
    return [f"/{_SECTIONS[code % 8]}/{code * 7919 % 1_000_003:06d}/item-{code}{_ENDINGS[code % 8]}"
            for code in range(40_000)]


def _block(start, count, words):
    """Lines start … start+count as bytes; a block depends on its start alone."""
    random = np.random.default_rng([SEED, start])
    at = np.arange(start, start + count) // LINES_PER_SECOND
    first = int(at[0])
    stamps = [time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(FIRST_SECOND + second))
              for second in range(first, int(at[-1]) + 1)]
    octets = [text.digits(column) for column in random.integers(1, 255, size=(4, count))]
    dot = text.constant(".")
    lines = text.concat(
        octets[0], dot, octets[1], dot, octets[2], dot, octets[3],
        text.constant(" - "), text.pick(words["users"], text.skewed(random, count, 2_000)),
        text.constant(" ["), text.pick(stamps, at - first),
        text.constant('] "'), text.pick(_METHODS, random.integers(0, len(_METHODS), count)),
        text.constant(" "), text.pick(words["paths"], text.skewed(random, count, 40_000)),
        text.constant(' HTTP/1.1" '),
        text.pick(_STATUSES, random.integers(0, len(_STATUSES), count)),
        text.constant(" "), text.digits((random.pareto(1.2, count) * 900).astype(np.int64) % 10**8),
        text.constant(' "'), text.pick(words["referers"], random.integers(0, 3_000, count)),
        text.constant('" "'), text.pick(words["agents"], text.skewed(random, count, 200)),
        text.constant('"\n'))
    return text.file_bytes(lines)


def write(path: pathlib.Path, lines: int):
    if path.exists():
        return
    words = {
        "users": ["-" if code % 4 else f"user{code:04d}" for code in range(2_000)],
        "paths": _paths(),
        "referers": ["-" if code % 3 else
                     f"https://example.com/{_SECTIONS[code % 8]}/from-{code:05d}"
                     for code in range(3_000)],
        "agents": [_BROWSERS[code % len(_BROWSERS)].format(40 + code) for code in range(200)],
    }
    progress = Progress(f"generating {lines:,} log lines")
    with made_whole(path) as unfinished, unfinished.open("wb") as out:
        for start in range(0, lines, BLOCK):
            out.write(_block(start, min(BLOCK, lines - start), words))
            progress(min(start + BLOCK, lines), lines)
