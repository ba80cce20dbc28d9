"""Random expressions of a kind over the columns in scope."""

import dataclasses
import functools
import re

from tests.fuzz.plans import functions, values
from tests.fuzz.plans.nodes import Node, expression, listed

PLACE = re.compile(r"\{(#\w+|\d?|distinct)\}")
BARE_NUMBER = re.compile(r"-?\d+")
COMPARISONS = ("=", "=", "=", "<>", "<", "<=", ">", ">=", "IS DISTINCT FROM", "IS NOT DISTINCT FROM")
# These have an order or an equality that is not worth much, or of which engines differ by design.
UNCOMPARED = ("map", "json", "inexact")


@dataclasses.dataclass(frozen=True)
class ScopeColumn:
    name: str
    kind: str


@dataclasses.dataclass(frozen=True)
class Scope:
    """What names an expression may use: columns of its own FROM, and of queries around it."""

    columns: tuple[ScopeColumn, ...]
    outer: tuple[ScopeColumn, ...] = ()

    def of_kind(self, kind, outer=False):
        return [column for column in (self.outer if outer else self.columns) if column.kind == kind]


@functools.cache
def scalars_by_kind(portable):
    found = {}
    for form in functions.SCALARS:
        if form.portable or not portable:
            found.setdefault(form.gives, []).append(form)
    return found


class ExpressionMaker:
    """Makes expressions for one query. `subqueries`, when set, makes those that stand in them."""

    def __init__(self, random, portable):
        self.random = random
        self.portable = portable
        self.scalars = scalars_by_kind(portable)
        self.kinds = values.PORTABLE_KINDS if portable else values.COLUMN_KINDS
        self.subqueries = None

    def some_kind(self, scope):
        """A kind that is worth making: mostly one that columns have."""
        usable = [column.kind for column in scope.columns if column.kind != "inexact"]
        if usable and self.random.random() < 0.8:
            return self.random.choice(usable)
        return self.random.choice(self.kinds)

    def make(self, kind, scope, depth):
        """An expression of the kind; deeper than `depth` only columns and literals."""
        random = self.random
        if scope.outer and random.random() < 0.12:
            if columns := scope.of_kind(kind, outer=True):
                return expression(kind, random.choice(columns).name)
        if depth <= 0 or random.random() < 0.35:
            return self.leaf(kind, scope)
        if kind == "bool":
            return self.predicate(scope, depth)
        choice = random.random()
        if choice < 0.1 and self.subqueries and depth > 1:
            return self.subqueries.scalar(kind, scope, depth - 1)
        if choice < 0.3:
            return self.conditional(kind, scope, depth - 1)
        if forms := self.scalars.get(kind):
            return self.form(random.choice(forms), scope, depth - 1)
        return self.leaf(kind, scope)

    def leaf(self, kind, scope):
        columns = scope.of_kind(kind)
        if columns and self.random.random() < 0.85:
            return expression(kind, self.random.choice(columns).name)
        return self.literal(kind)

    def literal(self, kind):
        if kind == "bool" and self.portable:
            return expression(kind, self.random.choice(("(1 = 1)", "(1 = 0)", "(NULL = 1)")))
        return expression(kind, values.literal_of(self.random, kind))

    def typed(self, kind, scope, depth):
        """An expression that stands among more than two alternatives (no ELSE is one, NULL): a bare
        number has a type of its own. docs/sql-differences.md: to us it takes that of all others, to
        DuckDB of its neighbour."""
        made = self.make(kind, scope, depth)
        return expression(kind, "CAST(", made, " AS BIGINT)") if BARE_NUMBER.fullmatch(str(made)) else made

    def conditional(self, kind, scope, depth):
        choice = self.random.random()
        if choice < 0.45:
            return expression(kind, "CASE WHEN ", self.make("bool", scope, depth), " THEN ",
                              self.make(kind, scope, depth), " ELSE ", self.make(kind, scope, depth),
                              " END")
        if choice < 0.55:
            return expression(kind, "CASE WHEN ", self.make("bool", scope, depth), " THEN ",
                              self.typed(kind, scope, depth), " WHEN ", self.make("bool", scope, depth),
                              " THEN ", self.typed(kind, scope, depth), " END")
        if choice < 0.8 or kind in UNCOMPARED:
            return expression(kind, "coalesce(", self.make(kind, scope, depth), ", ",
                              self.make(kind, scope, depth), ")")
        return expression(kind, "nullif(", self.make(kind, scope, depth), ", ",
                          self.make(kind, scope, depth), ")")

    def form(self, form, scope, depth, any_kind=None, distinct=False):
        """The form with arguments; `any` in it is any_kind."""
        takes, parts, first = iter(form.takes), [], None
        at = 0
        for place in PLACE.finditer(form.template):
            parts.append(self._plain(form.template[at:place.start()]))
            at = place.end()
            word = place[1]
            if word.startswith("#"):
                parts.append(self.random.choice(functions.CONSTANTS[word]))
            elif word == "distinct":
                parts.append(Node(("DISTINCT ",), optional=True) if distinct else "")
            elif word == "0":
                parts.append(first)
            else:
                kind = next(takes)
                if first is None:
                    first = len(parts)
                parts.append(self.make(any_kind if kind == "any" else kind, scope, depth))
        parts.append(self._plain(form.template[at:]))
        return expression(any_kind if form.gives == "any" else form.gives, *parts)

    @staticmethod
    def _plain(text):
        return text.replace("@enum", values.ENUM_TYPE)

    # ---- predicates -----------------------------------------------------------------------------

    def predicate(self, scope, depth):
        """A condition that is true, false or NULL."""
        random = self.random
        choice = random.random()
        if depth <= 0:
            return self.comparison(scope, 0)
        if choice < 0.40:
            return self.comparison(scope, depth - 1)
        if choice < 0.52:
            return expression("bool", "(", self.predicate(scope, depth - 1),
                              random.choice((" AND ", " OR ")), self.predicate(scope, depth - 1), ")")
        if choice < 0.56:
            return expression("bool", "(NOT ", self.predicate(scope, depth - 1), ")")
        if choice < 0.64:
            return expression("bool", "(", self.make(self.some_kind(scope), scope, depth - 1),
                              random.choice((" IS NULL", " IS NOT NULL")), ")")
        if choice < 0.70:
            return self.membership(scope, depth - 1)
        if choice < 0.75:
            kind = self.compared_kind(scope)
            return expression("bool", "(", self.make(kind, scope, depth - 1),
                              random.choice((" BETWEEN ", " NOT BETWEEN ")), self.literal(kind),
                              " AND ", self.make(kind, scope, 0), ")")
        if choice < 0.86 and self.subqueries:
            return self.subqueries.predicate(scope, depth - 1)
        return self.form(random.choice(self.scalars["bool"]), scope, depth - 1)

    def compared_kind(self, scope):
        kind = self.some_kind(scope)
        return "int" if kind in UNCOMPARED else kind

    def comparison(self, scope, depth):
        kind = self.compared_kind(scope)
        right = self.literal(kind) if self.random.random() < 0.5 else self.make(kind, scope, depth)
        return expression("bool", "(", self.make(kind, scope, depth),
                          f" {self.random.choice(COMPARISONS)} ", right, ")")

    def membership(self, scope, depth):
        kind = self.compared_kind(scope)
        members = [self.make(kind, scope, 0) if self.random.random() < 0.2 else self.literal(kind)
                   for _ in range(self.random.choice((1, 2, 3, 6)))]
        return expression("bool", "(", self.make(kind, scope, depth),
                          self.random.choice((" IN (", " IN (", " NOT IN (")), listed(", ", members), "))")
