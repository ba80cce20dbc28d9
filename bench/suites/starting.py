"""From nothing to the first row: a process that runs SELECT 1 and ends."""

import sys

from bench.cases import PROGRAM, Bar, Case, Command, Options, Suite


def build(options: Options):
    return Suite(
        title="start, SELECT 1, end",
        cases=[Case("SELECT 1", {
            "doline": Command((str(PROGRAM), "-c", "SELECT 1")),
            "duckdb": Command((
                sys.executable, "-c",
                "import duckdb; duckdb.connect().execute('SELECT 1').fetchall()")),
            "polars": Command((
                sys.executable, "-c", "import polars; polars.select(polars.lit(1)).rows()")),
        })],
        processes=True,
        default_runs=20,
        bars=(Bar(0.015, ()),),
        notes=("duckdb and polars: a Python process that imports them",))
