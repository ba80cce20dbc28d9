"""How far a long query is: a bar in notebooks (ipywidgets) and at terminals (text).

Shown to people only: in a notebook or an interactive session, once a query takes longer than two
seconds. ``DOLINE_PROGRESS=0`` turns it off, ``DOLINE_PROGRESS=1`` on wherever standard error is seen.
"""

import os
import sys
import threading
from contextlib import contextmanager, nullcontext

_SHOWN_AFTER_S = 2.0
_EVERY_S = 0.2


def rows_of(query):
    """All rows of a query, whose progress is shown.

    Parameters
    ----------
    query : doline._engine.Query

    Returns
    -------
    list of tuple
    """
    with watched(query):
        return query.fetch()


def started(session, statement):
    """Runs a statement, whose progress is shown where it is carried out at once, as COPY is.

    Parameters
    ----------
    session : doline._engine.Session
        The statement's.
    statement : doline._engine.Prepared

    Returns
    -------
    doline._engine.Query
    """
    with watched(session):
        return statement.run()


def watched(query):
    """A context in which the query's progress is shown, if it takes long and somebody looks.

    Parameters
    ----------
    query : doline._engine.Query or doline._engine.Session
        What the calling thread works on within the context; of a session, its statement.

    Returns
    -------
    context manager
    """
    bar = _kind_of_bar()
    return nullcontext() if bar is None else _watching(query, bar)


def line_of(told, rows_per_second=None):
    """Progress as one line of text.

    Parameters
    ----------
    told : dict
        Of the method `progress` of a query or a session.
    rows_per_second : float, optional
        Now; over the whole query if left out.

    Returns
    -------
    str

    Examples
    --------
    >>> from doline.progress import line_of
    >>> line_of({"share": 0.5, "rows_read": 3_000_000, "elapsed_seconds": 2.0, "memory_bytes": 1 << 30,
    ...          "memory_limit_bytes": 8 << 30, "spilled_bytes": 0})
    '██████████░░░░░░░░░░  50 %  1.5 M rows/s  1.0 of 8.0 GiB'
    """
    filled = int(told["share"] * 20)
    if rows_per_second is None:
        rows_per_second = told["rows_read"] / max(told["elapsed_seconds"], 1e-9)
    gib = 1 << 30
    parts = [f"{'█' * filled}{'░' * (20 - filled)} {told['share'] * 100:3.0f} %",
             f"{_short(rows_per_second)} rows/s",
             f"{told['memory_bytes'] / gib:.1f} of {told['memory_limit_bytes'] / gib:.1f} GiB"]
    if told["spilled_bytes"]:
        parts.append(f"{told['spilled_bytes'] / gib:.1f} GiB on disk")
    return "  ".join(parts)


def _short(count):
    for size, name in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if count >= size:
            return f"{count / size:.1f}{name}"
    return f"{count:.0f}"


def _kind_of_bar():
    wish = os.environ.get("DOLINE_PROGRESS")
    if wish == "0":
        return None
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is not None and type(shell).__name__ == "ZMQInteractiveShell":
        return WidgetBar if _has_widgets() else CellBar
    if wish == "1" or (hasattr(sys, "ps1") and sys.stderr.isatty()):
        return TextBar
    return None


def _has_widgets():
    try:
        import ipywidgets  # noqa: F401
    except ImportError:
        return False
    return True


@contextmanager
def _watching(query, kind):
    ended = threading.Event()

    def watch():
        if ended.wait(_SHOWN_AFTER_S):
            return
        bar = kind()
        try:
            while not ended.wait(_EVERY_S):
                bar.update(query.progress())
        finally:
            bar.close()

    watcher = threading.Thread(target=watch, name="doline progress", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


class TextBar:
    """One line of standard error, drawn over itself."""

    def __init__(self, stream=None):
        self._stream = stream or sys.stderr
        self._width = 0

    def update(self, told):
        """Draws what a query tells of itself."""
        line = line_of(told)
        self._stream.write("\r" + line.ljust(self._width))
        self._stream.flush()
        self._width = len(line)

    def close(self):
        """Leaves an empty line."""
        self._stream.write("\r" + " " * self._width + "\r")
        self._stream.flush()


class CellBar:
    """The same line as an output of a notebook's cell, which goes when it is done."""

    def __init__(self):
        self._handle = None

    def update(self, told):
        """Shows what a query tells of itself."""
        from IPython.display import display

        line = {"text/plain": line_of(told)}
        if self._handle is None:
            self._handle = display(line, raw=True, display_id=True)
        else:
            self._handle.update(line, raw=True)

    def close(self):
        """Leaves nothing."""
        if self._handle is not None:
            self._handle.update({"text/plain": ""}, raw=True)


class WidgetBar:
    """A bar of ipywidgets with the same line beside it."""

    def __init__(self):
        import ipywidgets
        from IPython.display import display

        self._bar = ipywidgets.FloatProgress(min=0, max=1)
        self._label = ipywidgets.Label()
        self._box = ipywidgets.HBox([self._bar, self._label])
        self._handle = display(self._box, display_id=True)

    def update(self, told):
        """Draws what a query tells of itself."""
        self._bar.value = told["share"]
        self._label.value = line_of(told).split("  ", 1)[1]

    def close(self):
        """Takes the bar away, from the saved notebook, too."""
        self._box.close()
        self._handle.update({"text/plain": ""}, raw=True)
