"""Narwhals' own suite: of what its DuckDB backend passes, Doline's plugin passes nearly all."""

import pathlib

from tests.long import narwhals_suite

SHARE = 0.95


def test_what_duckdb_passes_passes(tmp_path):
    results = narwhals_suite.run(tmp_path)
    both, failed = narwhals_suite.compared(results)
    assert len(both) + len(failed) > 1000, "the suite did not run"
    told = "\n".join(f"{name}: {entry['reason']}" for name, entry in failed.items())
    assert len(both) >= SHARE * (len(both) + len(failed)), told
    page = pathlib.Path(narwhals_suite.TOP / "docs" / "narwhals.md").read_text(encoding="utf-8")
    unlisted = [name for name in failed if name.removeprefix("tests/") not in page]
    assert not unlisted, f"docs/narwhals.md lacks {unlisted}; narwhals_suite.py writes it"
