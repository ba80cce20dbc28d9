"""Queries that run while the program goes on."""

from __future__ import annotations

import threading


class BackgroundQuery:
    """What `collect(background=True)` returns.

    Examples
    --------
    >>> import doline as dl
    >>> dl.LazyFrame({"a": [1]}).collect(background=True).fetch_blocking().rows()
    [(1,)]
    """

    def __init__(self, lazy):
        from . import _nodes as n, _sessions
        # A session of its own: until a query's first rows are there it keeps others of its session waiting.
        session = _sessions.current()
        if not session.is_in_transaction:  # which only its own session sees
            session = session.twin()
        self._query = session.prepare(n.statement_message(n.select_statement(lazy._query))).run()
        self._lazy, self._out, self._failure = lazy, None, None
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def _work(self):
        try:
            self._out = frame_of(self._query, self._lazy)
        except BaseException as failure:
            self._failure = failure

    def fetch(self):
        """The frame, or None while the query runs."""
        if self._thread.is_alive():
            return None
        return self.fetch_blocking()

    def fetch_blocking(self):
        """The frame; waits for it.

        Raises
        ------
        doline.errors.Error
            What the query failed with; `Cancelled` after `cancel`.
        """
        self._thread.join()
        if self._failure is not None:
            raise self._failure
        return self._out

    def cancel(self):
        """Stops the query."""
        self._query.cancel()


def frame_of(query, lazy):
    """The rows of a running query of a lazy frame."""
    from . import _sessions
    from .data_frame import DataFrame
    try:
        handle = _sessions.TableHandle(query)
    except Exception:
        query.raise_failure()
        raise
    return DataFrame._of_table(handle, lazy._names, lazy._schema)


async def awaited(lazy):
    """The frame of a query that runs beside the event loop; it is stopped when its task is."""
    import asyncio
    query = BackgroundQuery(lazy)
    try:
        return await asyncio.to_thread(query.fetch_blocking)
    except asyncio.CancelledError:
        query.cancel()
        raise
