"""Selections of columns (`pl.all()`, `pl.col(pl.Int64)`, patterns) and how a frame's names resolve
them: an expression with a selection becomes one expression for each column."""

from __future__ import annotations

import re

from ..datatypes import DataType, DataTypeClass
from ..errors import InvalidArgument, error
from .nodes import Apply, Column, Rename, Selection, Spread, output_name, spine_of


def everything():
    """All columns."""
    return Selection(lambda columns: columns.names, "all()")


def by_names(names):
    """Columns by names, patterns among them."""
    def choose(columns):
        out = []
        for name in names:
            if name.startswith("^") and name.endswith("$"):
                out += [c for c in columns.names if re.search(name, c)]
            else:
                out.append(name)
        return out
    return Selection(choose, f"col({list(names)})")


def by_pattern(pattern):
    """Columns whose names a pattern matches."""
    if pattern == "*":
        return everything()
    return Selection(lambda columns: [c for c in columns.names if re.search(pattern, c)],
                     f"col({pattern!r})")


def by_types(dtypes):
    """Columns of some types."""
    wanted = list(dtypes)
    return Selection(lambda columns: [name for name, dtype in columns.types.items()
                                      if any(dtype == w for w in wanted)], f"col({wanted})")


def without(selection, excluded):
    """`selection` but for names, patterns and types."""
    def choose(columns):
        chosen = selection.choose(columns)
        types = None
        for entry in excluded:
            if isinstance(entry, str):
                if entry.startswith("^") and entry.endswith("$"):
                    chosen = [c for c in chosen if not re.search(entry, c)]
                else:
                    chosen = [c for c in chosen if c != entry]
            elif isinstance(entry, (DataType, DataTypeClass)):
                types = _types_of(selection, chosen, columns) if types is None else types
                chosen = [c for c in chosen if types[c] != entry]
            else:
                gone = {output_name(node) for node in expand(entry._node, columns)}
                chosen = [c for c in chosen if c not in gone]
        return chosen
    return Selection(choose, f"{selection.label}.exclude({list(excluded)})", selection.made)


def _types_of(selection, chosen, columns):
    """Types by names of what a selection means."""
    if selection.made is Column:
        return columns.types
    from .expression import expression
    frame = getattr(columns, "_frame", columns)
    nodes = [node for name in chosen for node in expand(selection.made(name), columns)]
    return frame.select(*map(expression, nodes)).types


def _selections(node, found):
    left = [node]
    while left:
        node = left.pop()
        if type(node) is Selection:
            found.append(node)
        elif not isinstance(node, Spread):
            left.extend(reversed(node.arguments))


def has_selection(node):
    """Whether a node means several columns."""
    if not node.arguments:
        return type(node) is Selection
    left = [node]
    for node in left:  # which grows meanwhile
        for argument in node.arguments:
            if argument.arguments:
                left.append(argument)
            elif type(argument) is Selection:
                return True
    return False


def _replaced(node, names, position):
    """The tree with each selection as its column at `position`; spread ones in full."""
    spine = [node] if isinstance(node, Spread) else spine_of(node, lambda argument: type(argument) is Apply)
    first = _replaced_once(spine[-1], names, position)
    for node in reversed(spine[:-1]):
        rest = tuple(_replaced(a, names, position) for a in node.arguments[1:])
        first = node.with_arguments((first, *rest))
    return first


def _replaced_once(node, names, position):
    if type(node) is Selection:
        chosen = names[id(node)]
        made = node.made(chosen[position if len(chosen) > 1 else 0])
        return made if node.made is Column else expand(made, names["columns"])[0]
    if not node.arguments:
        return node
    if isinstance(node, Spread):
        arguments = []
        for argument in node.arguments:
            if has_selection(argument):
                arguments += expand(argument, names["columns"])
            else:
                arguments.append(argument)
        arguments = tuple(arguments)
    else:
        arguments = tuple(_replaced(a, names, position) for a in node.arguments)
    return node.with_arguments(arguments)


def expand(node, columns):
    """One expression for each column that the selections in `node` mean.

    Raises
    ------
    ValueError
        Where two selections do not have the same number of columns.
    """
    if type(node) is Column or not has_selection(node):
        return [node]
    found = []
    _selections(node, found)
    names = {id(selection): selection.choose(columns) for selection in found}
    counts = {len(chosen) for chosen in names.values()}
    names["columns"] = columns
    if not found:
        return [_replaced(node, names, 0)]
    if len(counts - {1}) > 1:
        raise error(InvalidArgument, f"the selections in {node!r} have different numbers of columns")
    count = 0 if 0 in counts else max(counts)
    return [_replaced(node, names, position) for position in range(count)]


def named_expressions(nodes, columns):
    """Names and expressions, expanded. Names must differ.

    Raises
    ------
    ValueError
        For a name that two expressions have.
    """
    out = {}
    for node in nodes:
        for one in expand(node, columns):
            name = output_name(one)
            if name in out:
                from ..errors import AlreadyExists, error
                raise error(AlreadyExists, f'two expressions give a column "{name}"',
                            f'rename one: .alias("{name}_2")')
            while type(one) is Rename:
                one = one.input
            out[name] = one
    return out
