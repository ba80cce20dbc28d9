"""Lazy frames that run, and tell how they would."""

from __future__ import annotations

from . import _nodes as n
from .errors import InvalidArgument, NotSupported, error
from .expr import build as b
from .options import settle
from .progress import watched


class FrameRuns:
    """What `LazyFrame` inherits: ways to run it and to look at its plan."""

    def collect(self, *, engine="auto", background=False, **others):
        """Runs the query.

        Its rows lie in the engine's memory budget afterwards, on disk where that is used up, until
        the frame is forgotten.

        Parameters
        ----------
        engine : {"auto", "in-memory", "streaming"}
            All the same here: memory is bounded always.
        background : bool, default False
            Whether to return at once.
        **others
            Of Polars' other options those of :data:`doline.options.HARMLESS` change nothing, any other
            raises.

        Returns
        -------
        DataFrame or BackgroundQuery
            The rows; with `background` what gives them later (`fetch`, `fetch_blocking`) or stops
            it (`cancel`).

        Raises
        ------
        doline.NotSupported
            For options that Doline does not have.
        doline.errors.Error
            What the query ends with.

        Examples
        --------
        >>> dl.LazyFrame({"a": [1, 2]}).select(dl.col("a") * 2).collect().rows()
        [(2,), (4,)]
        """
        settle("collect", {**others, "engine": engine}, ("engine", "background"))
        if background:
            from .running import BackgroundQuery
            return BackgroundQuery(self)
        from .data_frame import DataFrame
        if self._names == []:
            return DataFrame._of_nothing()
        return DataFrame._of_query(self)

    async def collect_async(self, *, engine="auto", **others):
        """Runs the query for `await`; the event loop goes on. The query ends when its task is cancelled.

        Parameters
        ----------
        engine, **others
            As of `collect`.

        Returns
        -------
        DataFrame

        Examples
        --------
        >>> import asyncio
        >>> asyncio.run(dl.LazyFrame({"a": [1]}).collect_async()).rows()
        [(1,)]
        """
        settle("collect_async", {**others, "engine": engine})
        from .running import awaited
        return await awaited(self)

    def collect_batches(self, *, chunk_size=None, engine="auto", **others):
        """The rows in parts, as they come: frames whose memory is the batch's that the query handed out.

        Parameters
        ----------
        chunk_size : int, optional
            How many rows each part has, the last one fewer; as the engine hands them out if left out.
        engine, **others
            As of `collect`.

        Returns
        -------
        iterator of DataFrame

        Examples
        --------
        >>> [part.height for part in dl.LazyFrame({"a": [1, 2, 3]}).collect_batches(chunk_size=2)]
        [2, 1]
        """
        settle("collect_batches", {**others, "engine": engine}, ("chunk_size", "engine"))
        if chunk_size is not None and (not isinstance(chunk_size, int) or chunk_size < 1):
            raise error(InvalidArgument, f"collect_batches(chunk_size={chunk_size!r})",
                        "give a number of rows")
        parts = self._parts()
        return parts if chunk_size is None else _of_size(parts, chunk_size)

    def _parts(self):
        from .data_frame import DataFrame
        query = self._run()
        while True:
            with watched(query):
                batch = query.next_batch()
            if batch is None:
                return
            yield DataFrame(_Batch(batch))

    def fetch(self, n_rows=500):
        """The first rows.

        Parameters
        ----------
        n_rows : int, default 500
            How many.

        Returns
        -------
        DataFrame

        Examples
        --------
        >>> dl.LazyFrame({"a": [1, 2]}).fetch(1).rows()
        [(1,)]
        """
        return self.head(n_rows).collect()

    def explain(self, *, format="plain", optimized=True, engine="auto", **others):
        """The plan, one operator a line, as the engine will run it.

        Parameters
        ----------
        format : {"plain"}
            The only one there is; `show_graph` draws the plan.
        optimized : {True}
            It is the plan that runs.
        engine, **others
            As of `collect`.

        Returns
        -------
        str

        Examples
        --------
        >>> "a > 1" in dl.LazyFrame({"a": [1, 2]}).filter(dl.col("a") > 1).explain()
        True
        """
        settle("explain", {**others, "optimized": optimized, "engine": engine}, ("format",))
        if format != "plain":
            raise error(NotSupported, f"explain(format={format!r}) is not supported",
                        "use show_graph(), which draws the plan, or explain() for its text")
        from .lazy_frame import _run_statement
        query = _run_statement(n.explain(n.select_statement(self._query)))
        return "\n".join(row[-1] for row in query.fetch())

    def show_graph(self, *, optimized=True, show=True, output_path=None, raw_output=False,
                   engine="auto", **others):
        """The plan as a drawing in SVG, which notebooks show.

        Parameters
        ----------
        optimized : {True}
            It is the plan that runs.
        show : bool
            Without effect: a notebook shows what is returned.
        output_path : str or path, optional
            A file to write it into.
        raw_output : bool, default False
            Whether the SVG itself is returned, as text.
        engine, **others
            As of `collect`.

        Returns
        -------
        PlanDrawing or str

        Examples
        --------
        >>> dl.LazyFrame({"a": [1]}).show_graph(raw_output=True)[:4]
        '<svg'
        """
        settle("show_graph", {**others, "optimized": optimized, "engine": engine},
               ("output_path", "raw_output"))
        import json
        from .lazy_frame import _run_statement
        from .plan_drawing import PlanDrawing
        select = n.select_statement(self._query)
        told = _run_statement(n.explain(select, options=[n.option("format", [b.string("json")])])).fetch()
        drawing = PlanDrawing(self.explain(), json.loads(told[-1][-1])["plan"])
        if output_path is not None:
            with open(output_path, "w", encoding="utf-8") as file:
                file.write(drawing.svg)
        return drawing.svg if raw_output else drawing

    def profile(self, *, show_plot=False, engine="auto", **others):
        """Runs the query, once, and tells where the time went.

        Parameters
        ----------
        show_plot : {False}
            The times are in the text.
        engine, **others
            As of `collect`.

        Returns
        -------
        tuple of DataFrame and str
            The rows, and the plan with what each operator did, as EXPLAIN ANALYZE has it.

        Examples
        --------
        >>> frame, told = dl.LazyFrame({"a": [1, 2]}).profile()
        >>> frame.height, "rows" in told
        (2, True)
        """
        settle("profile", {**others, "show_plot": show_plot, "engine": engine})
        from .running import frame_of
        query = self._run()
        return frame_of(query, self), query.profile("text")


def _of_size(parts, size):
    """The rows of `parts` in frames of `size` rows, the last one of what is left."""
    from .concatenating import concat
    waiting, count = [], 0
    for part in parts:
        waiting.append(part)
        count += part.height
        if count < size:
            continue
        rows = concat(waiting)
        for begin in range(0, count - size + 1, size):
            yield rows.slice(begin, size)
        waiting = [rows.slice(count // size * size)] if count % size else []
        count %= size
    if waiting:
        yield concat(waiting)


class _Batch:
    """An Arrow batch, as others give theirs."""

    def __init__(self, capsules):
        self._capsules = capsules

    def __arrow_c_array__(self, requested_schema=None):
        return self._capsules
