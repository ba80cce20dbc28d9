"""The engines that are asked: Doline in every configuration of the corpus, DuckDB, SQLite.

An answer is a list of rows of Python values, or a Failure. Doline's configurations are sessions
beside each other, each with its settings, over the same tables.
"""

import contextlib
import dataclasses
import math
import pathlib
import re
import sqlite3
import time
import warnings

import duckdb
import pyarrow as pa

from scripts.sql_corpus import CONFIGURATIONS, SEEDED
from tests.conformance import c_abi
from tests.fuzz.plans import universe

TOP = pathlib.Path(__file__).resolve().parent.parent.parent.parent
FIXED = ("SET TimeZone = 'UTC'", "SET memory_limit = '1GB'")


@dataclasses.dataclass(frozen=True)
class Answer:
    """types: the columns' Arrow types, None where the engine has no types."""

    rows: list[tuple]
    types: tuple | None = None


@dataclasses.dataclass(frozen=True)
class Failure:
    """code: Doline's error code, or the class of DuckDB's exception."""

    code: str
    message: str


def settings_of(configuration):
    """By its name in CONFIGURATIONS, or "without PASS", or "seeded N": one of SEEDED with the seed N."""
    if configuration in CONFIGURATIONS:
        return CONFIGURATIONS[configuration]
    name, _, of = configuration.partition(" ")
    if name == "without":
        return [f"disabled_optimizers={of}"]
    return [setting for setting in SEEDED[name] if not setting.startswith("scheduling_seed=")] + [
        f"scheduling_seed={of}"]


def setting_statements(settings):
    pairs = (setting.split("=", 1) for setting in settings)
    return [f"SET {name} = '{value}'" for name, value in pairs]


def optimizer_passes():
    """Names that disabled_optimizers takes, as the optimizer's table lists them."""
    text = (TOP / "src" / "optimizer" / "optimizer.cpp").read_text()
    table = re.search(r"kPasses\[\] = \{(.*?)\n\};", text, re.DOTALL)[1]
    return ["constant_folding", "filter_order"] + re.findall(r'\{"(\w+)"', table)


def _rows(table):
    columns = [_values(column) for column in table.columns]
    return list(zip(*columns)) if columns else [()] * table.num_rows


def _values(column):
    if "type_name=hugeint" not in str(column.type):
        return column.to_pylist()
    return [_with_integers(value, column.type) for value in column.to_pylist()]


def _with_integers(value, arrow_type):
    """DuckDB's HUGEINTs come as sixteen bytes, within lists and structs too."""
    if value is None or "type_name=hugeint" not in str(arrow_type):
        return value
    if pa.types.is_struct(arrow_type):
        return {field.name: _with_integers(value[field.name], field.type) for field in arrow_type}
    if pa.types.is_map(arrow_type):
        return [(_with_integers(key, arrow_type.key_type), _with_integers(item, arrow_type.item_type))
                for key, item in value]
    if pa.types.is_nested(arrow_type):
        return [_with_integers(member, arrow_type.value_type) for member in value]
    return int.from_bytes(value, "little", signed=True)


class Doline:
    """One database; `answer` runs a text in the session of a configuration."""

    def __init__(self, library, threads=1):
        self.library = library
        self.threads = threads
        self.base = c_abi.Session(library)
        for statement in FIXED:
            self.base.execute(statement)
        self.sessions = {}
        self.session("default")

    def session(self, configuration):
        """With its settings_of. Those that differ in their seeds share one."""
        statements = setting_statements(settings_of(configuration))
        name = configuration.split(" ")[0] if configuration.startswith("seeded") else configuration
        if name not in self.sessions:
            self.sessions[name] = c_abi.Session(self.library, beside=self.base)
            statements = [*FIXED, f"SET threads = {self.threads}", *statements]
        elif name == configuration:
            statements = []
        for statement in statements:
            self.sessions[name].execute(statement)
        if statements:  # the threads are the process's
            self.base.execute(f"SET threads = {self.threads}")
        return self.sessions[name]

    def execute(self, statements):
        for statement in statements:
            self.base.execute(statement)

    def answer(self, text, configuration="default"):
        try:
            return self._fetched(self.session(configuration), text)
        except c_abi.Failure as failure:
            return Failure(failure.code, str(failure))

    @staticmethod
    def _fetched(session, text):
        query = session.start(text)
        try:
            schema = query.schema()
            batches = list(iter(lambda: query.next(schema), None))
        finally:
            query.free()
        return Answer(_rows(pa.Table.from_batches(batches, schema)), tuple(schema.types))

    def close(self):
        for session in self.sessions.values():
            session.close()
        self.base.close()


class DuckDB:
    def __init__(self):
        self.connection = duckdb.connect(config={"threads": "1"})
        # A HUGEINT would be exported as a double.
        for statement in (*FIXED, "SET order_by_non_integer_literal = true", "SET arrow_lossless_conversion = true"):
            self.connection.execute(statement)

    def execute(self, statements):
        for statement in statements:
            self.connection.execute(statement)

    def answer(self, text):
        try:
            with warnings.catch_warnings():
                # A relation would spare a copy of a few rows, and bind the query twice.
                warnings.filterwarnings("ignore", message="Arrow output on a DB-API result")
                table = self.connection.execute(text).to_arrow_table()
        except duckdb.Error as error:
            return Failure(type(error).__name__, str(error))
        return Answer(_rows(table), tuple(table.schema.types))

    def close(self):
        self.connection.close()


class SQLite:
    """For portable universes only. It joins by nested loops: what takes it long, it need not answer."""

    SECONDS = 10
    STEPS_BETWEEN_LOOKS = 1_000_000
    TOO_LONG = Failure("OperationalError", "interrupted")

    def __init__(self):
        self.connection = sqlite3.connect(":memory:")
        self.connection.execute("PRAGMA case_sensitive_like = ON")
        self.connection.set_progress_handler(lambda: time.monotonic() > self.until, self.STEPS_BETWEEN_LOOKS)
        self.until = math.inf

    def execute(self, statements):
        for statement in statements:
            self.connection.execute(statement)

    def answer(self, text):
        self.until = time.monotonic() + self.SECONDS
        try:
            return Answer(self.connection.execute(text).fetchall())
        except (sqlite3.Error, OverflowError) as error:
            return Failure(type(error).__name__, str(error))
        finally:
            self.until = math.inf

    def close(self):
        self.connection.close()


class Engines:
    """All three with the tables of one universe, made once; `folder` receives the files."""

    def __init__(self, library, of, folder, threads=1):
        self.doline, self.duckdb, self.sqlite = Doline(library, threads), DuckDB(), None
        with contextlib.ExitStack() as undo:
            undo.callback(self.close)
            if of.portable:
                self.sqlite = SQLite()
            for table in of.tables:
                if table.storage != "memory":
                    self.duckdb.execute(universe.writing_statements(table, folder))
                made = universe.statements(table, folder)
                self.doline.execute(made)
                self.duckdb.execute(made)
                if self.sqlite:
                    self.sqlite.execute(universe.memory_statements(table))
            undo.pop_all()

    def close(self):
        for engine in (self.doline, self.duckdb, self.sqlite):
            if engine:
                engine.close()
