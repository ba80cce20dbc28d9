"""What the engine calls: each object here stands for a person's function, and is given many rows.

A call is ``it(table, call)``: the arguments as a :class:`doline._engine.Table` of one batch and a
:class:`doline._engine.Call`, which says whether anybody still wants the result. What it returns has
``__arrow_c_array__``.
"""

from __future__ import annotations

import inspect
import sys
import threading
import time

from doline import _engine, errors
from doline._sessions import Beside

_MOST_BETWEEN_LOOKS = 8192  # rows, at whether the query was cancelled
_MOST_UPDATED = 65536  # rows, that an aggregate's object is given at a time
_SHOWN = 60  # characters of an argument in a message


class Instances:
    """A person's function. Where it is a class, what is called is an object of it, made once for each
    thread that calls, so that what it loads stays loaded and need not be shared.

    Parameters
    ----------
    function : callable or class
    arguments, options
        For the class.
    """

    def __init__(self, function, arguments=(), options=None):
        self._function = function
        self._made = (arguments, options or {}) if inspect.isclass(function) else None
        self._here = threading.local()

    def __reduce__(self):
        return Instances, (self._function, *(self._made or ()))

    def get(self):
        """What this thread is to call."""
        if self._made is None:
            return self._function
        made = getattr(self._here, "made", None)
        if made is None:
            arguments, options = self._made
            made = self._here.made = self._function(*arguments, **options)
        return made


def refail(said, cause):
    """Raises anew what a person's function raised, with what is said of the call. Interrupts, exits and
    cancellations stay what they are."""
    if not isinstance(cause, Exception) or isinstance(cause, errors.Cancelled):
        raise cause
    raise errors.FunctionFailed(f"{said} raised {_named(cause)}") from cause


def _named(error):
    text = str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def shown(value):
    """A value in a message."""
    try:
        text = repr(value)
    except Exception as failure:
        text = f"<{type(value).__name__}, whose repr raises {type(failure).__name__}>"
    return text if len(text) <= _SHOWN else text[:_SHOWN - 1] + "…"


class ByRow:
    """Calls the function with the values of each row."""

    def __init__(self, name, instances, null_on_error=False, is_map=False):
        self._name, self._instances = name, instances
        self._null_on_error, self._is_map = null_on_error, is_map

    def __call__(self, table, call):
        count = len(table)
        columns = [table.to_list(column) for column in range(table.column_count)]
        results = []
        with Beside():
            function = self._instances.get()
            if self._null_on_error:
                function = _null_on_error(function)
            for begin, end in _parts(count, call):
                try:
                    # What is there when it raises says which row it was.
                    if columns:
                        results.extend(map(function, *(column[begin:end] for column in columns)))
                    else:
                        results.extend(function() for _ in range(begin, end))
                except BaseException as cause:
                    row = len(results)
                    said = ", ".join(shown(column[row]) for column in columns)
                    refail(f"row {row} of a batch of {count}, {self._name}({said}),", cause)
        return column_of_results(self._name, results, self._is_map)


def _parts(count, call):
    """Ranges of rows, so many that each takes some milliseconds, with looks at the call between them."""
    begin, size = 0, 8
    while begin < count:
        end = min(count, begin + size)
        begun = time.monotonic()
        yield begin, end
        took = time.monotonic() - begun
        if end < count and call.is_cancelled:
            raise errors.Cancelled("the query was cancelled")
        begin = end
        if took < 0.005:
            size = min(_MOST_BETWEEN_LOOKS, 2 * size)
        elif took > 0.05:
            size = max(1, size // 4)


def _null_on_error(function):
    def call(*arguments):
        try:
            return function(*arguments)
        except Exception:
            return None
    return call


def column_of_results(name, results, is_map=False):
    """Python values as a column; dicts that are maps as lists of keys and values."""
    try:
        if is_map:
            results = [result if not isinstance(result, dict) else
                       [{"key": key, "value": value} for key, value in result.items()]
                       for result in results]
        return _engine.column_of_values(results)
    except Exception as cause:
        said = str(cause).removeprefix(f"error[{getattr(cause, 'code', '')}]: ").partition("\n")[0]
        made = errors.FunctionFailed(f"what it returned is no column: {said}")
        raise made from cause


class ByBatch:
    """Calls the function with arrays of up to 64 Ki rows.

    Parameters
    ----------
    name : str
    instances : Instances
    values : str
        ``"arrow"``, ``"numpy"`` or ``"series"``: what the arrays are.
    """

    def __init__(self, name, instances, values):
        self._name, self._instances, self._values = name, instances, values

    def __call__(self, table, call):
        with Beside():
            arrays = arrays_of(table, self._values)
            function = self._instances.get()
            try:
                result = function(*arrays)
            except BaseException as cause:
                shapes = ", ".join(f"{type(array).__name__} of {len(array)}" for array in arrays)
                refail(f"a batch of {len(table)} rows, {self._name}({shapes}),", cause)
            return column_of_result(result)


def arrays_of(table, values):
    """The columns of a table of one batch.

    Parameters
    ----------
    table : doline._engine.Table
    values : str
        ``"arrow"``: PyArrow arrays over the same memory. ``"numpy"``: arrays, masked ones where there
        are NULLs. ``"series"``: ours. ``"list"``: lists.
    """
    if values == "list":
        return [table.to_list(column) for column in range(table.column_count)]
    if values == "arrow":
        import pyarrow

        batches = pyarrow.RecordBatchReader.from_stream(table)
        batch = batches.read_next_batch()
        return batch.columns
    if values == "series":
        from doline.data_frame import DataFrame
        from doline.series import Series

        frame = DataFrame(table)
        return [Series._of(frame.select(name), name) for name in frame.columns]
    from doline.interchange import numpy_arrays, require

    numpy = require("numpy", "a function of NumPy arrays")
    arrays = []
    for column, field in enumerate(_engine.arrow_field(table)[4]):
        array, mask = numpy_arrays.to_array(table, column, field)
        arrays.append(array if mask is None else numpy.ma.masked_array(array, mask))
    return arrays


def column_of_result(result):
    """What a function of arrays returned, as something with ``__arrow_c_array__``."""
    kind = type(result)
    package = kind.__module__.partition(".")[0]
    if package == "doline" and hasattr(result, "to_frame"):
        return column_of_stream(result)  # now, while its query has a session of its own
    if hasattr(kind, "__arrow_c_array__"):
        return result
    if package == "numpy" and package in sys.modules:
        from doline.interchange import numpy_arrays

        if getattr(result, "ndim", 0) != 1:
            raise _no_array(result)
        return numpy_arrays.column_of(result, copy=True)
    if package == "pandas" and hasattr(result, "array"):
        from doline.interchange import pandas_frames

        return pandas_frames._column(result, True)
    if package == "polars" and hasattr(result, "to_arrow"):
        return result.to_arrow()
    if package == "pyarrow" and hasattr(result, "combine_chunks"):
        whole = result.combine_chunks()
        if hasattr(whole, "chunks"):  # of none or several chunks in some versions
            import pyarrow

            whole = pyarrow.concat_arrays(whole.chunks) if whole.chunks else \
                pyarrow.array([], whole.type)
        return whole
    if isinstance(result, (list, tuple)):
        return _engine.column_of_values(result)
    raise _no_array(result)


def column_of_stream(series):
    """One of our series as a column."""
    return _engine.column_of_arrow(series)


def _no_array(result):
    shape = getattr(result, "shape", None)
    dimensions = f" of shape {shape}" if shape is not None else ""
    return errors.FunctionFailed(
        f"it returned {type(result).__name__}{dimensions}, where an array with a value a row is wanted")


class ByGroup:
    """Calls the function with each group's rows: the arguments' values as arrays or lists.

    What the engine gives is a column of lists of structs, a list a group.
    """

    def __init__(self, name, instances, values):
        self._name, self._instances, self._values = name, instances, values

    def __call__(self, table, call):
        lengths, rows = table.unnested()
        results = []
        with Beside():
            arrays = arrays_of(rows, self._values)
            function = self._instances.get()
            begin = 0
            for first, last in _parts(len(lengths), call):
                for group in range(first, last):
                    end = begin + lengths[group]
                    try:
                        results.append(self._result(function, [array[begin:end] for array in arrays]))
                    except BaseException as cause:
                        refail(f"group {group} of {len(lengths)}, {self._name} over {end - begin} "
                                     "rows,", cause)
                    begin = end
        return column_of_results(self._name, results)

    def _result(self, function, arrays):
        result = function(*arrays)
        as_py = getattr(result, "as_py", None)  # pyarrow.compute gives scalars of its own
        return as_py() if as_py is not None else result


class StateByGroup(ByGroup):
    """The same for a class with ``update`` and ``finish``: an object of it is made for each group, and
    given the group's rows part by part."""

    def __init__(self, name, kind, arguments, options, values):
        super().__init__(name, Instances(lambda *arrays: self._fold(arrays)), values)
        self._make = lambda: kind(*arguments, **options)

    def _fold(self, arrays):
        state = self._make()
        for begin in range(0, len(arrays[0]) if arrays else 0, _MOST_UPDATED):
            state.update(*(array[begin:begin + _MOST_UPDATED] for array in arrays))
        return state.finish()
