"""A billion rows under 4 GB: what people ask of tables that no memory holds. Points in Parquet files,
from the files to the answer, each in a process of its own whose memory is sampled; one that is seen
above its limit by a tenth is stopped. Where a peer does not finish, the same question is asked again over
the largest part of the files that it bears."""

import json
import sys
import tempfile

from bench import limited, processes
from bench.cases import SQL_ENGINES, Bar, Case, Options, Suite, data_folder
from bench.engines import registry
from bench.generate import points as generate

WHOLE_ROWS = 1_000_000_000
LIMIT_BYTES = 4_000_000_000
PARTS = 64  # files
CELLS = 256  # of the heat map, each way
HALF, MOST = 0.5, 0.99

TEXTS = {
    "group-by": "SELECT class, count(*), avg(measure), min(x), max(y) FROM points GROUP BY class",
    "quantiles": f"SELECT quantile_cont(measure, {HALF}), quantile_cont(measure, {MOST}) FROM points",
    "approximate": f"SELECT approx_quantile(measure, {HALF}), approx_quantile(measure, {MOST}) FROM points",
    "top 100": "SELECT measure, x, y FROM points ORDER BY measure DESC, x, y LIMIT 100",
    "heat map": f"SELECT floor((x::DOUBLE + {generate.EDGE}) / {2 * generate.EDGE} * {CELLS}) AS column, "
                f"floor((y::DOUBLE + {generate.EDGE}) / {2 * generate.EDGE} * {CELLS}) AS line, count(*), sum(measure) "
                "FROM points GROUP BY ALL",
}
# What is approximate differs from engine to engine, and is judged by itself.
APPROXIMATE = "approximate"
MOST_OFF = 0.01  # of the approximate quantiles, beside the distribution's own


def _cell(pl, axis):
    return ((pl.col(axis).cast(pl.Float64) + generate.EDGE) / (2 * generate.EDGE) * CELLS).floor()


# question → a function of (module, scan) to the answer. Polars has no approximate quantiles.
BY_POLARS = {
    "group-by": lambda pl, points: points.group_by("class").agg(
        pl.len(), pl.col("measure").cast(pl.Float64).mean(), pl.min("x"), pl.max("y")),
    "quantiles": lambda pl, points: points.select(
        pl.col("measure").quantile(HALF, "linear").alias("half"),
        pl.col("measure").quantile(MOST, "linear").alias("most")),
    "top 100": lambda pl, points: points.select("measure", "x", "y")
    .sort("measure", "x", "y", descending=[True, False, False]).head(100),
    "heat map": lambda pl, points: points.group_by(_cell(pl, "x").alias("column"), _cell(pl, "y").alias("line"))
    .agg(pl.len(), pl.col("measure").cast(pl.Float64).sum()),
}


def build(options: Options):
    rows = int(WHOLE_ROWS * options.scale)
    folder = data_folder() / "billion"
    limit = options.memory_bytes or LIMIT_BYTES

    def borne_file(engine):
        return folder / f"parts-{engine}-{rows}-{limit}.json"

    def borne(engine):
        """question → how many of the files it bears, found by find_borne; 0: not even one."""
        path = borne_file(engine)
        return json.loads(path.read_text()) if path.exists() else {}

    def find_borne(engine):
        found = {}
        for question in TEXTS:
            if engine not in work_over(question, rows, PARTS):
                continue
            found[question] = PARTS
            while found[question] and not _finishes(engine, question, rows, found[question], options, limit):
                found[question] //= 2
        borne_file(engine).write_text(json.dumps(found))

    def make():
        generate.write(folder, rows, PARTS)
        for engine in options.against:
            if not borne_file(engine).exists():
                find_borne(engine)

    def case(name, question, parts, peers):
        work = work_over(question, rows, parts)
        return Case(name, {engine: work[engine] for engine in work if engine in ("doline", *peers)},
                    ordered=question == "top 100", may_fail=registry.PEERS,
                    **({"check": _check_approximate, "compares": False} if question == APPROXIMATE else {}))

    cases = []
    for question in TEXTS:
        bears = {engine: borne(engine).get(question, PARTS) for engine in options.against}
        cases.append(case(question, question, PARTS, options.against))
        for parts in sorted({parts for parts in bears.values() if 0 < parts < PARTS}, reverse=True):
            peers = [engine for engine in bears if bears[engine] == parts]
            cases.append(case(f"{question} of {rows * parts // PARTS:,}", question, parts, peers))
    return Suite(
        title=f"{rows:,} points in {PARTS} Parquet files", cases=cases, generate=make, processes=True,
        memory_bytes=LIMIT_BYTES, stops_above_bytes=int(limit * limited.OVER_THE_LIMIT), samples_memory=True,
        default_runs=1, bars=(limited.peak_bar(limit), Bar(1.0, cases=tuple(TEXTS))),
        notes=(f"{limited.POLARS_HAS_NONE}: it is stopped where it takes more",))


def work_over(question, rows, parts):
    """engine → its work, over the first `parts` files."""
    files = [str(generate.file_of(data_folder() / "billion", rows, number, PARTS)) for number in range(parts)]
    listed = ", ".join(f"'{file}'" for file in files)
    text = TEXTS[question].replace("FROM points", f"FROM read_parquet([{listed}])")
    work = dict.fromkeys(SQL_ENGINES, text)
    if question in BY_POLARS:
        def run(session):
            import polars as pl

            return BY_POLARS[question](pl, pl.scan_parquet(files)).collect(engine="streaming")

        work["polars"] = run
    return work


def _check_approximate(answer):
    """The measure is log-normal: its quantiles are known."""
    import math
    from statistics import NormalDist

    complaints = []
    for column, quantile in zip(answer.columns, (HALF, MOST)):
        found = column[0].as_py()
        rank = NormalDist(2, 1).cdf(math.log(found)) if found > 0 else 0
        if abs(rank - quantile) > MOST_OFF:
            complaints.append(f"{found} lies at {rank:.4f}, not at {quantile}")
    return complaints


def _finishes(engine, question, rows, parts, options, limit):
    arguments = [sys.executable, "-m", "bench.suites.billion", engine, question, str(rows), str(parts),
                 str(options.threads), str(limit)]
    done = processes.run_measured(arguments, {"POLARS_MAX_THREADS": str(options.threads)},
                                  most_bytes=int(limit * limited.OVER_THE_LIMIT))
    return done.exit_code == 0


def main():
    """Asks one engine one question, for _finishes."""
    engine, question, rows, parts, threads, limit = sys.argv[1:]
    with tempfile.TemporaryDirectory(dir=data_folder()) as temp_folder:
        session = registry.load(engine)(int(threads), temp_folder, int(limit))
        session.run(work_over(question, int(rows), int(parts))[engine])


if __name__ == "__main__":
    main()
