"""The Python package beside what people would use instead: its start, frames on their way in and out, frames
of others queried where they lie, expressions beside SQL, wide expressions."""

import sys

from bench.cases import TOP, Bar, Case, Command, Options, Suite, data_folder
from bench.generate import package as generate
from bench.generate import spark_texts
from bench.generate import tpch as generate_tpch
from bench.suites import tpch_frames

ROWS = 10_000_000
COLUMNS = 1000
IMPORT, FIRST_QUERY = "import", "first query"


def build(options: Options):
    parts = (_starting(), _in_and_out(), _in_place(), _wide(), _expressions(options))
    rows = int(ROWS * options.scale)

    def load(session):
        generate.load(session, rows)
        if hasattr(session, "module"):
            tpch_frames.scan(session, _tpch_folder(options))
        if session.name == "alone":
            session.execute(_views(options))

    return Suite(
        title=f"the Python package, frames of {rows:,} rows, TPC-H at scale {options.scale_name}",
        cases=[case for cases, _ in parts for case in cases],
        load={engine: load for engine in ("doline", "alone", "duckdb", "polars")},
        engines={"doline": "package", "alone": "package"},
        generate=lambda: _generate(options),
        bars=[bar for _, bars in parts for bar in bars],
        default_runs=7,
        notes=("alone: the same in Doline without what the case is about: the rows in the engine already, SQL "
               "instead of expressions",))


def _generate(options):
    generate.small_csv()
    generate_tpch.parquet_tables(_tpch_folder(options), options.scale)


# ---- starting: a process each

# Its modules are compiled once, as an installed package's are.
_FIND_PACKAGE = f"""
import sys
sys.path.insert(0, {str(TOP / 'build' / 'release' / 'python')!r})
sys.pycache_prefix, sys.dont_write_bytecode = {str(generate.folder() / 'bytecode')!r}, False
"""


def _timed(untimed, timed):
    """A process that tells how long `timed` took."""
    return Command((sys.executable, "-c", f"{_FIND_PACKAGE}\n{untimed}\nimport time\n"
                    f"begin = time.perf_counter()\n{timed}\nprint(time.perf_counter() - begin)"), True)


def _starting():
    path = str(generate.csv_path())
    query = f"SELECT name, sum(x) FROM '{path}' WHERE x > 3 GROUP BY name"
    execute = f"connect().execute({query!r}).fetchall()"
    return [
        Case(IMPORT, {
            "doline": _timed("", "import doline; doline.sql; doline.DataFrame; doline.col"),
            "polars": _timed("", "import polars"),
            "duckdb": _timed("", "import duckdb"),
            "pyarrow": _timed("", "import pyarrow"),
        }),
        Case(FIRST_QUERY, {
            "doline": _timed("import doline", f"doline.{execute}"),
            "duckdb": _timed("import duckdb", f"duckdb.{execute}"),
            "polars": _timed("import polars as pl", f"pl.scan_csv({path!r}).filter(pl.col('x') > 3)"
                             ".group_by('name').agg(pl.col('x').sum()).collect().rows()"),
        }),
    ], [Bar(0.05, (), cases=(IMPORT,)), Bar(0.02, (), cases=(FIRST_QUERY,))]


# ---- frames of other libraries, filtered and handed back

def _in_and_out():
    # A function a library: what comes in, and how the rows leave again.
    there_and_back = {
        "polars": ("polars", lambda rows: rows.to_polars(), lambda rows: rows.pl()),
        "pyarrow": ("arrow", lambda rows: rows.to_arrow(), lambda rows: rows.to_arrow_table()),
    }
    cases = []
    for library, (kind, out, duckdb_out) in there_and_back.items():
        def ours(session, kind=kind, out=out):
            pl = session.module
            frame = pl.DataFrame(session.tables[kind])
            return out(frame.lazy().filter(pl.col("quantity") > 50).collect())

        def alone(session):
            return session.tables["own"].lazy().filter(session.module.col("quantity") > 50).collect()

        def duckdb(session, kind=kind, out=duckdb_out):
            frame = session.tables[kind]  # noqa: F841, which the statement reads
            return out(session.connection.sql("SELECT * FROM frame WHERE quantity > 50"))

        cases.append(Case(f"{library} and back", {"doline": ours, "alone": alone, "duckdb": duckdb}))
    return cases, [Bar(1.1, ("alone",), cases=tuple(case.name for case in cases))]


# ---- a pandas frame where it lies

IN_PLACE = {
    "pandas numbers": "SELECT count(*) AS n, sum(amount) AS s FROM frame WHERE quantity > 90",
    "pandas groups": "SELECT zone, sum(amount) AS s, max(quantity) AS q FROM frame GROUP BY zone",
    "pandas texts": "SELECT count(*) AS n, min(name) AS least FROM frame WHERE name LIKE '%7%'",
    "pandas text keys": "SELECT name, count(*) AS n, sum(amount) AS s FROM frame WHERE quantity > 50 "
                        "GROUP BY name",
    "pandas few texts": "SELECT name, amount FROM frame WHERE quantity > 98 ORDER BY amount LIMIT 10",
}


def _in_place():
    def ours(statement):
        def run(session):
            frame = session.tables["pandas"]  # noqa: F841
            return session.module.sql(statement).arrow()
        return run

    def duckdb(statement):
        def run(session):
            frame = session.tables["pandas"]  # noqa: F841
            return session.connection.sql(statement).to_arrow_table()
        return run

    cases = [Case(name, {"doline": ours(statement), "duckdb": duckdb(statement)})
             for name, statement in IN_PLACE.items()]
    return cases, [Bar(0.7, ("duckdb",), cases=tuple(IN_PLACE))]


# ---- a thousand columns at once

def _wide():
    def wide(session):
        pl = session.module
        columns = [((pl.col(f"c{i % 10}") * 3 + i) / (pl.col(f"c{(i + 1) % 10}") + 1)).alias(f"x{i}")
                   for i in range(COLUMNS)]
        return session.tables["ten"].lazy().select(columns)

    def schema(session):
        names = wide(session).collect_schema().names()
        return session.module.DataFrame({"n": [len(names)]})

    def rows(session):
        return wide(session).collect()

    cases = [Case("wide planned", {"doline": schema, "polars": schema}),
             Case("wide of ten rows", {"doline": rows, "polars": rows})]
    return cases, [Bar(1.0, ("polars",), cases=tuple(case.name for case in cases))]


# ---- TPC-H

def _tpch_folder(options):
    return data_folder() / "tpch" / f"sf{options.scale_name}"


def _views(options):
    return [f"CREATE OR REPLACE VIEW {table} AS SELECT * FROM '{_tpch_folder(options) / table}.parquet'"
            for table in generate_tpch.TABLES]


def _expressions(options):
    texts = spark_texts.fetch("tpch")
    cases = [Case(f"q{number}", {"doline": query, "alone": texts[f"q{number}"], "polars": query})
             for number, query in tpch_frames.QUERIES.items()]
    names = tuple(case.name for case in cases)
    return cases, [Bar(1.05, ("alone",), "geomean", names), Bar(1.05, ("alone",), cases=names)]
