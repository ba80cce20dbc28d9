"""Runs that are a process of their own: wall time, and the peak of memory nobody else backs.

The peak is that of RssAnon + RssShmem, sampled every ten milliseconds: pages of files do not
count, while spilling to a memory-backed file would (and is reported as a fault besides).
"""

import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import threading
import time

from bench.cases import PROGRAM, TOP, Case, Command

SAMPLE_SECONDS = 0.010
GIVE_UP_SECONDS = 3600


@dataclasses.dataclass
class Measured:
    seconds: float
    peak_bytes: int
    exit_code: int
    output: str
    errors: str
    memory_files: set[str]


def run_measured(arguments, environment=None, sample=True, give_up_seconds=GIVE_UP_SECONDS, most_bytes=None):
    """Runs a program to its end, or until its memory is seen above most_bytes; the clock is read as
    soon as the kernel reports the end."""
    process_environment = {**os.environ, **(environment or {})}
    started = time.perf_counter()
    process = subprocess.Popen(
        arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=process_environment, cwd=TOP)
    sampler = _Sampler(process, most_bytes)
    if sample:
        sampler.start()
    try:
        output, errors = process.communicate(timeout=give_up_seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        output, errors = process.communicate()
        errors += f"\nended after {give_up_seconds} s".encode()
    seconds = time.perf_counter() - started
    sampler.stop()
    if sampler.stopped_it:
        errors += f"\nstopped at {sampler.peak_bytes / 1e6:.0f} MB".encode()
    return Measured(seconds, sampler.peak_bytes, process.returncode,
                    output.decode("utf-8", "replace"), errors.decode("utf-8", "replace"),
                    sampler.memory_files)


def touch_memory(size_bytes):
    """Lets a process of its own write to so much memory and end: on a virtual machine the first
    touch of a page is the host's work, seconds a gigabyte, and whoever is measured next would be
    charged with it if nobody before had needed as much."""
    script = "import mmap, sys; size = int(sys.argv[1]); memory = mmap.mmap(-1, size); " \
             "page = bytes([1]) * 4096; " \
             "[memory.write(page) for _ in range(size // len(page))]"
    subprocess.run([sys.executable, "-c", script, str(size_bytes)], check=True)


class _Sampler(threading.Thread):
    """Reads /proc/PID/status until told to stop or the process is gone; ends the process above most_bytes."""

    def __init__(self, process, most_bytes=None):
        super().__init__(daemon=True)
        self.process, self.most_bytes = process, most_bytes
        self.status = pathlib.Path(f"/proc/{process.pid}/status")
        self.files = pathlib.Path(f"/proc/{process.pid}/fd")
        self.stopped_it = False
        self.peak_bytes = 0
        self.memory_files = set()
        self.ended = threading.Event()

    def run(self):
        samples = 0
        while not self.ended.wait(SAMPLE_SECONDS):
            try:
                text = self.status.read_text()
                if samples % 20 == 0:
                    self._look_at_files()
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                return
            samples += 1
            kilobytes = 0
            for line in text.splitlines():
                if line.startswith(("RssAnon:", "RssShmem:")):
                    kilobytes += int(line.split()[1])
            self.peak_bytes = max(self.peak_bytes, kilobytes * 1024)
            if self.most_bytes and self.peak_bytes > self.most_bytes:
                self.stopped_it = True
                self.process.kill()
                return

    def _look_at_files(self):
        for entry in self.files.iterdir():
            try:
                target = os.readlink(entry)
            except OSError:
                continue
            if target.startswith("/memfd:") or in_memory(target.removesuffix(" (deleted)")):
                self.memory_files.add(target)

    def stop(self):
        self.ended.set()
        if self.is_alive():
            self.join()


def in_memory(path):
    """Whether the path lies on a file system that is memory (tmpfs, ramfs)."""
    if not path.startswith("/") or path.startswith("/dev/") and not path.startswith("/dev/shm"):
        return False
    best, kind = "", ""
    for line in pathlib.Path("/proc/self/mounts").read_text().splitlines():
        _, mount, file_system, *_ = line.split(" ")
        inside = path == mount or path.startswith(mount.rstrip("/") + "/")
        if inside and len(mount) >= len(best):
            best, kind = mount, file_system
    return kind in ("tmpfs", "ramfs")


def command(engine, suite, case: Case, options, temp_folder, answer_path=None, settings=()):
    """(arguments, environment) of a process that runs this case in this engine once. settings:
    "name=value" each, for Doline."""
    work = case.work[engine]
    if isinstance(work, Command):
        return list(work.arguments), {}
    memory = options.memory_bytes or suite.memory_bytes
    if engine == "doline" and engine not in suite.engines:
        arguments = [str(PROGRAM), "--threads", str(options.threads), "--csv"]
        if memory:
            arguments += ["--memory", f"{memory // 1000}KB"]
        statements = [f"SET temp_directory = '{temp_folder}'"]
        statements += ["SET {} = '{}'".format(*setting.split("=", 1)) for setting in settings]
        statements += _statements(suite.load.get(engine, ()))
        statements += _statements(case.before.get(engine, ()))
        timed = _statements(work)
        if answer_path and engine not in case.answer and not case.leaves:
            timed[-1] = f"COPY ({timed[-1]}) TO '{answer_path}' (FORMAT parquet)"
        statements += timed
        if answer_path and engine in case.answer:
            statements.append(
                f"COPY ({case.answer[engine]}) TO '{answer_path}' (FORMAT parquet)")
        for statement in statements:
            arguments += ["-c", statement]
        return arguments, {}
    request = {
        "engine": engine, "case": case.name, "options": dataclasses.asdict(options),
        "memory_bytes": memory, "temp_folder": str(temp_folder),
        "answer_path": str(answer_path) if answer_path else None}
    environment = {"POLARS_MAX_THREADS": str(options.threads),
                   "POLARS_TEMP_DIR": str(temp_folder), "PYTHONPATH": str(TOP)}
    return [sys.executable, "-m", "bench.bare", json.dumps(request)], environment


def _statements(work):
    return [work] if isinstance(work, str) else list(work)
