"""What the tests of the package share."""

import os
import pathlib
import subprocess
import sys
import textwrap

import doline
import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(TOP / ".cache" / "hypothesis"))


@pytest.fixture
def connection():
    """A connection to a database of its own."""
    with doline.connect() as opened:
        yield opened


@pytest.fixture
def run_python():
    """Runs a program in a Python of its own, and gives what it printed. It has to end well."""
    def run(program, *, missing=()):
        blocked = f"import sys; sys.modules.update(dict.fromkeys({list(missing)!r}))\n"
        done = subprocess.run([sys.executable, "-c", blocked + textwrap.dedent(program)], text=True,
                              timeout=60, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout
    return run
