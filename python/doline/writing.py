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
    unsupported = {k: v for k, v in unsupported.items() if k not in _HARMLESS}
    for name in ("lazy",):
        unsupported.pop(name, None)
    if unsupported:
        raise NotSupported(f"sink_{form}({next(iter(unsupported))}=…) is not supported")
    if hasattr(path, "write"):
        raise NotSupported("writing into an open file is not supported; give a path")
    given = []
    if isinstance(path, PartitionBy):
        keys = path.key if isinstance(path.key, (list, tuple)) else [path.key]
        given.append(n.option("partition_by", [b.column(k) for k in keys]))
        given.append(n.option("overwrite_or_ignore", [b.TRUE]))
        path = path.base_path
    given.append(n.option("format", [b.string(form)]))
    for name, value in options.items():
        if value is not None:
            given.append(n.option(name, [literal_bytes(value)]))
    copy = n.copy(b.string(os.fspath(path)), query=frame._query, options=given)
    _run_statement(copy).fetch()


class PartitionBy:
    """Where a sink writes a folder for each value: `base_path/key=value/…`.

    Parameters
    ----------
    base_path : str or path
        The folder around them; files that are there stay.
    key : str or list of str
        The columns whose values give the folders.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.mkdtemp()
    >>> frame = dl.LazyFrame({"day": ["mon", "tue"], "n": [1, 2]})
    >>> frame.sink_parquet(dl.PartitionBy(folder, key="day"))
    >>> dl.scan_parquet(folder + "/**/*.parquet").sort("n").collect().rows()
    [(1, 'mon'), (2, 'tue')]
    """

    def __init__(self, base_path, *, key, **unsupported):
        _refuse("PartitionBy", unsupported, _HARMLESS)
        self.base_path, self.key = base_path, key

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
