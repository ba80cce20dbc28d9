"""Functions of rows among rows: windows, orders, other rows."""

from __future__ import annotations

from .. import datatypes as types
from ..errors import NotSupported
from . import build as b, functions, windows
from .arguments import each, listed, value_node
from .literals import as_node, interval_bytes, literal_bytes
from .nodes import Apply, Column, Over, Window, output_name


class RowFunctions:
    """What `Expr` inherits: functions that look at neighbours, or give other rows."""

    __slots__ = ()

    # --- Rows among rows

    def over(self, partition_by=None, *more, order_by=None, descending=False, nulls_last=False,
             mapping_strategy="group_to_rows"):
        """The expression within groups of equal `partition_by`, each row keeping its place."""
        keys = [as_node(k) for k in listed(partition_by) + list(more)]
        order = [as_node(k) for k in listed(order_by)]
        if mapping_strategy not in ("group_to_rows", "join", "explode"):
            raise ValueError(f"no mapping_strategy is called {mapping_strategy!r}")
        return self._made(Over((self._node, *keys, *order), len(keys), descending, nulls_last,
                               mapping_strategy))

    def shift(self, n=1, *, fill_value=None):
        """The values so many rows before."""
        fill = () if fill_value is None else (literal_bytes(fill_value),)
        return self._window(windows.shift, n, *fill)

    def diff(self, n=1, null_behavior="ignore"):
        """The difference to the row before."""
        out = self._window(windows.diff, n)
        return out.drop_nulls() if null_behavior == "drop" else out

    def pct_change(self, n=1):
        """The change from the row before, as a share of it."""
        return self._window(windows.percent_change, n)

    def cum_sum(self, *, reverse=False):
        """The sum so far."""
        return self._window(windows.cumulative, "wrapping_sum", reverse)

    def cum_min(self, *, reverse=False):
        """The least value so far."""
        return self._window(windows.cumulative, "frame_min", reverse)

    def cum_max(self, *, reverse=False):
        """The greatest value so far."""
        return self._window(windows.cumulative, "frame_max", reverse)

    def cum_prod(self, *, reverse=False):
        """The product so far."""
        return self._window(windows.cumulative, "frame_product", reverse)

    def cum_count(self, *, reverse=False):
        """How many known values there are so far."""
        return self._window(windows.cumulative_count, reverse)

    def rank(self, method="average", *, descending=False, seed=None):
        """Each value's rank among all."""
        if method == "random":
            raise NotSupported('rank("random") is not supported; use rank("ordinal")')
        return self._window(windows.rank, method, descending)

    def is_duplicated(self):
        """Whether a value or row occurs more than once."""
        return self._window(windows.is_duplicated, False)

    def is_unique(self):
        """Whether a value or row occurs once."""
        return self._window(windows.is_duplicated, True)

    def is_first_distinct(self):
        """Whether a value appears for the first time."""
        return self._window(windows.is_first_distinct, False)

    def is_last_distinct(self):
        """Whether a value appears for the last time."""
        return self._window(windows.is_first_distinct, True)

    def rle_id(self):
        """Numbers of runs of equal values."""
        return self._window(windows.changes)._window(windows.sum_so_far, types.UInt32)

    def is_sorted(self, *, descending=False):
        """Whether the values are in order."""
        return ~self._window(windows.is_sorted_step, descending).any()

    def _rolling(self, name, window_size, min_samples, center, weights=None, options=()):
        if weights is not None:
            raise NotSupported("rolling functions with weights are not supported; multiply and sum "
                               "shifted columns")
        least = window_size if min_samples is None else min_samples
        return self._window(windows.rolling, name, window_size, least, center, options)

    def rolling_sum(self, window_size, weights=None, *, min_samples=None, center=False):
        """The sum of the last rows."""
        return self._rolling("wrapping_sum", window_size, min_samples, center, weights)

    def rolling_mean(self, window_size, weights=None, *, min_samples=None, center=False):
        """The mean of the last rows."""
        return self._rolling("frame_mean", window_size, min_samples, center, weights)

    def rolling_min(self, window_size, weights=None, *, min_samples=None, center=False):
        """The least of the last rows."""
        return self._rolling("frame_min", window_size, min_samples, center, weights)

    def rolling_max(self, window_size, weights=None, *, min_samples=None, center=False):
        """The greatest of the last rows."""
        return self._rolling("frame_max", window_size, min_samples, center, weights)

    def rolling_median(self, window_size, weights=None, *, min_samples=None, center=False):
        """The median of the last rows."""
        return self._rolling("median", window_size, min_samples, center, weights)

    def rolling_std(self, window_size, weights=None, *, min_samples=None, center=False, ddof=1):
        """The standard deviation of the last rows."""
        return self._rolling("stddev_samp" if ddof else "stddev_pop", window_size, min_samples,
                             center, weights)

    def rolling_var(self, window_size, weights=None, *, min_samples=None, center=False, ddof=1):
        """The variance of the last rows."""
        return self._rolling("var_samp" if ddof else "var_pop", window_size, min_samples, center,
                             weights)

    def rolling_quantile(self, quantile, interpolation="linear", window_size=2, weights=None, *,
                         min_samples=None, center=False):
        """A quantile of the last rows, between values."""
        if interpolation != "linear":
            raise NotSupported("rolling_quantile interpolates linearly here; pass interpolation='linear'")
        return self._rolling("quantile_cont", window_size, min_samples, center, weights,
                             (literal_bytes(float(quantile)),))

    def rolling_median_by(self, by, window_size, *, min_samples=1, closed="right"):
        """The median of a period before each row."""
        return self._rolling_by("median", by, window_size, min_samples, closed)

    def rolling_std_by(self, by, window_size, *, min_samples=1, closed="right", ddof=1):
        """The standard deviation of a period before each row."""
        return self._rolling_by("stddev_samp" if ddof else "stddev_pop", by, window_size, min_samples,
                                closed)

    def rolling_var_by(self, by, window_size, *, min_samples=1, closed="right", ddof=1):
        """The variance of a period before each row."""
        return self._rolling_by("var_samp" if ddof else "var_pop", by, window_size, min_samples, closed)

    def peak_max(self):
        """Whether a value is greater than both its neighbours."""
        return (self > self.shift(1)).fill_null(True) & (self > self.shift(-1)).fill_null(True)

    def peak_min(self):
        """Whether a value is less than both its neighbours."""
        return (self < self.shift(1)).fill_null(True) & (self < self.shift(-1)).fill_null(True)

    def unique_counts(self):
        """How often each distinct value occurs, by first appearance."""
        return self.value_counts().struct.field("count")

    def _rolling_by(self, name, by, window_size, min_samples, closed):
        node = Window(windows.rolling_by, (self._node, as_node(by)),
                      (name, interval_bytes(window_size), min_samples, closed))
        return self._made(node)

    def rolling_sum_by(self, by, window_size, *, min_samples=1, closed="right"):
        """The sum of a period before each row."""
        return self._rolling_by("wrapping_sum", by, window_size, min_samples, closed)

    def rolling_mean_by(self, by, window_size, *, min_samples=1, closed="right"):
        """The mean of a period before each row."""
        return self._rolling_by("frame_mean", by, window_size, min_samples, closed)

    def rolling_min_by(self, by, window_size, *, min_samples=1, closed="right"):
        """The least of a period before each row."""
        return self._rolling_by("frame_min", by, window_size, min_samples, closed)

    def rolling_max_by(self, by, window_size, *, min_samples=1, closed="right"):
        """The greatest of a period before each row."""
        return self._rolling_by("frame_max", by, window_size, min_samples, closed)

    # --- Other rows

    def filter(self, *predicates, **constraints):
        """Only the rows for which all predicates hold."""
        terms = [as_node(p) for p in predicates]
        terms += [Apply(b.equal, (Column(k), value_node(v))) for k, v in constraints.items()]
        condition = terms[0] if len(terms) == 1 else Apply(b.both, tuple(terms))
        return self._rearrange("filter", condition)

    where = filter

    def sort(self, *, descending=False, nulls_last=False):
        """In order; missing values first unless `nulls_last`."""
        return self._rearrange("sort", options=(descending, nulls_last))

    def sort_by(self, by, *more, descending=False, nulls_last=False, **unsupported):
        """In the order of other columns."""
        keys = [as_node(k) for k in listed(by) + list(more)]
        return self._rearrange("sort_by", *keys, options=(
            each(descending, len(keys)), each(nulls_last, len(keys))))

    def reverse(self):
        """In the opposite order."""
        return self._rearrange("reverse")

    def head(self, n=10):
        """The first values or rows."""
        return self.slice(0, n)

    def tail(self, n=10):
        """The last values or rows."""
        return self._rearrange(functions.list_tail, options=(n,))

    limit = head
    def slice(self, offset, length=None):
        """A part, from a position counted from 0 or from the end."""
        return self._rearrange(functions.list_part, options=(offset, length))
    def unique(self, *, maintain_order=False):
        """Distinct values or rows."""
        return self._rearrange(functions.list_distinct)

    def gather(self, indices, **unsupported):
        """The values at some positions."""
        return self._rearrange(functions.list_gather, options=(tuple(listed(indices)),))
    def gather_every(self, n, offset=0):
        """Every n-th value or row."""
        return self._rearrange(functions.list_every, options=(n, offset))
    def top_k(self, k=5):
        """The `k` greatest values, or rows with them."""
        return self.drop_nulls().sort(descending=True).head(k)

    def bottom_k(self, k=5):
        """The `k` least values, or rows with them."""
        return self.drop_nulls().sort().head(k)

    def top_k_by(self, by, k=5, *, reverse=False):
        """The values of the `k` rows that come last by `by`."""
        return self.sort_by(by, descending=not reverse, nulls_last=True).head(k)
    def bottom_k_by(self, by, k=5, *, reverse=False):
        """The values of the `k` rows that come first by `by`."""
        return self.sort_by(by, descending=reverse, nulls_last=True).head(k)
    def mode(self):
        """The most frequent values."""
        return self._rearrange(functions.list_modes)

    def arg_sort(self, *, descending=False, nulls_last=False):
        """The positions that would sort the values."""
        return self._rearrange(functions.list_places, options=(descending, nulls_last))
    def arg_true(self):
        """The positions of true values."""
        return self._rearrange(functions.list_true_places)

    def arg_unique(self):
        """The positions at which values appear first."""
        return self._rearrange(functions.list_first_places)

    def value_counts(self, *, sort=False, parallel=False, name=None, normalize=False):
        """How often each distinct value occurs."""
        if normalize:
            raise NotSupported("value_counts(normalize=True) is not supported; divide by pl.len()")
        label = name if name is not None else "count"
        return self._rearrange(functions.list_value_counts,
                               options=(output_name(self._node), label, sort))
    def explode(self, **unsupported):
        """A row for each element of lists."""
        return self._rearrange("flatten_lists")

    flatten = explode
    def append(self, other, **unsupported):
        """Not supported; use `concat` on frames."""
        raise NotSupported("append is not supported; use concat on frames")
    def rle(self):
        """Not supported; use `rle_id` and `group_by`."""
        raise NotSupported("rle is not supported; use rle_id and group_by")
    def sample(self, *args, **kwargs):
        """Rows drawn at random."""
        raise NotSupported("Expr.sample is not supported; use DataFrame.sample")
    def shuffle(self, seed=None):
        """Not supported; use `DataFrame.sample`."""
        raise NotSupported("Expr.shuffle is not supported; use DataFrame.sample(fraction=1, shuffle=True)")
    def interpolate(self, method="linear"):
        """Not supported; use `fill_null(strategy="forward")`."""
        raise NotSupported("interpolate is not supported; use fill_null(strategy='forward')")
    def ewm_mean(self, **unsupported):
        """Not supported; use `rolling_mean`."""
        raise NotSupported("ewm_mean is not supported; use rolling_mean")
    def map_elements(self, *args, **kwargs):
        """Not supported; use expressions."""
        raise NotSupported("map_elements is not supported; write the function with expressions")
    map_batches = map_elements
    def set_sorted(self, **unsupported):
        """The same: the engine sees for itself."""
        return self

    def shrink_dtype(self):
        """The same."""
        return self

    def rechunk(self):
        """The same: memory is the engine's to arrange."""
        return self

    def repeat_by(self, by):
        """A list of a value, repeated."""
        return self._apply(functions.repeat_by, by)
