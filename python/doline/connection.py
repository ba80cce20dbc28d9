"""Connections and ``doline.sql``: statements, and what comes of them."""

from doline import _sessions, _variables, errors
from doline._rows import Rows
from doline.progress import rows_of, started

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

    _sessions.current().register_stream(name, stream_of(table))


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


class Result(Rows):
    """The rows of a statement. A query is run when they are taken out, each time anew.

    Made by :func:`doline.sql` and :meth:`Connection.sql`. It is a lazy frame too: every verb of
    :class:`doline.LazyFrame` goes on from it. Only then are frames imported, which would take longer
    than most first queries.
    """

    def __init__(self, statement, kept, started=None, *, is_shared=False):
        self._statement = statement
        self._kept = kept  # tables that the statement reads
        self._started = started  # the run of a statement whose effect must not come twice
        self._is_shared = is_shared  # a query of the process's database, which frames read
        self._frame = None

    def lazy(self):
        """The rows as a lazy frame.

        Returns
        -------
        doline.LazyFrame
            Of the query itself, with the values of its parameters; of its rows where it reads another
            database than the process's.
        """
        if self._frame is None:
            from doline.lazy_frame import LazyFrame, query_of_statement

            if self._is_shared:
                self._statement.inline_parameters()
                query = query_of_statement(self._statement.bytes())
                self._frame = LazyFrame._of(query, tuple(self._kept))
            else:
                from doline.data_frame import DataFrame

                self._frame = DataFrame(self).lazy()
        return self._frame

    def __getattr__(self, name):
        # Neither protocols, which frames do not have either, nor what an unfinished copy lacks.
        if name.startswith("__") or "_frame" not in self.__dict__:
            raise AttributeError(f"'Result' object has no attribute {name!r}")
        return getattr(self.lazy(), name)

    def _start(self):
        if self._started is not None:
            return self._started
        return self._statement.run()

    @property
    def columns(self):
        """Names of the columns.

        Returns
        -------
        list of str
        """
        from doline.sql_types import columns_of

        return [name for name, _ in columns_of(self._described())]

    @property
    def sql_types(self):
        """SQL types of the columns.

        Returns
        -------
        list of str

        Examples
        --------
        >>> import doline
        >>> doline.sql("SELECT 1 AS a, [1.5] AS b").sql_types
        ['INTEGER', 'DECIMAL(2,1)[]']
        """
        from doline.sql_types import columns_of

        return [kind for _, kind in columns_of(self._described())]

    def _described(self):
        """What has the schema: nothing is run for it."""
        return self if self._started is not None else self._statement

    def __repr__(self):
        return "<doline rows: show() prints them, .df() .pl() .arrow() .fetchall() take them out>"


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


class Connection:
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
        cursor = self.cursor()
        cursor._execute(text, params, depth=1)
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

        self._ready().register_stream(name, stream_of(table))

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
    "arrow", "description", "df", "fetchall", "fetchmany", "fetchnumpy", "fetchone", "pl", "rowcount",
    "show", "__arrow_c_stream__"))
_EXCEPTIONS = frozenset((
    "DataError", "DatabaseError", "Error", "IntegrityError", "InterfaceError", "InternalError",
    "NotSupportedError", "OperationalError", "ProgrammingError", "Warning"))
