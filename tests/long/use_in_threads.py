"""Uses an installed doline from many threads at once, with nothing but Python's own library, and says so in
the end: as hard for a Python with its lock (GIL) as for one without, in which the module must leave it off.
Run by test_wheel.py in other Pythons.

    use_in_threads.py [SECONDS]    of each part
"""

import datetime
import decimal
import gc
import os
import random
import subprocess
import sys
import threading
import time
import uuid
import warnings

warnings.simplefilter("error")
import doline
from doline import _engine, _sessions

warnings.simplefilter("default")  # of forks with threads, which are what is tried here
SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 2
ENDLESS = "SELECT count(*) FROM range(100000000000) t(i) WHERE hash(i) % 7 = 3"
THREADS = 6
assert not getattr(sys, "_is_gil_enabled", lambda: False)() or "t" not in getattr(sys, "abiflags", ""), \
    "doline turned the GIL on"


def at_once(*works, seconds=SECONDS):
    """Calls each function in several threads, again and again for a while; raises what one of them did."""
    failures, end = [], time.monotonic() + seconds

    def repeat(work):
        try:
            while time.monotonic() < end and not failures:
                work()
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=repeat, args=(work,)) for work in works for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
        assert not thread.is_alive(), "a thread hangs"
    if failures:
        raise failures[0]


def expecting(work, *expected):
    """Calls it; one of these may come instead of what it returns."""
    try:
        return work()
    except expected:
        return None


# --- Each thread for itself, and together on what is shared

ROWS = [{"i": i, "f": i / 3, "s": f"text {i}", "d": datetime.date(2024, 1, 1 + i % 28), "l": [i, None],
         "t": datetime.datetime(2024, 1, 1, i % 24, 0, 0, i), "m": decimal.Decimal(i) / 4,
         "u": uuid.UUID(int=i), "n": {"a": i, "b": None}} for i in range(300)]
shared_frame = doline.DataFrame({"k": [i % 7 for i in range(5000)], "v": list(range(5000))})
shared_lazy = shared_frame.lazy().filter(doline.col("v") % 2 == 0).group_by("k").agg(doline.col("v").sum()).sort("k")
expected_groups = shared_lazy.collect().rows()
shared = doline.connect()
shared.execute("CREATE TABLE counted (i BIGINT)")


def round_trips():
    frame = doline.DataFrame(ROWS)
    assert frame.to_dicts() == ROWS
    assert doline.DataFrame(frame).height == len(ROWS)


def connections():
    with doline.connect() as own:
        own.execute("CREATE TABLE t AS SELECT i, i % 3 AS k FROM range(1000) t(i)")
        assert own.execute("SELECT sum(i) FROM t WHERE k = ?", [1]).fetchone() == (166167,)


def frames():
    assert shared_lazy.collect().rows() == expected_groups
    assert shared_frame.select(doline.len()).item() == 5000
    assert shared_frame.lazy().names == ["k", "v"]


def one_connection():
    shared.cursor().execute("INSERT INTO counted SELECT i FROM range(10) t(i)")
    assert shared.cursor().execute("SELECT count(*) % 10, ? FROM counted", ["x"]).fetchone() == (0, "x")


def variables():
    numbers = {"n": list(range(100))}
    assert doline.sql("SELECT sum(n) FROM numbers").fetchone() == (4950,)


def mistakes():
    try:
        doline.sql("SELECT nothing FROM range(3)")
    except doline.errors.ColumnNotFound as error:
        assert "nothing" in str(error)


at_once(round_trips, connections, frames, one_connection, variables, mistakes, gc.collect)


# --- Functions in Python

def doubled(value: int) -> int:
    return 2 * value


def failing(value: int) -> int:
    if value == 50_000:
        raise ValueError("no such value")
    return value


doline.create_function("doubled", doubled)
doline.create_function("failing", failing)


def functions():
    assert doline.sql("SELECT sum(doubled(i)) FROM range(20000) t(i)").fetchone() == (399980000,)
    mapped = shared_frame.select(doline.col("v").map_elements(lambda v: v + 1, return_dtype=doline.Int64).sum())
    assert mapped.item() == 12502500


def failures():
    try:
        doline.sql("SELECT sum(failing(i)) FROM range(100000) t(i)").fetchall()
    except doline.errors.FunctionFailed as error:
        assert isinstance(error.__cause__, ValueError), error.__cause__


def within():
    name = f"within_{uuid.uuid4().hex}"
    doline.create_function(name, lambda n: doline.sql("SELECT ? + 1", [n]).fetchone()[0], [int], int)
    assert doline.sql(f"SELECT {name}(41)").fetchone() == (42,)
    doline.remove_function(name)


at_once(functions, failures, within)


# --- What two threads should not do with one thing, and which ends no process all the same

changing, changing_dict = list(range(1000)), {f"k{i}": i for i in range(50)}


def changed_while_read():
    expecting(lambda: doline.DataFrame({"n": changing}).height, doline.errors.Error, TypeError)
    expecting(lambda: doline.DataFrame([changing_dict, dict(changing_dict)]).height, doline.errors.Error, TypeError,
              RuntimeError)
    expecting(lambda: _engine.column_of_values([changing, changing_dict]), doline.errors.Error, RuntimeError)


def change():
    changing[random.randrange(500)] = random.choice((1, 2**70, 3.5))  # it never gets that short
    changing.append(1)
    del changing[1000 : 1000 + random.randrange(3)]
    key = f"k{random.randrange(100)}"
    changing_dict[key] = random.choice((1, "text", [1, 2]))
    changing_dict.pop(f"k{random.randrange(100)}", None)


def one_query():
    """Rows of one query fetched by several threads: each comes once."""
    query = _sessions.current().prepare("SELECT i FROM range(200000) t(i)").run()
    taken = []

    def take():
        while rows := query.fetch(1000):
            taken.extend(rows)

    def look():
        query.progress()
        query.profile("json")

    threads = [threading.Thread(target=take) for _ in range(3)] + [threading.Thread(target=look)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [(i,) for i in range(200000)]


def one_capsule():
    """What lies in an Arrow capsule is taken by one thread."""
    capsule = shared_frame.__arrow_c_stream__()
    taken = []

    def take():
        table = expecting(lambda: _engine.Table.collect(capsule), doline.errors.Error)
        if table is not None:
            taken.append(len(table))

    threads = [threading.Thread(target=take) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken == [5000]


def one_statement():
    """Values bound while another thread runs it: some of those that were bound."""
    statement = _sessions.current().prepare("SELECT $n::VARCHAR")

    def run(value):
        for _ in range(20):
            statement.bind("n", value)
            assert statement.run().fetch() in ([("one",)], [("2",)], [("2024-01-01",)])

    threads = [threading.Thread(target=run, args=(value,)) for value in ("one", 2, datetime.date(2024, 1, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def closed_while_used():
    connection = doline.connect()

    def use():
        for _ in range(20):
            expecting(lambda: connection.execute("SELECT i FROM range(1000) t(i)").fetchall(), doline.errors.Error,
                      AttributeError)

    threads = [threading.Thread(target=use) for _ in range(3)]
    for thread in threads:
        thread.start()
    time.sleep(0.001)
    connection.close()
    for thread in threads:
        thread.join()


def cancelled_while_read():
    query = _sessions.current().prepare(ENDLESS).run()
    thread = threading.Thread(target=expecting, args=(query.fetch, doline.errors.Cancelled))
    thread.start()
    time.sleep(0.01)
    query.cancel()
    thread.join()


at_once(changed_while_read, change)
at_once(one_query, one_capsule, one_statement, closed_while_used, cancelled_while_read, gc.collect)


# --- Forks and ends in the middle of it

def fork():
    child = os.fork()
    if child == 0:
        code = 1
        try:
            with doline.connect() as new:
                code = 0 if new.execute("SELECT sum(i) FROM range(1000) t(i)").fetchone() == (499500,) else 2
                if expecting(lambda: shared.execute("SELECT 1"), doline.errors.NotSupported) is not None:
                    code = 3
        finally:
            os._exit(code)
    end = time.monotonic() + 60
    while (ended := os.waitpid(child, os.WNOHANG)) == (0, 0):
        if time.monotonic() > end:
            os.kill(child, 9)
            raise AssertionError("a child hangs")
        time.sleep(0.005)
    assert ended[1] == 0, f"a child ended with {ended[1]}"


forking = threading.Lock()


def fork_alone():
    with forking:
        fork()


at_once(connections, frames, functions, fork_alone)

LEFT = f"""
import doline, threading, time
ENDLESS = {ENDLESS!r}
def slow(value: int) -> int:
    time.sleep(0.001)
    return value
doline.create_function("slow", slow)
kept = doline.connect()
def endless():
    while True:
        try:
            doline.sql(ENDLESS).fetchall()
        except doline.errors.Cancelled:
            pass
def calling():
    doline.sql("SELECT sum(slow(i)) FROM range(10000000) t(i)").fetchall()
def building():
    while True:
        doline.DataFrame({{"a": [1, 2.5, None], "b": ["x", "y", None]}}).filter(doline.col("a") > 1).rows()
for work in (endless, endless, calling, building, building):
    threading.Thread(target=work, daemon=True).start()
time.sleep(0.3)
print("left", flush=True)
"""
for _ in range(max(1, int(SECONDS))):
    begin = time.monotonic()
    ended = subprocess.run([sys.executable, "-c", LEFT], capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0 and ended.stdout == "left\n", (ended.returncode, ended.stderr[-2000:])
    assert time.monotonic() - begin < 60
print("all of it works in threads")
