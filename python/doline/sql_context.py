"""`SQLContext`: SQL over frames by name, giving lazy frames."""

from __future__ import annotations

import sys

from . import _nodes as n, _sessions
from .lazy_frame import LazyFrame, query_of_statement


class SQLContext:
    """Frames under names that SQL may use.

    Parameters
    ----------
    frames : dict, optional
        Frames by name: DataFrames, LazyFrames, or what DataFrame takes.
    register_globals : bool or int, default False
        Whether the caller's global frames are registered too; a number takes the last ones.
    eager : bool, default False
        Whether `execute` gives DataFrames.
    **named : object
        Frames, named by the keyword.

    Examples
    --------
    >>> context = dl.SQLContext(t=dl.DataFrame({"a": [1, 2]}))
    >>> context.execute("SELECT sum(a) AS total FROM t").collect().rows()
    [(3,)]
    """

    def __init__(self, frames=None, *, register_globals=False, eager=False, **named):
        self._frames, self._eager = {}, eager
        if register_globals:
            n = None if register_globals is True else register_globals
            self._frames |= _tables_of(sys._getframe(1).f_globals, n, True)
        self.register_many(frames, **named)

    def register(self, name, frame=None):
        """Another frame under a name.

        Parameters
        ----------
        name : str
            The name.
        frame : object
            The frame.

        Returns
        -------
        SQLContext
            Itself.

        Examples
        --------
        >>> dl.SQLContext().register("t", dl.DataFrame({"a": [1]})).tables()
        ['t']
        """
        self._frames[name] = _as_lazy(frame)
        return self

    def register_many(self, frames=None, **named):
        """Other frames under their names.

        Parameters
        ----------
        frames : dict, optional
            Frames by name.
        **named : object
            Frames, named by the keyword.

        Returns
        -------
        SQLContext
            Itself.

        Examples
        --------
        >>> dl.SQLContext().register_many(t=dl.DataFrame({"a": [1]})).tables()
        ['t']
        """
        for name, frame in {**(frames or {}), **named}.items():
            self.register(name, frame)
        return self

    def register_globals(self, n=None, *, all_compatible=True):
        """Registers the caller's global variables that are frames, under their names.

        Parameters
        ----------
        n : int, optional
            Only so many, those that were made last.
        all_compatible : bool, default True
            Whether frames of other libraries count too.

        Returns
        -------
        SQLContext
            Itself.

        Examples
        --------
        >>> letters = dl.DataFrame({"a": ["x"]})
        >>> "letters" in dl.SQLContext().register_globals().tables()
        True
        """
        self._frames |= _tables_of(sys._getframe(1).f_globals, n, all_compatible)
        return self

    @staticmethod
    def execute_global(query, *, eager=False):
        """Runs a statement over variables of the caller, as `doline.sql` does.

        Parameters
        ----------
        query : str
            The statement.
        eager : bool, default False
            Whether a DataFrame is returned.

        Returns
        -------
        LazyFrame or DataFrame

        Examples
        --------
        >>> letters = dl.DataFrame({"a": ["x", "y"]})
        >>> dl.SQLContext.execute_global("SELECT max(a) FROM letters", eager=True).item()
        'y'
        """
        from .connection import run
        lazy = run(_sessions.database(), _sessions.current(), query, depth=1).lazy()
        return lazy.collect() if eager else lazy

    def unregister(self, names):
        """Forgets frames.

        Parameters
        ----------
        names : str or list of str
            Their names.

        Returns
        -------
        SQLContext
            Itself.

        Examples
        --------
        >>> dl.SQLContext(t=dl.DataFrame({"a": [1]})).unregister("t").tables()
        []
        """
        for name in [names] if isinstance(names, str) else names:
            del self._frames[name]
        return self

    def tables(self):
        """Names of the frames.

        Returns
        -------
        list of str

        Examples
        --------
        >>> dl.SQLContext(b=dl.DataFrame({"a": [1]}), a=dl.DataFrame({"a": [1]})).tables()
        ['a', 'b']
        """
        return sorted(self._frames)

    def execute(self, query, *, eager=None):
        """Runs a SELECT.

        Parameters
        ----------
        query : str
            The statement.
        eager : bool, optional
            Whether a DataFrame is returned; as the context says if left out.

        Returns
        -------
        LazyFrame or DataFrame

        Raises
        ------
        doline.errors.Error
            Where the statement is wrong, or no SELECT.

        Examples
        --------
        >>> context = dl.SQLContext(t=dl.DataFrame({"a": [1, 2]}))
        >>> context.execute("SELECT max(a) FROM t", eager=True).item()
        2
        """
        session = _sessions.current()
        prepared = session.prepare(query)
        inner = query_of_statement(prepared.bytes())
        tables, keeps = [], ()
        for name, lazy in self._frames.items():
            tables.append(n.common_table(lazy._query, name))
            keeps += lazy._keeps
        outer = n.select([n.named_expression(n.star())], from_=n.subquery_relation(inner),
                         with_=n.with_(tables=tables)) if tables else inner
        out = LazyFrame._of(outer, keeps)
        return out.collect() if (self._eager if eager is None else eager) else out

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


def _tables_of(variables, n, all_compatible):
    """The variables that are frames."""
    from .data_frame import DataFrame
    from .interchange import is_table
    found = {name: value for name, value in variables.items()
             if isinstance(value, (DataFrame, LazyFrame))
             or all_compatible and not isinstance(value, (dict, type)) and is_table(value)}
    return {name: _as_lazy(frame) for name, frame in list(found.items())[-n if n else 0:]}


def _as_lazy(frame):
    """The frame's query; what is no frame of ours is read once, here."""
    if hasattr(frame, "_query"):
        return frame
    if hasattr(frame, "_lazy"):
        return frame._lazy
    from .data_frame import DataFrame
    return DataFrame(frame).lazy()
