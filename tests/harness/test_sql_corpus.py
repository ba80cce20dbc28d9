"""scripts/sql_corpus.py: what the runner says or does not say becomes the verdict."""

import pathlib
import subprocess
import sys

import pytest

SCRIPT = pathlib.Path(__file__).resolve().parent.parent.parent / "scripts" / "sql_corpus.py"


@pytest.fixture
def corpus(tmp_path):
    """run(runner's shell text, *arguments) → (exit code, output) over two files."""
    folder = tmp_path / "tests" / "sql"
    folder.mkdir(parents=True)
    (folder / "one.test").write_text("query I\nSELECT 1\n----\n1\n")
    (folder / "two.test").write_text("query I\nSELECT 2\n----\n2\n")
    runner = tmp_path / "runner"

    def run(text, *arguments):
        runner.write_text(f"#!/bin/sh\n{text}\n")
        runner.chmod(0o755)
        done = subprocess.run(
            [sys.executable, SCRIPT, "--runner", runner, "--log", tmp_path / "log", *arguments],
            capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
        return done.returncode, done.stdout + done.stderr

    run.folder = folder
    return run


@pytest.mark.parametrize("text, code, closing", [
    ("echo '3 passed, 0 failed'", 0, "default: 6 passed, 0 failed"),
    ("echo '2 passed, 1 failed'; exit 1", 1, "default: 4 passed, 2 failed"),
    ("echo '2 passed, 0 failed, 1 skipped'", 0, "default: 4 passed, 0 failed, 2 skipped"),
    # A crash before the closing line, and one after it, are failures of that file.
    ("echo started; kill -SEGV $$", 1, "default: 0 passed, 2 failed"),
    ("echo '3 passed, 0 failed'; exit 7", 1, "default: 6 passed, 2 failed"),
    ("case $* in *two.test) exit 9;; esac; echo '3 passed, 0 failed'", 1,
     "default: 3 passed, 1 failed"),
])
def test_verdicts(corpus, text, code, closing):
    found, output = corpus(text, str(corpus.folder), "default")
    assert found == code
    assert closing in output.splitlines()


def test_each_configuration_has_its_settings_and_its_line(corpus):
    text = "case $* in *'chunk_size=2'*) echo '1 passed, 1 failed';; *) echo '2 passed, 0 failed';; esac"
    found, output = corpus(text, str(corpus.folder), "default", "chunk_2")
    assert found == 1
    assert {"default: 4 passed, 0 failed", "chunk_2: 2 passed, 2 failed"} <= set(output.splitlines())


def test_the_filter_picks_files_and_an_empty_choice_is_said(corpus):
    found, output = corpus("echo '1 passed, 0 failed'", str(corpus.folder), "default",
                           "--filter", "two")
    assert (found, "default: 1 passed, 0 failed" in output) == (0, True)
    found, _ = corpus("echo '1 passed, 0 failed'", str(corpus.folder), "default",
                      "--filter", "three")
    assert found == 3


def test_skips_fail_where_nothing_may_be_skipped(corpus):
    found, _ = corpus("echo '1 passed, 0 failed, 1 skipped'", str(corpus.folder), "default",
                      "--fail-on-skip")
    assert found == 1
