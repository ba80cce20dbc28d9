"""Several lazy frames at a time, and what the process is: what Polars' module has beside frames."""

from __future__ import annotations

from .errors import NotSupported, TypeMismatch, error
from .options import settle


def collect_all(lazy_frames, *, optimizations=None, engine="auto", lazy=False):
    """Runs several queries, one after the other, each on all cores.

    Parameters
    ----------
    lazy_frames : list of LazyFrame
        The queries.
    optimizations : object, optional
        Without effect: the engine plans.
    engine : {"auto", "in-memory", "streaming"}
        As of `collect`.
    lazy : False
        No other is supported.

    Returns
    -------
    list of DataFrame

    Raises
    ------
    doline.NotSupported
        For `lazy=True`.

    Examples
    --------
    >>> lazy = dl.LazyFrame({"a": [1, 2]})
    >>> queries = [lazy.select(dl.col("a").max()), lazy.select(dl.len())]
    >>> [frame.item() for frame in dl.collect_all(queries)]
    [2, 2]
    """
    if lazy:
        raise error(NotSupported, "collect_all(lazy=True)", "concat the queries, or collect each")
    return [frame.collect(engine=engine) for frame in lazy_frames]


async def collect_all_async(lazy_frames, **others):
    """Runs several queries for `await`, one after the other, each on all cores.

    Parameters
    ----------
    lazy_frames : list of LazyFrame
        The queries.
    **others
        As of :meth:`LazyFrame.collect`.

    Returns
    -------
    list of DataFrame

    Examples
    --------
    >>> import asyncio
    >>> lazy = dl.LazyFrame({"a": [1, 2]})
    >>> frames = asyncio.run(dl.collect_all_async([lazy.select(dl.col("a").max()), lazy]))
    >>> [frame.height for frame in frames]
    [1, 2]
    """
    settle("collect_all_async", others)
    return [await lazy.collect_async() for lazy in lazy_frames]


def explain_all(lazy_frames, **others):
    """The plans of several queries, each as it runs, with an empty line between them.

    Parameters
    ----------
    lazy_frames : list of LazyFrame
        The queries.
    **others
        As of :meth:`LazyFrame.explain`.

    Returns
    -------
    str

    Examples
    --------
    >>> lazy = dl.LazyFrame({"a": [1, 2]})
    >>> dl.explain_all([lazy.head(1), lazy]).count("\\n\\n")
    1
    """
    settle("explain_all", others)
    return "\n\n".join(lazy.explain() for lazy in lazy_frames)


def escape_regex(s):
    r"""A text with those signs escaped that mean something in a regular expression.

    Parameters
    ----------
    s : str
        The text.

    Returns
    -------
    str

    Examples
    --------
    >>> print(dl.escape_regex("1.5 (a)"))
    1\.5 \(a\)
    """
    if not isinstance(s, str):
        raise error(TypeMismatch, f"escape_regex takes a text, not {type(s).__name__}")
    return "".join("\\" + sign if sign in r"\.+*?()|[]{}^$#&-~" else sign for sign in s)


def thread_pool_size():
    """How many threads queries have.

    Returns
    -------
    int

    Examples
    --------
    >>> dl.thread_pool_size() >= 1
    True
    """
    from . import _sessions
    return int(_sessions.current().prepare("SELECT current_setting('threads')").run().fetch()[0][0])


def build_info():
    """What this build is.

    Returns
    -------
    dict of str to str

    Examples
    --------
    >>> sorted(dl.build_info())
    ['python', 'system', 'version']
    """
    import platform

    from . import _engine
    return {"version": _engine.version, "python": platform.python_version(), "system": platform.platform()}


def show_versions():
    """Prints the versions of Doline, of Python and of the libraries it exchanges frames with.

    Examples
    --------
    >>> dl.show_versions()  # doctest: +ELLIPSIS
    doline...
    """
    from importlib import metadata
    told = build_info()
    lines = {"doline": told["version"], "python": told["python"], "system": told["system"]}
    for name in ("numpy", "pandas", "polars", "pyarrow", "narwhals", "altair", "duckdb", "sqlalchemy"):
        try:
            lines[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            lines[name] = "not installed"
    for name, version in lines.items():
        print(f"{name:12} {version}")
