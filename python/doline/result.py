"""What comes of `doline.sql`: rows, which are a lazy frame too."""

from doline.duck_names import DuckRows


class Result(DuckRows):
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

    def __reduce__(self):
        return self.lazy().__reduce__()  # a lazy frame of the same rows

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

    @property
    def description(self):
        """What DB-API 2.0 says of columns: name, SQL type, and five times None.

        Returns
        -------
        list of tuple

        Examples
        --------
        >>> dl.sql("SELECT 1 AS a").description
        [('a', 'INTEGER', None, None, None, None, None)]
        """
        from doline.sql_types import columns_of

        return [(name, kind, *[None] * 5) for name, kind in columns_of(self._described())]

    @property
    def shape(self):
        """How many rows, which the query is run for, and columns.

        Returns
        -------
        tuple of int

        Examples
        --------
        >>> dl.sql("SELECT i FROM range(3) t(i)").shape
        (3, 1)
        """
        from doline.expr.construct import len as row_count

        return self.lazy().select(row_count()).collect().item(), len(self.columns)

    def __iter__(self):
        query = self._start()
        while rows := query.fetch(1024):
            yield from rows

    def _described(self):
        """What has the schema: nothing is run for it."""
        return self if self._started is not None else self._statement

    def __repr__(self):
        return "<doline rows: show() prints them, .df() .pl() .arrow() .fetchall() take them out>"
