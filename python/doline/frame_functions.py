"""Python functions in frames: they have names that no person gives, and live as long as a frame or an
expression calls them."""

from __future__ import annotations

import weakref

from . import _engine, _sessions, errors, function_calls, function_types
from .errors import NotSupported, error
from .expr.build import CALLED

_living = weakref.WeakValueDictionary()  # handles by the bytes of their names


class FunctionHandle:
    """A function of the process's database that is dropped when nobody refers to its handle any more.

    Parameters
    ----------
    called : object
        As :mod:`doline.function_calls` has them.
    kind, flags : int
        Of ``doline.h``.
    parameters : list of (str, str) or None
    result : str
        The SQL type.
    """

    __slots__ = ("__weakref__", "_session", "name")

    def __init__(self, called, kind, flags, parameters, result):
        self._session = None
        session = _sessions.current()
        self.name = _sessions.unused_name("function")
        session.create_function(self.name, kind, flags, parameters, [("result", result)], called)
        self._session = _sessions.database()
        _living[self.name.encode()] = self

    def __del__(self):
        if self._session is not None:
            self._session.forget_function(self.name)

    def __reduce__(self):
        raise error(NotSupported, "a frame or expression that calls a Python function is not pickled",
                    "collect() it, or make it again where it is used")


def called_by(query):
    """The handles of the functions that the bytes of a query call."""
    if not _living or CALLED not in query:
        return ()
    found = []
    at = query.find(CALLED)
    while at >= 0:
        end = at + len(CALLED)
        while end < len(query) and 48 <= query[end] <= 57:
            end += 1
        handle = _living.get(bytes(query[at:end]))
        if handle is not None and handle not in found:
            found.append(handle)
        at = query.find(CALLED, end)
    return tuple(found)


def result_type(function, return_dtype, what):
    """The SQL type that a function of values returns."""
    _, returns = function_types.signature(function, None, return_dtype)
    if returns is None:
        raise errors.error(errors.TypeMismatch, f"{what}: what type does the function return?",
                           "say return_dtype, or by a hint: def f(x) -> float")
    return returns


def elementwise(function, return_dtype, skip_nulls):
    """A function of each value."""
    name = _name_of(function)
    called = function_calls.ByRow(name, function_calls.Instances(function))
    flags = 0 if skip_nulls else 1
    return FunctionHandle(called, 0, flags, None, result_type(function, return_dtype, "map_elements"))


def by_batch(function, return_dtype):
    """A function of a series' parts."""
    called = function_calls.ByBatch(_name_of(function), function_calls.Instances(function), "series")
    return FunctionHandle(called, 0, 1, None, result_type(function, return_dtype, "map_batches"))


def of_whole(function, return_dtype):
    """A function of a whole series, as one of a list."""
    returns = result_type(function, return_dtype, "map_batches")
    called = OfLists(_name_of(function), function_calls.Instances(function))
    return FunctionHandle(called, 0, 1, None, returns + "[]")


def to_scalar(function, return_dtype):
    """A function of a whole series that returns a value."""
    called = function_calls.ByGroup(_name_of(function), function_calls.Instances(function), "series")
    return FunctionHandle(called, 1, 1, None, result_type(function, return_dtype, "map_batches"))


def _name_of(function):
    name = getattr(function, "__name__", type(function).__name__)
    return "the function" if name == "<lambda>" else name


class OfLists:
    """Calls the function with each list's elements as a series, of structs' fields one each; it returns as
    many values."""

    def __init__(self, name, instances):
        self._name, self._instances = name, instances

    def __call__(self, table, call):
        lengths, rows = table.unnested()
        parts = []
        with _sessions.Beside():
            series = function_calls.arrays_of(rows, "series")
            function = self._instances.get()
            begin = 0
            for group, length in enumerate(lengths):
                if group % 64 == 63 and call.is_cancelled:
                    raise errors.Cancelled("the query was cancelled")
                part = series if len(lengths) == 1 else [one[begin:begin + length] for one in series]
                begin += length
                try:
                    result = function(*part)
                except BaseException as cause:
                    function_calls.refail(f"{self._name} of a series of {length} values,", cause)
                made = _values(result)
                if len(made) != length:
                    raise errors.FunctionFailed(
                        f"{self._name} returned {len(made)} values for a series of {length}; one that "
                        "returns a single value says returns_scalar=True")
                parts.append(made)
        return _engine.column_of_values(parts)


def _values(result):
    to_list = getattr(result, "to_list", None) or getattr(result, "tolist", None) or \
        getattr(result, "to_pylist", None)
    if to_list is not None:
        values = to_list()
        return values if isinstance(values, list) else [values]
    if isinstance(result, (list, tuple)):
        return list(result)
    raise errors.FunctionFailed(f"it returned {type(result).__name__}, where a series is wanted")


class FrameByBatch:
    """Calls a function of frames with batches of rows, and gives what it returns as a list for the
    first row of each batch, and empty ones for the others."""

    def __init__(self, name, instances, names, schema, batch_format, batch_size):
        self._name, self._instances, self._names = name, instances, names
        self._schema, self._format, self._size = schema, batch_format, batch_size

    def __call__(self, table, call):
        with _sessions.Beside():
            table = table.renamed(self._names)
            results = [self._result(part) for part in self._parts(table)]
            made = _joined(results, self._schema)
            return made.lists([len(made)] + [0] * (len(table) - 1))

    def _parts(self, table):
        if self._size is None or len(table) <= self._size:
            return [table]
        return [table.sliced(begin, min(self._size, len(table) - begin))
                for begin in range(0, len(table), self._size)]

    def _result(self, table):
        try:
            result = self._instances.get()(batch_of(table, self._format))
        except BaseException as cause:
            function_calls.refail(f"a batch of {len(table)} rows, {self._name},", cause)
        return table_of(result, self._schema)


class FrameOfWhole(FrameByBatch):
    """The same with all rows of a frame, or of a group, which come as a list of structs."""

    def __call__(self, table, call):
        lengths, rows = table.unnested()
        results, counts = [], []
        with _sessions.Beside():
            rows = rows.renamed(self._names)
            begin = 0
            for length in lengths:
                if call.is_cancelled:
                    raise errors.Cancelled("the query was cancelled")
                part = rows if len(lengths) == 1 else rows.sliced(begin, length)
                begin += length
                results.append(self._result(part))
                counts.append(len(results[-1]))
            return _joined(results, self._schema).lists(counts)


def batch_of(table, batch_format):
    """The rows as what a person's function takes."""
    from .data_frame import DataFrame

    if batch_format == "arrow":
        import pyarrow

        return pyarrow.table(table)
    if batch_format == "polars":
        import polars

        return polars.DataFrame(table)
    frame = DataFrame(table)
    if batch_format == "pandas":
        return frame.df()
    if batch_format == "numpy":
        return dict(frame.fetchnumpy())
    return frame


def table_of(result, schema):
    """What a function of frames returned, as a table of the columns of `schema`."""
    from doline.interchange import stream_of

    if hasattr(result, "collect") and hasattr(result, "collect_schema"):
        result = result.collect()
    try:
        table = _engine.Table.collect(stream_of(result, copy=True))
    except TypeError as cause:
        raise errors.FunctionFailed(
            f"it returned {type(result).__name__}, where a frame is wanted") from cause
    names = [field[0] for field in _engine.arrow_field(table)[4]]
    wanted = list(schema)
    if names != wanted:
        if sorted(names) != sorted(wanted):
            raise errors.FunctionFailed(f"it returned the columns {', '.join(names)}; "
                                        f"{', '.join(wanted)} were promised (schema=…)")
        table = table.picked([names.index(name) for name in wanted])
    return table


def _joined(tables, schema):
    """The rows of several tables as one of one batch."""
    batches = [batch for table in tables for batch in table.batches() if len(batch) > 0]
    if len(batches) <= 1:
        filled = [table for table in tables if len(table) > 0]
        return filled[0] if filled else tables[0] if tables else _engine.Table.of_columns(
            list(schema), [_engine.column_of_values([]) for _ in schema])
    try:
        import pyarrow
    except ImportError:
        pyarrow = None
    if pyarrow is not None:
        whole = pyarrow.concat_tables([pyarrow.table(table) for table in tables],
                                      promote_options="permissive")
        return _engine.Table.collect(whole.combine_chunks())
    names = list(schema)
    columns = [_engine.column_of_values([value for table in tables for value in table.to_list(i)])
               for i in range(len(names))]
    return _engine.Table.of_columns(names, columns)
