"""Python functions in processes of their own: as many at a time as there are workers, whatever Python's
lock says; and where one crashes, the query fails and the engine goes on.

Rows go to a worker and back as Arrow files in shared memory (``/dev/shm``), which are mapped, not read.
The processes are loky's: begun afresh, not forked, so that they share no lock with this one.
"""

from __future__ import annotations

import itertools
import os
import pickle
import tempfile
import threading

from doline import _engine, errors
from doline.interchange import require

_WAIT = 0.05  # seconds between looks at whether the query was cancelled
_GRACE = 0.5  # that a worker is given to end a call nobody waits for
_numbers = itertools.count()


def _shared_folder():
    return "/dev/shm" if os.path.isdir("/dev/shm") else tempfile.gettempdir()


class InWorkers:
    """Stands for an object of :mod:`doline.function_calls`, which is called in other processes.

    Parameters
    ----------
    name : str
    called : object
        Pickled by cloudpickle, once; an object of a person's class is made once in each process.
    workers : int
    """

    def __init__(self, name, called, workers):
        self._cloudpickle = require("cloudpickle", "a function in worker processes")
        self._loky = require("loky", "a function in worker processes")
        require("pyarrow", "a function in worker processes")
        if workers < 1:
            raise errors.error(errors.InvalidArgument, f"workers={workers}", "at least one is needed")
        self._name, self._workers = name, workers
        try:
            self._pickled = self._cloudpickle.dumps(called)
        except Exception as cause:
            raise errors.error(errors.InvalidArgument, f"{name} cannot be sent to worker processes: {cause}",
                               "let it open files and connections itself, when it is called") from cause
        self._key = f"{os.getpid()}-{next(_numbers)}"
        self._lock = threading.Lock()
        self._pool = None

    def _pool_now(self):
        with self._lock:
            if self._pool is None:
                self._pool = self._loky.ProcessPoolExecutor(
                    self._workers, timeout=None, initializer=_begin,
                    initargs=(self._key, self._pickled))
            return self._pool

    def _drop(self, pool, kill):
        with self._lock:
            if self._pool is pool:
                self._pool = None
        pool.shutdown(wait=False, kill_workers=kill)

    def __call__(self, table, call):
        import pyarrow

        batch = pyarrow.RecordBatchReader.from_stream(table).read_next_batch() if table.column_count \
            else None
        paths = _Paths()
        try:
            _write(paths.given, batch)
            outcome = self._outcome(call, (self._key, paths.given, len(table), paths.made))
            if outcome is not None:
                raise _failure(outcome)
            return _read(paths.made).column(0)
        finally:
            paths.remove()

    def _outcome(self, call, task):
        from concurrent.futures import TimeoutError as NotYet
        from concurrent.futures import wait

        for is_last in (False, True):
            pool = self._pool_now()
            try:
                future = pool.submit(_work, *task)
            except self._loky.process_executor.ShutdownExecutorError:
                self._drop(pool, False)  # by another thread's cancelled call
                continue
            except self._loky.BrokenProcessPool as cause:
                self._drop(pool, True)
                if is_last:
                    raise self._crash(cause) from cause
                continue
            while not future.done():
                wait([future], timeout=_WAIT)
                if not future.done() and call.is_cancelled:
                    if not future.cancel():
                        wait([future], timeout=_GRACE)
                        if not future.done():
                            self._drop(pool, True)
                    raise errors.Cancelled("the query was cancelled")
            try:
                return future.result(timeout=0)
            except self._loky.process_executor.ShutdownExecutorError as cause:
                if is_last:
                    raise self._crash(cause) from cause
            except (self._loky.BrokenProcessPool, NotYet) as cause:
                self._drop(pool, True)
                raise self._crash(cause) from cause
        raise errors.FunctionFailed("its workers were stopped again and again")

    def _crash(self, cause):
        said = str(cause).partition("\n")[0].rstrip(".")
        return errors.FunctionFailed(f"a worker process of {self._name} died: {said}")

    def __del__(self):
        pool = getattr(self, "_pool", None)
        if pool is not None:
            pool.shutdown(wait=False, kill_workers=True)


class _Paths:
    def __init__(self):
        place = os.path.join(_shared_folder(), f"doline-{os.getpid()}-{next(_numbers)}")
        self.given, self.made = place + ".given", place + ".made"

    def remove(self):
        for path in (self.given, self.made):
            try:
                os.unlink(path)
            except FileNotFoundError:
                pass


def _write(path, batch):
    """A record batch as a file that only this user may read. None: one without columns."""
    import pyarrow

    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "wb") as file:
        if batch is not None:
            with pyarrow.ipc.new_stream(file, batch.schema) as writer:
                writer.write_batch(batch)


def _read(path):
    """The record batch of a file, over its mapped memory."""
    import pyarrow

    return pyarrow.ipc.open_stream(pyarrow.memory_map(path)).read_next_batch()


def _failure(outcome):
    """The error that a worker told of."""
    message, pickled, trace = outcome
    made = errors.FunctionFailed(message)
    cause = None
    if pickled is not None:
        try:
            cause = pickle.loads(pickled)
        except Exception:
            cause = None  # its class cannot be found here; the text has to do
    remote = RuntimeError(f"in a worker process:\n{trace}")
    if cause is not None:
        cause.__cause__ = remote
    made.__cause__ = cause or remote
    return made


# --- In the worker process

_called = {}  # by key


def _begin(key, pickled):
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent says when it is over
    _called[key] = pickle.loads(pickled)


class _Empty:
    """A table without columns."""

    column_count = 0

    def __init__(self, rows):
        self._rows = rows

    def __len__(self):
        return self._rows


class _Unasked:
    """A call that nobody cancels here: the process is ended."""

    is_cancelled = False


def _work(key, given, rows, made):
    """None, or what a person's function failed with."""
    import traceback

    import pyarrow

    try:
        table = _engine.Table.collect(_read(given)) if os.path.getsize(given) else _Empty(rows)
        result = pyarrow.array(_called[key](table, _Unasked))
        _write(made, pyarrow.record_batch([result], names=["result"]))
        return None
    except Exception as error:
        is_ours = type(error) is errors.FunctionFailed
        cause = (error.__cause__ or error) if is_ours else error
        message = str(error) if is_ours else f"{type(error).__name__}: {error}"
        try:
            pickled = pickle.dumps(cause)
            pickle.loads(pickled)
        except Exception:
            pickled = None
        return message, pickled, "".join(traceback.format_exception(cause))
