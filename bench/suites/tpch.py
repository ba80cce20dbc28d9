"""TPC-H from tpchgen-cli's default Parquet.

The texts are Apache Spark's, which carry Q11's fraction 0.0001 at every scale. Polars' forms follow
the join order and expressions of its own PDS-H benchmark.
"""

import os
import pathlib

from bench import limited
from bench.cases import Bar, Case, Options, Suite, data_folder, sql
from bench.generate import spark_texts
from bench.generate import tpch as generate
from bench.suites import tpch_frames

ANSWERED = (1, 3, 6, 9, 18)  # those that bench/ceiling has; --all adds the others

# With less memory DuckDB does not finish every query at scale 10, and its times are no measure.
FITS_BYTES = 400_000_000

# The published answers come from a generator whose addresses and comments are other random text:
# those columns are left out, and so is Q13, which counts by the words of a comment.
OTHER_TEXT = (13,)

# Which tables a query reads is not worth parsing: views over all of them cost nothing.
UNORDERED = (6, 14, 17, 19)


def published_answer(number, scale):
    """Complaints about an answer against the corpora's, where they have this scale."""
    import pyarrow as pa
    import pyarrow.csv

    from bench import compare

    corpora = os.environ.get("DOLINE_CORPORA")
    if not corpora or number in OTHER_TEXT:
        return None
    path = pathlib.Path(corpora) / "tpch_answers" / f"sf{scale:g}" / f"q{number:02d}.csv"
    if not path.exists():
        return None

    def check(answer):
        truth = pa.csv.read_csv(path, parse_options=pa.csv.ParseOptions(
            delimiter="|", ignore_empty_lines=False))
        if truth.num_columns == answer.num_columns:
            kept = [index for index, name in enumerate(truth.column_names)
                    if not name.endswith(("_address", "_comment"))]
            truth, answer = truth.select(kept), answer.select(kept)
            # The text has no types: columns are read as the answer's.
            truth = pa.table({
                f"{index}": (column.cast(pa.string()) if pa.types.is_string(kind) or
                             pa.types.is_large_string(kind) else column)
                for index, (column, kind) in enumerate(zip(truth.columns, answer.schema.types))})
        return [f"published answer: {line}"
                for line in compare.differences(answer, truth, ordered=number not in UNORDERED)]

    return check


def build(options: Options):
    folder = data_folder() / "tpch" / f"sf{options.scale_name}"
    texts = spark_texts.fetch("tpch")
    views = [f"CREATE OR REPLACE VIEW {table} AS SELECT * FROM '{folder / table}.parquet'"
             for table in generate.TABLES]
    cases = []
    for number in range(1, 23) if options.all_queries else ANSWERED:
        work = sql(texts[f"q{number}"])
        if number in tpch_frames.QUERIES:
            work["polars"] = tpch_frames.QUERIES[number]
        if number in ANSWERED:
            work["ceiling"] = number
        cases.append(Case(f"q{number}", work, ordered=number not in UNORDERED,
                          check=published_answer(number, options.scale)))
    return Suite(
        title=f"TPC-H at scale {options.scale_name}, Parquet",
        cases=cases,
        load={"doline": views, "duckdb": views,
              "polars": lambda session: tpch_frames.scan(session, folder),
              "ceiling": str(folder)},
        generate=lambda: generate.parquet_tables(folder, options.scale),
        bars=_bars(options),
        notes=(limited.POLARS_HAS_NONE,) if options.memory_bytes else ())


def _bars(options):
    if options.memory_bytes:
        peak = limited.peak_bar(options.memory_bytes)
        return (peak, Bar(1.0, ("duckdb",), "sum")) if options.memory_bytes >= FITS_BYTES else (peak,)
    if options.all_queries:
        return (Bar(0.8, over="geomean"), Bar(1.2, ("duckdb",)))
    return (Bar(1.0, ("duckdb",), "geomean"), Bar(1.5, ("duckdb",)))
