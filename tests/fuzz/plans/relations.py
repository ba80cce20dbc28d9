"""Random FROM clauses: tables, common tables, subqueries, VALUES, lists, and every kind of join."""

import dataclasses
import re

from tests.fuzz.plans import values
from tests.fuzz.plans.expressions import Scope, ScopeColumn
from tests.fuzz.plans.nodes import Node, expression, listed

# What a join of all relations could at most have. Unoptimised, it is what engines work through.
MOST_ROWS = 12_000
JOINS = ("JOIN", "JOIN", "JOIN", "LEFT JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "CROSS JOIN",
         "SEMI JOIN", "ANTI JOIN", ",", "LATERAL", "LEFT LATERAL", "USING", "ASOF")
PORTABLE_JOINS = ("JOIN", "JOIN", "LEFT JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "CROSS JOIN")


@dataclasses.dataclass(frozen=True)
class Relation:
    """node: its text. columns: what it offers, with the alias in front. rows: at most so many."""

    node: Node
    columns: tuple[ScopeColumn, ...]
    rows: int


@dataclasses.dataclass(frozen=True)
class Named:
    """What a FROM may name: a table or a common table."""

    name: str
    columns: tuple[ScopeColumn, ...]
    rows: int


def relation_node(*parts):
    return Node(tuple(parts), role="relation")


class RelationMaker:
    """Makes FROM clauses for one statement; `queries` makes what stands in parentheses."""

    def __init__(self, random, universe, portable, expressions):
        self.random = random
        self.portable = portable
        self.expressions = expressions
        self.queries = None
        self.aliases = 0
        self.named = [Named(table.name, tuple(ScopeColumn(column.name, column.kind)
                                              for column in table.columns), len(table.rows))
                      for table in universe.tables]

    def alias(self):
        self.aliases += 1
        return f"r{self.aliases}"

    def make(self, outer, depth):
        """A FROM clause of one to four relations."""
        count = self.random.choice((1, 1, 1, 2, 2, 2, 3, 3, 4)) if depth > 0 else self.random.choice((1, 1, 2))
        made = self.single(outer, depth)
        for _ in range(count - 1):
            made = self.joined(made, outer, depth)
        return made

    def single(self, outer, depth, most=MOST_ROWS):
        choice = self.random.random()
        if depth > 0 and choice < 0.15:
            query = self.queries.rows(outer=(), depth=depth - 1)
            if query.rows <= most:
                return self._aliased(("(", query.node, ")"), query.columns, query.rows)
        if choice < 0.19 and not self.portable:
            return self._values()
        if choice < 0.22 and not self.portable:
            return self._series()
        fitting = [named for named in self.named if named.rows <= most]
        if not fitting:
            return self._one_row()
        named = self.random.choice(fitting)
        return self._aliased((named.name,), named.columns, named.rows)

    def _aliased(self, parts, columns, rows):
        alias = self.alias()
        return Relation(relation_node(*parts, f" AS {alias}"),
                        tuple(ScopeColumn(f"{alias}.{column.name}", column.kind) for column in columns), rows)

    def _one_row(self):
        return self._aliased(("(SELECT 1 AS c0)",), (ScopeColumn("c0", "int"),), 1)

    def _values(self):
        kinds = self.random.choices(values.COLUMN_KINDS[:8], k=self.random.randint(1, 3))
        rows = [Node(("(", ", ".join(values.literal_of(self.random, kind) for kind in kinds), ")"))
                for _ in range(self.random.randint(1, 5))]
        alias, names = self.alias(), [f"c{number}" for number in range(len(kinds))]
        return Relation(relation_node("(VALUES ", listed(", ", rows), f") AS {alias}({', '.join(names)})"),
                        tuple(ScopeColumn(f"{alias}.{name}", kind) for name, kind in zip(names, kinds)),
                        len(rows))

    def _series(self):
        alias, end = self.alias(), self.random.choice((0, 1, 3, 10))
        source = self.random.choice((f"range({end})", f"generate_series(1, {end})",
                                     f"unnest([{', '.join(map(str, range(end)))}]::INTEGER[])"))
        return Relation(relation_node(f"{source} AS {alias}(c0)"), (ScopeColumn(f"{alias}.c0", "int"),), end)

    # ---- joins ----------------------------------------------------------------------------------

    def joined(self, left, outer, depth):
        kind = self.random.choice(PORTABLE_JOINS if self.portable else JOINS)
        most = MOST_ROWS // max(left.rows, 1)
        if kind in ("LATERAL", "LEFT LATERAL"):
            return self._lateral(left, outer, depth, kind)
        right = self.single(outer, depth, most)
        rows = left.rows * max(right.rows, 1) + right.rows
        if kind in (",", "CROSS JOIN"):
            joint = ", " if kind == "," else " CROSS JOIN "
            return Relation(relation_node(left.node, joint, right.node), left.columns + right.columns, rows)
        if kind == "USING":
            return self._using(left, right, rows)
        if kind == "ASOF":
            return self._asof(left, right)
        condition = self._condition(left, right, outer, depth)
        node = relation_node(left.node, f" {kind} ", right.node, " ON ", condition)
        if kind in ("SEMI JOIN", "ANTI JOIN"):
            return Relation(node, left.columns, left.rows)
        return Relation(node, left.columns + right.columns, rows)

    def _using(self, left, right, rows):
        """The first columns are what tables share; a left side of several relations may have two."""
        word = self.random.choice(("JOIN", "LEFT JOIN", "FULL JOIN", "RIGHT JOIN"))
        shared = [[column.kind for column in side.columns if column.name.endswith(".c0")]
                  for side in (left, right)]
        # Beside a comma the left side is only what stands behind it.
        if shared != [["int"], ["int"]] or re.search(r"SEMI|ANTI|ASOF|, ", str(left.node)):
            node = relation_node(left.node, " CROSS JOIN ", right.node)
        else:
            node = relation_node(left.node, f" {word} ", right.node, " USING (c0)")
        return Relation(node, left.columns + right.columns, rows)

    def _asof(self, left, right):
        """The nearest row of the right side, of which only what is compared is determined."""
        kinds = {column.kind for column in left.columns} & {column.kind for column in right.columns}
        kinds = sorted(kinds & {"int", "date", "timestamp", "decimal", "double"})
        if not kinds:
            return left
        kind = self.random.choice(kinds)
        before, found = (self.random.choice(Scope(side.columns).of_kind(kind)) for side in (left, right))
        conditions = [f"{before.name} {self.random.choice(('>=', '>', '<=', '<'))} {found.name}"]
        offered = (found,)
        if self.random.random() < 0.6 and Scope(left.columns).of_kind("int") and Scope(right.columns).of_kind("int"):
            ours, theirs = (self.random.choice(Scope(side.columns).of_kind("int")) for side in (left, right))
            conditions.insert(0, f"{ours.name} = {theirs.name}")
            offered += (theirs,) if theirs != found else ()
        word = self.random.choice((" ASOF JOIN ", " ASOF LEFT JOIN "))
        return Relation(relation_node(left.node, word, right.node, " ON ", " AND ".join(conditions)),
                        left.columns + offered, left.rows)

    def _condition(self, left, right, outer, depth):
        """Mostly equalities between the sides, with more beside them."""
        conditions = []
        for _ in range(self.random.choice((0, 1, 1, 1, 1, 2))):
            conditions.append(self._pair(left, right, self.random.choice(("=",) * 7 + ("IS NOT DISTINCT FROM",))))
        if self.random.random() < 0.15:
            conditions.append(self._pair(left, right, self.random.choice(("<", "<=", ">", ">=", "<>"))))
        if not conditions or self.random.random() < 0.2:
            scope = Scope(left.columns + right.columns, outer)
            conditions.append(self.expressions.predicate(scope, min(depth, 1)))
        joint = " OR " if len(conditions) > 1 and self.random.random() < 0.1 else " AND "
        return expression("bool", "(", listed(joint, conditions), ")")

    def _pair(self, left, right, comparison):
        kinds = {column.kind for column in left.columns} & {column.kind for column in right.columns}
        kinds = sorted(kinds & set(values.KEY_KINDS)) or ["int"]
        kind = self.random.choice(kinds)
        deep = 1 if self.random.random() < 0.15 else 0
        return expression("bool", "(", self.expressions.make(kind, Scope(left.columns), deep),
                          f" {comparison} ", self.expressions.make(kind, Scope(right.columns), deep), ")")

    def _lateral(self, left, outer, depth, kind):
        if left.rows > 500:
            return left
        query = self.queries.rows(outer=left.columns + outer, depth=max(depth - 1, 0), small=True)
        alias = self.alias()
        columns = tuple(ScopeColumn(f"{alias}.{column.name}", column.kind) for column in query.columns)
        joint = {"LATERAL": ", LATERAL (", "LEFT LATERAL": " LEFT JOIN LATERAL ("}[kind]
        ending = "" if kind == "LATERAL" else " ON true"
        return Relation(relation_node(left.node, joint, query.node, f") AS {alias}{ending}"),
                        left.columns + columns, left.rows * max(query.rows, 1))
