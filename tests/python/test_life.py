"""Notebooks, threads, forks and ends: what happens around queries."""

import os
import threading
import time

import doline
import pytest

ENDLESS = "SELECT count(*) FROM range(100000000000) t(i) WHERE hash(i) % 7 = 3"


class TestNotebook:
    def test_html_has_types_and_shape_and_escapes(self):
        shown = doline.sql("SELECT '<b>' AS \"a<b\", NULL AS n, 1.5 AS d")._repr_html_()
        assert "1 row × 3 columns" in shown and "DECIMAL(2,1)" in shown
        assert "&lt;b&gt;" in shown and "a&lt;b" in shown and "<b>" not in shown

    def test_an_endless_query_is_shown_by_its_first_rows(self):
        begin = time.monotonic()
        assert "the first 20 rows" in doline.sql("FROM range(100000000000)")._repr_html_()
        assert time.monotonic() - begin < 5

    def test_repr_runs_nothing(self):
        assert "show()" in repr(doline.sql(ENDLESS))

    def test_show_prints_a_table(self, capsys):
        doline.sql("SELECT i, 'text' AS t FROM range(30) t(i)").show(2)
        assert capsys.readouterr().out.splitlines() == [
            "┌────────┬─────────┐",
            "│      i │ t       │",
            "│ BIGINT │ VARCHAR │",
            "├────────┼─────────┤",
            "│      0 │ text    │",
            "│      1 │ text    │",
            "└────────┴─────────┘",
            "the first 2 rows, 2 columns",
        ]

    @pytest.mark.parametrize("value", [
        "true", "[true, NULL]", "{'day': DATE '2024-05-01', 'l': ['a', 'b']}", "'\\x00a'::BLOB",
        "INTERVAL '-5 seconds'", "INTERVAL '1 year 2 months 3 days 04:05:06.789'", "[1.5, NULL]",
        "INTERVAL '-25 months -3 days -00:00:01.5'", "TIMESTAMP '2024-05-01 10:00:00'"])
    def test_values_are_shown_as_the_engine_writes_them(self, value):
        shown, written = doline.sql(f"SELECT {value} AS v, ({value})::VARCHAR AS t").fetchone()
        assert doline.display.value_text(shown) == written

    def test_a_query_is_shown_as_frames_are_and_taken_out_as_results_of_sql(self, capsys):
        query = doline.LazyFrame({"n": [1, 2]}).filter(doline.col("n") > 1)
        query.show()
        assert "│ 2   │" in capsys.readouterr().out
        assert query.df()["n"].tolist() == query.pl()["n"].to_list() == query.arrow()["n"].to_pylist() == [2]

    def test_the_magics(self):
        class Shell:
            user_ns = {"frame": {"n": [1, 2, 3]}}

            def register_magic_function(self, function, magic_kind, magic_name):
                assert (magic_kind, magic_name) == ("line_cell", "sql")
                self.sql = function

        shell = Shell()
        doline.load_ipython_extension(shell)
        assert shell.sql("SELECT 1").fetchall() == [(1,)]
        assert shell.sql("", "SELECT sum(n) FROM frame").fetchall() == [(6,)]
        assert shell.sql("total", "SELECT sum(n) FROM frame") is None
        assert shell.user_ns["total"].fetchall() == [(6,)]


class TestProgress:
    def test_a_long_query_shows_how_far_it_is(self, monkeypatch, capsys):
        monkeypatch.setenv("DOLINE_PROGRESS", "1")
        monkeypatch.setattr(doline.progress, "_SHOWN_AFTER_S", 0.1)
        monkeypatch.setattr(doline.progress, "_EVERY_S", 0.05)
        query = doline._sessions.current().prepare(ENDLESS).run()
        threading.Timer(0.5, query.cancel).start()
        with pytest.raises(doline.errors.Cancelled), doline.progress.watched(query):
            query.fetch()
        shown = capsys.readouterr().err
        assert "rows/s" in shown and " GiB" in shown and shown.endswith("\r")

    def test_programs_are_left_alone(self):
        assert type(doline.progress.watched(None)).__name__ == "nullcontext"

    def test_a_notebook_without_widgets_gets_text(self, monkeypatch):
        import sys
        import types

        shell = type("ZMQInteractiveShell", (), {})()
        monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))
        monkeypatch.setitem(sys.modules, "ipywidgets", None)
        assert doline.progress._kind_of_bar() is doline.progress.CellBar


class TestThreads:
    def test_a_connection_serves_one_thread_at_a_time(self, connection):
        connection.execute("CREATE TABLE t (i INTEGER)")
        threads = [threading.Thread(target=connection.duplicate().execute,
                                    args=("INSERT INTO t SELECT * FROM range(100)",)) for _ in range(4)]
        threads += [threading.Thread(target=connection.cursor().execute, args=("INSERT INTO t VALUES (1)",))
                    for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert connection.execute("SELECT count(*) FROM t").fetchone() == (408,)

    def test_others_run_while_the_engine_works(self):
        ticks = []
        query = doline._sessions.current().prepare(ENDLESS).run()
        stop = threading.Timer(0.5, query.cancel)
        ticker = threading.Thread(target=lambda: [ticks.append(time.sleep(0.01)) for _ in range(30)])
        ticker.start()
        stop.start()
        with pytest.raises(doline.errors.Cancelled):
            query.fetch()
        ticker.join()
        assert len(ticks) == 30

    def test_interrupt_from_another_thread(self, connection):
        threading.Timer(0.3, connection.interrupt).start()
        with pytest.raises(doline.errors.Cancelled):
            connection.execute(f"CREATE TABLE t AS {ENDLESS}")
        assert connection.execute("SELECT 1").fetchone() == (1,)

    def test_one_query_fetched_by_several_threads_gives_each_row_once(self):
        query = doline._sessions.current().prepare("SELECT i, [i] AS l FROM range(300000) t(i)").run()
        taken = []

        def take():
            while rows := query.fetch(7000):
                taken.extend(rows)

        threads = [threading.Thread(target=take) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(taken) == [(i, [i]) for i in range(300000)]

    def test_a_closed_session_says_so_whatever_it_is_asked(self):
        session = doline._sessions.Database().open_session()
        session.close()
        for ask in (session.progress, session.interrupt, session.twin, lambda: session.prepare("SELECT 1")):
            with pytest.raises(doline.errors.InvalidArgument, match="the session is closed"):
                ask()

    def test_a_signal_handler_may_not_use_the_busy_session(self, run_python):
        assert run_python(f"""
            import doline, os, signal, threading
            connection = doline.connect()
            def handler(*_):
                try:
                    connection.execute("SELECT 1")
                except doline.errors.Error as error:
                    print(error.hint)
                raise KeyboardInterrupt
            signal.signal(signal.SIGINT, handler)
            threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
            try:
                connection.execute("CREATE TABLE t AS {ENDLESS}")
            except KeyboardInterrupt:
                print("interrupted")
        """) == "use another connection there: doline.connect()\ninterrupted\n"


class TestFork:
    def test_the_childs_old_connections_say_so_and_new_ones_work(self, run_python):
        assert run_python("""
            import os, doline
            connection = doline.connect()
            frame = doline._sessions.TableHandle(doline.sql("SELECT 1 AS a"))
            doline.sql("SELECT 1").fetchall()
            child = os.fork()
            if child == 0:
                for work in (lambda: connection.execute("SELECT 1"), lambda: frame.name):
                    try:
                        work()
                    except doline.NotSupported as error:
                        print(str(error).splitlines()[0], flush=True)
                print(doline.sql("SELECT 2").fetchall(), flush=True)
                os._exit(0)
            os.waitpid(child, 0)
            print(connection.execute("SELECT 3").fetchall())
        """).splitlines() == [
            "error[not_supported]: the connection was opened before this process was forked",
            "error[not_supported]: the frame was made before this process was forked",
            "[(2,)]",
            "[(3,)]",
        ]

    def test_a_fork_while_other_threads_work_leaves_the_child_free(self, run_python):
        # Another thread held a lock of the extension's once in many forks, and the child hung.
        assert run_python("""
            import os, threading, doline
            # Imports first: amid one Python itself bears no fork.
            doline.connect().execute("SELECT 1").fetchall(), doline.sql("SELECT 1").fetchall()
            stop = threading.Event()
            def work():
                while not stop.is_set():
                    doline.sql("SELECT 1").fetchall()
            threads = [threading.Thread(target=work) for _ in range(4)]
            for thread in threads:
                thread.start()
            ends = []
            for _ in range(50):
                child = os.fork()
                if child == 0:
                    os._exit(0 if doline.connect().execute("SELECT 2").fetchall() == [(2,)] else 1)
                ends.append(os.waitpid(child, 0)[1])
            stop.set()
            print(sum(ends))
        """) == "0\n"

    def test_worker_processes(self, run_python):
        assert run_python("""
            import multiprocessing, doline
            def work(n):
                return doline.sql("SELECT ? * 2", [n]).fetchone()[0]
            doline.sql("SELECT 1").fetchall()
            with multiprocessing.get_context("fork").Pool(2) as pool:
                print(pool.map(work, range(4)))
        """) == "[0, 2, 4, 6]\n"


class TestEnds:
    @pytest.mark.parametrize("program", [
        "kept = doline.sql(ENDLESS); kept._reading = _sessions.current().prepare(ENDLESS).run()",
        "stream = _sessions.current().prepare(ENDLESS).run().__arrow_c_stream__()",
        "threading.Thread(target=lambda: doline.sql(ENDLESS).fetchall(), daemon=True).start(); time.sleep(.2)",
        "import numpy; connection = doline.connect(); connection.register('a', numpy.arange(100000))",
        "import pyarrow; t = pyarrow.table({'a': [1]}); kept = doline.sql('FROM t')",
        "cycle = [doline.sql('FROM range(10)')]; cycle.append(cycle); cycle[0].fetchone()",
    ])
    def test_nothing_keeps_the_interpreter(self, run_python, program):
        begin = time.monotonic()
        run_python(f"import doline, threading, time\nfrom doline import _sessions\nENDLESS = {ENDLESS!r}\n" + program)
        assert time.monotonic() - begin < 20

    def test_a_running_query_that_is_forgotten_is_cancelled(self):
        before = len(os.listdir("/proc/self/task"))
        for _ in range(20):
            doline._sessions.current().prepare(ENDLESS).run()
        assert doline.sql("SELECT 1").fetchall() == [(1,)]
        assert len(os.listdir("/proc/self/task")) < before + 20


def test_importing_and_the_first_query_are_quick(run_python):
    """Not the figures themselves, which the machine's other work blurs: an order of magnitude."""
    took = run_python("""
        import time
        begin = time.perf_counter()
        import doline
        imported = time.perf_counter()
        doline.sql("SELECT 42").fetchall()
        print(imported - begin, time.perf_counter() - imported)
    """)
    importing, first = map(float, took.split())
    assert importing < 0.2 and first < 1
