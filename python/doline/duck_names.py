"""What DuckDB's people call the ways to take rows out, and to put them in."""

from __future__ import annotations

from doline._rows import Rows


class DuckRows(Rows):
    """Rows by DuckDB's names too."""

    def fetchdf(self):
        """As `df`.

        Returns
        -------
        pandas.DataFrame

        Examples
        --------
        >>> dl.sql("SELECT 1 AS one").fetchdf().shape
        (1, 1)
        """
        return self.df()

    fetch_df = to_df = fetchdf

    def fetch_arrow_table(self):
        """As `arrow`.

        Returns
        -------
        pyarrow.Table

        Examples
        --------
        >>> dl.sql("SELECT 1 AS one").fetch_arrow_table().num_rows
        1
        """
        return self.arrow()

    to_arrow_table = fetch_arrow_table

    def fetch_record_batch(self, rows_per_batch=None):
        """All rows as a reader of PyArrow's, which is given them as they come.

        Parameters
        ----------
        rows_per_batch : int, optional
            How many rows each batch has at most; as the engine hands them out if left out.

        Returns
        -------
        pyarrow.RecordBatchReader

        Examples
        --------
        >>> reader = dl.sql("SELECT i FROM range(5) t(i)").fetch_record_batch(2)
        >>> [batch.num_rows for batch in reader]
        [2, 2, 1]
        """
        from doline.interchange import require

        pyarrow = require("pyarrow", ".fetch_record_batch()")
        reader = pyarrow.RecordBatchReader.from_stream(self)
        if rows_per_batch is None:
            return reader
        parts = (batch.slice(begin, rows_per_batch) for batch in reader
                 for begin in range(0, batch.num_rows, rows_per_batch))
        return pyarrow.RecordBatchReader.from_batches(reader.schema, parts)

    to_arrow_reader = fetch_record_batch


class DuckConnection:
    """What `Connection` inherits: tables by their names."""

    def table(self, name):
        """A table's rows.

        Parameters
        ----------
        name : str
            The table's or view's name.

        Returns
        -------
        Result

        Examples
        --------
        >>> connection = dl.connect()
        >>> _ = connection.execute("CREATE TABLE t AS SELECT 1 AS n")
        >>> connection.table("t").fetchall()
        [(1,)]
        """
        from doline.connection import run

        return run(self._database, self._ready(), f"FROM {_quoted(name)}", variables={})

    view = table

    def append(self, table_name, rows, by_name=False):
        """Appends rows to a table.

        Parameters
        ----------
        table_name : str
            The table.
        rows : object
            A pandas, Polars or Arrow frame, one of ours, a NumPy array, a dict of columns, a list of dicts.
        by_name : bool, default False
            Whether columns go by their names; else by their places.

        Returns
        -------
        Connection
            Itself.

        Examples
        --------
        >>> connection = dl.connect()
        >>> _ = connection.execute("CREATE TABLE t (n INTEGER, s VARCHAR)")
        >>> connection.append("t", {"s": ["x"], "n": [1]}, by_name=True).table("t").fetchall()
        [(1, 'x')]
        """
        from doline.connection import run

        how = "BY NAME " if by_name else ""
        run(self._database, self._ready(), f"INSERT INTO {_quoted(table_name)} {how}FROM __doline_appended",
            variables={"__doline_appended": rows})
        return self


def _quoted(name):
    """A name, or one behind its schema's, as SQL has it."""
    return ".".join('"' + part.replace('"', '""') + '"' for part in name.split("."))
