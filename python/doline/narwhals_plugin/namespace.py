"""Doline's functions of several columns and frames, as Narwhals calls them."""

from __future__ import annotations

import functools
import operator

from narwhals._utils import Implementation, validate_separators
from narwhals.dependencies import is_numpy_array_2d

from .. import csv_files, io
from .. import selectors as choose
from ..concatenating import concat
from ..expr import across_columns, construct
from .column import DolineExpr, native_of
from .failures import failures_told
from .frames import DolineDataFrame, DolineLazyFrame
from .series import DolineSeries
from .types import to_doline


class LazyNamespace:
    """What Narwhals calls a compliant namespace: of lazy frames, which take no series."""

    _implementation = Implementation.UNKNOWN
    _expr, _lazyframe = DolineExpr, DolineLazyFrame

    def __init__(self, *, version):
        self._version = version

    # --- Objects of ours

    def is_native(self, thing):
        """Whether an object is one of ours."""
        return any(kind._is_native(thing) for kind in (DolineDataFrame, DolineLazyFrame, DolineSeries))

    def from_native(self, data, /):
        """One of our objects, wrapped."""
        for kind in (DolineLazyFrame, DolineDataFrame, DolineSeries):
            if kind._is_native(data):
                return kind(data, version=self._version)
        raise TypeError(f"Unsupported type: {type(data).__name__!r}")

    # --- Files

    def scan_csv(self, source, *, separator=",", **options):
        """A CSV file as a lazy frame."""
        validate_separators(separator, ("separator",), options)
        frame = csv_files.scan_csv(source, separator=separator, **options)
        return DolineLazyFrame(frame, version=self._version)

    def scan_parquet(self, source, **options):
        """A Parquet file as a lazy frame."""
        return DolineLazyFrame(io.scan_parquet(source, **options), version=self._version)

    # --- Expressions

    def _made(self, native):
        return DolineExpr(native, version=self._version)

    def _across(self, name, exprs, **options):
        return self._made(getattr(across_columns, name)([native_of(e) for e in exprs], **options))

    def all(self):
        """All columns."""
        return self._made(construct.all())

    def col(self, *names):
        """Columns by their names."""
        return self._made(construct.col(list(names)) if len(names) != 1 else construct.col(names[0]))

    def exclude(self, *names):
        """All columns but some."""
        return self._made(choose.all() - choose.by_name(*names, require_all=False))

    def nth(self, indices):
        """Columns at some places."""
        return self._made(construct.nth(*indices))

    def len(self):
        """The number of rows."""
        return self._made(construct.len())

    def lit(self, value, dtype=None):
        """A value."""
        return self._made(construct.lit(native_of(value), None if dtype is None else to_doline(dtype, self._version)))

    def corr(self, a, b, *, method):
        """The correlation of two columns."""
        return self._made(across_columns.corr(a._native, b._native, method=method))

    def cov(self, a, b, *, ddof):
        """The covariance of two columns."""
        return self._made(across_columns.cov(a._native, b._native, ddof=ddof))

    def all_horizontal(self, *exprs, ignore_nulls):
        """Whether all are true, row by row."""
        return self._logical(operator.and_, exprs, True if ignore_nulls else None)

    def any_horizontal(self, *exprs, ignore_nulls):
        """Whether any is true, row by row."""
        return self._logical(operator.or_, exprs, False if ignore_nulls else None)

    def _logical(self, combine, exprs, missing):
        terms = [e._native if missing is None else e._native.fill_null(missing) for e in exprs]
        if len(terms) > 1 or not terms:
            return self._made(functools.reduce(combine, terms))
        name = "all_horizontal" if combine is operator.and_ else "any_horizontal"
        return self._made(getattr(across_columns, name)(terms))

    def sum_horizontal(self, *exprs):
        """The sum, row by row."""
        return self._across("sum_horizontal", exprs)

    def mean_horizontal(self, *exprs):
        """The mean, row by row."""
        return self._across("mean_horizontal", exprs)

    def min_horizontal(self, *exprs):
        """The least, row by row."""
        return self._across("min_horizontal", exprs)

    def max_horizontal(self, *exprs):
        """The greatest, row by row."""
        return self._across("max_horizontal", exprs)

    def coalesce(self, *exprs):
        """The first that is not missing, row by row."""
        return self._across("coalesce", exprs)

    def concat_str(self, *exprs, separator, ignore_nulls):
        """Texts behind each other."""
        return self._across("concat_str", exprs, separator=separator, ignore_nulls=ignore_nulls)

    def struct(self, *exprs):
        """Columns as one of structs."""
        return self._made(across_columns.struct([e._native for e in exprs]))

    def list(self, *exprs):
        """Columns as one of lists."""
        return self._made(construct.list_([e._native for e in exprs]))

    def when_then(self, condition, then, otherwise=None):
        """A value by a condition."""
        made = construct.when(condition._native).then(then._native)
        return self._made(made._as_expression() if otherwise is None else made.otherwise(otherwise._native))

    def concat(self, items, *, how):
        """Frames below or beside each other."""
        items = list(items)
        if how == "vertical" and any(item.schema != items[0].schema for item in items[1:]):
            raise TypeError("inputs should all have the same schema")
        with failures_told():
            return items[0]._with_native(concat([item._native for item in items], how=how))

    @property
    def selectors(self):
        """Columns by type and name."""
        return Selectors(self)


class DolineNamespace(LazyNamespace):
    """The same of computed frames and series."""

    _series, _dataframe = DolineSeries, DolineDataFrame

    def from_numpy(self, data, /, schema=None):
        """An array as a frame, or as a series."""
        if is_numpy_array_2d(data):
            return DolineDataFrame.from_numpy(data, schema=schema, context=self)
        return DolineSeries.from_numpy(data, context=self)

    def read_csv(self, source, *, separator=",", **options):
        """A CSV file as a frame."""
        return self.scan_csv(source, separator=separator, **options).collect(None)

    def read_parquet(self, source, **options):
        """A Parquet file as a frame."""
        return self.scan_parquet(source, **options).collect(None)


class Selectors:
    """Narwhals' selectors as ours."""

    def __init__(self, namespace):
        self._namespace = namespace

    def _made(self, selector):
        return self._namespace._made(selector)

    def by_dtype(self, dtypes):
        """Columns of some types."""
        version = self._namespace._version
        from .types import to_narwhals
        wanted = list(dtypes)
        return self._made(choose._by_type(
            lambda dtype: any(to_narwhals(dtype, version) == w for w in wanted), f"by_dtype({wanted})"))

    def matches(self, pattern):
        """Columns whose names a pattern is found in."""
        return self._made(choose.matches(pattern))

    def numeric(self):
        """Columns of numbers."""
        return self._made(choose.numeric())

    def boolean(self):
        """Columns of booleans."""
        return self._made(choose.boolean())

    def string(self):
        """Columns of texts."""
        return self._made(choose.string())

    def categorical(self):
        """No columns: Doline has no categoricals."""
        return self._made(choose.categorical())

    def enum(self):
        """Columns of enums."""
        return self._made(choose.enum())

    def all(self):
        """All columns."""
        return self._made(choose.all())

    def datetime(self, time_unit, time_zone):
        """Columns of instants with some units and zones."""
        return self._made(choose.datetime(time_unit, time_zone))
