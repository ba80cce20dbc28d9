"""Makes a finding small: leaves out of the query and of the tables whatever the complaint does not
need. Knows SQL only through the marks of the tree (nodes.py); a candidate that is no longer a valid
statement draws no complaint and is dropped like any other.
"""

import dataclasses
import random as randomness
import time

from tests.fuzz.plans import values
from tests.fuzz.plans.nodes import NOTHING, Node, at, expression, replace_at, walk

SIMPLE = {"bool": ("true", "false"), "int": ("0", "1"), "text": ("''", "'a'")}


class Reducer:
    """still_fails(case, universe) says whether the complaint is still there. Ends after so many
    seconds of processor time, or four times as many by the clock (candidates may be other
    processes)."""

    def __init__(self, still_fails, seconds):
        self.still_fails = still_fails
        self.end = time.process_time() + seconds
        self.latest = time.monotonic() + 4 * seconds
        self.tried = set()

    def reduce(self, case, universe):
        while True:
            before = (str(case.node), universe)
            # The query first: its candidates need no new tables.
            case = self._smaller_case(case, universe)
            universe = self._smaller_universe(case, universe)
            if (str(case.node), universe) == before or self._late():
                return case, universe

    def _late(self):
        return time.process_time() > self.end or time.monotonic() > self.latest

    def _holds(self, case, universe):
        key = (str(case.node), universe)
        if key in self.tried or self._late():
            return False
        self.tried.add(key)
        return self.still_fails(case, universe)

    # ---- the query ------------------------------------------------------------------------------

    def _smaller_case(self, case, universe):
        """Tries every change of every node, outermost first; after one that holds, from that
        place on again."""
        place = 0
        while True:
            paths = [path for path, _ in walk(case.node)]
            if place >= len(paths) or self._late():
                return case
            path = paths[place]
            for new in _smaller(at(case.node, path)):
                candidate = dataclasses.replace(case, node=replace_at(case.node, path, new))
                if self._holds(candidate, universe):
                    case = candidate
                    break
            else:
                place += 1

    # ---- the tables -----------------------------------------------------------------------------

    def _smaller_universe(self, case, universe):
        used = tuple(table for table in universe.tables if table.name in str(case.node))
        if used != universe.tables and self._holds(case, dataclasses.replace(universe, tables=used)):
            universe = dataclasses.replace(universe, tables=used)
        for number in range(len(universe.tables)):
            universe = self._smaller_table(case, universe, number)
        return universe

    def _smaller_table(self, case, universe, number):
        def holds(table):
            tables = (*universe.tables[:number], table, *universe.tables[number + 1:])
            candidate = dataclasses.replace(universe, tables=tables)
            return candidate if self._holds(case, candidate) else None

        table = universe.tables[number]
        if table.storage != "memory":
            universe = holds(dataclasses.replace(table, storage="memory")) or universe
        for size in _halves(len(table.rows)):
            begin = 0
            while begin < len(universe.tables[number].rows) and not self._late():
                table = universe.tables[number]
                fewer = table.rows[:begin] + table.rows[begin + size:]
                if found := holds(dataclasses.replace(table, rows=fewer)):
                    universe = found
                else:
                    begin += size
        for column in reversed(range(len(table.columns))):
            table = universe.tables[number]
            if len(table.columns) > 1:
                universe = holds(dataclasses.replace(
                    table, columns=table.columns[:column] + table.columns[column + 1:],
                    rows=tuple(row[:column] + row[column + 1:] for row in table.rows))) or universe
        return universe


def shuffled(universe, seed):
    """The same tables with their rows in another order: what an answer may not depend on."""
    random = randomness.Random(seed)

    def mixed(table):
        return dataclasses.replace(table, rows=tuple(random.sample(table.rows, len(table.rows))))

    return dataclasses.replace(universe, tables=tuple(map(mixed, universe.tables)))


def _halves(count):
    while count > 0:
        yield count
        count //= 2


def _smaller(node):
    """What may stand in the node's place, the smallest first."""
    if node.optional:
        yield NOTHING
    if node.separator is not None:
        yield from _shorter_lists(node)
    if node.names and "with" in node.names and node.part("with") is not NOTHING:
        yield node.with_part("with", NOTHING)
    if node.role:
        seen = {str(node)}
        if node.role == "expression":
            for text in (*SIMPLE.get(node.kind, ()), f"CAST(NULL AS {_type_of(node.kind)})"):
                if len(text) < len(str(node)):
                    yield expression(node.kind, text)
        inside = [inner for path, inner in walk(node)
                  if path and inner.role == node.role and inner.kind == node.kind]
        for inner in sorted(inside, key=lambda inner: len(str(inner))):
            if str(inner) not in seen:
                seen.add(str(inner))
                yield inner
    if node.role == "relation":
        for index, part in enumerate(node.parts):
            if isinstance(part, str) and "LATERAL" not in part and part.strip() in (
                    "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"):
                yield node.replaced(index, " JOIN ")


def _type_of(kind):
    return values.KINDS[kind].types[0] if kind in values.KINDS else "DOUBLE"


def _shorter_lists(node):
    count = len(node.parts)
    for size in _halves(count):
        for begin in range(0, count, size):
            kept = node.parts[:begin] + node.parts[begin + size:]
            if node.least <= len(kept) < count:
                yield dataclasses.replace(node, parts=kept)


