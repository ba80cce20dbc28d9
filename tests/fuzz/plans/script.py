"""A finding as a sqllogictest script: the tables, the query, and the rows that DuckDB gives."""

import tempfile

from tests.fuzz.plans import oracles, universe
from tests.fuzz.plans.engines import DuckDB, setting_statements, settings_of

FOLDER = "__TEST_DIR__"


def text_of(case, of, complaint, seed, number):
    """The script's text. Its result is DuckDB's where DuckDB has one."""
    lines = [f"# ./dev fuzz plans --seed {seed}: universe {of.seed}, statement {number}, oracle {complaint.oracle}"]
    if complaint.guilty:
        lines.append(f"# Another answer without: {', '.join(complaint.guilty)}")
    lines += [f"#   {line}" for line in complaint.text.splitlines()]
    for table in of.tables:
        made = universe.statements(table, FOLDER)
        if table.storage != "memory":
            made = universe.writing_statements(table, FOLDER) + made
        for statement in made:
            lines += ["", "statement ok", statement]
    oracle = complaint.oracle.split(", ")[-1]
    if oracle.startswith("seeded"):  # without its order of steps there is nothing to find
        for statement in setting_statements(settings_of(oracle)):
            lines += ["", "statement ok", statement]
    texts = [str(case.node)] if case.kind == "query" else list(oracles.split_texts(case))
    for text in texts:
        lines += ["", *_query(text, of)]
    return "\n".join(lines) + "\n"


def _query(text, of):
    """A query with its rows as texts; a statement that fails where DuckDB has no rows."""
    duckdb = DuckDB()
    with tempfile.TemporaryDirectory() as folder:
        for table in of.tables:
            if table.storage != "memory":
                duckdb.execute(universe.writing_statements(table, folder))
            duckdb.execute(universe.statements(table, folder))
        answer = duckdb.answer(f"SELECT CAST(COLUMNS(*) AS VARCHAR) FROM ({text}) AS answer")
    duckdb.close()
    statement = text.replace("\n", " ")
    if isinstance(answer, oracles.Failure):
        return ["statement error", statement]
    width = len(answer.types)
    rows = ["\t".join("NULL" if value is None else value or "(empty)" for value in row) for row in answer.rows]
    return [f"query {'T' * width} rowsort", statement, "----", *sorted(rows)]
