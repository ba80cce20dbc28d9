"""Groups of rows by values."""

from __future__ import annotations

from . import _nodes as n
from .errors import NotSupported, error
from .expr import build as b
from .expr.literals import as_node
from .expr.lower import ROW_NUMBER, Lowering, Scope


class LazyGroupBy:
    """Groups of a LazyFrame, which wait to be aggregated. `LazyFrame.group_by` makes them.

    Examples
    --------
    >>> lazy = dl.LazyFrame({"k": ["a", "a"], "v": [1, 2]})
    >>> lazy.group_by("k").agg(dl.col("v").sum()).collect().rows()
    [('a', 3)]
    """

    def __init__(self, frame, keys, maintain_order):
        self._frame, self._keys, self._maintain_order = frame, keys, maintain_order
        self._predicates = []

    def agg(self, *aggs, **named):
        """One row for each group: its keys, then the aggregates.

        Parameters
        ----------
        *aggs : str, Expr, or lists of these
            What to compute; what is no aggregate becomes a list of the group's values.
        **named : Expr
            The same, named by the keyword.

        Returns
        -------
        LazyFrame or DataFrame

        Examples
        --------
        >>> frame = dl.DataFrame({"k": ["a", "b", "a"], "v": [1, 2, 3]})
        >>> frame.group_by("k").agg(dl.col("v").sum(), largest=dl.col("v").max()).sort("k").rows()
        [('a', 4, 3), ('b', 2, 2)]
        """
        frame = self._frame
        chosen = _Without(frame, self._keys)._expressions(aggs, named)
        lowering = Lowering(frame._query)
        keys = {name: lowering.settle(lowering.lower(node)) for name, node in self._keys.items()}
        if self._maintain_order:
            lowering.row_number()
        stage = max((key.stage for key in keys.values()), default=0)
        scope = Scope(True, tuple(key.bytes for key in keys.values()), (), stage)
        lowered = {name: lowering.lower(node, scope) for name, node in chosen.items()}
        predicates = [lowering.lower(node, scope) for node in self._predicates]
        stage = max([stage] + [value.stage for value in lowered.values()])
        source, _ = lowering.source(stage)
        items = [b.named(key.bytes, name) for name, key in keys.items()]
        items += [b.named(value.bytes, name) for name, value in lowered.items()]
        order = ()
        if self._maintain_order:
            order = [n.order_item(b.call("min", b.column(ROW_NUMBER)))]
        having = b.both(*[p.bytes for p in predicates]) if predicates else None
        group = [n.grouping_element(expressions=[key.bytes]) for key in keys.values()]
        query = b.select_from(source, items, group_by=group, order_by=order, having=having)
        return frame._next(query, list(keys) + list(lowered))

    def having(self, *predicates):
        """Only the groups for which the predicates hold.

        Parameters
        ----------
        *predicates : Expr
            Conditions on aggregates.

        Returns
        -------
        LazyGroupBy or GroupBy

        Examples
        --------
        >>> frame = dl.DataFrame({"k": ["a", "b", "a"], "v": [1, 2, 3]})
        >>> frame.group_by("k").having(dl.len() > 1).agg(dl.col("v").sum()).rows()
        [('a', 4)]
        """
        made = LazyGroupBy(self._frame, self._keys, self._maintain_order)
        made._predicates = self._predicates + [as_node(p) for p in predicates]
        return made

    def _every(self, name, *arguments, **options):
        from .expr.construct import all as every
        return self.agg(getattr(every(), name)(*arguments, **options))

    def all(self):
        """The values of each group as lists.

        Returns
        -------
        LazyFrame or DataFrame

        Examples
        --------
        >>> dl.DataFrame({"k": ["a", "a"], "v": [1, 2]}).group_by("k").all().rows()
        [('a', [1, 2])]
        """
        from .expr.construct import all as every
        return self.agg(every())

    def len(self, name=None):
        """How many rows each group has.

        Parameters
        ----------
        name : str, default "len"
            What the column is called.

        Returns
        -------
        LazyFrame or DataFrame

        Examples
        --------
        >>> dl.DataFrame({"k": ["a", "a"], "v": [1, 2]}).group_by("k").len().rows()
        [('a', 2)]
        """
        from .expr.construct import len as row_count
        return self.agg(row_count().alias(name or "len"))

    def count(self):
        """How many values of each column are not missing, by groups.

        Returns
        -------
        LazyFrame or DataFrame

        Examples
        --------
        >>> dl.DataFrame({"k": ["a", "a"], "v": [1, None]}).group_by("k").count().rows()
        [('a', 1)]
        """
        return self._every("count")

    def sum(self):
        """The sum of each column, by groups.

        Returns
        -------
        LazyFrame or DataFrame

        Examples
        --------
        >>> dl.DataFrame({"k": ["a", "a"], "v": [1, 2]}).group_by("k").sum().rows()
        [('a', 3)]
        """
        return self._every("sum")

    def mean(self):
        """The mean of each column, by groups.

        Returns
        -------
        LazyFrame or DataFrame

        Examples
        --------
        >>> dl.DataFrame({"k": ["a", "a"], "v": [1, 2]}).group_by("k").mean().rows()
        [('a', 1.5)]
        """
        return self._every("mean")

    def min(self):
        """The least value of each column, by groups.

        Returns
        -------
        LazyFrame or DataFrame

        Examples
        --------
        >>> dl.DataFrame({"k": ["a", "a"], "v": [1, 2]}).group_by("k").min().rows()
        [('a', 1)]
        """
        return self._every("min")

    def max(self):
        """The greatest value of each column, by groups.

        Returns
        -------
        LazyFrame or DataFrame

        Examples
        --------
        >>> dl.DataFrame({"k": ["a", "a"], "v": [1, 2]}).group_by("k").max().rows()
        [('a', 2)]
        """
        return self._every("max")

    def median(self):
        """The median of each column, by groups.

        Returns
        -------
        LazyFrame or DataFrame

        Examples
        --------
        >>> dl.DataFrame({"k": ["a", "a"], "v": [1, 2]}).group_by("k").median().rows()
        [('a', 1.5)]
        """
        return self._every("median")

    def first(self, *, ignore_nulls=False):
        """The first value of each column, by groups.

        Parameters
        ----------
        ignore_nulls : bool, default False
            Whether the first one that is not missing.

        Returns
        -------
        LazyFrame or DataFrame

        Examples
        --------
        >>> dl.DataFrame({"k": ["a", "a"], "v": [1, 2]}).group_by("k").first().rows()
        [('a', 1)]
        """
        return self._every("first", ignore_nulls=ignore_nulls)

    def last(self, *, ignore_nulls=False):
        """The last value of each column, by groups.

        Parameters
        ----------
        ignore_nulls : bool, default False
            Whether the last one that is not missing.

        Returns
        -------
        LazyFrame or DataFrame

        Examples
        --------
        >>> dl.DataFrame({"k": ["a", "a"], "v": [1, 2]}).group_by("k").last().rows()
        [('a', 2)]
        """
        return self._every("last", ignore_nulls=ignore_nulls)

    def n_unique(self):
        """How many distinct values each column has, by groups; null is one.

        Returns
        -------
        LazyFrame or DataFrame

        Examples
        --------
        >>> dl.DataFrame({"k": ["a", "a"], "v": [1, 1]}).group_by("k").n_unique().rows()
        [('a', 1)]
        """
        return self._every("n_unique")

    def quantile(self, quantile, interpolation="nearest"):
        """A quantile of each column, by groups.

        Parameters
        ----------
        quantile : float
            The share of values below it, from 0 to 1.
        interpolation : {"nearest", "lower", "higher", "midpoint", "linear"}
            What is taken between two values.

        Returns
        -------
        LazyFrame or DataFrame

        Examples
        --------
        >>> dl.DataFrame({"k": ["a", "a"], "v": [1, 2]}).group_by("k").quantile(0.5, "linear").rows()
        [('a', 1.5)]
        """
        return self._every("quantile", quantile, interpolation)

    def head(self, n=5):
        """The first rows of each group.

        Parameters
        ----------
        n : int, default 5
            How many.

        Returns
        -------
        LazyFrame or DataFrame

        Examples
        --------
        >>> dl.DataFrame({"k": ["a", "a"], "v": [1, 2]}).group_by("k").head(1).rows()
        [('a', 1)]
        """
        return self._part("head", n)

    def tail(self, n=5):
        """The last rows of each group.

        Parameters
        ----------
        n : int, default 5
            How many.

        Returns
        -------
        LazyFrame or DataFrame

        Examples
        --------
        >>> dl.DataFrame({"k": ["a", "a"], "v": [1, 2]}).group_by("k").tail(1).rows()
        [('a', 2)]
        """
        return self._part("tail", n)

    def _part(self, name, count):
        """The first or last rows of each group: their numbers are found first, then the rows are fetched."""
        if count < 0:
            made = self._every(name, count)
            return made.explode([k for k in made.names if k not in self._keys])
        from .expr.construct import col, lit
        index, first = "__doline_index", "__doline_first"
        numbered = self._frame.with_row_index(index)
        groups = LazyGroupBy(numbered, self._keys, False)
        groups._predicates = self._predicates
        which = col(index)._aggregate("min" if name == "head" else "max", lit(max(count, 1)))
        chosen = groups.agg(which.alias(index), col(index).min().alias(first)).explode(index)
        rest = [k for k in self._frame.names if k not in self._keys]
        made = chosen.join(numbered.select(index, *rest), on=index).sort(first, index)
        return made.select(*self._keys, *rest).slice(0, None if count else 0)

    def map_groups(self, function, schema=None, *, batch_format="frame"):
        """A Python function of frames, applied to the rows of each group, keys included.

        Parameters
        ----------
        function : callable or class
            Takes a frame and returns one of any number of rows, as of :meth:`LazyFrame.map_batches`.
        schema : mapping of str to type, optional
            Columns of what it returns; the frame's own if left out.
        batch_format : {"frame", "arrow", "pandas", "polars", "numpy"}

        Examples
        --------
        >>> import doline as dl
        >>> frame = dl.LazyFrame({"k": ["a", "b", "a"], "v": [1, 2, 3]})
        >>> groups = frame.group_by("k", maintain_order=True)
        >>> groups.map_groups(lambda part: part.tail(1)).collect().rows()
        [('a', 3), ('b', 2)]
        """
        from .frame_mapping import map_groups
        return map_groups(self._frame, self._keys, self._maintain_order, self._predicates, function,
                          schema, batch_format)


class _Without:
    """The frame as its groups show it: without the keys."""

    def __init__(self, frame, keys):
        self._frame, self._keys = frame, keys

    @property
    def names(self):
        """Names, in their order."""
        return [name for name in self._frame.names if name not in self._keys]

    @property
    def every_name(self):
        """The keys among them: what places count."""
        return self._frame.names

    @property
    def types(self):
        """Types of the columns by name."""
        return {k: t for k, t in self._frame.types.items() if k not in self._keys}

    def _expressions(self, exprs, named):
        from .frame_verbs import FrameVerbs
        return FrameVerbs._expressions(self, exprs, named)


class GroupBy:
    """Groups of a DataFrame: has all that `LazyGroupBy` has, and gives DataFrames.

    Iterated over it gives each group's key, a tuple, and its frame.

    Examples
    --------
    >>> frame = dl.DataFrame({"k": ["a", "b", "a"], "v": [1, 2, 3]})
    >>> [(key, part["v"].sum()) for key, part in frame.group_by("k")]
    [(('a',), 4), (('b',), 2)]
    """

    def __init__(self, lazy, frame=None):
        self._lazy = lazy
        self._of = frame

    def __dir__(self):
        return sorted({*super().__dir__(), *(name for name in dir(self._lazy) if not name.startswith("_"))})

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        verb = getattr(self._lazy, name)

        def run(*args, **kwargs):
            out = verb(*args, **kwargs)
            return GroupBy(out, self._of) if not hasattr(out, "collect") else out.collect()
        return run

    def __iter__(self):
        if type(self._lazy) is not LazyGroupBy or self._lazy._predicates:
            raise error(NotSupported, "the groups of windows of time, and those behind having(…), one by one",
                        "agg(…), or filter before group_by")
        yield from parts_of(self._of, self._lazy._keys)


def parts_of(frame, keys, maintain_order=True, include_key=True):
    """The key and the frame of each group of a DataFrame, whose rows are put side by side once: each part
    is a view of that."""
    from .expr.construct import col, len as row_count
    from .expr.expression import expression
    names = [f"__doline_key_{i}" for i in range(len(keys))]
    index = "__doline_index"
    made = [expression(node).alias(name) for name, node in zip(names, keys.values())]
    lazy = frame.lazy().with_columns(*made).with_row_index(index)
    together = lazy.sort(*names, index).drop(*names, index).collect()
    kept = [name for name in frame.columns if include_key or name not in keys]
    counted = lazy.group_by(*names).agg(row_count().alias("__doline_count"), col(index).min())
    groups, begin = [], 0
    for *key, count, first in counted.sort(*names).collect().rows():
        groups.append((first, tuple(key), begin, count))
        begin += count
    if maintain_order:
        groups.sort(key=lambda group: group[0])
    for _, key, begin, count in groups:
        part = together._lazy.slice(begin, count)
        yield key, together._view(part if include_key else part.select(kept), count)
