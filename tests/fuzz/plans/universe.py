"""Random tables: what they are declared as, their rows, and whether they lie in memory or in files.

A universe is plain data, so that the reducer can take rows, columns and tables away, and any
engine can be given the statements that make it.
"""

import dataclasses
import random as randomness

from tests.fuzz.plans import values

STORAGES = ("memory", "memory", "memory", "parquet", "csv", "json")
# Kinds that a text file gives back as they were written.
IN_TEXT_FILES = ("int", "text", "double", "bool", "decimal", "date", "timestamp", "wide")
# Parquet has no such types (they would come back as others), or not all of their values.
NOT_IN_FILES = ("enum", "array", "interval", "HUGEINT")


@dataclasses.dataclass(frozen=True)
class Column:
    name: str
    kind: str
    sql_type: str


@dataclasses.dataclass(frozen=True)
class Table:
    """rows: tuples of SQL literals, one for each column."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    storage: str = "memory"


@dataclasses.dataclass(frozen=True)
class Universe:
    """portable: SQLite can hold every table."""

    seed: int
    tables: tuple[Table, ...]
    portable: bool


def make(seed):
    """The universe of this seed. Every eighth has a table of several chunks."""
    random = randomness.Random(seed)
    portable = random.random() < 0.3
    tables = [_table(random, f"t{number}", portable) for number in range(random.randint(2, 5))]
    if random.random() < 0.12:
        tables.append(_long_table(random, portable))
    return Universe(seed, tuple(tables), portable)


def _table(random, name, portable):
    storage = "memory" if portable else random.choice(STORAGES)
    kinds = _kinds(random, portable, storage)
    columns = tuple(_column(random, number, kind, storage) for number, kind in enumerate(kinds))
    count = random.choice((0, 1, 2, 3, 5, 8, 8, 12, 12, 20, 20, 40))
    return Table(name, columns, _rows(random, columns, count, portable), storage)


def _long_table(random, portable):
    """More rows than two chunks hold, few columns, and of few values each."""
    kinds = random.choices(values.PORTABLE_KINDS if portable else ("int", "text", "date", "decimal"), k=3)
    storage = random.choice(("memory", "memory", "parquet")) if not portable else "memory"
    columns = tuple(_column(random, number, kind, storage) for number, kind in enumerate(kinds))
    count = random.randint(2000, 5000)
    return Table("long", columns, _rows(random, columns, count, portable), storage)


def _kinds(random, portable, storage):
    names = [name for name in values.COLUMN_KINDS
             if (not portable or values.KINDS[name].portable) and
             (storage == "memory" or name not in NOT_IN_FILES) and
             (storage in ("memory", "parquet") or name in IN_TEXT_FILES)]
    weights = [values.KINDS[name].weight for name in names]
    # The first two are what other tables are joined by.
    return ["int", random.choice(("int", "text"))] + random.choices(names, weights, k=random.randint(1, 5))


def _column(random, number, kind, storage):
    types = [sql_type for sql_type in values.KINDS[kind].types
             if storage == "memory" or sql_type not in NOT_IN_FILES]
    return Column(f"c{number}", kind, random.choice(types))


def _rows(random, columns, count, portable):
    """Columns are skewed, nearly unique, or constant, with NULLs seldom, often or always."""
    drawn = []
    for column in columns:
        pool = [_value(random, column, portable)
                for _ in range(random.choice((1, 3, max(1, count // 2), 2 * count + 1)))]
        nulls = random.choice((0, 0, 0.1, 0.3, 1.0 if random.random() < 0.1 else 0.1))
        skew = random.choice((0, 0, 0.8))
        drawn.append(["NULL" if random.random() < nulls else
                      pool[0] if random.random() < skew else random.choice(pool)
                      for _ in range(count)])
    rows = list(zip(*drawn))
    if rows and random.random() < 0.3:  # whole rows twice
        rows += random.choices(rows, k=max(1, len(rows) // 4))
    return tuple(rows)


def _value(random, column, portable):
    if column.kind == "double" and not portable and random.random() < 0.04:
        return random.choice(values.SPECIAL_DOUBLES)
    return values.value_of(random, column.kind, column.sql_type)


# ---- statements ---------------------------------------------------------------------------------

INSERT_ROWS = 500


def statements(table, folder):
    """What makes the table in an engine that is to read it from `folder` if it lies in a file."""
    if table.storage == "memory":
        return memory_statements(table)
    return [f"CREATE VIEW {table.name} AS SELECT * FROM {_reading(table, path_of(table, folder))}"]


def writing_statements(table, folder):
    """What writes the table's file, and leaves nothing else."""
    options = {"parquet": "(FORMAT parquet)", "csv": "(FORMAT csv, HEADER, NULLSTR '\\N')",
               "json": "(FORMAT json)"}[table.storage]
    return [*memory_statements(table), f"COPY {table.name} TO '{path_of(table, folder)}' {options}",
            f"DROP TABLE {table.name}"]


def path_of(table, folder):
    return f"{folder}/{table.name}.{table.storage}"


def memory_statements(table):
    declared = ", ".join(f"{column.name} {column.sql_type}" for column in table.columns)
    made = [f"CREATE TABLE {table.name}({declared})"]
    for begin in range(0, len(table.rows), INSERT_ROWS):
        rows = ", ".join(f"({', '.join(row)})" for row in table.rows[begin:begin + INSERT_ROWS])
        made.append(f"INSERT INTO {table.name} VALUES {rows}")
    return made


def _reading(table, path):
    types = ", ".join(f"{values.quoted(column.name)}: {values.quoted(column.sql_type)}"
                      for column in table.columns)
    return {"parquet": f"read_parquet('{path}')",
            "csv": f"read_csv('{path}', header = true, nullstr = '\\N', columns = {{{types}}})",
            "json": f"read_json('{path}', format = 'newline_delimited', columns = {{{types}}})",
            }[table.storage]
