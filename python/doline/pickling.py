"""Frames as bytes: a query, and the tables it reads as Arrow files that the engine writes and reads."""

from __future__ import annotations

import importlib
import marshal
import os
import tempfile
import types

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


class PackedFunction:
    """A function that stands inside another one, as what it is made of: which columns are meant is said
    by such. It is unpacked by the version of Python that packed it."""

    def __init__(self, code, module, name, defaults, values):
        self.code, self.module, self.name = code, module, name
        self.defaults, self.values = defaults, values

    def unpacked_function(self):
        """The function."""
        cells = tuple(types.CellType(unpacked(value)) for value in self.values)
        names = importlib.import_module(self.module).__dict__
        return types.FunctionType(marshal.loads(self.code), names, self.name, unpacked(self.defaults),
                                  cells or None)


def packed(value):
    """A value that functions close over, or a function inside another, as `pickle` takes it."""
    if isinstance(value, types.FunctionType) and "<" in value.__qualname__:
        values = [packed(cell.cell_contents) for cell in value.__closure__ or ()]
        return PackedFunction(marshal.dumps(value.__code__), value.__module__, value.__name__,
                              packed(value.__defaults__), values)
    if type(value) in (list, tuple):
        return type(value)(map(packed, value))
    return value


def unpacked(value):
    """The value that was packed."""
    if isinstance(value, PackedFunction):
        return value.unpacked_function()
    if type(value) in (list, tuple):
        return type(value)(map(unpacked, value))
    return value
