"""`DataFrame`: rows that were computed, in a table of the process's database.

The table lies in the engine's memory budget and may be on disk; it is dropped with the last frame
that refers to it. Verbs are those of `LazyFrame`, run at once.
"""

from __future__ import annotations

from . import _nodes as n, _sessions
from . import datatypes as types
from ._rows import Rows
from .errors import InvalidArgument, NotSupported, error
from .column_names import no_column
from .lazy_frame import LazyFrame, _run
from .progress import rows_of, started


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


class DataFrame(Rows):
    """A table in memory, with Polars' verbs.

    Parameters
    ----------
    data : dict, list of dicts, list of rows, NumPy array, pandas or Arrow table, or a frame
    schema : dict or list, optional
        Names, or names and types.
    schema_overrides : dict, optional
        Types of some columns.
    orient : {"row", "col"}, optional
        How a list of lists is meant.
    strict : bool
        Whether a value that does not fit its type is an error.

    Examples
    --------
    >>> import doline as dl
    >>> dl.DataFrame({"a": [1, 2], "b": ["x", None]}).shape
    (2, 2)
    """

    __hash__ = None

    def __init__(self, data=None, schema=None, *, schema_overrides=None, orient=None, strict=True,
                 infer_schema_length=100, nan_to_null=False):
        from .making import table_of
        made = table_of(data, schema, schema_overrides, orient, strict, nan_to_null)
        self._lazy, self._height = made, None

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
        """The frame as the begin of a query."""
        return self._lazy

    def _start(self):
        return self._lazy._run()

    @property
    def height(self):
        """The number of rows."""
        if self._height is None:
            from .expr import build as b
            query = b.select_from(self._lazy._query, [b.named(b.call("count_star"), "n")])
            self._height = _run(query).fetch()[0][0]
        return self._height

    columns = property(lambda self: list(self._lazy.names))
    schema = property(lambda self: types.Schema(self._lazy.types))
    dtypes = property(lambda self: list(self._lazy.types.values()))
    width = property(lambda self: len(self._lazy.names))
    shape = property(lambda self: (self.height, self.width))

    @columns.setter
    def columns(self, names):
        """Names of the columns."""
        renamed = self._lazy.rename(dict(zip(self.columns, names, strict=True)))
        self._lazy = renamed

    def collect_schema(self):
        """Names and types of the columns."""
        return self.schema

    def is_empty(self):
        """Whether there are no rows."""
        return self.height == 0

    def __len__(self): return self.height
    def __contains__(self, name): return name in self._lazy.names
    def __iter__(self): return iter(self.get_columns())
    def __bool__(self): raise TypeError("a DataFrame is neither true nor false; use is_empty()")
    def __copy__(self): return self
    def __deepcopy__(self, memo=None): return self
    def clone(self):
        """The same; frames do not change."""
        return self

    def estimated_size(self, unit="b"):
        """Not supported: the engine's profile tells of memory."""
        raise NotSupported("estimated_size is not supported; DESCRIBE and the profile tell of memory")

    def __repr__(self):
        from .table_text import frame_text
        return frame_text(self)

    __str__ = __repr__

    def _repr_html_(self):
        from .table_text import frame_html
        return frame_html(self)

    def glimpse(self, *, max_items_per_column=10, return_type=None, **options):
        """Prints a line for each column."""
        from .table_text import glimpse_text
        text = glimpse_text(self, max_items_per_column)
        if return_type == "string":
            return text
        print(text)

    def __reduce__(self):
        return _unpickled, (self._lazy,)

    # --- Values out

    def rows(self, *, named=False):
        """All rows as tuples, or as dicts."""
        if not self._lazy.names:
            return []
        rows = rows_of(self._start())
        if named:
            return [dict(zip(self.columns, row)) for row in rows]
        return rows

    def row(self, index=None, *, by_predicate=None, named=False):
        """One row."""
        if by_predicate is not None:
            return self.filter(by_predicate).row(0, named=named)
        return self.slice(index, 1).rows(named=named)[0]

    def iter_rows(self, *, named=False, buffer_size=512):
        """The rows, read in parts."""
        query = self._start()
        while rows := query.fetch(buffer_size):
            for row in rows:
                yield dict(zip(self.columns, row)) if named else row

    def to_dicts(self):
        """A dict for each row."""
        return self.rows(named=True)

    def to_dict(self, *, as_series=True):
        """A dict of columns."""
        if as_series:
            return {name: self.get_column(name) for name in self.columns}
        columns = list(zip(*self.rows())) or [()] * self.width
        return {name: list(values) for name, values in zip(self.columns, columns)}

    def to_arrow(self, **options):
        """As a PyArrow table or array."""
        return self.arrow()

    def to_pandas(self, **options):
        """As a pandas frame or series."""
        return self.df()

    def to_polars(self):
        """As a Polars frame."""
        return self.pl()

    def to_numpy(self, **options):
        """All columns as one two-dimensional array; missing values are NaN, NaT or None."""
        import numpy
        from .interchange.numpy_arrays import without_mask
        arrays = [without_mask(array) for array in self.fetchnumpy().values()]
        if not arrays:
            return numpy.empty((0, 0))
        if len({array.dtype.kind for array in arrays} - set("iufb")) > 0 and len({a.dtype for a in arrays}) > 1:
            arrays = [array.astype(object) for array in arrays]
        return numpy.column_stack(arrays)

    def __array__(self, dtype=None, copy=None):
        array = self.to_numpy()
        return array if dtype is None else array.astype(dtype)

    def to_series(self, index=0):
        """A column as a series."""
        return self.get_column(self.columns[index])

    def get_columns(self):
        """All columns as series."""
        return [self.get_column(name) for name in self.columns]

    def get_column(self, name, *, default=None):
        """A column as a series."""
        from .series import Series
        if name not in self._lazy.names:
            raise no_column(name, self.columns)
        if self.width == 1:
            return Series._of(self)
        return Series._of(self.select(name))

    def get_column_index(self, name):
        """At which place a column is."""
        return self.columns.index(name)

    def item(self, row=None, column=None):
        """The only value, or the one at a place."""
        if row is None and column is None:
            if self.shape != (1, 1):
                raise ValueError(f"item() is for a frame of one value, not of shape {self.shape}")
            return self.rows()[0][0]
        name = column if isinstance(column, str) else self.columns[column]
        return self.select(name).slice(row, 1).rows()[0][0]

    def __getitem__(self, key):
        if isinstance(key, tuple):
            rows, columns = key
            chosen = self[columns] if not isinstance(columns, (str, int)) else self.select(
                columns if isinstance(columns, str) else self.columns[columns])
            if isinstance(rows, int):
                out = chosen.slice(rows, 1)
                return out.item() if isinstance(columns, (str, int)) else out
            out = chosen[rows]
            return out.to_series() if isinstance(columns, (str, int)) else out
        if isinstance(key, str):
            return self.get_column(key)
        if isinstance(key, int):
            return self.slice(key, 1)
        if isinstance(key, slice):
            begin, stop, step = key.indices(self.height)
            out = self.slice(begin, max(stop - begin, 0))
            return out if step == 1 else out.gather_every(step)
        keys = list(key.to_list() if hasattr(key, "to_list") else key)
        if keys and isinstance(keys[0], str):
            return self.select(keys)
        rows = self.rows()
        return DataFrame([rows[i] for i in keys], schema=self.schema, orient="row")

    def __eq__(self, other):
        raise NotSupported("frames are compared by equals() or testing.assert_frame_equal")

    def equals(self, other, *, null_equal=True):
        """Whether two have the same values."""
        return self.columns == other.columns and self.rows() == other.rows()

    def write_parquet(self, file, **options):
        """Writes a Parquet file."""
        self._lazy.sink_parquet(file, **options)

    def write_ndjson(self, file=None, **options):
        """Writes lines of JSON."""
        self._lazy.sink_ndjson(file, **options)

    def write_ipc(self, file, **options):
        """Writes an Arrow file."""
        self._lazy.sink_ipc(file, **options)

    def write_json(self, file=None):
        """A JSON array of objects; returned as text without a file."""
        from .io import write_json
        return write_json(self, file)

    def write_csv(self, file=None, **options):
        """A CSV file; returned as text without a file."""
        from .io import write_csv
        return write_csv(self, file, **options)

    # --- Groups and other frames

    def join(self, other, on=None, how="inner", *, maintain_order=None, **options):
        """As `LazyFrame.join`; rows come in the left frame's order (of a right join, the right's)
        unless `maintain_order` says otherwise.

        Examples
        --------
        >>> import doline as dl
        >>> left, right = dl.DataFrame({"k": [2, 1]}), dl.DataFrame({"k": [1, 2], "v": ["a", "b"]})
        >>> left.join(right, on="k").rows()
        [(2, 'b'), (1, 'a')]
        """
        order = maintain_order or ("right_left" if how == "right" else "left_right")
        return self._lazy.join(other.lazy(), on, how, maintain_order=order, **options).collect()

    def group_by(self, *by, maintain_order=False, **named):
        """Groups of equal values."""
        from .group_by import GroupBy
        return GroupBy(self._lazy.group_by(*by, maintain_order=maintain_order, **named), self)

    def group_by_dynamic(self, index_column, **options):
        """Groups of periods of time."""
        from .group_by import GroupBy
        return GroupBy(self._lazy.group_by_dynamic(index_column, **options), self)

    def rolling(self, index_column, **options):
        """For each row, the rows of a period before it."""
        from .group_by import GroupBy
        return GroupBy(self._lazy.rolling(index_column, **options), self)

    def partition_by(self, by, *more, maintain_order=True, include_key=True, as_dict=False):
        """A frame for each group."""
        from .group_by import GroupBy
        keys = (list(by) if isinstance(by, (list, tuple)) else [by]) + list(more)
        parts = list(GroupBy(self._lazy.group_by(*keys), self))
        if not include_key:
            parts = [(k, part.drop(keys)) for k, part in parts]
        return dict(parts) if as_dict else [part for _, part in parts]

    def upsample(self, time_column, *, every, group_by=None, maintain_order=False):
        """Rows for the moments in between."""
        from .upsampling import upsample
        return upsample(self, time_column, every, group_by)

    def sample(self, n=None, *, fraction=None, with_replacement=False, shuffle=False, seed=None):
        """Rows drawn at random.

        Parameters
        ----------
        n, fraction : int, float
            How many, or which share of all; one row if both are left out.
        with_replacement : bool
            Whether a row may be drawn again.
        shuffle : bool
            Whether the rows are in a random order, not in any.
        seed : int, optional
            The same seed draws the same rows again.

        Raises
        ------
        ValueError
            For more rows than there are, without replacement.
        """
        from .sampling import sample
        return sample(self, n, fraction, with_replacement, shuffle, seed)

    def transpose(self, *, include_header=False, header_name="column", column_names=None):
        """Rows as columns."""
        rows = self.rows()
        names = list(column_names) if column_names else [f"column_{i}" for i in range(len(rows))]
        data = {header_name: self.columns} if include_header else {}
        for name, row in zip(names, rows):
            data[name] = list(row)
        return DataFrame(data)

    def __getattr__(self, name):
        from .refused import FRAMES, refusing
        if name in FRAMES:
            return refusing(name, FRAMES[name])
        raise AttributeError(f"a DataFrame has no {name!r}")

    def pipe(self, function, *args, **kwargs):
        """`function(self, …)`."""
        return function(self, *args, **kwargs)

    def rows_by_key(self, key, *, named=False, include_key=False, unique=False):
        """A dict of rows by the values of `key`."""
        keys = [key] if isinstance(key, str) else list(key)
        rest = self.columns if include_key else [k for k in self.columns if k not in keys]
        out = {}
        for row in self.rows(named=True):
            label = row[keys[0]] if len(keys) == 1 else tuple(row[k] for k in keys)
            value = {k: row[k] for k in rest} if named else tuple(row[k] for k in rest)
            if unique:
                out[label] = value
            else:
                out.setdefault(label, []).append(value)
        return out

    def to_struct(self, name=""):
        """All columns as one series of structs."""
        from .expr.construct import all as every, struct
        return self.select(struct(every()).alias(name or "struct")).to_series()

    def hstack(self, columns, *, in_place=False):
        """More columns beside the frame's."""
        return self.with_columns(*columns)

    def vstack(self, other, *, in_place=False):
        """The rows of another frame below."""
        from .concatenating import concat
        return concat([self, other])

    extend = vstack

    def insert_column(self, index, column):
        """The frame with a column put in at a place."""
        added = self.with_columns(column)
        name = added.columns[-1]
        order = self.columns
        order.insert(index, name)
        return added.select(order)

    def replace_column(self, index, column):
        """Another column in the place of one."""
        name = self.columns[index]
        out = self.with_columns(column.alias(name))
        return out.rename({name: column.name})

    def drop_in_place(self, name):
        """Takes a column out of this very frame and returns it."""
        column = self.get_column(name)
        self._lazy = self._lazy.drop(name)
        return column

    def to_dummies(self, columns=None, *, separator="_", drop_first=False, drop_nulls=False):
        """A column of 0 and 1 for each distinct value."""
        from .expr.construct import col
        names = columns if columns is not None else self.columns
        names = [names] if isinstance(names, str) else list(names)
        out = []
        for name in self.columns:
            if name not in names:
                out.append(col(name))
                continue
            values = self.select(name).unique().sort(name).rows()
            for (value,) in values[1 if drop_first else 0:]:
                text = "null" if value is None else value
                out.append(col(name).eq_missing(value).cast(types.UInt8).alias(f"{name}{separator}{text}"))
        return self.select(out)

    def is_duplicated(self):
        """Whether a value or row occurs more than once."""
        return self._row_mark(lambda count: count > 1)

    def is_unique(self):
        """Whether a value or row occurs once."""
        return self._row_mark(lambda count: count == 1)

    def _row_mark(self, test):
        from .expr.construct import len as row_count
        return self.select(test(row_count().over(self.columns)).alias("")).to_series()

    def n_unique(self, subset=None):
        """How many distinct values or rows there are; null is one."""
        frame = self if subset is None else self.select(subset)
        return frame.unique().height

    def max_horizontal(self):
        """The greatest of the columns, row by row."""
        return self._across("max_horizontal", "max")

    def min_horizontal(self):
        """The least of the columns, row by row."""
        return self._across("min_horizontal", "min")

    def sum_horizontal(self, **_):
        """The sum of the columns, row by row."""
        return self._across("sum_horizontal", "sum")

    def mean_horizontal(self, **_):
        """The mean of the columns, row by row."""
        return self._across("mean_horizontal", "mean")

    def _across(self, function, name):
        from .expr import construct
        return self.select(getattr(construct, function)(construct.all()).alias(name)).to_series()

    def fold(self, operation):
        """A function of an accumulator and each expression in turn; or of columns, for a frame."""
        columns = self.get_columns()
        out = columns[0]
        for column in columns[1:]:
            out = operation(out, column)
        return out

    def describe(self, *args, **kwargs):
        """Statistics of the columns."""
        return self._lazy.describe(*args, **kwargs)

    def sql(self, query, *, table_name="self"):
        """SQL over the frame, which is called `self` there."""
        return self._lazy.sql(query, table_name=table_name).collect()

    def pivot(self, on, on_columns=None, **options):
        """Values of a column become columns."""
        return self._lazy.pivot(on, on_columns, **options).collect()

    def rechunk(self):
        """The same: memory is the engine's to arrange."""
        return self

    def shrink_to_fit(self, **_):
        """The same: memory is the engine's to arrange."""
        return self

    def iter_columns(self):
        """The columns, one after the other."""
        return iter(self.get_columns())

    def n_chunks(self, *_):
        """How many parts the memory has: to its user, one."""
        return 1

    def unstack(self, *args, **kwargs):
        """Not supported; use `pivot`."""
        raise NotSupported("unstack is not supported; use pivot")

    def map_rows(self, *args, **kwargs):
        """Not supported; use expressions."""
        raise NotSupported("map_rows is not supported; use expressions")

    def corr(self, **_):
        """Pearson's (or Spearman's) correlation."""
        from .expr.construct import corr
        return self.select([corr(a, c).alias(f"{a}\0{c}") for a in self.columns for c in self.columns]) \
            and DataFrame({c: [self.select(corr(a, c)).item() for a in self.columns] for c in self.columns})

    @property
    def plot(self):
        """Charts through Altair: see :class:`doline.plotting.DataFramePlot`."""
        from .plotting import DataFramePlot
        return DataFramePlot(self)


def _unpickled(lazy):
    frame = object.__new__(DataFrame)
    frame._lazy, frame._height = lazy, None
    return frame


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
        _check_lengths(self, args, kwargs)
        return lazy_verb(self._lazy, *args, **kwargs).collect()
    verb.__name__, verb.__doc__ = name, lazy_verb.__doc__
    verb.__wrapped__ = lazy_verb  # whose signature it has
    return verb


for _name in ("select", "select_seq", "with_columns", "with_columns_seq", "filter", "remove", "sort",
              "top_k", "bottom_k", "slice", "head", "limit", "tail", "reverse", "gather_every",
              "with_row_index", "with_row_count", "rename", "drop", "drop_nulls", "drop_nans",
              "fill_null", "fill_nan", "cast", "unique", "explode", "unnest", "unpivot", "melt", "sum",
              "mean", "min", "max", "median", "std", "var", "count", "null_count", "quantile",
              "join_asof", "join_where", "merge_sorted", "shift", "interpolate", "update", "set_sorted",
              "approx_n_unique", "first", "last", "clear", "product"):
    setattr(DataFrame, _name, _verb(_name))
del _name
