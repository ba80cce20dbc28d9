"""The hand-written queries beside DuckDB and Polars, in one run.

    compare.py CEILING_PROGRAM DATA_DIR... [--runs N] [--threads N]

Each engine is one warm process; the file cache is warm; the figure is the median of the hot runs;
answers are compared, doubles to 1e-9 relative.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import time

SQL = {
    1: """
SELECT l_returnflag, l_linestatus, sum(l_quantity), sum(l_extendedprice),
       sum(l_extendedprice * (1 - l_discount)), sum(l_extendedprice * (1 - l_discount) * (1 + l_tax)),
       avg(l_quantity), avg(l_extendedprice), avg(l_discount), count(*)
FROM '{dir}/lineitem.parquet' WHERE l_shipdate <= DATE '1998-09-02'
GROUP BY l_returnflag, l_linestatus ORDER BY l_returnflag, l_linestatus""",
    3: """
SELECT l_orderkey, sum(l_extendedprice * (1 - l_discount)) AS revenue, o_orderdate, o_shippriority
FROM '{dir}/customer.parquet', '{dir}/orders.parquet', '{dir}/lineitem.parquet'
WHERE c_mktsegment = 'BUILDING' AND c_custkey = o_custkey AND l_orderkey = o_orderkey
  AND o_orderdate < DATE '1995-03-15' AND l_shipdate > DATE '1995-03-15'
GROUP BY l_orderkey, o_orderdate, o_shippriority ORDER BY revenue DESC, o_orderdate LIMIT 10""",
    6: """
SELECT sum(l_extendedprice * l_discount) FROM '{dir}/lineitem.parquet'
WHERE l_shipdate >= DATE '1994-01-01' AND l_shipdate < DATE '1995-01-01'
  AND l_discount BETWEEN 0.05 AND 0.07 AND l_quantity < 24""",
}


def polars_query(query, directory):
    import datetime

    import polars as pl

    def scan(name):
        return pl.scan_parquet(f"{directory}/{name}.parquet")

    c = pl.col
    if query == 1:
        price = c("l_extendedprice") * (1 - c("l_discount"))
        return (
            scan("lineitem")
            .filter(c("l_shipdate") <= datetime.date(1998, 9, 2))
            .group_by("l_returnflag", "l_linestatus")
            .agg(
                c("l_quantity").sum().alias("sum_qty"),
                c("l_extendedprice").sum().alias("sum_base_price"),
                price.sum().alias("sum_disc_price"),
                (price * (1 + c("l_tax"))).sum().alias("sum_charge"),
                c("l_quantity").mean().alias("avg_qty"),
                c("l_extendedprice").mean().alias("avg_price"),
                c("l_discount").mean().alias("avg_disc"),
                pl.len().alias("count_order"),
            )
            .sort("l_returnflag", "l_linestatus")
        )
    date = datetime.date(1995, 3, 15)
    if query == 3:
        return (
            scan("customer")
            .filter(c("c_mktsegment") == "BUILDING")
            .join(scan("orders"), left_on="c_custkey", right_on="o_custkey")
            .join(scan("lineitem"), left_on="o_orderkey", right_on="l_orderkey")
            .filter(c("o_orderdate") < date)
            .filter(c("l_shipdate") > date)
            .with_columns((c("l_extendedprice") * (1 - c("l_discount"))).alias("revenue"))
            .group_by("o_orderkey", "o_orderdate", "o_shippriority")
            .agg(c("revenue").sum())
            .select("o_orderkey", "revenue", "o_orderdate", "o_shippriority")
            .sort(by=["revenue", "o_orderdate"], descending=[True, False])
            .head(10)
        )
    return (
        scan("lineitem")
        .filter(c("l_shipdate") >= datetime.date(1994, 1, 1), c("l_shipdate") < datetime.date(1995, 1, 1))
        .filter(c("l_discount").is_between(0.05, 0.07), c("l_quantity") < 24)
        .select((c("l_extendedprice") * c("l_discount")).sum())
    )


def peer_main(engine, query, directory, runs, threads):
    """In a process of its own: prints 'answer …' lines and 'median N ms'."""
    if engine == "duckdb":
        import duckdb

        connection = duckdb.connect(config={"threads": threads})
        text = SQL[query].format(dir=directory)

        def run():
            return connection.execute(text).fetchall()
    else:
        plan = polars_query(query, directory)

        def run():
            return plan.collect(engine="streaming").rows()

    times = []
    for i in range(runs + 1):
        start = time.perf_counter()
        rows = run()
        if i > 0:
            times.append(time.perf_counter() - start)
    for row in rows:
        print("answer", "|".join(str(value) for value in row))
    print(f"median {statistics.median(times) * 1e3:.2f} ms")


def measured(command, environment=None):
    text = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    answers = [line[len("answer "):].split("|") for line in text.splitlines() if line.startswith("answer ")]
    return float(re.search(r"median ([0-9.]+) ms", text).group(1)), answers, text


def same(ours, theirs, tolerance):
    if ours == theirs:
        return True
    try:
        a, b = float(ours), float(theirs)
    except ValueError:
        return False
    return abs(a - b) <= tolerance * max(abs(a), abs(b), 1e-300)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("data", nargs="+")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--queries", default="1,3,6")
    options = parser.parse_args()
    wrong = False
    for directory in options.data:
        for query in map(int, options.queries.split(",")):
            limit, ours, text = measured(
                [options.program, str(query), directory, "--runs", str(options.runs), "--threads", str(options.threads)])
            line = f"{os.path.basename(directory):6} Q{query}  hand-written {limit:8.1f} ms"
            for engine in ("duckdb", "polars"):
                environment = dict(os.environ, POLARS_MAX_THREADS=str(options.threads))
                peer, theirs, _ = measured(
                    [sys.executable, __file__, "--peer", engine, str(query), directory, str(options.runs),
                     str(options.threads)], environment)
                # Polars rounds each product of decimals to the scale of its operands.
                tolerance = 1e-9 if engine == "duckdb" else 1e-2
                equal = len(ours) == len(theirs) and all(
                    len(x) == len(y) and all(same(a, b, tolerance) for a, b in zip(x, y))
                    for x, y in zip(ours, theirs))
                verdict = "" if equal else "  ANSWERS DIFFER"
                wrong |= not equal
                line += f"   {engine} {peer:8.1f} ms ({limit / peer:.2f}x){verdict}"
            print(line)
            print("\n".join(phase for phase in text.splitlines() if phase.startswith("  ")), flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] == "--peer":
        peer_main(sys.argv[2], int(sys.argv[3]), sys.argv[4], int(sys.argv[5]), int(sys.argv[6]))
    else:
        sys.exit(main())
