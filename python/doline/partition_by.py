"""`PartitionBy`: where a sink writes several files."""

from __future__ import annotations

from . import _nodes as n
from .errors import NotSupported, error
from .expr import build as b
from .options import settle


class PartitionBy:
    """Where a sink writes several files.

    Parameters
    ----------
    base_path : str or path
        The folder around them, made if it is not there; files that are there stay.
    key : str, Expr, list or dict of expressions, optional
        Each value has a folder, `base_path/key=value/…`.
    include_key : bool, default True
        Whether the files have the keys' columns too.
    approximate_bytes_per_file : int, optional
        A file that has about so many is followed by another.

    Raises
    ------
    doline.NotSupported
        With `max_rows_per_file`, and without both a key and a size.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.mkdtemp()
    >>> frame = dl.LazyFrame({"day": ["mon", "tue"], "n": [1, 2]})
    >>> frame.sink_parquet(dl.PartitionBy(folder, key="day"))
    >>> dl.scan_parquet(folder + "/**/*.parquet").sort("n").collect().rows()
    [('mon', 1), ('tue', 2)]
    """

    def __init__(self, base_path, *, key=None, include_key=None, max_rows_per_file=None,
                 approximate_bytes_per_file="auto", **others):
        settle("PartitionBy", others)
        if max_rows_per_file is not None:
            raise error(NotSupported, "PartitionBy(max_rows_per_file=…) is not supported",
                        "use approximate_bytes_per_file")
        if key is None and approximate_bytes_per_file == "auto":
            raise error(NotSupported, "PartitionBy without a key is not supported",
                        "use approximate_bytes_per_file")
        self.base_path, self.key = base_path, key
        self.include_key = include_key is None or include_key
        self.file_bytes = None if approximate_bytes_per_file == "auto" else approximate_bytes_per_file

    def _over(self, frame, options):
        """The query to be written; what COPY is told goes to `options`."""
        options.append(n.option("overwrite_or_ignore", [b.TRUE]))
        if self.file_bytes is not None:
            options.append(n.option("file_size_bytes", [b.integer(self.file_bytes)]))
        if self.key is None:
            return frame._query
        from .expr.selecting import named_expressions
        from .expr.literals import as_node
        from .expr.expression import expression
        from .expr.nodes import Column, Rename
        if isinstance(self.key, dict):
            nodes = [Rename(as_node(value), name) for name, value in self.key.items()]
        else:
            nodes = [as_node(k) for k in (self.key if isinstance(self.key, (list, tuple)) else [self.key])]
        keys = named_expressions(nodes, frame)
        made = {name: expression(node) for name, node in keys.items()
                if not (type(node) is Column and node.name == name)}
        options.append(n.option("partition_by", [b.column(name) for name in keys]))
        options.append(n.option("write_partition_columns", [b.TRUE if self.include_key else b.FALSE]))
        return (frame.with_columns(**made) if made else frame)._query


PartitionByKey = PartitionBy
