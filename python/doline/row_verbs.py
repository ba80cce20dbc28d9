"""Verbs that choose rows and say their order."""

from __future__ import annotations

from . import _nodes as n
from . import datatypes as types
from .beside_series import taking_series
from .errors import InvalidArgument, NotSupported, TypeMismatch, error
from .expr import build as b
from .expr.conditions import is_condition
from .expr.literals import as_node, literal_bytes
from .expr.lower import ROW_NUMBER, Lowering
from .expr.nodes import REARRANGED, Apply, Column
from .expr.selecting import expand
from .frame_items import as_mask, gathered, places_of


class RowVerbs:
    """What `LazyFrame` inherits: rows that stay, and in which order."""

    def clear(self, n=0):
        """The same columns without rows, or with rows of nulls.

        Parameters
        ----------
        n : int, default 0
            How many rows of nulls.

        Returns
        -------
        LazyFrame or DataFrame
            Of the frame's own kind.

        Raises
        ------
        doline.errors.InvalidArgument
            For fewer rows than none.

        Examples
        --------
        >>> dl.DataFrame({"a": [1]}).clear().shape, dl.DataFrame({"a": [1]}).clear(2).rows()
        ((0, 1), [(None,), (None,)])
        """
        _check_count("clear", n)
        if not n:
            return self.slice(0, 0)
        return gathered(self.slice(0, 0), [None] * n)

    def gather(self, indices, *, null_on_oob=False):
        """The rows at some places, in the order and as often as they are said.

        Parameters
        ----------
        indices : int, list of int, Series or NumPy array
            From 0; of None a row of nulls.
        null_on_oob : bool, default False
            Whether a place that the frame does not have gives a row of nulls; else the query fails.

        Returns
        -------
        LazyFrame or DataFrame
            Of the frame's own kind.

        Raises
        ------
        doline.NotSupported
            For places from the end.

        Examples
        --------
        >>> dl.LazyFrame({"a": [10, 20, 30]}).gather([2, 0]).collect().rows()
        [(30,), (10,)]
        """
        if hasattr(indices, "_node") and not hasattr(indices, "_frame"):
            raise error(NotSupported, "gather by an expression", "give a list, a Series or an array of places")
        places = places_of(indices)
        if any(place is not None and place < 0 for place in places):
            raise error(NotSupported, "places from the end of a query that has not run", "collect() it first")
        return gathered(self, places, null_on_oob)

    def filter(self, *predicates, **constraints):
        """The rows for which all predicates hold.

        Parameters
        ----------
        *predicates : Expr, str, Series, lists of these, list of bool or NumPy array
            Conditions, names of Boolean columns, or a truth for each row. Null is not true.
        **constraints : value
            `name=value` for what a column has to equal.

        Returns
        -------
        LazyFrame or DataFrame
            In the frame's order.

        Raises
        ------
        doline.errors.TypeMismatch
            For what is not Boolean.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "x"]})
        >>> frame.filter(dl.col("a") > 1, b="x").rows()
        [(3, 'x')]
        """
        return self._filtered(*map(as_mask, predicates), **constraints)

    @taking_series(drops=True)
    def _filtered(self, *predicates, **constraints):
        nodes = []
        for item in predicates:
            for one in item if isinstance(item, (list, tuple)) else [item]:
                nodes += expand(as_node(one), self)
        unsure = [node for node in nodes if not is_condition(node, self)]
        nodes += [Apply(b.equal, (Column(k), as_node(v, False))) for k, v in constraints.items()]
        if not nodes:
            return self
        node = nodes[0] if len(nodes) == 1 else Apply(b.both, tuple(nodes))
        if node.shape == REARRANGED:
            raise error(NotSupported, "filter by rearranged rows is not supported",
                        "filter with plain columns")
        lowering = Lowering(self._query)
        for one in unsure:
            dtype = lowering.dtype_of(lowering.lower(one))
            if dtype not in (types.Boolean, types.Null):
                raise error(TypeMismatch, f"filter: {one!r} is {dtype!r}, no condition",
                            f"compare it: {one!r} != 0" if dtype.is_numeric() else "compare it with something")
        lowered = lowering.settle(lowering.lower(node))
        source, hidden = lowering.source(lowered.stage)
        order = [n.order_item(b.column(ROW_NUMBER))] if lowering.needs_row_number else ()
        query = b.select_from(source, [b.star_without(hidden)], where=lowered.bytes, order_by=order)
        return self._next(query, self._names, schema=self._schema)

    def remove(self, *predicates, **constraints):
        """The rows for which the predicates do not all hold; null does not hold.

        Parameters
        ----------
        *predicates : Expr, str, Series, lists of these, list of bool or NumPy array
            Conditions, as of `filter`.
        **constraints : value
            `name=value` for what a column has to equal.

        Returns
        -------
        LazyFrame or DataFrame
            In the frame's order.

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2, None]}).remove(dl.col("a") > 1).rows()
        [(1,), (None,)]
        """
        from .expr.across_columns import all_horizontal
        from .expr.expression import expression
        given = [one for item in map(as_mask, predicates)
                 for one in (item if isinstance(item, (list, tuple)) else [item])]
        terms = [expression(one) for item in given for one in expand(as_node(item), self)]
        terms += [expression(Apply(b.equal, (Column(k), as_node(v, False))))
                  for k, v in constraints.items()]
        if not terms:  # all of no conditions hold
            return self.slice(0, 0)
        return self.filter(~all_horizontal(terms).fill_null(False))

    def sort(self, by, *more, descending=False, nulls_last=False, maintain_order=False,
             multithreaded=True):
        """The rows in the order of values.

        Parameters
        ----------
        by : str, Expr, selector, or list of these
            What the order is by.
        *more : str or Expr
            More of it.
        descending : bool or list of bool, default False
            Whether the order falls, for all or each.
        nulls_last : bool or list of bool, default False
            Whether missing values come last, for all or each.
        maintain_order, multithreaded : bool
            Without effect: the order of equal rows stays anyhow.

        Returns
        -------
        LazyFrame or DataFrame

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [2, None, 1]})
        >>> frame.sort("a", descending=True, nulls_last=True).rows()
        [(2,), (1,), (None,)]
        """
        given = (list(by) if isinstance(by, (list, tuple)) else [by]) + list(more)
        nodes = [one for item in given for one in expand(as_node(item), self)]
        if not nodes:
            return self
        descending, nulls_last = (_per_key(v, len(nodes)) for v in (descending, nulls_last))
        lowering = Lowering(self._query)
        lowered = [lowering.settle(lowering.lower(node)) for node in nodes]
        source, hidden = lowering.source(max(v.stage for v in lowered))
        items = [b.order_item(v.bytes, d, l) for v, d, l in zip(lowered, descending, nulls_last)]
        query = b.select_from(source, [b.star_without(hidden)], order_by=items)
        return self._next(query, self._names, schema=self._schema)

    def top_k(self, k, *, by, reverse=False):
        """The rows with the greatest values, the greatest first; missing ones come last.

        Parameters
        ----------
        k : int
            How many.
        by : str, Expr or list of these
            What counts.
        reverse : bool or list of bool, default False
            Whether it is the least instead, for all or each.

        Returns
        -------
        LazyFrame or DataFrame

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 3, 2]}).top_k(2, by="a").rows()
        [(3,), (2,)]
        """
        _check_count("top_k", k)
        keys = by if isinstance(by, (list, tuple)) else [by]
        down = [not r for r in _per_key(reverse, len(keys))]
        return self.sort(list(keys), descending=down, nulls_last=True).head(k)

    def bottom_k(self, k, *, by, reverse=False):
        """The rows with the least values, the least first; missing ones come last.

        Parameters
        ----------
        k : int
            How many.
        by : str, Expr or list of these
            What counts.
        reverse : bool or list of bool, default False
            Whether it is the greatest instead, for all or each.

        Returns
        -------
        LazyFrame or DataFrame

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 3, 2]}).bottom_k(2, by="a").rows()
        [(1,), (2,)]
        """
        _check_count("bottom_k", k)
        keys = by if isinstance(by, (list, tuple)) else [by]
        return self.sort(list(keys), descending=_per_key(reverse, len(keys)), nulls_last=True).head(k)

    def slice(self, offset, length=None):
        """Rows that follow each other.

        Parameters
        ----------
        offset : int
            The first, from 0 or from the end if negative.
        length : int, optional
            How many; to the end if left out.

        Returns
        -------
        LazyFrame or DataFrame

        Raises
        ------
        doline.errors.InvalidArgument
            For a negative length.

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2, 3, 4]}).slice(-3, 2).rows()
        [(2,), (3,)]
        """
        if length is not None and length < 0:
            raise error(InvalidArgument, f"slice({offset}, {length}): a query that has not run has no end to "
                        "count from", "collect() it first")
        if offset < 0:
            return self._from_end(offset, length)
        query = b.select_from(self._query, [b.STAR],
                              limit=None if length is None else b.integer(length),
                              offset=b.integer(offset) if offset else None)
        return self._next(query, self._names, schema=self._schema)

    def _from_end(self, offset, length):
        from .expr.construct import len as row_count
        from .expr.expression import expression
        index = expression(Column("__doline_index"))
        numbered = self.with_row_index("__doline_index").with_columns(
            row_count().alias("__doline_count"))
        count = expression(Column("__doline_count")).cast(types.Int64)
        place = index.cast(types.Int64)
        condition = place >= (count + offset if offset else 0)
        if length is not None:
            condition = condition & (place < count + offset + length)
        return numbered.filter(condition).drop("__doline_index", "__doline_count")

    def head(self, n=5):
        """The first rows.

        Parameters
        ----------
        n : int, default 5
            How many; with a negative number all but so many of the last.

        Returns
        -------
        LazyFrame or DataFrame

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2, 3]}).head(2).rows()
        [(1,), (2,)]
        """
        return self.slice(0, n) if n >= 0 else self._from_end(0, n)

    def limit(self, n=5):
        """The first rows, as `head` gives them.

        Parameters
        ----------
        n : int, default 5
            How many; with a negative number all but so many of the last.

        Returns
        -------
        LazyFrame or DataFrame

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2, 3]}).limit(2).rows()
        [(1,), (2,)]
        """
        return self.head(n)

    def tail(self, n=5):
        """The last rows.

        Parameters
        ----------
        n : int, default 5
            How many; with a negative number all but so many of the first.

        Returns
        -------
        LazyFrame or DataFrame

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2, 3]}).tail(2).rows()
        [(2,), (3,)]
        """
        return self.slice(-n, n) if n > 0 else self.slice(-n, None if n else 0)

    def first(self):
        """The first row.

        Returns
        -------
        LazyFrame or DataFrame

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2, 3]}).first().rows()
        [(1,)]
        """
        return self.slice(0, 1)

    def last(self):
        """The last row.

        Returns
        -------
        LazyFrame or DataFrame

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2, 3]}).last().rows()
        [(3,)]
        """
        return self.tail(1)

    def reverse(self):
        """The rows in the opposite order.

        Returns
        -------
        LazyFrame or DataFrame

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2, 3]}).reverse().rows()
        [(3,), (2,), (1,)]
        """
        numbered = self.with_row_index("__doline_index")
        return numbered.sort("__doline_index", descending=True).drop("__doline_index")

    def gather_every(self, n, offset=0):
        """Every n-th row.

        Parameters
        ----------
        n : int
            The step.
        offset : int, default 0
            The first.

        Returns
        -------
        LazyFrame or DataFrame

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2, 3, 4]}).gather_every(2, 1).rows()
        [(2,), (4,)]
        """
        from .expr.construct import col
        if n < 1:
            raise error(InvalidArgument, f"gather_every({n}) goes nowhere", "give a step of 1 or more")
        numbered = self.with_row_index("__doline_index")
        index = col("__doline_index").cast(types.Int64)
        return numbered.filter((index >= offset) & ((index - offset) % n == 0)).drop("__doline_index")

    def with_row_index(self, name="index", offset=0):
        """A first column that numbers the rows.

        Parameters
        ----------
        name : str, default "index"
            What it is called.
        offset : int, default 0
            The first number.

        Returns
        -------
        LazyFrame or DataFrame

        Examples
        --------
        >>> dl.DataFrame({"a": ["x", "y"]}).with_row_index(offset=1).rows()
        [(1, 'x'), (2, 'y')]
        """
        number = n.function_call(["row_number"], over=n.window_specification())
        start = b.operator("+", number, b.integer(offset - 1))
        items = [b.named(b.cast(start, types.UInt32), name), b.STAR]
        return self._next(b.select_from(self._query, items), [name] + self.names)

    with_row_count = with_row_index

    def drop_nulls(self, subset=None):
        """The rows without missing values.

        Parameters
        ----------
        subset : str, Expr, selector or list of these, optional
            The columns to look at; all if left out.

        Returns
        -------
        LazyFrame or DataFrame

        Examples
        --------
        >>> dl.DataFrame({"a": [1, None], "b": [None, 2]}).drop_nulls("a").rows()
        [(1, None)]
        """
        names = self.names if subset is None else list(self._chosen([subset]))
        terms = [b.is_not_null(b.column(name)) for name in names]
        query = b.select_from(self._query, [b.STAR], where=b.both(*terms))
        return self._next(query, self._names, schema=self._schema)

    def drop_nans(self, subset=None):
        """The rows without NaN; null stays.

        Parameters
        ----------
        subset : str, Expr, selector or list of these, optional
            The columns to look at; all floats if left out.

        Returns
        -------
        LazyFrame or DataFrame

        Examples
        --------
        >>> dl.DataFrame({"a": [1.0, float("nan"), None]}).drop_nans().rows()
        [(1.0,), (None,)]
        """
        names = ([k for k, t in self.types.items() if t.is_float()] if subset is None
                 else list(self._chosen([subset])))
        if not names:
            return self
        nan = [b.negation(b.call("ifnull", b.call("isnan", b.column(k)), b.FALSE)) for k in names]
        query = b.select_from(self._query, [b.STAR], where=b.both(*nan))
        return self._next(query, self._names, schema=self._schema)

    def unique(self, subset=None, *, keep="any", maintain_order=False):
        """Rows that differ.

        Parameters
        ----------
        subset : str, Expr, selector or list of these, optional
            In which columns; in all if left out.
        keep : {"any", "first", "last", "none"}
            Which of the equal rows stays; "none" drops all that are not the only one.
        maintain_order : bool, default False
            Whether rows come in the frame's order.

        Returns
        -------
        LazyFrame or DataFrame

        Raises
        ------
        ValueError
            For another `keep`.

        Examples
        --------
        >>> frame = dl.DataFrame({"k": ["a", "b", "a"], "v": [1, 2, 3]})
        >>> frame.unique("k", keep="last", maintain_order=True).rows()
        [('b', 2), ('a', 3)]
        """
        names = self.names if subset is None else list(self._chosen([subset]))
        if keep == "any" and subset is None and not maintain_order:
            query = b.select_from(self._query, [b.STAR], distinct=n.SELECT_DISTINCT_DISTINCT)
            return self._next(query, self._names, schema=self._schema)
        keys = tuple(b.column(name) for name in names)
        if keep == "any" and not maintain_order:
            query = b.select_from(self._query, [b.STAR], distinct=n.SELECT_DISTINCT_DISTINCT_ON,
                                  distinct_on=keys)
            return self._next(query, self._names, schema=self._schema)
        number = n.function_call(["row_number"], over=n.window_specification())
        inner = b.select_from(self._query, [b.STAR, b.named(number, ROW_NUMBER)])
        row = b.column(ROW_NUMBER)
        if keep == "none":
            mark = n.function_call(["count_star"], over=n.window_specification("", keys))
        elif keep in ("any", "first", "last"):
            order = b.order_item(row, keep == "last")
            mark = n.function_call(["row_number"], over=n.window_specification("", keys, [order]))
        else:
            raise error(InvalidArgument, f"keep is 'any', 'first', 'last' or 'none', not {keep!r}")
        query = b.select_from(inner, [b.star_without([ROW_NUMBER])],
                              qualify=b.equal(mark, b.integer(1)), order_by=[n.order_item(row)])
        return self._next(query, self._names, schema=self._schema)

    def sample(self, n_rows=None, *, fraction=None, seed=None):
        """Rows drawn at random, each once at most, in the frame's order.

        Parameters
        ----------
        n_rows : int, optional
            How many; 1 if `fraction` is left out too.
        fraction : float, optional
            Or which share of them.
        seed : int, optional
            The same one draws the same rows.

        Returns
        -------
        LazyFrame or DataFrame

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2, 3, 4]}).sample(2, seed=1).height
        2
        """
        if n_rows is None and fraction is None:
            n_rows = 1
        amount = b.integer(n_rows) if fraction is None else literal_bytes(fraction * 100.0)
        drawn = n.sample(amount, percent=fraction is not None, method="reservoir",
                         seed=None if seed is None else b.integer(seed))
        query = n.select([b.STAR], from_=n.subquery_relation(self._query), sample=drawn)
        return self._next(query, self._names, schema=self._schema)


def _per_key(value, count):
    values = list(value) if isinstance(value, (list, tuple)) else [value] * count
    if len(values) != count:
        raise error(InvalidArgument, f"{count} keys need {count} directions, not {len(values)}")
    return values


def _check_count(verb, count):
    if count < 0:
        raise error(InvalidArgument, f"{verb}: there are no {count} rows", "give 0 or more")
