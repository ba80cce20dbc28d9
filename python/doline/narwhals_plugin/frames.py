"""Frames, as Narwhals asks for them: lazy and computed ones."""

from __future__ import annotations

from narwhals._utils import (Implementation, check_column_names_are_unique, check_columns_exist,
                             parse_columns_to_drop)
from narwhals.exceptions import ColumnNotFoundError

from .. import datatypes as types
from ..data_frame import DataFrame
from ..expr.construct import col
from ..expr.ranges import int_range
from ..expr.construct import len as row_count
from ..expr.expression import Expr
from ..expr.nodes import column_names
from ..lazy_frame import LazyFrame
from .column import Wrapper, native_of
from .failures import failures_told
from .series import DolineSeries
from .types import to_doline, to_narwhals


def bind(frame):
    """Has the engine look at a lazy frame's query; a computed one has none."""
    if isinstance(frame, LazyFrame):
        frame._schema = LazyFrame._of(frame._query, frame._keeps, frame._names).types


class Frame(Wrapper):
    """What lazy and computed frames share."""

    _native_frame = property(lambda self: self._native)
    columns = property(lambda self: list(self._native.columns))

    def _next(self, verb, *args, **kwargs):
        """The frame that one of our verbs makes of this. Its query is bound, so that what is wrong with
        it is told here and not when it runs."""
        given = [native_of(arg) for arg in args]
        try:
            with failures_told():
                made = getattr(self._native, verb)(*given, **kwargs)
                bind(made)
        except ColumnNotFoundError as failure:
            nodes = [expr._node for expr in given if isinstance(expr, Expr)]
            read = dict.fromkeys(name for node in nodes for name in column_names(node))
            raise check_columns_exist(list(read), available=self.columns) or failure from failure
        return self._with_native(made)

    def collect_schema(self):
        """Names and types."""
        with failures_told():
            return {name: to_narwhals(dtype, self._version) for name, dtype in self._native.schema.items()}

    schema = property(collect_schema)

    def _iter_columns(self):
        return iter([col(name) for name in self.columns])

    def simple_select(self, *names):
        """Columns by their names."""
        return self._next("select", *map(col, names))

    def select(self, *exprs):
        """Columns made of expressions."""
        return self._next("select", *exprs)

    aggregate = select

    def with_columns(self, *exprs):
        """More columns, or other ones of the same names."""
        return self._next("with_columns", *exprs)

    def filter(self, predicate):
        """The rows for which a predicate holds."""
        return self._next("filter", predicate)

    def cast(self, dtypes):
        """Some columns as other types."""
        return self._next("cast", {k: to_doline(t, self._version) for k, t in dtypes.items()})

    def drop(self, columns, *, strict):
        """Without some columns."""
        return self._next("drop", *parse_columns_to_drop(self, columns, strict=strict))

    def drop_nulls(self, subset):
        """The rows that have all values."""
        return self._next("drop_nulls", subset)

    def rename(self, mapping):
        """Other names."""
        check_column_names_are_unique([mapping.get(name, name) for name in self.columns])
        return self._next("rename", mapping, strict=False)

    def head(self, n):
        """The first rows."""
        return self._next("head", n)

    def tail(self, n):
        """The last rows."""
        return self._next("tail", n)

    def gather_every(self, n, offset):
        """Every n-th row."""
        return self._next("gather_every", n, offset)

    def sort(self, *by, descending, nulls_last):
        """Rows by values."""
        return self._next("sort", list(by), descending=descending, nulls_last=nulls_last)

    def top_k(self, k, *, by, reverse):
        """The rows with the largest values."""
        return self._next("top_k", k, by=[by] if isinstance(by, str) else list(by), reverse=reverse)

    def explode(self, columns, *, empty_as_null=True, keep_nulls=True):
        """A row for each element of lists."""
        with failures_told():
            for name in columns:
                if self._native.schema[name] != types.List:
                    from narwhals.exceptions import InvalidOperationError
                    raise InvalidOperationError(f"`explode` operation not supported for dtype "
                                                f"`{self.schema[name]}`, expected List type")
        return self._next("explode", list(columns), empty_as_null=empty_as_null, keep_nulls=keep_nulls)

    def unpivot(self, on, index, variable_name, value_name):
        """Columns become rows of names and values."""
        return self._next("unpivot", on, index=index, variable_name=variable_name, value_name=value_name)

    def unique(self, subset, *, keep, order_by=None, maintain_order=False):
        """Rows without repetition."""
        frame = self._next("sort", list(order_by)) if order_by else self
        return frame._next("unique", list(subset) if subset else None, keep=keep,
                           maintain_order=bool(maintain_order or order_by))

    def with_row_index(self, name, order_by):
        """A first column that numbers rows, in an order."""
        if not order_by:
            return self._next("with_row_index", name)
        number = int_range(row_count()).over(order_by=list(order_by)).alias(name)
        return self._next("select", number, *map(col, self.columns))

    def join(self, other, *, how, left_on, right_on, suffix):
        """Rows of two frames side by side."""
        with failures_told():
            made = self._native.join(other._native, how=how, left_on=left_on, right_on=right_on, suffix=suffix)
            bind(made)
        return self._with_native(made)

    def join_asof(self, other, *, left_on, right_on, by_left, by_right, strategy, suffix):
        """Each row beside the nearest of another frame."""
        with failures_told():
            made = self._native.join_asof(other._native, left_on=left_on, right_on=right_on, by_left=by_left,
                                          by_right=by_right, strategy=strategy, suffix=suffix)
            bind(made)
        return self._with_native(made)

    def group_by(self, keys, *, drop_null_keys):
        """Groups of equal values."""
        return Groups(self, keys, drop_null_keys)


class Groups:
    """What `group_by` returns."""

    def __init__(self, frame, keys, drop_null_keys):
        self._frame = frame.drop_nulls(list(keys)) if drop_null_keys else frame
        self._keys = [native_of(key) for key in keys]
        with failures_told():
            self._groups = self._frame._native.group_by(*self._keys)

    compliant = property(lambda self: self._frame)

    def agg(self, *exprs):
        """A row for each group."""
        with failures_told():
            made = self._groups.agg(*map(native_of, exprs))
            bind(made)
        return self._frame._with_native(made)

    def __iter__(self):
        for key, frame in self._groups:
            yield tuple(key), self._frame._with_native(frame)


class DolineLazyFrame(Frame):
    """A lazy frame of ours."""

    def __narwhals_namespace__(self):
        from .namespace import LazyNamespace
        return LazyNamespace(version=self._version)

    def __narwhals_lazyframe__(self):
        return self

    @staticmethod
    def _is_native(thing):
        return isinstance(thing, LazyFrame)

    def to_narwhals(self):
        """The LazyFrame that a person gets."""
        return self._version.lazyframe(self, level="lazy")

    def collect(self, backend, **options):
        """The rows: a frame of ours, or of PyArrow, pandas or Polars."""
        with failures_told():
            computed = DolineDataFrame(self._native.collect(**options), version=self._version)
        return computed if backend is None else computed._as(backend)

    def sink_parquet(self, file):
        """Writes a Parquet file."""
        with failures_told():
            self._native.sink_parquet(file)


class DolineDataFrame(Frame):
    """A computed frame of ours."""

    def __narwhals_dataframe__(self):
        return self

    @staticmethod
    def _is_native(thing):
        return isinstance(thing, DataFrame)

    def to_narwhals(self):
        """The DataFrame that a person gets."""
        return self._version.dataframe(self, level="full")

    @classmethod
    def from_arrow(cls, data, /, *, context):
        """Of what has `__arrow_c_stream__`."""
        return cls.from_native(DataFrame(data), context=context)

    @classmethod
    def from_dict(cls, data, /, *, context, schema):
        """Of a dict of columns."""
        columns = {name: native_of(getattr(values, "_compliant_series", values)) for name, values in data.items()}
        return cls.from_native(DataFrame(columns, _schema(schema, context)), context=context)

    @classmethod
    def from_dicts(cls, data, /, *, context, schema):
        """Of a dict for each row."""
        return cls.from_native(DataFrame([dict(row) for row in data], _schema(schema, context)), context=context)

    @classmethod
    def from_numpy(cls, data, /, *, context, schema):
        """Of a two-dimensional array."""
        names = list(schema) if schema is not None else [f"column_{i}" for i in range(data.shape[1])]
        frame = DataFrame({name: data[:, i] for i, name in enumerate(names)})
        if isinstance(schema, dict):
            frame = frame.cast({k: to_doline(t, context._version) for k, t in schema.items()})
        return cls.from_native(frame, context=context)

    def _as(self, backend):
        if backend is Implementation.PYARROW:
            from narwhals._arrow.dataframe import ArrowDataFrame
            return ArrowDataFrame(self._native.arrow(), version=self._version, validate_backend_version=True,
                                  validate_column_names=True)
        if backend is Implementation.PANDAS:
            from narwhals._pandas_like.dataframe import PandasLikeDataFrame
            return PandasLikeDataFrame(self._native.df(), implementation=Implementation.PANDAS,
                                       version=self._version, validate_backend_version=True,
                                       validate_column_names=True)
        if backend is Implementation.POLARS:
            from narwhals._polars.dataframe import PolarsDataFrame
            return PolarsDataFrame(self._native.pl(), version=self._version, validate_backend_version=True)
        raise ValueError(f"Unsupported `backend` value: {backend}")

    shape = property(lambda self: self._native.shape)

    def __len__(self):
        return self._native.height

    def __array__(self, dtype=None, *, copy=None):
        made = self._native.to_numpy()
        return made if dtype is None else made.astype(dtype)

    def to_numpy(self, dtype=None, *, copy=None):
        """As a two-dimensional array."""
        return self.__array__(dtype)

    def __getitem__(self, key):
        rows, columns = map(native_of, key)
        with failures_told():
            return self._with_native(self._native[rows, columns])

    def lazy(self, backend=None, *, session=None):
        """The frame as the begin of a query of ours."""
        if backend is None:
            return DolineLazyFrame(self._native.lazy(), version=self._version)
        return self._as(Implementation.PYARROW).lazy(backend, session=session)

    def get_column(self, name):
        """A column as a series."""
        with failures_told():
            return DolineSeries(self._native.get_column(name), version=self._version)

    def iter_columns(self):
        """The columns as series."""
        return iter([self.get_column(name) for name in self.columns])

    def to_dict(self, *, as_series):
        """A dict of columns."""
        if as_series:
            return {name: self.get_column(name) for name in self.columns}
        return self._native.to_dict(as_series=False)

    def pivot(self, on, *, index, values, aggregate_function, sort_columns, separator):
        """Values of a column become columns."""
        return self._next("pivot", list(on), index=index, values=values, aggregate_function=aggregate_function,
                          sort_columns=sort_columns, separator=separator)

    def sample(self, n, *, with_replacement, seed):
        """Rows drawn at random."""
        return self._next("sample", n, with_replacement=with_replacement, seed=seed)

    def is_unique(self):
        """Which rows occur once."""
        return DolineSeries(self._native.is_unique(), version=self._version)

    def clone(self):
        """The same."""
        return self

    def to_polars(self):
        """As a Polars frame."""
        return self._native.pl()

    def __getattr__(self, name):
        if name in ("estimated_size", "item", "iter_rows", "row", "rows", "to_arrow", "to_pandas", "write_csv",
                    "write_parquet"):
            return getattr(self._native, name)
        raise AttributeError(f"{type(self).__name__} has no {name!r}")

    def sink_parquet(self, file):
        """Writes a Parquet file."""
        self._native.write_parquet(file)


def _schema(schema, context):
    if not schema:
        return None
    return {k: None if t is None else to_doline(t, context._version) for k, t in schema.items()}
