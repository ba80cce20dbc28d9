"""What everything that yields rows can do with them: results of SQL, and frames."""

from doline.progress import watched


class Rows:
    """Ways to take rows out. A class that has them says by ``_start()`` how to run its query.

    Each way runs the query anew, except ``fetchone`` and ``fetchmany``, which go on where the last of
    their calls stopped.
    """

    _reading = None  # the query that fetchone goes on with

    def _start(self):
        """Runs the query: a new :class:`doline._engine.Query`."""
        raise NotImplementedError

    def __arrow_c_stream__(self, requested_schema=None):
        if requested_schema is None:
            return self._start().__arrow_c_stream__()
        from doline.interchange.recasting import requested

        return requested(self, requested_schema).__arrow_c_stream__()

    def __arrow_c_device_stream__(self, requested_schema=None, **options):
        from doline.interchange.device import device_stream

        return device_stream(self, requested_schema, options)

    def __arrow_c_schema__(self):
        return self._start().__arrow_c_schema__()

    def fetchall(self):
        """All rows, or those that ``fetchone`` has left.

        Returns
        -------
        list of tuple
            Values as Python has them: ``int``, ``float``, ``str``, ``bytes``, ``Decimal``,
            ``datetime``, ``timedelta``, :class:`doline.Interval`, ``UUID``, ``list``, ``dict``; NULL is
            None.

        Raises
        ------
        doline.errors.ConversionError
            For a time that Python's ``datetime`` cannot hold exactly.

        Examples
        --------
        >>> import doline
        >>> doline.sql("SELECT i, i * i FROM range(3) t(i)").fetchall()
        [(0, 0), (1, 1), (2, 4)]
        """
        query, self._reading = self._reading or self._start(), None
        with watched(query):
            return query.fetch()

    def fetchone(self):
        """The next row of a run that the first call begins.

        Returns
        -------
        tuple or None
            None behind the last.

        Examples
        --------
        >>> rows = dl.sql("SELECT i FROM range(2) t(i)")
        >>> rows.fetchone(), rows.fetchone(), rows.fetchone()
        ((0,), (1,), None)
        """
        rows = self.fetchmany(1)
        return rows[0] if rows else None

    def fetchmany(self, size=1):
        """The next rows of a run that the first call begins.

        Parameters
        ----------
        size : int, default 1
            How many at most.

        Returns
        -------
        list of tuple
            Empty behind the last.

        Examples
        --------
        >>> dl.sql("SELECT i FROM range(5) t(i)").fetchmany(2)
        [(0,), (1,)]
        """
        if self._reading is None:
            self._reading = self._start()
        with watched(self._reading):
            return self._reading.fetch(size)

    def arrow(self):
        """All rows as a PyArrow table.

        Returns
        -------
        pyarrow.Table

        Examples
        --------
        >>> import doline
        >>> doline.sql("SELECT 1 AS one").arrow().column_names
        ['one']
        """
        from doline.interchange import require

        return self._through(require("pyarrow", ".arrow()").table)

    def pl(self):
        """All rows as a Polars frame.

        Returns
        -------
        polars.DataFrame

        Raises
        ------
        doline.NotSupported
            Where Polars is not installed.
        doline.errors.ConversionError
            For an INTERVAL with months, which no type of Polars holds.

        Examples
        --------
        >>> dl.sql("SELECT 1 AS one").pl().columns
        ['one']
        """
        from doline.interchange import polars_frames

        return self._through(polars_frames.to_polars)

    def df(self):
        """All rows as a pandas frame.

        Returns
        -------
        pandas.DataFrame
            Of types that hold the values exactly: integers with NULLs are ``Int64``, VARCHAR is
            ``str``, ENUM categorical.

        Examples
        --------
        >>> import doline
        >>> doline.sql("SELECT 1 AS a, 'x' AS b").df().dtypes.astype(str).tolist()
        ['int32', 'str']
        """
        from doline.interchange import pandas_frames

        return self._through(pandas_frames.to_pandas)

    def fetchnumpy(self):
        """All rows as NumPy arrays.

        Returns
        -------
        dict of str to numpy.ndarray
            Masked arrays where there are NULLs.

        Raises
        ------
        doline.NotSupported
            Where NumPy is not installed.

        Examples
        --------
        >>> dl.sql("SELECT i FROM range(3) t(i)").fetchnumpy()["i"].tolist()
        [0, 1, 2]
        """
        from doline.interchange import numpy_arrays

        return self._through(numpy_arrays.to_arrays)

    def show(self, max_rows=20):
        """Prints the first rows as a table.

        Parameters
        ----------
        max_rows : int, default 20
            How many; the query is not run further than that.

        Examples
        --------
        >>> dl.sql("SELECT 1 AS one, 'x' AS letter").show()
        ┌─────────┬─────────┐
        │     one │ letter  │
        │ INTEGER │ VARCHAR │
        ├─────────┼─────────┤
        │       1 │ x       │
        └─────────┴─────────┘
        1 row, 2 columns
        """
        from doline.display import text_table

        print(text_table(self._start(), max_rows))

    def _repr_html_(self):
        from doline.display import html_table

        return html_table(self._start(), 20)

    def _through(self, reader):
        """What `reader` makes of the stream. An error of the query is raised as itself, and Ctrl-C as
        KeyboardInterrupt, whatever the library that reads makes of it."""
        query = self._start()
        try:
            with watched(query):
                return reader(query)
        except Exception:
            query.raise_failure()
            raise
