"""Polars, in process. POLARS_MAX_THREADS is set before this module is imported."""

import polars


class Engine:
    name = "polars"
    version = polars.__version__
    module = polars

    def __init__(self, threads, temp_folder, memory_bytes=None):
        if polars.thread_pool_size() != threads:
            raise RuntimeError(f"polars runs {polars.thread_pool_size()} threads, not {threads}")
        self.tables = {}

    def execute(self, work):
        """work: a function of this session, which may keep frames in `tables`."""
        work(self)

    def run(self, work):
        return work(self)

    def answer(self, result):
        return None if result is None else result.to_arrow()

    def close(self):
        self.tables.clear()
