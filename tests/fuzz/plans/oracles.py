"""What is asked about a case, and who has to agree with whom.

  configurations   the corpus's, and one optimizer pass left out: the same rows as by default
  seeded N         likewise, with the steps of several tasks in the order that the seed N draws
  duckdb, sqlite   the same rows, and failure where the peer fails
  types            the columns' types are DuckDB's
  where, having, aggregate
                   ternary logic partitioning (Rigger and Su, OOPSLA 2020): the rows for which a
                   predicate is true, false and NULL are together the rows without it
  norec            counting WHERE p is counting the rows of which p, in the list, is true (Rigger
                   and Su, ESEC/FSE 2020): the second form leaves an optimizer nothing to push
"""

import dataclasses
import re

from scripts.sql_corpus import CONFIGURATIONS, SEEDED
from tests.fuzz.plans import compare
from tests.fuzz.plans.engines import Failure, SQLite, optimizer_passes
from tests.fuzz.plans.nodes import NOTHING, Node

PASSES = tuple(optimizer_passes())
VARIANTS = tuple(name for name in CONFIGURATIONS if name != "default") + tuple(
    f"without {name}" for name in PASSES)
CORPUS_VARIANTS = len(CONFIGURATIONS) - 1
SEEDS = 1_000_000
SPLITS = ("where", "having", "aggregate", "norec")

# Why DuckDB may fail where Doline answers: (what it says, the reason).
PEER_LIMITS = (
    (r"^Not implemented|Unimplemented|not supported|unsupported|not yet", "DuckDB has it not"),
    (r"INTERNAL Error|InternalException", "a fault of DuckDB's"),
    (r"non-inner join on subquery|correlated", "DuckDB takes no such correlation"),
    # A query over a view or common table that it serializes: it reads a repeated column as a repeated name.
    (r"^Serialization Error.*Duplicate named argument|did not return a BoundFunctionExpression", "a fault of DuckDB's"),
    # Lists BETWEEN lists, where that is not folded.
    (r"Invalid type for BETWEEN", "DuckDB has it not"),
    # docs/sql-differences.md: to us all rows lie on that side. Other integers are computed with as
    # BIGINT (functions.py), so that no other subtraction or addition is of these types.
    (r"Overflow in (subtraction|addition) of (UINT\d+|INT8|INT16|INT32) ", "a RANGE edge beyond its key's type"),
)
# Functions of a constant that is NULL have another type in DuckDB than functions of a column:
# date_part('dow', NULL::DATE) is a DOUBLE, and a field of a NULL struct has none.
CONSTANT_NULL = re.compile(r"CAST\(NULL AS |TRY_CAST\('|date_part\('\w+', (CASE|nullif|coalesce|least|greatest|\()")
NULL_TYPES = "types where a constant is NULL"
# SQLite has types and window bugs of its own: it counts where DuckDB does not contradict it.
SQLITE_ALONE = "SQLite against both others"
SQLITE_TOO_LONG = "SQLite takes too long"
# Chunks of two rows make every run of a sort and every page on disk small: more rows than this take minutes.
MOST_ROWS_IN_SMALL_CHUNKS = 5000
TOO_MANY_ROWS = "too many rows for small chunks"


@dataclasses.dataclass(frozen=True)
class Complaint:
    """kind groups complaints of one cause: two findings of one kind and one oracle may be the same.
    guilty: optimizer passes without which there is none."""

    oracle: str
    kind: str
    text: str
    guilty: tuple[str, ...] = ()


class Tally:
    """How often each oracle was asked, and what was not asked."""

    def __init__(self):
        self.counts = {}

    def add(self, name, number=1):
        self.counts[name] = self.counts.get(name, 0) + number


def ordered_by(node):
    """Places of the columns that the outermost ORDER BY names, the first first."""
    if not node.names or "order" not in node.names:
        return ()
    order = node.part("order")
    return tuple(int(member.kind) for member in order.parts[1].parts) if len(order.parts) == 2 else ()


def asked(case, random):
    """Names of the oracles for this case: all are too many for every one, and DuckDB takes as long
    as everything else together."""
    names = [random.choice(VARIANTS[:CORPUS_VARIANTS])]
    if random.random() < 0.5:
        names.append(random.choice(VARIANTS[CORPUS_VARIANTS:]))
    names += [f"{name} {random.randrange(1, SEEDS)}" for name in SEEDED]
    if case.kind != "query":
        return (case.kind, *names, "duckdb") if random.random() < 0.2 else (case.kind, *names)
    if random.random() < 0.7:
        names += ["duckdb", "types"]
    return tuple(names + ["sqlite"] if case.portable else names)


def counted_as(name):
    """Whatever its seed."""
    return name.split(" ")[0] if name.startswith("seeded") else name


def judge(case, names, engines, tally):
    """The first complaint of the oracles named, or None."""
    if case.kind != "query":
        return _judge_split(case, names, engines, tally)
    text, keys = str(case.node), ordered_by(case.node)
    base = engines.doline.answer(text)
    if isinstance(base, Failure) and base.code == "internal":
        return Complaint("default", _failure_kind(base), base.message)
    if isinstance(base, Failure) and base.code == "not_supported":
        tally.add("not supported")
        return None
    peer = None
    for name in names:
        if _takes_too_long(name, base):
            tally.add(TOO_MANY_ROWS)
            continue
        if name in ("duckdb", "types"):
            peer = peer or engines.duckdb.answer(text)
            told = _against_duckdb(base, peer, keys, tally) if name == "duckdb" else _types(base, peer, text, tally)
        elif name == "sqlite":
            told = _against_sqlite(base, engines.sqlite.answer(text), keys, tally)
            if told and not _against_duckdb(base, engines.duckdb.answer(text), keys, tally):
                tally.add(SQLITE_ALONE)
                told = None
        else:
            told = same(engines.doline.answer(text, name), base, keys)
        tally.add(counted_as(name))
        if told:
            kind, words = told
            guilty = guilty_passes(text, base, keys, engines) if name in ("unoptimized", "duckdb", "sqlite") else ()
            return Complaint(name, kind, words, guilty)
    return None


def same(left, right, keys=()):
    """(kind, text) of what differs between two answers of Doline's, or None."""
    if isinstance(left, Failure) or isinstance(right, Failure):
        if isinstance(left, Failure) and isinstance(right, Failure):
            if "internal" in (left.code, right.code):
                return "internal", f"{left.message}\nand\n{right.message}"
            return None
        failed = left if isinstance(left, Failure) else right
        return _failure_kind(failed), f"only one of them fails: {failed.message}"
    told = compare.difference(left.rows, right.rows, keys)
    return ("rows", told) if told else None


def guilty_passes(text, base, keys, engines):
    """Passes without which the default answer would be another."""
    return tuple(name for name in PASSES
                 if same(engines.doline.answer(text, f"without {name}"), base, keys))


def _failure_kind(failure):
    first = failure.message.strip().splitlines()[0]
    return re.sub(r"\"[^\"]*\"|'[^']*'|-?\d+", "…", first)[:160]


def _against_duckdb(base, peer, keys, tally):
    if isinstance(peer, Failure):
        for pattern, reason in PEER_LIMITS:
            if re.search(pattern, peer.message):
                tally.add(reason)
                return None
        if isinstance(base, Failure):
            tally.add("both fail")
            return None
        return "only DuckDB: " + _failure_kind(peer), f"DuckDB fails: {peer.message}"
    if isinstance(base, Failure):
        return "only Doline: " + _failure_kind(base), f"Doline fails: {base.message}"
    told = compare.difference(base.rows, peer.rows, keys)
    return ("rows", told) if told else None


def _takes_too_long(name, base):
    settings = SEEDED.get(name.split(" ")[0], CONFIGURATIONS.get(name, ()))
    return ("chunk_size=2" in settings and not isinstance(base, Failure) and
            len(base.rows) > MOST_ROWS_IN_SMALL_CHUNKS)


def _against_sqlite(base, peer, keys, tally):
    if peer == SQLite.TOO_LONG:
        tally.add(SQLITE_TOO_LONG)
        return None
    if isinstance(base, Failure) or isinstance(peer, Failure):
        if isinstance(base, Failure) and isinstance(peer, Failure):
            return None
        failed = base if isinstance(base, Failure) else peer
        who = "Doline" if failed is base else "SQLite"
        return f"only {who}: {_failure_kind(failed)}", f"{who} fails: {failed.message}"
    told = compare.difference(base.rows, peer.rows, keys)
    return ("rows", told) if told else None


def _types(base, peer, text, tally):
    if isinstance(base, Failure) or isinstance(peer, Failure):
        return None
    if CONSTANT_NULL.search(text):
        tally.add(NULL_TYPES)
        return None
    for number, (ours, theirs) in enumerate(zip(base.types, peer.types)):
        if type_name(theirs) == "null":  # what it folded to NULL
            tally.add(NULL_TYPES)
        elif type_name(ours) != type_name(theirs):
            text = f"column {number + 1} is {type_name(ours)}, not {type_name(theirs)}"
            return f"{type_name(ours)}, not {type_name(theirs)}", text
    return None


def type_name(arrow_type):
    """A name that both engines' exports share."""
    name = re.sub(r"large_|_view", "", str(arrow_type))
    name = re.sub(r"extension<arrow\.opaque[^>]*=hugeint[^>]*>", "decimal128(38, 0)", name)
    name = name.replace("extension<arrow.bool8>", "bool")
    return re.sub(r"list<\w*: ", "list<", name)


# ---- splits -------------------------------------------------------------------------------------

def _judge_split(case, names, engines, tally):
    whole, parts = split_texts(case)
    base = engines.doline.answer(parts)
    if isinstance(base, Failure) and base.code == "not_supported":
        tally.add("not supported")
        return None
    for name in names:
        if name == "duckdb":
            told = _against_duckdb(base, engines.duckdb.answer(parts), (), tally)
        else:
            told = same(base, engines.doline.answer(whole, "default" if name in SPLITS else name))
        tally.add(counted_as(name))
        if told:
            kind, words = told
            if name not in SPLITS:
                name = f"{case.kind}, {name}"
            return Complaint(name, kind, f"{words}\n{parts}")
    return None


def split_texts(case):
    """(the query whole, the query put together from its parts)."""
    query, predicate = case.node.part("query"), case.node.part("predicate")
    body = query.part("body")
    place, word = ("having", " HAVING ") if case.kind == "having" else ("where", " WHERE ")

    def with_condition(*condition):
        clause = Node((word, *condition)) if condition else NOTHING
        return str(query.with_part("body", body.with_part(place, clause)))

    if case.kind == "norec":
        source = body.part("from")
        return (with_condition(predicate),
                f"SELECT CAST(coalesce(sum(CASE WHEN {predicate} THEN 1 ELSE 0 END), 0) AS BIGINT) AS x0{source}")
    parts = " UNION ALL ".join(f"({part})" for part in (
        with_condition(predicate), with_condition("(NOT ", predicate, ")"),
        with_condition("(", predicate, ") IS NULL")))
    if case.kind != "aggregate":
        return with_condition(), parts
    combined = ", ".join(_combining(str(item), number) for number, item in enumerate(body.part("items").parts))
    return with_condition(), f"SELECT {combined} FROM ({parts})"


def _combining(item, number):
    """The aggregate that puts an item's parts together."""
    name = item.split("(")[0]
    if name == "count":
        return f"CAST(sum(x{number}) AS BIGINT)"
    return f"{name}(x{number})"
