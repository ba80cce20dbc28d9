"""Functions that give other rows than they take."""

from __future__ import annotations

from . import build as b, functions
from .arguments import each, listed, numbers_or_nodes, value_node
from .literals import as_node
from .nodes import Apply, Column, output_name


class Rearranging:
    """What `Expr` inherits: other rows, or others' order."""

    __slots__ = ()

    def filter(self, *predicates, **constraints):
        """The values for which all predicates hold, for an aggregate to go on with.

        Parameters
        ----------
        *predicates : Expr or str
            Conditions, or names of Boolean columns.
        **constraints : value
            `name=value` for what a column has to equal.

        Returns
        -------
        Expr
            Of other length than the column; beside columns an aggregate has to follow.

        Examples
        --------
        >>> frame = dl.DataFrame({"k": ["a", "b", "a"], "v": [1, 2, 3]})
        >>> frame.select(dl.col("v").filter(k="a").sum()).item()
        4
        """
        terms = [as_node(p) for p in predicates]
        terms += [Apply(b.equal, (Column(k), value_node(v))) for k, v in constraints.items()]
        condition = terms[0] if len(terms) == 1 else Apply(b.both, tuple(terms))
        return self._rearrange("filter", condition)

    where = filter

    def sort(self, *, descending=False, nulls_last=False):
        """The values in order.

        Parameters
        ----------
        descending : bool, default False
            Whether the order falls.
        nulls_last : bool, default False
            Whether missing values come last; else they come first.

        Returns
        -------
        Expr
            Of the column's type and length.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [3, None, 1]})
        >>> frame.select(dl.col("a").sort()).to_series().to_list()
        [None, 1, 3]
        """
        return self._rearrange("sort", options=(descending, nulls_last))

    def sort_by(self, by, *more, descending=False, nulls_last=False,
                multithreaded=True, maintain_order=False):
        """The values in the order of other columns.

        Parameters
        ----------
        by : str, Expr or list of these
            What the order is by.
        *more : str or Expr
            More of it.
        descending : bool or list of bool, default False
            Whether the order falls, for all or each.
        nulls_last : bool or list of bool, default False
            Whether missing values come last, for all or each.
        multithreaded, maintain_order : bool
            Without effect: rows that compare equal always keep their order.

        Returns
        -------
        Expr
            Of the column's type and length.

        Examples
        --------
        >>> frame = dl.DataFrame({"name": ["Ann", "Bob", "Cid"], "age": [34, 27, 41]})
        >>> frame.select(dl.col("name").sort_by("age", descending=True)).to_series().to_list()
        ['Cid', 'Ann', 'Bob']
        """
        keys = [as_node(k) for k in listed(by) + list(more)]
        return self._rearrange("sort_by", *keys, options=(
            each(descending, len(keys)), each(nulls_last, len(keys))))

    def reverse(self):
        """The values in the opposite order.

        Returns
        -------
        Expr
            Of the column's type and length.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 2, 3]})
        >>> frame.select(dl.col("a").reverse()).to_series().to_list()
        [3, 2, 1]
        """
        return self._rearrange("reverse")

    def head(self, n=10):
        """The first values.

        Parameters
        ----------
        n : int or Expr, default 10
            How many; a negative number leaves out so many at the other end.

        Returns
        -------
        Expr
            Of the column's type.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 2, 3]})
        >>> frame.select(dl.col("a").head(2)).to_series().to_list()
        [1, 2]
        """
        if isinstance(n, int) and n < 0:
            return self._rearrange(functions.list_without_last, options=(-n,))
        return self.slice(0, n)

    def tail(self, n=10):
        """The last values.

        Parameters
        ----------
        n : int or Expr, default 10
            How many; a negative number leaves out so many at the other end.

        Returns
        -------
        Expr
            Of the column's type.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 2, 3]})
        >>> frame.select(dl.col("a").tail(2)).to_series().to_list()
        [2, 3]
        """
        if isinstance(n, int) and n < 0:
            return self.slice(-n)
        nodes, options = numbers_or_nodes(n)
        return self._rearrange(functions.list_tail, *nodes, options=options)

    limit = head

    def slice(self, offset, length=None):
        """A part of the values.

        Parameters
        ----------
        offset : int or Expr
            Where it begins, from 0 or from the end if negative.
        length : int or Expr, optional
            How many; to the end if left out.

        Returns
        -------
        Expr
            Of the column's type.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 2, 3, 4]})
        >>> frame.select(dl.col("a").slice(1, 2)).to_series().to_list()
        [2, 3]
        """
        nodes, options = numbers_or_nodes(offset, length)
        return self._rearrange(functions.list_part, *nodes, options=options)

    def unique(self, *, maintain_order=False):
        """Distinct values; null is one.

        Parameters
        ----------
        maintain_order : bool, default False
            Always so here: they come by first appearance.

        Returns
        -------
        Expr
            Of the column's type.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [2, 1, 2]})
        >>> frame.select(dl.col("a").unique()).to_series().to_list()
        [2, 1]
        """
        return self._rearrange(functions.list_distinct, options=(maintain_order,))

    def gather(self, indices, *, null_on_oob=False):
        """The values at some positions.

        Parameters
        ----------
        indices : int, str, Expr, Series or list of int
            From 0, or from the end if negative; a text names a column.
        null_on_oob : bool, default False
            Whether a position that the values do not have gives null; else it ends the query.

        Returns
        -------
        Expr
            Of the column's type.

        Raises
        ------
        doline.errors.InvalidArgument
            When the query runs, for a position out of bounds.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [10, 20, 30]})
        >>> frame.select(dl.col("a").gather([0, -1])).to_series().to_list()
        [10, 30]
        """
        options = ("gather", null_on_oob)
        if hasattr(indices, "_node") and not hasattr(indices, "to_list") or isinstance(indices, str):
            return self._rearrange(functions.list_gather, as_node(indices), options=options)
        values = indices.tolist() if hasattr(indices, "tolist") else \
            indices.to_list() if hasattr(indices, "to_list") else listed(indices)
        return self._rearrange(functions.list_gather, options=(tuple(listed(values)), *options))

    def gather_every(self, n, offset=0):
        """Every n-th value.

        Parameters
        ----------
        n : int
            The step.
        offset : int, default 0
            The first.

        Returns
        -------
        Expr
            Of the column's type.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 2, 3, 4]})
        >>> frame.select(dl.col("a").gather_every(2)).to_series().to_list()
        [1, 3]
        """
        return self._rearrange(functions.list_every, options=(n, offset))

    def top_k(self, k=5):
        """The greatest values, the greatest first; missing ones come last.

        Parameters
        ----------
        k : int, str or Expr, default 5
            How many; a text names a column.

        Returns
        -------
        Expr
            Of the column's type.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 3, 2]})
        >>> frame.select(dl.col("a").top_k(2)).to_series().to_list()
        [3, 2]
        """
        return self.sort(descending=True, nulls_last=True).head(k)

    def bottom_k(self, k=5):
        """The least values, the least first; missing ones come last.

        Parameters
        ----------
        k : int, str or Expr, default 5
            How many; a text names a column.

        Returns
        -------
        Expr
            Of the column's type.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 3, 2]})
        >>> frame.select(dl.col("a").bottom_k(2)).to_series().to_list()
        [1, 2]
        """
        return self.sort(nulls_last=True).head(k)

    def top_k_by(self, by, k=5, *, reverse=False):
        """The values of the rows in which another column is greatest.

        Parameters
        ----------
        by : str, Expr or list of these
            The other column.
        k : int, str or Expr, default 5
            How many; a text names a column.
        reverse : bool, default False
            Whether it is the least instead.

        Returns
        -------
        Expr
            Of the column's type.

        Examples
        --------
        >>> frame = dl.DataFrame({"name": ["Ann", "Bob", "Cid"], "age": [34, 27, 41]})
        >>> frame.select(dl.col("name").top_k_by("age", 2)).to_series().to_list()
        ['Cid', 'Ann']
        """
        return self.sort_by(by, descending=not reverse, nulls_last=True).head(k)

    def bottom_k_by(self, by, k=5, *, reverse=False):
        """The values of the rows in which another column is least.

        Parameters
        ----------
        by : str, Expr or list of these
            The other column.
        k : int, str or Expr, default 5
            How many; a text names a column.
        reverse : bool, default False
            Whether it is the greatest instead.

        Returns
        -------
        Expr
            Of the column's type.

        Examples
        --------
        >>> frame = dl.DataFrame({"name": ["Ann", "Bob", "Cid"], "age": [34, 27, 41]})
        >>> frame.select(dl.col("name").bottom_k_by("age", 1)).to_series().to_list()
        ['Bob']
        """
        return self.sort_by(by, descending=reverse, nulls_last=True).head(k)

    def mode(self, *, maintain_order=False):
        """The most frequent values: all of them where several are; null counts as a value.

        Parameters
        ----------
        maintain_order : bool, default False
            Always so here: they come by first appearance.

        Returns
        -------
        Expr
            Of the column's type.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 2, 2, 1, 3]})
        >>> frame.select(dl.col("a").mode()).to_series().to_list()
        [1, 2]
        """
        return self._rearrange(functions.list_modes)

    def arg_sort(self, *, descending=False, nulls_last=False):
        """The positions that would sort the values.

        Parameters
        ----------
        descending : bool, default False
            Whether the order falls.
        nulls_last : bool, default False
            Whether missing values come last.

        Returns
        -------
        Expr
            Of UInt32, from 0.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [30, 10, 20]})
        >>> frame.select(dl.col("a").arg_sort()).to_series().to_list()
        [1, 2, 0]
        """
        return self._rearrange(functions.list_places, options=(descending, nulls_last))

    def arg_true(self):
        """The positions of true values.

        Returns
        -------
        Expr
            Of UInt32, from 0.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [True, False, True]})
        >>> frame.select(dl.col("a").arg_true()).to_series().to_list()
        [0, 2]
        """
        return self._rearrange(functions.list_true_places)

    def arg_unique(self):
        """The positions at which values appear for the first time.

        Returns
        -------
        Expr
            Of UInt32, from 0.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["x", "x", "y"]})
        >>> frame.select(dl.col("a").arg_unique()).to_series().to_list()
        [0, 2]
        """
        return self._rearrange(functions.of_counts, options=("place",))

    def value_counts(self, *, sort=False, parallel=False, name=None, normalize=False):
        """How often each distinct value occurs.

        Parameters
        ----------
        sort : bool, default False
            Whether the most frequent come first; else they come by first appearance.
        parallel : bool, default False
            Without effect.
        name : str, default "count"
            What the count is called; with `normalize` "proportion".
        normalize : bool, default False
            Whether it is the share of all rows.

        Returns
        -------
        Expr
            Of structs with the value and its count.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["x", "y", "y"]})
        >>> frame.select(dl.col("a").value_counts(sort=True)).to_series().to_list()
        [{'a': 'y', 'count': 2}, {'a': 'x', 'count': 1}]
        """
        label = name if name is not None else "proportion" if normalize else "count"
        return self._rearrange(functions.list_value_counts,
                               options=(output_name(self._node), label, sort, normalize))

    def explode(self, *, empty_as_null=False, keep_nulls=True):
        """A row for each element of the lists.

        Parameters
        ----------
        empty_as_null : bool, default False
            Whether an empty list is a row that is null; else it gives none.
        keep_nulls : bool, default True
            Whether a missing list is a row that is null; else it gives none.

        Returns
        -------
        Expr
            Of the elements' type.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[1, 2], [3]]})
        >>> frame.select(dl.col("a").explode()).to_series().to_list()
        [1, 2, 3]
        """
        return self._rearrange("flatten_lists", options=(empty_as_null, keep_nulls))

    flatten = explode

    def repeat_by(self, by):
        """Each value as a list that repeats it.

        Parameters
        ----------
        by : int, str or Expr
            How often; a text names a column.

        Returns
        -------
        Expr
            Of lists.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["x", "y"], "n": [2, 1]})
        >>> frame.select(dl.col("a").repeat_by(dl.col("n"))).to_series().to_list()
        [['x', 'x'], ['y']]
        """
        return self._apply(functions.repeat_by, self._column_of(by))
