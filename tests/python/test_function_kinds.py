"""Python functions in SQL that give aggregates and tables; and how all of them live and end."""

import threading

import doline
import numpy
import pyarrow
import pytest
from doline import errors


def rows(connection, text):
    return connection.sql(text).fetchall()


# --- aggregates

def test_an_aggregate_is_given_the_values_of_each_group(connection):
    connection.create_function("middle", lambda x: float(numpy.median(x)), ["DOUBLE"], "DOUBLE",
                               kind="aggregate")
    text = "SELECT i % 7 AS k, {}(sqrt(i)) FROM range(10000) t(i) GROUP BY k ORDER BY k"
    assert rows(connection, text.format("middle")) == rows(connection, text.format("median"))
    assert rows(connection, "SELECT middle(x) FROM (VALUES (1), (NULL), (3)) t(x)") == [(2.0,)]
    assert rows(connection, "SELECT middle(x) FROM (SELECT 1 AS x WHERE false)") == [(None,)]
    assert rows(connection, "SELECT k, middle(x) FROM (VALUES (1, NULL), (2, 5)) t(k, x) GROUP BY k "
                "ORDER BY k") == [(1, None), (2, 5.0)]


def test_aggregates_take_what_aggregates_take(connection):
    connection.create_function("joined", lambda x: "".join(x), ["VARCHAR"], "VARCHAR", kind="aggregate",
                               values="python")
    connection.execute("CREATE TABLE t AS SELECT * FROM (VALUES (1, 'b'), (2, 'a'), (3, 'a')) t(i, x)")
    assert rows(connection, "SELECT joined(x ORDER BY i DESC) FROM t") == [("aab",)]
    assert rows(connection, "SELECT joined(x ORDER BY i) FILTER (WHERE i > 1) FROM t") == [("aa",)]
    assert rows(connection, "SELECT length(joined(DISTINCT x)) FROM t") == [(2,)]
    assert rows(connection, "SELECT i, joined(x) OVER (ORDER BY i) FROM t ORDER BY i") == \
        [(1, "b"), (2, "ba"), (3, "baa")]
    assert rows(connection, "SELECT x, joined(x) FROM t GROUP BY x HAVING length(joined(x)) > 1") == \
        [("a", "aa")]


def test_aggregates_of_several_arguments(connection):
    connection.create_function("weighted", lambda x, w: float(numpy.average(x, weights=w)),
                               ["DOUBLE", "DOUBLE"], "DOUBLE", kind="aggregate")
    assert rows(connection, "SELECT weighted(i, i) FROM range(4) t(i)") == [(14 / 6,)]
    connection.create_function("seen", lambda x: len(x), ["DOUBLE"], "BIGINT", kind="aggregate",
                               null_handling="special")
    assert rows(connection, "SELECT seen(x) FROM (VALUES (1), (NULL)) t(x)") == [(2,)]
    assert rows(connection, "SELECT seen(x) FROM (SELECT 1 AS x WHERE false)") == [(0,)]


def test_an_aggregate_may_be_a_class(connection):
    class Spread:
        def __init__(self):
            self.least, self.most = None, None

        def update(self, x):
            least, most = int(x.min()), int(x.max())
            self.least = least if self.least is None else min(self.least, least)
            self.most = most if self.most is None else max(self.most, most)

        def merge(self, other):
            if other.least is not None:
                self.update(numpy.array([other.least, other.most]))

        def finish(self):
            return None if self.least is None else self.most - self.least

    connection.create_function("spread", Spread, ["BIGINT"], "BIGINT")
    connection.execute("CREATE TABLE t AS SELECT i, i * 7919 % 10007 AS x FROM range(300000) r(i)")
    for key in ["0", "i % 5", "i % 20000"]:
        text = "SELECT k, {} FROM (SELECT {} AS k, x FROM t) GROUP BY k ORDER BY k"
        assert rows(connection, text.format("spread(x)", key)) == \
            rows(connection, text.format("max(x) - min(x)", key))


def test_an_aggregate_that_fails_names_its_group(connection):
    connection.create_function("bad", lambda x: 1 / 0, ["DOUBLE"], "DOUBLE", kind="aggregate")
    with pytest.raises(errors.FunctionFailed, match="bad over 3 rows, raised ZeroDivisionError") as caught:
        rows(connection, "SELECT bad(i) FROM range(3) t(i)")
    assert type(caught.value.__cause__) is ZeroDivisionError


# --- tables

def test_a_table_function_yields_rows_or_tables(connection):
    def words(text: str, least: int):
        for word in text.split():
            if len(word) >= least:
                yield word, len(word)

    columns = {"word": "VARCHAR", "size": "INTEGER"}
    connection.create_function("words", words, returns=columns)
    assert rows(connection, "FROM words('a bcd ef', 2)") == [("bcd", 3), ("ef", 2)]
    assert rows(connection, "SELECT sum(size) FROM words('a bcd ef', 1) WHERE word <> 'a'") == [(5,)]
    assert rows(connection, "SELECT a.word FROM words('x yy', 1) a JOIN words('yy z', 1) b USING (word)") \
        == [("yy",)]
    for name, made in {
            "dicts": lambda: ({"size": n, "word": str(n)} for n in range(2)),
            "arrow": lambda: pyarrow.table({"size": [0, 1], "word": ["0", "1"]}),
            "batches": lambda: iter([pyarrow.record_batch({"word": [str(n)], "size": [n]})
                                     for n in range(2)]),
            "numpy": lambda: {"word": ["0", "1"], "size": numpy.arange(2)},
            "frame": lambda: doline.DataFrame({"word": ["0", "1"], "size": [0, 1]}),
            "a list": lambda: [("0", 0), ("1", 1)]}.items():
        connection.create_function(name, made, [], columns, kind="table")
        assert rows(connection, f'FROM "{name}"()') == [("0", 0), ("1", 1)], name
        connection.create_function(name + " one", lambda: iter(()), [], {"n": int}, kind="table")
        assert rows(connection, f'FROM "{name} one"()') == []


# Symptom: a date for a TIMESTAMPTZ was midnight in UTC, whatever the session's time zone.
def test_arguments_of_table_functions_are_cast_in_the_sessions_time_zone(connection):
    connection.create_function("at", lambda moment: iter([(moment,)]), ["TIMESTAMPTZ"], {"moment": "TIMESTAMPTZ"},
                               kind="table")
    connection.execute("SET TimeZone = 'America/New_York'")
    assert rows(connection, "SELECT moment = DATE '2024-07-01'::TIMESTAMPTZ, epoch(moment) FROM at(DATE '2024-07-01')") \
        == [(True, 1719806400.0)]


def test_a_table_function_is_read_as_it_comes(connection):
    given = []

    def endless():
        n = 0
        while True:
            given.append(n)
            yield n
            n += 1

    connection.create_function("endless", endless, returns={"n": "BIGINT"})
    assert rows(connection, "SELECT n FROM endless() LIMIT 3") == [(0,), (1,), (2,)]
    assert len(given) < 10_000_000


def test_table_functions_that_lie_are_refused(connection):
    for made, said in [
            (lambda: iter([(1, 2)]), "row 0 has 2 values"),
            (lambda: iter([{"m": 1}]), "row 0 has the fields m"),
            (lambda: iter(["x"]), "declared to return BIGINT"),
            (lambda: 7, "returned int"),
            (lambda: pyarrow.table({"m": [1]}), "columns m; n were declared"),
            (lambda: iter([1, "x"]), "."),
    ]:
        connection.create_function("lie", made, [], {"n": "BIGINT"}, kind="table")
        with pytest.raises(errors.FunctionFailed, match=said):
            rows(connection, "FROM lie()")
        connection.remove_function("lie")

    def broken():
        yield 1
        raise OSError("gone")

    connection.create_function("broken", broken, returns={"n": "BIGINT"})
    with pytest.raises(errors.FunctionFailed, match="behind 1 rows, raised OSError: gone") as caught:
        rows(connection, "FROM broken()")
    assert type(caught.value.__cause__) is OSError
    with pytest.raises(errors.TypeMismatch, match="which columns"):
        connection.create_function("nothing", broken)
    with pytest.raises(errors.TypeMismatch, match="takes 0 arguments, not 1"):
        rows(connection, "FROM broken(1)")


# --- life

def test_a_function_may_ask_the_database(connection):
    doline.sql("CREATE OR REPLACE TABLE asked AS SELECT 40 AS n")
    try:
        doline.create_function("asks", lambda x: x + doline.sql("SELECT n FROM asked").fetchone()[0],
                               ["BIGINT"], "BIGINT")
        assert doline.sql("SELECT asks(i) FROM range(3) t(i)").fetchall() == [(40,), (41,), (42,)]
    finally:
        doline.remove_function("asks")
        doline.sql("DROP TABLE asked")


def test_the_connection_whose_query_calls_is_refused_or_free(connection):
    connection.create_function("asks", lambda x: connection.sql("SELECT 1").fetchone()[0], ["BIGINT"],
                               "BIGINT")
    try:
        found = rows(connection, "SELECT asks(1)")
        assert found == [(1,)]
    except errors.FunctionFailed as error:
        assert "another connection" in str(error)
    connection.create_function("asks_other", lambda x: connection.duplicate().sql(
        "SELECT 41").fetchone()[0] + x, ["BIGINT"], "BIGINT")
    assert rows(connection, "SELECT asks_other(1)") == [(42,)]


def test_a_function_that_is_removed_while_it_runs_stays(connection):
    def f(x: int) -> int:
        if x == 0:
            connection.duplicate().remove_function("f")
        return x

    connection.create_function("f", f)
    assert len(rows(connection, "SELECT f(i) FROM range(10000) t(i)")) == 10_000
    with pytest.raises(errors.FunctionNotFound):
        rows(connection, "SELECT f(1)")


def test_what_a_function_holds_is_let_go_of(connection):
    import gc
    import weakref

    class Held:
        def __call__(self, x):
            return x

    held = Held()
    gone = weakref.ref(held)
    connection.create_function("f", held, ["BIGINT"], "BIGINT")
    rows(connection, "SELECT f(1)")
    del held
    connection.remove_function("f")
    for _ in range(100):
        gc.collect()
        if gone() is None:
            break
        threading.Event().wait(0.01)
    assert gone() is None


def test_queries_of_several_threads_call_at_once(connection):
    connection.create_function("f", lambda x: x * 2, ["BIGINT"], "BIGINT", values="numpy")
    found = []

    def ask():
        own = connection.duplicate()
        found.append(rows(own, "SELECT sum(f(i)) FROM range(200000) t(i)"))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert found == [[(200000 * 199999,)]] * 4


def test_interrupting_a_function_on_any_thread(run_python):
    program = """
        import _thread, threading, time
        import doline
        c = doline.connect()
        c.create_function("slow", lambda x: time.sleep(0.001) or x, ["BIGINT"], "BIGINT")
        c.execute("CREATE TABLE t AS SELECT i FROM range(1000000) r(i)")
        threading.Timer(0.5, _thread.interrupt_main).start()
        begun = time.monotonic()
        try:
            c.sql("SELECT sum(slow(i)) FROM t").fetchall()
        except KeyboardInterrupt:
            print("interrupted", time.monotonic() - begun < 2)
        print(c.sql("SELECT slow(1)").fetchall())
    """
    assert run_python(program) == "interrupted True\n[(1,)]\n"


def test_a_reader_that_holds_the_lock_is_waited_for(run_python):
    program = """
        import ctypes
        import doline, pyarrow
        c = doline.connect()
        c.create_function("f", lambda x: x, ["BIGINT"], "BIGINT")
        c.execute("CREATE TABLE t AS SELECT i FROM range(400000) r(i)")
        capsule = c.sql("SELECT f(i) AS i FROM t").__arrow_c_stream__()
        class Stream(ctypes.Structure):
            _fields_ = [(n, ctypes.c_void_p) for n in ("schema", "next", "error", "release", "data")]
        get = ctypes.pythonapi.PyCapsule_GetPointer
        get.restype, get.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
        stream = Stream.from_address(get(capsule, b"arrow_array_stream"))
        pull = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(stream.next)
        array = (ctypes.c_int64 * 10)()
        rows = 0
        while True:
            assert pull(ctypes.addressof(stream), ctypes.addressof(array)) == 0
            if not array[8]:
                break
            rows += array[0]
            ctypes.PYFUNCTYPE(None, ctypes.c_void_p)(array[8])(ctypes.addressof(array))
        print(rows)
    """
    assert run_python(program) == "400000\n"


def test_the_interpreter_ends_while_a_function_runs(run_python):
    program = """
        import threading, time
        import doline
        c = doline.connect()
        c.create_function("slow", lambda x: time.sleep(0.01) or x, ["BIGINT"], "BIGINT")
        threading.Thread(target=lambda: c.sql("SELECT sum(slow(i)) FROM range(1000000) t(i)").fetchall(),
                         daemon=True).start()
        time.sleep(0.3)
        print("ends")
    """
    assert run_python(program) == "ends\n"


def test_without_numpy_and_pyarrow(run_python):
    program = """
        import doline
        c = doline.connect()
        c.create_function("plus", lambda x: x + 1, ["BIGINT"], "BIGINT")
        c.create_function("plus_series", lambda x: x + 1, ["BIGINT"], "BIGINT", kind="vectorized")
        c.create_function("total", sum, ["BIGINT"], "BIGINT", kind="aggregate")
        c.create_function("counted", lambda n: iter(range(n)), ["BIGINT"], {"i": int}, kind="table")
        print(c.sql("SELECT total(plus(i)), total(plus_series(i)) FROM counted(4)").fetchall())
    """
    assert run_python(program, missing=("numpy", "pyarrow")) == "[(10, 10)]\n"
