"""Engines by name. A module is imported only in the process that runs it."""

import importlib


PEERS = ("duckdb", "polars")
# "pandas" is beside us in the suites that name it, "pyarrow" where imports are compared. "ceiling": what
# hand-written code reaches; shown, and no peer. "alone": the same in Doline without what a case is about
# (SQL instead of expressions, no way in and out).
NAMES = ("doline", *PEERS, "pandas", "ceiling", "pyarrow", "alone")
# What engines of a suite may be besides (Suite.engines).
STAND_INS = ("package",)


def load(name):
    """The class Engine of that name."""
    if name not in (*NAMES, *STAND_INS):
        raise ValueError(f"no engine {name!r}; there are {', '.join(NAMES)}")
    return importlib.import_module(f"bench.engines.{name}_engine").Engine
