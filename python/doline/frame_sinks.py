"""Queries that run into files."""

from __future__ import annotations



class FrameSinks:
    """What `LazyFrame` inherits: sinks."""

    def sink_parquet(self, path, *, compression="zstd", **options):
        """Runs the query into a Parquet file, inside the memory budget.

        Parameters
        ----------
        path : str, path or PartitionBy
            Where to; with `PartitionBy` a folder for each value.
        compression : {"zstd", "snappy", "lz4", "gzip", "brotli", "uncompressed"}
            How pages are packed.

        Raises
        ------
        doline.NotSupported
            For options that Doline does not have.

        Examples
        --------
        >>> import tempfile, os
        >>> path = os.path.join(tempfile.mkdtemp(), "a.parquet")
        >>> dl.LazyFrame({"a": [1, 2]}).sink_parquet(path)
        >>> dl.read_parquet(path).rows()
        [(1,), (2,)]
        """
        from .writing import sink
        return sink(self, path, "parquet", {"compression": compression}, options)

    def sink_csv(self, path, *, include_header=True, separator=",", quote_char='"', null_value=None,
                 **options):
        r"""Runs the query into a CSV file, inside the memory budget.

        Parameters
        ----------
        path : str, path or PartitionBy
            Where to; with `PartitionBy` a folder for each value.
        include_header : bool, default True
            Whether the first line has the names.
        separator : str, default ","
            What stands between values.
        quote_char : str
            What stands around values that need it.
        null_value : str, optional
            What stands for null; an empty field if left out.

        Raises
        ------
        doline.NotSupported
            For options that Doline does not have.

        Examples
        --------
        >>> import tempfile, os
        >>> path = os.path.join(tempfile.mkdtemp(), "a.csv")
        >>> dl.LazyFrame({"a": [1, None]}).sink_csv(path, null_value="-")
        >>> open(path).read()
        'a\n1\n-\n'
        """
        from .writing import sink
        given = {"header": include_header, "delimiter": separator, "quote": quote_char}
        if null_value is not None:
            given["nullstr"] = null_value
        return sink(self, path, "csv", given, options)

    def sink_ndjson(self, path, **options):
        r"""Runs the query into lines of JSON, inside the memory budget.

        Parameters
        ----------
        path : str, path or PartitionBy
            Where to; with `PartitionBy` a folder for each value.

        Raises
        ------
        doline.NotSupported
            For options that Doline does not have.

        Examples
        --------
        >>> import tempfile, os
        >>> path = os.path.join(tempfile.mkdtemp(), "a.ndjson")
        >>> dl.LazyFrame({"a": [1, None]}).sink_ndjson(path)
        >>> open(path).read()
        '{"a":1}\n{"a":null}\n'
        """
        from .writing import sink
        return sink(self, path, "json", {}, options)

    def sink_ipc(self, path, **options):
        """Runs the query into an Arrow file, inside the memory budget.

        Parameters
        ----------
        path : str, path or PartitionBy
            Where to; with `PartitionBy` a folder for each value.

        Raises
        ------
        doline.NotSupported
            For options that Doline does not have.

        Examples
        --------
        >>> import tempfile, os
        >>> path = os.path.join(tempfile.mkdtemp(), "a.arrow")
        >>> dl.LazyFrame({"a": [1, 2]}).sink_ipc(path)
        >>> dl.read_ipc(path).rows()
        [(1,), (2,)]
        """
        from .writing import sink
        return sink(self, path, "arrow", {}, options)
