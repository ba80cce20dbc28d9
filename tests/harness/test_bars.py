"""The benchmark's bars: what is called met was reached by all that the bar is over."""

import pytest

from bench import report
from bench.cases import Bar
from bench.runner import Outcome


def outcomes(failed=(), wrong=(), peak_bytes=0, **seconds):
    """engine=seconds, or None for one that did not run."""
    found = {}
    for engine, time in seconds.items():
        if time is not None:
            found[engine] = Outcome(seconds=[time], peak_bytes=peak_bytes)
    for engine in failed:
        found[engine] = Outcome(failure="out of memory")
    for engine in wrong:
        found[engine].wrong = ["1 rows, not 2"]
    return found


A = outcomes(doline=1.0, duckdb=2.0, polars=4.0)  # 0.5 × the better
B = outcomes(doline=2.0, duckdb=4.0, polars=1.0)  # 2 × the better, 0.5 × duckdb
BY_HAND = outcomes(doline=1.0, duckdb=1.0, polars=3.0, ceiling=0.9)
DUCKDB = ("duckdb",)


@pytest.mark.parametrize("bar, results, verdict", [
    # The better is another one in each case.
    (Bar(0.8, over="geomean"), [A, B], "1.00 ×, MISSED"),
    (Bar(0.8, over="geomean"), [A, A], "0.50 ×, met"),
    (Bar(1.2), [A, B], "2.00 ×, MISSED"),
    (Bar(1.2, DUCKDB), [A, B], "0.50 ×, met"),
    (Bar(1.0, over="sum"), [A, B], "1.00 ×, met"),
    (Bar(0.9, ("polars",), "sum"), [A, B], "0.60 ×, met"),
    # Only the named cases.
    (Bar(1.2, cases=("0",)), [A, B], "0.50 ×, met"),
    # Absolute ones: the slowest, the greatest peak.
    (Bar(1.5, ()), [A, B], "2.000 s, MISSED"),
    (Bar(3e6, (), "peak"), [outcomes(doline=1, peak_bytes=2e6), outcomes(doline=1, peak_bytes=3e6)],
     "3 MB, met"),
    # What we fail or answer wrongly meets no bar, however fast the others were.
    (Bar(0.8, over="geomean"), [A, outcomes(duckdb=1.0, failed=("doline",))],
     "0.50 ×, MISSED (1 of 2 cases are missing)"),
    (Bar(0.8), [A, outcomes(doline=0.1, duckdb=1.0, wrong=("doline",))],
     "0.50 ×, MISSED (1 of 2 cases are missing)"),
    (Bar(3e6, (), "peak"), [outcomes(failed=("doline",)), outcomes(doline=1, peak_bytes=2e6)],
     "2 MB, MISSED (1 of 2 cases are missing)"),
    # What a peer fails is nothing to hold ours against, and is said.
    (Bar(1.0, DUCKDB, "sum"), [A, outcomes(doline=9.0, failed=("duckdb",))],
     "0.50 ×, met (1 of 2 cases no peer ran)"),
    (Bar(0.8, over="geomean"), [outcomes(doline=1.0, duckdb=2.0)], "0.50 ×, met (without polars)"),
    (Bar(0.8, ("polars",)), [outcomes(doline=1.0, duckdb=2.0)], "not measured"),
    (Bar(0.8), [], "not measured"),
    # A limit above the bar, ours near to it: it enters the mean as the bar.
    (Bar(0.8, over="geomean"), [BY_HAND],
     "0.80 ×, met (near to the hand-written limit, counted as 0.8: 0)"),
    (Bar(0.8), [BY_HAND], "1.00 ×, MISSED"),
    # Not when the limit is below the bar, slower than a peer, or ours is far from it.
    (Bar(0.8, over="geomean"), [outcomes(doline=1.0, duckdb=1.0, polars=9.0, ceiling=0.7)], "1.00 ×, MISSED"),
    (Bar(0.8, over="geomean"), [outcomes(doline=1.2, duckdb=1.0, polars=9.0, ceiling=1.1)], "1.20 ×, MISSED"),
    (Bar(0.8, over="geomean"), [outcomes(doline=1.2, duckdb=1.0, polars=9.0, ceiling=0.9)], "1.20 ×, MISSED"),
    # Nor does it make a case worse than it is.
    (Bar(0.8, over="geomean"), [outcomes(doline=0.7, duckdb=1.0, polars=9.0, ceiling=0.9)], "0.70 ×, met"),
])
def test_verdicts(bar, results, verdict):
    line = report.judge(bar, {str(number): found for number, found in enumerate(results)})
    assert line.endswith(f": {verdict}"), line


@pytest.mark.parametrize("bar, words", [
    (Bar(0.8, over="geomean"), "geometric mean ≤ 0.8 × the better of duckdb and polars"),
    (Bar(1.2, DUCKDB), "each case ≤ 1.2 × duckdb"),
    (Bar(0.5, DUCKDB, "sum", ("a", "b")), "sum (a, b) ≤ 0.5 × duckdb"),
    (Bar(440e6, (), "peak"), "peak memory ≤ 440 MB"),
    (Bar(0.015, ()), "≤ 15.0 ms"),
])
def test_a_bar_in_words(bar, words):
    assert report.judge(bar, {}) == f"bar: {words}: not measured"
