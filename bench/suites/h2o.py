"""The H2O.ai database benchmark: its ten group-bys (q1 …) and five joins (j1 …) over tables in
memory. Under a limit the group-bys alone, from a Parquet file into one: --scale 10 --memory 4GB."""

from bench import limited
from bench.cases import SQL_ENGINES, Bar, Case, Options, Suite, data_folder, sql
from bench.generate import h2o as generate

# Group-bys: the keys, and what each measure is.
GROUPED = {
    "q1": (("id1",), {"v1": "sum(v1)"}),
    "q2": (("id1", "id2"), {"v1": "sum(v1)"}),
    "q3": (("id3",), {"v1": "sum(v1)", "v3": "avg(v3)"}),
    "q4": (("id4",), {"v1": "avg(v1)", "v2": "avg(v2)", "v3": "avg(v3)"}),
    "q5": (("id6",), {"v1": "sum(v1)", "v2": "sum(v2)", "v3": "sum(v3)"}),
    "q6": (("id4", "id5"), {"median_v3": "median(v3)", "sd_v3": "stddev(v3)"}),
    "q7": (("id3",), {"range_v1_v2": "max(v1) - min(v2)"}),
    "q8": (("id6",), {"largest2_v3": "unnest(max(v3, 2))"}),
    "q9": (("id2", "id4"), {"r2": "pow(corr(v1, v2), 2)"}),
    "q10": (("id1", "id2", "id3", "id4", "id5", "id6"), {"v3": "sum(v3)", "count": "count(*)"}),
}

# Joins of x: the other table, the column of both, how, the other's columns beside v2.
JOINED = {
    "j1": ("small", "id1", "inner", ("id4",)),
    "j2": ("medium", "id2", "inner", ("id1", "id4", "id5")),
    "j3": ("medium", "id2", "left", ("id1", "id4", "id5")),
    "j4": ("medium", "id5", "inner", ("id1", "id2", "id4")),
    "j5": ("big", "id3", "inner", ("id1", "id2", "id4", "id5", "id6")),
}


def polars_aggregates(question):
    import polars as pl

    return {
        "q1": [pl.sum("v1")],
        "q2": [pl.sum("v1")],
        "q3": [pl.sum("v1"), pl.mean("v3")],
        "q4": [pl.mean("v1"), pl.mean("v2"), pl.mean("v3")],
        "q5": [pl.sum("v1"), pl.sum("v2"), pl.sum("v3")],
        "q6": [pl.median("v3").alias("median_v3"), pl.std("v3").alias("sd_v3")],
        "q7": [(pl.max("v1") - pl.min("v2")).alias("range_v1_v2")],
        "q8": [pl.col("v3").top_k(2).alias("largest2_v3")],
        "q9": [(pl.corr("v1", "v2") ** 2).alias("r2")],
        "q10": [pl.sum("v3"), pl.len().alias("count")],
    }[question]


def grouped_by_polars(question):
    keys, _ = GROUPED[question]

    def run(session):
        frame = session.tables["g"].lazy().group_by(keys).agg(polars_aggregates(question))
        if question == "q8":
            frame = frame.explode("largest2_v3")
        session.tables["answer"] = frame.collect(engine="streaming")

    return run


def joined_by_polars(question):
    other, key, how, _ = JOINED[question]

    def run(session):
        session.tables["answer"] = (
            session.tables["x"].lazy()
            .join(session.tables[other].lazy(), on=key, how=how, suffix=f"_{other}")
            .collect(engine="streaming"))

    return run


def grouped(question):
    keys, measures = GROUPED[question]
    what = ", ".join((*keys, *(f"{term} AS {name}" for name, term in measures.items())))
    return f"SELECT {what} FROM g GROUP BY {', '.join(keys)}"


def joined(question):
    other, key, how, columns = JOINED[question]
    names = "".join(f"{other}.{column} AS {column}_{other}, " for column in columns)
    return f"SELECT x.*, {names}v2 FROM x {how.upper()} JOIN {other} USING ({key})"


def joined_columns(question):
    other, _, _, columns = JOINED[question]
    return ["id1", "id2", "id3", "id4", "id5", "id6", "v1",
            *(f"{column}_{other}" for column in columns), "v2"]


def whole_answer(question):
    if question != "q9":
        return sql("FROM answer") | {"polars": lambda session: session.tables["answer"]}

    # Where nothing correlates, r2 is what rounding has left of 0: it is compared as a part of 1.
    def beside_one(session):
        import polars as pl

        return session.tables["answer"].with_columns((1 + pl.col("r2")).alias("r2"))

    return sql("SELECT * REPLACE (1 + r2 AS r2) FROM answer") | {"polars": beside_one}


# Too many rows to lay side by side are compared by numbers of their columns that no order changes:
# of each key, a string counting as its digits, the sum; of each measure the sum, and that of its
# products with the first key, which differ when rows were put together wrongly.

def _is_string(column, strings):
    return column.split("_")[0] in strings


def reduced(source, columns, strings):
    keys = [column for column in columns if column.startswith("id")]
    first = _number(keys[0], strings)
    sums = [_number(key, strings) for key in keys]
    for measure in (column for column in columns if column not in keys):
        sums += [measure, f"{measure} * {first}"]
    return f"SELECT count(*), {', '.join(f'sum({term})' for term in sums)} FROM {source}"


def _number(key, strings):
    return f"substr({key}, 3)::BIGINT" if _is_string(key, strings) else f"{key}::BIGINT"


def reduced_by_polars(columns, strings):
    def run(session):
        import polars as pl

        def number(key):
            digits = pl.col(key).str.slice(2) if _is_string(key, strings) else pl.col(key)
            return digits.cast(pl.Int64)

        keys = [column for column in columns if column.startswith("id")]
        sums = [number(key) for key in keys]
        for measure in (column for column in columns if column not in keys):
            sums += [pl.col(measure), pl.col(measure) * number(keys[0])]
        return session.tables["answer"].select(
            pl.len(), *(term.sum().alias(f"{place}") for place, term in enumerate(sums)))

    return run


def build(options: Options):
    rows = int(10_000_000 * options.scale)
    folder = data_folder() / "h2o"
    path = folder / f"G1_{rows}.parquet"
    if options.memory_bytes:
        return _under_a_limit(options, rows, path)
    joined_folder = folder / f"J1_{rows}"
    tables = {"g": path} | {name: joined_folder / f"{name}.parquet" for name in generate.JOINED}

    def load(session):
        import polars as pl

        for name, source in tables.items():
            session.tables[name] = pl.read_parquet(source)

    def drop(session):
        session.tables.pop("answer", None)

    def case(question, text, polars, answer):
        return Case(question, sql(f"CREATE TABLE answer AS {text}") | {"polars": polars},
                    before=sql("DROP TABLE IF EXISTS answer") | {"polars": drop}, answer=answer)

    def make():
        generate.write(path, rows)
        generate.write_joined(joined_folder, rows)

    cases = [case(question, grouped(question), grouped_by_polars(question), whole_answer(question))
             for question in GROUPED]
    for question in JOINED:
        columns, strings = joined_columns(question), ("id4", "id5", "id6")
        cases.append(case(question, joined(question), joined_by_polars(question),
                          sql(reduced("answer", columns, strings)) |
                          {"polars": reduced_by_polars(columns, strings)}))
    return Suite(
        title=f"H2O.ai, {rows:,} rows in memory, answers kept in memory",
        cases=cases,
        load=sql([f"CREATE TABLE {name} AS SELECT * FROM '{source}'"
                  for name, source in tables.items()]) | {"polars": load},
        generate=make,
        bars=(Bar(0.8, over="geomean"),))


def _under_a_limit(options, rows, path):
    def case(question):
        output = limited.Output(path.parent, f"answer-{question}")
        keys, measures = GROUPED[question]
        return Case(question, output.copies(grouped(question)), leaves=output.path,
                    answer={engine: reduced(f"'{output.path(engine)}'", (*keys, *measures),
                                            ("id1", "id2", "id3"))
                            for engine in SQL_ENGINES})

    return Suite(
        title=f"H2O.ai group-by, {rows:,} rows, from Parquet to Parquet",
        cases=[case(question) for question in GROUPED],
        load=sql(f"CREATE VIEW g AS SELECT * FROM '{path}'"),
        generate=lambda: generate.write(path, rows),
        default_runs=1,
        bars=(limited.peak_bar(options.memory_bytes), Bar(1.0, ("duckdb",), "sum")),
        notes=(f"{limited.POLARS_HAS_NONE}, and takes no part",))
