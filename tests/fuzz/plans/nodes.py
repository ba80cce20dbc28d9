"""The tree a random statement is made of: text with marks that say what may be left out.

A node is immutable; its parts are texts and nodes. The reducer knows nothing of SQL beyond these
marks: what may vanish, which lists may lose members, which nodes may take each other's place.
"""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Node:
    """parts: texts, nodes, and numbers: the part of that number once more.
    role: what can stand in its place ("expression", "query", "relation", "" for nothing else).
    kind: of an expression, the kind of its values (values.py).
    optional: it may be left out.
    separator, least: a list, whose members may be left out down to `least`.
    names: what the parts of a query are called ("where", …).
    """

    parts: tuple
    role: str = ""
    kind: str = ""
    optional: bool = False
    separator: str | None = None
    least: int = 1
    names: tuple = ()

    def __str__(self):
        return (self.separator or "").join(
            str(self.parts[part] if isinstance(part, int) else part) for part in self.parts)

    def part(self, name):
        return self.parts[self.names.index(name)]

    def with_part(self, name, node):
        return self.replaced(self.names.index(name), node)

    def replaced(self, index, part):
        return dataclasses.replace(self, parts=self.parts[:index] + (part,) + self.parts[index + 1:])


NOTHING = Node(())


def expression(kind, *parts):
    return Node(tuple(parts), role="expression", kind=kind)


def listed(separator, members, least=1):
    return Node(tuple(members), separator=separator, least=least)


def optional(*parts):
    return Node(tuple(parts), optional=True)


def walk(node, path=()):
    """Every node with the path that leads to it, the outermost first."""
    yield path, node
    for index, part in enumerate(node.parts):
        if isinstance(part, Node):
            yield from walk(part, (*path, index))


def at(node, path):
    for index in path:
        node = node.parts[index]
    return node


def replace_at(node, path, new):
    if not path:
        return new
    return node.replaced(path[0], replace_at(node.parts[path[0]], path[1:], new))
