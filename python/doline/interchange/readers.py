"""`from_arrow` and its like: a frame or a series of what another library has."""

from doline import errors
from doline.interchange import is_table


def from_arrow(data, schema=None, *, schema_overrides=None, rechunk=False):
    """A frame of a PyArrow table, or of whatever speaks Arrow; a series of an array.

    Parameters
    ----------
    data : object
        With ``__arrow_c_stream__`` or ``__arrow_c_array__``, or a list of such tables.
    schema : dict, list or Arrow schema, optional
        Names, or names and types.
    schema_overrides : dict, optional
        Types of some columns.
    rechunk : bool
        Means nothing here: memory is the engine's to arrange.

    Returns
    -------
    DataFrame or Series
        A Series of an array.

    Examples
    --------
    >>> import pyarrow
    >>> dl.from_arrow(pyarrow.table({"a": [1, 2]})).rows()
    [(1,), (2,)]
    >>> len(dl.from_arrow(pyarrow.array([1, 2])))
    2
    """
    from doline.concatenating import concat
    from doline.data_frame import DataFrame
    from doline.series import Series

    if isinstance(data, (list, tuple)) and data and all(map(is_table, data)):
        data = concat([DataFrame(part) for part in data])
    if type(data).__name__ in ("ChunkedArray", "Series") or \
            hasattr(data, "__arrow_c_array__") and not hasattr(data, "schema"):
        series = Series(getattr(data, "name", "") or "", data)
        if schema is None and not schema_overrides:
            return series
        data = series.to_frame()
    return DataFrame(data, schema, schema_overrides=schema_overrides)


def from_polars(data):
    """A frame of a Polars frame; a series of a Polars series.

    Parameters
    ----------
    data : polars.DataFrame, polars.LazyFrame or polars.Series
        The rows, which are not copied.

    Returns
    -------
    DataFrame or Series

    Examples
    --------
    >>> import polars
    >>> dl.from_polars(polars.DataFrame({"a": [1, 2]})).rows()
    [(1,), (2,)]
    """
    return from_arrow(data)


def from_numpy(data, schema=None, *, schema_overrides=None, orient=None):
    """A frame of a NumPy array.

    Parameters
    ----------
    data : numpy.ndarray
        Of one or two dimensions, or structured.
    schema : dict or list, optional
        Names, or names and types.
    schema_overrides : dict, optional
        Types of some columns.
    orient : "row" or "col", optional
        Whether the rows of a two-dimensional array are rows, which is meant if left out, or columns.

    Returns
    -------
    DataFrame

    Examples
    --------
    >>> import numpy
    >>> dl.from_numpy(numpy.array([[1, 2], [3, 4]]), schema=["a", "b"]).rows()
    [(1, 2), (3, 4)]
    """
    from doline.data_frame import DataFrame

    if orient == "col" and getattr(data, "ndim", 1) == 2:
        data = data.T
    return DataFrame(data, schema, schema_overrides=schema_overrides)


def from_pandas(data, *, schema_overrides=None, rechunk=True, nan_to_null=True, include_index=False):
    """A frame of a pandas frame; a series of a pandas series or index.

    Parameters
    ----------
    data : pandas.DataFrame, pandas.Series or pandas.Index
        The rows. Numbers are not copied.
    schema_overrides : dict, optional
        Types of some columns.
    rechunk : bool
        Means nothing here: memory is the engine's to arrange.
    nan_to_null : bool, default True
        Whether NaN is null.
    include_index : bool, default False
        Whether the index becomes columns, before the others.

    Returns
    -------
    DataFrame or Series

    Raises
    ------
    doline.errors.NotSupported
        For column types that no SQL type holds: periods, intervals, sparse and complex numbers.

    Examples
    --------
    >>> import pandas
    >>> frame = pandas.DataFrame({"a": [1, 2]}, index=pandas.Index(["x", "y"], name="key"))
    >>> dl.from_pandas(frame, include_index=True).rows()
    [('x', 1), ('y', 2)]
    >>> type(dl.from_pandas(frame["a"]))
    <class 'doline.series.Series'>
    """
    from doline.data_frame import DataFrame
    from doline.interchange import pandas_frames, require
    from doline.series import Series

    pandas = require("pandas", "from_pandas")
    if not isinstance(data, (pandas.DataFrame, pandas.Series, pandas.Index)):
        raise errors.error(errors.TypeMismatch,
                           f"from_pandas takes a pandas frame, series or index, not {type(data).__name__}")
    is_frame = isinstance(data, pandas.DataFrame)
    if include_index and not isinstance(data, pandas.Index):
        data = pandas_frames.with_index(data if is_frame else data.to_frame(data.name or ""))
        is_frame = True
    if isinstance(data, pandas.Index):
        data = data.to_series(index=pandas.RangeIndex(len(data)))
    table = pandas_frames.from_pandas(data, True, nan_to_null)
    frame = DataFrame(table, schema_overrides=schema_overrides)
    if is_frame:
        return frame
    return Series._of(frame, "" if data.name is None else str(data.name))
