"""`Series`: a column by itself; a frame of one column that acts like its values."""

from __future__ import annotations

import operator

from . import _engine
from .data_frame import DataFrame
from .errors import NotSupported
from .expr.expression import Expr, expression
from .expr.nodes import SCALAR, Column, Literal, SeriesColumn


class Series(_engine.LendsMemory):
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
        return self._frame if wanted == self._column else self._frame.rename({self._column: wanted})
    def to_numpy(self, **_):
        """The values as an array.

        Returns
        -------
        numpy.ndarray
            Missing values are NaN, NaT or None, as in Polars.

        Examples
        --------
        >>> dl.Series([1, 2]).to_numpy()
        array([1, 2])
        """
        from .interchange.numpy_arrays import without_mask
        return without_mask(next(iter(self._frame.fetchnumpy().values())))

    def to_arrow(self, **_):
        """The values as a PyArrow array.

        Returns
        -------
        pyarrow.Array

        Examples
        --------
        >>> dl.Series([1, 2]).to_arrow().type
        DataType(int64)
        """
        return self._frame.arrow().column(0).combine_chunks()

    def to_pandas(self, **_):
        """The values as a pandas series.

        Returns
        -------
        pandas.Series

        Examples
        --------
        >>> dl.Series("a", [1, 2]).to_pandas().name
        'a'
        """
        return self._frame.df().iloc[:, 0].rename(self._name)

    def __array__(self, dtype=None, copy=None):
        array = self.to_numpy()
        return array if dtype is None else array.astype(dtype)
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
    def is_empty(self):
        """Whether there are no values.

        Returns
        -------
        bool

        Examples
        --------
        >>> dl.Series([]).is_empty()
        True
        """
        return len(self) == 0

    def clone(self):
        """The same; frames do not change."""
        return self

    def equals(self, other, **_):
        """Whether two series have the same values; names do not count.

        Parameters
        ----------
        other : Series
            The other one.

        Returns
        -------
        bool

        Examples
        --------
        >>> dl.Series("a", [1]).equals(dl.Series("b", [1]))
        True
        """
        return self.to_list() == other.to_list()

    def __contains__(self, value): return value in self.to_list()
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
        if isinstance(key, int):
            length = len(self)
            if not -length <= key < length:
                raise IndexError(f"index {key} of {length} values")
            return self._frame.slice(key, 1).item()
        return Series._of(self._frame[key], self._name)

    def _with(self, build, others=()):
        """`build(self, *others)` as expressions, over a frame that has all of them."""
        lazy, operands = self._frame.lazy(), []
        for i, other in enumerate(others):
            if isinstance(other, Series):
                if len(other) == 1:
                    other = expression(_literal(other.item()))
                else:
                    from .concatenating import beside
                    label = f"__doline_operand_{i}"
                    lazy = beside([lazy, other._frame.lazy().rename({other._column: label})])
                    other = expression(Column(label))
            operands.append(other)
        made = build(self._expr(), *operands)
        frame = lazy.select(made.alias(self._column)).collect()
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
            if name == "is_in":
                return self._with(lambda x: x.is_in(*args, **kwargs))
            if name == "filter":
                return self._with(lambda x, m: x.filter(m), series)
            rest = [a for a in args if not isinstance(a, Series)]
            return self._with(lambda x, *s: getattr(x, name)(*s, *rest, **kwargs), series)
        return method

    def value_counts(self, *, sort=False, name="count", **_):
        """How often each distinct value occurs.

        Parameters
        ----------
        sort : bool, default False
            Whether the most frequent come first; else by first appearance.
        name : str, default "count"
            What the counts are called.

        Returns
        -------
        DataFrame
            The values and their counts.

        Examples
        --------
        >>> dl.Series("a", ["x", "y", "x"]).value_counts(sort=True).rows()
        [('x', 2), ('y', 1)]
        """
        frame = self._frame.group_by(self._column, maintain_order=True).len(name)
        return frame.sort(name, descending=True) if sort else frame

    def describe(self, *args, **kwargs):
        """Statistics of the values.

        Returns
        -------
        DataFrame
            A row for each statistic.

        Examples
        --------
        >>> dl.Series("a", [1, 2, 3]).describe().height
        9
        """
        return self._frame.describe(*args, **kwargs)

    def to_dummies(self, **options):
        """A column of 0 and 1 for each distinct value.

        Returns
        -------
        DataFrame

        Examples
        --------
        >>> dl.Series("a", ["x", "y"]).to_dummies().rows(named=True)
        [{'a_x': 1, 'a_y': 0}, {'a_x': 0, 'a_y': 1}]
        """
        return self.to_frame().to_dummies(**options)

    def append(self, other):
        """Not supported; use `concat` on frames."""
        raise NotSupported("append is not supported; use pl.concat")

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
        return self._frame.group_by(self._column, maintain_order=True).len().to_series(1)

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

    def n_chunks(self):
        """How many parts the memory has: to its user, one."""
        return 1

    def rechunk(self):
        """The same: memory is the engine's to arrange."""
        return self


def _literal(value):
    from .expr.literals import literal_node
    return literal_node(value)


class _Namespace:
    def __init__(self, series, name):
        self._series, self._name = series, name

    def __getattr__(self, method):
        if method.startswith("_"):
            raise AttributeError(method)
        name = self._name

        def run(*args, **kwargs):
            return self._series._with(lambda x: getattr(getattr(x, name), method)(*args, **kwargs))
        return run


def _operator(name):
    def method(self, other):
        return self._with(getattr(Expr, name), [other])
    method.__name__ = name
    return method


for _name in ("add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "floordiv",
              "rfloordiv", "mod", "rmod", "pow", "rpow", "and", "rand", "or", "ror", "xor", "eq", "ne",
              "lt", "le", "gt", "ge"):
    setattr(Series, f"__{_name}__", _operator(f"__{_name}__"))
Series.__neg__ = lambda self: self._with(operator.neg)
Series.__invert__ = lambda self: self._with(operator.invert)
Series.__abs__ = lambda self: self._with(operator.abs)
del _name
