"""TPC-DS from tpcgen-cli's default Parquet: 99 queries, four of them in two texts."""

import subprocess
import sys
import tempfile

from bench.cases import Bar, Case, Options, Suite, data_folder, sql
from bench.generate import spark_texts

TABLES = (
    "call_center", "catalog_page", "catalog_returns", "catalog_sales", "customer",
    "customer_address", "customer_demographics", "date_dim", "household_demographics",
    "income_band", "inventory", "item", "promotion", "reason", "ship_mode", "store",
    "store_returns", "store_sales", "time_dim", "warehouse", "web_page", "web_returns",
    "web_sales", "web_site")

# Where a text is not what every engine reads: (query or "" for all, pattern, replacement).
REWRITES = (
    ("", "`", '"'),  # Spark quotes names with backticks
    ("q30", r"\bc_last_review_date\b", "c_last_review_date_sk"),  # the column's name in the tables
    ("q90", r"\bat\b", '"at"'),  # an alias that is a word of the grammar elsewhere
)


def build(options: Options):
    folder = data_folder() / "tpcds" / f"sf{options.scale_name}"
    views = [f"CREATE OR REPLACE VIEW {table} AS SELECT * FROM '{folder / table}.parquet'"
             for table in TABLES]
    return Suite(
        title=f"TPC-DS at scale {options.scale_name}, Parquet",
        cases=[Case(name, sql(spark_texts.rewritten(name, text, REWRITES)))
               for name, text in spark_texts.fetch("tpcds").items()],
        load={"doline": views, "duckdb": views},
        generate=lambda: parquet_tables(folder, options.scale),
        default_runs=3,
        bars=(Bar(0.8, ("duckdb",), "geomean"),),
        notes=("polars takes no part: its SQL has too little of what these queries are made of",))


def parquet_tables(folder, scale):
    """Leaves folder/TABLE.parquet for each table; a folder that is there is kept."""
    if folder.exists():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Into a folder of its own first: an interrupted run must not leave half the tables behind.
    with tempfile.TemporaryDirectory(dir=folder.parent) as unfinished:
        print(f"generating TPC-DS at scale {scale:g}", file=sys.stderr)
        subprocess.run([spark_texts.TOP / ".venv" / "bin" / "tpcgen-cli", "tpcds", "parquet",
                        "-s", f"{scale:g}", f"--output-dir={unfinished}/tables"], check=True)
        (folder.parent / unfinished / "tables").rename(folder)
