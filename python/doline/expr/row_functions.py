"""Functions of rows among rows: windows, orders, other rows."""

from __future__ import annotations

from .. import datatypes as types
from ..errors import NotSupported
from . import build as b, functions, windows
from .arguments import each, fresh_seed, listed, value_node
from .literals import as_node, literal_bytes
from .nodes import Apply, Column, Over, Window, output_name
from .rolling import RollingFunctions


class RowFunctions(RollingFunctions):
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

    def peak_max(self):
        """Whether a value is greater than both its neighbours."""
        return (self > self.shift(1)).fill_null(True) & (self > self.shift(-1)).fill_null(True)

    def peak_min(self):
        """Whether a value is less than both its neighbours."""
        return (self < self.shift(1)).fill_null(True) & (self < self.shift(-1)).fill_null(True)

    def unique_counts(self):
        """How often each distinct value occurs, by first appearance."""
        return self.value_counts().struct.field("count")

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
    def sample(self, n=None, *, fraction=None, with_replacement=False, shuffle=None, seed=None):
        """`n` values (one if left out) drawn without replacement, in any order."""
        if with_replacement or fraction is not None:
            raise NotSupported("Expr.sample takes a number of values, without replacement; use "
                               "DataFrame.sample")
        return self.shuffle(seed).head(1 if n is None else n)

    def shuffle(self, seed=None):
        """The values in a random order, the same for the same seed."""
        place = self._window(windows.scattered, fresh_seed() if seed is None else seed)
        return self._rearrange("sort_by", place._node, options=((False,), (False,)))

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
