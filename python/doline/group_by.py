"""Groups of rows: by values, by periods of time, and rolling."""

from __future__ import annotations

import datetime

from . import _nodes as n
from . import datatypes as types
from .errors import NotSupported
from .expr import build as b
from .expr.literals import as_node, parse_period
from .expr.lower import ROW_NUMBER, Lowering, Scope
from .expr.nodes import Column, output_name


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

    def first(self):
        """The first value of each column, by groups.

        Returns
        -------
        LazyFrame or DataFrame

        Examples
        --------
        >>> dl.DataFrame({"k": ["a", "a"], "v": [1, 2]}).group_by("k").first().rows()
        [('a', 1)]
        """
        return self._every("first")

    def last(self):
        """The last value of each column, by groups.

        Returns
        -------
        LazyFrame or DataFrame

        Examples
        --------
        >>> dl.DataFrame({"k": ["a", "a"], "v": [1, 2]}).group_by("k").last().rows()
        [('a', 2)]
        """
        return self._every("last")

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
        made = self._every(name, count)
        rest = [k for k in made.names if k not in self._keys]
        return made.explode(rest)

    def map_groups(self, *args, **kwargs):
        """Not supported; use `agg` with expressions."""
        raise NotSupported("map_groups is not supported; use agg with expressions")


class _Without:
    """The frame as its groups show it: without the keys."""

    def __init__(self, frame, keys):
        self._frame, self._keys = frame, keys

    @property
    def names(self):
        """Names, in their order."""
        return [name for name in self._frame.names if name not in self._keys]

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


def _microseconds(period):
    """A period of fixed length; None for months and what is made of them."""
    if isinstance(period, datetime.timedelta):
        return period // datetime.timedelta(microseconds=1)
    units = {"microseconds": 1, "milliseconds": 1000, "seconds": 10**6, "minutes": 60 * 10**6,
             "hours": 3600 * 10**6, "days": 86400 * 10**6, "weeks": 7 * 86400 * 10**6}
    total = 0
    for count, unit in parse_period(period):
        if unit not in units:
            return None
        total += count * units[unit]
    return total


class DynamicGroupBy:
    """Groups of periods that follow each other. `group_by_dynamic` makes them."""

    def __init__(self, frame, index_column, every, period, offset, closed, label, group_by, start_by,
                 include_boundaries):
        if start_by != "window":
            raise NotSupported(f"start_by={start_by!r} is not supported; windows begin at multiples of `every`")
        if period is not None and period != every:
            raise NotSupported("a period other than `every` is not supported; use rolling")
        if closed not in ("left", "right"):
            raise NotSupported(f"closed={closed!r} is not supported; use 'left' or 'right'")
        self._frame, self._index = frame, as_node(index_column)
        self._every, self._offset, self._closed, self._label = every, offset, closed, label
        self._keys = frame._expressions([group_by], {}) if group_by is not None else {}
        self._boundaries = include_boundaries

    def agg(self, *aggs, **named):
        """One row for each period that has rows: the keys, the period, then the aggregates.

        Parameters
        ----------
        *aggs : str, Expr, or lists of these
            What to compute.
        **named : Expr
            The same, named by the keyword.

        Returns
        -------
        LazyFrame or DataFrame
            Sorted by keys and time.
        """
        from .expr.expression import expression
        name = output_name(self._index)
        index = expression(self._index)
        moved = index
        if self._closed == "right":
            moved = moved.dt.offset_by("-1us") if self._frame.types.get(name) != types.Date else \
                moved.dt.offset_by("-1d")
        if self._offset is not None:
            moved = moved.dt.offset_by(_negative(self._offset))
        begin = moved.dt.truncate(self._every)
        if self._offset is not None:
            begin = begin.dt.offset_by(self._offset)
        frame = self._frame.with_columns(begin.alias("__doline_begin"))
        keys = {key: node for key, node in self._keys.items()}
        keys["__doline_begin"] = Column("__doline_begin")
        made = LazyGroupBy(frame, keys, False).agg(*aggs, **named)
        first = list(self._keys)
        values = [k for k in made.names if k not in keys]
        start = expression(Column("__doline_begin"))
        shown = start if self._label == "left" else start.dt.offset_by(self._every)
        columns = [expression(Column(k)) for k in first]
        if self._boundaries:
            columns += [start.alias("_lower_boundary"),
                        start.dt.offset_by(self._every).alias("_upper_boundary")]
        columns.append(shown.alias(name))
        columns += [expression(Column(k)) for k in values if k != name]
        return made.sort(*first, "__doline_begin").select(*columns)


def _negative(period):
    if isinstance(period, datetime.timedelta):
        return -period
    return period[1:] if period.startswith("-") else "-" + period


class RollingGroupBy:
    """For each row the rows of the period up to it. `rolling` makes them."""

    def __init__(self, frame, index_column, period, offset, closed, group_by):
        if offset is not None:
            raise NotSupported("rolling(offset=…) is not supported; join_where says any window")
        self._frame, self._index, self._period, self._closed = frame, as_node(index_column), period, closed
        self._keys = frame._expressions([group_by], {}) if group_by is not None else {}

    def agg(self, *aggs, **named):
        """One row for each row: the keys, the time, then aggregates over its window.

        Parameters
        ----------
        *aggs : str, Expr, or lists of these
            What to compute.
        **named : Expr
            The same, named by the keyword.

        Returns
        -------
        LazyFrame or DataFrame
        """
        from .rolling import rolling_aggregates
        return rolling_aggregates(self, aggs, named)
