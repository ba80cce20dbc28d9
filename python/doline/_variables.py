"""Variables of the caller that a statement names as tables."""

import os
import sys

from doline import _sessions, errors
from doline.interchange import is_table, stream_of


def supply(database, session, statement, depth, variables=None):
    """Makes the variables that a statement names, and its database does not have, tables of its own.

    A real table of that name is never shadowed. Each use has a private name, so that threads with
    variables of the same name do not disturb each other.

    Parameters
    ----------
    database : doline._sessions.Database
    session : doline._engine.Session
        Of that database.
    statement : doline._engine.Prepared
        Changed to read the private names.
    depth : int
        How many frames up the caller is.
    variables : dict, optional
        Where to look instead of the caller's variables.

    Returns
    -------
    list of doline._sessions.TableHandle
        What keeps the tables; the statement can be run as long as they are there.

    Raises
    ------
    doline.errors.TableNotFound
        Where a variable of that name is no table.
    """
    kept = []
    for name in statement.missing_tables():
        found = _look_up(name, depth + 1, variables)
        if found is None:
            continue
        table = _sessions.TableHandle(stream_of(found[0]), "variable", database, session)
        statement.replace_table(name, table.name)
        kept.append(table)
    return kept


def _look_up(name, depth, variables):
    """The variable as a tuple of one; None where there is none, or where a file is meant."""
    if variables is None:
        frame = sys._getframe(depth + 1)
        scopes = (frame.f_locals, frame.f_globals)
    else:
        scopes = (variables,)
    for scope in scopes:
        if name not in scope:
            continue
        value = scope[name]
        if is_table(value):
            return (value,)
        if value is None or os.path.exists(name) or callable(value):
            continue
        raise errors.error(
            errors.TableNotFound,
            f'no table "{name}", and the variable {name} is of type {type(value).__name__}, which is no '
            "table",
            "a pandas, Polars or Arrow frame, a NumPy array or a dict of columns is")
    return None
