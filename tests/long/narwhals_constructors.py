"""A plugin of pytest for Narwhals' own suite: its constructors get one more, `doline`, and what becomes
of each test of a constructor is written to the file that DOLINE_NARWHALS_RESULTS names."""

import json
import os
import sys

import pytest

_CONSTRUCTORS = ("constructor", "constructor_eager")
_results = {}


def doline_lazy_constructor(columns):
    """A lazy frame of a test's columns, read from PyArrow as the suite's DuckDB is."""
    import doline
    import pyarrow as pa

    return doline.DataFrame(pa.table(columns)).lazy()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    """The suite's conftest is there by now, its tests are not."""
    conftest = sys.modules["tests.conftest"]
    conftest.LAZY_CONSTRUCTORS["doline"] = doline_lazy_constructor


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Notes what came of a test, under a name that is the same for both constructors."""
    outcome = yield
    report = outcome.get_result()
    callspec = getattr(item, "callspec", None)
    if callspec is None or not any(name in callspec.params for name in _CONSTRUCTORS):
        return
    if report.when != "call" and report.outcome == "passed":
        return
    ids = list(callspec._idlist)
    backend = next((one for one in ("duckdb", "doline") if one in ids), None)
    if backend is None:
        return
    ids.remove(backend)
    name = item.nodeid.split("[")[0] + (f"[{'-'.join(ids)}]" if ids else "")
    became = "xfailed" if report.outcome == "skipped" and hasattr(report, "wasxfail") else report.outcome
    reason = ""
    if became == "failed":
        crash = getattr(report.longrepr, "reprcrash", None)
        reason = crash.message if crash else str(report.longrepr)
    elif became == "skipped" and isinstance(report.longrepr, tuple):
        reason = report.longrepr[2]
    _results.setdefault(name, {})[backend] = {"became": became, "reason": reason[:400]}


def pytest_sessionfinish(session):
    """Writes the results."""
    with open(os.environ["DOLINE_NARWHALS_RESULTS"], "w", encoding="utf-8") as file:
        json.dump(_results, file, indent=1, sort_keys=True)
