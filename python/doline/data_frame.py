"""`DataFrame`: rows that were computed, in a table of the process's database.

The table lies in the engine's memory budget and may be on disk; it is dropped with the last frame
that refers to it. Verbs are those of `LazyFrame`, run at once.
"""

from __future__ import annotations


from . import _nodes as n, _sessions
from . import datatypes as types
from ._rows import Rows
from .errors import InvalidArgument, error
from .lazy_frame import LazyFrame, _run
from .progress import rows_of, started
from .frame_arithmetic import FrameArithmetic
from .frame_items import FrameItems, as_mask
from .frame_layouts import FrameLayouts
from .frame_looks import FrameLooks
from .frame_shapes import FrameShapes
from .frame_values import FrameValues


def stored(query):
    """A table of a query's rows, as a handle that drops it."""
    session = _sessions.current()
    name = _sessions.unused_name("frame")
    create = n.create_table([name], query=query)
    rows_of(started(session, session.prepare(n.statement_message(create))))
    handle = object.__new__(_sessions.TableHandle)
    handle._name, handle._database = name, _sessions.database()
    return handle


def table_query(handle):
    """The query of all a table's rows."""
    return n.select([n.named_expression(n.star())], from_=n.table_name([handle.name]))


class DataFrame(FrameArithmetic, FrameItems, FrameLooks, FrameValues, FrameShapes, FrameLayouts, Rows):
    """Rows that were computed, with Polars' verbs.

    They lie in the engine's memory budget, and on disk where that is used up, until no frame refers
    to them any more. Each verb runs at once and gives another frame; only what says `in_place`, `extend`,
    `insert_column`, `replace_column`, `drop_in_place` and brackets that are assigned to change this very
    one. `lazy()` begins a query whose verbs are planned together.

    Parameters
    ----------
    data : dict, list of dicts, list of rows, NumPy array, pandas, Polars or Arrow table, or a frame
        The columns or rows.
    schema : dict or list, optional
        Names, or names and types.
    schema_overrides : dict, optional
        Types of some columns.
    orient : "row" or "col", optional
        How a list of lists is meant.
    strict : bool, default True
        Whether a value that does not fit its type is an error; else it becomes null.
    infer_schema_length : int, optional
        Of dicts that are rows, how many say which columns there are; all of them if left out. Of
        the values' types, all values are looked at.
    nan_to_null : bool, default False
        Whether NaN in NumPy's arrays is null.
    height : int, optional
        How many rows there are to be: the only way to say so without columns.

    Raises
    ------
    TypeError
        For what is no table, and for floats that are to be integers.
    doline.errors.InvalidArgument
        For columns of different lengths, or of another one than `height`.
    doline.errors.ColumnNotFound
        For a column of the schema that the data has not.

    Examples
    --------
    >>> dl.DataFrame({"a": [1, 2], "b": ["x", None]}).shape
    (2, 2)
    >>> dl.DataFrame([(1, "x"), (2, "y")], schema={"a": dl.Int8, "b": dl.String}, orient="row").schema
    Schema({'a': Int8, 'b': String})
    """

    def __init__(self, data=None, schema=None, *, schema_overrides=None, orient=None, strict=True,
                 infer_schema_length=None, nan_to_null=False, height=None):
        from .making import table_of
        made = table_of(data, schema, schema_overrides, orient, strict, nan_to_null, infer_schema_length)
        self._lazy, self._height = made, None if made._names != [] else height or 0
        if height is not None and height != self.height:
            raise error(InvalidArgument, f"the columns have {self.height} values, height is {height}")

    @classmethod
    def _of_query(cls, lazy):
        handle = stored(lazy._query)
        return cls._of_table(handle, lazy._names, lazy._schema)

    @classmethod
    def _of_table(cls, handle, names=None, schema=None):
        frame = object.__new__(cls)
        frame._lazy = LazyFrame._of(table_query(handle), (handle,), names, schema)
        frame._height = None
        return frame

    @classmethod
    def _of_nothing(cls):
        frame = object.__new__(cls)
        frame._lazy = LazyFrame.without_source()
        frame._height = 0
        return frame

    # --- What it is

    def lazy(self):
        """A query that begins with these rows.

        Returns
        -------
        LazyFrame

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2]}).lazy().filter(dl.col("a") > 1).collect().rows()
        [(2,)]
        """
        return self._lazy

    def _start(self):
        return self._lazy._run()

    @property
    def height(self):
        """The number of rows.

        Returns
        -------
        int

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2]}).height
        2
        """
        if self._height is None:
            from .expr import build as b
            query = b.select_from(self._lazy._query, [b.named(b.call("count_star"), "n")])
            self._height = _run(query).fetch()[0][0]
        return self._height

    @property
    def columns(self):
        """Names of the columns. Assigned to, it renames them.

        Returns
        -------
        list of str

        Examples
        --------
        >>> dl.DataFrame({"a": [1], "b": ["x"]}).columns
        ['a', 'b']
        """
        return list(self._lazy.names)

    @property
    def schema(self):
        """Names and types of the columns.

        Returns
        -------
        doline.Schema

        Examples
        --------
        >>> dl.DataFrame({"a": [1], "b": ["x"]}).schema
        Schema({'a': Int64, 'b': String})
        """
        return types.Schema(self._lazy.types)

    @property
    def dtypes(self):
        """Types of the columns.

        Returns
        -------
        list of data type

        Examples
        --------
        >>> dl.DataFrame({"a": [1], "b": ["x"]}).dtypes
        [Int64, String]
        """
        return list(self._lazy.types.values())

    @property
    def width(self):
        """The number of columns.

        Returns
        -------
        int

        Examples
        --------
        >>> dl.DataFrame({"a": [1], "b": ["x"]}).width
        2
        """
        return len(self._lazy.names)

    @property
    def shape(self):
        """The numbers of rows and columns.

        Returns
        -------
        tuple of int

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2]}).shape
        (2, 1)
        """
        return self.height, self.width

    @columns.setter
    def columns(self, names):
        renamed = self._lazy.rename(dict(zip(self.columns, names, strict=True)))
        self._lazy = renamed

    def collect_schema(self):
        """Names and types of the columns.

        Returns
        -------
        doline.Schema

        Examples
        --------
        >>> dl.DataFrame({"a": [1]}).collect_schema()
        Schema({'a': Int64})
        """
        return self.schema

    def is_empty(self):
        """Whether there are no rows.

        Returns
        -------
        bool

        Examples
        --------
        >>> dl.DataFrame({"a": []}).is_empty()
        True
        """
        return self.height == 0

    def __len__(self): return self.height
    def __contains__(self, name): return name in self._lazy.names
    def __iter__(self): return iter(self.get_columns())
    def __bool__(self): raise TypeError("a DataFrame is neither true nor false; use is_empty()")
    def __copy__(self): return self.clone()
    def __deepcopy__(self, memo=None): return self.clone()
    def clone(self):
        """The same rows as a frame of their own, which may be changed in place; nothing is copied.

        Returns
        -------
        DataFrame
        """
        return self._view(self._lazy, self._height)

    def __repr__(self):
        from .table_text import frame_text
        return frame_text(self)

    __str__ = __repr__

    def _repr_html_(self):
        from .table_text import frame_html
        return frame_html(self)

    def __reduce__(self):
        return _unpickled, (self._lazy,)

    def __array__(self, dtype=None, copy=None):
        if copy is False:
            raise error(InvalidArgument, "rows are copied out of the engine: leave copy out")
        array = self.to_numpy()
        return array if dtype is None else array.astype(dtype)

    def __getattr__(self, name):
        from .refused import FRAMES, refusing
        if name in FRAMES:
            return refusing(name, FRAMES[name])
        raise AttributeError(f"a DataFrame has no {name!r}")

    def pipe(self, function, *args, **kwargs):
        """`function(self, …)`, so that functions of one's own stand in a chain.

        Parameters
        ----------
        function : callable
            Takes the frame first.
        *args, **kwargs
            What else it takes.

        Returns
        -------
        object
            What it returns.

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2]}).pipe(lambda frame, n: frame.head(n), 1).rows()
        [(1,)]
        """
        return function(self, *args, **kwargs)

    def describe(self, percentiles=(0.25, 0.5, 0.75), *, interpolation="nearest"):
        """Statistics of each column: counts, mean, spread, extremes and quantiles.

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
        >>> dl.DataFrame({"a": [1, 2, 3]}).describe().columns
        ['statistic', 'a']
        """
        return self._lazy.describe(percentiles, interpolation=interpolation)

    def sql(self, query, *, table_name="self"):
        """A SELECT over this frame.

        Parameters
        ----------
        query : str
            The statement.
        table_name : str, default "self"
            What the frame is called in it.

        Returns
        -------
        DataFrame

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2]}).sql("SELECT sum(a) AS total FROM self").item()
        3
        """
        return self._lazy.sql(query, table_name=table_name).collect()

    def rechunk(self):
        """The same: memory is the engine's to arrange."""
        return self

    def shrink_to_fit(self, *, in_place=False):
        """The same: memory is the engine's to arrange."""
        return self

    def n_chunks(self, strategy="first"):
        """How many parts the memory has: to its user, one; of each column with `strategy="all"`."""
        return [1] * self.width if strategy == "all" else 1

    @property
    def plot(self):
        """Charts through Altair: see :class:`doline.plotting.DataFramePlot`."""
        from .plotting import DataFramePlot
        return DataFramePlot(self)


def _unpickled(lazy):
    return DataFrame._view(lazy)


def _check_lengths(frame, args, kwargs):
    from .series import Series
    for value in [*args, *kwargs.values()]:
        for item in value if isinstance(value, (list, tuple)) else [value]:
            if isinstance(item, Series) and len(item) != frame.height:
                raise error(InvalidArgument, f'series "{item.name}" has {len(item)} values, the frame '
                            f"{frame.height} rows")


def _verb(name):
    lazy_verb = getattr(LazyFrame, name)

    def verb(self, *args, **kwargs):
        args = [a._lazy if isinstance(a, DataFrame) else a for a in args]
        if name in ("filter", "remove"):
            args = [as_mask(a) for a in args]
        _check_lengths(self, args, kwargs)
        return lazy_verb(self._lazy, *args, **kwargs).collect()
    verb.__name__, verb.__doc__ = name, lazy_verb.__doc__
    verb.__wrapped__ = lazy_verb  # whose signature it has
    return verb


for _name in ("select", "select_seq", "with_columns", "with_columns_seq", "filter", "remove", "sort",
              "top_k", "bottom_k", "reverse", "gather_every",
              "with_row_index", "with_row_count", "rename", "drop", "drop_nulls", "drop_nans",
              "fill_null", "fill_nan", "cast", "unique", "explode", "unnest", "unpivot", "melt", "sum",
              "mean", "min", "max", "median", "std", "var", "count", "null_count", "quantile",
              "join_asof", "join_where", "merge_sorted", "shift", "interpolate", "update", "set_sorted",
              "approx_n_unique", "clear", "product"):
    setattr(DataFrame, _name, _verb(_name))
for _name in ("head", "limit", "tail", "first", "last"):  # by `slice`
    setattr(DataFrame, _name, getattr(LazyFrame, _name))
del _name
