"""What an expression is before a frame gives it columns: a small immutable tree.

A node's `build` says how its bytes come from those of its arguments: the name of a function of the
engine, or a Python function of `expr/build.py` and its neighbours that takes bytes and returns
bytes. How a node relates rows to each other is its class:

* `Apply`: each row by itself.
* `Aggregate`: all rows to one.
* `Window`: each row with a view of its neighbours; as many rows as before.
* `Rearrange`: other rows than before (filter, sort, head, unique …).
"""

from __future__ import annotations

SCALAR, COLUMN, REARRANGED = 0, 1, 2  # shapes: one row, a frame's rows, rows of its own


class Node:
    """A part of an expression."""

    __slots__ = ()
    arguments: tuple = ()
    shape = SCALAR

    def with_arguments(self, arguments):
        """The same node over other arguments."""
        return self

    def __reduce__(self):
        from ..pickling import packed
        return type(self).rebuild, (type(self), {s: packed(getattr(self, s)) for s in all_slots(type(self))})

    @staticmethod
    def rebuild(kind, fields):
        """An unpickled node."""
        from ..pickling import unpacked
        node = object.__new__(kind)
        for name, value in fields.items():
            object.__setattr__(node, name, unpacked(value))
        return node


def all_slots(kind):
    """Names of all fields of a node's class."""
    return [slot for base in kind.__mro__ for slot in getattr(base, "__slots__", ())]


class Column(Node):
    """A column by its name."""

    __slots__ = ("name",)
    shape = COLUMN

    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return f'col("{self.name}")'


class SeriesColumn(Node):
    """The values of a series, which a verb puts beside its frame's columns."""

    __slots__ = ("series", "name")
    shape = COLUMN

    def __init__(self, series):
        self.series, self.name = series, series.name

    def __repr__(self):
        return f'Series("{self.name}")'


class Selection(Node):
    """Several columns, which only a frame can name. `choose(columns)` gives their names, `made(name)` what
    each stands for where that is no column."""

    __slots__ = ("choose", "label", "made")
    shape = COLUMN

    def __init__(self, choose, label, made=Column):
        self.choose, self.label, self.made = choose, label, made

    def __repr__(self):
        return self.label


class Literal(Node):
    """A value, encoded."""

    __slots__ = ("bytes", "value", "name")

    def __init__(self, encoded, value, name="literal"):
        self.bytes, self.value, self.name = encoded, value, name

    def __repr__(self):
        return repr(self.value)


class Call(Node):
    """What `Apply`, `Aggregate`, `Window` and `Rearrange` share."""

    __slots__ = ("build", "arguments", "options", "shape")

    def __init__(self, build, arguments, options=()):
        self.build, self.arguments, self.options = build, arguments, options
        self.shape = self.shape_of(arguments)

    def with_arguments(self, arguments):
        """The same node over other arguments."""
        return type(self)(self.build, arguments, self.options)

    @property
    def label(self):
        """What the function is called."""
        return self.build if isinstance(self.build, str) else self.build.__name__

    def __repr__(self):
        text = None
        for node in reversed(spine_of(self, lambda argument: isinstance(argument, Call))):
            parts = [repr(a) for a in (node.arguments if text is None else node.arguments[1:])]
            parts += [repr(o) for o in node.options]
            text = f"{node.label}({', '.join(parts if text is None else [text, *parts])})"
        return text


class Apply(Call):
    """A function of each row by itself."""

    __slots__ = ()

    @staticmethod
    def shape_of(arguments):
        """How many rows come of such arguments."""
        shape = SCALAR
        for argument in arguments:
            if argument.shape > shape:
                shape = argument.shape
        return shape


class Held(Apply):
    """A value that is computed once, into however many places what is around it puts it."""

    __slots__ = ()


class Foreign(Apply):
    """An `Apply` of a function that somebody registered, and whose calls may cost or count."""

    __slots__ = ()


class Typed(Apply):
    """An `Apply` whose bytes depend on the type of its first argument: `build(dtype, *bytes)`."""

    __slots__ = ()


class Spread(Apply):
    """An `Apply` whose arguments are all columns that a selection among them means."""

    __slots__ = ()


class Fields(Spread):
    """A struct; its fields are called as its arguments are."""

    __slots__ = ()


class Aggregate(Call):
    """All rows to one."""

    __slots__ = ()

    @staticmethod
    def shape_of(arguments):
        """How many rows come of such arguments."""
        return SCALAR


class Window(Call):
    """Each row with a view of others."""

    __slots__ = ()

    @staticmethod
    def shape_of(arguments):
        """How many rows come of such arguments."""
        return max([COLUMN] + [argument.shape for argument in arguments])


class Rearrange(Call):
    """`build`: a name in `row_rearrangements.REARRANGEMENTS`, or a function from a list's bytes to a list's."""

    __slots__ = ()

    @staticmethod
    def shape_of(arguments):
        """How many rows come of such arguments."""
        return REARRANGED


class Over(Node):
    """`input` within groups of equal `keys`, in the order of `order`."""

    __slots__ = ("arguments", "key_count", "descending", "nulls_last", "mapping")
    shape = COLUMN

    def __init__(self, arguments, key_count, descending, nulls_last, mapping):
        self.arguments, self.key_count = arguments, key_count
        self.descending, self.nulls_last, self.mapping = descending, nulls_last, mapping

    @property
    def input(self):
        """What it is of."""
        return self.arguments[0]

    @property
    def keys(self):
        """What makes groups."""
        return self.arguments[1:1 + self.key_count]

    @property
    def order(self):
        """What orders rows in groups."""
        return self.arguments[1 + self.key_count:]

    def with_arguments(self, arguments):
        """The same node over other arguments."""
        return Over(arguments, self.key_count, self.descending, self.nulls_last, self.mapping)

    def __repr__(self):
        return f"{self.input!r}.over({list(self.keys)})"


class Rolling(Node):
    """An aggregate of the rows in a window of values of `index` around each row. `frame`: what windows
    are specified by; `counts`: whether it is of integers."""

    __slots__ = ("arguments", "frame", "counts")
    shape = COLUMN

    def __init__(self, input, index, frame, counts):
        self.arguments, self.frame, self.counts = (input, index), frame, counts

    def with_arguments(self, arguments):
        """The same node over other arguments."""
        return Rolling(*arguments, self.frame, self.counts)

    def __repr__(self):
        return f"{self.arguments[0]!r}.rolling({self.arguments[1]!r})"


class Rename(Node):
    """`alias`, or with a function `name.suffix` and its like, which apply to the name so far."""

    __slots__ = ("arguments", "to", "shape")

    def __init__(self, input, to):
        self.arguments, self.to = (input,), to
        self.shape = input.shape

    @property
    def input(self):
        """What it is of."""
        return self.arguments[0]

    def with_arguments(self, arguments):
        """The same node over other arguments."""
        return Rename(arguments[0], self.to)

    def __repr__(self):
        name = f'"{self.to}"' if isinstance(self.to, str) else "…"
        return f"{self.input!r}.alias({name})"


class Nested(Node):
    """A function of a list's elements: `body` has `Element` where the element stands."""

    __slots__ = ("arguments", "build", "shape")

    def __init__(self, build, input, body):
        self.build, self.arguments, self.shape = build, (input, body), input.shape

    def with_arguments(self, arguments):
        """The same node over other arguments."""
        return Nested(self.build, *arguments)

    def __repr__(self):
        return f"{self.arguments[0]!r}.list.eval({self.arguments[1]!r})"


class Element(Node):
    """`pl.element()`: the value inside a list."""

    __slots__ = ()
    shape = COLUMN

    def __repr__(self):
        return "element()"


def spine_of(node, goes_on):
    """The node, its first argument, the first one of that …: as far as `goes_on(argument)` holds."""
    spine = [node]
    while node.arguments and goes_on(node.arguments[0]):
        node = node.arguments[0]
        spine.append(node)
    return spine


def output_name(node) -> str:
    """What the column that `node` gives is called."""
    while True:
        kind = type(node)
        if kind is Column:
            return node.name
        if kind is Rename:
            if isinstance(node.to, str):
                return node.to
            return root_name(node) if node.to is own_name else node.to(output_name(node.input))
        if kind is Literal:
            return node.name
        if kind is Selection or kind is Element:
            return ""
        if kind is SeriesColumn:
            return node.name
        if not node.arguments:
            return "len" if node.label == "row_count" else node.label
        node = node.arguments[0]


def own_name(name):
    """The `to` of a Rename that undoes those within."""
    return name


def root_name(node) -> str:
    """The name of the column that `node` begins with, renames undone."""
    while node.arguments:
        node = node.arguments[0]
    return output_name(node)


def column_names(node):
    """Names of all columns that `node` reads, in their order."""
    left = [node]
    while left:
        node = left.pop()
        if type(node) is Column:
            yield node.name
        elif type(node) is Selection and node.made is not Column:  # of fields: what they are of
            left.append(node.made.struct)
        left.extend(reversed(node.arguments))


def contains(node, kinds) -> bool:
    """Whether a node of some kinds is in a tree."""
    left = [node]
    while left:
        node = left.pop()
        if isinstance(node, kinds):
            return True
        left.extend(node.arguments)
    return False
