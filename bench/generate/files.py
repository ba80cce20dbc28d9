"""Making a data file once, whole or not at all."""

import contextlib
import os
import pathlib
import sys
import time


@contextlib.contextmanager
def made_whole(path: pathlib.Path):
    """Yields a temporary name beside `path`, renamed to it when the block ends well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield unfinished
        unfinished.rename(path)
    finally:
        unfinished.unlink(missing_ok=True)


class Progress:
    """Percent and remaining time on standard error; off a terminal a line every five seconds."""

    def __init__(self, title):
        self.title = title
        self.started = self.shown = time.monotonic()
        self.on_terminal = sys.stderr.isatty()

    def __call__(self, done, total):
        now = time.monotonic()
        if done < total and now - self.shown < (0.1 if self.on_terminal else 5):
            return
        self.shown = now
        left = (now - self.started) * (total - done) / max(done, 1)
        line = f"{self.title} {done * 100 // total:3d} %  {left:.0f} s left"
        if done >= total:
            line = f"{self.title} done in {now - self.started:.1f} s"
        if self.on_terminal:
            print(f"\r\x1b[K{line}", end="\n" if done >= total else "", file=sys.stderr, flush=True)
        else:
            print(line, file=sys.stderr, flush=True)
