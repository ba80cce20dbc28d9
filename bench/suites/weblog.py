"""A web server's log: one regular expression with nine groups a line, then grouped by status."""

from bench.cases import Bar, Case, Options, Suite, data_folder
from bench.generate import weblog as generate

# host, user, time, method, path, status, bytes, referer, agent
PATTERN = (r'^(\S+) \S+ (\S+) \[([^\]]+)\] "(\S+) (\S+) [^"]*" (\d+) (\d+) "([^"]*)" "([^"]*)"$')
GROUPS = ("host", "user", "time", "method", "path", "status", "bytes", "referer", "agent")
NAMES = "[" + ", ".join(f"'{name}'" for name in GROUPS) + "]"


def by_regex(path):
    """Lines as a CSV of one column, whose separator occurs in no line."""
    lines = (f"read_csv('{path}', columns = {{'line': 'VARCHAR'}}, header = false, "
             f"delim = e'\\x01', quote = '', escape = '', auto_detect = false)")
    return f"""
        SELECT r.status::INTEGER AS status, count(*), sum(r.bytes::BIGINT), count(DISTINCT r.path)
        FROM (SELECT regexp_extract(line, '{PATTERN}', {NAMES}) AS r FROM {lines})
        GROUP BY 1"""


def by_read_log(path):
    return f"""
        SELECT status, count(*), sum(bytes), count(DISTINCT path)
        FROM read_log('{path}', format => 'combined')
        GROUP BY status"""


def by_polars(path):
    def run(session):
        import polars as pl

        named = PATTERN
        for group in GROUPS:
            named = named.replace(f"({_unnamed(named)}", f"(?<{group}>{_unnamed(named)}", 1)
        fields = pl.col("line").str.extract_groups(named).alias("r")
        return (
            pl.scan_csv(path, has_header=False, new_columns=["line"], separator="\x01",
                        quote_char=None, schema={"line": pl.String})
            .select(fields)
            .select(
                pl.col("r").struct.field("status").cast(pl.Int32),
                pl.col("r").struct.field("bytes").cast(pl.Int64),
                pl.col("r").struct.field("path"))
            .group_by("status")
            .agg(pl.len().alias("requests"), pl.sum("bytes").alias("total"),
                 pl.col("path").n_unique().alias("paths"))
            .collect(engine="streaming"))

    return run


def _unnamed(pattern):
    """What follows the first group that has no name yet."""
    import re

    return re.search(r"(?<!\\)\((?!\?)(.*)$", pattern).group(1)


def build(options: Options):
    lines = int(5_000_000 * options.scale)
    path = data_folder() / "weblog" / f"{lines}.log"
    regex = by_regex(path)
    peers = {"duckdb": regex, "polars": by_polars(path)}
    return Suite(
        title=f"web log of {lines:,} lines, grouped by status",
        cases=[Case("regex", {"doline": regex, **peers}),
               Case("read_log", {"doline": by_read_log(path), **peers})],
        generate=lambda: generate.write(path, lines),
        bars=(Bar(0.4, cases=("regex",)), Bar(0.2, cases=("read_log",))),
        notes=("read_log: the peers, which have no log reader, run the regular expression",))
