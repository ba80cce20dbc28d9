"""Random queries over random data, asked of Doline in every configuration, of DuckDB and of SQLite.

universe.py makes tables, queries.py (over relations.py, expressions.py, windows.py, functions.py and
values.py) queries as trees of nodes.py; engines.py answers, oracles.py judges, reducer.py makes a
finding small and script.py writes it down. worker.py asks, in a process that runner.py watches.
Everything follows from a seed and the number of a statement: statements.py.
"""
