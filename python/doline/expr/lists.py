"""The namespace `list`."""

from __future__ import annotations

from ..errors import InvalidArgument, NotSupported, error
from . import functions
from .arguments import listed, numbers_or_nodes
from .literals import as_node
from .namespaces import Namespace
from .nodes import Apply, Nested, Typed
from .list_summaries import ListSummaries
from .list_trees import (aggregate_of, as_array, as_struct, differences, evaluated, filtered, in_both,
                         in_either, in_first, in_one, shifted, sorted_list, without_nulls)


class ListFunctions(ListSummaries, Namespace):
    """Functions of lists: `expr.list`. Positions count from 0, and from the end if negative."""

    _refused = {"to_map": "struct.unnest, or map_from_entries in SQL"}

    def __init__(self, of):
        self._of = of

    def __getitem__(self, item): return self.get(item)

    def _do(self, build, *others, options=()):
        return self._of._apply(build, *others, options=options)

    def _over(self, build, nodes, options):
        return self._of._made(Apply(build, (self._of._node, *nodes), options))

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

    def gather(self, indices, *, null_on_oob=False):
        """The elements at some positions.

        Parameters
        ----------
        indices : int, str, Expr, Series or list of int
            From 0, or from the end if negative; a text names a column, of numbers or lists of these.
        null_on_oob : bool, default False
            Whether a position that a list does not have gives null; else it ends the query.

        Returns
        -------
        Expr
            Of lists.

        Raises
        ------
        doline.errors.InvalidArgument
            When the query runs, for a position out of bounds.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[1, 2, 3]]})
        >>> frame.select(dl.col("a").list.gather([0, -1])).to_series().to_list()
        [[1, 3]]
        """
        options = ("list.gather", null_on_oob)
        if isinstance(indices, str) or hasattr(indices, "_node") and not hasattr(indices, "to_list"):
            return self._do(functions.list_gather, self._of._column_of(indices), options=options)
        values = indices.to_list() if hasattr(indices, "to_list") else listed(indices)
        if any(isinstance(value, (list, tuple)) for value in values):
            raise error(NotSupported, "list.gather of lists of positions is not supported",
                        "put them into a column")
        return self._do(functions.list_gather, options=(tuple(values), *options))

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
        n : int, str or Expr, default 5
            How many; a text names a column.

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
        return self.slice(0, n)

    def tail(self, n=5):
        """The last elements.

        Parameters
        ----------
        n : int, str or Expr, default 5
            How many; a text names a column.

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
        nodes, options = numbers_or_nodes(n)
        return self._over(functions.list_tail, nodes, options)

    def slice(self, offset, length=None):
        """A part of the elements.

        Parameters
        ----------
        offset : int, str or Expr
            Where it begins, from 0 or from the end if negative; a text names a column.
        length : int, str or Expr, optional
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
        nodes, options = numbers_or_nodes(offset, length)
        return self._over(functions.list_part, nodes, options)

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
        null_behavior : {"ignore", "drop"}
            Whether the first elements, which have none before them, are null or left out.

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
        if null_behavior not in ("ignore", "drop"):
            raise error(InvalidArgument, f"null_behavior is 'ignore' or 'drop', not {null_behavior!r}")
        return self._do(differences, options=(n, null_behavior == "drop"))

    def shift(self, n=1):
        """The elements moved some places behind; null fills the gap.

        Parameters
        ----------
        n : int, str or Expr, default 1
            How many places; negative ones move to the front. A text names a column.

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
        return self._do(shifted, self._of._column_of(n))

    def concat(self, other):
        """Lists, one behind the other.

        Parameters
        ----------
        other : str, Expr, or list of these
            The others; a text names a column.

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
        others = other if isinstance(other, list) else [other]
        return self._do("list_concat", *map(self._of._column_of, others))

    def set_union(self, other):
        """The distinct elements of both lists.

        Parameters
        ----------
        other : str, Expr or list
            The other list; a text names a column.

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
        return self._do(in_either, self._of._column_of(other))

    def set_intersection(self, other):
        """The distinct elements that are in both lists.

        Parameters
        ----------
        other : str, Expr or list
            The other list; a text names a column.

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
        return self._do(in_both, self._of._column_of(other))

    def set_difference(self, other):
        """The distinct elements that are not in the other list.

        Parameters
        ----------
        other : str, Expr or list
            The other list; a text names a column.

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
        return self._do(in_first, self._of._column_of(other))

    def set_symmetric_difference(self, other):
        """The distinct elements that are in one of the lists alone.

        Parameters
        ----------
        other : str, Expr or list
            The other list; a text names a column.

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
        return self._do(in_one, self._of._column_of(other))

    def explode(self, *, empty_as_null=False, keep_nulls=True):
        """A row for each element.

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
        >>> frame.select(dl.col("a").list.explode()).to_series().to_list()
        [1, 2, 3]
        """
        return self._of.explode(empty_as_null=empty_as_null, keep_nulls=keep_nulls)

    def to_array(self, width):
        """The lists as arrays of a fixed length.

        Parameters
        ----------
        width : int
            How many elements each has.

        Returns
        -------
        Expr
            Of arrays.

        Raises
        ------
        doline.errors.ConversionError
            When the query runs, for a list of another length.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[1, 2], [3, 4]]})
        >>> frame.select(dl.col("a").list.to_array(2)).dtypes
        [Array(Int64, shape=(2,))]
        """
        return self._of._made(Typed(as_array, (self._of._node,), (width,)))

    def sample(self, n=None, *, fraction=None, with_replacement=False, shuffle=False, seed=None):
        """Not supported; explode and sample."""
        raise error(NotSupported, "list.sample is not supported", "explode and sample")

    def to_struct(self, fields=None, *, upper_bound=0):
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
            raise error(NotSupported, "list.to_struct without the fields' names is not supported",
                        "give fields=[…], or upper_bound")
        names = tuple(fields) if fields else tuple(f"field_{i}" for i in range(upper_bound))
        return self._do(as_struct, options=(names,))

    def eval(self, expr, *, parallel=False):
        """An expression over the elements of each list.

        Cumulative functions such as `cum_sum` go through a list anew for each of its elements: of lists of
        many thousands explode and `over` are faster.

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
