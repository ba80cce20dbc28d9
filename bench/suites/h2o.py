"""The H2O.ai group-by questions 1–5, 7 and 10 over a table in memory."""

from bench.cases import Bar, Case, Options, Suite, data_folder, sql
from bench.generate import h2o as generate

QUESTIONS = {
    "q1": ("id1", "sum(v1) AS v1"),
    "q2": ("id1, id2", "sum(v1) AS v1"),
    "q3": ("id3", "sum(v1) AS v1, avg(v3) AS v3"),
    "q4": ("id4", "avg(v1) AS v1, avg(v2) AS v2, avg(v3) AS v3"),
    "q5": ("id6", "sum(v1) AS v1, sum(v2) AS v2, sum(v3) AS v3"),
    "q7": ("id3", "max(v1) - min(v2) AS range_v1_v2"),
    "q10": ("id1, id2, id3, id4, id5, id6", "sum(v3) AS v3, count(*) AS count"),
}


def polars_aggregates(question):
    import polars as pl

    return {
        "q1": [pl.sum("v1")],
        "q2": [pl.sum("v1")],
        "q3": [pl.sum("v1"), pl.mean("v3")],
        "q4": [pl.mean("v1"), pl.mean("v2"), pl.mean("v3")],
        "q5": [pl.sum("v1"), pl.sum("v2"), pl.sum("v3")],
        "q7": [(pl.max("v1") - pl.min("v2")).alias("range_v1_v2")],
        "q10": [pl.sum("v3"), pl.len().alias("count")],
    }[question]


def build(options: Options):
    rows = int(10_000_000 * options.scale)
    path = data_folder() / "h2o" / f"G1_{rows}.parquet"

    def load(session):
        import polars as pl

        session.tables["x"] = pl.read_parquet(path)

    def by_polars(question, keys):
        def run(session):
            session.tables["answer"] = (
                session.tables["x"].lazy().group_by(keys)
                .agg(polars_aggregates(question)).collect(engine="streaming"))

        return run

    def drop(session):
        session.tables.pop("answer", None)

    cases = [
        Case(question,
             sql(f"CREATE TABLE answer AS SELECT {keys}, {what} FROM x GROUP BY {keys}") |
             {"polars": by_polars(question, keys.split(", "))},
             before=sql("DROP TABLE IF EXISTS answer") | {"polars": drop},
             answer=sql("SELECT * FROM answer") |
             {"polars": lambda session: session.tables["answer"]})
        for question, (keys, what) in QUESTIONS.items()]
    return Suite(
        title=f"H2O.ai group-by, {rows:,} rows in memory, answers kept in memory",
        cases=cases,
        load=sql(f"CREATE TABLE x AS SELECT * FROM '{path}'") | {"polars": load},
        generate=lambda: generate.write(path, rows),
        bars=(Bar(1.0, ("duckdb",), "geomean"), Bar(1.5, ("duckdb",), "each")))
