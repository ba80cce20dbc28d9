"""Calls into the engine: what comes out, how failures and Ctrl-C arrive, what outlives what."""

import os
import signal
import threading
import time

import doline
import pyarrow as pa
import pytest
from doline import _engine, _sessions

ENDLESS = "SELECT count(*) FROM range(100000000000) t(i) WHERE hash(i) % 7 = 3"


def test_rows_are_tuples():
    assert doline.sql("SELECT 1, 'two' UNION ALL SELECT 3, NULL").fetchall() == [(1, "two"), (3, None)]


def test_a_result_is_an_arrow_stream():
    table = pa.table(doline.sql("SELECT i, i::VARCHAR AS text FROM range(3) t(i)"))
    assert table.to_pydict() == {"i": [0, 1, 2], "text": ["0", "1", "2"]}


def test_an_arrow_stream_becomes_a_table():
    handle = _sessions.TableHandle(pa.table({"x": [1, 2, 3]}))
    assert doline.sql(f"SELECT sum(x) FROM {handle.name}").fetchall() == [(6,)]


def test_a_table_goes_with_its_handle():
    handle = _sessions.TableHandle(pa.table({"x": [1]}))
    name = handle.name
    del handle
    with pytest.raises(doline.errors.TableNotFound):
        doline.sql(f"FROM {name}").fetchall()


def test_a_stream_that_is_read_may_ask_the_session_that_reads_it():
    session = _sessions.current()
    session.register_stream("answers", doline.sql("SELECT 42 AS answer"))
    assert doline.sql("FROM answers").fetchall() == [(42,)]
    session.unregister("answers")


def test_a_tree_of_bytes_is_what_its_text_was():
    session = _engine.Session.open()
    tree = session.prepare("SELECT $x + 1").bytes()
    again = session.prepare(tree)
    again.bind("x", 41)
    assert again.run().fetch() == [(42,)]


@pytest.mark.parametrize("statement, kind, builtin", [
    ("SELEC 1", doline.errors.SyntaxError, ValueError),
    ("SELECT b FROM (SELECT 1 AS a)", doline.errors.ColumnNotFound, KeyError),
    ("FROM nowhere", doline.errors.TableNotFound, LookupError),
    ("SELECT 'x'::INTEGER", doline.errors.ConversionError, ValueError),
    ("FROM 'nowhere.csv'", doline.errors.FileNotFound, FileNotFoundError),
    ("SELECT nothing(1)", doline.errors.FunctionNotFound, LookupError),
    ("SELECT 127::TINYINT + 1::TINYINT", doline.errors.OverflowError, OverflowError),
])
def test_an_error_is_also_the_builtin_that_people_catch(statement, kind, builtin):
    with pytest.raises(builtin) as caught:
        doline.sql(statement).fetchall()
    assert type(caught.value) is kind
    assert str(caught.value).startswith(f"error[{caught.value.code}]: ")


def test_an_error_knows_its_place_and_what_was_meant():
    with pytest.raises(doline.errors.ColumnNotFound) as caught:
        doline.sql("SELECT pric FROM (SELECT 1 AS price)").fetchall()
    assert (caught.value.hint, caught.value.span) == ('did you mean "price"?', (7, 11))


def interrupt_soon():
    threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()


def test_ctrl_c_ends_a_query():
    interrupt_soon()
    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        doline.sql(ENDLESS).fetchall()
    assert time.monotonic() - begin < 3


def test_ctrl_c_while_another_library_reads_the_stream_is_kept():
    interrupt_soon()
    query = _sessions.current().prepare(ENDLESS).run()
    with pytest.raises(OSError, match="cancelled"):
        pa.table(query)
    with pytest.raises(KeyboardInterrupt):
        query.raise_failure()


@pytest.mark.parametrize("way", ["arrow", "pl", "df", "fetchall", "fetchnumpy", "show"])
def test_ctrl_c_arrives_through_every_way_out(way):
    interrupt_soon()
    with pytest.raises(KeyboardInterrupt):
        getattr(doline.sql(ENDLESS), way)()


def test_a_query_is_cancelled_from_another_thread():
    query = _sessions.current().prepare(ENDLESS).run()
    threading.Timer(0.3, query.cancel).start()
    with pytest.raises(doline.errors.Cancelled):
        query.fetch()


def test_threads_share_the_tables_and_run_at_the_same_time():
    _sessions.current().register_stream("numbers", pa.table({"n": list(range(1000))}))
    sums = []
    threads = [threading.Thread(
        target=lambda k: sums.append(doline.sql("SELECT sum(n * $1) FROM numbers", [k]).fetchone()[0]),
        args=(k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(sums) == [k * 499500 for k in range(8)]
    _sessions.current().unregister("numbers")


def test_the_interpreter_ends_while_queries_run(run_python):
    program = f"""
        import threading, time, doline
        for _ in range(3):
            threading.Thread(target=lambda: doline.sql({ENDLESS!r}).fetchall(), daemon=True).start()
        kept = doline.sql({ENDLESS!r})
        time.sleep(0.3)
        print("bye")
    """
    assert run_python(program) == "bye\n"


def test_importing_takes_neither_numpy_nor_the_engine(run_python):
    program = """
        import sys, doline
        print(sorted({"numpy", "pandas", "polars", "pyarrow", "doline._engine"} & set(sys.modules)))
    """
    assert run_python(program) == "[]\n"
