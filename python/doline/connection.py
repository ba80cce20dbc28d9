"""Connections and ``doline.sql``: statements, and what comes of them."""

from doline import _sessions, _variables, errors
from doline.duck_names import DuckConnection
from doline.progress import rows_of, started
from doline.result import Result

_SELECT = 1  # the tag of a tree's root; see src/sql/statement.h
_TAG_AT = 6  # behind "DLST", version and family


def sql(text, params=None):
    """Runs SQL in the process's database.

    Parameters
    ----------
    text : str
        One statement, or several between semicolons, of which the last one's rows are returned. Where
        it names a table that the database does not have, a variable of the caller may stand for it: a
        pandas, Polars or Arrow frame, one of ours, a NumPy array, a dict of columns.
    params : sequence or mapping, optional
        Values for ``?`` and ``$1``, or for ``$name``. Of the last statement.

    Returns
    -------
    Result or None
        The rows of a query, which is run when they are taken out; whether it can be, what its columns
        are called and of what types they are, is known at once. A statement without rows has been carried
        out already.

    Raises
    ------
    doline.errors.Error
        With the statement, carets under the place, and a hint.

    Examples
    --------
    >>> import doline
    >>> prices = {"item": ["tea", "milk"], "price": [2.5, 1.25]}
    >>> doline.sql("SELECT item FROM prices WHERE price > ?", [2]).fetchall()
    [('tea',)]
    """
    session = _sessions.current()
    return run(_sessions.database(), session, text, params, depth=1)


def query(text, params=None):
    """As `sql`, by the name that DuckDB has for it too.

    Parameters
    ----------
    text : str
        One statement, or several between semicolons.
    params : sequence or mapping, optional
        Values for ``?`` and ``$1``, or for ``$name``.

    Returns
    -------
    Result or None

    Examples
    --------
    >>> dl.query("SELECT 42").fetchall()
    [(42,)]
    """
    return run(_sessions.database(), _sessions.current(), text, params, depth=1)


_default = None  # the connection of `execute`


def execute(text, params=None):
    """Runs a statement in the process's database at once; its rows come from what it returns.

    Parameters
    ----------
    text : str
        The statement.
    params : sequence or mapping, optional
        Values for `?` and `$1`, or for `$name`.

    Returns
    -------
    Connection
        The same one each time.

    Examples
    --------
    >>> dl.execute("SELECT ? + 1", [41]).fetchone()
    (42,)
    """
    global _default
    database = _sessions.database()
    if _default is None or _default._database is not database or _default._session is None:
        _default = Connection(database)
    return _default._executed(text, params, depth=2)


def register(name, table):
    """Makes the rows of `table` a table of the process's database, in the place of one of that
    name.

    Parameters
    ----------
    name : str
        The table's name in SQL.
    table : object
        A pandas, Polars or Arrow frame, one of ours, a NumPy array, a dict of columns.

    Examples
    --------
    >>> dl.register("letters", {"a": ["x", "y"]})
    >>> dl.sql("SELECT count(*) FROM letters").fetchall()
    [(2,)]
    >>> dl.unregister("letters")
    """
    from doline.interchange import stream_of

    _sessions.current().register_stream(name, stream_of(_variables.as_table(table)))


def unregister(name):
    """Drops a table of the process's database.

    Parameters
    ----------
    name : str
        The table's name.

    Raises
    ------
    doline.errors.TableNotFound
        Where there is none.

    Examples
    --------
    >>> dl.register("letters", {"a": ["x", "y"]})
    >>> dl.unregister("letters")
    """
    _sessions.current().unregister(name)


def run(database, session, text, params=None, depth=0, variables=None):
    """Runs all statements of a text; what :func:`sql` returns. `depth`: frames up to the caller, whose
    variables are looked up where `variables` are not given."""
    statements = session.prepare_script(text)
    result = None
    for position, statement in enumerate(statements):
        kept = _variables.supply(database, session, statement, depth + 1, variables)
        is_last = position == len(statements) - 1
        if is_last:
            statement.bind_all(params)
        if is_last and statement.bytes()[_TAG_AT] == _SELECT:
            statement.__arrow_c_schema__()  # a wrong name is told of here
            return Result(statement, kept, is_shared=database is _sessions.database())
        query = started(session, statement)
        if not is_last or not query.returns_rows:
            rows_of(query)
        else:
            result = Result(statement, kept, query)
    return result


def connect(database=":memory:", *, autocommit=True):
    """Opens a database.

    Parameters
    ----------
    database : str
        ``":memory:"`` for a new one in memory; ``":default:"`` for the process's, which
        ``doline.sql`` uses.
    autocommit : bool
        Whether each statement outside ``BEGIN`` is a transaction of its own. Else the first statement
        begins one, which ``commit()`` or ``rollback()`` ends.

    Returns
    -------
    Connection

    Raises
    ------
    doline.errors.NotSupported
        For a path: databases in files are not there yet.

    Examples
    --------
    >>> import doline
    >>> with doline.connect() as connection:
    ...     connection.execute("CREATE TABLE t AS SELECT 42 AS answer")
    ...     connection.execute("FROM t").fetchone()
    <doline connection>
    (42,)
    """
    if database == ":default:":
        return Connection(_sessions.database(), autocommit)
    return Connection(_sessions.Database(database), autocommit)


class Connection(DuckConnection):
    """A conversation with a database, as DB-API 2.0 (PEP 249) has it, and more.

    Any thread may use it; while one runs a statement the others wait. For statements at the same time,
    give each thread its own: :meth:`duplicate`.
    """

    def __init__(self, database, autocommit=True):
        self._database = database
        self._session = database.open_session()
        self._autocommit = autocommit
        self._last = None  # the cursor of the last execute()

    # ---- statements

    def sql(self, text, params=None):
        """As `doline.sql`, in this connection's database.

        Parameters
        ----------
        text : str
            One statement, or several between semicolons.
        params : sequence or mapping, optional
            Values for `?` and `$1`, or for `$name`.

        Returns
        -------
        Result or None

        Examples
        --------
        >>> dl.connect().sql("SELECT $n + 1 AS m", {"n": 41}).fetchall()
        [(42,)]
        """
        return run(self._database, self._ready(), text, params, depth=1)

    def execute(self, text, params=None):
        """Runs a statement; its rows come from this connection's `fetchone`, `fetchall`, `df()` and
        so on.

        Parameters
        ----------
        text : str
            The statement.
        params : sequence or mapping, optional
            Values for `?` and `$1`, or for `$name`.

        Returns
        -------
        Connection
            Itself.

        Raises
        ------
        doline.errors.Error
            With the statement, carets under the place, and a hint.

        Examples
        --------
        >>> connection = dl.connect()
        >>> connection.execute("SELECT i FROM range(3) t(i) WHERE i > ?", [0]).fetchall()
        [(1,), (2,)]
        """
        return self._executed(text, params, depth=2)

    def _executed(self, text, params, depth):
        cursor = self.cursor()
        cursor._execute(text, params, depth)
        self._last = cursor
        return self

    def executemany(self, text, rows):
        """Runs a statement for each row of parameters; an INSERT takes them in bulk.

        Parameters
        ----------
        text : str
            The statement.
        rows : sequence of sequences or mappings, or a frame
            The parameters.

        Returns
        -------
        Connection
            Itself.

        Examples
        --------
        >>> connection = dl.connect()
        >>> _ = connection.execute("CREATE TABLE t (n INTEGER, s VARCHAR)")
        >>> _ = connection.executemany("INSERT INTO t VALUES (?, ?)", [(1, "x"), (2, "y")])
        >>> connection.execute("FROM t").fetchall()
        [(1, 'x'), (2, 'y')]
        """
        cursor = self.cursor()
        cursor.executemany(text, rows)
        self._last = cursor
        return self

    def cursor(self):
        """A cursor of this connection, with rows of its own.

        Returns
        -------
        doline.dbapi.Cursor

        Examples
        --------
        >>> cursor = dl.connect().cursor()
        >>> cursor.execute("SELECT 42").fetchone()
        (42,)
        """
        from doline.dbapi import Cursor

        self._ready()
        return Cursor(self)

    def duplicate(self):
        """Another connection to the same database, with settings and transactions of its own.

        Returns
        -------
        Connection

        Examples
        --------
        >>> connection = dl.connect()
        >>> _ = connection.execute("CREATE TABLE t AS SELECT 1 AS n")
        >>> connection.duplicate().execute("FROM t").fetchall()
        [(1,)]
        """
        self._ready()
        return Connection(self._database, self._autocommit)

    query = sql

    def register(self, name, table):
        """Makes the rows of `table` a table of this database, in the place of one of that name.

        Parameters
        ----------
        name : str
        table : object
            A pandas, Polars or Arrow frame, one of ours, a NumPy array, a dict of columns. Its memory
            is shared where it can be.

        Examples
        --------
        >>> import doline
        >>> connection = doline.connect()
        >>> connection.register("numbers", {"n": [1, 2, 3]})
        >>> connection.execute("SELECT sum(n) FROM numbers").fetchall()
        [(6,)]
        """
        from doline.interchange import stream_of

        self._ready().register_stream(name, stream_of(_variables.as_table(table)))

    def unregister(self, name):
        """Drops a table of this database.

        Parameters
        ----------
        name : str
            The table's name.

        Raises
        ------
        doline.errors.TableNotFound
            Where there is none.

        Examples
        --------
        >>> connection = dl.connect()
        >>> connection.register("numbers", {"n": [1]})
        >>> connection.unregister("numbers")
        """
        self._ready().unregister(name)

    def create_function(self, name, function, parameters=None, returns=None, **options):
        """Makes a Python function known to SQL, in this connection's database.

        As :func:`doline.create_function`, which tells what there is to say.

        Returns
        -------
        Connection
            Itself.

        Examples
        --------
        >>> import doline
        >>> connection = doline.connect()
        >>> connection.create_function("shout", lambda text: text.upper() + "!", [str], str)
        <doline connection>
        >>> connection.sql("SELECT shout('tea')").fetchall()
        [('TEA!',)]
        """
        from doline import python_functions

        python_functions._create_in(self._ready(), name, function, parameters, returns, **options)
        return self

    def remove_function(self, name):
        """Forgets a function of :meth:`create_function`; queries that call it go on.

        Returns
        -------
        Connection
            Itself.

        Raises
        ------
        doline.errors.FunctionNotFound
            Where there is none.

        Examples
        --------
        >>> connection = dl.connect()
        >>> _ = connection.create_function("shout", lambda text: text.upper() + "!", [str], str)
        >>> _ = connection.remove_function("shout")
        """
        self._ready().drop_function(name)
        return self

    def interrupt(self):
        """Cancels what the connection runs now; from any thread. Nothing happens where it runs
        nothing.

        Examples
        --------
        >>> dl.connect().interrupt()
        """
        self._ready().interrupt()

    # ---- transactions

    @property
    def autocommit(self):
        """Whether each statement outside `begin` is a transaction of its own. Set to True it commits what is
        under way.

        Returns
        -------
        bool

        Examples
        --------
        >>> dl.connect().autocommit
        True
        """
        return self._autocommit

    @autocommit.setter
    def autocommit(self, autocommit):
        if autocommit and not self._autocommit:
            self.commit()
        self._autocommit = bool(autocommit)

    def begin(self):
        """Begins a transaction.

        Raises
        ------
        doline.errors.Error
            In a transaction.

        Examples
        --------
        >>> connection = dl.connect()
        >>> connection.begin()
        >>> _ = connection.execute("CREATE TABLE t AS SELECT 1 AS n")
        >>> connection.rollback()
        >>> connection.sql("SELECT count(*) FROM duckdb_tables()").fetchall()
        [(0,)]
        """
        self._ready().execute("BEGIN")

    def commit(self):
        """Ends the transaction, if there is one, and keeps what it did.

        Raises
        ------
        doline.errors.TransactionError
            Where it failed, or another one changed the same; it is rolled back then.

        Examples
        --------
        >>> connection = dl.connect(autocommit=False)
        >>> _ = connection.execute("CREATE TABLE t AS SELECT 1 AS n")
        >>> connection.commit()
        >>> connection.execute("FROM t").fetchall()
        [(1,)]
        """
        self._end("COMMIT")

    def rollback(self):
        """Ends the transaction, if there is one, and undoes what it did.

        Examples
        --------
        >>> connection = dl.connect(autocommit=False)
        >>> _ = connection.execute("CREATE TABLE t AS SELECT 1 AS n")
        >>> connection.rollback()
        >>> connection.execute("SELECT count(*) FROM duckdb_tables()").fetchall()
        [(0,)]
        """
        self._end("ROLLBACK")

    def _end(self, how):
        session = self._ready()
        if session.is_in_transaction:
            session.execute(how)

    def _begin_if_due(self):
        if not self._autocommit and not self._session.is_in_transaction:
            self.begin()

    # ---- its end

    def close(self):
        """Ends the connection; what it has not committed is undone. Closing it twice is an error,
        as DB-API 2.0 asks.

        Raises
        ------
        doline.errors.ProgrammingError
            Where it is closed already.

        Examples
        --------
        >>> connection = dl.connect()
        >>> connection.close()
        >>> connection
        <doline connection, closed>
        """
        self._ready()
        self._session.close()
        self._session = self._last = None

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if self._session is None:
            return
        if kind is None and not self._autocommit:
            self.commit()
        self.rollback()
        self.close()

    def __repr__(self):
        return "<doline connection>" if self._session is not None else "<doline connection, closed>"

    def _ready(self):
        if self._session is None:
            raise errors.error(errors.ProgrammingError, "the connection is closed",
                               "doline.connect() opens another")
        if self._database._forgotten:
            self._database.drop_forgotten(self._session)
        return self._session

    # ---- the rows of the last execute()

    def __getattr__(self, name):
        if name in _FROM_LAST_CURSOR:
            last = self._last
            if last is None:
                raise errors.error(errors.ProgrammingError, "nothing was executed that has rows",
                                   "execute() a query first")
            return getattr(last, name)
        if name in _EXCEPTIONS:  # DB-API 2.0's optional extension
            return getattr(errors, name)
        raise AttributeError(f"'Connection' object has no attribute {name!r}")


_FROM_LAST_CURSOR = frozenset((
    "arrow", "description", "df", "fetch_arrow_table", "fetch_df", "fetch_record_batch", "fetchall",
    "fetchdf",
    "fetchmany", "fetchnumpy", "fetchone", "pl", "rowcount", "show", "to_arrow_reader",
    "to_arrow_table", "to_df",
    "__arrow_c_stream__"))
_EXCEPTIONS = frozenset((
    "DataError", "DatabaseError", "Error", "IntegrityError", "InterfaceError", "InternalError",
    "NotSupportedError", "OperationalError", "ProgrammingError", "Warning"))
