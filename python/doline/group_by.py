"""Groups of rows by values."""

from __future__ import annotations

from . import _nodes as n
from .errors import NotSupported
from .expr import build as b
from .expr.literals import as_node
from .expr.lower import ROW_NUMBER, Lowering, Scope


class LazyGroupBy:
    """What `group_by` returns: groups that wait to be aggregated."""

    def __init__(self, frame, keys, maintain_order):
        self._frame, self._keys, self._maintain_order = frame, keys, maintain_order
        self._predicates = []

    def agg(self, *aggs, **named):
        """One row for each group: its keys, then the aggregates. What is no aggregate becomes a list.

        Examples
        --------
        >>> import doline as dl
        >>> frame = dl.DataFrame({"k": ["a", "b", "a"], "v": [1, 2, 3]})
        >>> frame.group_by("k").agg(dl.col("v").sum()).sort("k").rows()
        [('a', 4), ('b', 2)]
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
        """Only the groups for which the predicates hold."""
        made = LazyGroupBy(self._frame, self._keys, self._maintain_order)
        made._predicates = self._predicates + [as_node(p) for p in predicates]
        return made

    def _every(self, name, *arguments, **options):
        from .expr.construct import all as every
        return self.agg(getattr(every(), name)(*arguments, **options))

    def all(self):
        """Whether all values are true; missing ones are passed over."""
        from .expr.construct import all as every
        return self.agg(every())

    def len(self, name=None):
        """The number of values or rows."""
        from .expr.construct import len as row_count
        return self.agg(row_count().alias(name or "len"))

    def count(self):
        """How many values are not missing."""
        return self._every("count")

    def sum(self):
        """The sum; 0 of nothing."""
        return self._every("sum")

    def mean(self):
        """The mean."""
        return self._every("mean")

    def min(self):
        """The least value; of floats the least number."""
        return self._every("min")

    def max(self):
        """The greatest value; of floats the greatest number."""
        return self._every("max")

    def median(self):
        """The median."""
        return self._every("median")

    def first(self):
        """The first value, column or row."""
        return self._every("first")

    def last(self):
        """The last value, column or row."""
        return self._every("last")

    def n_unique(self):
        """How many distinct values or rows there are; null is one."""
        return self._every("n_unique")

    def quantile(self, quantile, interpolation="nearest"):
        """The value that so large a share of the others is not above."""
        return self._every("quantile", quantile, interpolation)

    def head(self, n=5):
        """The first values or rows."""
        return self._part("head", n)

    def tail(self, n=5):
        """The last values or rows."""
        return self._part("tail", n)

    def _part(self, name, count):
        made = self._every(name, count)
        rest = [k for k in made.names if k not in self._keys]
        return made.explode(rest)

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
    """The same of a DataFrame: its verbs give DataFrames."""

    def __init__(self, lazy, frame=None):
        self._lazy = lazy
        self._of = frame

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        verb = getattr(self._lazy, name)

        def run(*args, **kwargs):
            out = verb(*args, **kwargs)
            return GroupBy(out, self._of) if not hasattr(out, "collect") else out.collect()
        return run

    def __iter__(self):
        from .expr.expression import expression
        frame = self._of
        distinct = frame.lazy().select(**{k: expression(v) for k, v in self._lazy._keys.items()})
        for values in distinct.unique(maintain_order=True).collect().rows():
            parts = [expression(node).eq_missing(value)
                     for node, value in zip(self._lazy._keys.values(), values)]
            yield values, frame.filter(*parts)
