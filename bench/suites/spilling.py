"""More rows than memory: lineitem grouped by order and sorted by comment, into Parquet files."""

from bench import limited
from bench.cases import Case, Options, Suite, data_folder
from bench.generate import tpch as generate

DEFAULT_MEMORY = 400_000_000

GROUPED = """SELECT l_orderkey, count(*) AS lines, sum(l_quantity) AS quantity,
       sum(l_extendedprice) AS price, min(l_shipdate) AS first_shipped,
       max(l_comment) AS last_comment
FROM lineitem GROUP BY l_orderkey"""
SORTED = "FROM lineitem ORDER BY l_comment, l_orderkey"


def build(options: Options):
    source = data_folder() / "tpch" / f"sf{options.scale_name}" / "lineitem.parquet"
    folder = data_folder() / "spill"
    limit = options.memory_bytes or DEFAULT_MEMORY

    def scan():
        import polars as pl

        return pl.scan_parquet(source)

    into = {name: limited.Output(folder, name) for name in ("grouped", "sorted")}

    def grouped(session):
        import polars as pl

        scan().group_by("l_orderkey").agg(
            pl.len().alias("lines"), pl.sum("l_quantity").alias("quantity"),
            pl.sum("l_extendedprice").alias("price"), pl.min("l_shipdate").alias("first_shipped"),
            pl.max("l_comment").alias("last_comment"),
        ).sink_parquet(into["grouped"].path("polars"))

    def by_comment(session):
        scan().sort("l_comment", "l_orderkey").sink_parquet(into["sorted"].path("polars"))

    view = f"CREATE VIEW lineitem AS SELECT * FROM '{source}'"
    return Suite(
        title=f"more rows than memory: lineitem at scale {options.scale_name}",
        cases=[
            Case("grouped", into["grouped"].copies(GROUPED) | {"polars": grouped},
                 leaves=into["grouped"].path,
                 check_file=lambda written: _check_grouped(source, written)),
            Case("sorted", into["sorted"].copies(SORTED) | {"polars": by_comment},
                 leaves=into["sorted"].path,
                 check_file=lambda written: _check_sorted(source, written))],
        load={"doline": view, "duckdb": view},
        generate=lambda: _make(source, options.scale, folder),
        processes=True,
        default_runs=1,
        memory_bytes=limit,
        bars=(limited.peak_bar(limit),),
        notes=(limited.POLARS_HAS_NONE,))


def _make(source, scale, folder):
    generate.parquet_tables(source.parent, scale, ("lineitem",))
    folder.mkdir(parents=True, exist_ok=True)


# The truth is computed by DuckDB without a limit, from the source; both sides are reduced to one
# row of counts and order-free checksums, so that sixty million rows need not be laid side by side.

def _reduced(rows, columns):
    return (f"SELECT count(*), sum(hash({', '.join(columns)})::HUGEINT) FROM ({rows})")


GROUP_COLUMNS = ("l_orderkey::BIGINT", "lines::BIGINT", "quantity::DOUBLE", "price::DOUBLE",
                 "first_shipped::DATE", "last_comment")


def _check_grouped(source, written):
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"CREATE VIEW lineitem AS SELECT * FROM '{source}'")
    ours = connection.execute(_reduced(f"FROM '{written}'", GROUP_COLUMNS)).fetchone()
    truth = connection.execute(_reduced(GROUPED, GROUP_COLUMNS)).fetchone()
    return [] if ours == truth else [f"rows and checksum {ours}, not {truth}"]


def _check_sorted(source, written):
    import duckdb

    connection = duckdb.connect()
    names = [row[0] for row in connection.execute(f"DESCRIBE FROM '{source}'").fetchall()]
    ours = connection.execute(_reduced(f"FROM '{written}'", names)).fetchone()
    truth = connection.execute(_reduced(f"FROM '{source}'", names)).fetchone()
    unsorted = _unsorted_rows(written)
    complaints = [] if ours == truth else [f"rows and checksum {ours}, not {truth}"]
    if unsorted:
        complaints.append(f"{unsorted} rows lie before their predecessor")
    return complaints


def _unsorted_rows(path):
    """Rows smaller than the one before them, row group by row group."""
    import polars as pl
    import pyarrow.parquet as pq

    file, count, last = pq.ParquetFile(path), 0, None
    for batch in file.iter_batches(1_000_000, columns=["l_comment", "l_orderkey"]):
        frame = pl.from_arrow(batch)
        if last is not None:
            frame = pl.concat([last, frame], how="vertical_relaxed")
        comment, key = pl.col("l_comment"), pl.col("l_orderkey")
        count += frame.select(
            ((comment < comment.shift(1)) |
             ((comment == comment.shift(1)) & (key < key.shift(1)))).sum()).item() or 0
        last = frame.tail(1)
    return count
