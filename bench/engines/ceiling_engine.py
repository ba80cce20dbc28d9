"""The hand-written queries of bench/ceiling: no engine, but the limit that engines are held
against (docs/decisions/0001-ceiling.md)."""

import io
import subprocess

import pyarrow as pa
import pyarrow.csv

from bench.cases import TOP

PROGRAM = TOP / "build" / "release" / "bench" / "ceiling" / "ceiling"


class Engine:
    name = "ceiling"
    version = "hand-written"

    def __init__(self, threads, temp_folder, memory_bytes=None):
        self.threads = threads
        self.process = None

    def execute(self, work):
        """work: the folder of the tables."""
        self.process = subprocess.Popen(
            [PROGRAM, "-", work, "--threads", str(self.threads)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, work):
        """work: the number of the query. Its rows as lines of text."""
        self.process.stdin.write(f"{work}\n")
        self.process.stdin.flush()
        return [self.process.stdout.readline() for _ in range(int(self.process.stdout.readline()))]

    def answer(self, result):
        width = result[0].count("|") + 1
        return pa.csv.read_csv(
            io.BytesIO("".join(result).encode()),
            read_options=pa.csv.ReadOptions(column_names=[f"{index}" for index in range(width)]),
            parse_options=pa.csv.ParseOptions(delimiter="|"))

    def close(self):
        self.process.stdin.close()
        self.process.wait()
