"""One TPC query in a process of its own, measured, and the answer that it has to give."""

import functools
import tempfile

import duckdb
import pyarrow.parquet as pq

from bench import compare, processes
from bench.cases import Options, data_folder
from bench.suites import build_suite

THREADS = 2


def options_of(suite, scale, memory_bytes=None, threads=THREADS):
    return Options(suite=suite, against=("duckdb",), scale=scale, threads=threads, memory_bytes=memory_bytes,
                   all_queries=True)


@functools.cache
def suite_of(suite, scale):
    """The suite, its data made if it is not there."""
    made = build_suite(options_of(suite, scale))
    made.generate()
    return made


@functools.cache
def _peer(suite, scale):
    connection = duckdb.connect(config={"threads": str(THREADS)})
    for statement in suite_of(suite, scale).load["duckdb"]:
        connection.execute(statement)
    return connection


@functools.lru_cache(maxsize=256)
def peer_answer(suite, scale, name):
    case = case_of(suite, scale, name)
    return _peer(suite, scale).sql(case.work["duckdb"]).to_arrow_table()


def case_of(suite, scale, name):
    return next(case for case in suite_of(suite, scale).cases if case.name == name)


def run(suite, scale, name, settings=(), memory_bytes=None, threads=THREADS, give_up_seconds=600):
    """(what was measured, complaints about the answer); a failure is a complaint."""
    case = case_of(suite, scale, name)
    scratch = data_folder() / "scratch"
    scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        path = f"{folder}/answer.parquet"
        arguments, environment = processes.command(
            "doline", suite_of(suite, scale), case, options_of(suite, scale, memory_bytes, threads), folder, path,
            settings)
        measured = processes.run_measured(arguments, environment, give_up_seconds=give_up_seconds)
        if measured.exit_code:
            return measured, [measured.errors.strip() or f"exit code {measured.exit_code}"]
        answer = pq.ParquetFile(path).read()  # q14b gives names twice, which read_table refuses
    complaints = compare.differences(answer, peer_answer(suite, scale, name), case.ordered)
    if case.check is not None:
        complaints += case.check(answer)
    return measured, complaints
