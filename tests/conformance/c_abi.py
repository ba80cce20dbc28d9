"""libdoline.so through ctypes, as somebody's own binding would use it; Arrow by pyarrow."""

import ctypes

import pyarrow as pa

HANDLE, TEXT, SIZE, STATUS = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int
OUT = ctypes.POINTER(ctypes.c_void_p)

# name → (result, arguments)
FUNCTIONS = {
    "doline_version": (TEXT, ()),
    "doline_open": (STATUS, (TEXT, OUT)),
    "doline_connect": (STATUS, (HANDLE, OUT)),
    "doline_twin": (STATUS, (HANDLE, OUT)),
    "doline_close": (None, (HANDLE,)),
    "doline_interrupt": (None, (HANDLE,)),
    "doline_set_poll": (STATUS, (HANDLE, HANDLE, HANDLE)),
    "doline_in_transaction": (STATUS, (HANDLE,)),
    "doline_execute": (STATUS, (HANDLE, TEXT, SIZE)),
    "doline_prepare": (STATUS, (HANDLE, TEXT, SIZE, OUT)),
    "doline_prepare_bytes": (STATUS, (HANDLE, TEXT, SIZE, OUT)),
    "doline_prepared_bytes": (STATUS, (HANDLE, OUT, ctypes.POINTER(SIZE))),
    "doline_prepare_script": (STATUS, (HANDLE, TEXT, SIZE, OUT, ctypes.POINTER(SIZE))),
    "doline_script_free": (None, (HANDLE, SIZE)),
    "doline_missing_tables": (STATUS, (HANDLE, OUT, ctypes.POINTER(SIZE))),
    "doline_replace_table": (STATUS, (HANDLE, TEXT, TEXT)),
    "doline_insert_rows_of": (STATUS, (HANDLE, TEXT, ctypes.POINTER(ctypes.c_int))),
    "doline_prepared_free": (None, (HANDLE,)),
    "doline_parameters": (STATUS, (HANDLE, OUT, ctypes.POINTER(SIZE))),
    "doline_bind_null": (STATUS, (HANDLE, TEXT)),
    "doline_bind_bool": (STATUS, (HANDLE, TEXT, ctypes.c_int)),
    "doline_bind_int64": (STATUS, (HANDLE, TEXT, ctypes.c_int64)),
    "doline_bind_double": (STATUS, (HANDLE, TEXT, ctypes.c_double)),
    "doline_bind_text": (STATUS, (HANDLE, TEXT, TEXT, SIZE)),
    "doline_bind_blob": (STATUS, (HANDLE, TEXT, TEXT, SIZE)),
    "doline_bind_arrow": (STATUS, (HANDLE, TEXT, HANDLE, HANDLE)),
    "doline_clear_bindings": (None, (HANDLE,)),
    "doline_inline_parameters": (STATUS, (HANDLE,)),
    "doline_describe": (STATUS, (HANDLE, HANDLE)),
    "doline_run": (STATUS, (HANDLE, OUT)),
    "doline_schema": (STATUS, (HANDLE, HANDLE)),
    "doline_next": (STATUS, (HANDLE, HANDLE)),
    "doline_stream": (STATUS, (HANDLE, HANDLE)),
    "doline_text_views": (STATUS, (HANDLE,)),
    "doline_returns_rows": (STATUS, (HANDLE,)),
    "doline_cancel": (None, (HANDLE,)),
    "doline_query_free": (None, (HANDLE,)),
    "doline_progress": (STATUS, (HANDLE, HANDLE, SIZE)),
    "doline_session_progress": (STATUS, (HANDLE, HANDLE, SIZE)),
    "doline_profile": (TEXT, (HANDLE, TEXT)),
    "doline_register_stream": (STATUS, (HANDLE, TEXT, HANDLE)),
    "doline_lend_stream": (STATUS, (HANDLE, TEXT, HANDLE)),
    "doline_unregister": (STATUS, (HANDLE, TEXT)),
    "doline_call_fail": (None, (HANDLE, TEXT, ctypes.c_uint64)),
    "doline_call_is_cancelled": (STATUS, (HANDLE,)),
    "doline_create_function": (STATUS, (HANDLE, HANDLE)),
    "doline_drop_function": (STATUS, (HANDLE, TEXT)),
    "doline_error_cause": (ctypes.c_uint64, ()),
    "doline_error_message": (TEXT, ()),
    "doline_error_code": (TEXT, ()),
    "doline_error_hint": (TEXT, ()),
    "doline_error_span": (None, (ctypes.POINTER(ctypes.c_uint32), ctypes.POINTER(ctypes.c_uint32))),
}


class ArrowSchema(ctypes.Structure):
    _fields_ = [("format", TEXT), ("name", TEXT), ("metadata", HANDLE), ("flags", ctypes.c_int64),
                ("n_children", ctypes.c_int64), ("children", HANDLE), ("dictionary", HANDLE),
                ("release", HANDLE), ("private_data", HANDLE)]


class ArrowArray(ctypes.Structure):
    _fields_ = [("length", ctypes.c_int64), ("null_count", ctypes.c_int64),
                ("offset", ctypes.c_int64), ("n_buffers", ctypes.c_int64),
                ("n_children", ctypes.c_int64), ("buffers", OUT),
                ("children", ctypes.POINTER(HANDLE)), ("dictionary", HANDLE), ("release", HANDLE),
                ("private_data", HANDLE)]


class ArrowArrayStream(ctypes.Structure):
    _fields_ = [(name, HANDLE) for name in
                ("get_schema", "get_next", "get_last_error", "release", "private_data")]


class Progress(ctypes.Structure):
    _fields_ = [("share", ctypes.c_double), ("rows_read", ctypes.c_uint64),
                ("memory_bytes", ctypes.c_uint64), ("memory_limit_bytes", ctypes.c_uint64),
                ("spilled_bytes", ctypes.c_uint64), ("elapsed_seconds", ctypes.c_double)]


class Failure(Exception):
    """What the library says of a call that failed."""

    def __init__(self, library):
        begin, end = ctypes.c_uint32(), ctypes.c_uint32()
        library.doline_error_span(ctypes.byref(begin), ctypes.byref(end))
        self.code = library.doline_error_code().decode()
        self.hint = library.doline_error_hint().decode()
        self.span = (begin.value, end.value)
        super().__init__(library.doline_error_message().decode())


def load(path):
    library = ctypes.CDLL(str(path))
    for name, (result, arguments) in FUNCTIONS.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


class Query:
    def __init__(self, library, handle):
        self.library, self.handle = library, handle

    def must(self, status):
        if status:
            raise Failure(self.library)

    def schema(self):
        given = ArrowSchema()
        self.must(self.library.doline_schema(self.handle, ctypes.addressof(given)))
        return pa.Schema._import_from_c(ctypes.addressof(given))

    def next(self, schema):
        """A record batch, or None at the end."""
        given = ArrowArray()
        self.must(self.library.doline_next(self.handle, ctypes.addressof(given)))
        if not given.release:
            return None
        return pa.RecordBatch._import_from_c(ctypes.addressof(given), schema)

    def table(self):
        schema = self.schema()
        batches = list(iter(lambda: self.next(schema), None))
        for batch in batches:
            batch.validate(full=True)
        return pa.Table.from_batches(batches, schema)

    def reader(self):
        stream = ArrowArrayStream()
        handle, self.handle = self.handle, None
        self.must(self.library.doline_stream(handle, ctypes.addressof(stream)))
        return pa.RecordBatchReader._import_from_c(ctypes.addressof(stream))

    def progress(self):
        info = Progress()
        self.must(self.library.doline_progress(
            self.handle, ctypes.addressof(info), ctypes.sizeof(info)))
        return info

    def free(self):
        self.library.doline_query_free(self.handle)
        self.handle = None


class Session:
    def __init__(self, library, beside=None, twin_of=None):
        self.library, self.handle = library, HANDLE()
        if twin_of is not None:
            self.must(library.doline_twin(twin_of.handle, ctypes.byref(self.handle)))
        elif beside is None:
            self.must(library.doline_open(None, ctypes.byref(self.handle)))
        else:
            self.must(library.doline_connect(beside.handle, ctypes.byref(self.handle)))

    def must(self, status):
        if status:
            raise Failure(self.library)

    def prepare(self, sql):
        text, prepared = sql.encode(), HANDLE()
        self.must(self.library.doline_prepare(self.handle, text, len(text), ctypes.byref(prepared)))
        return prepared

    def run(self, prepared):
        query = HANDLE()
        self.must(self.library.doline_run(prepared, ctypes.byref(query)))
        return Query(self.library, query)

    def start(self, sql):
        """Runs a statement; its prepared form is not needed beyond that."""
        prepared = self.prepare(sql)
        try:
            return self.run(prepared)
        finally:
            self.library.doline_prepared_free(prepared)

    def table(self, sql):
        query = self.start(sql)
        try:
            return query.table()
        finally:
            query.free()

    def execute(self, sql):
        text = sql.encode()
        self.must(self.library.doline_execute(self.handle, text, len(text)))

    def register(self, name, data, lend=False):
        """`data`: a pyarrow table, record batch reader, or anything that exports a stream."""
        reader = data if isinstance(data, pa.RecordBatchReader) else data.to_reader()
        stream = ArrowArrayStream()
        reader._export_to_c(ctypes.addressof(stream))
        register = self.library.doline_lend_stream if lend else self.library.doline_register_stream
        self.must(register(
            self.handle, name.encode(), ctypes.addressof(stream)))

    def close(self):
        self.library.doline_close(self.handle)
        self.handle = None
