"""Series, as Narwhals asks for them."""

from __future__ import annotations

from ..concatenating import concat
from ..data_frame import DataFrame
from ..series import Series
from .column import Column, native_of
from .types import to_doline, to_narwhals


class DolineSeries(Column):
    """A series of ours."""

    def __narwhals_series__(self):
        return self

    @staticmethod
    def _is_native(thing):
        return isinstance(thing, Series)

    def to_narwhals(self):
        """The Series that a person gets."""
        return self._version.series(self, level="full")

    @classmethod
    def from_iterable(cls, data, *, context, name="", dtype=None):
        """A series of values."""
        wanted = None if dtype is None else to_doline(dtype, context._version)
        values = data if hasattr(data, "__len__") else list(data)
        return cls.from_native(Series(name, values, wanted), context=context)

    @classmethod
    def from_numpy(cls, data, /, *, context):
        """A series of an array."""
        return cls.from_native(Series("", data), context=context)

    @classmethod
    def from_arrow(cls, data, /, *, context):
        """A series of what has `__arrow_c_stream__`."""
        return cls.from_native(Series._of(DataFrame({"": data}), ""), context=context)

    def _made(self, native):
        if isinstance(native, Series):
            return self._with_native(native)
        if isinstance(native, DataFrame):
            from .frames import DolineDataFrame
            return DolineDataFrame(native, version=self._version)
        return native

    name = property(lambda self: self._native.name)
    dtype = property(lambda self: to_narwhals(self._native.dtype, self._version))

    def __len__(self):
        return len(self._native)

    def __iter__(self):
        return iter(self._native)

    def __contains__(self, value):
        return value in self._native

    def __getitem__(self, key):
        return self._made(self._native[native_of(key)])

    def __array__(self, dtype=None, *, copy=None):
        return self._native.__array__(dtype)

    def to_numpy(self, dtype=None, *, copy=None):
        """As a NumPy array."""
        return self._native.__array__(dtype)

    def to_polars(self):
        """As a Polars series."""
        return self._native.to_frame().pl().to_series().rename(self.name)

    def clip(self, lower_bound, upper_bound):
        """Held between two bounds."""
        return self._call("clip", lower_bound, upper_bound)

    def median(self):
        """The median of numbers."""
        if not self.dtype.is_numeric():
            from narwhals.exceptions import InvalidOperationError
            raise InvalidOperationError("`median` operation not supported for non-numeric input type.")
        return self._native.median()

    def sort(self, *, descending, nulls_last):
        """The values in order."""
        return self._call("sort", descending=descending, nulls_last=nulls_last)

    def mode(self, *, keep):
        """The most frequent values, or one of them."""
        return self._made(self._native.mode().head(1) if keep == "any" else self._native.mode())

    def first(self):
        """The first value, None of nothing."""
        return self._native.first() if len(self) else None

    def last(self):
        """The last value, None of nothing."""
        return self._native.last() if len(self) else None

    def any_value(self, *, ignore_nulls):
        """Some value."""
        return (self.drop_nulls() if ignore_nulls else self).first()

    def zip_with(self, mask, other):
        """The value where `mask` is true, else the other's."""
        from ..expr.construct import col, when
        parts = [self._native.to_frame("value"), mask._native.to_frame("mask"), other._native.to_frame("other")]
        frame = concat(parts, how="horizontal")
        chosen = when(col("mask")).then(col("value")).otherwise(col("other")).alias("value")
        return self._with_native(frame.select(chosen).to_series().rename(self.name))

    def sample(self, n, *, with_replacement, seed):
        """Values drawn at random."""
        frame = self._native.to_frame("value").sample(n, with_replacement=with_replacement, seed=seed)
        return self._with_native(frame.to_series().rename(self.name))

    def scatter(self, indices, values):
        """Other values at some places."""
        made = self._native.to_list()
        given = values._native.to_list() * (len(indices) if len(values) == 1 else 1)
        for place, value in zip(indices._native.to_list(), given, strict=True):
            made[place] = value
        return self._with_native(Series(self.name, made, self._native.dtype))

    def value_counts(self, *, sort, parallel, name, normalize):
        """How often each distinct value occurs, or its share."""
        label = name or ("proportion" if normalize else "count")
        counted = self._native.value_counts(sort=sort, name=label)
        if normalize:
            from ..expr.construct import col
            counted = counted.with_columns((col(label) / col(label).sum()).alias(label))
        return self._made(counted)

    def to_dummies(self, *, separator, drop_first):
        """A column of 0 and 1 for each distinct value."""
        return self._made(self._native.to_dummies(separator=separator, drop_first=drop_first))

    def hist_from_bins(self, bins, *, include_breakpoint):
        """How many values lie between one edge and the next."""
        from ..expr.construct import col
        value, tests = col("value"), []
        for i, (low, high) in enumerate(zip(bins, bins[1:])):
            above = value > low if i else value >= low
            tests.append((above & (value <= high)).sum().alias(str(i)))
        counts = list(self._native.to_frame("value").select(tests).rows()[0]) if tests else []
        columns = {"breakpoint": [float(edge) for edge in bins[1:]]} if include_breakpoint else {}
        columns["count"] = counts
        return self._made(DataFrame(columns))

    def hist_from_bin_count(self, bin_count, *, include_breakpoint):
        """The same, between as many edges in equal distances."""
        low, high = self._native.min(), self._native.max()
        if low is None or low != low:  # no numbers
            low, high = 0.0, 1.0
        if low == high:
            low, high = low - 0.5, high + 0.5
        width = (high - low) / bin_count if bin_count else 0
        edges = [low + i * width for i in range(bin_count)] + [high] if bin_count else []
        return self.hist_from_bins(edges, include_breakpoint=include_breakpoint)
