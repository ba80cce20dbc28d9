"""The namespaces `list` and `arr`."""

from __future__ import annotations

from ..errors import NotSupported
from . import functions
from .literals import as_node
from .nodes import Nested
from .list_summaries import ListSummaries
from .list_trees import (aggregate_of, array_as_list, as_struct, differences, evaluated, filtered,
                         in_both, in_either, in_first, in_one, part_of, shifted, sorted_list,
                         without_nulls)


class ListFunctions(ListSummaries):
    """Functions of lists: `expr.list`. Positions count from 0, and from the end if negative."""

    def __init__(self, of):
        self._of = of

    def _do(self, build, *others, options=()):
        return self._of._apply(build, *others, options=options)

    def _aggregate(self, name):
        return self._do(aggregate_of, options=(name,))

    def unique(self, *, maintain_order=False):
        """The distinct elements; null is one.

        Parameters
        ----------
        maintain_order : bool, default False
            Always so here: they come by first appearance.

        Returns
        -------
        Expr
            Of lists.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[2, 1, 2]]})
        >>> frame.select(dl.col("a").list.unique()).to_series().to_list()
        [[2, 1]]
        """
        return self._do(functions.list_distinct)

    def reverse(self):
        """The elements in the opposite order.

        Returns
        -------
        Expr
            Of lists.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[1, 2, 3]]})
        >>> frame.select(dl.col("a").list.reverse()).to_series().to_list()
        [[3, 2, 1]]
        """
        return self._do("list_reverse")

    def sort(self, *, descending=False, nulls_last=False):
        """The elements in order.

        Parameters
        ----------
        descending : bool, default False
            Whether the order falls.
        nulls_last : bool, default False
            Whether missing ones come last.

        Returns
        -------
        Expr
            Of lists.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[3, None, 1]]})
        >>> frame.select(dl.col("a").list.sort()).to_series().to_list()
        [[None, 1, 3]]
        """
        return self._do(sorted_list, options=(descending, nulls_last))

    def gather(self, indices, **_):
        """The elements at some positions.

        Parameters
        ----------
        indices : list of int
            From 0, or from the end if negative.

        Returns
        -------
        Expr
            Of lists.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[1, 2, 3]]})
        >>> frame.select(dl.col("a").list.gather([0, -1])).to_series().to_list()
        [[1, 3]]
        """
        return self._do(functions.list_gather, options=(tuple(indices),))

    def gather_every(self, n, offset=0):
        """Every n-th element.

        Parameters
        ----------
        n : int
            The step.
        offset : int, default 0
            The first.

        Returns
        -------
        Expr
            Of lists.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[1, 2, 3]]})
        >>> frame.select(dl.col("a").list.gather_every(2)).to_series().to_list()
        [[1, 3]]
        """
        return self._do(functions.list_every, options=(n, offset))

    def head(self, n=5):
        """The first elements.

        Parameters
        ----------
        n : int, default 5
            How many.

        Returns
        -------
        Expr
            Of lists.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[1, 2, 3]]})
        >>> frame.select(dl.col("a").list.head(2)).to_series().to_list()
        [[1, 2]]
        """
        return self._do(part_of, options=(0, n))

    def tail(self, n=5):
        """The last elements.

        Parameters
        ----------
        n : int, default 5
            How many.

        Returns
        -------
        Expr
            Of lists.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[1, 2, 3]]})
        >>> frame.select(dl.col("a").list.tail(2)).to_series().to_list()
        [[2, 3]]
        """
        return self._do(functions.list_tail, options=(n,))

    def slice(self, offset, length=None):
        """A part of the elements.

        Parameters
        ----------
        offset : int
            Where it begins, from 0 or from the end if negative.
        length : int, optional
            How many; to the end if left out.

        Returns
        -------
        Expr
            Of lists.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[1, 2, 3]]})
        >>> frame.select(dl.col("a").list.slice(1, 1)).to_series().to_list()
        [[2]]
        """
        return self._do(part_of, options=(offset, length))

    def drop_nulls(self):
        """The elements that are not missing.

        Returns
        -------
        Expr
            Of lists.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[1, None, 3]]})
        >>> frame.select(dl.col("a").list.drop_nulls()).to_series().to_list()
        [[1, 3]]
        """
        return self._do(without_nulls)

    def diff(self, n=1, null_behavior="ignore"):
        """The difference of each element to the one some places before.

        Parameters
        ----------
        n : int, default 1
            How many places before.

        Returns
        -------
        Expr
            Of lists.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[1, 4, 9]]})
        >>> frame.select(dl.col("a").list.diff()).to_series().to_list()
        [[None, 3, 5]]
        """
        return self._do(differences, options=(n,))

    def shift(self, n=1):
        """The elements moved some places behind; null fills the gap.

        Parameters
        ----------
        n : int, default 1
            How many places; negative ones move to the front.

        Returns
        -------
        Expr
            Of lists.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[1, 2, 3]]})
        >>> frame.select(dl.col("a").list.shift()).to_series().to_list()
        [[None, 1, 2]]
        """
        return self._do(shifted, n)

    def concat(self, other):
        """Lists, one behind the other.

        Parameters
        ----------
        other : Expr or list of Expr
            The others.

        Returns
        -------
        Expr
            Of lists.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[1]], "b": [[2, 3]]})
        >>> frame.select(dl.col("a").list.concat(dl.col("b"))).to_series().to_list()
        [[1, 2, 3]]
        """
        return self._do("list_concat", *(other if isinstance(other, list) else [other]))

    def set_union(self, other):
        """The distinct elements of both lists.

        Parameters
        ----------
        other : Expr
            The other list.

        Returns
        -------
        Expr
            Of lists.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[1, 2]], "b": [[2, 3]]})
        >>> frame.select(dl.col("a").list.set_union(dl.col("b"))).to_series().to_list()
        [[1, 2, 3]]
        """
        return self._do(in_either, other)

    def set_intersection(self, other):
        """The distinct elements that are in both lists.

        Parameters
        ----------
        other : Expr
            The other list.

        Returns
        -------
        Expr
            Of lists.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[1, 2]], "b": [[2, 3]]})
        >>> frame.select(dl.col("a").list.set_intersection(dl.col("b"))).to_series().to_list()
        [[2]]
        """
        return self._do(in_both, other)

    def set_difference(self, other):
        """The distinct elements that are not in the other list.

        Parameters
        ----------
        other : Expr
            The other list.

        Returns
        -------
        Expr
            Of lists.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[1, 2]], "b": [[2, 3]]})
        >>> frame.select(dl.col("a").list.set_difference(dl.col("b"))).to_series().to_list()
        [[1]]
        """
        return self._do(in_first, other)

    def set_symmetric_difference(self, other):
        """The distinct elements that are in one of the lists alone.

        Parameters
        ----------
        other : Expr
            The other list.

        Returns
        -------
        Expr
            Of lists.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[1, 2]], "b": [[2, 3]]})
        >>> frame.select(dl.col("a").list.set_symmetric_difference(dl.col("b"))).to_series().to_list()
        [[1, 3]]
        """
        return self._do(in_one, other)

    def explode(self, **_):
        """A row for each element.

        Returns
        -------
        Expr
            Of the elements' type.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[1, 2], [3]]})
        >>> frame.select(dl.col("a").list.explode()).to_series().to_list()
        [1, 2, 3]
        """
        return self._of.explode()

    def to_array(self, width):
        """Not supported; cast to `Array`."""
        raise NotSupported("list.to_array is not supported; cast to pl.Array(inner, width)")

    def sample(self, *_, **__):
        """Not supported; explode and sample."""
        raise NotSupported("list.sample is not supported; explode and sample")

    def to_struct(self, n_field_strategy="first_non_null", fields=None, upper_bound=0):
        """The first elements as fields of a struct.

        Parameters
        ----------
        fields : list of str or callable, optional
            The fields' names, or what makes a name of a position.
        upper_bound : int, optional
            How many fields, where `fields` does not say.

        Returns
        -------
        Expr
            Of structs; null where an element is missing.

        Raises
        ------
        doline.NotSupported
            Where neither says how many fields there are.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[1, 2], [3]]})
        >>> frame.select(dl.col("a").list.to_struct(fields=["x", "y"])).to_series().to_list()
        [{'x': 1, 'y': 2}, {'x': 3, 'y': None}]
        """
        if callable(fields):
            fields = [fields(i) for i in range(upper_bound)]
        if not fields and not upper_bound:
            raise NotSupported("list.to_struct needs the fields' names")
        names = tuple(fields) if fields else tuple(f"field_{i}" for i in range(upper_bound))
        return self._do(as_struct, options=(names,))

    def eval(self, expr, *, parallel=False):
        """An expression over the elements of each list.

        Parameters
        ----------
        expr : Expr
            Its values are `dl.element()`.
        parallel : bool
            Without effect.

        Returns
        -------
        Expr
            Of lists.

        Raises
        ------
        doline.NotSupported
            For window functions but `rank`.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[1, 2], [3]]})
        >>> frame.select(dl.col("a").list.eval(dl.element() * 10)).to_series().to_list()
        [[10, 20], [30]]
        """
        from .expression import expression
        return expression(Nested(evaluated, self._of._node, as_node(expr)))

    def filter(self, predicate):
        """The elements for which a predicate holds.

        Parameters
        ----------
        predicate : Expr
            Its values are `dl.element()`.

        Returns
        -------
        Expr
            Of lists.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[1, 2, 3]]})
        >>> frame.select(dl.col("a").list.filter(dl.element() > 1)).to_series().to_list()
        [[2, 3]]
        """
        from .expression import expression
        return expression(Nested(filtered, self._of._node, as_node(predicate)))


class ArrayFunctions(ListFunctions):
    """Functions of arrays of a fixed length: `expr.arr`."""

    def to_list(self):
        """As a list; of a series, of Python values."""
        return self._of._apply(array_as_list)

    def _refused(self, *args, **kwargs):
        raise NotSupported("this function of arrays is not supported; arr.to_list() gives lists")
