"""The rows of a query in other types: those that who reads them asked for, or can read."""

from doline import errors
from doline.interchange.arrow_types import types_of

_VIEWS = ("vu", "vz")


def requested(rows, schema):
    """Runs the query of `rows` so that its columns are of the types that a consumer asks for.

    Parameters
    ----------
    rows : doline._rows.Rows
    schema : capsule
        ``arrow_schema``. Columns are those of the same places, whatever their names.

    Returns
    -------
    doline._engine.Query
        A column whose type has no cast to the one asked for keeps its own: who asks has to look.

    Raises
    ------
    doline.errors.InvalidArgument
        For another number of columns.
    """
    from doline import _engine

    asked = _engine.Table.of_schema(schema)
    fields = _engine.arrow_field(asked)[4]
    wanted = [dtype for _, dtype in types_of(asked)]
    query = recast(rows, wanted)
    if any(has_format(field, _VIEWS) for field in fields):
        query.use_text_views()
    return query


def recast(rows, wanted):
    """Runs the query of `rows` with its columns cast, as far as there is a cast.

    Parameters
    ----------
    rows : doline._rows.Rows or doline._engine.Query
    wanted : list of data type or callable
        One a column, or what gives one for a column's own type.

    Returns
    -------
    doline._engine.Query
    """
    lazy, names = _lazy(rows)
    known = list(lazy.types.items())
    if callable(wanted):
        wanted = [wanted(dtype) for _, dtype in known]
    if len(known) != len(wanted):
        raise errors.error(errors.InvalidArgument,
                           f"a schema of {len(wanted)} columns was asked for; there are {len(known)}",
                           "ask for one type a column")
    casts = {place: dtype for place, (dtype, (_, own)) in enumerate(zip(wanted, known))
             if dtype != own and _is_cast(lazy, known[place][0], dtype)}
    if not casts:
        return lazy._run()
    return _cast(lazy, [name for name, _ in known], names, casts)._run()


def _lazy(rows):
    """The rows as a query that another one can read, and what its columns are called."""
    lazy = getattr(rows, "_lazy", rows)
    if hasattr(lazy, "_query"):
        return lazy, None
    from doline import _engine
    from doline.making import _stored

    # Of whatever statement, which is not to run twice.
    table = _engine.Table.collect(rows._start() if hasattr(rows, "_start") else rows)
    names = [field[0] for field in _engine.arrow_field(table)[4]]
    return _stored(table.renamed([f"c{i}" for i in range(len(names))])), names


def _cast(lazy, columns, names, casts):
    from doline.expr import build as b

    items = []
    for place, column in enumerate(columns):
        value = b.column(column or b.UNNAMED)
        value = b.cast(value, casts[place]) if place in casts else value
        items.append(b.named(value, (names or columns)[place] or b.UNNAMED))
    return lazy._next(b.select_from(lazy._query, items), None)


def _is_cast(lazy, name, dtype):
    try:
        _cast(lazy, [name], None, {0: dtype}).types
    except errors.TypeMismatch:
        return False
    return True


def has_format(field, formats):
    """Whether a field of :func:`doline._engine.arrow_field`, or one inside it, is of such a format."""
    return field[1] in formats or any(has_format(child, formats) for child in field[4])
