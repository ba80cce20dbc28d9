"""DB-API 2.0 (PEP 249): what programs that know no Doline expect of a database's module.

Examples
--------
>>> from doline import dbapi
>>> connection = dbapi.connect()
>>> cursor = connection.cursor()
>>> cursor.execute("SELECT ? + 1 AS n", [41]).fetchall()
[(42,)]
>>> cursor.description[0][:2]
('n', 'INTEGER')
"""

import datetime
import itertools
import time

from doline import _engine, _sessions, _variables, errors
from doline.connection import connect
from doline.duck_names import DuckRows
from doline.errors import (
    DatabaseError,
    DataError,
    Error,
    IntegrityError,
    InterfaceError,
    InternalError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
    Warning,
)
from doline.progress import started, watched
from doline.sql_types import columns_of

__all__ = [
    "BINARY", "Binary", "Cursor", "DATETIME", "DataError", "DatabaseError", "Date", "DateFromTicks",
    "Error", "IntegrityError", "InterfaceError", "InternalError", "NUMBER", "NotSupportedError",
    "OperationalError", "ProgrammingError", "ROWID", "STRING", "Time", "TimeFromTicks", "Timestamp",
    "TimestampFromTicks", "Warning", "apilevel", "connect", "paramstyle", "threadsafety",
]

apilevel = "2.0"
threadsafety = 2  # threads may share the module and connections
paramstyle = "qmark"  # $1 and $name as well

Date = datetime.date
Time = datetime.time
Timestamp = datetime.datetime
Binary = bytes


def DateFromTicks(ticks):
    """The local date of seconds since 1970."""
    return Date(*time.localtime(ticks)[:3])


def TimeFromTicks(ticks):
    """The local time of seconds since 1970."""
    return Time(*time.localtime(ticks)[3:6])


def TimestampFromTicks(ticks):
    """The local date and time of seconds since 1970."""
    return Timestamp(*time.localtime(ticks)[:6])


class TypeObject:
    """Equal to the SQL types of its group, which are the type codes of ``Cursor.description``."""

    def __init__(self, *names):
        self._names = names

    def __eq__(self, other):
        if isinstance(other, TypeObject):
            return self._names == other._names
        return isinstance(other, str) and other.partition("(")[0] in self._names

    def __hash__(self):
        return hash(self._names)


STRING = TypeObject("VARCHAR", "JSON", "ENUM", "ENUM ORDERED", "UUID")
BINARY = TypeObject("BLOB")
NUMBER = TypeObject("BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT",
                    "USMALLINT", "UINTEGER", "UBIGINT", "FLOAT", "DOUBLE", "DECIMAL")
DATETIME = TypeObject("DATE", "TIME", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS",
                      "TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ", "INTERVAL", "DURATION")
ROWID = TypeObject("ROWID")


class Cursor(DuckRows):
    """Runs statements and hands out their rows, each row once.

    Attributes
    ----------
    description : list of tuple or None
        For each column of the last query its name, SQL type and five times None.
    rowcount : int
        Rows the last statement changed; -1 where that is not known.
    arraysize : int
        How many rows ``fetchmany()`` fetches.
    """

    def __init__(self, connection):
        self.connection = connection
        self.arraysize = 1
        self._forget()
        self._is_closed = False

    def execute(self, text, params=None):
        """Runs a statement, or several, of which the last one's rows are fetched.

        Parameters
        ----------
        text : str
        params : sequence or mapping, optional
            Values for ``?`` and ``$1``, or for ``$name``. Of the last statement.

        Returns
        -------
        Cursor
            Itself.
        """
        self._execute(text, params, depth=1)
        return self

    def _execute(self, text, params, depth):
        session = self._ready()
        self._forget()
        statements = session.prepare_script(text)
        for position, statement in enumerate(statements):
            self.connection._begin_if_due()
            kept = _variables.supply(self.connection._database, session, statement, depth + 1)
            if position == len(statements) - 1:
                statement.bind_all(params)
            self._take(started(session, statement), kept)

    def _take(self, query, kept):
        """Makes the query the one whose rows are fetched."""
        self._forget()
        if query.returns_rows:
            self._query, self._kept = query, kept
        else:
            self.rowcount = _changed_rows(query)

    def executemany(self, text, rows):
        """Runs a statement for each row of parameters.

        An INSERT of one row of VALUES becomes one statement for all of them, so that a million rows
        take a second, not a day; other statements run one after another in one transaction.

        Parameters
        ----------
        text : str
        rows : iterable
            Of sequences or of mappings; or a frame, whose columns are the parameters in their order.

        Examples
        --------
        >>> import doline
        >>> cursor = doline.connect().cursor()
        >>> _ = cursor.execute("CREATE TABLE t (n INTEGER, s VARCHAR)")
        >>> cursor.executemany("INSERT INTO t VALUES (?, ?)", [(1, "a"), (2, "b")]).rowcount
        2
        """
        session = self._ready()
        self._forget()
        statement = session.prepare(text)
        self.connection._begin_if_due()
        rows = rows if hasattr(rows, "__arrow_c_stream__") else list(rows)
        table = _table_of(rows)
        if table is not None:
            handle = _sessions.TableHandle(table, "parameters", self.connection._database, session)
            if statement.insert_rows_of(handle.name):
                self._take(started(session, statement), [handle])
                return self
            if not isinstance(rows, list):  # the engine reads it: what it holds was not checked yet
                rows = session.prepare(f'FROM "{handle.name}"').run().fetch()
        self._run_one_by_one(session, statement, rows)
        return self

    def _run_one_by_one(self, session, statement, rows):
        own = not session.is_in_transaction
        if own:
            session.execute("BEGIN")
        total = 0
        try:
            for parameters in rows:
                statement.bind_all(parameters)
                self._take(statement.run(), [])
                total = -1 if total < 0 or self.rowcount < 0 else total + self.rowcount
        except BaseException:
            if own:
                session.execute("ROLLBACK")
            raise
        if own:
            session.execute("COMMIT")
        if self._query is None:
            self.rowcount = total

    def callproc(self, name, parameters=()):
        """Calls a function; its result is fetched as one row.

        Returns
        -------
        sequence
            The parameters as they were.
        """
        quoted = '"' + name.replace('"', '""') + '"'
        marks = ", ".join("?" * len(parameters))
        self.execute(f"SELECT {quoted}({marks})", list(parameters))
        return parameters

    @property
    def description(self):
        if self._query is None:
            return None
        if self._description is None:
            self._description = [(name, kind, None, None, None, None, None)
                                 for name, kind in columns_of(self._query)]
        return self._description

    def fetchmany(self, size=None):
        """The next rows, up to `size` of them; ``arraysize`` if left out."""
        query = self._start()
        with watched(query):
            return query.fetch(self.arraysize if size is None else size)

    def fetchall(self):
        """All rows that are left."""
        query = self._start()
        with watched(query):
            return query.fetch()

    def __iter__(self):
        return itertools.takewhile(lambda row: row is not None, iter(self.fetchone, object()))

    def nextset(self):
        """There is never another set of rows."""
        self._ready()

    def setinputsizes(self, sizes):
        """Does nothing: values know their types."""

    def setoutputsize(self, size, column=None):
        """Does nothing: values come whole."""

    def close(self):
        """Ends the cursor; what it runs is cancelled."""
        self._forget()
        self._is_closed = True

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _forget(self):
        self._query = self._description = None
        self._kept = []
        self.rowcount = -1

    def _ready(self):
        if self._is_closed:
            raise errors.error(errors.ProgrammingError, "the cursor is closed",
                               "connection.cursor() makes another")
        return self.connection._ready()

    def _start(self):
        self._ready()
        if self._query is None:
            raise errors.error(errors.ProgrammingError, "nothing was executed that has rows",
                               "execute() a query first")
        return self._query


def _changed_rows(query):
    """What INSERT, UPDATE, DELETE and COPY say: one row with the count."""
    columns = columns_of(query)
    rows = query.fetch()
    if len(rows) == 1 and len(columns) == 1 and columns[0][0] == "Count":
        return rows[0][0]
    return -1


def _table_of(rows):
    """The rows of parameters as a table whose columns are named as the parameters; None where they are
    too different for columns to hold them."""
    if not isinstance(rows, list):
        table = _engine.Table.collect(rows)
        return table.renamed([str(i + 1) for i in range(table.column_count)])
    if not rows:
        return None
    try:
        if all(isinstance(row, dict) for row in rows):
            names = list(rows[0])
            if any(row.keys() != rows[0].keys() for row in rows):
                return None
            columns = [[row[name] for row in rows] for name in names]
        else:
            width = len(rows[0])
            if width == 0 or any(len(row) != width for row in rows):
                return None
            names = [str(i + 1) for i in range(width)]
            columns = list(zip(*rows, strict=True))
        return _engine.Table.of_columns(names, [_engine.column_of_values(column) for column in columns])
    except errors.ConversionError:
        return None  # a column of several types: each row says its own
