"""Uses an installed doline as a newcomer does, with nothing but Python's own library, and says so in the
end. Run by test_wheel.py in other Pythons and another Debian."""

import datetime
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time


def import_ms():
    """What the import adds to a process, the best of some."""
    program = "import time; begin = time.perf_counter(); import doline; print(time.perf_counter() - begin)"
    return min(float(subprocess.check_output([sys.executable, "-c", program])) for _ in range(5)) * 1000


took = import_ms()
assert took <= 50, f"import doline takes {took:.0f} ms"

import doline

assert "site-packages" in doline.__file__, doline.__file__
folder = pathlib.Path(tempfile.mkdtemp())

# SQL on files
(folder / "prices.csv").write_text("item,price,day\ntea,2.5,2024-01-02\nmilk,,2024-01-03\n")
csv, parquet = folder / "prices.csv", folder / "prices.parquet"
assert doline.sql(f"FROM '{csv}' SELECT item, price, day ORDER BY item").fetchall() == [
    ("milk", None, datetime.date(2024, 1, 3)), ("tea", 2.5, datetime.date(2024, 1, 2))]
doline.sql(f"COPY (FROM '{csv}') TO '{parquet}' (COMPRESSION zstd)")
assert doline.sql(f"SELECT count(*), sum(price) FROM '{parquet}'").fetchone() == (2, 2.5)
for codec in ("snappy", "gzip", "brotli", "lz4_raw"):
    doline.sql(f"COPY (FROM range(1000) t(i)) TO '{folder}/{codec}.parquet' (COMPRESSION {codec})")
    assert doline.sql(f"SELECT sum(i) FROM '{folder}/{codec}.parquet'").fetchone() == (499500,)
assert doline.sql("SELECT md5('a'), regexp_replace('aXb', '[A-Z]', '-'), json_extract('{\"a\": 1}', '$.a')").fetchone()

# Variables, parameters, frames
numbers = {"n": [1, 2, 3]}
assert doline.sql("SELECT sum(n) FROM numbers WHERE n > ?", [1]).fetchone() == (5,)
frame = doline.scan_parquet(parquet).group_by("item").agg(doline.col("price").sum()).sort("item").collect()
assert frame.rows() == [("milk", 0.0), ("tea", 2.5)]
assert doline.DataFrame({"a": [1, None]}).with_columns(b=doline.col("a") * 2).rows() == [(1, 2), (None, None)]
assert "tea" in repr(frame) and doline.DataFrame(frame).shape == (2, 2)

# DB-API, threads, errors, Ctrl-C
with doline.connect() as connection:
    connection.execute("CREATE TABLE t (i INTEGER, s VARCHAR)")
    assert connection.cursor().executemany("INSERT INTO t VALUES (?, ?)", [(1, "a"), (2, None)]).rowcount == 2
    sums = []
    threads = [threading.Thread(target=lambda: sums.append(doline.sql("SELECT sum(i) FROM range(100000) t(i)").fetchone()))
               for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sums == [(4999950000,)] * 4
try:
    doline.sql("SELECT pric FROM numbers").fetchall()
    raise SystemExit("a wrong column is no error")
except doline.errors.ColumnNotFound as error:
    assert isinstance(error, KeyError) and "did you mean" not in error.code and "pric" in str(error)
threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
begin = time.monotonic()
try:
    doline.sql("SELECT count(*) FROM range(100000000000) t(i) WHERE hash(i) % 7 = 3").fetchall()
    raise SystemExit("Ctrl-C ends no query")
except KeyboardInterrupt:
    assert time.monotonic() - begin < 3
print(f"all of it works; the import takes {took:.1f} ms")
