"""Window functions over ten million rows in a hundred thousand partitions, from memory into
memory: ranks, running and moving frames, the first rows of each partition."""

from bench.cases import Bar, Case, Options, Suite, data_folder, sql
from bench.generate import windows as generate

# name → the select list behind t, what follows FROM
SQL = {
    "rank": ("rank() OVER (PARTITION BY g ORDER BY v) AS x", ""),
    "running sum": ("sum(v) OVER (PARTITION BY g ORDER BY t) AS x", ""),
    "moving median":
        ("median(v) OVER (PARTITION BY g ORDER BY t ROWS BETWEEN 10 PRECEDING AND CURRENT ROW) "
         "AS x", ""),
    "moving max":
        ("max(v) OVER (PARTITION BY g ORDER BY t ROWS BETWEEN 25 PRECEDING AND 25 FOLLOWING) "
         "AS x", ""),
    "three clauses":
        ("rank() OVER (PARTITION BY g ORDER BY t) AS x, sum(v) OVER (PARTITION BY g) AS y, "
         "lag(v) OVER (PARTITION BY g ORDER BY t) AS z", ""),
    "first three": ("v AS x", "QUALIFY row_number() OVER (PARTITION BY g ORDER BY t) <= 3"),
}
BARRED = ("rank", "running sum", "moving median")


def polars_columns(name):
    import polars as pl

    v = pl.col("v")
    return {
        "rank": lambda: [v.rank("min").over("g").cast(pl.Int64).alias("x")],
        "running sum": lambda: [v.cum_sum().over("g", order_by="t").alias("x")],
        "moving median":
            lambda: [v.rolling_median(11, min_samples=1).over("g", order_by="t").alias("x")],
    }[name]()


def build(options: Options):
    rows = int(10_000_000 * options.scale)
    partitions = max(1, rows // 100)
    path = data_folder() / "windows" / f"w_{rows}.parquet"

    def load(session):
        import polars as pl

        session.tables["w"] = pl.read_parquet(path)

    def by_polars(name):
        def run(session):
            session.tables["o"] = (
                session.tables["w"].lazy().select("t", *polars_columns(name))
                .collect(engine="streaming"))

        return run

    def case(name):
        what, rest = SQL[name]
        work = sql(f"CREATE TABLE o AS SELECT t, {what} FROM w {rest}")
        before = sql("DROP TABLE IF EXISTS o")
        answer = sql("SELECT * FROM o")
        if name in BARRED:
            work |= {"polars": by_polars(name)}
            before |= {"polars": lambda session: session.tables.pop("o", None)}
            answer |= {"polars": lambda session: session.tables["o"]}
        return Case(name, work, before=before, answer=answer)

    return Suite(
        title=f"window functions, {rows:,} rows in {partitions:,} partitions, into a table",
        cases=[case(name) for name in SQL],
        load=sql(f"CREATE TABLE w AS SELECT * FROM '{path}'") | {"polars": load},
        generate=lambda: generate.write(path, rows, partitions),
        bars=(Bar(0.7, ("duckdb",), cases=BARRED),))
