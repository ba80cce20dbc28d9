"""The benchmark's suites: named where a person looks for them, and the same questions to all peers."""

import subprocess
import sys

import pytest

from bench import compare, runner
from bench.cases import TOP, Options
from bench.engines import registry
from bench.suites import MODULES, build_suite, tpch_frames
from bench.worker import answer_of

TEXTS_FROM_OUTSIDE = ("tpch", "tpcds", "python")  # fetched with a tool that tests do not install


def options_of(suite, **more):
    return Options(suite=suite, against=registry.PEERS, scale=0.001, threads=2, **more)


def test_the_usage_of_dev_names_every_suite():
    usage = subprocess.run([TOP / "dev", "help"], capture_output=True, text=True, check=True).stdout
    listed = usage.split("[--json FILE]")[1].split(", side by side")[0].split()
    assert sorted(listed) == sorted(MODULES)


@pytest.mark.parametrize("name", [name for name in MODULES if name not in TEXTS_FROM_OUTSIDE])
@pytest.mark.parametrize("memory_bytes", [None, 400_000_000])
def test_a_suite_is_whole(name, memory_bytes):
    suite = build_suite(options_of(name, memory_bytes=memory_bytes))
    names = [case.name for case in suite.cases]
    assert len(set(names)) == len(names)
    for case in suite.cases:
        assert set(case.work) >= set(registry.NAMES[:2]), "ours and DuckDB run every case"
        assert set(case.work) <= set(registry.NAMES)
        assert not case.answer or set(case.answer) == set(case.work)
    for bar in suite.bars:
        assert bar.over in ("each", "geomean", "sum", "peak")
        assert set(bar.cases) <= set(names)
        assert set(bar.peers) <= set(registry.PEERS)


@pytest.mark.parametrize("command, complaint", [
    (["no-suite"], "invalid choice: 'no-suite'"),
    (["tpch", "--against", "duckdb,sqlite"], "no peer 'sqlite'"),
    (["h2o", "--only", "q1,q11"], "no case 'q11'; there are q1, "),
    (["h2o", "--only", "j1", "--memory", "1GB"], "no case 'j1'; there are q1, "),
    (["h2o", "--memory", "4 giga"], "is no size"),
])
def test_what_is_not_there_is_refused_before_anything_runs(command, complaint, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "bench", *command], cwd=TOP, capture_output=True, text=True,
        env={"PATH": "/usr/bin:/bin", "DOLINE_BENCH_DATA": str(tmp_path)}, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert complaint in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_no_names_are_all_cases():
    suite = build_suite(options_of("h2o"))
    assert runner.chosen_cases(suite, options_of("h2o")) == list(suite.cases)
    assert [case.name for case in runner.chosen_cases(suite, options_of("h2o", only="j1,q1"))] == [
        "q1", "j1"]


def test_polars_has_a_form_of_every_tpch_query():
    assert sorted(tpch_frames.QUERIES) == list(range(1, 23))


@pytest.mark.parametrize(
    "suite_name", ["h2o", "manyfiles", "near", "ndjson", "sort", "weblog", "windows"])
def test_peers_are_asked_the_same(suite_name, tmp_path, monkeypatch):
    monkeypatch.setenv("DOLINE_BENCH_DATA", str(tmp_path))
    options = options_of(suite_name)
    suite = build_suite(options)
    suite.generate()
    answers = {}
    for name in registry.PEERS:
        engine = registry.load(name)(threads_of(name), tmp_path)
        if name in suite.load:
            engine.execute(suite.load[name])
        for case in suite.cases:
            if name not in case.work:
                continue
            if name in case.before:
                engine.execute(case.before[name])
            answers[name, case.name] = answer_of(engine, case, engine.run(case.work[name]))
        engine.close()
    for case in suite.cases:
        if "polars" in case.work:
            assert compare.differences(answers["polars", case.name], answers["duckdb", case.name],
                                       case.ordered) == [], case.name


def threads_of(engine):
    import polars

    return polars.thread_pool_size() if engine == "polars" else 1
