"""Ten thousand Parquet files of a thousand rows, of which one is wanted: the one that its statistics
tell, and the one that its directory's name tells."""

from bench.cases import Bar, Case, Options, Suite, data_folder, sql
from bench.generate import many_files as generate


def build(options: Options):
    files = int(10_000 * options.scale)
    folder = data_folder() / "manyfiles" / f"{files}"
    flat, hive = f"{folder}/flat/*.parquet", f"{folder}/hive/*/*.parquet"
    wanted = files * 2 // 3
    first, last = wanted * generate.ROWS, (wanted + 1) * generate.ROWS - 1
    what = "SELECT count(*) AS n, sum(value) AS total, max(place) AS place"

    def by_polars(path, condition, **how):
        def run(session):
            import polars as pl

            return (pl.scan_parquet(path, **how).filter(condition())
                    .select(pl.len().alias("n"), pl.sum("value").alias("total"), pl.max("place"))
                    .collect(engine="streaming"))

        return run

    def of_ids():
        import polars as pl

        return pl.col("id").is_between(first, last)

    def of_sensor():
        import polars as pl

        return pl.col("sensor") == wanted

    return Suite(
        title=f"{files:,} Parquet files of {generate.ROWS:,} rows, filtered to one",
        cases=[
            Case("by statistics",
                 sql(f"{what} FROM '{flat}' WHERE id BETWEEN {first} AND {last}") |
                 {"polars": by_polars(flat, of_ids)}),
            Case("by directory",
                 sql(f"{what} FROM read_parquet('{hive}', hive_partitioning = true)"
                     f" WHERE sensor = {wanted}") |
                 {"polars": by_polars(hive, of_sensor, hive_partitioning=True)}),
        ],
        generate=lambda: generate.write(folder, files),
        bars=(Bar(0.5, ("duckdb",)),))
