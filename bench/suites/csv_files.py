"""lineitem as CSV: three columns, the minimum of every column, and into a table."""

from bench.cases import Bar, Case, Options, Suite, data_folder, sql
from bench.generate import tpch as generate


def build(options: Options):
    path = data_folder() / "tpch-csv" / f"sf{options.scale_name}" / "lineitem.csv"

    def scan():
        import polars as pl

        return pl.scan_csv(path, try_parse_dates=True)

    def three_columns(session):
        import polars as pl

        return scan().select(
            pl.sum("l_quantity"), pl.max("l_shipdate"), pl.col("l_shipmode").n_unique()
        ).collect(engine="streaming")

    def into_memory(session):
        session.tables["t"] = scan().collect(engine="streaming")

    def memory_answer(session):
        import polars as pl

        return session.tables["t"].select(
            pl.len(), pl.sum("l_orderkey"), pl.sum("l_extendedprice"), pl.min("l_receiptdate"),
            pl.max("l_comment"), pl.col("l_comment").n_unique().alias("comments"))

    def drop(session):
        session.tables.pop("t", None)

    answer = ("SELECT count(*), sum(l_orderkey), sum(l_extendedprice), min(l_receiptdate), "
              "max(l_comment), count(DISTINCT l_comment) FROM t")
    return Suite(
        title=f"lineitem at scale {options.scale_name} as CSV",
        cases=[
            Case("three columns", sql(
                f"SELECT sum(l_quantity), max(l_shipdate), count(DISTINCT l_shipmode) "
                f"FROM '{path}'") | {"polars": three_columns}),
            Case("minimum of each", sql(f"SELECT min(COLUMNS(*)) FROM '{path}'") |
                 {"polars": lambda session: scan().min().collect(engine="streaming")}),
            Case("into a table", sql(f"CREATE TABLE t AS SELECT * FROM '{path}'") |
                 {"polars": into_memory},
                 before=sql("DROP TABLE IF EXISTS t") | {"polars": drop},
                 answer=sql(answer) | {"polars": memory_answer}),
        ],
        generate=lambda: generate.csv_table(path.parent, options.scale, "lineitem"),
        bars=(Bar(0.5),))
