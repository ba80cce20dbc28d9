"""Queries that run into files."""

from __future__ import annotations

from .errors import NotSupported, error


class FrameSinks:
    """What `LazyFrame` inherits: sinks."""

    def sink_parquet(self, path, *, compression="zstd", compression_level=None, row_group_size=None,
                     metadata=None, **others):
        """Runs the query into a Parquet file, inside the memory budget.

        Parameters
        ----------
        path : str, path, open file or PartitionBy
            Where to; with `PartitionBy` a folder for each value.
        compression : {"zstd", "snappy", "lz4", "gzip", "brotli", "uncompressed"}
            How pages are packed.
        compression_level : int, optional
            How hard it is tried.
        row_group_size : int, optional
            How many rows a row group has, 2,048 or more.
        metadata : dict of str to str, optional
            What the file says beside its columns.
        **others
            `mkdir=True` makes the folder; of Polars' other options those of
            :data:`doline.options.HARMLESS` change nothing, any other raises.

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
        from .writing import least_rows, sink
        if callable(metadata):
            raise error(NotSupported, "sink_parquet(metadata=function) is not supported", "use a dict")
        given = {"compression": compression, "compression_level": compression_level,
                 "row_group_size": least_rows("row_group_size", row_group_size),
                 "kv_metadata": metadata or None}
        return sink(self, path, "parquet", given, others)

    def sink_csv(self, path, *, include_header=True, separator=",", quote_char='"', null_value=None,
                 line_terminator="\n", quote_style=None, date_format=None, time_format=None,
                 datetime_format=None, float_precision=None, decimal_comma=False, include_bom=False,
                 compression="uncompressed", check_extension=True, **others):
        r"""Runs the query into a CSV file, inside the memory budget.

        Parameters
        ----------
        path : str, path, open file or PartitionBy
            Where to; with `PartitionBy` a folder for each value.
        include_header : bool, default True
            Whether the first line has the names.
        separator : str, default ","
            What stands between values.
        quote_char : str
            What stands around values that need it.
        null_value : str, optional
            What stands for null; an empty field if left out.
        line_terminator : {"\n", "\r\n"}
            What ends lines.
        quote_style : {"necessary", "always", "non_numeric", "never"}, optional
            Which values stand in quotes.
        date_format, time_format, datetime_format : str, optional
            How times are written, as `dt.strftime` has it.
        float_precision : int, optional
            How many digits floats have behind the point.
        decimal_comma : bool, default False
            Whether floats have a comma for a point.
        include_bom : bool, default False
            Whether the file begins with UTF-8's mark.
        compression : {"uncompressed", "gzip", "zstd"}
            How the file is packed.
        check_extension : bool, default True
            Whether a name that says otherwise is an error.
        **others
            `mkdir=True` makes the folder; of Polars' other options those of
            :data:`doline.options.HARMLESS` change nothing, any other raises.

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
        options = {name: value for name, value in locals().items() if name not in ("self", "path")}
        from .writing import csv_file
        return csv_file(self, path, options)

    def sink_ndjson(self, path, *, compression="uncompressed", check_extension=True, **others):
        r"""Runs the query into lines of JSON, inside the memory budget.

        Parameters
        ----------
        path : str, path, open file or PartitionBy
            Where to; with `PartitionBy` a folder for each value.
        compression : {"uncompressed", "gzip", "zstd"}
            How the file is packed.
        check_extension : bool, default True
            Whether a name that says otherwise is an error.
        **others
            `mkdir=True` makes the folder; of Polars' other options those of
            :data:`doline.options.HARMLESS` change nothing, any other raises.

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
        from .writing import packed, sink, with_json_numbers
        return sink(with_json_numbers(self), path, "json", packed(path, compression, check_extension), others)

    def sink_ipc(self, path, *, compression="uncompressed", record_batch_size=None, **others):
        """Runs the query into an Arrow file, inside the memory budget.

        Parameters
        ----------
        path : str, path, open file or PartitionBy
            Where to; with `PartitionBy` a folder for each value.
        compression : {"uncompressed", "lz4", "zstd"}
            How batches are packed.
        record_batch_size : int, optional
            How many rows a batch has, 2,048 or more.
        **others
            `mkdir=True` makes the folder; of Polars' other options those of
            :data:`doline.options.HARMLESS` change nothing, any other raises.

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
        from .writing import least_rows, sink
        given = {"compression": compression,
                 "row_group_size": least_rows("record_batch_size", record_batch_size)}
        return sink(self, path, "arrow", given, others)
