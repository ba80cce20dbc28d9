"""What the suite of the Python package reads: a small CSV file, and frames that every engine's process makes
for itself, all the same."""

import pathlib

from bench.cases import data_folder
from bench.generate.files import made_whole

SEED = 11
ZONES = 265
NAMES = 5000


def folder() -> pathlib.Path:
    return data_folder() / "package"


def csv_path() -> pathlib.Path:
    return folder() / "small.csv"


def small_csv():
    if csv_path().exists():
        return
    with made_whole(csv_path()) as unfinished:
        lines = [f"{i},name {i % 7},{i * 0.5}" for i in range(1000)]
        unfinished.write_text("\n".join(["id,name,x", *lines]) + "\n")


def load(session, rows):
    """Puts into session.tables: "pandas", "polars" and "arrow", the same rows; in Doline and Polars "ten",
    ten rows of ten columns; in Doline "own", the rows as its own frame."""
    import numpy as np
    import pandas
    import polars
    import pyarrow as pa

    random = np.random.default_rng(SEED)
    names = np.array([f"{'customer' if i % 3 else 'c'} {i}" for i in range(NAMES)], dtype=object)
    arrow = pa.table({
        "zone": random.integers(1, ZONES + 1, rows, dtype=np.int32),
        "quantity": random.integers(0, 100, rows),
        "amount": random.random(rows) * 100,
        "name": pa.array(names).take(pa.array(random.integers(0, NAMES, rows))),
    })
    session.tables["arrow"] = arrow
    session.tables["polars"] = polars.from_arrow(arrow)
    session.tables["pandas"] = pandas.DataFrame({
        **{name: arrow[name].to_numpy() for name in ("zone", "quantity", "amount")},
        "name": pandas.Series(arrow["name"], dtype="str")})
    if hasattr(session, "module"):
        session.tables["ten"] = session.module.DataFrame({f"c{i}": [float(i + j) for j in range(10)]
                                                          for i in range(10)})
    if session.name == "alone":
        session.tables["own"] = session.module.DataFrame(arrow)
