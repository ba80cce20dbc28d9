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
        self._query = lazy._run()
        self._lazy, self._out, self._failure = lazy, None, None
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def _work(self):
        from . import _sessions
        from .data_frame import DataFrame
        try:
            handle = _sessions.TableHandle(self._query)
            self._out = DataFrame._of_table(handle, self._lazy._names, self._lazy._schema)
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
