"""Expressions that the engine read from SQL, as nodes of frames.

What the engine makes of a text is bytes (`src/sql/tree_bytes.h`), of which `_nodes.NODES` says where
their parts are. Columns and aggregates among them become nodes, so that verbs can mean them by rows or
by groups; all else stays as the engine wrote it, with holes where these stood.
"""

from __future__ import annotations

from . import _nodes as n
from .engine_functions import registry
from .errors import NotSupported, error
from .expr import build as b
from .expr.nodes import Aggregate, Apply, Column, Foreign, Literal, Window

_LITERAL, _COLUMN, _POSITION, _PARAMETER, _DEFAULT, _STAR, _COLUMNS, _CALL = range(1, 9)
_LAMBDA = 20
_NAME, _ARGUMENTS, _DISTINCT, _ORDER, _WITHIN, _FILTER, _NULLS, _OVER = 1, 2, 4, 5, 6, 7, 8, 9  # of a call
_REFUSED = {_POSITION: "a position", _PARAMETER: "a parameter", _DEFAULT: "DEFAULT",
            _STAR: "a star", _COLUMNS: "COLUMNS"}


class _Part:
    """A field's value: where its bytes are, and the nodes that stand in it."""

    __slots__ = ("begin", "end", "nodes")

    def __init__(self, begin, end, nodes):
        self.begin, self.end, self.nodes = begin, end, nodes


class Tree:
    """The bytes of a tree, taken apart where that is asked for."""

    def __init__(self, data):
        self.data = data
        self.known = {}  # nodes that were looked at, by where they begin

    # --- Where things are

    def number(self, at):
        """A number, and where it ends."""
        value, shift = 0, 0
        while True:
            byte = self.data[at]
            at += 1
            value |= (byte & 127) << shift
            if byte < 128:
                return value, at
            shift += 7

    def text(self, at):
        """A text or an identifier."""
        length, at = self.number(at)
        return self.data[at:at + length].decode()

    def node(self, family, at):
        """A node's tag, its fields by their numbers, and where it ends."""
        found = self.known.get((family, at))
        if found is None:
            tag = self.data[at]
            fields, end = self.fields(n.NODES[family][tag], self.numbers(2, at + 1))  # behind its span
            found = self.known[family, at] = tag, fields, end
        return found

    def fields(self, layout, at):
        """The fields of a node or a struct by their numbers, and where they end."""
        fields = {}
        while True:
            number, at = self.number(at)
            if number == 0:
                return fields, at
            nodes = []
            end = self.skip(layout[number], at, nodes)
            fields[number] = _Part(at, end, nodes)
            at = end

    def skip(self, kind, at, nodes):
        """Where a value of a kind ends; nodes in it, but not those within these, go to `nodes`."""
        head = kind[0]
        if head == "[":
            count, at = self.number(at)
            for _ in range(count):
                at = self.skip(kind[1:], at, nodes)
            return at
        if head in n.NODES:
            _, _, end = self.node(head, at)
            nodes.append((head, at, end))
            return end
        if head in "{TW":
            at += head != "{"
            if head == "T":
                at = self.numbers(2, at)
            fields, at = self.fields(n.STRUCTS[kind[1:]], at)
            for part in fields.values():
                nodes += part.nodes
            return at
        if head in "ti":
            length, at = self.number(at)
            return self.numbers(2 * (head == "i"), at + length)
        return self.numbers(2 if head == "p" else 1, at)

    def numbers(self, count, at):
        """Where so many numbers end."""
        for _ in range(count):
            _, at = self.number(at)
        return at

    # --- What they are to a frame

    def expression(self, at):
        """The expression there as a node of ours."""
        tag, fields, end = self.node("e", at)
        if tag in _REFUSED:
            raise error(NotSupported, f"{_REFUSED[tag]} in sql_expr is not supported",
                        "name columns, or use dl.all()" if tag in (_STAR, _COLUMNS) else "write the value")
        if tag == _LITERAL:
            return Literal(self.data[at:end], self.text(fields[2].begin) if 2 in fields else None)
        if tag == _COLUMN:
            return self.column(fields[1].begin)
        nodes = [node for part in fields.values() for node in part.nodes]
        if tag == _CALL:
            return self.call(at, end, fields, nodes)
        return self.spliced(Apply, at, end, nodes, "sql")

    def column(self, at):
        """A column, or a field of one."""
        count, at = self.number(at)
        names = []
        for _ in range(count):
            names.append(self.text(at))
            at = self.skip("i", at, [])
        node = Column(names[0])
        for name in names[1:]:
            node = Apply("struct_extract", (node, Literal(b.string(name), name)))
        return node

    def call(self, at, end, fields, nodes):
        """A call of a function."""
        count, name_at = self.number(fields[_NAME].begin)
        name = self.text(name_at).lower() if count == 1 else ""
        if _OVER in fields:
            return self.spliced(Window, at, end, nodes, name)
        declared = registry().get(name)
        if declared is None:
            return self.spliced(Foreign, at, end, nodes, name)
        if declared.kind != "aggregate":
            return self.spliced(Apply, at, end, nodes, name)
        if _WITHIN in fields or _NULLS in fields:
            raise error(NotSupported,
                        f"{name}(…) WITHIN GROUP or IGNORE NULLS in sql_expr is not supported",
                        "use frame.sql")
        values = fields[_ARGUMENTS].nodes if _ARGUMENTS in fields else []
        if values and self.data[values[0][1]] == _STAR:
            name, values = name + "_star", []
        arguments = [self.expression(begin) for _, begin, _ in values]
        order = self.order_items(fields[_ORDER].begin, arguments) if _ORDER in fields else ()
        if _FILTER in fields:
            arguments.append(self.expression(fields[_FILTER].begin))
        build = AggregateOf(name, len(values), _DISTINCT in fields, order, _FILTER in fields)
        return Aggregate(build, tuple(arguments))

    def order_items(self, at, arguments):
        """What an aggregate's ORDER BY says; the expressions in it go to `arguments`."""
        count, at = self.number(at)
        items = []
        for _ in range(count):
            nodes, begin = [], at
            at = self.skip("{order_item", at, nodes)
            items.append(Splice("order", *self.holes(begin, at, nodes)))
            arguments += [self.expression(node_at) for _, node_at, _ in self.open(nodes)]
        return tuple(items)

    def spliced(self, kind, at, end, nodes, name):
        """The node as it is, but for the expressions in it."""
        build = Splice(name, *self.holes(at, end, nodes))
        return kind(Windowed(build) if kind is Window else build,
                    tuple(self.expression(begin) for _, begin, _ in self.open(nodes)))

    def open(self, nodes):
        """Those of the nodes that a frame has to do with: what lambdas say is their own."""
        for family, begin, _ in nodes:
            if family != "e":
                raise error(NotSupported, "a subquery in sql_expr is not supported",
                            "use frame.sql, or a join")
        return [node for node in nodes if self.data[node[1]] not in (_LAMBDA, _STAR)]

    def holes(self, begin, end, nodes):
        """The bytes between the nodes."""
        parts = []
        for _, node_begin, node_end in self.open(nodes):
            parts.append(self.data[begin:node_begin])
            begin = node_end
        return [*parts, self.data[begin:end]]


class Splice:
    """The `build` of a node whose bytes are what the engine made of a text, around those of arguments."""

    def __init__(self, name, *parts):
        self.__name__, self.parts = name, parts

    def __call__(self, *values):
        out = [self.parts[0]]
        for value, part in zip(values, self.parts[1:], strict=True):
            out += (value, part)
        return b"".join(out)


class Windowed:
    """The same of a call with OVER."""

    reorders = True  # rows come by its own order, and are put back

    def __init__(self, splice):
        self.__name__, self.splice = splice.__name__, splice

    def __call__(self, windows, *values):
        if windows.keys:
            raise error(NotSupported, f"{self.__name__}(…) OVER (…) within over() is not supported",
                        "use PARTITION BY in the text")
        return self.splice(*values)


class AggregateOf:
    """The `build` of an aggregate by its name: its arguments, what orders them, and a condition."""

    def __init__(self, name, count, distinct=False, order=(), has_condition=False):
        self.__name__, self.count, self.distinct = name, count, distinct
        self.order, self.has_condition = order, has_condition

    def __call__(self, call, *values):
        values = list(values)
        where = values.pop() if self.has_condition else None
        rest, items = values[self.count:], []
        for item in self.order:
            taken = len(item.parts) - 1
            items.append(item(*rest[:taken]))
            rest = rest[taken:]
        return call(self.__name__, *values[:self.count], distinct=self.distinct,
                    order=items or None, where=where)
