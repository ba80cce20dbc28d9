"""The verbs of a lazy frame: each makes another query of the frame's."""

from __future__ import annotations

from . import _nodes as n
from . import datatypes as types
from .beside_series import taking_series
from .column_names import no_column, refuse_case
from .errors import InvalidArgument, NotSupported, error
from .expr import build as b
from .expr.literals import as_node, literal_bytes
from .expr.lower import HIDDEN, ROW_NUMBER, Lowering, Scope, keeps_length
from .expr.nodes import (COLUMN, REARRANGED, SCALAR, Aggregate, Apply, Column, Rename, contains,
                         output_name)
from .expr.selecting import expand, named_expressions


class FrameVerbs:
    """What `LazyFrame` inherits: verbs over `_query`, `_keeps`, `names` and `types`."""

    # --- Verbs by rows

    def __getattr__(self, name):
        from .refused import FRAMES, refusing
        if name in FRAMES:
            return refusing(name, FRAMES[name])
        raise AttributeError(f"a LazyFrame has no {name!r}")

    def clear(self, n=0):
        """The same columns without rows."""
        return self.slice(0, 0)

    def gather(self, indices):
        """The rows at some places."""
        from .expr.construct import col
        numbered = self.with_row_index("__doline_index")
        return numbered.filter(col("__doline_index").is_in(list(indices))).drop("__doline_index")

    def product(self):
        """The product of each column."""
        return self._aggregated("product")

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

    @taking_series(drops=False)
    def select(self, *exprs, **named):
        """Columns made of expressions, and no others.

        Examples
        --------
        >>> import doline as dl
        >>> dl.LazyFrame({"a": [1, 2]}).select(dl.col("a").sum()).collect().rows()
        [(3,)]
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
        query = b.select_from(source, items)
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
        """The frame with more columns, or other ones in the place of those of the same name."""
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
                raise NotSupported(f"{node!r} does not have the frame's number of rows; select it on its own")
        frame = self.with_columns(*[_renamed(node, name) for name, node in plain.items()])
        made = self.select(*[_renamed(node, HIDDEN.format("beside_" + name))
                             for name, node in rearranged.items()])
        joined = n.join(n.subquery_relation(frame._query), n.subquery_relation(made._query),
                        n.JOIN_KIND_POSITIONAL)
        known = set(frame.names)
        hidden = {name: HIDDEN.format("beside_" + name) for name in rearranged}
        items = [b.named(b.column(hidden[name]) if name in hidden else b.column(name), name)
                 for name in result]
        return self._next(n.select(items, from_=joined), result)

    @taking_series(drops=True)
    def filter(self, *predicates, **constraints):
        """The rows for which all predicates hold."""
        nodes = []
        for item in predicates:
            for one in item if isinstance(item, (list, tuple)) else [item]:
                if isinstance(one, str):
                    one = as_node(one)
                nodes += expand(as_node(one), self)
        nodes += [Apply(b.equal, (Column(k), as_node(v, False))) for k, v in constraints.items()]
        if not nodes:
            return self
        node = nodes[0] if len(nodes) == 1 else Apply(b.both, tuple(nodes))
        if node.shape == REARRANGED:
            raise NotSupported("filter by rearranged rows is not supported; filter with plain columns")
        lowering = Lowering(self._query)
        lowered = lowering.settle(lowering.lower(node))
        source, hidden = lowering.source(lowered.stage)
        order = [n.order_item(b.column(ROW_NUMBER))] if lowering.needs_row_number else ()
        query = b.select_from(source, [b.star_without(hidden)], where=lowered.bytes, order_by=order)
        return self._next(query, self._names, schema=self._schema)

    def remove(self, *predicates, **constraints):
        """The rows for which the predicates do not all hold."""
        from .expr.expression import expression
        terms = [expression(as_node(p)) for p in predicates]
        terms += [expression(Apply(b.equal, (Column(k), as_node(v, False))))
                  for k, v in constraints.items()]
        whole = terms[0]
        for term in terms[1:]:
            whole = whole & term
        return self.filter(~whole.fill_null(False))

    def sort(self, by, *more, descending=False, nulls_last=False, maintain_order=False,
             multithreaded=True):
        """Rows by values; missing ones come first unless `nulls_last`."""
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
        """The `k` rows with the largest values; missing ones come last."""
        keys = by if isinstance(by, (list, tuple)) else [by]
        down = [not r for r in _per_key(reverse, len(keys))]
        return self.sort(list(keys), descending=down, nulls_last=True).head(k)

    def bottom_k(self, k, *, by, reverse=False):
        """The `k` least values, or rows with them."""
        keys = by if isinstance(by, (list, tuple)) else [by]
        return self.sort(list(keys), descending=_per_key(reverse, len(keys)), nulls_last=True).head(k)

    def slice(self, offset, length=None):
        """Rows from `offset`, counted from 0 or from the end."""
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
        """The first rows; with a negative number all but so many of the last."""
        return self.slice(0, n) if n >= 0 else self._from_end(0, n)

    def limit(self, n=5):
        """The first rows; with a negative number all but so many of the last."""
        return self.head(n)

    def tail(self, n=5):
        """The last rows; with a negative number all but so many of the first."""
        return self.slice(-n, n) if n > 0 else self.slice(-n, None if n else 0)

    def first(self):
        """The first value, column or row."""
        return self.slice(0, 1)

    def last(self):
        """The last value, column or row."""
        return self.tail(1)

    def reverse(self):
        """In the opposite order."""
        numbered = self.with_row_index("__doline_index")
        return numbered.sort("__doline_index", descending=True).drop("__doline_index")

    def gather_every(self, n, offset=0):
        """Every n-th value or row."""
        from .expr.construct import col
        numbered = self.with_row_index("__doline_index")
        index = col("__doline_index").cast(types.Int64)
        return numbered.filter((index >= offset) & ((index - offset) % n == 0)).drop("__doline_index")

    def with_row_index(self, name="index", offset=0):
        """A first column that numbers the rows."""
        number = n.function_call(["row_number"], over=n.window_specification())
        start = b.operator("+", number, b.integer(offset - 1))
        items = [b.named(b.cast(start, types.UInt32), name), b.STAR]
        return self._next(b.select_from(self._query, items), [name] + self.names)

    with_row_count = with_row_index

    def rename(self, mapping, *, strict=True):
        """Other names: a dict, or a function of a name."""
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
        """Without some columns."""
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

    def drop_nulls(self, subset=None):
        """The rows without missing values."""
        names = self.names if subset is None else list(self._chosen([subset]))
        terms = [b.is_not_null(b.column(name)) for name in names]
        query = b.select_from(self._query, [b.STAR], where=b.both(*terms))
        return self._next(query, self._names, schema=self._schema)

    def drop_nans(self, subset=None):
        """Without values that are NaN, or rows that have one."""
        names = ([k for k, t in self.types.items() if t.is_float()] if subset is None
                 else list(self._chosen([subset])))
        if not names:
            return self
        nan = [b.negation(b.call("ifnull", b.call("isnan", b.column(k)), b.FALSE)) for k in names]
        query = b.select_from(self._query, [b.STAR], where=b.both(*nan))
        return self._next(query, self._names, schema=self._schema)

    def fill_null(self, value=None, strategy=None, limit=None, *, matches_supertype=True):
        """Missing values replaced; by a value only where a column's type can hold it."""
        from .expr.construct import all as every, col
        if strategy is not None or hasattr(value, "_node"):
            return self.with_columns(every().fill_null(value, strategy, limit))
        names = [k for k, t in self.types.items() if _fits(value, t)]
        if not names:
            return self
        return self.with_columns(*[col(k).fill_null(value) for k in names])

    def fill_nan(self, value):
        """NaN replaced by a value."""
        from .expr.construct import col
        names = [k for k, t in self.types.items() if t.is_float()]
        return self.with_columns(*[col(k).fill_nan(value) for k in names]) if names else self

    def cast(self, dtypes, *, strict=True):
        """Columns as other types: one type for all, or a dict of names (or types) to types."""
        from .expr.construct import all as every, col
        if not isinstance(dtypes, dict):
            return self.with_columns(every().cast(dtypes, strict=strict))
        parts = []
        for key, dtype in dtypes.items():
            base = col(key) if not hasattr(key, "_node") else key
            parts.append(base.cast(dtype, strict=strict))
        return self.with_columns(*parts)

    def unique(self, subset=None, *, keep="any", maintain_order=False):
        """Rows that differ in `subset` (or in all columns)."""
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
            raise ValueError(f"keep is 'any', 'first', 'last' or 'none', not {keep!r}")
        query = b.select_from(inner, [b.star_without([ROW_NUMBER])],
                              qualify=b.equal(mark, b.integer(1)), order_by=[n.order_item(row)])
        return self._next(query, self._names, schema=self._schema)

    def sample(self, n_rows=None, *, fraction=None, seed=None):
        """Rows drawn without replacement."""
        if n_rows is None and fraction is None:
            n_rows = 1
        amount = b.integer(n_rows) if fraction is None else literal_bytes(fraction * 100.0)
        drawn = n.sample(amount, percent=fraction is not None, method="reservoir",
                         seed=None if seed is None else b.integer(seed))
        query = n.select([b.STAR], from_=n.subquery_relation(self._query), sample=drawn)
        return self._next(query, self._names, schema=self._schema)

    def explode(self, columns, *more, empty_as_null=False, keep_nulls=True):
        """A row for each element of the lists. A missing list gives a missing value, an empty one
        only with `empty_as_null`; without `keep_nulls` missing lists give no row."""
        from .exploding import exploded
        return exploded(self, self._chosen([columns, *more]), empty_as_null, keep_nulls)

    def unnest(self, columns, *more, separator=None):
        """The fields of structs as columns, in the struct's place."""
        names = self._chosen([columns, *more])
        items, result = [], []
        for name in self.names:
            dtype = self.types[name]
            if name not in names:
                items.append(b.named(b.column(name), name))
                result.append(name)
                continue
            if not isinstance(dtype, types.Struct):
                raise error(InvalidArgument, f'column "{name}" is a {dtype!r}, no struct')
            for field in dtype.fields:
                label = field.name if separator is None else f"{name}{separator}{field.name}"
                value = b.call("struct_extract", b.column(name), b.string(field.name))
                items.append(b.named(value, label))
                result.append(label)
        return self._next(b.select_from(self._query, items), result)

    def unpivot(self, on=None, *, index=None, variable_name=None, value_name=None, **unsupported):
        """Columns as rows: one of the name, one of the value."""
        kept = list(self._chosen([index])) if index is not None else []
        chosen = (list(self._chosen([on])) if on is not None
                  else [k for k in self.names if k not in kept])
        variable = "variable" if variable_name is None else variable_name
        value = "value" if value_name is None else value_name
        parts = []
        for name in chosen:
            items = [b.named(b.column(k), k) for k in kept]
            items += [b.named(b.string(name), variable), b.named(b.column(name), value)]
            parts.append(b.select_from(self._query, items))
        query = parts[0] if len(parts) == 1 else n.set_operation(parts, all_=True)
        return self._next(query, kept + [variable, value])

    melt = unpivot

    # --- Groups

    def group_by(self, *by, maintain_order=False, **named):
        """Groups of equal values."""
        from .group_by import LazyGroupBy
        return LazyGroupBy(self, self._expressions(by, named), maintain_order)

    def group_by_dynamic(self, index_column, *, every, period=None, offset=None, closed="left",
                         label="left", group_by=None, start_by="window", include_boundaries=False):
        """Groups of periods of time."""
        from .dynamic_groups import DynamicGroupBy
        return DynamicGroupBy(self, index_column, every, period, offset, closed, label, group_by,
                              start_by, include_boundaries)

    def rolling(self, index_column, *, period, offset=None, closed="right", group_by=None):
        """For each row, the rows of a period before it."""
        from .rolling import RollingGroupBy
        return RollingGroupBy(self, index_column, period, offset, closed, group_by)

    def pivot(self, on, on_columns=None, *, index=None, values=None, aggregate_function=None,
              maintain_order=False, separator="_"):
        """Values of a column become columns."""
        from .pivoting import pivot
        return pivot(self, on, on_columns, index, values, aggregate_function, separator)

    def _aggregated(self, name, *arguments, **options):
        from .expr.construct import all as every
        return self.select(getattr(every(), name)(*arguments, **options))

    def sum(self):
        """The sum; 0 of nothing."""
        return self._aggregated("sum")

    def mean(self):
        """The mean."""
        return self._aggregated("mean")

    def min(self):
        """The least value; of floats the least number."""
        return self._aggregated("min")

    def max(self):
        """The greatest value; of floats the greatest number."""
        return self._aggregated("max")

    def median(self):
        """The median."""
        return self._aggregated("median")

    def std(self, ddof=1):
        """The standard deviation."""
        return self._aggregated("std", ddof)

    def var(self, ddof=1):
        """The variance."""
        return self._aggregated("var", ddof)

    def count(self):
        """How many values are not missing."""
        return self._aggregated("count")

    def null_count(self):
        """How many values are missing."""
        return self._aggregated("null_count")

    def quantile(self, quantile, interpolation="nearest"):
        """The value that so large a share of the others is not above."""
        return self._aggregated("quantile", quantile, interpolation)

    def describe(self, percentiles=(0.25, 0.5, 0.75), *, interpolation="nearest"):
        """Statistics of each column, as a DataFrame."""
        from .describing import describe
        return describe(self, percentiles, interpolation)

    # --- With other frames

    def join(self, other, on=None, how="inner", *, left_on=None, right_on=None, suffix="_right",
             validate="m:m", nulls_equal=False, coalesce=None, maintain_order=None, **options):
        """Joined with another frame, or texts joined to one."""
        from .joining import join
        return join(self, other, on, how, left_on, right_on, suffix, validate, nulls_equal, coalesce,
                    maintain_order)

    def join_asof(self, other, *, left_on=None, right_on=None, on=None, by_left=None, by_right=None,
                  by=None, strategy="backward", suffix="_right", tolerance=None,
                  allow_exact_matches=True, coalesce=True, check_sortedness=True, **options):
        """For each row the nearest one of another frame."""
        from .joining import join_asof
        return join_asof(self, other, left_on, right_on, on, by_left, by_right, by, strategy, suffix,
                         tolerance, allow_exact_matches, coalesce)

    def join_where(self, other, *predicates, suffix="_right"):
        """All pairs of rows for which predicates hold."""
        from .joining import join_where
        return join_where(self, other, predicates, suffix)

    def merge_sorted(self, other, key, **options):
        """The rows of two sorted frames, sorted."""
        from .concatenating import concat
        return concat([self, other]).sort(key)

    def update(self, other, **options):
        """Not supported; join and use `pl.coalesce`."""
        raise NotSupported("update is not supported; join and use pl.coalesce")

    def upsample(self, *args, **kwargs):
        """Rows for the moments in between."""
        return self.collect().upsample(*args, **kwargs)

def _renamed(node, name):
    from .expr.expression import expression
    return expression(Rename(node, name))


def _is_iterable(item):
    return hasattr(item, "__next__")


def _per_key(value, count):
    values = list(value) if isinstance(value, (list, tuple)) else [value] * count
    if len(values) != count:
        raise ValueError(f"{count} keys need {count} directions, not {len(values)}")
    return values


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
