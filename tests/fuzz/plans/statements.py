"""One seed's statements, and what can be done with one of them in this process.

Statement `number` of a seed belongs to universe seed·1000 + number // STATEMENTS_EACH, and has its
own randomness: any one can be made again without those before it.
"""

import contextlib
import random as randomness
import tempfile

from tests.fuzz.plans import oracles, universe
from tests.fuzz.plans.compare import difference
from tests.fuzz.plans.engines import Engines, Failure
from tests.fuzz.plans.queries import QueryMaker
from tests.fuzz.plans.reducer import Reducer, shuffled

STATEMENTS_EACH = 100
SHUFFLES = 4
UNIVERSES = 1_000_000  # seeds of universes that a seed of the run may take up


def universe_of(seed, number):
    return universe.make(seed * UNIVERSES + number // STATEMENTS_EACH)


def case_of(seed, number, of):
    """(case, oracles) of a statement."""
    random = randomness.Random(f"{seed} {number}")
    case = QueryMaker(random, of, of.portable and random.random() < 0.75).case()
    return case, oracles.asked(case, random)


class Asked:
    """Engines that hold one universe at a time; kept while it stays the same."""

    def __init__(self, library, threads):
        self.library, self.threads = library, threads
        self.undo, self.holds, self.engines = contextlib.ExitStack(), None, None

    def about(self, of):
        if of != self.holds:
            self.close()
            folder = self.undo.enter_context(tempfile.TemporaryDirectory(prefix="doline-plans-"))
            self.engines = Engines(self.library, of, folder, self.threads)
            self.undo.callback(self.engines.close)
            self.holds = of
        return self.engines

    def close(self):
        self.undo.close()
        self.undo, self.holds = contextlib.ExitStack(), None


class Shuffles:
    """The same universe with its rows in other orders, each in engines of its own."""

    def __init__(self, library, threads):
        self.others = [Asked(library, threads) for _ in range(SHUFFLES)]

    def is_determined(self, case, of, asked):
        """Whether DuckDB answers the same over rows in another order."""
        texts = [str(case.node)] if case.kind == "query" else oracles.split_texts(case)
        keys = oracles.ordered_by(case.node) if case.kind == "query" else ()
        for seed, other in enumerate(self.others):
            engines = other.about(shuffled(of, seed))
            for text in texts:
                first, again = asked.about(of).duckdb.answer(text), engines.duckdb.answer(text)
                if isinstance(first, Failure) != isinstance(again, Failure):
                    return False
                if not isinstance(first, Failure) and difference(first.rows, again.rows, keys):
                    return False
        return True

    def close(self):
        for other in self.others:
            other.close()


def reduced(case, of, complaint, asked, seconds):
    """(case, universe) as small as they can be made while the oracle complains of the same kind;
    None where the answer is not determined in the first place."""
    oracle = complaint.oracle.split(", ")[-1]
    shuffles = Shuffles(asked.library, asked.threads)

    def still_fails(candidate, candidate_universe):
        try:
            engines = asked.about(candidate_universe)
        except Exception:  # rows that no longer fit what is left of the tables
            return False
        found = oracles.judge(candidate, (oracle,), engines, oracles.Tally())
        return (found is not None and found.oracle == complaint.oracle and found.kind == complaint.kind and
                shuffles.is_determined(candidate, candidate_universe, asked))

    try:
        if not shuffles.is_determined(case, of, asked):
            return None
        return Reducer(still_fails, seconds).reduce(case, of)
    finally:
        shuffles.close()
