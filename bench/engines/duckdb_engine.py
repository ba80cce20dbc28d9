"""DuckDB, in process."""

import duckdb


class Engine:
    name = "duckdb"
    version = duckdb.__version__

    def __init__(self, threads, temp_folder, memory_bytes=None):
        config = {"threads": str(threads), "temp_directory": str(temp_folder)}
        if memory_bytes:
            config["memory_limit"] = f"{memory_bytes // 1000}KB"
        self.connection = duckdb.connect(config=config)
        self.connection.execute("SET enable_progress_bar = false")
        self.tables = {}

    def execute(self, work):
        """Runs statements, or a function of this session, for what they leave behind."""
        if callable(work):
            work(self)
            return
        for statement in [work] if isinstance(work, str) else work:
            self.connection.execute(statement)

    def run(self, work):
        """Runs the statements; the last one's rows, all of them, as an Arrow table (None: no rows). Of a
        function of this session what it returns."""
        if callable(work):
            return work(self)
        statements = [work] if isinstance(work, str) else list(work)
        for statement in statements[:-1]:
            self.connection.execute(statement)
        relation = self.connection.sql(statements[-1])
        return None if relation is None else relation.to_arrow_table()

    def run_each(self, statements):
        """Text to rows, one statement after the other. fetchall() is DuckDB's shortest way."""
        return [self.connection.execute(statement).fetchall() for statement in statements]

    def answer(self, result):
        return result.to_arrow() if hasattr(result, "to_arrow") else result  # a frame of Polars

    def close(self):
        self.connection.close()
