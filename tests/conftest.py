"""What the Python tests share: where the program, the library and the corpora are.

`./dev test` sets DOLINE_PROGRAM (the `doline` under test, of any preset) and DOLINE_PRESET; by hand
the release build is taken. An instrumented library cannot be loaded into a plain Python, so tests
that ask for `library` are left out when the preset is a sanitizer's.
"""

import os
import pathlib

import pytest

TOP = pathlib.Path(__file__).resolve().parent.parent
PRESET = os.environ.get("DOLINE_PRESET", "release")
INSTRUMENTED = PRESET in ("asan", "tsan")
CORPORA_REQUIRED = os.environ.get("DOLINE_REQUIRE_CORPORA") == "1"


def pytest_addoption(parser):
    parser.addoption("--only", default="", help="run the tests whose id contains this text")


def pytest_collection_modifyitems(config, items):
    wanted = config.getoption("--only")
    keep, leave = [], []
    for item in items:
        named = wanted in item.nodeid
        loadable = not (INSTRUMENTED and "library" in getattr(item, "fixturenames", ()))
        (keep if named and loadable else leave).append(item)
    if leave:
        config.hook.pytest_deselected(items=leave)
        items[:] = keep


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A skipped test proves nothing: where the corpora are required, it is a failure."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and CORPORA_REQUIRED and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, though nothing may be: {report.longrepr}"


@pytest.fixture(scope="session")
def program():
    """Path of the `doline` under test."""
    path = pathlib.Path(os.environ.get("DOLINE_PROGRAM", TOP / "build" / PRESET / "app" / "doline"))
    assert path.exists(), f"{path} is not built: ./dev build {PRESET}"
    return path


@pytest.fixture(scope="session")
def library():
    """Path of the libdoline.so under test."""
    built = sorted((TOP / "build" / PRESET).rglob("libdoline.so"))
    assert built, f"libdoline.so is not built: ./dev build {PRESET}"
    return built[0]


@pytest.fixture(scope="session")
def corpora():
    """Folder of the test corpora."""
    named = os.environ.get("DOLINE_CORPORA")
    if not named:
        pytest.skip("DOLINE_CORPORA is not set")
    return pathlib.Path(named)
