"""Nested JSON records, grouped by a small integer inside a struct."""

from bench.cases import Bar, Case, Options, Suite, data_folder, sql
from bench.generate import ndjson as generate


def build(options: Options):
    records = int(1_000_000 * options.scale)
    path = data_folder() / "ndjson" / f"{records}.ndjson"

    def by_polars(session):
        import polars as pl

        return (
            pl.scan_ndjson(path)
            .group_by(pl.col("item").struct.field("kind"))
            .agg(pl.sum("price"), pl.max("at").str.to_datetime("%Y-%m-%dT%H:%M:%S"),
                 pl.col("user").n_unique().alias("users"))
            .collect(engine="streaming"))

    return Suite(
        title=f"{records:,} nested JSON records",
        cases=[Case("grouped", sql(
            f'SELECT item.kind, sum(price), max("at"), count(DISTINCT "user") '
            f"FROM read_json('{path}') GROUP BY ALL") | {"polars": by_polars})],
        generate=lambda: generate.write(path, records),
        bars=(Bar(0.7, ("duckdb",)),))
