"""Ten million events joined with a million others: the nearest before each (ASOF), with and without
keys, and the spans of time that they lie in."""

from bench.cases import Bar, Case, Options, Suite, data_folder, sql
from bench.generate import events as generate


def build(options: Options):
    rows = int(10_000_000 * options.scale)
    folder = data_folder() / "events"
    names = ("trades", "quotes", "spans")
    paths = [folder / f"{name}_{rows}.parquet" for name in names]

    def load(session):
        import polars as pl

        for name, path in zip(names, paths):
            session.tables[name] = pl.read_parquet(path)

    def nearest(session):
        import polars as pl

        # It takes sorted inputs, as its peers do not.
        trades = session.tables["trades"].sort("t")
        quotes = session.tables["quotes"].sort("t")
        found = trades.join_asof(quotes, on="t", by="k", strategy="backward")
        found = found.filter(pl.col("quote").is_not_null())
        return found.select(n=pl.len(), trades=pl.sum("trade"), quotes=pl.sum("quote"))

    def case(name, text, polars=None):
        return Case(name, sql(text) | ({"polars": polars} if polars else {}))

    what = "count(*) AS n, sum(trade) AS trades, sum(quote) AS quotes"
    return Suite(
        title=f"{rows:,} rows joined with the rows near to theirs",
        cases=[
            case("asof", f"SELECT {what} FROM trades ASOF JOIN quotes USING (k, t)", nearest),
            case("asof left", f"SELECT {what} FROM trades ASOF LEFT JOIN quotes USING (k, t)"),
            case("asof without keys", f"SELECT {what} FROM trades a ASOF JOIN quotes b"
                                      " ON a.t > b.t"),
            case("in spans", "SELECT count(*) AS n, sum(trade) AS trades, sum(span) AS spans"
                             " FROM trades JOIN spans ON t BETWEEN low AND high"),
            case("spans that meet", "SELECT count(*) AS n, sum(a.span) AS spans"
                                    " FROM spans a JOIN spans b"
                                    " ON a.low < b.high AND a.high > b.low"),
        ],
        load=sql([f"CREATE TABLE {name} AS SELECT * FROM '{path}'"
                  for name, path in zip(names, paths)]) | {"polars": load},
        generate=lambda: generate.write(*paths, rows),
        bars=(Bar(0.7),))
