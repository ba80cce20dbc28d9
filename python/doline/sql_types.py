"""What the columns of a result are called in SQL, and what DB-API 2.0 makes of that."""

_PLAIN = {
    "n": "NULL", "b": "BOOLEAN", "c": "TINYINT", "s": "SMALLINT", "i": "INTEGER", "l": "BIGINT",
    "C": "UTINYINT", "S": "USMALLINT", "I": "UINTEGER", "L": "UBIGINT", "f": "FLOAT", "g": "DOUBLE",
    "u": "VARCHAR", "U": "VARCHAR", "z": "BLOB", "Z": "BLOB", "tdD": "DATE", "ttu": "TIME",
    "tss:": "TIMESTAMP_S", "tsm:": "TIMESTAMP_MS", "tsu:": "TIMESTAMP", "tsn:": "TIMESTAMP_NS",
    "tin": "INTERVAL", "tDu": "DURATION",
}


def sql_type(field):
    """The SQL name of a column's type.

    Parameters
    ----------
    field : tuple
        Of :func:`doline._engine.arrow_field`.

    Returns
    -------
    str

    Examples
    --------
    >>> from doline.sql_types import sql_type
    >>> sql_type(("price", "d:10,2", True, {}, (), None))
    'DECIMAL(10,2)'
    """
    _, arrow, _, metadata, children, dictionary = field
    said = metadata.get("doline.type")
    if said:
        return said
    extension = metadata.get("ARROW:extension:name")
    if extension in ("arrow.uuid", "arrow.json"):
        return extension[6:].upper()
    if dictionary is not None:
        return "ENUM"
    if arrow in _PLAIN:
        return _PLAIN[arrow]
    if arrow.startswith("d:"):
        return f"DECIMAL({arrow[2:]})"
    if arrow.startswith("ts"):
        return "TIMESTAMP WITH TIME ZONE"
    if arrow in ("+l", "+L"):
        return f"{sql_type(children[0])}[]"
    if arrow.startswith("+w:"):
        return f"{sql_type(children[0])}[{arrow[3:]}]"
    if arrow == "+s":
        return f"STRUCT({', '.join(f'{_quoted(child[0])} {sql_type(child)}' for child in children)})"
    if arrow == "+m":
        key, value = children[0][4]
        return f"MAP({sql_type(key)}, {sql_type(value)})"
    return arrow


def zoned_sql(zone):
    """The SQL type of instants that a zone shows.

    Examples
    --------
    >>> from doline.sql_types import zoned_sql
    >>> zoned_sql("Europe/Paris")
    "TIMESTAMPTZ('Europe/Paris')"
    """
    return "TIMESTAMP WITH TIME ZONE" if zone in ("UTC", "*") else f"TIMESTAMPTZ('{zone}')"


def _quoted(name):
    """A field's name as types are written: in quotes where it is no plain word."""
    if name.isascii() and name.isidentifier():
        return name
    return '"' + name.replace('"', '""') + '"'


def columns_of(schema):
    """Names and SQL types of what has ``__arrow_c_schema__``, as pairs."""
    from doline import _engine

    return [(field[0], sql_type(field)) for field in _engine.arrow_field(schema)[4]]
