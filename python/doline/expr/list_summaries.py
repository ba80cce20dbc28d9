"""The namespace `list`: what makes one value of a list."""

from __future__ import annotations

from .list_trees import (all_true, any_true, deviation, distinct_size, element_at, first_of, has, joined,
                         last_of, occurrences, only_one, place_of, size, spread)


class ListSummaries:
    """What `ListFunctions` inherits: one value for each list."""

    def len(self):
        """How many elements there are.

        Returns
        -------
        Expr
            Of UInt32; null of null.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[1, 2], [], None]})
        >>> frame.select(dl.col("a").list.len()).to_series().to_list()
        [2, 0, None]
        """
        return self._do(size)

    def sum(self):
        """The sum of the elements; 0 of an empty list.

        Returns
        -------
        Expr
            As `Expr.sum` gives.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[1, 2], []]})
        >>> frame.select(dl.col("a").list.sum()).to_series().to_list()
        [3, 0]
        """
        return self._aggregate("wrapping_sum")

    def mean(self):
        """The mean of the elements.

        Returns
        -------
        Expr
            Of Float64; null of an empty list.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[1, 2], []]})
        >>> frame.select(dl.col("a").list.mean()).to_series().to_list()
        [1.5, None]
        """
        return self._aggregate("frame_mean")

    def median(self):
        """The median of the elements.

        Returns
        -------
        Expr
            Of Float64; null of an empty list.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[1, 2, 9]]})
        >>> frame.select(dl.col("a").list.median()).to_series().to_list()
        [2.0]
        """
        return self._aggregate("median")

    def min(self):
        """The least element.

        Returns
        -------
        Expr
            Of the elements' type.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[2, 1], []]})
        >>> frame.select(dl.col("a").list.min()).to_series().to_list()
        [1, None]
        """
        return self._aggregate("frame_min")

    def max(self):
        """The greatest element.

        Returns
        -------
        Expr
            Of the elements' type.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[2, 1], []]})
        >>> frame.select(dl.col("a").list.max()).to_series().to_list()
        [2, None]
        """
        return self._aggregate("frame_max")

    def std(self, ddof=1):
        """The standard deviation of the elements.

        Parameters
        ----------
        ddof : int, default 1
            1 for a sample, 0 for all there is.

        Returns
        -------
        Expr
            Of Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[1, 3, 5]]})
        >>> frame.select(dl.col("a").list.std()).to_series().to_list()
        [2.0]
        """
        return self._do(deviation, options=(ddof,))

    def var(self, ddof=1):
        """The variance of the elements.

        Parameters
        ----------
        ddof : int, default 1
            1 for a sample, 0 for all there is.

        Returns
        -------
        Expr
            Of Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[1, 3, 5]]})
        >>> frame.select(dl.col("a").list.var()).to_series().to_list()
        [4.0]
        """
        return self._do(spread, options=(ddof,))

    def any(self, *, ignore_nulls=True):
        """Whether any element is true.

        Parameters
        ----------
        ignore_nulls : bool, default True
            Whether missing elements are passed over; else they leave open what they decide.

        Returns
        -------
        Expr
            Of Boolean; false of an empty list.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[False, True], []]})
        >>> frame.select(dl.col("a").list.any()).to_series().to_list()
        [True, False]
        """
        return self._do(any_true, options=(ignore_nulls,))

    def all(self, *, ignore_nulls=True):
        """Whether all elements are true.

        Parameters
        ----------
        ignore_nulls : bool, default True
            Whether missing elements are passed over; else they leave open what they decide.

        Returns
        -------
        Expr
            Of Boolean; true of an empty list.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[False, True], []]})
        >>> frame.select(dl.col("a").list.all()).to_series().to_list()
        [False, True]
        """
        return self._do(all_true, options=(ignore_nulls,))

    def n_unique(self):
        """How many distinct elements there are; null is one.

        Returns
        -------
        Expr
            Of UInt32.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[1, 1, None]]})
        >>> frame.select(dl.col("a").list.n_unique()).to_series().to_list()
        [2]
        """
        return self._do(distinct_size)

    def first(self):
        """The first element.

        Returns
        -------
        Expr
            Of the elements' type; null of an empty list.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[1, 2], []]})
        >>> frame.select(dl.col("a").list.first()).to_series().to_list()
        [1, None]
        """
        return self._do(first_of)

    def last(self):
        """The last element.

        Returns
        -------
        Expr
            Of the elements' type; null of an empty list.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[1, 2], []]})
        >>> frame.select(dl.col("a").list.last()).to_series().to_list()
        [2, None]
        """
        return self._do(last_of)

    def item(self, *, allow_empty=False):
        """The only element.

        Parameters
        ----------
        allow_empty : bool, default False
            Whether an empty list gives null; else it ends the query.

        Returns
        -------
        Expr
            Of the elements' type.

        Raises
        ------
        doline.errors.InvalidArgument
            When the query runs, for a list of more than one element, or of none.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[1], [3]]})
        >>> frame.select(dl.col("a").list.item()).to_series().to_list()
        [1, 3]
        """
        return self._do(only_one, options=("list.item", allow_empty))

    def get(self, index, *, null_on_oob=False):
        """The element at a position.

        Parameters
        ----------
        index : int, str or Expr
            From 0, or from the end if negative; a text names a column.
        null_on_oob : bool, default False
            Whether null stands where there is no such position; else it ends the query.

        Returns
        -------
        Expr
            Of the elements' type.

        Raises
        ------
        doline.errors.InvalidArgument
            When the query runs, for a position out of bounds.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[1, 2], [3]]})
        >>> frame.select(dl.col("a").list.get(1, null_on_oob=True)).to_series().to_list()
        [2, None]
        """
        return self._do(element_at, self._of._column_of(index), options=("list.get", null_on_oob))

    def contains(self, item, *, nulls_equal=True):
        """Whether a list has an element.

        Parameters
        ----------
        item : value or Expr
            The element.
        nulls_equal : bool, default True
            Whether null is an element of lists that have a null; else it gives null.

        Returns
        -------
        Expr
            Of Boolean.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[1, 2], [3]]})
        >>> frame.select(dl.col("a").list.contains(3)).to_series().to_list()
        [False, True]
        """
        return self._do(has, item, options=(
            nulls_equal, item is not None and not hasattr(item, "_node")))

    def count_matches(self, element):
        """How often an element occurs.

        Parameters
        ----------
        element : value or Expr
            The element.

        Returns
        -------
        Expr
            Of UInt32.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[1, 2, 1]]})
        >>> frame.select(dl.col("a").list.count_matches(1)).to_series().to_list()
        [2]
        """
        return self._do(occurrences, element)

    def arg_min(self):
        """The position of the least element, the first of equals.

        Returns
        -------
        Expr
            Of UInt32, from 0.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[2, 1]]})
        >>> frame.select(dl.col("a").list.arg_min()).to_series().to_list()
        [1]
        """
        return self._do(place_of, options=("frame_min",))

    def arg_max(self):
        """The position of the greatest element, the first of equals.

        Returns
        -------
        Expr
            Of UInt32, from 0.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[2, 1]]})
        >>> frame.select(dl.col("a").list.arg_max()).to_series().to_list()
        [0]
        """
        return self._do(place_of, options=("frame_max",))

    def join(self, separator, *, ignore_nulls=True):
        """The texts of a list as one.

        Parameters
        ----------
        separator : str or Expr
            What stands between them.
        ignore_nulls : bool, default True
            Whether missing ones are passed over; else one makes null of all.

        Returns
        -------
        Expr
            Of String.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [["x", None, "y"]]})
        >>> frame.select(dl.col("a").list.join("-")).to_series().to_list()
        ['x-y']
        """
        return self._do(joined, separator, options=(ignore_nulls,))

    def agg(self, expr):
        """An aggregate of each list.

        Parameters
        ----------
        expr : Expr
            Its values are `dl.element()`.

        Returns
        -------
        Expr
            Of what the aggregate gives.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[1, 2], [3]]})
        >>> frame.select(dl.col("a").list.agg(dl.element().max())).to_series().to_list()
        [2, 3]
        """
        return type(self)(self.eval(expr)).first()
