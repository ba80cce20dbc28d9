"""Ten thousand different small statements, text to rows, over a table of ten rows."""

from bench.cases import Bar, Case, Options, Suite, sql
from bench.generate import small as generate


def build(options: Options):
    statements = generate.statements(int(10_000 * options.scale))
    return Suite(
        title=f"{len(statements):,} different statements over ten rows, time of one",
        cases=[Case("text to rows", sql(statements), ordered=True, per=len(statements))],
        load=sql(generate.TABLE),
        bars=(Bar(0.6, ("duckdb",)), Bar(0.0003, ())),
        notes=("polars takes no part: it has no such SQL",))
