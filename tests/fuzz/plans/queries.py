"""Random queries, and the cases that oracles judge."""

import dataclasses
import re

from tests.fuzz.plans import functions, values, windows
from tests.fuzz.plans.expressions import ExpressionMaker, Scope, ScopeColumn
from tests.fuzz.plans.nodes import NOTHING, Node, expression, listed, optional
from tests.fuzz.plans.relations import Named, RelationMaker

QUERY_PARTS = ("with", "body", "order", "limit")
COLUMN = re.compile(r"r\d+\.\w+")
SELECT_PARTS = ("distinct", "items", "from", "where", "group", "having", "qualify")
# These are grouped and kept apart; the others could be, but engines differ in what is the same.
GROUPED = tuple(kind for kind in values.COLUMN_KINDS if kind not in ("json", "map"))


@dataclasses.dataclass(frozen=True)
class Query:
    """columns: names and kinds of what it gives. rows: at most so many."""

    node: Node
    columns: tuple[ScopeColumn, ...]
    rows: int


@dataclasses.dataclass(frozen=True)
class Case:
    """kind: "query", or the way a predicate is to be split: "where", "having", "aggregate",
    "norec". node: the query, or a pair of query and predicate. portable: SQLite can answer it."""

    kind: str
    node: Node
    portable: bool


def pair(query, predicate):
    return Node((query, "\n-- split by ", predicate), names=("query", "", "predicate"))


class QueryMaker:
    """Makes one statement; not to be used again, as aliases and common tables go on counting."""

    def __init__(self, random, universe, portable):
        self.random = random
        self.portable = portable
        self.expressions = ExpressionMaker(random, portable)
        self.relations = RelationMaker(random, universe, portable, self.expressions)
        self.relations.queries = self
        self.expressions.subqueries = Subqueries(self)
        self.aggregates = [form for form in functions.AGGREGATES if form.portable or not portable]
        self.windows = windows.WindowMaker(random, portable, self.expressions)
        self.common = 0

    # ---- cases ----------------------------------------------------------------------------------

    def case(self):
        choice = self.random.random()
        if choice < 0.70:
            return Case("query", self.statement().node, self.portable)
        kind = self.random.choice(("where", "where", "having", "aggregate", "norec"))
        return Case(kind, self.split(kind), self.portable)

    def split(self, kind):
        """A query without a WHERE (or HAVING), and the predicate that would stand there."""
        source = self.relations.make((), 2)
        scope = Scope(source.columns)
        if kind == "having":
            body, _, having_scope = self.grouped(source, scope, 1, NOTHING, windows_too=False)
            predicate = self.expressions.predicate(having_scope, 2)
            body = body.with_part("having", NOTHING)
        else:
            predicate = self.expressions.predicate(scope, 3)
            if kind == "where":
                body, _ = self.plain(source, scope, 1, NOTHING, distinct=False)
            else:
                items = ([expression("int", "count(*)")] if kind == "norec" else
                         [self._combinable(scope) for _ in range(self.random.randint(1, 3))])
                body = self.select(NOTHING, self.items(items)[0], source, NOTHING)
        return pair(self.query(NOTHING, body), predicate)

    def _combinable(self, scope):
        """An aggregate of which parts of the rows can be put together by another: sum, min, max."""
        name = self.random.choice(("sum", "min", "max", "count"))
        kind = "int" if name == "sum" else self.expressions.compared_kind(scope)
        return expression("int", f"{name}(", self.expressions.make(kind, scope, 1), ")")

    def statement(self):
        """A whole statement: common tables, the query, its order and limit."""
        recursive = self.random.random() < 0.06
        common = [self._common(recursive) for _ in range(self.random.choice((0, 0, 0, 0, 1, 1, 2)))]
        if recursive:
            common.append(self._recursive())
        query = self.rows(outer=(), depth=3, whole=True)
        if common:
            head = Node(("WITH RECURSIVE " if recursive else "WITH ", listed(", ", common), "\n"), optional=True)
            query = dataclasses.replace(query, node=query.node.with_part("with", head))
        return query

    def _common(self, beside_recursion):
        query = self.rows(outer=(), depth=1)
        self.common += 1
        name = f"w{self.common}"
        # Twice in the list: a common table is there to be used.
        self.relations.named += [Named(name, query.columns, query.rows)] * 2
        word = self.random.choice((" AS ", " AS ", " AS MATERIALIZED ", " AS NOT MATERIALIZED "))
        if beside_recursion and not query.node.part("body").names:
            # Under RECURSIVE any UNION is a recursion to DuckDB: its types are those of its first side.
            return Node((f"{name}{word}(SELECT * FROM (", query.node, ") AS whole)"))
        return Node((f"{name}{word}(", query.node, ")"))

    def _recursive(self):
        """Rows of a number that rises to an end, and of a value that each step makes anew."""
        kind = self.random.choice(("int", "text"))
        source = self.relations.make((), 0)
        first = self.expressions.make(kind, Scope(source.columns), 1)
        self.common += 1
        name = f"w{self.common}"
        own = (ScopeColumn(f"{name}.x0", "int"), ScopeColumn(f"{name}.x1", kind))
        joined = self.relations.single((), 0, 10) if self.random.random() < 0.4 else None
        scope = Scope(own + (joined.columns if joined else ()))
        step = (expression("text", "left(", self.expressions.make("text", scope, 1), ", 20)") if kind == "text" else
                expression("int", "(CAST(", self.expressions.make("int", scope, 1), " AS BIGINT) % 100)"))
        if self.portable and kind == "text":
            step = expression("text", f"{name}.x1")
        word = self.random.choice((" UNION ", " UNION ", " UNION ALL "))
        steps = 3 if joined or word == " UNION ALL " else 6
        rows = source.rows * 3 * max(1, joined.rows if joined else 1) ** steps
        node = Node((
            f"{name}(x0, x1) AS (SELECT 1, ", "CAST(" if kind == "int" else "", first,
            " AS BIGINT)" if kind == "int" else "", " FROM ", source.node, word,
            f"SELECT {name}.x0 + 1, ", step, f" FROM {name}", Node((", ", joined.node)) if joined else "",
            f" WHERE {name}.x0 < {steps})"))
        self.relations.named += [Named(name, (ScopeColumn("x0", "int"), ScopeColumn("x1", kind)), rows)] * 2
        return node

    # ---- queries --------------------------------------------------------------------------------

    def rows(self, outer, depth, small=False, whole=False, kinds=None):
        """A query as a relation. small: one or two relations and a limit perhaps. whole: the
        outermost. kinds: what its columns have to be; else they are drawn."""
        if depth > 0 and not small and not outer and not kinds and self.random.random() < 0.12:
            return self._set_operation(depth, whole)
        source = self.relations.make(outer, 0 if small else depth)
        scope = Scope(source.columns, outer)
        where = self.where(scope, depth, correlated=bool(outer))
        if self.random.random() < 0.35 and not kinds:
            body, columns, _ = self.grouped(source, scope, depth, where)
        else:
            body, columns = self.plain(source, scope, depth, where, kinds=kinds)
        return self._finished(body, columns, source.rows, whole, outer)

    def _finished(self, body, columns, rows, whole, outer=()):
        if not whole:
            columns = tuple(column for column in columns if column.kind != "inexact")
        query = Query(self.query(NOTHING, body), columns, rows)
        exact = all(column.kind not in ("inexact", "map", "json") for column in columns)
        chance = 0.5 if whole else 0.15
        if exact and not outer and self.random.random() < chance:
            query = self._ordered(query, whole)
        return query

    def _ordered(self, query, whole):
        """Orders by all columns, so that a limit takes determined rows; the outermost without a
        limit also by some."""
        if not query.columns:
            return query
        places = list(range(len(query.columns)))
        self.random.shuffle(places)
        limited = not whole or self.random.random() < 0.5
        if not limited:
            places = places[:self.random.randint(1, len(places))]
        members = [Node((str(place + 1), self.random.choice(("", " DESC")),
                         self.random.choice((" NULLS FIRST", " NULLS LAST"))), kind=str(place))
                   for place in places]
        node = query.node.with_part("order", Node((" ORDER BY ", listed(", ", members)), optional=True))
        distinct_on = limited and not self.portable and self.random.random() < 0.15
        if distinct_on and query.node.part("body").names and str(query.node.part("body").part("distinct")) == "SELECT ":
            # The first of all rows with the same value in what they are ordered by first.
            body = query.node.part("body")
            node = node.with_part("body", body.with_part("distinct", Node(
                (f"SELECT DISTINCT ON (x{places[0]}) ",))))
        rows = query.rows
        if limited:
            count = self.random.choice((0, 1, 2, 5, 10, 100))
            skip = self.random.choice(("", "", " OFFSET 1", " OFFSET 3"))
            node = node.with_part("limit", optional(f" LIMIT {count}{skip}"))
            rows = min(rows, count)
        return Query(node, query.columns, rows)

    def _set_operation(self, depth, whole):
        kinds = [self.random.choice(("int", "text", "int", "double", "date", "bool", "decimal"))
                 for _ in range(self.random.randint(1, 3))]
        if self.portable:
            kinds = [kind if kind in values.PORTABLE_KINDS else "int" for kind in kinds]
        sides, rows = [], 0
        for _ in range(2 if self.portable else self.random.choice((2, 2, 3))):
            side = self.rows((), depth - 1, small=self.random.random() < 0.5, kinds=kinds)
            sides.append(side.node.part("body") if self.portable else Node(("(", side.node, ")"), role="side"))
            rows += side.rows
            columns = side.columns
        words = (" UNION ", " UNION ALL ", " INTERSECT ", " EXCEPT ")
        if not self.portable:
            words += (" INTERSECT ALL ", " EXCEPT ALL ", " UNION BY NAME ", " UNION ALL BY NAME ")
        parts = [sides[0]]
        for side in sides[1:]:
            parts += [self.random.choice(words), side]
        return self._finished(Node(tuple(parts)), columns, rows, whole)

    def where(self, scope, depth, correlated=False):
        conditions = []
        if correlated and self.random.random() < 0.8:
            conditions.append(self._correlation(scope))
        if self.random.random() < 0.6:
            conditions.append(self.expressions.predicate(scope, depth))
        if not conditions:
            return NOTHING
        return optional(" WHERE ", listed(" AND ", conditions))

    def _correlation(self, scope):
        kinds = sorted({column.kind for column in scope.columns} & {column.kind for column in scope.outer} &
                       set(values.KEY_KINDS))
        if not kinds:
            return self.expressions.predicate(scope, 1)
        kind = self.random.choice(kinds)
        own, other = (self.random.choice(scope.of_kind(kind, outer)).name for outer in (False, True))
        comparison = self.random.choice(("=", "=", "=", "=", "<", ">=", "<>", "IS NOT DISTINCT FROM"))
        return expression("bool", "(", expression(kind, own), f" {comparison} ", expression(kind, other), ")")

    # ---- SELECT ---------------------------------------------------------------------------------

    def query(self, head, body):
        return Node((head, body, NOTHING, NOTHING), role="query", names=QUERY_PARTS)

    def select(self, distinct, items, source, where, group=NOTHING, having=NOTHING, qualify=NOTHING):
        return Node((Node(("SELECT ", distinct)), items, Node((" FROM ", source.node)), where, group, having,
                     qualify), names=SELECT_PARTS)

    def items(self, made):
        """(the list, its columns): every item gets a name."""
        columns = tuple(ScopeColumn(f"x{number}", item.kind) for number, item in enumerate(made))
        return listed(", ", [Node((item, f" AS {column.name}"))
                             for item, column in zip(made, columns)]), columns

    def plain(self, source, scope, depth, where, kinds=None, distinct=True):
        """(body, columns) of a SELECT that groups nothing, perhaps with windows."""
        random = self.random
        wanted = kinds or [self.expressions.some_kind(scope) for _ in range(random.randint(1, 4))]
        made = [self.expressions.make(kind, scope, min(depth, 2)) for kind in wanted]
        qualify = NOTHING
        if not kinds and distinct and not scope.outer and random.random() < 0.25:
            filtered = not self.portable and random.random() < 0.2
            made += [self.windows.make(scope, decided=number == 0 and not filtered)
                     for number in range(random.choice((1, 1, 2)))]
            if filtered:
                qualify = optional(" QUALIFY ", self.windows.condition(scope))
        keep_apart = (distinct and random.random() < 0.15 and
                      all(item.kind in GROUPED or item.kind == "ratio" for item in made))
        if not kinds and distinct and not self.portable and random.random() < 0.04:
            made.append(expression("int", "unnest(", self.expressions.make("ints", scope, 1), ")"))
        items, columns = self.items(made)
        apart = optional("DISTINCT ") if keep_apart else NOTHING
        return self.select(apart, items, source, where, qualify=qualify), columns

    def grouped(self, source, scope, depth, where, windows_too=True):
        """(body, columns, scope of HAVING) of a SELECT with groups or one group of all rows."""
        random = self.random
        keys = [self._key(scope, depth) for _ in range(random.choice((0, 1, 1, 1, 2, 2, 3)))]
        aggregates = [self.aggregate(scope, depth) for _ in range(random.choice((0, 1, 1, 2, 3)) or (not keys))]
        visible = [node for node in keys + aggregates if node.kind != "inexact"]
        after = Scope(tuple(ScopeColumn(str(node) if COLUMN.fullmatch(str(node)) else node, node.kind)
                            for node in visible), scope.outer)
        made = [key for key in keys if random.random() < 0.8] + aggregates
        made = made or keys
        if visible and random.random() < 0.3:
            made.append(self.expressions.make(random.choice(visible).kind, after, 2))
        if windows_too and visible and random.random() < 0.1 and not scope.outer:
            made.append(self.windows.make(after))
        having = NOTHING
        if visible and random.random() < 0.25:
            having = optional(" HAVING ", self.expressions.predicate(after, 1))
        group = NOTHING
        if keys:
            group, told = self._grouping(keys)
            # DuckDB has NULL for it where a correlated query has nothing to group.
            made += told if not scope.outer else []
        items, columns = self.items(made)
        return self.select(NOTHING, items, source, where, group, having), columns, after

    def _key(self, scope, depth):
        kinds = [column.kind for column in scope.columns if column.kind in GROUPED]
        kind = self.random.choice(kinds) if kinds else "int"
        if columns := scope.of_kind(kind):
            if self.random.random() < 0.75:
                return expression(kind, self.random.choice(columns).name)
        forms = self.expressions.scalars.get(kind)
        if not forms:
            return expression(kind, "coalesce(", self.expressions.leaf(kind, scope), ", ",
                              self.expressions.literal(kind), ")")
        return self.expressions.form(self.random.choice(forms), scope, 1)

    def _grouping(self, keys):
        """(GROUP BY, items that tell the sets apart)."""
        random = self.random
        if self.portable or random.random() < 0.8:
            return Node((" GROUP BY ", listed(", ", keys))), []
        told = [expression("int", "grouping(", key, ")") for key in keys[:1]]
        word = random.choice(("ROLLUP", "CUBE", "SETS"))
        if word != "SETS":
            return Node((f" GROUP BY {word} (", listed(", ", keys), ")")), told
        sets = []
        for _ in range(random.randint(1, 3)):
            chosen = [key for key in keys if random.random() < 0.6]
            # Of empty sets DuckDB counts one where there are no other sets and no aggregates.
            sets.append(Node(("(", listed(", ", chosen or keys, least=1), ")")))
        if random.random() < 0.5:
            sets.append(Node(("()",)))
        sets.append(Node(("(", listed(", ", keys), ")")))
        return Node((" GROUP BY GROUPING SETS (", listed(", ", sets), ")")), told

    def aggregate(self, scope, depth):
        # An aggregate of nothing but columns of a query around this one would belong to that query.
        scope = Scope(scope.columns)
        form = self.random.choice(self.aggregates)
        kind = self.expressions.compared_kind(scope)
        made = self.expressions.form(form, scope, min(depth, 1), any_kind=kind,
                                     distinct=self.random.random() < 0.4)
        if self.random.random() < 0.15 and not form.template.startswith("list_sort"):
            if not form.template.startswith("CAST"):
                made = expression(made.kind, made, optional(" FILTER (WHERE ", self.expressions.predicate(
                    scope, 1), ")"))
        return made


class Subqueries:
    """Queries that stand in expressions."""

    def __init__(self, queries):
        self.queries = queries
        self.random = queries.random

    def _outer(self, scope):
        # Only plain columns: an expression over groups would not be known again inside.
        return tuple(column for column in scope.columns if isinstance(column.name, str)) + scope.outer

    def _inner(self, scope):
        outer = self._outer(scope)
        if self.random.random() < 0.35:
            outer = ()
        source = self.queries.relations.make(outer, 0)
        return source, Scope(source.columns, outer)

    def scalar(self, kind, scope, depth):
        """One value: an aggregate, or the first of an order that decides."""
        source, inner = self._inner(scope)
        where = self.queries.where(inner, min(depth, 1), correlated=bool(inner.outer))
        names = {"int": ("sum", "count", "max", "min"), "ratio": ("avg",)}.get(kind, ("min", "max"))
        if kind in ("json", "map"):
            return self.queries.expressions.leaf(kind, scope)
        wanted = "int" if kind == "ratio" else kind
        if self.random.random() < 0.75:
            argument = self.queries.expressions.make(wanted, Scope(inner.columns), 1)
            item = expression(kind, f"{self.random.choice(names)}(", argument, ")")
            body = self.queries.select(NOTHING, self.queries.items([item])[0], source, where)
            return expression(kind, "(", self.queries.query(NOTHING, body), ")")
        argument = self.queries.expressions.make(wanted, inner, 1)
        item = argument if kind != "ratio" else expression(kind, "CAST(", argument, " AS DOUBLE)")
        body = self.queries.select(NOTHING, self.queries.items([item])[0], source, where)
        node = self.queries.query(NOTHING, body)
        node = node.with_part("order", Node((f" ORDER BY 1{self.random.choice(('', ' DESC'))} NULLS LAST",)))
        return expression(kind, "(", node.with_part("limit", Node((" LIMIT 1",))), ")")

    def predicate(self, scope, depth):
        choice = self.random.random()
        source, inner = self._inner(scope)
        where = self.queries.where(inner, min(depth, 1), correlated=bool(inner.outer))
        if choice < 0.4:
            body = self.queries.select(NOTHING, self.queries.items([expression("int", "1")])[0], source, where)
            return expression("bool", self.random.choice(("EXISTS (", "NOT EXISTS (")),
                              self.queries.query(NOTHING, body), ")")
        kind = self.queries.expressions.compared_kind(scope)
        if self.random.random() < 0.2:
            item = expression(kind, "max(", self.queries.expressions.make(kind, Scope(inner.columns), 1), ")")
        else:
            item = self.queries.expressions.make(kind, inner, 1)
        body = self.queries.select(NOTHING, self.queries.items([item])[0], source, where)
        word = self.random.choice((" IN (", " IN (", " NOT IN ("))
        if not self.queries.portable and self.random.random() < 0.35:
            word = f" {self.random.choice(('=', '<', '>=', '<>'))} {self.random.choice(('ANY', 'ALL'))} ("
        return expression("bool", "(", self.queries.expressions.make(kind, scope, min(depth, 1)), word,
                          self.queries.query(NOTHING, body), "))")
