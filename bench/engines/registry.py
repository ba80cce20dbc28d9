"""Engines by name. A module is imported only in the process that runs it."""

import importlib


PEERS = ("duckdb", "polars")
# "pandas" is beside us in the suite of its name alone. "ceiling": what hand-written code reaches; shown,
# and no peer.
NAMES = ("doline", *PEERS, "pandas", "ceiling")


def load(name):
    """The class Engine of that name."""
    if name not in NAMES:
        raise ValueError(f"no engine {name!r}; there are {', '.join(NAMES)}")
    return importlib.import_module(f"bench.engines.{name}_engine").Engine
