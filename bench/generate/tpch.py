"""TPC-H tables by tpchgen-cli, in its default Parquet, and lineitem as CSV."""

import pathlib
import subprocess
import sys
import tempfile

TABLES = ("region", "nation", "supplier", "customer", "part", "partsupp", "orders", "lineitem")


def _generator():
    return pathlib.Path(sys.executable).parent / "tpchgen-cli"


def parquet_tables(folder: pathlib.Path, scale: float, tables=TABLES):
    """Leaves folder/TABLE.parquet for each table; those already there are kept."""
    _make(folder, scale, tables, "parquet")


def csv_table(folder: pathlib.Path, scale: float, table: str):
    """Leaves folder/TABLE.csv, with a header line."""
    _make(folder, scale, (table,), "csv")


def _make(folder, scale, tables, ending):
    missing = [table for table in tables if not (folder / f"{table}.{ending}").exists()]
    if not missing:
        return
    folder.mkdir(parents=True, exist_ok=True)
    # Into a folder of its own first: an interrupted run must not leave half a table behind.
    with tempfile.TemporaryDirectory(dir=folder) as unfinished:
        print(f"generating {', '.join(missing)} at scale {scale:g}", file=sys.stderr)
        subprocess.run(
            [_generator(), ending, "-s", f"{scale:g}", "-T", ",".join(missing), "-o", unfinished],
            check=True)
        for table in missing:
            (pathlib.Path(unfinished) / f"{table}.{ending}").rename(folder / f"{table}.{ending}")
