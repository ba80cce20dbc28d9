"""Engines by name. A module is imported only in the process that runs it."""

import importlib


NAMES = ("doline", "duckdb", "polars")


def load(name):
    """The class Engine of that name."""
    if name not in NAMES:
        raise ValueError(f"no engine {name!r}; there are {', '.join(NAMES)}")
    return importlib.import_module(f"bench.engines.{name}_engine").Engine
