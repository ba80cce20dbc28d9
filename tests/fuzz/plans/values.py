"""Kinds of values: which SQL types a kind has, and random literals of it.

A kind is coarser than a type: whatever is of one kind can be compared, unified and passed to the
same functions. Values are chosen so that answers are determined. Numbers that are computed with
are small, doubles are multiples of a quarter, so that sums are exact in any order; extreme values
have a kind of their own (`wide`), with which nothing is computed.
"""

import dataclasses
import datetime
from collections.abc import Callable

# Long and short texts (12 bytes lie inside a view), case, blanks, wildcards, other scripts.
WORDS = ("", "a", "b", "B", "ab", "abc", "Abc", "a_c", "a%c", " a", "a ", "0", "1", "12", "-7",
         "hello", "Hello World", "hello world and more", "exactly12byt", "exactly13byte",
         "zürich", "日本語", "naïve café", "x,y", "it's", 'say "hi"', "a\tb", "NULL",
         "the quick brown fox jumps over the lazy dog")
ENUM_WORDS = ("red", "green", "blue", "infrared", "ultraviolet light")
FIRST_DAY = datetime.date(2020, 1, 1)


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def _int(random):
    return str(random.choice((0, 1, 2, 3, random.randint(-9, 9), random.randint(0, 120))))


def _unsigned_small(random):
    return str(random.choice((0, 1, 2, 3, random.randint(0, 120))))


WIDE = {"BIGINT": (-2**63, 2**63 - 1), "HUGEINT": (-2**127, 2**127 - 1), "UBIGINT": (0, 2**64 - 1),
        "INTEGER": (-2**31, 2**31 - 1)}


def _double(random):
    return f"CAST({random.randint(-40, 400) / 4:.2f} AS DOUBLE)"


def _decimal(random):
    return f"{random.randint(-999, 99999) / 100:.2f}"


def _text(random):
    return quoted(random.choice(WORDS))


def _day(random):
    if random.random() < 0.1:
        return random.choice(("1582-10-15", "1969-12-31", "1970-01-01", "2000-02-29", "9990-12-31"))
    return str(FIRST_DAY + datetime.timedelta(random.randint(0, 60)))


def _clock(random):
    text = f"{random.randint(0, 23):02}:{random.choice((0, 0, 15, 59)):02}:{random.choice((0, 30, 59)):02}"
    return text + random.choice(("", "", ".5", ".123456"))


def _date(random):
    return f"DATE '{_day(random)}'"


def _timestamp(random):
    return f"TIMESTAMP '{_day(random)} {_clock(random)}'"


def _timestamptz(random):
    return f"TIMESTAMPTZ '{_day(random)} {_clock(random)}+00'"


def _time(random):
    return f"TIME '{_clock(random)}'"


def _interval(random):
    # None equals another that is written differently, as 30 days and a month would.
    unit = random.choice(("days", "hours", "months", "minutes", "years", "seconds"))
    return f"INTERVAL '{random.randint(-3, 20)} {unit}'"


def _blob(random):
    return random.choice((r"'\x00\x01'::BLOB", "''::BLOB", "'abc'::BLOB", r"'\xFF'::BLOB"))


def _uuid(random):
    return f"'00000000-0000-0000-{random.randint(0, 3):04}-{random.choice((0, 1, 0xFFFFFFFFFFFF)):012x}'::UUID"


def _enum(random):
    return f"{quoted(random.choice(ENUM_WORDS))}::{ENUM_TYPE}"


def _list_of(member, sql_type):
    def make(random):
        members = [member(random) if random.random() < 0.85 else "NULL"
                   for _ in range(random.choice((0, 1, 1, 2, 3, 5)))]
        return f"[{', '.join(members)}]::{sql_type}"
    return make


def _struct(random):
    first = _int(random) if random.random() < 0.85 else "NULL"
    second = _text(random) if random.random() < 0.85 else "NULL"
    return f"{{'a': {first}, 'b': {second}}}::{STRUCT_TYPE}"


def _map(random):
    keys = random.sample(("k", "l", "m", "a long key of a map"), random.choice((0, 1, 2, 3)))
    entries = ", ".join(f"{quoted(key)}: {_int(random)}" for key in keys)
    return f"MAP {{{entries}}}::{MAP_TYPE}"


def _array(random):
    return f"[{', '.join(_int(random) for _ in range(3))}]::{ARRAY_TYPE}"


def _json(random):
    return quoted(random.choice(('{"a":1}', '{"a":null,"b":[1,2]}', "[1,2,3]", "5", '"x"', "null",
                                 '{"a":{"b":"deep"}}', "true"))) + "::JSON"


SPECIAL_DOUBLES = ("'nan'::DOUBLE", "'inf'::DOUBLE", "'-inf'::DOUBLE")
ENUM_TYPE = f"ENUM({', '.join(quoted(word) for word in ENUM_WORDS)})"
STRUCT_TYPE = "STRUCT(a INTEGER, b VARCHAR)"
MAP_TYPE = "MAP(VARCHAR, INTEGER)"
ARRAY_TYPE = "INTEGER[3]"


@dataclasses.dataclass(frozen=True)
class Kind:
    """types: what a column may be declared as. literal(random): SQL text of a value.
    weight: how often columns have it. portable: SQLite has it too."""

    types: tuple[str, ...]
    literal: Callable
    weight: int = 2
    portable: bool = False


KINDS = {
    "int": Kind(("INTEGER", "INTEGER", "BIGINT", "SMALLINT", "TINYINT", "UTINYINT", "UINTEGER",
                 "UBIGINT", "USMALLINT", "HUGEINT"), _int, 16, True),
    "text": Kind(("VARCHAR",), _text, 9, True),
    "double": Kind(("DOUBLE", "DOUBLE", "FLOAT"), _double, 4, True),
    "bool": Kind(("BOOLEAN",), lambda random: random.choice(("true", "false")), 3),
    "wide": Kind(("BIGINT", "HUGEINT", "UBIGINT", "INTEGER"),
                 lambda random: str(random.choice(WIDE["INTEGER"])), 2),
    "decimal": Kind(("DECIMAL(9,2)", "DECIMAL(18,3)", "DECIMAL(38,4)", "DECIMAL(4,1)"), _decimal, 4),
    "date": Kind(("DATE",), _date, 4),
    "timestamp": Kind(("TIMESTAMP",), _timestamp, 3),
    "timestamptz": Kind(("TIMESTAMPTZ",), _timestamptz, 1),
    "time": Kind(("TIME",), _time, 1),
    "interval": Kind(("INTERVAL",), _interval, 1),
    "blob": Kind(("BLOB",), _blob, 1),
    "uuid": Kind(("UUID",), _uuid, 1),
    "enum": Kind((ENUM_TYPE,), _enum, 2),
    "ints": Kind(("INTEGER[]",), _list_of(_int, "INTEGER[]"), 2),
    "texts": Kind(("VARCHAR[]",), _list_of(_text, "VARCHAR[]"), 2),
    "struct": Kind((STRUCT_TYPE,), _struct, 2),
    "map": Kind((MAP_TYPE,), _map, 1),
    "array": Kind((ARRAY_TYPE,), _array, 1),
    "json": Kind(("JSON",), _json, 1),
    # What a division gives: determined in each row, though a sum of it is not.
    "ratio": Kind(("DOUBLE",), _double, 0),
}
COLUMN_KINDS = tuple(name for name, kind in KINDS.items() if kind.weight)
PORTABLE_KINDS = tuple(name for name, kind in KINDS.items() if kind.portable)
# Equality on these is worth joining and grouping by.
KEY_KINDS = ("int", "text", "date", "enum", "bool", "uuid", "timestamp", "decimal", "wide")


def value_of(random, kind, sql_type):
    """A literal for a column of this type."""
    if kind == "wide":
        low, high = WIDE[sql_type]
        return str(random.choice((low, low + 1, high, high - 1, 0, 1, random.randint(0, 3))))
    if kind == "int" and sql_type.startswith("U"):
        return _unsigned_small(random)
    if kind == "decimal" and sql_type == "DECIMAL(4,1)":
        return f"{random.randint(-999, 999) / 10:.1f}"
    return KINDS[kind].literal(random)


def literal_of(random, kind):
    """A literal that stands in a query: NULLs now and then, with the kind's type."""
    if random.random() < 0.06:
        return f"CAST(NULL AS {KINDS[kind].types[0]})"
    return KINDS[kind].literal(random)
