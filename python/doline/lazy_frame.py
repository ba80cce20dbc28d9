"""`LazyFrame`: a query that is put together verb by verb and runs when its rows are asked for."""

from __future__ import annotations

from . import _nodes as n, _sessions
from . import datatypes as types
from ._rows import Rows
from .errors import InvalidArgument, NotSupported, error
from .expr import build as b
from .frame_verbs import FrameVerbs



class LazyFrame(FrameVerbs, Rows):
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

    @property
    def types(self):
        """Types of the columns by name."""
        if self._schema is None:
            if self._names == []:
                self._schema = types.Schema()
                return self._schema
            described = _run(n.describe(n.DESCRIBE_KIND_DESCRIBE, self._query)).fetch()
            self._schema = types.Schema({row[0]: types.parse_type(row[1]) for row in described})
        return self._schema

    def collect_schema(self):
        """Names and types; the query is bound, not run."""
        return types.Schema(self.types)

    @property
    def schema(self):
        return self.collect_schema()

    @property
    def columns(self):
        return list(self.names)

    @property
    def dtypes(self):
        return list(self.types.values())

    @property
    def width(self):
        return len(self.names)

    def __repr__(self):
        return f"<doline.LazyFrame of {len(self.names)} columns; collect() runs it>"

    def _repr_html_(self):
        import html
        return f"<pre>{html.escape(self.explain())}</pre>"

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
        if self._keeps:
            tables = [(table.name, _table_bytes(table)) for table in self._keeps]
        else:
            tables = []
        return _unpickled, (self._query, tables, self._names)

    # --- Running

    def _run(self):
        return _run(self._query)

    _start = _run

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
        """The same for `await`; the event loop goes on."""
        import asyncio
        return await asyncio.to_thread(self.collect)

    def collect_batches(self, **options):
        """The rows in parts, as they come: Arrow batches of our own frames."""
        from .data_frame import DataFrame
        query = self._run()
        import pyarrow
        for batch in pyarrow.RecordBatchReader.from_stream(query):
            yield DataFrame(pyarrow.Table.from_batches([batch]))

    def fetch(self, n_rows=500):
        """The first rows."""
        return self.head(n_rows).collect()

    def explain(self, *, optimized=True, format="plain", **options):
        """The plan as text."""
        query = _run_statement(n.explain(n.select_statement(self._query)))
        return "\n".join(row[-1] for row in query.fetch())

    def show_graph(self, *, optimized=True, show=True, output_path=None, raw_output=False, **options):
        """The plan as a drawing: SVG, which notebooks show."""
        from .plan_drawing import PlanDrawing
        drawing = PlanDrawing(self.explain())
        if output_path is not None:
            with open(output_path, "w", encoding="utf-8") as file:
                file.write(drawing.svg)
        return drawing.svg if raw_output else drawing

    def profile(self, **options):
        """The rows, and where the time went, operator by operator (a text)."""
        frame = self.collect()
        text = _run_statement(n.explain(n.select_statement(self._query), analyze=True)).fetch()
        return frame, "\n".join(row[-1] for row in text)

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
    def map_batches(self, *args, **kwargs):
        """Not supported; use expressions."""
        raise NotSupported("map_batches is not supported; use expressions")
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
    return session.prepare(n.statement_message(statement)).run()










def _table_bytes(table):
    import io
    import pyarrow
    query = _run(n.select([b.STAR], from_=n.table_name([table.name])))
    sink = io.BytesIO()
    data = pyarrow.table(query)
    with pyarrow.ipc.new_stream(sink, data.schema) as writer:
        writer.write_table(data)
    return sink.getvalue()


def _unpickled(query, tables, names):
    import pyarrow
    keeps = []
    session = _sessions.current()
    prepared = session.prepare(n.statement_message(n.select_statement(query)))
    for name, data in tables:
        table = _sessions.TableHandle(pyarrow.ipc.open_stream(data).read_all())
        prepared.replace_table(name, table.name)
        keeps.append(table)
    return LazyFrame._of(query_of_statement(prepared.bytes()), tuple(keeps), names)


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
