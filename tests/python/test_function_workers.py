"""Python functions in processes of their own."""

import os
import time

import numpy
import pytest
from doline import errors


def rows(connection, text):
    return connection.sql(text).fetchall()


@pytest.fixture
def two_workers(connection):
    """Creates a function that two processes call."""
    def create(name, function, parameters, returns, **options):
        connection.create_function(name, function, parameters, returns, workers=2, **options)
    return create


def test_values_of_each_kind_come_from_other_processes(connection, two_workers):
    class Model:
        def __init__(self, factor):
            self.factor, self.calls = factor, 0

        def __call__(self, x):
            self.calls += 1
            assert self.calls == 1 or self.factor == 3
            return x * self.factor

    two_workers("pid", lambda x: os.getpid(), ["BIGINT"], "BIGINT")
    two_workers("model", Model, ["BIGINT"], "BIGINT", values="numpy", arguments=(3,))
    two_workers("middle", lambda x: float(numpy.median(x)), ["DOUBLE"], "DOUBLE", kind="aggregate")
    connection.execute("CREATE TABLE t AS SELECT i FROM range(150000) r(i)")
    found = {pid for pid, in rows(connection, "SELECT DISTINCT pid(i) FROM t")}
    assert found and os.getpid() not in found and len(found) <= 2
    assert rows(connection, "SELECT sum(model(i)), middle(i) FROM t") == \
        [(3 * 150000 * 149999 // 2, 74999.5)]
    assert rows(connection, "SELECT model(i) FROM t WHERE i < 3") == [(0,), (3,), (6,)]


def test_a_worker_that_dies_ends_the_query_and_not_the_engine(connection, two_workers):
    two_workers("dies", lambda x: os._exit(3) if x == 5 else x, ["BIGINT"], "BIGINT")
    with pytest.raises(errors.FunctionFailed, match="a worker process of dies died"):
        rows(connection, "SELECT dies(i) FROM range(10) t(i)")
    assert rows(connection, "SELECT dies(i) FROM range(2) t(i)") == [(0,), (1,)]


def test_exceptions_come_with_their_traceback(connection, two_workers):
    def inverse(x):
        return 1 / x

    two_workers("inverse", inverse, ["BIGINT"], "DOUBLE")
    with pytest.raises(errors.FunctionFailed, match=r"row 3 of a batch of 5, inverse\(0\), raised "
                       "ZeroDivisionError") as caught:
        rows(connection, "SELECT inverse(3 - i) FROM range(5) t(i)")
    assert type(caught.value.__cause__) is ZeroDivisionError
    assert "return 1 / x" in str(caught.value.__cause__.__cause__) or \
        "in inverse" in str(caught.value.__cause__.__cause__)


def test_cancelling_ends_what_workers_do(connection, two_workers):
    two_workers("sleeps", lambda x: time.sleep(30), ["BIGINT"], "BIGINT")
    import threading

    threading.Timer(2, connection.interrupt).start()
    begun = time.monotonic()
    with pytest.raises(errors.Cancelled):
        rows(connection, "SELECT sleeps(i) FROM range(5) t(i)")
    assert time.monotonic() - begun < 6


def test_no_files_are_left(connection, two_workers):
    two_workers("same", lambda x: x, ["VARCHAR"], "VARCHAR", values="arrow")
    assert rows(connection, "SELECT same(i::VARCHAR) FROM range(3) t(i)") == [("0",), ("1",), ("2",)]
    assert not [name for name in os.listdir("/dev/shm") if name.startswith(f"doline-{os.getpid()}-")]


def test_what_cannot_be_sent_is_told_at_once(connection):
    import threading

    lock = threading.Lock()
    with pytest.raises(errors.InvalidArgument, match="cannot be sent to worker processes"):
        connection.create_function("f", lambda x: lock, ["BIGINT"], "BIGINT", workers=1)
    with pytest.raises(errors.InvalidArgument, match="at least one"):
        connection.create_function("f", lambda x: x, ["BIGINT"], "BIGINT", workers=0)
