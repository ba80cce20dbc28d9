"""Functions of rows among rows: windows, orders, other rows."""

from __future__ import annotations

from .. import datatypes as types
from ..errors import InvalidArgument, NotSupported, error
from . import aggregates, functions, windows
from .arguments import fresh_seed, listed, value_node
from .literals import as_node
from .nodes import Aggregate, Over, Window
from .rolling import RollingFunctions
from .rearranging import Rearranging


class RowFunctions(RollingFunctions, Rearranging):
    """What `Expr` inherits: functions that look at neighbours, or give other rows."""

    __slots__ = ()

    # --- Rows among rows

    def over(self, partition_by=None, *more, order_by=None, descending=False, nulls_last=False,
             mapping_strategy="group_to_rows"):
        """The expression within groups of equal keys; each row keeps its place.

        Parameters
        ----------
        partition_by : str, Expr or list of these
            The keys. Without them all rows are one group.
        *more : str or Expr
            More keys.
        order_by : str, Expr or list of these, optional
            The order within a group, for what depends on it.
        descending : bool, default False
            Whether that order falls.
        nulls_last : bool, default False
            Whether missing values come last in it.
        mapping_strategy : {"group_to_rows", "join", "explode"}
            Where the values go: to the rows they come from, to each row of the group as a list, or
            group by group.

        Returns
        -------
        Expr
            As long as the frame.

        Examples
        --------
        >>> frame = dl.DataFrame({"k": ["a", "b", "a"], "v": [1, 2, 3]})
        >>> frame.select(dl.col("v").sum().over("k")).to_series().to_list()
        [4, 2, 4]
        """
        keys = [as_node(k) for k in listed(partition_by) + list(more)]
        order = [as_node(k) for k in listed(order_by)]
        if mapping_strategy not in ("group_to_rows", "join", "explode"):
            raise error(InvalidArgument, f"over: no mapping_strategy is called {mapping_strategy!r}",
                        "group_to_rows, join and explode are")
        return self._made(Over((self._node, *keys, *order), len(keys), descending, nulls_last,
                               mapping_strategy))

    def shift(self, n=1, *, fill_value=None):
        """The values of the rows before (or behind, if `n` is negative).

        Parameters
        ----------
        n : int, str or Expr, default 1
            How many rows before; a text names a column.
        fill_value : value or Expr, optional
            What stands where there is no such row; null if left out.

        Returns
        -------
        Expr
            Of the column's type and length.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 2, 3]})
        >>> frame.select(dl.col("a").shift(1, fill_value=0)).to_series().to_list()
        [0, 1, 2]
        """
        fill = () if fill_value is None else (value_node(fill_value),)
        if isinstance(n, int):
            return self._made(Window(windows.shift, (self._node, *fill), (n,)))
        return self._made(Window(windows.shift_by, (self._node, as_node(n), *fill)))

    def diff(self, n=1, null_behavior="ignore"):
        """The difference to the value some rows before.

        Parameters
        ----------
        n : int, str or Expr, default 1
            How many rows before; a text names a column.
        null_behavior : {"ignore", "drop"}
            Whether the first rows, which have none before them, are null or left out.

        Returns
        -------
        Expr
            Of the column's type; of times a Duration.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 4, 9]})
        >>> frame.select(dl.col("a").diff()).to_series().to_list()
        [None, 3, 5]
        """
        if null_behavior not in ("ignore", "drop"):
            raise error(InvalidArgument, f"null_behavior is 'ignore' or 'drop', not {null_behavior!r}")
        if not isinstance(n, int):
            if null_behavior == "drop":
                raise error(NotSupported, 'diff(expression, "drop") is not supported', "filter before")
            return self._made(Window(windows.diff, (self._node, as_node(n))))
        out = self._window(windows.diff, n)
        if null_behavior == "drop":
            return out.slice(n) if n >= 0 else out.head(n)
        return out

    def pct_change(self, n=1):
        """The change from the value some rows before, as a share of it.

        Parameters
        ----------
        n : int, str or Expr, default 1
            How many rows before; a text names a column.

        Returns
        -------
        Expr
            Of Float64; the first `n` are null.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [10, 15, 12]})
        >>> frame.select(dl.col("a").pct_change()).to_series().to_list()
        [None, 0.5, -0.19999999999999996]
        """
        if not isinstance(n, int):
            return self._made(Window(windows.percent_change, (self._node, as_node(n))))
        return self._window(windows.percent_change, n)

    def cum_sum(self, *, reverse=False):
        """The sum of all values up to the row.

        Parameters
        ----------
        reverse : bool, default False
            Whether it runs from the end.

        Returns
        -------
        Expr
            As `sum` gives, as long as the column.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 2, 3]})
        >>> frame.select(dl.col("a").cum_sum()).to_series().to_list()
        [1, 3, 6]
        """
        return self._window(windows.cumulative, "wrapping_sum", reverse)

    def cum_min(self, *, reverse=False):
        """The least value up to the row.

        Parameters
        ----------
        reverse : bool, default False
            Whether it runs from the end.

        Returns
        -------
        Expr
            Of the column's type and length.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [2, 3, 1]})
        >>> frame.select(dl.col("a").cum_min()).to_series().to_list()
        [2, 2, 1]
        """
        return self._window(windows.cumulative, "frame_min", reverse)

    def cum_max(self, *, reverse=False):
        """The greatest value up to the row.

        Parameters
        ----------
        reverse : bool, default False
            Whether it runs from the end.

        Returns
        -------
        Expr
            Of the column's type and length.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [2, 3, 1]})
        >>> frame.select(dl.col("a").cum_max()).to_series().to_list()
        [2, 3, 3]
        """
        return self._window(windows.cumulative, "frame_max", reverse)

    def cum_prod(self, *, reverse=False):
        """The product of all values up to the row.

        Parameters
        ----------
        reverse : bool, default False
            Whether it runs from the end.

        Returns
        -------
        Expr
            As `product` gives, as long as the column.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 2, 3]})
        >>> frame.select(dl.col("a").cum_prod()).to_series().to_list()
        [1, 2, 6]
        """
        return self._window(windows.cumulative, "frame_product", reverse)

    def cum_count(self, *, reverse=False):
        """How many values are not missing up to the row.

        Parameters
        ----------
        reverse : bool, default False
            Whether it runs from the end.

        Returns
        -------
        Expr
            Of UInt32.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [5, None, 7]})
        >>> frame.select(dl.col("a").cum_count()).to_series().to_list()
        [1, 1, 2]
        """
        return self._window(windows.cumulative_count, reverse)

    def rank(self, method="average", *, descending=False, seed=None):
        """Each value's rank among all, from 1.

        Parameters
        ----------
        method : {"average", "min", "max", "dense", "ordinal"}
            What equal values get: the mean, the least or the greatest of their ranks, one rank
            without gaps, or ranks by their order.
        descending : bool, default False
            Whether the greatest value is the first.
        seed : None
            Of "random", which is not supported.

        Returns
        -------
        Expr
            Of Float64 for "average", else of UInt32; null of null.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [3, 1, 3]})
        >>> frame.select(dl.col("a").rank("min")).to_series().to_list()
        [2, 1, 2]
        """
        if method == "random":
            raise error(NotSupported, 'rank("random") is not supported', 'use rank("ordinal")')
        return self._window(windows.rank, method, descending)

    def is_duplicated(self):
        """Whether a value occurs more than once.

        Returns
        -------
        Expr
            Of Boolean.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 2, 1]})
        >>> frame.select(dl.col("a").is_duplicated()).to_series().to_list()
        [True, False, True]
        """
        return self._window(windows.is_duplicated, False)

    def is_unique(self):
        """Whether a value occurs once.

        Returns
        -------
        Expr
            Of Boolean.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 2, 1]})
        >>> frame.select(dl.col("a").is_unique()).to_series().to_list()
        [False, True, False]
        """
        return self._window(windows.is_duplicated, True)

    def is_first_distinct(self):
        """Whether a value appears for the first time.

        Returns
        -------
        Expr
            Of Boolean.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 2, 1]})
        >>> frame.select(dl.col("a").is_first_distinct()).to_series().to_list()
        [True, True, False]
        """
        return self._window(windows.is_first_distinct, False)

    def is_last_distinct(self):
        """Whether a value appears for the last time.

        Returns
        -------
        Expr
            Of Boolean.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 2, 1]})
        >>> frame.select(dl.col("a").is_last_distinct()).to_series().to_list()
        [False, True, True]
        """
        return self._window(windows.is_first_distinct, True)

    def rle_id(self):
        """A number for each run of equal values, from 0: what to group by to get the runs.

        Returns
        -------
        Expr
            Of UInt32.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["x", "x", "y", "x"]})
        >>> frame.select(dl.col("a").rle_id()).to_series().to_list()
        [0, 0, 1, 2]
        """
        return self._window(windows.changes)._window(windows.sum_so_far, types.UInt32)

    def is_sorted(self, *, descending=False, nulls_last=False):
        """Whether the values are in order.

        Parameters
        ----------
        descending : bool, default False
            Whether that order falls.
        nulls_last : bool, default False
            Whether missing values come last in it.

        Returns
        -------
        Expr
            One Boolean.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 2, 2]})
        >>> frame.select(dl.col("a").is_sorted()).item()
        True
        """
        if descending is None or nulls_last is None:
            raise error(NotSupported, "is_sorted(descending=None) is not supported", "ask for each order")
        return ~self._window(windows.is_sorted_step, descending, nulls_last).any()

    def peak_max(self):
        """Whether a value is greater than both its neighbours.

        Returns
        -------
        Expr
            Of Boolean.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 3, 2]})
        >>> frame.select(dl.col("a").peak_max()).to_series().to_list()
        [False, True, False]
        """
        return (self > self.shift(1)).fill_null(True) & (self > self.shift(-1)).fill_null(True)

    def peak_min(self):
        """Whether a value is less than both its neighbours.

        Returns
        -------
        Expr
            Of Boolean.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [3, 1, 2]})
        >>> frame.select(dl.col("a").peak_min()).to_series().to_list()
        [False, True, False]
        """
        return (self < self.shift(1)).fill_null(True) & (self < self.shift(-1)).fill_null(True)

    def unique_counts(self):
        """How often each distinct value occurs, by first appearance.

        Returns
        -------
        Expr
            Of UInt32, one for each distinct value.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["x", "y", "x"]})
        >>> frame.select(dl.col("a").unique_counts()).to_series().to_list()
        [2, 1]
        """
        return self._rearrange(functions.of_counts, options=("count",))

    def append(self, other, *, upcast=True):
        """The values, and others behind them.

        Parameters
        ----------
        other : str, Expr or value
            The others; a text names a column.
        upcast : bool, default True
            Whether both get a type that holds them; that types have to be equal is not supported.

        Returns
        -------
        Expr
            As long as both together.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 2], "b": [3, 4]})
        >>> frame.select(dl.col("a").append(dl.col("b"))).to_series().to_list()
        [1, 2, 3, 4]
        """
        if not upcast:
            raise error(NotSupported, "append(upcast=False) is not supported", "cast before")
        return self._rearrange(functions.appended, as_node(other))

    def rle(self):
        """Runs of equal values: how long each is, and its value.

        Returns
        -------
        Expr
            Of structs with `len`, a UInt32, and `value`.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["x", "x", "y"]})
        >>> frame.select(dl.col("a").rle()).to_series().to_list()
        [{'len': 2, 'value': 'x'}, {'len': 1, 'value': 'y'}]
        """
        return self._rearrange(functions.list_runs)

    def search_sorted(self, element, side="any", *, descending=False, nulls_last=False):
        """Where a value would have to be put so that the values stay in order.

        Parameters
        ----------
        element : value or Expr
            One value.
        side : {"any", "left", "right"}
            Of equal values, before the first or behind the last.
        descending : bool, default False
            Whether the order falls.
        nulls_last : bool, default False
            Whether missing values come last.

        Returns
        -------
        Expr
            One UInt32.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 3, 5]})
        >>> frame.select(dl.col("a").search_sorted(4)).item()
        2
        """
        if side not in ("any", "left", "right"):
            raise error(InvalidArgument, f"side is 'any', 'left' or 'right', not {side!r}")
        node = value_node(element)
        if node.shape or isinstance(element, (list, tuple)):
            raise error(NotSupported, "search_sorted of several values is not supported", "use join_asof")
        return self._made(Aggregate(aggregates.place_in_order, (self._node, node),
                                    (side == "right", nulls_last, descending)))

    def sample(self, n=None, *, fraction=None, with_replacement=False, shuffle=None, seed=None):
        """Values drawn at random, each once at most, in any order.

        Parameters
        ----------
        n : int, optional
            How many; 1 if left out.
        fraction : None
            Not supported; `DataFrame.sample` has it.
        with_replacement : bool, default False
            Not supported; `DataFrame.sample` has it.
        shuffle : bool
            Without effect.
        seed : int, optional
            The same one draws the same values.

        Returns
        -------
        Expr
            Of the column's type.

        Raises
        ------
        doline.NotSupported
            With `fraction` or `with_replacement`.

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2, 3]}).select(dl.col("a").sample(2, seed=1)).height
        2
        """
        if with_replacement or fraction is not None:
            raise error(NotSupported, "Expr.sample takes a number of values, without replacement",
                        "use DataFrame.sample")
        return self.shuffle(seed).head(1 if n is None else n)

    def shuffle(self, seed=None):
        """The values in a random order.

        Parameters
        ----------
        seed : int, optional
            The same one gives the same order.

        Returns
        -------
        Expr
            Of the column's type and length.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 2, 3]})
        >>> frame.select(dl.col("a").shuffle(seed=1).sort()).to_series().to_list()
        [1, 2, 3]
        """
        place = self._window(windows.scattered, fresh_seed() if seed is None else seed)
        return self._rearrange("sort_by", place._node, options=((False,), (False,)))

    def set_sorted(self, *, descending=False, nulls_last=False):
        """The same: the engine sees for itself.

        Parameters
        ----------
        descending, nulls_last : bool
            Without effect.

        Returns
        -------
        Expr
        """
        return self

    def shrink_dtype(self):
        """The same."""
        return self

    def rechunk(self):
        """The same: memory is the engine's to arrange."""
        return self
