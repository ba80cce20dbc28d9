"""One warm process an engine: the parent's handle on it, and what runs inside."""

import gc
import multiprocessing
import os
import pathlib
import time
import traceback

import pyarrow as pa
import pyarrow.feather

from bench.engines import registry
from bench.suites import build_suite

# A run that takes longer is given up: the process is ended and the case reported so.
RUN_SECONDS = 1800


class EngineFailure(Exception):
    """What the engine said when a case did not run; the first line is shown."""


class Worker:
    """The parent's side. One request is under way at a time."""

    def __init__(self, engine, options, temp_folder):
        self.engine = engine
        self.options = options
        self.temp_folder = temp_folder
        self.process = None
        self.version = None

    def start(self):
        """Starts the process and loads what the suite shares; raises EngineFailure."""
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        os.environ["POLARS_MAX_THREADS"] = str(self.options.threads)
        self.process = context.Process(
            target=_serve, args=(theirs, self.engine, self.options, self.temp_folder), daemon=True)
        self.process.start()
        theirs.close()
        self.version = self._receive()

    def run(self, case_name, answer_path=None):
        """Seconds of one run; with a path, the answer is written there, untimed."""
        if self.process is None:
            self.start()
        self.connection.send((case_name, answer_path))
        return self._receive()

    def _receive(self):
        try:
            if not self.connection.poll(RUN_SECONDS):
                raise EngineFailure(f"no answer after {RUN_SECONDS} s")
            kind, value = self.connection.recv()
        except (EOFError, ConnectionResetError):
            self.process.join()
            code = self.process.exitcode
            self.process = None
            raise EngineFailure(f"the process ended with code {code}") from None
        except EngineFailure:
            self.stop()
            raise
        if kind == "failure":
            raise EngineFailure(value)
        return value

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.join()
            self.process = None


def save_answer(table, path: pathlib.Path):
    pa.feather.write_feather(table, path, compression="uncompressed")


def _serve(connection, engine_name, options, temp_folder):
    """The child's side: answers requests until the parent goes away."""
    try:
        suite = build_suite(options)
        engine = registry.load(suite.engines.get(engine_name, engine_name))(
            options.threads, temp_folder, options.memory_bytes)
        engine.name = engine_name
        if engine_name in suite.load:
            engine.execute(suite.load[engine_name])
        cases = {case.name: case for case in suite.cases}
    except Exception:
        connection.send(("failure", _reason()))
        return
    connection.send(("value", engine.version))
    while True:
        try:
            case_name, answer_path = connection.recv()
        except EOFError:
            break
        try:
            connection.send(("value", _run_case(engine, cases[case_name], answer_path)))
        except Exception:
            connection.send(("failure", _reason()))
    engine.close()


def _run_case(engine, case, answer_path):
    if engine.name in case.before:
        engine.execute(case.before[engine.name])
    work = case.work[engine.name]
    gc.collect()
    gc.disable()
    try:
        if case.per > 1:
            started = time.perf_counter()
            result = engine.run_each(work)
            seconds = (time.perf_counter() - started) / case.per
        else:
            started = time.perf_counter()
            result = engine.run(work)
            seconds = time.perf_counter() - started
    finally:
        gc.enable()
    if answer_path is not None:
        answer = answer_of(engine, case, result)
        if answer is not None:
            save_answer(answer, answer_path)
    return seconds


def answer_of(engine, case, result):
    """What a run of the case gave, as an Arrow table; None where it leaves no rows."""
    if engine.name in case.answer:
        return engine.answer(engine.run(case.answer[engine.name]))
    if case.per > 1:
        # One row a statement, its rows as text: all answers are compared, not a sample.
        return pa.table({"rows": [_rows_as_text(rows) for rows in result]})
    return engine.answer(result)


def _rows_as_text(rows):
    if isinstance(rows, pa.Table):
        columns = [column.to_pylist() for column in rows.columns]
        rows = list(zip(*columns)) if columns else []
    return repr([tuple(_plain(value) for value in row) for row in rows])


def _plain(value):
    """The same text for the same value, whichever engine's type carries it."""
    if isinstance(value, bool) or value is None or isinstance(value, (int, str)):
        return value
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if hasattr(value, "as_tuple"):  # decimal
        return int(value) if value == value.to_integral_value() else float(f"{float(value):.9g}")
    return str(value).removesuffix(" 00:00:00")


def _reason():
    lines = traceback.format_exc().strip().splitlines()
    last = [index for index, line in enumerate(lines) if line and not line.startswith(" ")]
    return "\n".join(lines[last[-1]:] if last else lines)
