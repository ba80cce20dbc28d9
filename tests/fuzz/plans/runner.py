"""Runs workers one after the other, keeps what they find, and tells how much was asked."""

import collections
import dataclasses
import json
import multiprocessing
import pathlib
import queue
import re
import subprocess
import sys
import threading

from tests.conformance import c_abi
from tests.fuzz.plans import oracles, script, statements
from tests.fuzz.plans.reducer import Reducer

# Wall time without a word from the worker: on a loaded machine a reduction's candidate takes long.
HANG_SECONDS = 180
GRACE_SECONDS = 20
REDUCE_DEATH_SECONDS = 120
CANDIDATE_SECONDS = 10
PROGRESS_EVERY = 1000
NOT_COMPARISONS = ("statements", "findings like ones before", "not determined", "not supported", "both fail",
                   oracles.NULL_TYPES, oracles.SQLITE_ALONE, oracles.SQLITE_TOO_LONG, oracles.TOO_MANY_ROWS,
                   *(reason for _, reason in oracles.PEER_LIMITS))


@dataclasses.dataclass
class Options:
    library: pathlib.Path
    seed: int
    first: int
    end: int
    seconds: float
    findings: pathlib.Path
    threads: int


class Run:
    def __init__(self, options):
        self.options = options
        self.counts = collections.Counter()
        self.signatures = collections.Counter()
        self.deaths = 0
        self.processor_seconds = 0.0

    def run(self):
        """Returns the number of findings."""
        at = self.options.first
        while at < self.options.end and self.processor_seconds < self.options.seconds:
            at = self._one_worker(at)
        self._tell()
        return len(self.signatures) + self.deaths

    def _one_worker(self, first):
        """Where to go on: behind the statement that ended the worker, if one did."""
        options = self.options
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.fuzz.plans", "work", "--library", options.library,
             "--seed", str(options.seed), "--first", str(first), "--end", str(options.end), "--threads", str(options.threads),
             "--seconds", str(options.seconds - self.processor_seconds)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        lines = queue.Queue()
        threading.Thread(target=_read, args=(process.stdout, lines), daemon=True).start()
        at, used = first, 0.0
        while True:
            try:
                text = _next_line(lines)
            except queue.Empty:
                process.kill()
                process.wait()
                self._dead(at, f"no answer after {HANG_SECONDS} s")
                break
            if text is None:
                code = process.wait()
                self._dead(at, f"the process ended with code {code}")
                break
            line = json.loads(text)
            at = line.get("at", at)
            if "tally" in line:
                before = self.counts["statements"] // PROGRESS_EVERY
                self.counts.update(line["tally"])
                used = line["processor_seconds"]
                if self.counts["statements"] // PROGRESS_EVERY > before:
                    print(f"  {self.counts['statements']:,} statements, {self.processor_seconds + used:.0f} s, "
                          f"{len(self.signatures) + self.deaths} findings", flush=True)
            if "finding" in line:
                self._keep(line)
            if "done" in line:
                process.wait()
                self.processor_seconds += used
                return options.end if line["done"] >= options.end else line["done"]
        self.processor_seconds += used
        return at + 1

    def _keep(self, line):
        signature = (line["oracle"], line["kind"], tuple(line["guilty"]), _skeleton(line["text"]))
        self.signatures[signature] += 1
        if self.signatures[signature] > 1:
            return
        self._write(line["finding"], line["oracle"], line["text"])

    def _write(self, number, oracle, text):
        self.options.findings.mkdir(parents=True, exist_ok=True)
        name = f"{self.options.seed}-{number}-{re.sub('[^a-z0-9]+', '-', oracle)}.test"
        path = self.options.findings / name
        path.write_text(text)
        print(f"\nfinding: {path}\n{text}", flush=True)

    def _dead(self, number, words):
        """A statement that ended the worker, or hangs: reduced in processes of their own."""
        self.deaths += 1
        of = statements.universe_of(self.options.seed, number)
        case, names = statements.case_of(self.options.seed, number, of)

        def still_dies(candidate, candidate_universe):
            return dies(self.options.library, candidate, names, candidate_universe, self.options.threads)

        if still_dies(case, of):
            case, of = Reducer(still_dies, REDUCE_DEATH_SECONDS).reduce(case, of)
        else:
            words += "; alone it does not"
        complaint = oracles.Complaint("process", "death", words)
        self._write(number, "process", script.text_of(case, of, complaint, self.options.seed, number))

    def _tell(self):
        counts = self.counts
        print(f"\nstatements: {counts['statements']:,} in {self.processor_seconds:.0f} s of processor time, seed "
              f"{self.options.seed}")
        comparisons = {name: number for name, number in counts.items() if name not in NOT_COMPARISONS}
        print(f"comparisons: {sum(comparisons.values()):,}")
        for name, number in sorted(comparisons.items(), key=lambda entry: -entry[1]):
            print(f"  {number:9,}  {name}")
        print("not compared:")
        for name in NOT_COMPARISONS[2:]:
            print(f"  {counts[name]:9,}  {name}")
        like_them = counts["findings like ones before"] + sum(self.signatures.values()) - len(self.signatures)
        print(f"findings: {len(self.signatures) + self.deaths}, of which {self.deaths} ended the process; "
              f"{like_them} more like them")


def dies(library_path, case, names, of, threads):
    """Whether a process that asks about this case ends abnormally or not at all."""
    def ask():
        asked = statements.Asked(c_abi.load(library_path), threads)
        try:
            engines = asked.about(of)
        except Exception:  # rows that no longer fit what is left of the tables
            return
        oracles.judge(case, names, engines, oracles.Tally())
        asked.close()

    process = multiprocessing.get_context("fork").Process(target=ask)
    process.start()
    process.join(CANDIDATE_SECONDS)
    hangs = process.is_alive()
    if hangs:
        process.kill()
        process.join()
    return hangs or process.exitcode < 0


def _next_line(lines):
    try:
        return lines.get(timeout=HANG_SECONDS)
    except queue.Empty:  # or the whole machine stood still
        return lines.get(timeout=GRACE_SECONDS)


def _read(stream, lines):
    for line in stream:
        lines.put(line)
    lines.put(None)


def _skeleton(text):
    """The statements without names, numbers and texts: findings of one skeleton are one."""
    wanted = "\n".join(line for line in text.splitlines() if "SELECT" in line and not line.startswith("#"))
    return re.sub(r"'[^']*'|\b[rtwxc]?\d+(\.\d+)?\b|ASC|DESC|\s+", "", wanted)
