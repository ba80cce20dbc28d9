"""Random window calls. What an order decides is ordered by every column in scope: rows that are
equal in all of them may change places without anybody seeing it. Of two such calls beside each
other somebody would: which of the equal rows came first in both. So a SELECT has one at most."""

from tests.fuzz.plans import functions
from tests.fuzz.plans.nodes import Node, expression, listed, optional

AGGREGATES = (("sum", "int", "int"), ("count", "any", "int"), ("min", "any", "any"), ("max", "any", "any"),
              ("avg", "int", "ratio"))
ROW_FRAMES = ("ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW", "ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING",
              "ROWS BETWEEN 3 PRECEDING AND 2 PRECEDING", "ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING",
              "ROWS BETWEEN 1 FOLLOWING AND 5 FOLLOWING", "ROWS 2 PRECEDING")
PEER_FRAMES = ("", "", "RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW",
               "RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING",
               "RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING",
               "GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING", "GROUPS BETWEEN CURRENT ROW AND 2 FOLLOWING")
DISTANCE_FRAMES = ("RANGE BETWEEN 2 PRECEDING AND 1 FOLLOWING", "RANGE BETWEEN 3 PRECEDING AND CURRENT ROW",
                   "RANGE BETWEEN 1 FOLLOWING AND 10 FOLLOWING")
EXCLUDED = ("", "", "", " EXCLUDE CURRENT ROW", " EXCLUDE GROUP", " EXCLUDE TIES", " EXCLUDE NO OTHERS")
# What only peers decide.
RANKINGS = ("rank()", "dense_rank()", "percent_rank()", "cume_dist()")
AS_TEXT = ("map", "json", "interval")


class WindowMaker:
    def __init__(self, random, portable, expressions):
        self.random = random
        self.portable = portable
        self.expressions = expressions
        self.functions = [form for form in functions.WINDOWS if form.portable or not portable]
        self.rankings = [form for form in self.functions if form.template in RANKINGS]

    def make(self, scope, decided=True):
        """A call over the scope's rows. decided: places of equal rows may matter."""
        random = self.random
        kind = self.expressions.compared_kind(scope)
        if random.random() < 0.5:
            form = random.choice(self.functions if decided else self.rankings)
            call = self.expressions.form(form, scope, 1, any_kind=kind)
            framed = form.template.startswith(("first_value", "last_value", "nth_value"))
            frame = random.choice(ROW_FRAMES + ("",)) if framed else ""
            return self._over(call, self._whole_order(scope), frame, scope)
        name, takes, gives = random.choice(AGGREGATES)
        call = expression(kind if gives == "any" else gives, f"{name}(",
                          self.expressions.make(kind if takes == "any" else takes, scope, 1), ")")
        if random.random() < 0.15:
            call = expression(call.kind, call, optional(" FILTER (WHERE ", self.expressions.predicate(scope, 1), ")"))
        choice = random.random()
        if choice < 0.3:
            return self._over(call, NOTHING_ORDERED, "", scope)
        if choice < 0.6 and decided:
            return self._over(call, self._whole_order(scope), random.choice(ROW_FRAMES) + random.choice(EXCLUDED),
                              scope)
        if choice < 0.7 and scope.of_kind("int"):
            key = expression("int", random.choice(scope.of_kind("int")).name)
            order = Node((" ORDER BY ", key, " NULLS LAST"))
            return self._over(call, order, random.choice(DISTANCE_FRAMES) + random.choice(EXCLUDED), scope)
        frame = random.choice(PEER_FRAMES)
        return self._over(call, self._some_order(scope), frame + random.choice(EXCLUDED) if frame else "", scope)

    def condition(self, scope):
        """For QUALIFY."""
        call = self._over(expression("int", self.random.choice(("row_number()", "rank()", "count(*)"))),
                          self._whole_order(scope), "", scope)
        return expression("bool", "(", call, f" {self.random.choice(('<=', '=', '>'))} {self.random.randint(1, 3)})")

    def _over(self, call, order, frame, scope):
        parts = []
        keys = [column for column in scope.columns if column.kind not in AS_TEXT + ("double", "ratio")]
        if keys and self.random.random() < 0.6:
            chosen = self.random.sample(keys, min(len(keys), self.random.choice((1, 1, 2))))
            parts = ["PARTITION BY ", listed(", ", [self._named(column) for column in chosen])]
        return expression(call.kind, call, " OVER (", Node(tuple(parts), optional=True), order,
                          optional(f" {frame}") if frame else "", ")")

    def _whole_order(self, scope):
        columns = list(scope.columns)
        self.random.shuffle(columns)
        return Node((" ORDER BY ", listed(", ", [self._ordered(column) for column in columns])))

    def _some_order(self, scope):
        columns = self.random.sample(scope.columns, min(len(scope.columns), self.random.choice((1, 1, 2))))
        return Node((" ORDER BY ", listed(", ", [self._ordered(column) for column in columns])))

    def _ordered(self, column):
        ending = self.random.choice(("", " DESC")) + self.random.choice((" NULLS FIRST", " NULLS LAST"))
        if column.kind in AS_TEXT:
            return Node(("CAST(", column.name, f" AS VARCHAR){ending}"))
        return Node((self._named(column), ending))

    @staticmethod
    def _named(column):
        return expression(column.kind, column.name)


NOTHING_ORDERED = Node(())
