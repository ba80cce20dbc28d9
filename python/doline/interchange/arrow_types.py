"""Types and schemas as Arrow has them, in and out, by the ``__arrow_c_schema__`` of its protocol."""

from doline import _engine, _sessions


def capsule_of_schema(schema):
    """Arrow's schema of named types.

    Parameters
    ----------
    schema : dict
        Data types by name.

    Returns
    -------
    capsule
        ``arrow_schema``, of a struct.
    """
    from doline import _nodes as n, datatypes
    from doline.expr import build as b

    if not schema:
        return _engine.Table.of_columns([], []).__arrow_c_schema__()
    # NULL is of a type that is called so, to which nothing is cast.
    items = [b.named(b.NULL if dtype == datatypes.Null else b.cast(b.NULL, datatypes.as_dtype(dtype)),
                     name or b.UNNAMED) for name, dtype in schema.items()]
    query = n.select(items)
    prepared = _sessions.current().prepare(n.statement_message(n.select_statement(query)))
    return prepared.__arrow_c_schema__()


def capsule_of_type(dtype):
    """Arrow's schema of one type, which has no name."""
    return _engine.column_schema(capsule_of_schema({"": dtype}))


def types_of(thing):
    """Names and types of what speaks Arrow, as Doline has them.

    Parameters
    ----------
    thing : object
        With ``__arrow_c_schema__``, or a capsule of a schema: of a struct, or else of one column.

    Returns
    -------
    list of (str, data type)

    Raises
    ------
    doline.errors.NotSupported
        For types without a twin here, such as unions.

    Examples
    --------
    >>> import pyarrow
    >>> from doline.interchange.arrow_types import types_of
    >>> types_of(pyarrow.schema({"a": pyarrow.int8(), "b": pyarrow.large_string()}))
    [('a', Int8), ('b', String)]
    """
    from doline.making import _stored

    table = _engine.Table.of_schema(thing)
    names = [field[0] for field in _engine.arrow_field(table)[4]]
    if not names:
        return []
    unique = table.renamed([f"c{i}" for i in range(len(names))])
    return list(zip(names, _stored(unique).types.values()))
