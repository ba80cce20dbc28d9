"""Python functions over many rows: the same functions in Doline and in DuckDB, in turn, in one process,
over the same Arrow table, answers compared."""

import argparse
import statistics
import time

ROWS = 10_000_000
BAR = 0.7  # of DuckDB's time, for functions of arrays


def _vectorized(pc):
    """Name → (function of Arrow arrays, parameters, returns, query over the table t)."""
    return {
        "arrow, one number": (lambda x: pc.add(pc.multiply(x, 3), 1), ["BIGINT"], "BIGINT",
                              "SELECT sum({f}(i)) FROM t"),
        "arrow, two numbers": (lambda x, y: pc.multiply(x, y), ["DOUBLE", "DOUBLE"], "DOUBLE",
                               "SELECT sum({f}(x, y)) FROM t"),
        "arrow, in a filter": (lambda x: pc.greater(x, 0.9), ["DOUBLE"], "BOOLEAN",
                               "SELECT count(*) FROM t WHERE {f}(x)"),
        "arrow, a text": (lambda s: pc.utf8_upper(s), ["VARCHAR"], "VARCHAR",
                          "SELECT max({f}(s)) FROM t"),
    }


def measure(rows=ROWS, runs=5, threads=2, only=""):
    """Runs each function in both engines in turn.

    Parameters
    ----------
    rows, runs, threads : int
    only : str
        Cases whose name has this in it.

    Returns
    -------
    dict of str to (list of float, list of float)
        By case: Doline's seconds and DuckDB's.
    """
    import doline
    import duckdb
    import numpy
    import pyarrow
    import pyarrow.compute

    numbers = numpy.random.default_rng(1)
    t = pyarrow.table({"i": numpy.arange(rows), "x": numbers.random(rows), "y": numbers.random(rows),
                       "s": pyarrow.array([f"row {n}" for n in range(1000)]).take(
                           pyarrow.array(numpy.arange(rows) % 1000))})
    ours, peer = doline.connect(), duckdb.connect()
    ours.register("t", t)
    peer.register("t", t)
    peer.execute("CREATE TABLE own AS SELECT * FROM t")
    peer.unregister("t")
    peer.execute("ALTER TABLE own RENAME TO t")
    for engine in (ours, peer):
        engine.execute(f"SET threads = {threads}")
    times = {}
    for number, (name, (function, parameters, returns, text)) in enumerate(
            _vectorized(pyarrow.compute).items()):
        if only not in name:
            continue
        for engine in (ours, peer):
            engine.create_function(f"f{number}", function, parameters, returns, type="arrow")
        found, took = [], ([], [])
        for run in range(runs + 1):
            for engine, seconds in zip((ours, peer), took):
                begun = time.perf_counter()
                answer = engine.execute(text.format(f=f"f{number}")).fetchall()
                if run > 0:  # the first one warms up
                    seconds.append(time.perf_counter() - begun)
                found.append(answer)
        if any(not _same(answer, found[0]) for answer in found):
            raise AssertionError(f"{name}: {found}")
        times[name] = took
    return times


def _same(a, b):
    one, other = a[0][0], b[0][0]
    return abs(one - other) <= 1e-9 * abs(one) if isinstance(one, float) else one == other


def main():
    """Prints a line a case: medians, and their ratio beside the bar."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=ROWS)
    arguments.add_argument("--runs", type=int, default=5)
    arguments.add_argument("--threads", type=int, default=2)
    arguments.add_argument("--only", default="")
    for name, (ours, peers) in measure(**vars(arguments.parse_args())).items():
        mine, theirs = statistics.median(ours), statistics.median(peers)
        print(f"{name:24} doline {mine:6.3f} s  duckdb {theirs:6.3f} s  ratio {mine / theirs:5.2f}  "
              f"bar {BAR}")


if __name__ == "__main__":
    main()
