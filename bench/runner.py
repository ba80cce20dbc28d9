"""Runs a suite: engines in turn, round by round, answers compared, times collected."""

import dataclasses
import json
import pathlib
import statistics
import sys
import tempfile

from bench import compare, processes
from bench.cases import PROGRAM, Command, Options, data_folder
from bench.suites import build_suite
from bench.worker import EngineFailure, Worker

# A case whose first run took this long is repeated three times, not five.
LONG_RUN_SECONDS = 10


@dataclasses.dataclass
class Outcome:
    """What one engine did in one case."""

    seconds: list[float] = dataclasses.field(default_factory=list)
    peak_bytes: int = 0
    failure: str = ""
    wrong: list[str] = dataclasses.field(default_factory=list)
    compared: bool = False

    @property
    def median(self):
        return statistics.median(self.seconds) if self.seconds else None

    @property
    def spread(self):
        """Half the range of the hot runs over their median."""
        if len(self.seconds) < 2:
            return 0.0
        return (max(self.seconds) - min(self.seconds)) / 2 / self.median


def run_suite(options: Options, show):
    """Returns (suite, {case: {engine: Outcome}}, {engine: version}). show(case, outcomes) is
    called after each case."""
    build_suite(options).generate()
    suite = build_suite(options)  # some have cases that making the data decides
    chosen = chosen_cases(suite, options)
    folder = data_folder() / "scratch"
    folder.mkdir(parents=True, exist_ok=True)
    if processes.in_memory(str(folder.resolve())):
        print(f"bench: {folder} is memory, not disk: set DOLINE_BENCH_DATA", file=sys.stderr)
        raise SystemExit(2)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        make = _ProcessRunner if suite.processes or options.memory_bytes else _WarmRunner
        runner = make(suite, options, pathlib.Path(scratch))
        outcomes = {}
        try:
            for case in chosen:
                outcomes[case.name] = _run_case(suite, case, options, runner)
                show(case, outcomes[case.name])
        finally:
            versions = runner.versions()
            runner.close()
    return suite, outcomes, versions


def chosen_cases(suite, options):
    """The cases that --only names, or all; ends the program where there is no such case."""
    names = [name for name in options.only.split(",") if name]
    there_are = [case.name for case in suite.cases]
    for name in names:
        if name not in there_are:
            print(f"bench: no case {name!r}; there are {', '.join(there_are)}", file=sys.stderr)
            raise SystemExit(2)
    return [case for case in suite.cases if not names or case.name in names]


def _run_case(suite, case, options, runner):
    engines = [engine for engine in options.engines if engine in case.work]
    found = {engine: Outcome() for engine in engines}
    answers = {}
    runs = options.runs
    for engine in engines:
        outcome = found[engine]
        try:
            warm, answers[engine] = runner.first_run(engine, case, outcome)
            if case.check_file:
                outcome.wrong += case.check_file(case.leaves(engine))
                outcome.compared = True
        except EngineFailure as failure:
            outcome.failure = str(failure)
            continue
        finally:
            _delete_what_is_left(case, engine)
        if runs is None and warm > LONG_RUN_SECONDS and suite.default_runs > 3:
            runs = 3
    _compare(case, found, answers)
    if runs is None:
        runs = suite.default_runs
    for _ in range(runs):
        for engine in engines:
            if not found[engine].failure:
                try:
                    found[engine].seconds.append(runner.hot_run(engine, case, found[engine]))
                except EngineFailure as failure:
                    found[engine].failure = str(failure)
                finally:
                    _delete_what_is_left(case, engine)
    return found


def _delete_what_is_left(case, engine):
    if case.leaves:
        case.leaves(engine).unlink(missing_ok=True)


def _compare(case, found, answers):
    """Every answer against the first peer's, and against the published one where there is one."""
    loaded = {engine: answer for engine, answer in answers.items() if answer is not None}
    reference = next((engine for engine in loaded if engine != "doline"), None)
    for engine, answer in loaded.items():
        if case.compares and reference is not None and engine != reference:
            found[engine].wrong += [f"against {reference}: {line}" for line in compare.differences(
                answer, loaded[reference], case.ordered)]
            found[engine].compared = True
        if case.check is not None:
            found[engine].wrong += case.check(answer)
            found[engine].compared = True


class _WarmRunner:
    """One process an engine for the whole suite; one that died is started anew. Work that is a process
    is one all the same."""

    def __init__(self, suite, options, scratch):
        self.scratch = scratch
        self.processes = _ProcessRunner(suite, options, scratch)
        self.workers = {}
        for engine in options.engines:
            temp_folder = scratch / engine
            temp_folder.mkdir()
            self.workers[engine] = Worker(engine, options, temp_folder)

    def first_run(self, engine, case, outcome):
        import pyarrow.feather

        if isinstance(case.work[engine], Command):
            return self.processes.first_run(engine, case, outcome)
        path = self.scratch / f"{engine}.arrow"
        seconds = self.workers[engine].run(case.name, path)
        if not path.exists():
            return seconds, None
        answer = pyarrow.feather.read_table(path, memory_map=False)
        path.unlink()
        return seconds, answer

    def hot_run(self, engine, case, outcome):
        if isinstance(case.work[engine], Command):
            return self.processes.hot_run(engine, case, outcome)
        return self.workers[engine].run(case.name)

    def versions(self):
        return {engine: worker.version for engine, worker in self.workers.items()}

    def close(self):
        for worker in self.workers.values():
            worker.stop()


class _ProcessRunner:
    """A process a run. Peers print their own seconds, without the interpreter's start; ours are
    the whole process's."""

    def __init__(self, suite, options, scratch):
        self.suite, self.options, self.scratch = suite, options, scratch
        self.sample = bool(options.memory_bytes or suite.memory_bytes or suite.samples_memory)

    def first_run(self, engine, case, outcome):
        path = self.scratch / f"{engine}.parquet"
        seconds = self._run(engine, case, outcome, path)
        if not path.exists():
            return seconds, None
        import pyarrow.parquet as pq

        answer = pq.ParquetFile(path).read()  # names may come twice, which read_table refuses
        path.unlink()
        return seconds, answer

    def hot_run(self, engine, case, outcome):
        return self._run(engine, case, outcome, None)

    def _run(self, engine, case, outcome, answer_path):
        with tempfile.TemporaryDirectory(dir=self.scratch) as temp_folder:
            arguments, environment = processes.command(
                engine, self.suite, case, self.options, temp_folder, answer_path)
            if self.options.memory_bytes:
                processes.touch_memory(self.options.memory_bytes)
            measured = processes.run_measured(arguments, environment, self.sample,
                                              most_bytes=self.suite.stops_above_bytes)
        if measured.exit_code != 0:
            lines = measured.errors.strip().splitlines() or ["(it said nothing)"]
            raise EngineFailure(f"exit code {measured.exit_code}: {lines[-1]}")
        if measured.memory_files:
            outcome.wrong.append(f"kept files in memory: {', '.join(measured.memory_files)}")
        outcome.peak_bytes = max(outcome.peak_bytes, measured.peak_bytes)
        if "-m" in arguments and "bench.bare" in arguments:
            return json.loads(measured.output.splitlines()[0])["seconds"]
        if isinstance(case.work[engine], Command) and case.work[engine].tells_seconds:
            return float(measured.output.splitlines()[-1])
        return measured.seconds

    def versions(self):
        return installed_versions(self.options.engines)

    def close(self):
        pass


def installed_versions(engines):
    import importlib.metadata
    import subprocess

    found = {}
    for engine in engines:
        if engine == "doline":
            done = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True,
                                  stdin=subprocess.DEVNULL, check=False)
            found[engine] = done.stdout.strip().removeprefix("doline ") or None
        else:
            found[engine] = importlib.metadata.version(engine)
    return found
