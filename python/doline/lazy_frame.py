"""`LazyFrame`: a query that is put together verb by verb and runs when its rows are asked for."""

from __future__ import annotations

from . import _nodes as n, _sessions
from . import datatypes as types
from ._rows import Rows
from .type_texts import parse_type
from .errors import InvalidArgument, NotSupported, error
from .expr import build as b
from .frame_verbs import FrameVerbs
from .frame_runs import FrameRuns
from .frame_sinks import FrameSinks
from .progress import started


class LazyFrame(FrameVerbs, FrameRuns, Rows, FrameSinks):
    """A query over frames and files.

    Nothing is read until `collect`, a sink, or a look at the schema, which reads no more than it
    takes. Its verbs are those of `DataFrame`; each gives another query, and the engine plans the
    whole at once.

    Parameters
    ----------
    data, schema, **options
        As of `DataFrame`.

    Examples
    --------
    >>> lazy = dl.LazyFrame({"a": [1, 2, 3]}).filter(dl.col("a") > 1)
    >>> lazy.select(dl.col("a").sum()).collect().item()
    5
    """

    def __init__(self, data=None, schema=None, **options):
        from .data_frame import DataFrame
        other = DataFrame(data, schema, **options).lazy()
        self._query, self._keeps = other._query, other._keeps
        self._names, self._schema = other._names, other._schema

    @classmethod
    def _of(cls, query, keeps=(), names=None, schema=None):
        frame = object.__new__(cls)
        if b.CALLED in query:
            from .frame_functions import called_by
            keeps = (*keeps, *(handle for handle in called_by(query) if handle not in keeps))
        frame._query, frame._keeps = query, keeps
        frame._names, frame._schema = names, schema
        return frame

    @classmethod
    def without_source(cls):
        """A query of one row without columns that matter, for expressions that need no frame.

        Returns
        -------
        LazyFrame

        Examples
        --------
        >>> dl.LazyFrame.without_source().select(one=dl.lit(1)).collect().rows()
        [(1,)]
        """
        return cls._of(n.select([b.named(b.integer(0), "__doline_nothing")]), names=[])

    # --- What it is

    @property
    def names(self):
        """Names of the columns, known without running anything.

        Returns
        -------
        list of str

        Examples
        --------
        >>> dl.LazyFrame({"a": [1], "b": ["x"]}).names
        ['a', 'b']
        """
        if self._names is None:
            self._names = list(self.types)
        return self._names

    every_name = names

    @property
    def types(self):
        """Types of the columns by name, known without running anything.

        Returns
        -------
        doline.Schema

        Examples
        --------
        >>> dl.LazyFrame({"a": [1], "b": ["x"]}).types
        Schema({'a': Int64, 'b': String})
        """
        if self._schema is None:
            if self._names == []:
                self._schema = types.Schema()
                return self._schema
            from .sql_types import columns_of
            bound = _sessions.current().prepare(n.statement_message(n.select_statement(self._query)))
            self._schema = types.Schema({"" if name == b.UNNAMED else name: parse_type(kind)
                                         for name, kind in columns_of(bound)})
        return self._schema

    def collect_schema(self):
        """Names and types of the columns. The query is planned, not run.

        Returns
        -------
        doline.Schema

        Raises
        ------
        doline.errors.Error
            Where the query is wrong.

        Examples
        --------
        >>> dl.LazyFrame({"a": [1]}).with_columns(b=dl.lit("x")).collect_schema()
        Schema({'a': Int64, 'b': String})
        """
        return types.Schema(self.types)

    @property
    def schema(self):
        """Names and types of the columns, as `collect_schema` gives them.

        Returns
        -------
        doline.Schema

        Examples
        --------
        >>> dl.LazyFrame({"a": [1]}).schema
        Schema({'a': Int64})
        """
        return self.collect_schema()

    @property
    def columns(self):
        """Names of the columns, known without running anything.

        Returns
        -------
        list of str

        Examples
        --------
        >>> dl.LazyFrame({"a": [1], "b": ["x"]}).columns
        ['a', 'b']
        """
        return list(self.names)

    @property
    def dtypes(self):
        """Types of the columns, known without running anything.

        Returns
        -------
        list of data type

        Examples
        --------
        >>> dl.LazyFrame({"a": [1], "b": ["x"]}).dtypes
        [Int64, String]
        """
        return list(self.types.values())

    @property
    def width(self):
        """The number of columns.

        Returns
        -------
        int

        Examples
        --------
        >>> dl.LazyFrame({"a": [1], "b": ["x"]}).width
        2
        """
        return len(self.names)

    def __repr__(self):
        return f"<doline.LazyFrame of {len(self.names)} columns; collect() runs it>"

    def _repr_html_(self):
        return f"<div>{self.show_graph().svg}<br><small>a query that has not run; collect() runs it</small></div>"

    def __contains__(self, name):
        return name in self.names

    def __bool__(self):
        raise TypeError("a LazyFrame is neither true nor false")

    def lazy(self):
        """The frame itself.

        Returns
        -------
        LazyFrame
        """
        return self

    def clone(self):
        """The frame itself: frames do not change.

        Returns
        -------
        LazyFrame
        """
        return self

    def pipe(self, function, *args, **kwargs):
        """`function(self, …)`, so that functions of one's own stand in a chain.

        Parameters
        ----------
        function : callable
            Takes the frame first.
        *args, **kwargs
            What else it takes.

        Returns
        -------
        object
            What it returns.

        Examples
        --------
        >>> dl.LazyFrame({"a": [1, 2]}).pipe(lambda frame, n: frame.head(n), 1).collect().rows()
        [(1,)]
        """
        return function(self, *args, **kwargs)

    def __reduce__(self):
        from .pickling import reduced
        return reduced(self)

    # --- Running

    def _run(self):
        return _run(self._query)

    _start = _run

    # --- SQL

    def sql(self, query, *, table_name="self"):
        """A SELECT over this frame.

        Parameters
        ----------
        query : str
            The statement.
        table_name : str, default "self"
            What the frame is called in it.

        Returns
        -------
        LazyFrame

        Examples
        --------
        >>> dl.LazyFrame({"a": [1, 2]}).sql("SELECT sum(a) AS total FROM self").collect().rows()
        [(3,)]
        """
        from .sql_context import SQLContext
        return SQLContext({table_name: self}).execute(query)

    # --- Without effect, or refused

    def cache(self):
        """The frame itself: what is shared in a query is computed once anyway.

        Returns
        -------
        LazyFrame
        """
        return self

    def set_sorted(self, column, *more_columns, descending=False, nulls_last=False):
        """The frame itself: the engine sees for itself.

        Returns
        -------
        LazyFrame

        Raises
        ------
        doline.errors.ColumnNotFound
            For a name that the frame lacks.
        """
        self._chosen([column, *more_columns])
        return self

    def shift(self, n=1, *, fill_value=None):
        """The values of the rows before (or behind, if `n` is negative), in all columns.

        Parameters
        ----------
        n : int, default 1
            How many rows before.
        fill_value : value, optional
            What stands where there is no such row; null if left out.

        Returns
        -------
        LazyFrame or DataFrame

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 2]}).shift().rows()
        [(None,), (1,)]
        """
        from .expr.construct import all as every
        return self.select(every().shift(n, fill_value=fill_value))

    def interpolate(self):
        """Missing values of numbers and times, between known ones, on a line between these.

        Returns
        -------
        LazyFrame or DataFrame

        Examples
        --------
        >>> dl.DataFrame({"a": [1, None, 3]}).interpolate().rows()
        [(1.0,), (2.0,), (3.0,)]
        """
        from .expr.construct import col
        names = [name for name, dtype in self.types.items() if dtype.is_numeric() or dtype.is_temporal()]
        return self.with_columns(*[col(name).interpolate() for name in names])

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
        """About how many distinct values each column has, from a sketch.

        Returns
        -------
        LazyFrame or DataFrame
            One row.

        Examples
        --------
        >>> dl.DataFrame({"a": [1, 1, 2]}).approx_n_unique().rows()
        [(2,)]
        """
        return self._aggregated("approx_n_unique")

    def remote(self, *args, **kwargs):
        """Not supported: `collect` runs here."""
        raise error(NotSupported, "remote is not supported", "use collect(), which runs here")

    def serialize(self, *args, **kwargs):
        """Not supported; use pickle."""
        raise error(NotSupported, "serialize is not supported", "use pickle")


def _run(query):
    session = _sessions.current()
    return session.prepare(n.statement_message(n.select_statement(query))).run()


def _run_statement(statement):
    session = _sessions.current()
    return started(session, session.prepare(n.statement_message(statement)))


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
