"""What a suite is made of: its data, what each engine loads and runs, and the bars to reach."""

import dataclasses
import os
import pathlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bench.engines.registry import PEERS

TOP = pathlib.Path(__file__).resolve().parent.parent

# What an engine runs. SQL engines take one statement or several; Polars, which has no SQL here,
# a function of its session that returns a DataFrame (or None); the ceiling a number or folder.
Work = str | int | Sequence[str] | Callable[[Any], Any]

PROGRAM = TOP / "build" / "release" / "app" / "doline"
SQL_ENGINES = ("doline", "duckdb")


@dataclasses.dataclass(frozen=True)
class Options:
    """The command line, as every process of a run sees it."""

    suite: str
    against: tuple[str, ...]
    scale: float
    threads: int
    runs: int | None = None
    memory_bytes: int | None = None
    only: str = ""
    all_queries: bool = False
    only_peers: bool = False

    @property
    def engines(self):
        return self.against if self.only_peers else ("doline", *self.against)

    @property
    def scale_name(self):
        return f"{self.scale:g}"


@dataclasses.dataclass(frozen=True)
class Command:
    """Work that is a whole process: its arguments, the program first. tells_seconds: the last line it
    prints is how long the part of it took that counts."""

    arguments: tuple[str, ...]
    tells_seconds: bool = False


@dataclasses.dataclass(frozen=True)
class Bar:
    """A figure to reach: our time over that of the best of some peers, or an absolute limit.

    peers: in each case the fastest of these that ran it counts; none for an absolute limit.
    over: "each" case, their "geomean", their "sum", or the "peak" memory (then limit is in bytes).
    """

    limit: float
    peers: tuple[str, ...] = PEERS
    over: str = "each"
    cases: tuple[str, ...] = ()  # empty: all

    def covers(self, case):
        return not self.cases or case in self.cases


@dataclasses.dataclass(frozen=True)
class Case:
    """One line of a suite's table.

    work: engine → what is timed. An engine that is missing does not take part.
    before: engine → what runs untimed before each timed run (dropping the last result, say).
    answer: engine → for results that stay in the engine: what fetches them, untimed.
    ordered: rows are compared in their order; otherwise as a set.
    per: the time is divided by this (a case of 10,000 statements reports one).
    check: compares an answer with the truth from elsewhere; returns complaints.
    compares: answers of engines are compared with each other.
    leaves: engine → the file that its work leaves, which is deleted after each run.
    check_file: the same as check, for that file.
    may_fail: engines of which it is told, and no fault, that they do not finish it.
    """

    name: str
    work: Mapping[str, Work]
    before: Mapping[str, Work] = dataclasses.field(default_factory=dict)
    answer: Mapping[str, Work] = dataclasses.field(default_factory=dict)
    ordered: bool = False
    per: int = 1
    check: Callable[[Any], list[str]] | None = None
    compares: bool = True
    leaves: Callable[[str], pathlib.Path] | None = None
    check_file: Callable[[pathlib.Path], list[str]] | None = None
    may_fail: Sequence[str] = ()


@dataclasses.dataclass(frozen=True)
class Suite:
    """cases share what `load` leaves in each engine. generate() makes the data, once.

    engines: name of an engine → the module of bench/engines that it is here, where that is another.
    processes: every run is a process of its own (always so with --memory); memory_bytes is then
    the limit each engine gets unless the command line names one. samples_memory: the peak of each
    process is sampled, also without a limit. stops_above_bytes: one whose memory is seen above that is
    stopped, which counts as not finishing.
    writes: called with results and versions after a run of all cases.
    """

    title: str
    cases: Sequence[Case]
    load: Mapping[str, Work] = dataclasses.field(default_factory=dict)
    engines: Mapping[str, str] = dataclasses.field(default_factory=dict)
    generate: Callable[[], None] = lambda: None
    bars: Sequence[Bar] = ()
    notes: Sequence[str] = ()
    processes: bool = False
    default_runs: int = 5
    memory_bytes: int | None = None
    samples_memory: bool = False
    stops_above_bytes: int | None = None
    writes: Callable[[Any, Any], None] | None = None


def sql(text, *engines):
    """The same text for every SQL engine, or for those named."""
    return {engine: text for engine in engines or SQL_ENGINES}


def data_folder():
    """Where generated data is kept between runs; DOLINE_BENCH_DATA moves it."""
    return pathlib.Path(os.environ.get("DOLINE_BENCH_DATA", TOP / "bench-data"))
