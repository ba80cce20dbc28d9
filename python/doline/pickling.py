"""Frames as bytes: a query, and the tables it reads as Arrow files that the engine writes and reads."""

from __future__ import annotations

import os
import tempfile

from . import _nodes as n, _sessions
from .expr import build as b


def reduced(lazy):
    """What `pickle` keeps of a lazy frame."""
    from .lazy_frame import LazyFrame
    tables = []
    with tempfile.TemporaryDirectory(prefix="doline-") as folder:
        path = os.path.join(folder, "table.arrow")
        for table in lazy._keeps:
            if not isinstance(table, _sessions.TableHandle):
                table.__reduce__()  # a function, which says why not
            query = n.select([b.STAR], from_=n.table_name([table.name]))
            LazyFrame._of(query, (table,)).sink_ipc(path)
            with open(path, "rb") as file:
                tables.append((table.name, file.read()))
    return _restored, (lazy._query, tables, lazy._names)


def _restored(query, tables, names):
    from .data_frame import stored
    from .io import scan_ipc
    from .lazy_frame import LazyFrame, query_of_statement
    keeps = []
    prepared = _sessions.current().prepare(n.statement_message(n.select_statement(query)))
    with tempfile.TemporaryDirectory(prefix="doline-") as folder:
        path = os.path.join(folder, "table.arrow")
        for name, data in tables:
            with open(path, "wb") as file:
                file.write(data)
            table = stored(scan_ipc(path)._query)
            prepared.replace_table(name, table.name)
            keeps.append(table)
    return LazyFrame._of(query_of_statement(prepared.bytes()), tuple(keeps), names)
