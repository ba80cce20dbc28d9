"""From expressions to the bytes of a query over a frame.

SQL cannot put a window function or an aggregate inside another. So a query is made in *stages*:
whatever must be there before the outer call can read it becomes a hidden column of an earlier
SELECT. `Lowered.stage` says which SELECT an expression can stand in, and `windowed` whether it
contains a window call, which is what needs another stage before it can be an argument.

There are two ways for an expression to be meant (`Scope`):

* by *rows*: one value per row of the frame. Aggregates are window calls, over the whole frame or
  over groups of equal keys.
* by *groups*: one value per group (or per frame). Aggregates are aggregates, columns become lists.
"""

from __future__ import annotations

from .. import _nodes as n
from ..errors import NotSupported, error
from ..periods import Period
from . import aggregates, build as b
from .engine_calls import (EMPTY_WINDOW, AggregateCall, ListCall, ScalarCall, WindowCall, Windows)
from .mapped import MappedAll, MappedColumn
from .list_rearrangements import LIST_REARRANGEMENTS
from .list_trees import OF_LISTS
from .places import has_place, of_place
from .row_rearrangements import REARRANGEMENTS
from .short_lists import is_top, short_list, top_list
from .structs import field_of, struct_of
from .nodes import (COLUMN, REARRANGED, SCALAR, Aggregate, Apply, Column, Element, Fields, Foreign,
                    Held, Literal, Nested, Over, Rearrange, Rename, Rolling, SeriesColumn, Typed, Window,
                    contains, spine_of)

ROW_NUMBER = "__doline_row"
HIDDEN = "__doline_{}"
DEPTH = 200  # calls within each other that are one expression to the engine
SHALLOW = 16  # calls within each other that are lowered by recursion


class SeriesMet(NotSupported):
    """A series was met among expressions; verbs that can take one start over with it beside the frame."""


class Lowered:
    """Bytes of an expression, and in which SELECT they can stand."""

    __slots__ = ("bytes", "stage", "windowed")

    def __init__(self, encoded, stage=0, windowed=False):
        self.bytes, self.stage, self.windowed = encoded, stage, windowed


class Rows:
    """Rows of a group to be aggregated: their value, which of them count, and their order. With
    `is_list` the value is a list already and the others say nothing."""

    __slots__ = ("value", "filter", "order", "stage", "is_list")

    def __init__(self, value, stage, filter=None, order=(), is_list=False):
        self.value, self.stage, self.filter = value, stage, filter
        self.order, self.is_list = order, is_list


class Scope:
    """How expressions are meant. `keys` are the bytes of the columns that make groups; `order` is
    what windows go by, empty for the frame's own order. `frame`: which rows around each one count; all
    where there is none."""

    __slots__ = ("by_groups", "keys", "order", "stage", "frame")

    def __init__(self, by_groups=False, keys=(), order=(), stage=0, frame=None):
        self.by_groups, self.keys, self.order, self.stage = by_groups, keys, order, stage
        self.frame = frame


FRAME = Scope()


class Lowering:
    """One verb's expressions on their way to one query."""

    def __init__(self, query):
        self.query = query
        self.stages = []  # for each, the hidden columns that it makes
        self.hidden_count = 0
        self.needs_row_number = False
        self.known = {}  # hidden columns by their bytes and stage
        self.foreign = set()  # the bytes of calls of functions that somebody registered

    # --- The query

    def source(self, stage):
        """The query on which expressions of `stage` stand, and its hidden columns' names."""
        query, hidden = self.query, []
        if self.needs_row_number:
            number = n.function_call(["row_number"], over=EMPTY_WINDOW)
            query = b.select_from(query, [b.STAR, b.named(number, ROW_NUMBER)])
            hidden.append(ROW_NUMBER)
        # Windows over groups leave rows in the groups' order; what comes next may go by the frame's.
        order = [n.order_item(b.column(ROW_NUMBER))] if self.needs_row_number else ()
        for columns in self.stages[:stage]:
            if columns:
                items = [b.STAR] + [b.named(v, name) for name, v in columns]
                query = b.select_from(query, items, order_by=order)
                hidden += [name for name, _ in columns]
        return query, hidden

    def row_number(self):
        """A column that numbers the frame's rows, in every stage."""
        self.needs_row_number = True
        return b.column(ROW_NUMBER)

    def settle(self, lowered):
        """The same value, fit to be an argument of an aggregate or a window call, which may take it into
        several places."""
        return self.hide(lowered) if lowered.windowed or self.calls(lowered.bytes) else lowered

    def calls(self, encoded):
        """Whether bytes call a function of the program, which is called once for each value."""
        return b.CALLED in encoded or bool(self.foreign) and any(call in encoded for call in self.foreign)

    def hide(self, lowered):
        """A hidden column of the stage in which the expression can stand."""
        key = (lowered.bytes, lowered.stage)
        name = self.known.get(key)
        if name is None:
            name = self.known[key] = HIDDEN.format(self.hidden_count)
            self.hidden_count += 1
            while len(self.stages) <= lowered.stage:
                self.stages.append([])
            self.stages[lowered.stage].append((name, lowered.bytes))
        return Lowered(b.column(name), lowered.stage + 1)

    # --- By rows

    def lower(self, node, scope=FRAME) -> Lowered:
        """The bytes of a node, as `scope` means it."""
        if scope.by_groups:
            return self.grouped(node, scope)
        kind = type(node)
        if kind is Column:
            return Lowered(b.column(node.name))
        if kind is Literal:
            return Lowered(node.bytes)
        if kind is Rename:
            return self.lower(node.input, scope)
        if kind is Apply:
            return self.plain(node, scope)
        if kind is Held:
            return self.settle(self.lower(node.arguments[0], scope))
        if isinstance(node, Apply):
            return self.apply(node, [self.lower(a, scope) for a in node.arguments])
        if kind is Over:
            return self.over(node, scope)
        if kind is Rolling:
            return self.rolling(node, scope)
        if kind is Window:
            return self.window(node, scope)
        if kind in (Aggregate, MappedAll):
            return self.aggregate(node, scope)
        if kind in (Rearrange, MappedColumn):
            return self.in_place(node, scope)
        if kind is Nested:
            return self.nested(node, [self.lower(node.arguments[0], scope)])
        if kind is Element:
            return Lowered(b.column("element"))
        if kind is SeriesColumn:
            raise error(SeriesMet, "a series cannot stand among these expressions", "use with_columns before")
        raise TypeError(f"{node!r} cannot stand here")

    def plain(self, node, scope):
        """An `Apply`: down its first arguments, then up, as sums of thousands of terms are as deep. The
        engine takes no trees that deep: of every so many calls the value becomes a hidden column."""
        encoded = _bytes_of_rows(node, SHALLOW)
        if encoded is not None:
            return Lowered(encoded)
        if not node.arguments or type(node.arguments[0]) is not Apply:
            return self.plain_call(node, scope, None)
        spine = spine_of(node, lambda argument: type(argument) is Apply)
        first = None
        for place, node in enumerate(reversed(spine), 1):
            first = self.plain_call(node, scope, first)
            if place % DEPTH == 0 and place < len(spine) and node.shape != SCALAR:
                first = self.hide(first)
        return first

    def plain_call(self, node, scope, first):
        """What `apply` gives for the arguments of most nodes, of which most are columns and literals.
        `first`: the first one, where it is lowered already."""
        values = []
        stage, windowed = 0, False
        arguments = node.arguments
        if first is not None:
            values.append(first.bytes)
            stage, windowed = first.stage, first.windowed
            arguments = arguments[1:]
        for a in arguments:
            kind = type(a)
            if kind is Column:
                values.append(b.column(a.name))
            elif kind is Literal:
                values.append(a.bytes)
            else:
                lowered = self.lower(a, scope)
                values.append(lowered.bytes)
                if lowered.stage > stage:
                    stage = lowered.stage
                windowed = windowed or lowered.windowed
        build = node.build
        if type(build) is str:
            return Lowered(b.call(build, *values, *node.options), stage, windowed)
        return self.made(lambda *parts: build(*parts, *node.options), values, stage, windowed)

    def made(self, build, values, stage, windowed):
        """What `build` makes of values of rows. Those that it puts into several places and that call a
        function are hidden columns first: they are called once a row."""
        encoded = build(*values)
        copied = [self.calls(value) and encoded.count(value) > 1 for value in values]
        if not any(copied):
            return Lowered(encoded, stage, windowed)
        values = [self.hide(Lowered(value, stage)).bytes if is_copied else value
                  for value, is_copied in zip(values, copied)]
        return Lowered(build(*values), stage + 1, windowed)

    def apply(self, node, arguments, of_groups=False):
        """A function of lowered arguments: of rows, or of groups, for which there are no hidden columns."""
        values = []
        stage, windowed = 0, False
        for a in arguments:
            values.append(a.bytes)
            if a.stage > stage:
                stage = a.stage
            windowed = windowed or a.windowed
        if type(node.build) is str:
            return Lowered(struct_of(node, values) if type(node) is Fields
                           else b.call(node.build, *values, *node.options), stage, windowed)
        first = (self.dtype_of(arguments[0]),) if type(node) is Typed else ()

        def build(*parts):
            return node.build(*first, *parts, *node.options)
        made = (Lowered(self.made_once(node, build, values), stage, windowed) if of_groups else
                self.made(build, values, stage, windowed))
        if type(node) is Foreign:
            self.foreign.add(made.bytes)
        return made

    def made_once(self, node, build, values):
        """The same of values of groups, which are fields of a struct first: beside aggregates that are
        called once there may be no others within the lambda."""
        encoded = build(*values)
        if not any(self.calls(value) and encoded.count(value) > 1 for value in values):
            return encoded
        parts = {f"p{i}": value for i, (value, argument) in enumerate(zip(values, node.arguments))
                 if type(argument) is not Literal}
        packed = n.function_call(["struct_pack"], [n.argument(value, name) for name, value in parts.items()])
        fields = [field_of(b.column("parts"), f"p{i}") if f"p{i}" in parts else value
                  for i, value in enumerate(values)]
        return b.let(packed, "parts", build(*fields))

    def dtype_of(self, lowered):
        """The type of an expression over this frame, as the engine binds it."""
        from ..lazy_frame import LazyFrame
        source, _ = self.source(lowered.stage)
        query = b.select_from(source, [b.named(lowered.bytes, "x")])
        return next(iter(LazyFrame._of(query).types.values()))

    def nested(self, node, inputs):
        """A lambda's body has a frame of its own: the elements of one list."""
        body = node.arguments[1]
        inner = _ListScope(self, inputs[0])
        return Lowered(node.build(inputs[0].bytes, inner, body), inputs[0].stage,
                       inputs[0].windowed)

    def over(self, node, outer):
        """Groups within the groups that stand around them."""
        keys = [self.settle(self.lower(key)) for key in node.keys]
        items = [self.settle(self.lower(key)) for key in node.order]
        order = tuple(b.order_item(item.bytes, node.descending, node.nulls_last) for item in items)
        stage = max([outer.stage] + [k.stage for k in keys + items])
        scope = Scope(False, outer.keys + tuple(key.bytes for key in keys), order, stage)
        if node.mapping == "join":
            rows = self.rows_of(node.input, scope, False)
            call = WindowCall(self, scope, rows)
            return Lowered(self.as_list(rows, call), max(rows.stage, stage), True)
        if node.mapping == "explode":
            raise error(NotSupported, 'over(mapping_strategy="explode") is not supported',
                        "use group_by(...).agg(...).explode(...)")
        lowered = self.lower(node.input, scope)
        return Lowered(lowered.bytes, max(lowered.stage, stage), lowered.windowed)

    def rolling(self, node, outer):
        """Aggregates of the rows in a window of values around each row."""
        input, index = node.arguments
        place = self.settle(self.lower(index))
        dtype = self.dtype_of(place)
        Period.of(units=1 if node.counts else 0, micros=0 if node.counts else 1).check_axis(dtype)
        if getattr(dtype, "time_unit", "us") == "ns":
            raise error(NotSupported, "rolling windows of nanoseconds are not supported",
                        "cast to Datetime('us')")
        scope = Scope(False, outer.keys, (b.order_item(place.bytes),), max(outer.stage, place.stage),
                      node.frame)
        lowered = self.lower(input, scope)
        return Lowered(lowered.bytes, max(lowered.stage, scope.stage), lowered.windowed)

    def window(self, node, scope):
        """A window function over its groups."""
        if scope.frame is not None:
            raise error(NotSupported, f"{node.label} within rolling windows is not supported",
                        "compute it in a column before")
        if node.shape == REARRANGED:
            raise error(NotSupported, f"{node.label} of {node.arguments[0]!r} is not supported: it needs "
                        "rows beside each other",
                        "filter or sort the frame first")
        arguments = [self.settle(self.lower(a, scope)) for a in node.arguments]
        stage = max([scope.stage] + [a.stage for a in arguments])
        order = scope.order
        if not order and (scope.keys or getattr(node.build, "reorders", False)):
            order = (b.order_item(self.row_number()),)
        elif order:
            self.row_number()
        spec = Windows(scope.keys, order)
        return Lowered(node.build(spec, *[a.bytes for a in arguments], *node.options), stage, True)

    def aggregate(self, node, scope):
        """An aggregate: a plain one by groups, a window call by rows."""
        inner = Scope(False, scope.keys, scope.order, scope.stage) if scope.by_groups else scope
        if scope.frame is not None and any(contains(a, (Aggregate, Window)) for a in node.arguments):
            raise error(NotSupported, f"{node!r} within rolling windows is not supported: an aggregate of "
                        "what is itself of the window")
        if is_of_one_value(node) and scope.frame is None:
            value = self.lower(node.arguments[0], scope)
            call = ScalarCall(value.bytes)
            encoded = (call(node.build, value.bytes, *node.options) if isinstance(node.build, str)
                       else node.build(call, value.bytes, *node.options))
            if scope.by_groups and not contains(node.arguments[0], Aggregate):
                encoded = b.call("any_value", encoded)  # one for each group, not for each row
            return Lowered(encoded, max(value.stage, scope.stage), value.windowed)
        if scope.by_groups and is_end_of_sorted(node):
            return self.end_of_sorted(node, inner)
        if not node.arguments:
            rows = Rows(None, scope.stage)
            arguments = []
        else:
            rows = self.rows_of(node.arguments[0], inner, scope.by_groups)
            arguments = [self.grouped(a, scope) if scope.by_groups and a.shape == SCALAR
                         else self.settle(self.lower(a, inner)) for a in node.arguments[1:]]
        stage = max([scope.stage, rows.stage] + [a.stage for a in arguments])
        if not rows.is_list and not rows.order and rows.filter is None and has_place(node, scope):
            encoded = of_place(self, node, AggregateCall(rows), Lowered(rows.value), [a.bytes for a in arguments])
            return Lowered(encoded, stage)
        if rows.is_list and type(node) is MappedAll:
            raise error(NotSupported, f"{node!r} of rearranged rows is not supported",
                        "split it into two verbs")
        if rows.is_list and node.build in OF_LISTS:
            return Lowered(OF_LISTS[node.build](rows.value), stage, not scope.by_groups)
        if rows.is_list:
            call = ListCall()
        elif scope.by_groups:
            call = AggregateCall(rows, scope.order)
        else:
            call = WindowCall(self, scope, rows)
        values = [a.bytes for a in arguments]
        if rows.value is not None:
            values.insert(0, rows.value)
        build = node.build
        encoded = (call(build, *values, *node.options) if isinstance(build, str)
                   else build(call, *values, *node.options))
        windowed = not scope.by_groups
        return Lowered(encoded, stage, windowed)

    def end_of_sorted(self, node, scope):
        """The first or last value in an order, of a group: that at the least or greatest of the keys and,
        where these are equal, of the rows' numbers. Nothing has to be sorted."""
        by = node.arguments[0]
        value, *keys = (self.settle(self.lower(a, scope)) for a in by.arguments)
        first, descending, nulls_last = node.build is aggregates.first, by.options[0][0], by.options[1][0]
        greatest, null_wins = first == descending, first != nulls_last
        parts = []
        for key in keys:
            parts += [(b.is_null if null_wins == greatest else b.is_not_null)(key.bytes), key.bytes]
        place = self.row_number()
        parts.append(place if first != greatest else b.operator("-", b.integer(0), place))
        order = n.function_call(["struct_pack"], [n.argument(part, f"p{i}") for i, part in enumerate(parts)])
        return Lowered(b.call("arg_max_null" if greatest else "arg_min_null", value.bytes, order),
                       max([scope.stage, value.stage] + [key.stage for key in keys]))

    def in_place(self, node, scope):
        """Rearranged rows put back, one to each row of the frame or group."""
        if scope.frame is not None:
            raise error(NotSupported, f"{node!r} within rolling windows is not supported")
        if not keeps_length(node):
            raise error(NotSupported, f"{node!r} does not have the frame's number of rows",
                        "select it on its own, or use group_by(...).agg(...)")
        if not scope.keys:
            raise error(NotSupported, f"{node!r} cannot stand beside columns here",
                        "use with_columns or select with it as the whole expression")
        rows = self.rows_of(node, scope, False)
        call = WindowCall(self, scope, rows)
        everything = self.as_list(rows, call)
        order = scope.order or (b.order_item(self.row_number()),)
        position = n.function_call(["row_number"], over=n.window_specification(
            partition_by=scope.keys, order_by=order))
        return Lowered(b.call("list_extract", everything, position), rows.stage, True)

    # --- By groups

    def grouped(self, node, scope):
        """The node as one value per group."""
        kind = type(node)
        if kind is Rename:
            return self.grouped(node.input, scope)
        if kind is Literal:
            return Lowered(node.bytes, scope.stage)
        if kind in (Aggregate, MappedAll):
            return self.aggregate(node, scope)
        if node.shape == SCALAR and isinstance(node, Apply):
            first = None
            spine = spine_of(node, lambda argument: isinstance(argument, Apply))
            if len(spine) > 4 * DEPTH:
                raise error(NotSupported, f"{len(spine)} functions of aggregates within each other are not "
                            "supported",
                            "compute a part in a frame before")
            for node in reversed(spine):
                rest = node.arguments if first is None else node.arguments[1:]
                lowered = [self.grouped(a, scope) for a in rest]
                first = self.apply(node, lowered if first is None else [first, *lowered], True)
            return first
        if node.shape == SCALAR and kind is Nested:
            return self.nested(node, [self.grouped(node.arguments[0], scope)])
        rows = self.rows_of(node, Scope(False, scope.keys, scope.order, scope.stage), True)
        return Lowered(self.as_list(rows, AggregateCall(rows, scope.order)),
                       max(rows.stage, scope.stage))

    def rows_of(self, node, scope, by_groups) -> Rows:
        """The rows that an aggregate around `node` reads. `scope` is by rows; `by_groups` says
        whether the aggregate, and so what makes lists for it, is one by groups."""
        kind = type(node)
        if node.shape != REARRANGED:
            lowered = self.settle(self.lower(node, scope))
            return Rows(lowered.bytes, lowered.stage)
        if kind is Rename:
            return self.rows_of(node.input, scope, by_groups)
        if kind in (Rearrange, MappedColumn):
            return self.rearrange(node, scope, by_groups)
        if isinstance(node, Apply):
            return self.apply_to_rows(node, scope, by_groups)
        if kind is Nested:
            rows = self.rows_of(node.arguments[0], scope, by_groups)
            if not rows.is_list:
                rows.value = self.nested(node, [Lowered(rows.value, rows.stage)]).bytes
                return rows
        raise error(NotSupported, f"{node!r} is not supported", "split it into two verbs")

    def rearrange(self, node, scope, by_groups):
        """The rows that a filter, an order or a function of lists leaves."""
        if node.build == "flatten_lists" and node.arguments[0].shape == SCALAR:
            inner = Scope(True, scope.keys, scope.order, scope.stage) if by_groups else scope
            value = self.lower(node.arguments[0], inner)
            return Rows(value.bytes, value.stage, is_list=True)
        if by_groups and is_top(node):
            rows = self.rows_of(node.arguments[0].arguments[0], scope, True)
            if not rows.is_list and not rows.order:
                return Rows(top_list(AggregateCall(rows), node, rows.value), rows.stage, is_list=True)
        rows = self.rows_of(node.arguments[0], scope, by_groups)
        short = short_list(self, node, rows, scope) if by_groups and not rows.is_list else None
        if short is not None:
            return Rows(short, rows.stage, is_list=True)
        step = REARRANGEMENTS.get(node.build) if isinstance(node.build, str) else None
        if step is not None and not rows.is_list:
            others = [self.settle(self.lower(a, scope)) for a in node.arguments[1:]]
            stage = max([rows.stage] + [o.stage for o in others])
            step(rows, [o.bytes for o in others], *node.options)
        else:
            others = [self.beside_list(a, scope, by_groups) for a in node.arguments[1:]]
            stage = max([rows.stage] + [o.stage for o in others])
            call = (AggregateCall(rows, scope.order) if by_groups
                    else WindowCall(self, scope, rows))
            rows = Rows(self.as_list(rows, call), stage, is_list=True)
            values = [rows.value] + [o.bytes for o in others]
            if isinstance(node.build, str):
                rows.value = LIST_REARRANGEMENTS[node.build](values, *node.options)
            else:
                rows.value = node.build(*values, *node.options)
        rows.stage = stage
        return rows

    def beside_list(self, node, scope, by_groups):
        """What stands beside a list of rows: of all rows or a group one value, or a list again."""
        if by_groups:
            return self.grouped(node, Scope(True, scope.keys, scope.order, scope.stage))
        if node.shape == SCALAR:
            return self.lower(node, scope)
        rows = self.rows_of(node, scope, False)
        return Lowered(self.as_list(rows, WindowCall(self, scope, rows)), rows.stage)

    def apply_to_rows(self, node, scope, by_groups):
        """A function of rearranged rows: of each row, if all arguments are rearranged alike."""
        parts = [self.rows_of(a, scope, by_groups) if a.shape == REARRANGED else None for a in node.arguments]
        rearranged = [p for p in parts if p is not None]
        first = rearranged[0]
        beside = any(a.shape == COLUMN for a in node.arguments)
        alike = all((p.filter, p.order, p.is_list) == (first.filter, first.order, False)
                    for p in rearranged)
        lowered = [Lowered(p.value, p.stage) if p is not None else self.lower(a, scope)
                   for p, a in zip(parts, node.arguments)]
        if alike and not beside:
            whole = self.settle(self.apply(node, lowered))
            return Rows(whole.bytes, whole.stage, first.filter, first.order)
        if len(rearranged) == 1 and not beside:
            inner = [Lowered(b.column("element")) if p is not None else self.settle(low)
                     for p, low in zip(parts, lowered)]
            lists = _ListScope(self, Lowered(first.value, first.stage))
            body = (lists if parts[0] is not None else self).apply(node, inner)
            value = b.call("list_transform", first.value, b.one_lambda("element", body.bytes))
            return Rows(value, max(body.stage, first.stage), is_list=True)
        raise error(NotSupported, f"{node!r} combines rows in different orders or numbers",
                    "filter or sort the frame first")

    def as_list(self, rows, call):
        """Rows as a list."""
        return rows.value if rows.is_list else call("list", rows.value)


class _ListScope(Lowering):
    """Expressions over `element()`, inside a lambda. `lists`: what the elements are of."""

    def __init__(self, outer, lists):
        super().__init__(None)
        self.outer, self.lists = outer, lists

    def dtype_of(self, lowered):
        """The type of an expression over the elements."""
        values = b.call("list_transform", self.lists.bytes, b.one_lambda("element", lowered.bytes))
        return self.outer.dtype_of(Lowered(values, self.lists.stage)).inner

    def made(self, build, values, stage, windowed):
        return Lowered(build(*values), stage, windowed)

    def body(self, node):
        """The bytes of a lambda's body; None where it takes more than a row."""
        if node.shape == REARRANGED:
            return None
        lowered = self.lower(node)
        if lowered.stage or lowered.windowed:
            return None
        return lowered.bytes


def _bytes_of_rows(node, depth):
    """The bytes of calls, columns and literals within each other, which most expressions are; None where
    anything else is among them, or they are deeper."""
    if depth == 0:
        return None
    values = []
    for a in node.arguments:
        kind = type(a)
        if kind is Column:
            value = b.column(a.name)
        elif kind is Literal:
            value = a.bytes
        elif kind is Apply:
            value = _bytes_of_rows(a, depth - 1)
        else:
            return None
        if value is None:
            return None
        values.append(value)
    build = node.build
    return b.call(build, *values, *node.options) if type(build) is str else build(*values, *node.options)


def is_end_of_sorted(node):
    """Whether an aggregate is the first or last value in one direction of plain keys."""
    if node.build not in (aggregates.first, aggregates.last) or len(node.arguments) != 1:
        return False
    by = node.arguments[0]
    return (type(by) is Rearrange and by.build == "sort_by" and by.arguments[0].shape != REARRANGED
            and len(set(by.options[0])) == 1 and len(set(by.options[1])) == 1)


def is_of_one_value(node):
    """Whether an aggregate is of one value alone, such as another aggregate."""
    return type(node) is Aggregate and len(node.arguments) == 1 and node.arguments[0].shape == SCALAR


def keeps_length(node):
    """Whether rearranged rows are as many as before."""
    if type(node) is Rename:
        return keeps_length(node.input)
    if isinstance(node, Apply):
        return all(a.shape != REARRANGED or keeps_length(a) for a in node.arguments)
    if type(node) is MappedColumn:
        return keeps_length(node.arguments[0]) or node.arguments[0].shape == COLUMN
    if type(node) is Rearrange and node.build in ("sort", "sort_by", "reverse"):
        return node.arguments[0].shape != REARRANGED or keeps_length(node.arguments[0])
    return False
