"""How true the progress is that a query shows: its samples against the share of the time that had
passed, over TPC-H's queries. By hand: python -m bench.progress --scale 10"""

import argparse
import ctypes
import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import threading
import time

from bench.cases import TOP, data_folder
from bench.generate import spark_texts
from bench.generate import tpch as generate

SAMPLE_SECONDS = 0.02
LONG_QUERY_SECONDS = 1.0  # shorter ones show no progress that anybody reads
TOLERANCE = 0.2


@dataclasses.dataclass
class Trace:
    """What one query showed: (seconds since it began, share) in order."""

    name: str
    seconds: float
    samples: list[tuple[float, float]]

    @property
    def falls(self):
        return any(later < earlier for (_, earlier), (_, later)
                   in zip(self.samples, self.samples[1:]))

    @property
    def errors(self):
        """Shown less passed, a sample each."""
        return [share - at / self.seconds for at, share in self.samples]

    @property
    def within(self):
        return [abs(error) <= TOLERANCE for error in self.errors]


class _Progress(ctypes.Structure):
    _fields_ = [("share", ctypes.c_double), ("rows_read", ctypes.c_uint64),
                ("memory_bytes", ctypes.c_uint64), ("memory_limit_bytes", ctypes.c_uint64),
                ("spilled_bytes", ctypes.c_uint64), ("elapsed_seconds", ctypes.c_double)]


class _Library:
    """As much of libdoline.so as this takes."""

    def __init__(self, path):
        self.calls = ctypes.CDLL(str(path))
        self.calls.doline_error_message.restype = ctypes.c_char_p
        self.calls.doline_profile.restype = ctypes.c_char_p
        self.session = ctypes.c_void_p()
        self.must(self.calls.doline_open(None, ctypes.byref(self.session)))

    def must(self, status):
        if status:
            raise RuntimeError(self.calls.doline_error_message().decode())

    def start(self, sql):
        text, prepared, query = sql.encode(), ctypes.c_void_p(), ctypes.c_void_p()
        self.must(self.calls.doline_prepare(
            self.session, text, ctypes.c_size_t(len(text)), ctypes.byref(prepared)))
        try:
            self.must(self.calls.doline_run(prepared, ctypes.byref(query)))
        finally:
            self.calls.doline_prepared_free(prepared)
        return query

    def run(self, sql):
        query = self.start(sql)
        self.drain(query)
        self.calls.doline_query_free(query)

    def drain(self, query):
        array = (ctypes.c_uint64 * 10)()  # an ArrowArray; its ninth word is `release`
        while True:
            self.must(self.calls.doline_next(query, ctypes.byref(array)))
            if not array[8]:
                return
            ctypes.CFUNCTYPE(None, ctypes.c_void_p)(array[8])(ctypes.addressof(array))

    def trace(self, name, sql):
        """Runs the query on this thread while another one looks at it."""
        query, samples, done = self.start(sql), [], threading.Event()
        begin = time.monotonic()

        def look():
            info = _Progress()
            while not done.wait(SAMPLE_SECONDS):
                at = time.monotonic() - begin
                self.must(self.calls.doline_progress(
                    query, ctypes.byref(info), ctypes.c_size_t(ctypes.sizeof(info))))
                samples.append((at, info.share))

        watcher = threading.Thread(target=look)
        watcher.start()
        try:
            self.drain(query)
            seconds = time.monotonic() - begin
        finally:
            done.set()
            watcher.join()
        self.profile = self.calls.doline_profile(query, b"text").decode()
        self.calls.doline_query_free(query)
        return Trace(name, seconds, [one for one in samples if one[0] <= seconds])


def traces(scale, threads, memory, library=None, only=()):
    """A trace of each query, every one in a process of its own, as `doline` would be."""
    folder = data_folder() / "tpch" / f"sf{scale:g}"
    generate.parquet_tables(folder, scale)
    for name, text in spark_texts.fetch("tpch").items():
        if only and name not in only:
            continue
        task = {"library": str(library or _built()), "folder": str(folder), "threads": threads,
                "memory": memory, "name": name, "text": text}
        done = subprocess.run([sys.executable, "-m", "bench.progress", "--task", "-"], cwd=TOP,
                              input=json.dumps(task), capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{name}: {done.stderr[-2000:]}")
        yield Trace(**json.loads(done.stdout))


def _built():
    return next((TOP / "build" / "release").rglob("libdoline.so"))


def _do(task):
    library = _Library(task["library"])
    library.run(f"SET threads = {task['threads']}")
    library.run(f"SET memory_limit = '{task['memory']}'")
    for table in generate.TABLES:
        library.run(f"CREATE VIEW {table} AS FROM '{task['folder']}/{table}.parquet'")
    trace = library.trace(task["name"], task["text"])
    if folder := os.environ.get("DOLINE_PROGRESS_PROFILES"):
        (pathlib.Path(folder) / f"{task['name']}.txt").write_text(library.profile)
    json.dump(dataclasses.asdict(trace), sys.stdout)


def main():
    parser = argparse.ArgumentParser(prog="python -m bench.progress", description=__doc__)
    parser.add_argument("--scale", type=float, default=10)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--memory", default="400MB")
    parser.add_argument("--only", default="", help="names of queries, with commas")
    parser.add_argument("--json", help="also write every sample there")
    parser.add_argument("--task", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.task:
        return _do(json.load(sys.stdin))
    every, good, count = [], 0, 0
    only = tuple(name for name in arguments.only.split(",") if name)
    for trace in traces(arguments.scale, arguments.threads, arguments.memory, only=only):
        every.append(dataclasses.asdict(trace))
        is_long = trace.seconds > LONG_QUERY_SECONDS
        if is_long:
            good, count = good + sum(trace.within), count + len(trace.within)
        errors = trace.errors or [0.0]
        print(f"{trace.name:4} {trace.seconds:7.2f} s  {sum(trace.within):4} of {len(trace.within):4}"
              f" samples within {TOLERANCE}, errors {min(errors):+.2f} … {max(errors):+.2f}"
              f"{'  FALLS' if trace.falls else ''}{'' if is_long else '  (short)'}", flush=True)
    if count:
        print(f"all of the long ones: {100 * good / count:.1f} % of {count} samples")
    if arguments.json:
        pathlib.Path(arguments.json).write_text(json.dumps(every))
    return 0


if __name__ == "__main__":
    sys.exit(main())
