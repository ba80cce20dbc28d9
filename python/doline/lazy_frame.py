"""`LazyFrame`: a query that is put together verb by verb and runs when its rows are asked for."""

from __future__ import annotations

from . import _nodes as n, _sessions
from . import datatypes as types
from .errors import InvalidArgument, NotSupported, error
from .expr import build as b
from .frame_verbs import FrameVerbs
from .progress import started, watched



class LazyFrame(FrameVerbs):
    """A query over frames and files. Nothing is read until `collect`, a sink, or a look at the
    schema, which reads no more than it takes.

    Parameters
    ----------
    data, schema, **options
        As of `DataFrame`.
    """

    def __init__(self, data=None, schema=None, **options):
        from .data_frame import DataFrame
        other = DataFrame(data, schema, **options).lazy()
        self._query, self._keeps = other._query, other._keeps
        self._names, self._schema = other._names, other._schema

    @classmethod
    def _of(cls, query, keeps=(), names=None, schema=None):
        frame = object.__new__(cls)
        if b"__doline_function_" in query:
            from .frame_functions import called_by
            keeps = (*keeps, *(handle for handle in called_by(query) if handle not in keeps))
        frame._query, frame._keeps = query, keeps
        frame._names, frame._schema = names, schema
        return frame

    @classmethod
    def without_source(cls):
        """One row without columns that matter."""
        return cls._of(n.select([b.named(b.integer(0), "__doline_nothing")]), names=[])

    # --- What it is

    @property
    def names(self):
        """Names of the columns, known without running anything."""
        if self._names is None:
            self._names = list(self.types)
        return self._names

    every_name = names

    @property
    def types(self):
        """Types of the columns by name."""
        if self._schema is None:
            if self._names == []:
                self._schema = types.Schema()
                return self._schema
            from .sql_types import columns_of
            bound = _sessions.current().prepare(n.statement_message(n.select_statement(self._query)))
            self._schema = types.Schema({"" if name == b.UNNAMED else name: types.parse_type(kind)
                                         for name, kind in columns_of(bound)})
        return self._schema

    def collect_schema(self):
        """Names and types; the query is bound, not run."""
        return types.Schema(self.types)

    schema = property(collect_schema)
    columns = property(lambda self: list(self.names))
    dtypes = property(lambda self: list(self.types.values()))
    width = property(lambda self: len(self.names))

    def __repr__(self):
        return f"<doline.LazyFrame of {len(self.names)} columns; collect() runs it>"

    def _repr_html_(self):
        return f"<div>{self.show_graph().svg}<br><small>a query that has not run; collect() runs it</small></div>"

    def __contains__(self, name):
        return name in self.names

    def __bool__(self):
        raise TypeError("a LazyFrame is neither true nor false")

    def lazy(self):
        """The frame as the begin of a query."""
        return self

    def clone(self):
        """The same; frames do not change."""
        return self

    def pipe(self, function, *args, **kwargs):
        """`function(self, …)`."""
        return function(self, *args, **kwargs)

    def __reduce__(self):
        from .pickling import reduced
        return reduced(self)

    # --- Running

    def _run(self):
        return _run(self._query)

    def collect(self, *, engine="auto", background=False, **options):
        """Runs the query.

        Parameters
        ----------
        engine : str
            "auto", "in-memory" and "streaming" are the same here: memory is bounded always.
        background : bool
            Whether to return at once, with a `BackgroundQuery`.

        Returns
        -------
        DataFrame
        """
        if engine == "gpu":
            raise NotSupported("there is no GPU engine; leave `engine` out")
        if background:
            from .running import BackgroundQuery
            return BackgroundQuery(self)
        from .data_frame import DataFrame
        if self._names == []:
            return DataFrame._of_nothing()
        return DataFrame._of_query(self)

    async def collect_async(self, **options):
        """The same for `await`; the event loop goes on. The query ends when its task is cancelled."""
        from .running import awaited
        return await awaited(self)

    def collect_batches(self, **options):
        """The rows in parts, as they come: frames whose memory is the batch's that the query handed out.

        Examples
        --------
        >>> import doline as dl
        >>> [part.height for part in dl.LazyFrame({"a": [1, 2, 3]}).collect_batches()]
        [3]
        """
        from .data_frame import DataFrame
        query = self._run()
        while True:
            with watched(query):
                batch = query.next_batch()
            if batch is None:
                return
            yield DataFrame(_Batch(batch))

    def fetch(self, n_rows=500):
        """The first rows."""
        return self.head(n_rows).collect()

    def explain(self, *, optimized=True, format="plain", **options):
        """The plan as text."""
        query = _run_statement(n.explain(n.select_statement(self._query)))
        return "\n".join(row[-1] for row in query.fetch())

    def show_graph(self, *, optimized=True, show=True, output_path=None, raw_output=False, **options):
        """The plan as a drawing: SVG, which notebooks show.

        Parameters
        ----------
        output_path : str or path, optional
            Where to write it.
        raw_output : bool
            Whether to give the SVG as text.

        Returns
        -------
        doline.plan_drawing.PlanDrawing or str

        Examples
        --------
        >>> import doline as dl
        >>> dl.LazyFrame({"a": [1]}).filter(dl.col("a") > 0).show_graph(raw_output=True)[:4]
        '<svg'
        """
        import json
        from .plan_drawing import PlanDrawing
        select = n.select_statement(self._query)
        told = _run_statement(n.explain(select, options=[n.option("format", [b.string("json")])])).fetch()
        drawing = PlanDrawing(self.explain(), json.loads(told[-1][-1])["plan"])
        if output_path is not None:
            with open(output_path, "w", encoding="utf-8") as file:
                file.write(drawing.svg)
        return drawing.svg if raw_output else drawing

    def profile(self, **options):
        """Runs the query, once, and tells where the time went.

        Returns
        -------
        tuple of DataFrame and str
            The rows, and the plan with what each operator did, as EXPLAIN ANALYZE has it.
        """
        from .running import frame_of
        query = self._run()
        return frame_of(query, self), query.profile("text")

    def __arrow_c_stream__(self, requested_schema=None):
        return self._run().__arrow_c_stream__(requested_schema)

    # --- Files

    def sink_parquet(self, path, *, compression="zstd", **options):
        """Runs the query into a Parquet file, or a folder of them with `PartitionBy`."""
        from .io import sink
        return sink(self, path, "parquet", {"compression": compression}, options)

    def sink_csv(self, path, *, include_header=True, separator=",", quote_char='"', null_value=None,
                 **options):
        """Runs the query into a CSV file."""
        from .io import sink
        given = {"header": include_header, "delimiter": separator, "quote": quote_char}
        if null_value is not None:
            given["nullstr"] = null_value
        return sink(self, path, "csv", given, options)

    def sink_ndjson(self, path, **options):
        """Runs the query into lines of JSON."""
        from .io import sink
        return sink(self, path, "json", {}, options)

    def sink_ipc(self, path, **options):
        """Runs the query into an Arrow file."""
        from .io import sink
        return sink(self, path, "arrow", {}, options)

    # --- SQL

    def sql(self, query, *, table_name="self"):
        """SQL over this frame, which is called `self` there."""
        from .sql_context import SQLContext
        return SQLContext({table_name: self}).execute(query)

    # --- Without effect, or refused

    def cache(self):
        """The frame itself: what is shared in a query is computed once anyway."""
        return self

    def set_sorted(self, *args, **kwargs):
        """The same: the engine sees for itself."""
        return self

    def shift(self, n=1, *, fill_value=None):
        """The values so many rows before."""
        from .expr.construct import all as every
        return self.select(every().shift(n, fill_value=fill_value))
    def interpolate(self):
        """Not supported; use `fill_null(strategy="forward")`."""
        raise NotSupported("interpolate is not supported; use fill_null(strategy='forward')")

    def map_batches(self, function, *, schema=None, streamable=False, batch_format="frame",
                    batch_size=None, arguments=(), keywords=None, workers=None, **optimizations):
        """A Python function of frames, applied to the rows.

        Parameters
        ----------
        function : callable or class
            Takes a frame and returns one (or what Doline reads as one: of pandas, Polars, PyArrow, a
            dict of arrays) of any number of rows. A class is made an object of by each thread that calls
            it, once, so that a model that it loads stays loaded; its ``__call__`` is the function.
        schema : mapping of str to type, optional
            Columns of what it returns; the frame's own if left out.
        streamable : bool
            Whether it may be given the rows in batches of up to 65,536, by several threads, in place of
            all at once; their results follow each other in the rows' order.
        batch_format : {"frame", "arrow", "pandas", "polars", "numpy"}
            What it is given: a :class:`DataFrame`, a PyArrow table, a frame of pandas or Polars, a dict
            of NumPy arrays.
        batch_size : int, optional
            At most so many rows at a time; implies `streamable`.
        arguments, keywords : tuple, dict, optional
            What a class is made with.
        workers : int, optional
            Calls it in so many processes of their own; as of :func:`doline.create_function`.
        **optimizations
            Polars' ``predicate_pushdown`` and its like, whatever they say: nothing is moved past the
            function.

        Returns
        -------
        LazyFrame

        Raises
        ------
        doline.errors.FunctionFailed
            When the frame is collected and the function raises, or returns other columns.

        Examples
        --------
        >>> import doline as dl
        >>> frame = dl.LazyFrame({"a": [1, 2, 3]})
        >>> frame.map_batches(lambda part: part.filter(dl.col("a") > 1)).collect().rows()
        [(2,), (3,)]
        """
        from .frame_mapping import map_batches
        return map_batches(self, function, schema, streamable, batch_format, batch_size, arguments,
                           keywords, workers, optimizations)

    def approx_n_unique(self):
        """About how many distinct values there are, from a sketch."""
        return self._aggregated("approx_n_unique")

    def remote(self, *args, **kwargs):
        """Not supported: `collect` runs here."""
        raise NotSupported("there is no remote engine; collect() runs here")
    def serialize(self, *args, **kwargs):
        """Not supported; use pickle."""
        raise NotSupported("serialize is not supported; use pickle")




def _run(query):
    session = _sessions.current()
    return session.prepare(n.statement_message(n.select_statement(query))).run()


def _run_statement(statement):
    session = _sessions.current()
    return started(session, session.prepare(n.statement_message(statement)))


class _Batch:
    """An Arrow batch, as others give theirs."""

    def __init__(self, capsules):
        self._capsules = capsules

    def __arrow_c_array__(self, requested_schema=None):
        return self._capsules


def query_of_statement(message):
    """The query inside the bytes of a SELECT statement."""
    if message[5] == 2:
        return message[6:]
    at = 7
    for _ in range(2):  # the statement's span
        while message[at] >= 128:
            at += 1
        at += 1
    if message[6] != 1 or message[at] != 1:
        raise error(InvalidArgument, "the statement is no query")
    return message[at + 1:-1]


def expression_from_sql(text):
    """Not supported yet."""
    session = _sessions.current()
    frame_query = query_of_statement(session.prepare(f"SELECT {text}").bytes())
    raise NotSupported("sql_expr is not supported; use frame.sql or SQLContext")
