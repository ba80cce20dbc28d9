"""How frames are written into files."""

from __future__ import annotations

import os

from . import _nodes as n
from .errors import NotSupported
from .expr import build as b
from .expr.literals import literal_bytes
from .lazy_frame import _run_statement
from .io import _HARMLESS, _refuse


def sink(frame, path, form, options, unsupported):
    """Runs the query into a file; `path` may be a `PartitionBy`."""
    if unsupported.pop("lazy", False):
        raise NotSupported(f"sink_{form}(lazy=True) is not supported; call it when the file is to be written")
    unsupported = {k: v for k, v in unsupported.items() if k not in _HARMLESS and v is not None}
    if unsupported:
        raise NotSupported(f"sink_{form}({next(iter(unsupported))}=…) is not supported")
    if hasattr(path, "write"):
        raise NotSupported("writing into an open file is not supported; give a path")
    given = []
    query = frame._query
    if isinstance(path, PartitionBy):
        query = path._over(frame, given)
        path = path.base_path
    given.append(n.option("format", [b.string(form)]))
    for name, value in options.items():
        if value is not None:
            given.append(n.option(name, [literal_bytes(value)]))
    copy = n.copy(b.string(os.fspath(path)), query=query, options=given)
    _run_statement(copy).fetch()


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
                 approximate_bytes_per_file="auto", **unsupported):
        _refuse("PartitionBy", unsupported, _HARMLESS)
        if max_rows_per_file is not None:
            raise NotSupported("PartitionBy(max_rows_per_file=…) is not supported; use "
                               "approximate_bytes_per_file")
        if key is None and approximate_bytes_per_file == "auto":
            raise NotSupported("PartitionBy without a key needs approximate_bytes_per_file")
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


def write_csv(frame, file, **options):
    """Writes a CSV file, or gives its text."""
    if file is not None:
        return frame.lazy().sink_csv(file, **options)
    import tempfile
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "out.csv")
        frame.lazy().sink_csv(path, **options)
        with open(path, encoding="utf-8") as written:
            return written.read()


def write_json(frame, file):
    """Writes a JSON array."""
    import json
    text = json.dumps(frame.to_dicts(), default=str)
    if file is None:
        return text
    with open(file, "w", encoding="utf-8") as out:
        out.write(text)
