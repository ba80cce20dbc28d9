"""pandas, in process, within ADDRESS_SPACE_BYTES: what it needs beyond that it does not get."""

import resource

ADDRESS_SPACE_BYTES = 8_000_000_000
resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE_BYTES, ADDRESS_SPACE_BYTES))

import pandas  # noqa: E402


class Engine:
    name = "pandas"
    version = pandas.__version__

    def __init__(self, threads, temp_folder, memory_bytes=None):
        """pandas has neither threads nor temporary files to be told of."""

    def run(self, work):
        return work(self)

    def answer(self, result):
        import pyarrow

        return pyarrow.Table.from_pandas(result, preserve_index=False)

    def close(self):
        pass
