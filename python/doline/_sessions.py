"""Databases, their sessions, and tables that live as long as somebody refers to them.

Everything that is called without a connection of its own (``doline.sql``, frames) goes to one database
in memory, which all threads share: its tables are everybody's, its settings each thread's.
"""

import atexit
import itertools
import os
import threading
from collections import deque

from doline import _engine, errors

_lock = threading.Lock()
_database = None
_of_thread = threading.local()
_numbers = itertools.count(1)

atexit.register(_engine.shut_down)


class Database:
    """What sessions share: tables and views, and which of the tables nobody needs any more.

    Parameters
    ----------
    path : str
        ``""`` or ``":memory:"``.
    """

    def __init__(self, path=""):
        self._root = _engine.Session.open(path)  # runs nothing; keeps the database open
        self._forgotten = deque()  # tables whose handles are gone; appended by destructors
        self._forgotten_functions = deque()
        self.process = os.getpid()

    def open_session(self):
        """A new session of this database."""
        return _engine.Session.beside(self._root)

    def forget(self, table):
        """The table is dropped at the next use of the database, not where a destructor runs."""
        self._forgotten.append(table)

    def forget_function(self, name):
        """The same of a function."""
        self._forgotten_functions.append(name)

    def drop_forgotten_functions(self, session):
        """Drops them now."""
        while self._forgotten_functions:
            try:
                session.drop_function(self._forgotten_functions.popleft())
            except IndexError:
                return  # another thread took it

    def drop_forgotten(self, session):
        """Drops them now, through a session of this database; later where it is in a transaction,
        whose end might bring them back."""
        if session.is_in_transaction:
            return
        while self._forgotten:
            try:
                table = self._forgotten.popleft()
            except IndexError:
                return  # another thread took it
            try:
                session.unregister(table)
            except errors.TableNotFound:
                pass  # the transaction that made it was rolled back


def database():
    """The process's database. A child process starts with an empty one of its own."""
    global _database
    with _lock:
        if _database is None or _database.process != os.getpid():
            _database = Database()
        return _database


def current():
    """The calling thread's session of the process's database.

    Returns
    -------
    doline._engine.Session
        Made at the first call of a thread.
    """
    shared = getattr(_of_thread, "database", None)
    if shared is None or shared.process != os.getpid():
        shared = _of_thread.database = database()
        _of_thread.sessions = []
    depth = getattr(_of_thread, "depth", 0)
    while len(_of_thread.sessions) <= depth:
        _of_thread.sessions.append(shared.open_session())
    session = _of_thread.sessions[depth]
    if shared._forgotten:
        shared.drop_forgotten(session)
    if shared._forgotten_functions:
        shared.drop_forgotten_functions(session)
    return session


class Beside:
    """While a query's function runs on this thread: what it asks of the process's database goes through
    a session of its own, as the query may be the thread's."""

    def __enter__(self):
        _of_thread.depth = getattr(_of_thread, "depth", 0) + 1

    def __exit__(self, *_):
        _of_thread.depth -= 1


def _after_fork_in_child():
    global _lock
    _lock = threading.Lock()  # another thread may have held it


os.register_at_fork(after_in_child=_after_fork_in_child)


class TableHandle:
    """A table that is dropped when nobody refers to its handle any more.

    Parameters
    ----------
    stream : object
        Anything with ``__arrow_c_stream__``; read to its end.
    kind : str
        Part of the table's name: ``"frame"`` gives ``__doline_frame_7``.
    database : Database, optional
        The process's if left out; `session` then is the calling thread's.
    session : doline._engine.Session, optional
        A session of that database.
    """

    __slots__ = ("__weakref__", "_database", "_name")

    def __init__(self, stream, kind="frame", database=None, session=None):
        self._database = None
        if database is None:
            session = current()
            database = _of_thread.database
        self._name = unused_name(kind)
        session.lend_stream(self._name, stream)
        self._database = database

    @property
    def name(self):
        """The table's name.

        Raises
        ------
        doline.errors.NotSupported
            In a process forked after the table was made: it is the parent's.
        """
        if self._database.process != os.getpid():
            raise errors.error(
                errors.NotSupported, "the frame was made before this process was forked",
                "make it in the child, or start processes by multiprocessing's \"spawn\"")
        return self._name

    def __del__(self):
        if self._database is not None and self._database.process == os.getpid():
            self._database.forget(self._name)


def unused_name(kind):
    """A name that no other table has."""
    return f"__doline_{kind}_{next(_numbers)}"
