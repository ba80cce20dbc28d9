"""Doline's Python package, in process: frames, and SQL through the process's database."""

import sys

from bench.cases import TOP


def package():
    """The package as the release build has it."""
    sys.path.insert(0, str(TOP / "build" / "release" / "python"))
    import doline

    return doline


class Engine:
    name = "package"

    def __init__(self, threads, temp_folder, memory_bytes=None):
        self.module = package()
        self.version = self.module.__version__
        self.tables = {}
        self.execute([f"SET threads = {threads}", f"SET temp_directory = '{temp_folder}'"])
        if memory_bytes:
            self.execute(f"SET memory_limit = '{memory_bytes}B'")

    def execute(self, work):
        """work: statements, or a function of this session, which may keep frames in `tables`."""
        if callable(work):
            work(self)
            return
        for statement in [work] if isinstance(work, str) else work:
            self.module.sql(statement)

    def run(self, work):
        """What the function returns; of SQL the rows, as one of the package's frames."""
        return work(self) if callable(work) else self.module.sql(work).collect()

    def answer(self, result):
        import pyarrow

        return None if result is None else pyarrow.table(result)

    def close(self):
        self.tables.clear()
