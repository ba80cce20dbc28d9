"""What suites under a memory limit share: rows that nobody could hold go to files, and the peak of
memory is judged with the times."""

from bench.cases import SQL_ENGINES, Bar

# A process may take this share of its limit more, whatever is counted in it.
OVER_THE_LIMIT = 1.1
POLARS_HAS_NONE = "polars has no memory limit to set"


def peak_bar(limit_bytes):
    return Bar(limit_bytes * OVER_THE_LIMIT, (), over="peak")


class Output:
    """The Parquet file that a case's work leaves in `folder`, one an engine."""

    def __init__(self, folder, name):
        self.folder, self.name = folder, name

    def path(self, engine):
        return self.folder / f"{self.name}-{engine}.parquet"

    def copies(self, text):
        """The query for each SQL engine, its rows written there."""
        return {engine: f"COPY ({text}) TO '{self.path(engine)}' (FORMAT parquet)"
                for engine in SQL_ENGINES}
