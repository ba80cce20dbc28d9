"""The suites by name. Each module has build(options) → Suite; a process builds its own."""

import importlib

# name → module: `csv` and the like would hide the standard library's in a reader's eye.
MODULES = {
    "tpch": "tpch",
    "tpcds": "tpcds",
    "csv": "csv_files",
    "weblog": "weblog",
    "ndjson": "ndjson",
    "h2o": "h2o",
    "manyfiles": "many_files",
    "sort": "sorting",
    "near": "near_rows",
    "small": "small_queries",
    "spill": "spilling",
    "start": "starting",
    "windows": "windows",
    "pandas": "taxi",
    "billion": "billion",
    "python": "package",
}
DEFAULT_SCALE = {"spill": 10}
DEFAULT_AGAINST = {"pandas": ("pandas", "polars", "duckdb")}
# Yardsticks that are beside the peers always.
BESIDE = {"python": ("pyarrow", "alone")}


def build_suite(options):
    return importlib.import_module(f"bench.suites.{MODULES[options.suite]}").build(options)
