"""A cancelled query is gone: soon, and with everything it had."""

import collections
import pathlib
import random
import threading
import time

import pytest

from tests.conformance import c_abi
from tests.long import tpc

CANCELS = 200
SECONDS_TO_RETURN = 1.0
# A query that did no more work than this after its cancellation had to wait for the machine.
BUSY_ELSEWHERE_SECONDS = 0.1
MEMORY = "400MB"  # little enough for the greater queries to spill
SEED = 20261130
# The engine's threads that are the process's: they start when there is work for one more, and stay.
# Others, like those that read a stream, are a query's.
OF_THE_PROCESS = {"doline-worker": tpc.THREADS, "doline-io": 8, "doline-timers": 1}


class Watched:
    """A session, and what it holds beside its tables: threads, files, charged bytes."""

    def __init__(self, library, folder, statements):
        self.folder = folder
        self.session = c_abi.Session(c_abi.load(library))
        for statement in (f"SET temp_directory = '{folder}'", f"SET memory_limit = '{MEMORY}'",
                          f"SET threads = {tpc.THREADS}", *statements):
            self.session.execute(statement)

    def held(self):
        """(names of queries' threads, files, bytes): looked at when nothing runs."""
        query = self.session.start("SELECT 1")
        query.table()
        charged = query.progress().memory_bytes
        query.free()
        files = sorted(str(path) for path in pathlib.Path(self.folder).rglob("*") if not path.is_dir())
        names = (path.read_text().strip() for path in pathlib.Path("/proc/self/task").glob("*/comm"))
        threads = collections.Counter(name for name in names if name.startswith("doline-"))
        for name, most in OF_THE_PROCESS.items():
            assert threads.pop(name, 0) <= most, name
        return threads, files, charged

    def left(self, before, seconds):
        """What is held beyond `before`; nothing as soon as all is gone. A read that was under way when
        its query was freed gives its buffer back when it is done: `seconds` is the longest it may take."""
        deadline = time.perf_counter() + seconds
        while True:
            threads, files, charged = self.held()
            left = {}
            if threads != before[0]:
                left["threads"] = threads
            if files != before[1]:
                left["files"] = files
            if charged > before[2]:
                left["bytes"] = charged - before[2]
            if not left or time.perf_counter() > deadline:
                return left
            time.sleep(0.01)

    def seconds_of(self, text):
        started = time.perf_counter()
        self.session.table(text)
        return time.perf_counter() - started

    def cancel_after(self, text, seconds):
        """(seconds, seconds of processor time) from the cancellation until the query was freed; None
        when it had ended before."""
        query = self.session.start(text)
        told = []

        def cancel():
            told.append((time.perf_counter(), time.process_time()))
            query.library.doline_cancel(query.handle)

        timer = threading.Timer(seconds, cancel)
        timer.start()
        try:
            query.table()
            was_cancelled = False
        except c_abi.Failure as failure:
            assert failure.code == "cancelled", str(failure)
            was_cancelled = True
        timer.cancel()
        timer.join()  # a freed query may not be cancelled
        query.free()
        now = time.perf_counter(), time.process_time()
        return (now[0] - told[0][0], now[1] - told[0][1]) if was_cancelled else None


@pytest.mark.parametrize("scale", (1, 10))
def test_cancelled_queries_leave_nothing(library, tmp_path, scale):
    suite = tpc.suite_of("tpch", scale)
    watched = Watched(library, tmp_path, suite.load["doline"])
    texts = {case.name: case.work["doline"] for case in suite.cases}
    seconds = {name: watched.seconds_of(text) for name, text in texts.items()}
    before = watched.held()
    draw = random.Random(SEED)
    slowest, cancelled = (0.0, ""), 0
    while cancelled < CANCELS:
        name = draw.choice(sorted(texts))
        moment = draw.random() * seconds[name]
        taken = watched.cancel_after(texts[name], moment)
        if taken is None:
            continue
        taken, worked = taken
        cancelled += 1
        slowest = max(slowest, (taken, f"{name} after {moment:.2f} s"))
        left = watched.left(before, SECONDS_TO_RETURN)
        assert not left, f"{name} after {moment:.2f} s left {left}"
        assert taken <= SECONDS_TO_RETURN or worked <= BUSY_ELSEWHERE_SECONDS, (
            f"{name} after {moment:.2f} s returned {taken:.2f} s ({worked:.2f} s of work) after its cancellation")
    print(f"scale {scale}: the slowest of {cancelled} returned {slowest[0]:.3f} s after it: {slowest[1]}")
