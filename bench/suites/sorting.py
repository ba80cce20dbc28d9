"""Sorting ten million rows in memory into a table: by (string, double), and by a double."""

from bench.cases import Bar, Case, Options, Suite, data_folder, sql
from bench.generate import sort as generate


def build(options: Options):
    rows = int(10_000_000 * options.scale)
    folder = data_folder() / "sort"
    strings, doubles = folder / f"strings_{rows}.parquet", folder / f"doubles_{rows}.parquet"

    def load(session):
        import polars as pl

        session.tables["s"] = pl.read_parquet(strings)
        session.tables["d"] = pl.read_parquet(doubles)

    def by_polars(table, keys):
        def run(session):
            session.tables["o"] = (
                session.tables[table].lazy().sort(keys).collect(engine="streaming"))

        return run

    def case(name, table, columns, keys):
        return Case(
            name,
            sql(f"CREATE TABLE o AS SELECT {columns} FROM {table} ORDER BY {', '.join(keys)}") |
            {"polars": by_polars(table, keys)},
            before=sql("DROP TABLE IF EXISTS o") |
            {"polars": lambda session: session.tables.pop("o", None)},
            answer=sql("SELECT * FROM o") | {"polars": lambda session: session.tables["o"]},
            ordered=True)

    return Suite(
        title=f"{rows:,} rows sorted into a table",
        cases=[case("string, double", "s", "k, v", ["k", "v"]),
               case("double", "d", "k, n", ["k"])],
        load=sql([f"CREATE TABLE s AS SELECT * FROM '{strings}'",
                  f"CREATE TABLE d AS SELECT * FROM '{doubles}'"]) | {"polars": load},
        generate=lambda: generate.write(strings, doubles, rows),
        bars=(Bar(0.7),))
