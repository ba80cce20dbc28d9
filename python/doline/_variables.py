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
        table = _sessions.TableHandle(stream_of(as_table(found[0])), "variable", database, session)
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
        if is_table(value) or _is_list_of_rows(value):
            return (value,)
        if value is None or os.path.exists(name) or callable(value):
            continue
        raise errors.error(
            errors.TableNotFound,
            f'no table "{name}", and the variable {name} is of type {type(value).__name__}, which is no '
            "table",
            "a pandas, Polars or Arrow frame, a NumPy array, a dict of columns or a list of dicts is")
    if variables is None and name.isidentifier() and not os.path.exists(name):
        _tell_of_hidden(name, frame)
    return None


def _tell_of_hidden(name, frame):
    """An error where a function around, or one that called, has a table of that name, which a function
    only sees if it uses it itself."""
    inner, outer = frame.f_code.co_name, frame.f_back
    while outer is not None:
        if name in outer.f_locals and is_table(outer.f_locals[name]):
            raise errors.error(
                errors.TableNotFound,
                f'no table "{name}"; the variable {name} of {outer.f_code.co_name} is not seen in {inner}',
                f"use {name} in {inner}, as by doline.register({name!r}, {name}), or pass it to {inner}")
        outer = outer.f_back


def _is_list_of_rows(value):
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)


def as_table(value):
    """A variable's value, or a parameter's, as what :func:`doline.interchange.stream_of` takes."""
    if _is_list_of_rows(value):
        from doline.data_frame import DataFrame

        return DataFrame(value)
    return value
