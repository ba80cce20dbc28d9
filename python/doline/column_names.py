"""What is wrong with a name of a column."""

from __future__ import annotations

from .errors import AlreadyExists, ColumnNotFound, NotSupported, error


def no_column(name, names):
    """The error for a name that no column has."""
    import difflib
    import re
    near = difflib.get_close_matches(name, names, 1)
    if near:
        hint = f'did you mean "{near[0]}"?'
    elif re.search(r"[-+*/<>=(]", name):
        hint = f"dl.sql_expr({name!r}) is an expression of SQL"
    else:
        hint = f"the columns are {', '.join(names[:20])}"
    return error(ColumnNotFound, f'no column "{name}"', hint)


def refuse_case(names):
    """The error for names that two columns have: they are told apart without regard to case, as in SQL."""
    seen = {}
    for name in names:
        is_first = name.lower() not in seen
        other = seen.setdefault(name.lower(), name)
        if not is_first and other == name:
            raise error(AlreadyExists, f'two columns are called "{name}"', "rename one of them")
        if not is_first:
            raise error(NotSupported, f'columns "{other}" and "{name}" differ in case alone',
                        "rename one of them")
