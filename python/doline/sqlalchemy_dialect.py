"""A dialect of SQLAlchemy: ``create_engine("doline://")``, and what pandas makes of that.

``doline://`` is a new database in memory, which the engine's connections share; ``doline:///:default:``
is the process's, which ``doline.sql`` uses. Keys and indexes are not there yet: a table with a primary
key is refused by the engine, and an index that is not unique is left out, since it changes no result.

Examples
--------
>>> import sqlalchemy
>>> from sqlalchemy.dialects import registry
>>> registry.register("doline", "doline.sqlalchemy_dialect", "DolineDialect")
>>> engine = sqlalchemy.create_engine("doline://")
>>> with engine.connect() as connection:
...     connection.execute(sqlalchemy.text("SELECT :n + 1"), {"n": 41}).scalar()
42
"""

from sqlalchemy import exc, types
from sqlalchemy.engine import default, reflection
from sqlalchemy.pool import SingletonThreadPool
from sqlalchemy.sql import compiler

from doline import _sessions, errors
from doline.connection import Connection

_TYPES = {
    "BOOLEAN": types.Boolean, "TINYINT": types.SmallInteger, "SMALLINT": types.SmallInteger,
    "INTEGER": types.Integer, "BIGINT": types.BigInteger, "UTINYINT": types.SmallInteger,
    "USMALLINT": types.Integer, "UINTEGER": types.BigInteger, "UBIGINT": types.Numeric(20, 0),
    "HUGEINT": types.Numeric(38, 0), "FLOAT": types.REAL, "DOUBLE": types.Double, "VARCHAR": types.String,
    "BLOB": types.LargeBinary, "DATE": types.Date, "TIME": types.Time, "TIMESTAMP": types.DateTime,
    "TIMESTAMP_S": types.DateTime, "TIMESTAMP_MS": types.DateTime, "TIMESTAMP_NS": types.DateTime,
    "TIMESTAMP WITH TIME ZONE": types.DateTime(timezone=True), "TIMESTAMPTZ": types.DateTime(timezone=True),
    "INTERVAL": types.Interval, "UUID": types.Uuid, "JSON": types.JSON, "ENUM": types.String,
    "ENUM ORDERED": types.String,
}


class DolineTypeCompiler(compiler.GenericTypeCompiler):
    """Types as the engine writes them."""

    def visit_DATETIME(self, type_, **options):
        return "TIMESTAMP WITH TIME ZONE" if type_.timezone else "TIMESTAMP"

    visit_TIMESTAMP = visit_DATETIME

    def visit_FLOAT(self, type_, **options):
        return "DOUBLE" if type_.precision is None or type_.precision > 24 else "FLOAT"

    def visit_JSON(self, type_, **options):
        """JSON, which generic SQL does not know."""
        return "JSON"

    def visit_large_binary(self, type_, **options):
        return "BLOB"

    def visit_UUID(self, type_, **options):
        return "UUID"


class DolineDDLCompiler(compiler.DDLCompiler):
    """CREATE statements without what the engine does not have."""

    def visit_create_index(self, create, **options):
        if create.element.unique:
            raise exc.CompileError("a unique index is a constraint, which Doline does not hold yet")
        return "SELECT 1 WHERE false"

    def visit_drop_index(self, drop, **options):
        return "SELECT 1 WHERE false"


class DolineDialect(default.DefaultDialect):
    """What SQLAlchemy has to know of Doline."""

    name = driver = "doline"
    default_paramstyle = "qmark"
    ddl_compiler = DolineDDLCompiler
    type_compiler_cls = DolineTypeCompiler
    supports_statement_cache = True
    supports_native_boolean = True
    supports_native_decimal = True
    supports_native_uuid = True
    supports_multivalues_insert = True
    supports_default_values = True
    supports_alter = False
    supports_sane_multi_rowcount = False
    insert_returning = update_returning = delete_returning = True
    postfetch_lastrowid = False
    default_schema_name = "main"
    max_identifier_length = 10_000

    @classmethod
    def import_dbapi(cls):
        from doline import dbapi

        return dbapi

    @classmethod
    def get_pool_class(cls, url):
        return SingletonThreadPool

    def create_connect_args(self, url):
        return [url.database or ":memory:"], dict(url.query)

    def connect(self, database, **options):
        if database == ":default:":
            shared = _sessions.database()
        else:
            if not hasattr(self, "_database"):
                self._database = _sessions.Database(database)
            shared = self._database
        return Connection(shared, autocommit=False)

    def do_rollback(self, dbapi_connection):
        dbapi_connection.rollback()

    def do_close(self, dbapi_connection):
        dbapi_connection.close()

    def get_default_isolation_level(self, dbapi_conn):
        return "SNAPSHOT"

    def _get_server_version_info(self, connection):
        from doline._engine import version

        return tuple(int(part) for part in version.split("."))

    def is_disconnect(self, error, connection, cursor):
        return isinstance(error, errors.ProgrammingError) and "is closed" in str(error)

    # ---- what there is

    @reflection.cache
    def get_schema_names(self, connection, **options):
        return ["main"]

    @reflection.cache
    def get_table_names(self, connection, schema=None, **options):
        return self._names(connection, "BASE TABLE")

    @reflection.cache
    def get_view_names(self, connection, schema=None, **options):
        return self._names(connection, "VIEW")

    def _names(self, connection, kind):
        rows = connection.exec_driver_sql(
            "SELECT table_name FROM information_schema.tables WHERE table_type = ? "
            "AND table_name NOT LIKE '\\_\\_doline\\_%' ESCAPE '\\' ORDER BY 1", (kind,))
        return [row[0] for row in rows]

    def has_table(self, connection, table_name, schema=None, **options):
        rows = connection.exec_driver_sql(
            "SELECT 1 FROM information_schema.tables WHERE lower(table_name) = lower(?)", (table_name,))
        return rows.first() is not None

    @reflection.cache
    def get_columns(self, connection, table_name, schema=None, **options):
        rows = connection.exec_driver_sql(
            "SELECT column_name, data_type, is_nullable, column_default FROM information_schema.columns "
            "WHERE lower(table_name) = lower(?) ORDER BY ordinal_position", (table_name,)).fetchall()
        if not rows:
            raise exc.NoSuchTableError(table_name)
        return [{"name": name, "type": _type_of(kind), "nullable": nullable == "YES", "default": value,
                 "autoincrement": False} for name, kind, nullable, value in rows]

    def get_pk_constraint(self, connection, table_name, schema=None, **options):
        return {"constrained_columns": [], "name": None}

    def get_foreign_keys(self, connection, table_name, schema=None, **options):
        return []

    def get_indexes(self, connection, table_name, schema=None, **options):
        return []

    def get_unique_constraints(self, connection, table_name, schema=None, **options):
        return []


def _type_of(name):
    if name.endswith("]"):  # a list or an array
        return types.NullType()
    if name.startswith("DECIMAL("):
        precision, scale = name[8:-1].split(",")
        return types.Numeric(int(precision), int(scale))
    found = _TYPES.get(name.partition("(")[0], types.NullType)
    return found() if isinstance(found, type) else found
