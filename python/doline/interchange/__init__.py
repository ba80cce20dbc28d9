"""What other libraries hold, as Arrow streams, and back; none of them is imported until it is there."""

import array
import sys
import weakref

from doline import errors

# Readers that were handed on: what is read from one is gone, and it would have no rows without a word.
_read = weakref.WeakSet()


def stream_of(thing, copy=False):
    """The rows of anything that is a table.

    Parameters
    ----------
    thing : object
        A pandas DataFrame or Series, a Polars frame (lazy too), whatever has ``__arrow_c_stream__``
        or ``__arrow_c_array__`` or their likes for devices (PyArrow, DuckDB, Narwhals, our own frames
        …; a column by itself is a table of one), a PyArrow dataset or scanner, a NumPy array (one- or
        two-dimensional, or structured), an ``array.array`` or ``memoryview``, or a dict of columns.
    copy : bool
        Whether the rows stay as they are now, whatever is written into `thing` later. Without, memory
        of NumPy and pandas is read where it lies, when a query reads it.

    Returns
    -------
    object
        Something with ``__arrow_c_stream__`` or ``__arrow_c_array__``.

    Raises
    ------
    TypeError
        For anything else.
    doline.errors.InvalidArgument
        For a PyArrow reader that was read before.

    Examples
    --------
    >>> import doline
    >>> from doline.interchange import stream_of
    >>> doline.DataFrame(stream_of({"a": [1, 2], "b": ["x", None]})).shape
    (2, 2)
    """
    found = _stream_of(thing, copy)
    if found is None:
        raise errors.error(
            errors.TypeMismatch, f"{_class_name(thing)} is no table",
            "give a DataFrame, something with __arrow_c_stream__, a NumPy array or a dict of columns")
    return found


def is_table(thing):
    """Whether :func:`stream_of` takes it, judged by its class alone."""
    return (_package(thing) in ("pandas", "polars", "numpy") and _of_library(thing) is not None
            or _speaks_arrow(type(thing)) or isinstance(thing, (array.array, memoryview))
            or _package(thing) == "pyarrow" and hasattr(thing, "to_reader")
            or _is_dataset(thing)
            or isinstance(thing, dict) and bool(thing) and all(isinstance(key, str) for key in thing)
            and all(_is_column(column) for column in thing.values()))


_ARROW = ("__arrow_c_stream__", "__arrow_c_array__", "__arrow_c_device_stream__", "__arrow_c_device_array__")


def _speaks_arrow(thing):
    """Whether it, an object or a class, gives columns by Arrow's protocol."""
    return any(hasattr(thing, method) for method in _ARROW)


def _stream_of(thing, copy=True):
    reader = _of_library(thing, copy)
    if reader is not None:
        return reader(thing)
    if _speaks_arrow(thing):
        _refuse_second_reading(thing)
        return thing
    if isinstance(thing, (array.array, memoryview)):
        from doline.interchange import numpy_arrays

        return numpy_arrays.from_buffer(thing, copy)
    if _is_dataset(thing):
        return thing.scanner().to_reader()
    if hasattr(thing, "to_reader"):  # a scanner
        return thing.to_reader()
    if isinstance(thing, dict):
        from doline.interchange import numpy_arrays

        return numpy_arrays.from_columns(thing, copy)
    return None


def _of_library(thing, copy=False):
    """The function that reads this class of pandas, Polars or NumPy; None for what is none of theirs."""
    package = _package(thing)
    if _is_own_series(thing):
        return lambda series: series.to_frame()
    if package == "pandas":
        pandas = sys.modules["pandas"]
        if isinstance(thing, (pandas.DataFrame, pandas.Series)):
            from doline.interchange import pandas_frames

            return lambda frame: pandas_frames.from_pandas(frame, copy)
    elif package == "polars":
        polars = sys.modules["polars"]
        if isinstance(thing, polars.LazyFrame):
            return lambda frame: _without_objects(polars, frame.collect())
        if isinstance(thing, polars.Series):
            return lambda series: _without_objects(polars, series.to_frame())
        if isinstance(thing, polars.DataFrame):
            return lambda frame: _without_objects(polars, frame)
    elif package == "numpy" and isinstance(thing, sys.modules["numpy"].ndarray):
        from doline.interchange import numpy_arrays

        return lambda array: numpy_arrays.from_array(array, copy)
    return None


def _refuse_second_reading(thing):
    """Notes that a reader, if it is one, is read now; an error where it was before."""
    if _package(thing) != "pyarrow" or not isinstance(thing, sys.modules["pyarrow"].RecordBatchReader):
        return
    if thing in _read:
        raise errors.error(errors.InvalidArgument, "the RecordBatchReader was read already",
                           "make another one, or keep its rows: reader.read_all()")
    _read.add(thing)


def _without_objects(polars, frame):
    """A frame of Polars; its Object columns would come as the pointers that Arrow is given."""
    for name, dtype in frame.schema.items():
        if dtype == polars.Object:
            raise errors.error(errors.NotSupported, f'column "{name}" is of Polars\' Object type',
                               "make it another type first: map_elements(…, return_dtype=…)")
    return frame


def _is_own_series(thing):
    return type(thing).__module__ == "doline.series" and hasattr(thing, "to_frame")


def _is_dataset(thing):
    return _package(thing) == "pyarrow" and hasattr(thing, "scanner")


def _is_column(thing):
    return isinstance(thing, (list, tuple, array.array, memoryview)) or hasattr(thing, "__array__") or \
        _speaks_arrow(thing)


def _package(thing):
    """The package whose class it, or a base of it, is of; only where that package is imported."""
    for kind in type(thing).__mro__:
        package = kind.__module__.partition(".")[0]
        if package in ("pandas", "polars", "numpy", "pyarrow") and package in sys.modules:
            return package
    return ""


def _class_name(thing):
    kind = type(thing)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"


def require(package, purpose):
    """The package, imported; an error that names it where it is not installed."""
    import importlib

    try:
        return importlib.import_module(package)
    except ImportError as missing:
        distribution = package.partition(".")[0]
        raise errors.error(errors.NotSupported, f"{purpose} needs {distribution}, which is not installed",
                           f"pip install {distribution}") from missing
