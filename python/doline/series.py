"""`Series`: a column by itself; a frame of one column that acts like its values."""

from __future__ import annotations

import operator

from . import _engine
from .data_frame import DataFrame
from .errors import ConversionError, InvalidArgument, TypeMismatch, error
from .expr.expression import Expr, expression
from .expr.literals import may_equal
from .expr.nodes import SCALAR, Column, Literal, SeriesColumn
from .frame_values import refuse_compat_level, to_pandas_by_arrow, with_options
from .series_changes import SeriesChanges


class Series(SeriesChanges, _engine.LendsMemory):
    """A column by itself: every function of `Expr` is a method of it, which runs at once.

    Parameters
    ----------
    name : str, optional
        What it is called.
    values : list, range, generator, NumPy or Arrow array, series of pandas or Polars, Series
        The values; the first argument may be these alone.
    dtype : data type, optional
        Of the values.
    strict : bool, default True
        Whether a value that does not fit the type is an error; else it becomes null.
    nan_to_null : bool, default False
        Whether NaN in NumPy's arrays is null.

    Raises
    ------
    TypeError
        For floats that are to be integers.

    Examples
    --------
    >>> series = dl.Series("a", [1, 2, 3])
    >>> series.sum(), (series * 2).to_list(), series.rolling_mean(2).to_list()
    (6, [2, 4, 6], [None, 1.5, 2.5])
    """

    def __init__(self, name=None, values=None, dtype=None, *, strict=True, nan_to_null=False):
        if name is not None and not isinstance(name, str):
            name, values = "", name
        label = name or ""
        if values is None:
            values = []
        self._frame = DataFrame({label: values}, None if dtype is None else {label: dtype}, strict=strict,
                                nan_to_null=nan_to_null)
        self._name = label

    @classmethod
    def _of(cls, frame, name=None):
        series = cls.__new__(cls)
        series._frame = frame
        series._name = frame.columns[0] if name is None else name
        return series

    @property
    def _column(self):
        return self._frame.columns[0]

    def _expr(self):
        return expression(Column(self._column))

    @property
    def _node(self):
        """What the series is within an expression: a column; of one value, that value on every row."""
        if len(self) != 1:
            return SeriesColumn(self)
        from .expr.literals import literal_node
        value = literal_node(self.item(), self.dtype)
        return Literal(value.bytes, value.value, self._name)

    @property
    def name(self):
        """What the series is called.

        Returns
        -------
        str

        Examples
        --------
        >>> dl.Series("a", [1]).name
        'a'
        """
        return self._name

    @property
    def dtype(self):
        """The type of the values.

        Returns
        -------
        data type

        Examples
        --------
        >>> dl.Series("a", [1]).dtype
        Int64
        """
        return self._frame.dtypes[0]

    @property
    def shape(self):
        """How many values there are, as a tuple.

        Returns
        -------
        tuple of int

        Examples
        --------
        >>> dl.Series("a", [1, 2]).shape
        (2,)
        """
        return (len(self),)

    def __len__(self): return self._frame.height
    def len(self):
        """How many values there are.

        Returns
        -------
        int

        Examples
        --------
        >>> dl.Series([1, None]).len()
        2
        """
        return self._frame.height

    def __iter__(self): return iter(self.to_list())
    def to_list(self):
        """The values as a list.

        Returns
        -------
        list
            Values as Python has them; null is None.

        Examples
        --------
        >>> dl.Series([1, None]).to_list()
        [1, None]
        """
        return [row[0] for row in self._frame.rows()]

    def to_frame(self, name=None):
        """A frame of this column.

        Parameters
        ----------
        name : str, optional
            What the column is called; as the series if left out.

        Returns
        -------
        DataFrame

        Examples
        --------
        >>> dl.Series("a", [1]).to_frame("b").columns
        ['b']
        """
        wanted = self._name if name is None else name
        return self._frame.clone() if wanted == self._column else self._frame.rename({self._column: wanted})
    def to_numpy(self, *, writable=False, allow_copy=True, masked=False):
        """The values as an array.

        Parameters
        ----------
        writable : bool, default False
            Whether the array has to be one that can be written into.
        allow_copy : True
            No other is supported.
        masked : bool, default False
            Whether missing values are masked.

        Returns
        -------
        numpy.ndarray
            Missing values are NaN, NaT or None, as in Polars, unless `masked`.

        Raises
        ------
        doline.NotSupported
            For `allow_copy=False`.

        Examples
        --------
        >>> dl.Series([1, 2]).to_numpy()
        array([1, 2])
        """
        from .interchange.numpy_arrays import without_mask
        array = next(iter(self._frame.fetchnumpy().values()))
        if masked:
            import numpy
            return with_options(numpy.ma.asarray(array), writable, allow_copy)
        return with_options(without_mask(array), writable, allow_copy)

    def to_arrow(self, *, compat_level=None):
        """The values as a PyArrow array.

        Parameters
        ----------
        compat_level : None
            No other is supported.

        Returns
        -------
        pyarrow.Array

        Raises
        ------
        doline.NotSupported
            For a `compat_level`.

        Examples
        --------
        >>> dl.Series([1, 2]).to_arrow().type
        DataType(int64)
        """
        refuse_compat_level(compat_level)
        return self._frame.arrow().column(0).combine_chunks()

    def to_pandas(self, *, use_pyarrow_extension_array=False, **kwargs):
        """The values as a pandas series.

        Parameters
        ----------
        use_pyarrow_extension_array : bool, default False
            Whether of Arrow's memory and type.
        **kwargs
            Of PyArrow's `Array.to_pandas`, which then makes the series.

        Returns
        -------
        pandas.Series

        Examples
        --------
        >>> dl.Series("a", [1, 2]).to_pandas().name
        'a'
        """
        if use_pyarrow_extension_array or kwargs:
            made = to_pandas_by_arrow(self.to_arrow(), use_pyarrow_extension_array, kwargs)
            return made.rename(self._name)
        return self._frame.df().iloc[:, 0].rename(self._name)

    def __array__(self, dtype=None, copy=None):
        array = self.to_numpy()
        return array if dtype is None else array.astype(dtype)

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        if method != "__call__" or "out" in options:
            return NotImplemented
        arrays = [one.to_numpy(masked=one.null_count() > 0) if isinstance(one, Series) else one for one in inputs]
        return Series(self._name, ufunc(*arrays, **options))

    def __arrow_c_stream__(self, requested_schema=None):
        frame = self.to_frame()
        if requested_schema is None:
            return _engine.column_stream(frame._start())
        from .interchange.recasting import requested
        return _engine.column_stream(requested(frame, requested_schema))
    def __arrow_c_array__(self, requested_schema=None):
        lists = self._frame.lazy().select(self._expr().implode())
        rows = _engine.Table.collect(lists._run())
        if requested_schema is None:
            return rows.elements().__arrow_c_array__()
        from .interchange.arrow_types import types_of
        return self.cast(types_of(requested_schema)[0][1]).__arrow_c_array__()
    def __arrow_c_schema__(self): return self.dtype.__arrow_c_schema__()
    def __arrow_c_device_stream__(self, requested_schema=None, **options):
        from .interchange.device import device_stream
        return device_stream(self, requested_schema, options)
    def __arrow_c_device_array__(self, requested_schema=None, **options):
        from .interchange.device import device_array
        return device_array(self, requested_schema, options)
    def _memory(self):
        """What lends `memoryview` its memory: a copy of the values, which are never written to."""
        from .interchange.numpy_arrays import memory_of
        return memory_of(self._frame)
    def __reduce__(self): return Series._of, (self._frame, self._name)
    def item(self, index=None):
        """The only value, or the one at a position.

        Parameters
        ----------
        index : int, optional
            From 0, or from the end if negative.

        Returns
        -------
        object

        Raises
        ------
        ValueError
            Without a position, where there is not exactly one value.

        Examples
        --------
        >>> dl.Series([7]).item()
        7
        """
        return self._frame.item() if index is None else self[index]

    def rename(self, name):
        """The series under another name.

        Parameters
        ----------
        name : str
            The name.

        Returns
        -------
        Series

        Examples
        --------
        >>> dl.Series("a", [1]).rename("b").name
        'b'
        """
        return Series._of(self._frame, name)

    alias = rename
    def is_empty(self, *, ignore_nulls=False):
        """Whether there are no values.

        Parameters
        ----------
        ignore_nulls : bool, default False
            Whether missing ones are none.

        Returns
        -------
        bool

        Examples
        --------
        >>> dl.Series([]).is_empty()
        True
        """
        return len(self) == (self.null_count() if ignore_nulls else 0)

    def clone(self):
        """The same values as a series of its own, which may be changed in place; nothing is copied."""
        return Series._of(self._frame, self._name)

    __copy__ = clone
    def __deepcopy__(self, memo=None): return self.clone()
    def __contains__(self, value):
        if value is None:
            return self.null_count() > 0
        if not may_equal(value, self.dtype):
            return False
        try:
            return self._with(lambda x: (x == value).any())
        except (TypeMismatch, ConversionError):  # of another type than any of the values
            return False
    def __hash__(self): return id(self)
    def __bool__(self): raise TypeError("a Series is neither true nor false")

    def __repr__(self):
        from .table_text import series_text
        return series_text(self)

    def _repr_html_(self):
        return self.to_frame()._repr_html_()

    @property
    def plot(self):
        """Charts through Altair: see :class:`doline.plotting.SeriesPlot`."""
        from .plotting import SeriesPlot
        return SeriesPlot(self)

    def __getitem__(self, key):
        if hasattr(key, "__index__") and not hasattr(key, "__len__"):
            return self._frame._rows_at(key).item()
        return Series._of(self._frame._rows_at(key), self._name)

    def slice(self, offset, length=None):
        """A part of the values.

        Parameters
        ----------
        offset : int
            Where it begins, from 0 or from the end if negative.
        length : int, optional
            How many, all but so many if negative; to the end if left out.

        Returns
        -------
        Series

        Examples
        --------
        >>> dl.Series([1, 2, 3, 4]).slice(1, -1).to_list()
        [2, 3]
        """
        if isinstance(length, int) and length < 0 and isinstance(offset, int):
            return Series._of(self._frame.slice(offset, length), self._name)
        return self._with(lambda x: x.slice(offset, length))

    def _with(self, build, others=()):
        """`build(self, *others)` as expressions, over a frame that has all of them. What is one value
        stands beside each of the others."""
        others = [Series(other) if getattr(other, "ndim", 0) == 1 and not isinstance(other, Series) else other
                  for other in others]
        series = [self, *(other for other in others if isinstance(other, Series))]
        lengths = {len(one) for one in series}
        if len(lengths - {1}) > 1:
            raise error(InvalidArgument, "series of " + " and ".join(map(str, (len(one) for one in series)))
                        + " values do not pair", "give them the same length")
        length = max(lengths, key=lambda n: (n != 1, n))
        frames, operands = [], []
        for i, other in enumerate([self, *others]):
            if isinstance(other, Series):
                if len(other) == 1 and (length != 1 or i > 0):
                    other = expression(other._node)
                else:
                    label = other._column if i == 0 else f"__doline_operand_{i}"
                    frames.append(other._frame.lazy().rename({other._column: label}) if i else
                                  other._frame.lazy())
                    other = expression(Column(label))
            operands.append(other)
        from .concatenating import beside
        made = build(*operands)
        frame = beside(frames).select(made.alias(self._column)).collect()
        if made._node.shape == SCALAR:
            return frame.item()
        return Series._of(frame, self._name)

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        if name in ("str", "dt", "list", "arr", "struct", "bin", "cat", "map"):
            return _Namespace(self, name)
        if not hasattr(Expr, name):
            from .refused import EXPRESSIONS, refusing
            if name in EXPRESSIONS:
                return refusing(name, EXPRESSIONS[name])
            raise AttributeError(f"'Series' object has no attribute {name!r}")

        def method(*args, **kwargs):
            series = [a for a in args if isinstance(a, Series)]
            if name in ("is_in", "gather", "replace", "replace_strict"):  # whose values are no column beside it
                given = [a.to_list() if isinstance(a, Series) and name.startswith("replace") else a for a in args]
                return self._with(lambda x: getattr(x, name)(*given, **kwargs))
            if name == "filter":
                return self._with(lambda x, m: x.filter(m), series)

            def call(x, *operands):
                left = iter(operands)
                return getattr(x, name)(*(next(left) if isinstance(a, Series) else a for a in args), **kwargs)
            return self._with(call, series)
        return method

    def describe(self, percentiles=(0.25, 0.5, 0.75), interpolation="nearest"):
        """Statistics of the values: those that their type has.

        Parameters
        ----------
        percentiles : float or list of float, optional
            Which quantiles.
        interpolation : str, default "nearest"
            As of `quantile`.

        Returns
        -------
        DataFrame
            A row for each statistic.

        Examples
        --------
        >>> dl.Series("a", [1, 2, 3]).describe().height
        9
        """
        from .describing import describe_series
        return describe_series(self, percentiles, interpolation)

    def to_dummies(self, *, separator="_", drop_first=False, drop_nulls=False):
        """A column of 0 and 1 for each distinct value.

        Parameters
        ----------
        separator : str, default "_"
            Between the series' name and the value.
        drop_first, drop_nulls : bool, default False
            Whether the value that comes first, and missing ones, are left out.

        Returns
        -------
        DataFrame

        Examples
        --------
        >>> dl.Series("a", ["x", "y"]).to_dummies().rows(named=True)
        [{'a_x': 1, 'a_y': 0}, {'a_x': 0, 'a_y': 1}]
        """
        return self.to_frame().to_dummies(separator=separator, drop_first=drop_first, drop_nulls=drop_nulls)

    def unique_counts(self):
        """How often each distinct value occurs, by first appearance.

        Returns
        -------
        Series

        Examples
        --------
        >>> dl.Series(["x", "y", "x"]).unique_counts().to_list()
        [2, 1]
        """
        return self._frame.group_by(self._column, maintain_order=True).len().to_series(1).rename(self._name)

    def null_count(self):
        """How many values are missing.

        Returns
        -------
        int

        Examples
        --------
        >>> dl.Series([1, None]).null_count()
        1
        """
        return self._with(lambda x: x.null_count())


class _Namespace:
    def __init__(self, series, name):
        self._series, self._name = series, name

    def __getattr__(self, method):
        if method.startswith("_"):
            raise AttributeError(method)
        name = self._name
        if name == "dt" and method in ("min", "max", "mean", "median"):
            return getattr(self._series, method)
        if name == "struct" and method in ("fields", "schema"):
            from .datatypes import Schema
            schema = Schema({field.name: field.dtype for field in self._series.dtype.fields})
            return list(schema) if method == "fields" else schema

        if name == "struct" and method == "unnest":
            return lambda: self._series.to_frame().unnest(self._series.name)

        def run(*args, **kwargs):
            made = self._series._with(lambda x: getattr(getattr(x, name), method)(*args, **kwargs))
            return made.rename(args[0]) if (name, method) == ("struct", "field") and isinstance(made, Series) \
                else made
        return run

    def __getitem__(self, key):
        if self._name == "struct":
            return self.field(self.fields[key] if isinstance(key, int) else key)
        return self.get(key)


def _operator(name):
    def method(self, other):
        if isinstance(other, Expr):  # over a frame that is not there yet
            return getattr(Expr, name)(expression(self._node), other)
        if isinstance(other, list) and not self.dtype.is_nested():
            other = Series(other)
        return self._with(getattr(Expr, name), [other])
    method.__name__ = name
    return method


for _name in ("add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "floordiv",
              "rfloordiv", "mod", "rmod", "pow", "rpow", "and", "rand", "or", "ror", "xor", "eq", "ne",
              "lt", "le", "gt", "ge"):
    setattr(Series, f"__{_name}__", _operator(f"__{_name}__"))
Series.__matmul__ = lambda self, other: self.dot(other)
Series.__neg__ = lambda self: self._with(operator.neg)
Series.__invert__ = lambda self: self._with(operator.invert)
Series.__abs__ = lambda self: self._with(operator.abs)
del _name
