"""Python functions in queries: a value a row, arrays of many rows, values of groups, whole tables."""

from __future__ import annotations

import inspect

from doline import _sessions, errors, function_calls, function_types
from doline.function_workers import InWorkers
from doline.table_calls import Table

# doline.h's doline_function_kind and doline_function_flags
_SCALAR, _AGGREGATE, _TABLE = 0, 1, 2
_SEES_NULLS, _DETERMINISTIC = 1, 2

_KINDS = ("scalar", "vectorized", "aggregate", "table")
_VALUES = ("python", "arrow", "numpy", "series")


def create_function(name, function, parameters=None, returns=None, **options):
    """Makes a Python function known to SQL, in the process's database.

    Parameters
    ----------
    name : str
        By which SQL calls it, in any case. Doline's own functions are never hidden.
    function : callable or class
        A class is made an object of by each thread that calls it, once: what it loads stays loaded.
        Its ``__call__`` is the function; for an aggregate ``update(*arrays)`` and ``finish()`` are.
    parameters : sequence of types, optional
        SQL types in quotes, ``int``, ``list[str]``, data types of Doline, NumPy, Polars or PyArrow. Left
        out: what the function's hints say; a parameter without one takes anything.
    returns : type, optional
        Likewise. Of a table function a dict of columns.

    Other Parameters
    ----------------
    kind : {"scalar", "vectorized", "aggregate", "table"}, optional
        ``"scalar"``: called with the values of each row. ``"vectorized"``: with arrays of up to 65,536
        rows, and returns an array of as many. ``"aggregate"``: with an array of each argument's values
        in a group, and returns a value. ``"table"``: stands in FROM, is called once, and returns or
        yields rows. Left out: a generator function is ``"table"``, a class with ``update`` and
        ``finish`` ``"aggregate"``, where `values` are arrays ``"vectorized"``, and others ``"scalar"``.
    values : {"arrow", "numpy", "series", "python"}, optional
        What the arrays are: PyArrow's (the default, where PyArrow is installed), NumPy's (masked where
        there are NULLs), Doline's series (else), or lists.
    null_handling : {"default", "special"}
        By default the function sees no NULL: a row that has one gives NULL, an aggregate leaves such
        rows out and is NULL over none. ``"special"``: it sees all there is.
    exception_handling : {"default", "return_null"}
        Whether an exception ends the query, or gives NULL; the latter of ``"scalar"`` only, as
        ``TRY(f(x))`` does it for all.
    deterministic : bool
        Whether it gives the same for the same arguments and does nothing besides. Only then may a query
        call it less often than once a row.
    arguments, keywords : tuple, dict, optional
        What a class is made with.
    workers : int, optional
        Calls it in so many processes of their own, in place of the engine's threads: what holds
        Python's lock then runs at the same time, and a crash ends the query, not the program. Needs
        loky and PyArrow. A class is made an object of once in each process.

    Raises
    ------
    doline.errors.AlreadyExists
        Where the name is taken.
    doline.errors.TypeMismatch
        Where a type is none, or not known.

    Notes
    -----
    DuckDB's names are known as well: `return_type`, ``type="arrow"`` and ``type="native"``, and
    ``side_effects=False``, which declares a function deterministic.

    A query ends with :class:`doline.errors.FunctionFailed` where the function raises, whose
    ``__cause__`` is what it raised; and where it returns what it did not promise: another number of
    values, other types (numbers of another width are taken where they fit; nothing is rounded).

    Functions are called by several threads, one at a time for Python's own lock (GIL); in a Python
    without it at the same time. They may ask the database through ``doline.sql`` and frames, or a
    connection of their own, not through the one whose query calls them.

    Examples
    --------
    >>> import doline
    >>> def celsius(fahrenheit: float) -> float:
    ...     return (fahrenheit - 32) / 1.8
    >>> doline.create_function("celsius", celsius)
    >>> doline.sql("SELECT celsius(212)").fetchall()
    [(100.0,)]
    >>> doline.remove_function("celsius")

    Arrays of many rows at a time are faster by far:

    >>> import numpy
    >>> doline.create_function("hypotenuse", numpy.hypot, [float, float], float, values="numpy")
    >>> doline.sql("SELECT hypotenuse(3, 4), hypotenuse(NULL, 4)").fetchall()
    [(5.0, None)]
    >>> doline.remove_function("hypotenuse")
    """
    _create_in(_sessions.current(), name, function, parameters, returns, **options)


def remove_function(name):
    """Forgets a function of :func:`create_function`; queries that call it go on.

    Parameters
    ----------
    name : str

    Raises
    ------
    doline.errors.FunctionNotFound
        Where there is none.

    Examples
    --------
    >>> dl.create_function("shout", lambda text: text.upper() + "!", [str], str)
    >>> dl.remove_function("shout")
    """
    _sessions.current().drop_function(name)


def _create_in(session, name, function, parameters=None, returns=None, *, kind=None, values=None,
              null_handling="default", exception_handling="default", deterministic=None,
              arguments=(), keywords=None, workers=None, return_type=None, type=None, side_effects=None):
    """What :func:`create_function` does, in a session's database."""
    if not callable(function):
        raise errors.error(errors.TypeMismatch, f"{name}: {function!r} is not callable")
    if return_type is not None:
        returns = return_type
    if type is not None:
        kind, values = _of_duckdb(type, kind, values)
    if side_effects is not None and deterministic is None:
        deterministic = not side_effects
    _check("kind", kind, _KINDS)
    _check("values", values, _VALUES)
    _check("null_handling", _text(null_handling), ("default", "special"))
    _check("exception_handling", _text(exception_handling), ("default", "return_null"))
    null_on_error = _text(exception_handling) == "return_null"
    kind = kind or _kind_of(function, values)
    if null_on_error and kind != "scalar":
        raise errors.error(errors.NotSupported, f"exception_handling=\"return_null\" of a {kind} function",
                           f"TRY({name}(…)) gives NULL for the rows that fail")
    hinted = _method_of(function, kind)
    columns = _columns_of(name, returns) if kind == "table" else None
    pairs, result = function_types.signature(hinted, parameters, "BIGINT" if columns else returns)
    flags = _SEES_NULLS if _text(null_handling) == "special" else 0
    flags |= _DETERMINISTIC if deterministic else 0
    instances = function_calls.Instances(function, arguments, keywords)
    if result is None:
        raise errors.error(errors.TypeMismatch, f"{name}: what type does it return?",
                           "say it: returns=\"DOUBLE\", or by a hint: def f(x) -> float")
    if kind == "scalar":
        is_map = result.upper().startswith("MAP(")
        called, number = function_calls.ByRow(name, instances, null_on_error, is_map), _SCALAR
    elif kind == "vectorized":
        called, number = function_calls.ByBatch(name, instances, _arrays(values)), _SCALAR
    elif kind == "table":
        called, number = Table(name, instances, [column for column, _ in columns]), _TABLE
    else:
        number = _AGGREGATE
        values = "list" if values == "python" else values or _default_of_groups()
        if inspect.isclass(function):
            called = function_calls.StateByGroup(name, function, arguments, keywords or {}, values)
        else:
            called = function_calls.ByGroup(name, instances, values)
    if workers is not None:
        if kind == "table":
            raise errors.error(errors.NotSupported, "a table function in worker processes",
                               "read in it what others made: multiprocessing, a queue")
        called = InWorkers(name, called, workers)
    session.create_function(name, number, flags, pairs, columns or [(name, result)], called)


def _columns_of(name, returns):
    """Names and types of a table function's columns."""
    if hasattr(returns, "__arrow_c_schema__"):
        from doline.sql_types import columns_of

        return columns_of(returns)
    if hasattr(returns, "items"):
        returns = returns.items()
    try:
        columns = [(str(column), function_types.sql_type_of(kind)) for column, kind in returns or ()]
    except (TypeError, ValueError):
        columns = []
    if not columns:
        raise errors.error(errors.TypeMismatch, f"{name}: which columns does it give?",
                           'say it: returns={"word": "VARCHAR", "count": "BIGINT"}')
    return columns


def _text(option):
    """A text, or what DuckDB's enumerations are called."""
    return option if isinstance(option, str) else getattr(option, "name", str(option)).lower()


def _check(option, given, known):
    if given is not None and given not in known:
        raise errors.error(errors.InvalidArgument, f"{option}={given!r}",
                           f"one of {', '.join(known)}")


def _of_duckdb(type, kind, values):
    said = _text(type).lower()
    _check("type", said, ("native", "arrow"))
    return (kind or "vectorized", values or "arrow") if said == "arrow" else (kind or "scalar", values)


def _kind_of(function, values):
    if inspect.isclass(function) and hasattr(function, "update") and hasattr(function, "finish"):
        return "aggregate"
    if inspect.isgeneratorfunction(function):
        return "table"
    return "scalar" if values in (None, "python") else "vectorized"


def _method_of(function, kind):
    """What has the parameters and their hints."""
    if kind == "aggregate" and inspect.isclass(function):
        return function.update.__get__(object())
    return function


def _arrays(values):
    if values == "python":
        return "list"
    if values is not None:
        return values
    return "arrow" if _is_installed("pyarrow") else "series"


def _default_of_groups():
    return "numpy" if _is_installed("numpy") else "list"


def _is_installed(package):
    from importlib.util import find_spec

    return find_spec(package) is not None
