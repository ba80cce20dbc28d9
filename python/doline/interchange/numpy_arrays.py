"""NumPy arrays in, without copies where their layout allows, and out."""

from doline import _engine, errors
from doline.interchange import _package, _stream_of, require, _speaks_arrow

# What a dtype is for Arrow, by its kind and width; times are below.
_FORMATS = {
    ("b", 1): "b",
    ("i", 1): "c", ("i", 2): "s", ("i", 4): "i", ("i", 8): "l",
    ("u", 1): "C", ("u", 2): "S", ("u", 4): "I", ("u", 8): "L",
    ("f", 4): "f", ("f", 8): "g",
}
_ZONELESS = {"s": "tss:", "ms": "tsm:", "us": "tsu:", "ns": "tsn:"}
_UNITS = {"s": "s", "m": "ms", "u": "us", "n": "ns"}  # of Arrow's letters
_DURATIONS = {"s": "tDs", "ms": "tDm", "us": "tDu", "ns": "tDn"}


def from_array(array, copy=False):
    """A NumPy array as a table.

    Parameters
    ----------
    array : numpy.ndarray
        A structured one gives a column for each field; a two-dimensional one of shape (rows, columns)
        the columns ``column0``, ``column1`` …; a one-dimensional one ``column0``.
    copy : bool
        Whether the table keeps what the array holds now, whatever is written into it later.

    Returns
    -------
    doline._engine.Table
    """
    if array.dtype.names:
        return _table({name: array[name] for name in array.dtype.names}, copy)
    if array.ndim == 1:
        return _table({"column0": array}, copy)
    if array.ndim == 2:
        return _table({f"column{i}": array[:, i] for i in range(array.shape[1])}, copy)
    raise errors.error(errors.InvalidArgument, f"an array of {array.ndim} dimensions is no table",
                       "one of two has rows and columns")


def from_buffer(memory, copy=False):
    """An ``array.array`` or a ``memoryview`` as a table, like the array over its memory."""
    return from_array(require("numpy", "an array").asarray(memory), copy)


def from_columns(columns, copy=False):
    """A dict of columns (lists, arrays, series of pandas and Polars …) as a table; `copy` as of
    `from_array`."""
    return _table(columns, copy)


def _table(columns, copy):
    made = [column_of(values, copy=copy) for values in columns.values()]
    return _engine.Table.of_columns([str(name) for name in columns], made)


def column_of(values, nan_is_null=False, mask=None, copy=True):
    """One column, or the list of its pieces.

    Parameters
    ----------
    values : list, tuple, numpy.ndarray, series or array of pandas, or what speaks Arrow
        Or else an object with ``__array__`` or the buffer protocol.
    nan_is_null : bool
        pandas' meaning of NaN.
    mask : numpy.ndarray of bool, optional
        True where the value is NULL.
    copy : bool
        Without, numbers and times that lie in one piece of memory are read where they lie.
    """
    if isinstance(values, (list, tuple)):
        return _engine.column_of_values(values, nan_is_null, True)
    foreign = _typed_column(values, copy)
    if foreign is not None:
        return foreign
    numpy = require("numpy", "an array")
    array = numpy.asarray(values)
    if array.ndim != 1:
        return _engine.column_of_values(array.tolist(), nan_is_null, True)
    if isinstance(values, numpy.ma.MaskedArray):
        array, mask = values.data, numpy.ma.getmaskarray(values)
    kind, width = array.dtype.kind, array.dtype.itemsize
    if kind == "f" and width == 2:
        array, width = array.astype(numpy.float32), 4
    if kind == "M":
        return _times(numpy, array, _ZONELESS, mask, copy)
    if kind == "m":
        return _times(numpy, array, _DURATIONS, mask, copy)
    arrow = _FORMATS.get((kind, width))
    if arrow is not None:
        nulls = "nan" if nan_is_null and kind == "f" else ""
        return _engine.column_of_buffer(_in_one_piece(numpy, array), arrow, nulls, _bytes(numpy, mask),
                                        copy)
    if kind in "OUSVT":  # a masked array's list has None where it is masked
        objects = values if isinstance(values, numpy.ma.MaskedArray) else array
        return _engine.column_of_values(objects.tolist(), nan_is_null, True)
    raise errors.error(errors.NotSupported, f"a NumPy array of {array.dtype} has no SQL type",
                       "astype() a type of at most 8 bytes")


def _typed_column(values, copy):
    """The column of what knows its type better than NumPy does; None for others."""
    package = _package(values)
    if package == "numpy":
        return None
    if package == "pandas":
        from doline.interchange import pandas_frames

        return pandas_frames.column_of(values, copy)
    if not _speaks_arrow(values):
        return None
    if package == "polars":
        table = _stream_of(values)  # refuses what it would not give as it is
        if table.width != 1:
            return None
    return _engine.pieces_of(values)


def _times(numpy, array, formats, mask, copy, zone=""):
    unit, count = numpy.datetime_data(array.dtype)
    if unit == "D" and array.dtype.kind == "M" and count == 1:
        days = array.view(numpy.int64)
        missing = days == numpy.iinfo(numpy.int64).min
        if missing.any() or mask is not None:
            mask = missing if mask is None else missing | mask
            days = numpy.where(mask, 0, days)
        narrow = days.astype(numpy.int32)
        if (narrow == days).all():
            return _engine.column_of_buffer(narrow, "tdD", "", _bytes(numpy, mask))
    if unit not in formats or count != 1:
        finer = {"fs": "ns", "as": "ns", "ps": "ns"}.get(unit, "s" if unit in "YMWDhms" else unit)
        scaled = array.astype(f"{array.dtype.kind}8[{finer}]")
        if not ((scaled == array) | numpy.isnat(array)).all():
            raise errors.error(errors.ConversionError, f"times of {array.dtype} do not fit nanoseconds",
                               "astype('datetime64[ns]') rounds them")
        array, unit = scaled, finer
    values = _in_one_piece(numpy, array).view(numpy.int64)
    return _engine.column_of_buffer(values, formats[unit] + zone, "nat", _bytes(numpy, mask), copy)


def zoned_column(array, zone, copy):
    """UTC instants (``datetime64``) with the zone they are shown in."""
    numpy = require("numpy", "an array")
    return _times(numpy, array, _ZONELESS, None, copy, zone)


def _in_one_piece(numpy, array):
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    return numpy.ascontiguousarray(array)


def _bytes(numpy, mask):
    return None if mask is None else numpy.ascontiguousarray(mask).view(numpy.uint8)


def to_array(table, column, field):
    """A column as the NumPy array that holds its values exactly, and its NULLs.

    Parameters
    ----------
    table : doline._engine.Table
    column : int
    field : tuple
        The column's of :func:`doline._engine.arrow_field`.

    Returns
    -------
    tuple of (numpy.ndarray, numpy.ndarray or None)
        Values, and True where they are NULL (None: nowhere). What NumPy has no type for comes as
        objects.
    """
    numpy = require("numpy", "an array")
    mask = table.null_mask(column)
    if mask is not None:
        mask = mask.view(numpy.bool_)
    dtype = dtype_of(field)
    if dtype is None:
        # Not numpy.array: a list of lists is to stay one dimension.
        return numpy.fromiter(table.to_list(column), dtype=object, count=len(table)), mask
    if field[1] == "tdD":
        return table.raw_values(column).view(numpy.int32).astype(dtype), mask
    return table.raw_values(column).view(dtype), mask


def to_arrays(stream):
    """The rows of a stream as a dict of arrays, masked ones where there are NULLs."""
    numpy = require("numpy", ".fetchnumpy()")
    table = _engine.Table.collect(stream)
    arrays = {}
    for column, field in enumerate(_engine.arrow_field(table)[4]):
        values, mask = to_array(table, column, field)
        arrays[field[0]] = values if mask is None else numpy.ma.masked_array(values, mask)
    return arrays


def memory_of(stream):
    """The values of a stream's only column as an array that cannot be written to.

    Raises
    ------
    BufferError
        For values without a fixed width, and where one is missing.
    """
    table = _engine.Table.collect(stream)
    field = _engine.arrow_field(table)[4][0]
    dtype = dtype_of(field)
    if dtype is None or dtype[0] not in "bfiu":
        raise BufferError("only numbers and booleans lie as the buffer protocol has them: "
                          "to_numpy() and to_arrow() give the others")
    values, mask = to_array(table, 0, field)
    if mask is not None:
        raise BufferError("the buffer protocol knows no missing values: drop_nulls() or fill_null()")
    values.flags.writeable = False
    return values


def without_mask(array):
    """An array as Polars gives it: NaN, NaT or None where a value is missing.

    Parameters
    ----------
    array : numpy.ndarray or numpy.ma.MaskedArray

    Returns
    -------
    numpy.ndarray
        Of float64 for integers that are missing some, of objects for what has no such value.
    """
    import numpy

    if not isinstance(array, numpy.ma.MaskedArray):
        return array
    if not numpy.ma.is_masked(array):
        return array.data
    if array.dtype.kind in "iu":
        array = array.astype("float64")
    if array.dtype.kind == "f":
        return array.filled(numpy.nan)
    if array.dtype.kind in "mM":
        return array.filled(numpy.array("NaT", array.dtype))
    return array.astype(object).filled(None)


def dtype_of(field):
    """The NumPy dtype of an Arrow field, as text; None where objects have to do."""
    arrow, dictionary = field[1], field[5]
    if dictionary is not None:
        return None
    for (kind, width), one in _FORMATS.items():
        if arrow == one:
            return "bool" if kind == "b" else f"{kind}{width}"
    if arrow == "tdD":
        return "datetime64[D]"
    if arrow.startswith("ts"):
        return f"datetime64[{_UNITS[arrow[2]]}]"
    if arrow.startswith("tD"):
        return f"timedelta64[{_UNITS[arrow[2]]}]"
    return None
