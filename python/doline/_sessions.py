"""The process's database and its sessions, one a thread; tables that live as long as their handle.

Everything that is called without a connection of its own (``doline.sql``, frames) goes to one database
in memory, which all threads share: its tables are everybody's, its settings each thread's.
"""

import atexit
import itertools
import os
import threading
from collections import deque

from doline import _engine

_lock = threading.Lock()
_database = None  # the session that keeps the database open
_process = None  # whose it is: a child starts with a database of its own
_of_thread = threading.local()
_numbers = itertools.count(1)
_to_drop = deque()  # names of tables whose handles are gone; appended by destructors


def current():
    """The calling thread's session of the process's database.

    Returns
    -------
    doline._engine.Session
        Made at the first call of a thread.
    """
    session = getattr(_of_thread, "session", None)
    if session is None or _of_thread.process != os.getpid():
        session = _of_thread.session = _engine.Session.beside(_shared())
        _of_thread.process = os.getpid()
    if _to_drop:
        _drop_forgotten(session)
    return session


def _shared():
    global _database, _process
    with _lock:
        if _database is None or _process != os.getpid():
            _database, _process = _engine.Session.open(), os.getpid()
        return _database


def _after_fork_in_child():
    global _lock
    _lock = threading.Lock()  # another thread may have held it
    _to_drop.clear()


os.register_at_fork(after_in_child=_after_fork_in_child)
atexit.register(_engine.shut_down)


def _drop_forgotten(session):
    while _to_drop:
        try:
            process, name = _to_drop.popleft()
        except IndexError:
            return  # another thread took it
        if process == os.getpid():
            session.unregister(name)


class TableHandle:
    """A table of the process's database that is dropped when nobody refers to it any more.

    It is dropped at the next use of the engine, not where the garbage collector runs.

    Parameters
    ----------
    stream : object
        Anything with ``__arrow_c_stream__``; read to its end.
    kind : str
        Part of the table's name: ``"frame"`` gives ``__doline_frame_7``.

    Attributes
    ----------
    name : str
        The table's name.
    """

    __slots__ = ("__weakref__", "_process", "name")

    def __init__(self, stream, kind="frame"):
        self.name = None
        name = unused_name(kind)
        current().register_stream(name, stream)
        self._process, self.name = os.getpid(), name

    def __del__(self):
        if self.name is not None:
            _to_drop.append((self._process, self.name))


def unused_name(kind):
    """A name that no other table has."""
    return f"__doline_{kind}_{next(_numbers)}"
