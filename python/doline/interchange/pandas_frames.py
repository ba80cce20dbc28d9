"""pandas frames in and out, with PyArrow installed and without.

What a missing value is follows pandas: NaN, NaT, None and NA all come as NULL; only the nullable types
(``Float64``) tell NaN and NA apart. Back, the column type is the one that holds the values exactly:
integers with NULLs are ``Int64``, not floats.
"""

from doline import _engine, errors
from doline.interchange import numpy_arrays, require
from doline.type_texts import parse_type


def from_pandas(frame, copy=False, nan_is_null=True):
    """A DataFrame or Series as a table, its numbers without copies. The index is left out.

    Parameters
    ----------
    frame : pandas.DataFrame or pandas.Series
    copy : bool
        Whether the table keeps what the frame holds now, whatever is written into it later.
    nan_is_null : bool
        Whether NaN in columns of NumPy's floats is NULL.

    Returns
    -------
    doline._engine.Table

    Raises
    ------
    doline.errors.NotSupported
        For column types without an SQL type (complex, sparse, interval, period).
    """
    if frame.ndim == 1:
        return _engine.Table.of_columns([_text(frame.name, "column0")], [_column(frame, copy, nan_is_null)])
    names = [_text(name, f"column{i}") for i, name in enumerate(frame.columns)]
    columns = [_column(frame.iloc[:, i], copy, nan_is_null) for i in range(frame.shape[1])]
    return _engine.Table.of_columns(names, columns)


def _text(name, otherwise):
    if name is None:
        return otherwise
    return "_".join(map(str, name)) if isinstance(name, tuple) else str(name)


def column_of(values, copy=False):
    """A Series, an Index or one of pandas' arrays as a column; None for what is none of these."""
    pandas = require("pandas", "a Series")
    if isinstance(values, (pandas.Index, pandas.api.extensions.ExtensionArray)):
        values = pandas.Series(values, copy=False)
    return _column(values, copy) if isinstance(values, pandas.Series) else None


def _column(series, copy, nan_is_null=True):
    pandas = require("pandas", "a DataFrame")
    dtype = series.dtype
    if isinstance(dtype, pandas.CategoricalDtype):
        return _categories(series.array, copy)
    if isinstance(dtype, pandas.DatetimeTZDtype):
        instants = series.array.tz_convert("UTC").tz_localize(None).to_numpy()
        return numpy_arrays.zoned_column(instants, str(dtype.tz), copy)
    if isinstance(dtype, pandas.StringDtype) or isinstance(dtype, getattr(pandas, "ArrowDtype", ())):
        return _arrow_or_objects(series.array)
    array = series.array
    if hasattr(array, "_data") and hasattr(array, "_mask"):  # Int64, boolean, Float64 …
        mask = array._mask if array._mask.any() else None
        return numpy_arrays.column_of(array._data, mask=mask, copy=copy)
    if dtype.kind in "biufMm" and hasattr(dtype, "itemsize"):
        return numpy_arrays.column_of(series.to_numpy(), nan_is_null=nan_is_null, copy=copy)
    if dtype == object:
        return _engine.column_of_values(series.tolist(), True, True)
    raise errors.error(errors.NotSupported, f"pandas' column type {dtype} has no SQL type",
                       _INSTEAD.get(type(dtype).__name__, "astype(str), or a number"))


# By the class of a dtype, what has one.
_INSTEAD = {
    "PeriodDtype": "series.dt.to_timestamp() gives the times at which they begin",
    "IntervalDtype": "two columns: series.array.left and series.array.right",
    "SparseDtype": "series.sparse.to_dense()",
    "Complex128DType": "two columns: numpy.real(series) and numpy.imag(series)",
}


# Beyond that many a categorical is a way to save memory, not a type.
_MOST_ENUM_VALUES = 10_000


def _categories(array, copy):
    categories = array.categories.tolist()
    if not all(isinstance(value, str) for value in categories):  # of numbers or times: their values
        return _engine.column_of_values(array.astype(object).tolist(), True, True)
    codes = require("numpy", "a DataFrame").ascontiguousarray(array.codes)
    width = {1: "c", 2: "s", 4: "i", 8: "l"}[codes.dtype.itemsize]
    enum = ""
    if 0 < len(categories) <= _MOST_ENUM_VALUES:
        enum = "ENUM ORDERED(" if array.ordered else "ENUM("
        enum += ", ".join("'" + text.replace("'", "''") + "'" for text in categories) + ")"
    return _engine.column_of_codes(_engine.column_of_buffer(codes, width, "negative", None, copy),
                                   _engine.column_of_values(categories), enum)


def _arrow_or_objects(array):
    chunked = getattr(array, "_pa_array", None)
    if chunked is None:
        return _engine.column_of_values(array.astype(object).tolist(), True, True)
    one = chunked.combine_chunks() if chunked.num_chunks != 1 else chunked.chunk(0)
    return _engine.column_of_arrow(one)


def with_index(frame):
    """A frame whose index is columns before the others, named as Polars names them."""
    names = [str(name) for name in frame.index.names]
    taken = [name for name in names if name in map(str, frame.columns)]
    if taken:
        raise errors.error(errors.InvalidArgument,
                           f'the frame has a column "{taken[0]}", as its index is called',
                           "rename the index: frame.rename_axis(…)")
    return frame.reset_index(names=names)


def to_pandas(stream):
    """The rows of a stream as a DataFrame.

    Parameters
    ----------
    stream : object
        Anything with ``__arrow_c_stream__``.

    Returns
    -------
    pandas.DataFrame
        BOOLEAN, integers and floats as NumPy's types, or as pandas' nullable ones where there are
        NULLs (of floats: and NaN too); VARCHAR as ``str``; ENUM as categorical; TIMESTAMP, DATE and
        INTERVAL (without months) as ``datetime64`` and ``timedelta64``; DECIMAL, HUGEINT, UUID, TIME,
        lists and structs as objects.
    """
    pandas = require("pandas", ".df()")
    table = _engine.Table.collect(stream)
    fields = _engine.arrow_field(table)[4]
    texts = _arrow_texts(pandas, table, fields)
    columns = [texts[i] if i in texts else _series(pandas, table, i, field) for i, field in enumerate(fields)]
    frame = pandas.DataFrame(dict(enumerate(columns)), index=pandas.RangeIndex(len(table)), copy=False)
    frame.columns = pandas.Index([field[0] for field in fields], dtype="str" if fields else object)
    return frame


def _arrow_texts(pandas, table, fields):
    """The columns of texts, which pandas keeps as Arrow does where PyArrow is installed, by position."""
    where = [i for i, field in enumerate(fields) if field[1] in ("u", "U") and field[5] is None]
    dtype = pandas.StringDtype(na_value=float("nan"))
    if not where or dtype.storage != "pyarrow":
        return {}
    arrow = require("pyarrow", ".df()").table(table)
    return {i: dtype.__from_arrow__(arrow.column(i)) for i in where}


def _series(pandas, table, column, field):
    arrow, dictionary = field[1], field[5]
    if dictionary is not None:
        return _categorical(pandas, table, column, field)
    if arrow in ("u", "U"):
        return pandas.array(table.to_list(column), dtype="str")
    if arrow == "tin":
        return _intervals(pandas, table, column)
    values, mask = numpy_arrays.to_array(table, column, field)
    kind = values.dtype.kind
    if kind == "O":
        return pandas.Series(values, dtype=object)
    if kind in "Mm":
        if arrow == "tdD":
            values = values.astype("datetime64[s]")
        if mask is not None:
            values[mask] = type(values[0])("NaT")
        zone = arrow[4:] if arrow.startswith("ts") else ""
        series = pandas.Series(values)
        return series.dt.tz_localize("UTC").dt.tz_convert(zone) if zone else series
    if mask is None:
        return values
    if kind == "f" and not (values != values)[~mask].any():
        values[mask] = float("nan")
        return values
    # Of floats where NaN is a value beside NULL, which NumPy's would mix up.
    nullable = {"b": pandas.arrays.BooleanArray, "i": pandas.arrays.IntegerArray,
                "u": pandas.arrays.IntegerArray, "f": pandas.arrays.FloatingArray}[kind]
    return nullable(values, mask)


def _categorical(pandas, table, column, field):
    # What the engine says of an ENUM is all its values in their order, where there are no rows too.
    said = field[3].get("doline.type", "")
    categories = parse_type(said).categories if said else table.dictionary(column)
    return pandas.Categorical(table.to_list(column), categories=categories,
                              ordered=said.startswith("ENUM ORDERED("))


def _intervals(pandas, table, column):
    from datetime import timedelta

    values = table.to_list(column)
    if all(value is None or isinstance(value, timedelta) for value in values):
        return pandas.Series(values, dtype="timedelta64[us]")
    return pandas.Series(values, dtype=object)
