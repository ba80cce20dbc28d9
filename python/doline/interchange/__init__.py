"""What other libraries hold, as Arrow streams, and back; none of them is imported until it is there."""

import sys

from doline import errors


def stream_of(thing, copy=False):
    """The rows of anything that is a table.

    Parameters
    ----------
    thing : object
        A pandas DataFrame or Series, a Polars frame (lazy too), whatever has ``__arrow_c_stream__``
        or ``__arrow_c_array__`` (PyArrow, DuckDB, Narwhals, our own frames …), a PyArrow dataset or
        scanner, a NumPy array (one- or two-dimensional, or structured), or a dict of columns (arrays
        or lists).
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

    Examples
    --------
    >>> import doline
    >>> from doline.interchange import stream_of
    >>> len(doline._engine.Table.collect(stream_of({"a": [1, 2], "b": ["x", None]})))
    2
    """
    found = _stream_of(thing, copy)
    if found is None:
        raise TypeError(
            f"{_class_name(thing)} is no table: give a DataFrame, something with __arrow_c_stream__, "
            "a NumPy array or a dict of columns")
    return found


def is_table(thing):
    """Whether :func:`stream_of` takes it, judged by its class alone."""
    return (_package(thing) in ("pandas", "polars", "numpy") and _of_library(thing) is not None
            or hasattr(type(thing), "__arrow_c_stream__") or hasattr(type(thing), "__arrow_c_array__")
            or _package(thing) == "pyarrow" and hasattr(thing, "to_reader")
            or _is_dataset(thing)
            or isinstance(thing, dict) and bool(thing) and all(isinstance(key, str) for key in thing)
            and all(_is_column(column) for column in thing.values()))


def _stream_of(thing, copy=True):
    reader = _of_library(thing, copy)
    if reader is not None:
        return reader(thing)
    if hasattr(thing, "__arrow_c_stream__") or hasattr(thing, "__arrow_c_array__"):
        return thing
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
    if package == "pandas":
        pandas = sys.modules["pandas"]
        if isinstance(thing, (pandas.DataFrame, pandas.Series)):
            from doline.interchange import pandas_frames

            return lambda frame: pandas_frames.from_pandas(frame, copy)
    elif package == "polars":
        polars = sys.modules["polars"]
        if isinstance(thing, polars.LazyFrame):
            return polars.LazyFrame.collect
        if isinstance(thing, polars.Series):
            return polars.Series.to_frame
        if isinstance(thing, polars.DataFrame):
            return lambda frame: frame
    elif package == "numpy" and isinstance(thing, sys.modules["numpy"].ndarray):
        from doline.interchange import numpy_arrays

        return lambda array: numpy_arrays.from_array(array, copy)
    return None


def _is_dataset(thing):
    return _package(thing) == "pyarrow" and hasattr(thing, "scanner")


def _is_column(thing):
    return isinstance(thing, (list, tuple)) or hasattr(thing, "__array__") or \
        hasattr(thing, "__arrow_c_array__")


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
