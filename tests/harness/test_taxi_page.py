"""The page of the suite `pandas`: who wins, and what is said of who does not finish or errs."""

import pytest

from bench import taxi_page
from bench.cases import Options
from bench.runner import Outcome
from bench.suites.taxi import QUESTIONS

ENGINES = ("doline", "pandas", "polars")
VERSIONS = dict.fromkeys(ENGINES, "1.0")


@pytest.fixture
def page(tmp_path, monkeypatch):
    monkeypatch.setattr(taxi_page, "PAGE", tmp_path / "page.md")
    monkeypatch.setattr(taxi_page, "CHARTS", tmp_path / "charts")

    def written(outcomes, whole, part, suffixes=("",)):
        results = {question + suffix: outcomes for question in QUESTIONS for suffix in suffixes}
        options = Options(suite="pandas", against=ENGINES[1:], scale=1, threads=2)
        taxi_page.write(QUESTIONS, whole, part, options, results, VERSIONS)
        return (tmp_path / "page.md").read_text(), sorted(chart.name for chart in (tmp_path / "charts").iterdir())

    return written


def test_another_answer_is_no_win_and_a_failure_no_time(page):
    text, _ = page({"doline": Outcome([2.0], 10**8),
                    "pandas": Outcome(failure="exit code 1: MemoryError"),
                    "polars": Outcome([1.0], 10**8, wrong=["3 rows, not 4"])}, 100, None)
    assert "| filter | 2.000 s, 100 MB | does not finish | another answer | doline |" in text
    assert "Doline is the fastest in 12 of 12." in text
    assert "no part of the table" in text


def test_losses_are_told_as_wins_are_and_a_part_has_a_section_of_its_own(page):
    text, charts = page({"doline": Outcome([2.0], 10**8), "pandas": Outcome([1.5], 10**9),
                         "polars": Outcome([1.0], 10**8)}, 100, 50, ("", taxi_page.OF_PART))
    assert "## 100 rows" in text and "## 50 rows" in text and "the first 50 rows" in text
    assert text.count("Doline is the fastest in 0 of 12.") == 2
    assert len(charts) == 4


def test_nobody_who_finishes_is_a_page_too(page):
    text, charts = page({engine: Outcome(failure="gone") for engine in ENGINES}, 100, 100)
    assert "| filter | does not finish | does not finish | does not finish | none |" in text
    assert len(charts) == 2
