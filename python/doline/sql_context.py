"""`SQLContext`: SQL over frames by name, giving lazy frames."""

from __future__ import annotations

from . import _nodes as n, _sessions
from .lazy_frame import LazyFrame, query_of_statement


class SQLContext:
    """Frames under names that SQL may use.

    Examples
    --------
    >>> import doline as dl
    >>> context = dl.SQLContext(t=dl.DataFrame({"a": [1, 2]}))
    >>> context.execute("SELECT sum(a) AS total FROM t").collect().rows()
    [(3,)]
    """

    def __init__(self, frames=None, *, register_globals=False, eager=False, **named):
        from .errors import NotSupported
        if register_globals:
            raise NotSupported("register_globals is not supported; doline.sql finds variables")
        self._frames, self._eager = {**(frames or {}), **named}, eager

    def register(self, name, frame=None):
        """Another frame under a name."""
        self._frames[name] = frame
        return self

    def register_many(self, frames=None, **named):
        """Other frames under their names."""
        self._frames.update(frames or {}, **named)
        return self

    def unregister(self, names):
        """Forgets frames of these names."""
        for name in [names] if isinstance(names, str) else names:
            del self._frames[name]
        return self

    def tables(self):
        """Names of the frames."""
        return sorted(self._frames)

    def execute(self, query, *, eager=None):
        """One SELECT as a lazy frame (or, eagerly, as a frame)."""
        session = _sessions.current()
        prepared = session.prepare(query)
        inner = query_of_statement(prepared.bytes())
        tables, keeps = [], ()
        for name, frame in self._frames.items():
            lazy = _as_lazy(frame)
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


def _as_lazy(frame):
    if hasattr(frame, "_query"):
        return frame
    if hasattr(frame, "_lazy"):
        return frame._lazy
    from .data_frame import DataFrame
    return DataFrame(frame).lazy()
