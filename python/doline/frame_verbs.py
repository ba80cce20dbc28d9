"""The verbs of a lazy frame: each makes another query of the frame's."""

from __future__ import annotations

from . import _nodes as n
from . import datatypes as types
from .beside_series import taking_series
from .column_names import no_column, refuse_case
from .errors import NotSupported, error
from .expr import build as b
from .expr.literals import as_node
from .expr.lower import HIDDEN, ROW_NUMBER, Lowering, Scope, keeps_length
from .expr.nodes import (COLUMN, REARRANGED, SCALAR, Aggregate, Column, Rename, Window, contains, output_name)
from .expr.selecting import expand, named_expressions
from .row_verbs import RowVerbs
from .reshaping_verbs import ReshapingVerbs
from .column_statistics import ColumnStatistics


class FrameVerbs(RowVerbs, ReshapingVerbs, ColumnStatistics):
    """What `LazyFrame` inherits: verbs over `_query`, `_keeps`, `names` and `types`."""

    def __getattr__(self, name):
        from .refused import FRAMES, refusing
        if name in FRAMES:
            return refusing(name, FRAMES[name])
        raise AttributeError(f"a LazyFrame has no {name!r}")

    def _expressions(self, exprs, named):
        nodes = []
        for item in exprs:
            for one in item if isinstance(item, (list, tuple)) or _is_iterable(item) else [item]:
                nodes.append(as_node(one))
        for name, value in named.items():
            nodes.append(Rename(as_node(value), name))
        return named_expressions(nodes, self)

    def _next(self, query, names=None, keeps=(), schema=None):
        if names is not None and len({name.lower() for name in names}) < len(names):
            refuse_case(names)
        merged = self._keeps
        for table in keeps:
            if table not in merged:
                merged = merged + (table,)
        return self._of(query, merged, names, schema)

    def inspect(self, fmt="{}"):
        """The same rows, which are printed as they pass when the query runs.

        Parameters
        ----------
        fmt : str, default "{}"
            What is printed, with the frame in the place of the brackets.

        Returns
        -------
        LazyFrame

        Examples
        --------
        >>> dl.LazyFrame({"a": [1]}).inspect("{0.shape}").select("a").collect().item()
        (1, 1)
        1
        """
        def told(frame):
            print(fmt.format(frame))
            return frame
        return self.map_batches(told)

    def show(self, limit=5, **settings):
        """Prints the first rows; the query is run no further than that.

        Parameters
        ----------
        limit : int, optional
            How many; None means all.
        **settings
            Of `doline.Config`, for this once.

        Examples
        --------
        >>> dl.LazyFrame({"a": [1, 2]}).show(1)
        shape: (1, 1)
        ┌─────┐
        │ a   │
        │ --- │
        │ i64 │
        ╞═════╡
        │ 1   │
        └─────┘
        """
        (self if limit is None else self.head(limit)).collect().show(None, **settings)

    @taking_series(drops=False)
    def select(self, *exprs, **named):
        """Columns made of expressions, and no others.

        Parameters
        ----------
        *exprs : str, Expr, Series, or lists of these
            Names, or what to compute.
        **named : str, Expr or value
            The same, named by the keyword.

        Returns
        -------
        LazyFrame or DataFrame
            Of as many rows as the longest expression; aggregates stand on every row beside columns.

        Raises
        ------
        doline.errors.ColumnNotFound
            For a name that the frame lacks, with the names that come near.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 2], "b": ["x", "y"]})
        >>> frame.select("b", double=dl.col("a") * 2).rows()
        [('x', 2), ('y', 4)]
        """
        chosen = self._expressions(exprs, named)
        names = list(chosen)
        if not names:
            return self._of(self._query, self._keeps, [])
        shape = max(node.shape for node in chosen.values())
        lowering = Lowering(self._query)
        if shape == SCALAR and not any(contains(node, Aggregate) for node in chosen.values()):
            items = [b.named(lowering.lower(node).bytes, name) for name, node in chosen.items()]
            return self._next(n.select(items), names)
        if shape == COLUMN:
            return self._next(self._rows_query(lowering, chosen), names)
        if all(node.shape == REARRANGED for node in chosen.values()):
            from .whole_columns import as_verbs
            made = as_verbs(self, chosen)
            if made is not None:
                return made
        return self._next(self._unnested(lowering, chosen, shape), names)

    select_seq = select

    def _rows_query(self, lowering, chosen):
        lowered = {name: lowering.lower(node) for name, node in chosen.items()}
        stage = max(value.stage for value in lowered.values())
        source, _ = lowering.source(stage)
        items = [b.named(value.bytes, name) for name, value in lowered.items()]
        order = [n.order_item(b.column(ROW_NUMBER))] if lowering.needs_row_number else ()
        return b.select_from(source, items, order_by=order)

    def _unnested(self, lowering, chosen, shape):
        """Aggregates over the whole frame; rearranged columns as lists that are taken apart."""
        scope = Scope(True)
        lowered = {}
        for name, node in chosen.items():
            lowered[name] = lowering.lower(node, scope)
        stage = max(value.stage for value in lowered.values())
        source, _ = lowering.source(stage)
        items = [b.named(value.bytes, name) for name, value in lowered.items()]
        reads = any(contains(node, (Aggregate, Column, Window)) for node in chosen.values())
        query = b.select_from(source, items) if reads else n.select(items)  # else once for each row
        if shape == SCALAR:
            return query
        outer, first = [], None
        for name, node in chosen.items():
            column = b.column(name)
            if node.shape != SCALAR:
                size = b.call("length", column)
                if first is None:
                    first = size
                else:
                    told = b.call("error", b.string(f'column "{name}" has another number of rows'))
                    column = b.condition(b.equal_missing(size, first), column, told)
                column = b.call("unnest", column)
            outer.append(b.named(column, name))
        return b.select_from(query, outer)

    @taking_series(drops=True)
    def with_columns(self, *exprs, **named):
        """The frame with more columns, or others in the place of those of the same name.

        Parameters
        ----------
        *exprs : Expr, Series, or lists of these
            What to compute. None of them sees another's result.
        **named : Expr or value
            The same, named by the keyword.

        Returns
        -------
        LazyFrame or DataFrame
            Of as many rows.

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2]}).with_columns(total=dl.col("a").sum()).rows()
        [(1, 3), (2, 3)]
        """
        chosen = self._expressions(exprs, named)
        if not chosen:
            return self
        names = self.names
        known = set(names)
        result = names + [name for name in chosen if name not in known]
        rearranged = {name: node for name, node in chosen.items() if node.shape == REARRANGED}
        if rearranged:
            return self._beside(chosen, rearranged, result)
        lowering = Lowering(self._query)
        lowered = {name: lowering.lower(node) for name, node in chosen.items()}
        stage = max(value.stage for value in lowered.values())
        source, hidden = lowering.source(stage)
        if not names:
            items = []
        else:
            replaced = [b.named(v.bytes, k) for k, v in lowered.items() if k in known]
            star = n.star(exclude=[[name] for name in hidden], replace=replaced)
            items = [n.named_expression(star)]
        items += [b.named(v.bytes, k) for k, v in lowered.items() if k not in known]
        order = [n.order_item(b.column(ROW_NUMBER))] if lowering.needs_row_number else ()
        return self._next(b.select_from(source, items, order_by=order), result)

    with_columns_seq = with_columns

    def _beside(self, chosen, rearranged, result):
        """Rearranged columns of the frame's length, put beside it row by row."""
        plain = {name: node for name, node in chosen.items() if name not in rearranged}
        for node in rearranged.values():
            if not keeps_length(node):
                raise error(NotSupported, f"{node!r} does not have the frame's number of rows",
                            "select it on its own")
        frame = self.with_columns(*[_renamed(node, name) for name, node in plain.items()])
        made = self.select(*[_renamed(node, HIDDEN.format("beside_" + name))
                             for name, node in rearranged.items()])
        joined = n.join(n.subquery_relation(frame._query), n.subquery_relation(made._query),
                        n.JOIN_KIND_POSITIONAL)
        hidden = {name: HIDDEN.format("beside_" + name) for name in rearranged}
        items = [b.named(b.column(hidden[name]) if name in hidden else b.column(name), name)
                 for name in result]
        return self._next(n.select(items, from_=joined), result)

    def rename(self, mapping, *, strict=True):
        """Other names for some columns.

        Parameters
        ----------
        mapping : dict or callable
            Old names to new ones, or what makes a new name of an old one.
        strict : bool, default True
            Whether a name that the frame lacks is an error.

        Returns
        -------
        LazyFrame or DataFrame

        Raises
        ------
        doline.errors.ColumnNotFound
            For a name that the frame lacks.

        Examples
        --------
        >>> dl.DataFrame({"a": [1], "b": [2]}).rename({"a": "x"}).columns
        ['x', 'b']
        """
        if callable(mapping):
            mapping = {name: mapping(name) for name in self.names}
        known = set(self.names)
        missing = [name for name in mapping if name not in known]
        if missing and strict:
            raise no_column(missing[0], self.names)
        items = [b.named(b.column(name), mapping.get(name, name)) for name in self.names]
        return self._next(b.select_from(self._query, items),
                          [mapping.get(name, name) for name in self.names])

    def drop(self, *columns, strict=True):
        """The frame without some columns.

        Parameters
        ----------
        *columns : str, Expr, selector, or lists of these
            Which ones.
        strict : bool, default True
            Whether a name that the frame lacks is an error.

        Returns
        -------
        LazyFrame or DataFrame

        Raises
        ------
        doline.errors.ColumnNotFound
            For a name that the frame lacks.

        Examples
        --------
        >>> dl.DataFrame({"a": [1], "b": [2]}).drop("a").columns
        ['b']
        """
        gone = self._chosen(columns, strict)
        kept = [name for name in self.names if name not in gone]
        if not kept:
            return self._of(self._query, self._keeps, [])
        query = b.select_from(self._query, [b.star_without([x for x in self.names if x in gone])])
        return self._next(query, kept)

    def _chosen(self, columns, strict=True):
        """Names that names, expressions and selectors mean."""
        out = {}
        for item in columns:
            for one in item if isinstance(item, (list, tuple, set)) else [item]:
                for node in expand(as_node(one), self):
                    name = output_name(node)
                    if strict and name not in self.names:
                        raise no_column(name, self.names)
                    out[name] = None
        return out

    def fill_null(self, value=None, strategy=None, limit=None, *, matches_supertype=True):
        """Missing values replaced.

        Parameters
        ----------
        value : value or Expr, optional
            By what. A value goes into those columns alone whose type can hold it.
        strategy : "forward", "backward", "min", "max", "mean", "zero" or "one", optional
            Or by which of these.
        limit : int, optional
            How many in a row, of "forward" and "backward".
        matches_supertype : True
            No other is supported.

        Returns
        -------
        LazyFrame or DataFrame

        Raises
        ------
        doline.NotSupported
            For `matches_supertype=False`.

        Examples
        --------
        >>> dl.DataFrame({"a": [1, None], "b": ["x", None]}).fill_null(0).rows()
        [(1, 'x'), (0, None)]
        """
        from .expr.construct import all as every, col
        if not matches_supertype:
            raise error(NotSupported, "fill_null(matches_supertype=False)",
                        "choose the columns: with_columns(dl.col(…).fill_null(…))")
        if strategy is not None or hasattr(value, "_node"):
            return self.with_columns(every().fill_null(value, strategy, limit))
        names = [k for k, t in self.types.items() if _fits(value, t)]
        if not names:
            return self
        return self.with_columns(*[col(k).fill_null(value) for k in names])

    def fill_nan(self, value):
        """NaN replaced in all columns of floats.

        Parameters
        ----------
        value : float, Expr or None
            By what; None makes it null.

        Returns
        -------
        LazyFrame or DataFrame

        Examples
        --------
        >>> dl.DataFrame({"a": [1.0, float("nan")]}).fill_nan(None).rows()
        [(1.0,), (None,)]
        """
        from .expr.construct import col
        names = [k for k, t in self.types.items() if t.is_float()]
        return self.with_columns(*[col(k).fill_nan(value) for k in names]) if names else self

    def cast(self, dtypes, *, strict=True):
        """Columns as other types.

        Parameters
        ----------
        dtypes : data type or dict
            One for all, or names, selectors or types to types.
        strict : bool, default True
            Whether a value that does not fit ends the query; else it becomes null.

        Returns
        -------
        LazyFrame or DataFrame

        Raises
        ------
        doline.errors.ConversionError
            When the query runs, for a value that does not fit.

        Examples
        --------
        >>> dl.DataFrame({"a": ["1", "2"], "b": [3, 4]}).cast({"a": dl.Int64}).rows()
        [(1, 3), (2, 4)]
        """
        from .expr.construct import all as every, col
        if not isinstance(dtypes, dict):
            return self.with_columns(every().cast(dtypes, strict=strict))
        parts = []
        for key, dtype in dtypes.items():
            base = col(key) if not hasattr(key, "_node") else key
            parts.append(base.cast(dtype, strict=strict))
        return self.with_columns(*parts)


def _renamed(node, name):
    from .expr.expression import expression
    return expression(Rename(node, name))


def _is_iterable(item):
    return hasattr(item, "__next__")


def _fits(value, dtype):
    import datetime
    if isinstance(value, bool):
        return dtype == types.Boolean
    if isinstance(value, (int, float)):
        return dtype.is_numeric()
    if isinstance(value, str):
        return dtype == types.String or isinstance(dtype, types.Enum)
    if isinstance(value, datetime.datetime):
        return isinstance(dtype, types.Datetime)
    if isinstance(value, datetime.date):
        return dtype == types.Date
    if isinstance(value, datetime.timedelta):
        return isinstance(dtype, types.Duration)
    return True
