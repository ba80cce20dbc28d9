"""Doline, in process: libdoline.so through its C ABI (include/doline/doline.h)."""

import ctypes
import os
import pathlib

import pyarrow as pa

from bench.cases import TOP


class _ArrowSchema(ctypes.Structure):
    """ArrowSchema of the Arrow C data interface; only its size and release matter here."""

    _fields_ = [("format", ctypes.c_char_p), ("name", ctypes.c_char_p),
                ("metadata", ctypes.c_char_p), ("flags", ctypes.c_int64),
                ("n_children", ctypes.c_int64), ("children", ctypes.c_void_p),
                ("dictionary", ctypes.c_void_p), ("release", ctypes.c_void_p),
                ("private_data", ctypes.c_void_p)]


class _ArrowArray(ctypes.Structure):
    """ArrowArray of the Arrow C data interface."""

    _fields_ = [("length", ctypes.c_int64), ("null_count", ctypes.c_int64),
                ("offset", ctypes.c_int64), ("n_buffers", ctypes.c_int64),
                ("n_children", ctypes.c_int64), ("buffers", ctypes.c_void_p),
                ("children", ctypes.c_void_p), ("dictionary", ctypes.c_void_p),
                ("release", ctypes.c_void_p), ("private_data", ctypes.c_void_p)]


def _library_path():
    named = os.environ.get("DOLINE_LIBRARY")
    if named:
        return pathlib.Path(named)
    built = sorted((TOP / "build" / "release").rglob("libdoline.so"))
    if not built:
        raise RuntimeError("libdoline.so is not built: ./dev build")
    return built[0]


class DolineError(Exception):
    """An error of the engine, rendered with its caret."""


def _bind(path):
    """The functions used here, with their types. Handles are opaque pointers; functions that can
    fail return 0 on success, and what went wrong is told by doline_error_message."""
    library = ctypes.CDLL(str(path))
    handle, text, status = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
    out = ctypes.POINTER(ctypes.c_void_p)
    for name, result, arguments in (
            ("doline_version", text, ()),
            ("doline_open", status, (text, out)),
            ("doline_close", None, (handle,)),
            ("doline_error_message", text, ()),
            ("doline_prepare", status, (handle, text, ctypes.c_size_t, out)),
            ("doline_prepared_free", None, (handle,)),
            ("doline_run", status, (handle, out)),
            ("doline_query_free", None, (handle,)),
            ("doline_schema", status, (handle, ctypes.POINTER(_ArrowSchema))),
            ("doline_next", status, (handle, ctypes.POINTER(_ArrowArray)))):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


class Engine:
    name = "doline"

    def __init__(self, threads, temp_folder, memory_bytes=None):
        self.library = _bind(_library_path())
        self.version = self.library.doline_version().decode()
        self.session = ctypes.c_void_p()
        self._must(self.library.doline_open(None, ctypes.byref(self.session)))
        self.execute([f"SET threads = {threads}", f"SET temp_directory = '{temp_folder}'"])
        if memory_bytes:
            self.execute(f"SET memory_limit = '{memory_bytes}B'")

    def execute(self, work):
        """Runs statements for what they leave behind."""
        for statement in [work] if isinstance(work, str) else work:
            for _ in self._batches(statement):
                pass

    def run(self, work):
        """Runs the statements; the last one's rows, all of them, as an Arrow table."""
        statements = [work] if isinstance(work, str) else list(work)
        self.execute(statements[:-1])
        return self._table(statements[-1])

    def run_each(self, statements):
        """Text to rows, one statement after the other: every batch is handed over."""
        return [self._table(statement) for statement in statements]

    def answer(self, result):
        return result

    def close(self):
        self.library.doline_close(self.session)

    def _table(self, statement):
        batches = self._batches(statement)
        schema = next(batches)
        return pa.Table.from_batches(list(batches), schema)

    def _batches(self, statement):
        """The schema, then the record batches of one statement's rows."""
        text = statement.encode()
        prepared, query = ctypes.c_void_p(), ctypes.c_void_p()
        self._must(self.library.doline_prepare(
            self.session, text, len(text), ctypes.byref(prepared)))
        try:
            self._must(self.library.doline_run(prepared, ctypes.byref(query)))
            schema_struct = _ArrowSchema()
            self._must(self.library.doline_schema(query, ctypes.byref(schema_struct)))
            schema = pa.Schema._import_from_c(ctypes.addressof(schema_struct))
            yield schema
            while True:
                array = _ArrowArray()
                self._must(self.library.doline_next(query, ctypes.byref(array)))
                if not array.release:  # released already: the rows have ended
                    return
                yield pa.RecordBatch._import_from_c(ctypes.addressof(array), schema)
        finally:
            if query:
                self.library.doline_query_free(query)
            self.library.doline_prepared_free(prepared)

    def _must(self, status):
        if status:
            raise DolineError(self.library.doline_error_message().decode())
