"""What the stubs of the package say of types, where signatures and docstrings do not: by the names of
parameters, which mean the same everywhere, and for single functions."""

# The beginning of each stub. `builtins` because frames have methods that are called as its types.
HEAD = '''# Written by python/generate/write_stubs.py from the package itself.
import builtins
import datetime as _dt
import os as _os
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from typing import IO, Any, ClassVar, Literal, NamedTuple, NoReturn, TypeVar, overload, type_check_only

from typing_extensions import Self

from doline._typing import (ColumnNames, DataTypeLike, FrameLike, IntoExpr, IntoExprs, Parameters,
                            Path, SchemaLike, Source)
'''

# type → the parameters that have it, wherever they are.
BY_NAME = {
    "IntoExpr": """acc condition element end fill_value initial item key lower_bound offset_by other pattern
        predicate prefix value values_by start start_by suffix time upper_bound x y a b c default day hour month
        minute second year microsecond days hours minutes seconds microseconds milliseconds nanoseconds weeks
        tolerance""",
    "IntoExprs": """by column columns expr exprs on order_by partition_by values left_on right_on by_left
        by_right group_by on_columns subset fields indices index more others predicates aggs expressions
        all_exprs frames_by""",
    "IntoExpr | None": "fill_none",
    "str": """package purpose strategy index_column time_column table_name text name query function_name header_name message hint code
        alphabet""",
    "str | None": """format separator quote_char comment_prefix null_value row_index_name variable_name
        value_name characters include_file_paths fmt return_type fill_char aggregate_function label
        characters json_path delimiter output_path unit encoding""",
    "int": "window_size k decimals digits width group_index size depth length_of periods",
    "int | None": """n n_rows limit seed min_samples infer_schema_length row inference_length count size
        batch_size length height""",
    "int | IntoExpr": "offset",
    "float": "abs_tol rel_tol",
    "float | None": "base fraction com span half_life alpha",
    "float | IntoExpr": "quantile",
    "str | _dt.timedelta": "every interval",
    "str | _dt.timedelta | None": "period offset_of_time",
    "DataTypeLike": "dtype",
    "DataTypeLike | None": "return_dtype inner",
    "SchemaLike | None": "schema schema_overrides hive_schema",
    "Path": "path",
    "Path | IO[Any]": "file",
    "Source": "source",
    "Parameters | None": "params",
    "Sequence[float] | None": "weights percentiles",
    "Sequence[float]": "breaks",
    "Sequence[str] | None": "labels new_columns column_names names_of",
    "Mapping[str, str]": "mapping",
    "Callable[..., Any]": "function operation body with_names",
    "Any": """left_schema right_schema data old new time_zone ambiguous thing object handle replace_with of parts keys lazy kept started
        statement database stream told form options unsupported closed shape connection variables begin""",
    "Literal['ns', 'us', 'ms', 's']": "time_unit",
    "bool | Sequence[bool]": "descending nulls_last",
    "bool | None": "coalesce hive_partitioning eager strict maintain_order",
    "FrameLike": "frame left right",
    "Iterable[Any]": "frames items patterns",
    "object": "table rows wanted shell sizes session handle target",
}

# The same of *names and **names.
BY_STARRED_NAME = {
    "IntoExprs": "by exprs more aggs predicates columns others fields",
    "IntoExpr": "constraints named",
    "str": "names prefixes suffixes parts more_by more_columns",
    "DataTypeLike": "dtypes",
    "int | Sequence[int]": "indices",
    "int": "seeds",
    "FrameLike": "frames",
    "Any": "channels args kwargs options others unsupported settings _ __",
}

# Operators and protocols: parameters and return type. `Self` is the class.
DUNDERS = {
    "__len__": "(self) -> int", "__contains__": "(self, key: object) -> bool",
    "__enter__": "(self) -> Self",
    "__repr__": "(self) -> str", "__str__": "(self) -> str", "__hash__": "(self) -> int",
    "__copy__": "(self) -> Self", "__deepcopy__": "(self, memo: Any = None) -> Self",
    "__arrow_c_stream__": "(self, requested_schema: object = None) -> object",
    "__arrow_c_schema__": "(self) -> object",
    "__array__": "(self, dtype: Any = None, copy: bool | None = None) -> Any",
    "__bool__": "(self) -> NoReturn",
}
OPERATORS = """add radd sub rsub mul rmul truediv rtruediv floordiv rfloordiv mod rmod pow rpow and rand or
ror xor rxor lt le gt ge""".split()
COMPARISONS = ("eq", "ne")
UNARY = ("neg", "pos", "invert", "abs")

# Classes that a class of people's inherits its methods from: here they have the names of its own.
PARTS = {
    "FrameValues": "doline.data_frame.DataFrame", "FrameShapes": "doline.data_frame.DataFrame",
    "FrameItems": "doline.data_frame.DataFrame", "FrameLooks": "doline.data_frame.DataFrame",
    "FrameLayouts": "doline.data_frame.DataFrame", "FrameArithmetic": "doline.data_frame.DataFrame",
    "SeriesChanges": "doline.series.Series",
    "FrameSinks": "doline.lazy_frame.LazyFrame", "FrameRuns": "doline.lazy_frame.LazyFrame", "RowVerbs": "doline.frame_verbs.FrameVerbs",
    "ReshapingVerbs": "doline.frame_verbs.FrameVerbs", "ColumnStatistics": "doline.frame_verbs.FrameVerbs",
    "Choices": "doline.expr.expression.Expr", "MissingValues": "doline.expr.expression.Expr",
    "Selector": "doline.selectors.Selector", "TimeParts": "doline.expr.temporal.TemporalFunctions",
}

# module → another one, whose public functions it has too.
PARTS_OF_MODULES = {"doline.selectors": "doline.column_sets"}

# Whose bases both have a method, of which the one comes first that has other parameters.
OVERRIDES_BETWEEN_BASES = ("DataFrame", "LazyFrame", "Result")

# module or class → what its functions return unless RETURNS, the docstring or the name say.
DEFAULT_RETURN = {
    "doline.plotting": "Any",
    "doline.dynamic_groups": "LazyFrame", "doline.rolling": "LazyFrame",
    "doline.expr": "Expr", "doline.frame_verbs": "LazyFrame", "doline.lazy_frame": "LazyFrame",
    "doline.data_frame": "DataFrame", "doline.series": "Series", "doline.selectors": "Selector",
    "doline.group_by.LazyGroupBy": "LazyFrame", "doline.group_by.GroupBy": "DataFrame",
    "doline.testing": "None", "doline.config": "type[Config]", "doline.sql_context": "Self",
}

# What one function returns, by the end of its qualified name.
# `| Any` is what may be None, of which nobody wants to hear at each use.
RETURNS = {
    "ranges.select": "DataFrame | Any",
    "progress.started": "Any", "Series.plot": "SeriesPlot", "DataFrame.create_plot": "Any",
    "DynamicGroupBy.having": "DynamicGroupBy",
    "progress.watched": "Any", "_repr_html_": "str", "_repr_svg_": "str", "adbc.connect": "Any", "Rows._repr_html_": "str", "beside": "LazyFrame", "Connection.duplicate": "Connection",
    "Connection.executemany": "Connection", "Connection.sql": "Result | Any", "connection.run": "Result | Any",
    "Array.shape": "tuple[int, ...]", "short": "str", "Array.short": "str", "Datetime.short": "str", "Decimal.short": "str",
    "Duration.short": "str", "List.short": "str", "Map.short": "str", "Struct.short": "str",
    "DataType.base_type": "type[Self]", "DataType.is_": "bool", "DataType.is_decimal": "bool", "DataType.is_float": "bool",
    "DataType.is_integer": "bool", "DataType.is_nested": "bool", "DataType.is_numeric": "bool",
    "DataType.is_signed_integer": "bool", "DataType.is_temporal": "bool", "DataType.is_unsigned_integer": "bool",
    "as_dtype": "Any", "Cursor.__iter__": "Iterator[tuple[Any, ...]]", "Cursor.description":
    "list[tuple[Any, ...]] | Any", "Cursor.executemany": "Self", "Cursor.fetchall": "list[tuple[Any, ...]]",
    "Cursor.fetchmany": "list[tuple[Any, ...]]", "Cursor.execute": "Self", "errors.error": "_Kind",
    "DateFromTicks": "_dt.date", "TimeFromTicks": "_dt.time", "TimestampFromTicks": "_dt.datetime",
    "interchange.require": "Any", "errors.from_engine": "Error", "Connection.execute": "Self",
    "scan_": "LazyFrame", "read_": "DataFrame", "from_": "DataFrame", "sink_": "None", "write_": "None",
    "MetaFunctions.output_name": "str | Any", "MetaFunctions.pop": "list[Expr]",
    "MetaFunctions.tree_format": "str | None",
    "is_selector": "bool", "expand_selector": "tuple[str, ...]",
    "when": "_When", "_When.then": "Pending", "Pending.when": "_When", "Pending.otherwise": "Expr",
    "Config.state": "dict[str, Any]", "Config.load": "Config", "Config.load_from_file": "Config", "Config.save": "str",
    "Config.save_to_file": "None",
    "SQLContext.tables": "list[str]", "SQLContext.execute_global": "Any", "SQLContext.execute": "Any",
    "LazyFrame.explain": "str", "LazyFrame.show_graph": "Any", "LazyFrame.pipe": "Any",
    "LazyFrame.collect_schema": "Schema", "LazyFrame.names": "list[str]",
    "LazyFrame.types": "Mapping[str, Any]", "LazyFrame.columns": "list[str]", "LazyFrame.schema": "Schema",
    "LazyFrame.dtypes": "list[Any]", "LazyFrame.width": "int", "LazyFrame.fetch": "DataFrame",
    "LazyFrame.profile": "tuple[DataFrame, str]", "LazyFrame.collect_batches": "Iterator[DataFrame]",
    "LazyFrame.sql": "LazyFrame", "LazyFrame.collect_async": "DataFrame",
    "FrameVerbs.group_by": "LazyGroupBy", "FrameVerbs.group_by_dynamic": "DynamicGroupBy",
    "FrameVerbs.rolling": "RollingGroupBy", "FrameVerbs.describe": "DataFrame",
    "DataFrame.lazy": "LazyFrame", "DataFrame.height": "int", "DataFrame.columns": "list[str]",
    "DataFrame.schema": "Schema", "DataFrame.dtypes": "list[Any]", "DataFrame.width": "int",
    "DataFrame.shape": "tuple[int, int]", "DataFrame.collect_schema": "Schema", "DataFrame.is_empty": "bool",
    "DataFrame.estimated_size": "float", "DataFrame.glimpse": "Any", "DataFrame.flags": "dict[str, dict[str, bool]]",
    "DataFrame.iter_slices": "Iterator[DataFrame]", "DataFrame.is_sorted": "bool", "DataFrame.to_init_repr": "str",
    "DataFrame.rows": "Any", "DataFrame.row": "Any", "DataFrame.iter_rows": "Iterator[Any]",
    "DataFrame.to_dicts": "list[dict[str, Any]]", "DataFrame.to_dict": "dict[str, Any]",
    "DataFrame.to_arrow": "Any", "DataFrame.to_pandas": "Any", "DataFrame.to_polars": "Any",
    "DataFrame.to_numpy": "Any", "DataFrame.to_series": "Series", "DataFrame.to_struct": "Series",
    "DataFrame.get_columns": "list[Series]", "DataFrame.get_column": "Series",
    "DataFrame.get_column_index": "int", "DataFrame.item": "Any", "DataFrame.equals": "bool",
    "DataFrame.write_ipc": "Any", "DataFrame.write_ndjson": "str | None",
    "DataFrame.write_csv": "str | None", "DataFrame.write_json": "str | None",
    "DataFrame.group_by": "GroupBy", "DataFrame.group_by_dynamic": "GroupBy", "DataFrame.rolling": "GroupBy",
    "DataFrame.partition_by": "Any", "DataFrame.pipe": "Any", "DataFrame.rows_by_key": "dict[Any, Any]",
    "DataFrame.drop_in_place": "Series", "DataFrame.is_duplicated": "Series", "DataFrame.is_unique": "Series",
    "DataFrame.n_unique": "int", "DataFrame.max_horizontal": "Series", "DataFrame.min_horizontal": "Series",
    "DataFrame.sum_horizontal": "Series", "DataFrame.mean_horizontal": "Series", "DataFrame.fold": "Series",
    "DataFrame.iter_columns": "Iterator[Series]", "DataFrame.n_chunks": "int", "DataFrame.plot": "DataFramePlot",
    "DataFrame.__iter__": "Iterator[Series]",
    "Series.name": "str", "Series.dtype": "Any", "Series.shape": "tuple[int]", "Series.len": "int",
    "Series.to_list": "list[Any]", "Series.to_frame": "DataFrame", "Series.to_numpy": "Any",
    "Series.to_arrow": "Any", "Series.to_pandas": "Any", "Series.item": "Any", "Series.is_empty": "bool",
    "Series.equals": "bool", "Series.value_counts": "DataFrame", "Series.describe": "DataFrame",
    "Series.to_dummies": "DataFrame", "Series.null_count": "int", "Series.n_chunks": "int",
    "Series.sql": "DataFrame", "Series.estimated_size": "float", "Series.to_init_repr": "str",
    "Series.flags": "dict[str, bool]", "Series.get_chunks": "list[Series]", "Series.chunk_lengths": "list[int]",
    "Series.is_sorted": "bool", "testing.assert_": "None",
    "Series.__iter__": "Iterator[Any]",
    "Series.__getitem__": "Any", "Expr.pipe": "Any", "RowFunctions.pipe": "Any",
    "Expr.str": "StringFunctions", "Expr.dt": "TemporalFunctions", "Expr.list": "ListFunctions",
    "Expr.arr": "ArrayFunctions", "Expr.struct": "StructFunctions", "Expr.name": "NameFunctions",
    "Expr.bin": "BinaryFunctions", "Expr.cat": "CategoryFunctions", "Expr.meta": "MetaFunctions",
    "Expr.__iter__": "NoReturn", "GroupBy.__iter__": "Iterator[tuple[tuple[Any, ...], DataFrame]]",
    "LazyGroupBy.having": "LazyGroupBy",
    "concatenating.concat": "_Frame", "concatenating.union": "_Frame", "concatenating.merge_sorted": "_Frame", "collect_all": "list[DataFrame]", "align_frames": "list[Any]",
    "BackgroundQuery.fetch": "DataFrame | None", "BackgroundQuery.fetch_blocking": "DataFrame",
    "BackgroundQuery.cancel": "None",
    "Schema.names": "list[str]", "Schema.dtypes": "list[Any]", "Schema.len": "int",
    "load_ipython_extension": "None", "stream_of": "object", "is_table": "bool",
    "struct_with_fields": "Struct",
    "DuckConnection.table": "Result", "fetch_record_batch": "Any", "Result.__iter__": "Iterator[tuple[Any, ...]]",
    "Result.shape": "tuple[int, int]",
    "build_info": "dict[str, str]",
    "read_parquet_schema": "Schema", "read_ipc_schema": "Schema", "read_parquet_metadata": "dict[str, str]",
}

# One parameter, by the function's name.
PARAMETERS = {
    "rolling_max_by.window_size": "str | _dt.timedelta", "rolling_mean_by.window_size": "str | _dt.timedelta",
    "rolling_median_by.window_size": "str | _dt.timedelta", "rolling_min_by.window_size": "str | _dt.timedelta",
    "rolling_quantile_by.window_size": "str | _dt.timedelta", "rolling_std_by.window_size": "str | _dt.timedelta",
    "rolling_sum_by.window_size": "str | _dt.timedelta", "rolling_var_by.window_size": "str | _dt.timedelta",
    "epoch.time_unit": "Literal['ns', 'us', 'ms', 's', 'd']", "construct.exclude.columns": "Any", "construct.exclude.exprs": "Any",
    "DataFramePlot.bar.color": "Any", "DataFramePlot.line.color": "Any", "DataFramePlot.line.order": "Any",
    "DataFramePlot.point.color": "Any", "channels": "Any", "SeriesPlot.__init__.series": "Series",
    "create_function.parameters": "Sequence[Any] | None", "create_function.returns": "Any", "map_batches.agg_list":
    "bool | None", "map_batches.arguments": "Sequence[Any]", "map_batches.keywords": "Mapping[str, Any] | None",
    "map_batches.optimizations": "Any", "from_engine.cause": "BaseException | None", "create_in.arguments":
    "Sequence[Any]", "create_in.deterministic": "bool | None", "create_in.keywords": "Mapping[str, Any] | None",
    "create_in.kind": "str | None", "create_in.parameters": "Sequence[Any] | None", "create_in.returns": "Any",
    "create_in.side_effects": "bool | None", "create_in.type": "str | None", "create_in.workers": "Any",
    "sample.shuffle": "bool | None", "PartitionBy.__init__.include_key": "bool", "sink_parquet.path": "Path | IO[Any] | PartitionBy",
    "sink_csv.path": "Path | IO[Any] | PartitionBy", "sink_ndjson.path": "Path | IO[Any] | PartitionBy", "sink_ipc.path": "Path | IO[Any] | PartitionBy",
    "PartitionBy.__init__.max_rows_per_file": "int | None",
    "join.maintain_order": "str | None", "join.on": "ColumnNames | None", "join.left_on": "IntoExprs | None",
    "join_where.predicates": "Expr", "get_column.default": "Any", "rows_by_key.key": "ColumnNames",
    "hstack.columns": "Iterable[Any]", "fold.function": "Callable[..., Any]",
    "adbc.connect.conn_kwargs": "Mapping[str, str] | None", "align_frames.select": "ColumnNames | None",
    "Cursor.__init__.connection": "Connection", "Cursor.callproc.parameters": "Sequence[Any]",
    "ticks": "float", "errors.error.kind": "type[_Kind]", "errors.from_engine.begin": "int",
    "errors.from_engine.end": "int", "DataFrame.row.by_predicate": "IntoExpr | None",
    "DataFrame.__init__.orient": "Literal['row', 'col'] | None",
    "from_numpy.orient": "Literal['row', 'col'] | None", "DataFrame.__init__.data": "Any",
    "Categorical.__init__.ordering": "str | None", "Enum.__init__.categories": "Iterable[str]",
    "include_boundaries": "bool", "PartitionBy.__init__.base_path": "Path",
    "scan_csv.null_values": "str | Sequence[str] | Mapping[str, str] | None",
    "read_csv.null_values": "str | Sequence[str] | Mapping[str, str] | None", "temporal.TemporalFunctions.cast_time_unit.time_unit":
    "Literal['ns', 'us', 'ms']", "selectors.datetime.time_unit": "Any", "selectors.duration.time_unit": "Any",
    "with_column_names": "Callable[[list[str]], list[str]] | None", "sink.frame": "Any",
    "DateFromTicks.ticks": "float", "TimeFromTicks.ticks": "float", "TimestampFromTicks.ticks": "float",
    "DynamicGroupBy.__init__.include_boundaries": "bool", "scan_csv.with_column_names":
    "Callable[[list[str]], list[str]] | None", "Connection.__init__.database": "Any", "Error.__init__.code": "str | None",
    "Error.__init__.span": "tuple[int, int]", "DataType.is_.other": "Any", "Interval.__new__._cls": "Any",
    "concat.items": "Iterable[_Frame]", "union.items": "Iterable[_Frame]", "merge_sorted.items": "Iterable[_Frame]", "collect_all.lazy_frames": "Iterable[LazyFrame]",
    "align_frames.frames": "_Frame", "lit.value": "Any", "Pending.otherwise.value": "IntoExpr",
    "Expr.is_in.other": "IntoExpr | Iterable[Any]", "Expr.pipe.function": "Callable[..., Any]",
    "join.other": "Any", "join_asof.other": "Any", "join_where.other": "Any", "update.other": "Any",
    "merge_sorted.other": "Any", "merge_sorted.key": "str | Sequence[str]", "DataFrame.extend.other": "DataFrame",
    "DataFrame.equals.other": "DataFrame", "DataFrame.vstack.other": "DataFrame", "Series.equals.other": "Series",
    "Series.append.other": "Series", "Series.set.filter": "Series", "Series.zip_with.mask": "Series", "Series.zip_with.other": "Series",
    "SeriesChanges.filter.predicate": "Any", "Series.__init__.name": "Any", "Series.__init__.values": "Any",
    "DataFrame.columns.names": "Sequence[str]", "DataFrame.item.row": "int | None",
    "DataFrame.item.column": "int | str | None", "Series.item.index": "int | None",
    "DataFrame.row.index": "int | None", "DataFrame.to_series.index": "int",
    "DataFrame.insert_column.index": "int", "DataFrame.insert_column.column": "IntoExpr",
    "DataFrame.replace_column.index": "int", "DataFrame.replace_column.column": "Any",
    "cast.dtypes": "Any", "gather.indices": "Any", "map_columns.column_names": "ColumnNames", "map_columns.function": "Callable[..., Series]",
    "unstack.fill_values": "Any", "unstack.columns": "ColumnNames | None", "optimizations": "Any",
    "fill_null.value": "Any", "struct_with_fields.mapping": "Mapping[str, Any]", "rename.mapping": "Mapping[str, str] | Callable[[str], str]",
    "drop_nulls.subset": "ColumnNames | None", "unique.subset": "ColumnNames | None",
    "nth.indices": "int | Sequence[int]", "by_index.indices": "int | Iterable[int]",
    "by_name.names": "str | Iterable[str]", "by_dtype.dtypes": "DataTypeLike | Iterable[DataTypeLike]",
    
    "lazy_frames": "Iterable[LazyFrame]", "Connection.autocommit.autocommit": "bool",
    "Config.set_float_precision.precision": "int | None", "Config.set_thousands_separator.separator":
    "str | bool | None", "LazyFrame.sink_csv.quote_style": "Literal['necessary', 'always', 'non_numeric', 'never'] | None",
    "LazyFrame.sink_parquet.metadata": "Mapping[str, str] | None",
    "DataFrame.write_ipc.file": "Path | IO[Any] | None",
    "LazyFrame.sink_csv.line_terminator": "str", "scan_csv.eol_char": "str", "read_csv.eol_char": "str",
    "scan_csv.missing_columns": "str | None", "read_csv.missing_columns": "str | None",
    "sql_expr.sql": "str | Sequence[str]", "SQLContext.execute.query": "str", "SQLContext.register.frame": "FrameLike | None",
    "SQLContext.register_many.frames": "Mapping[str, FrameLike] | None", "SQLContext.unregister.names":
    "str | Iterable[str]", "SQLContext.__init__.frames": "Mapping[str, FrameLike] | None",
    "SQLContext.__init__.named": "FrameLike", "SQLContext.register_many.named": "FrameLike",
    "expand_selector.target": "Any", "expand_selector.selector": "Any",
    "PartitionBy.__init__.key": "Any", "read_database.query": "str", "connect.database": "str",
    "log.base": "IntoExpr", "Expr.over.partition_by": "IntoExprs | None",
    "BinaryFunctions.contains.literal": "IntoExpr", "Expr.bin_intervals.intervals": "Any", "Expr.bin_intervals.labels": "Any",
    "Expr.pow.exponent": "IntoExpr", "StructFunctions.drop.names": "str | Sequence[str]", "week_mask": "Iterable[bool]",
    "holidays": "Any", "MetaFunctions.eq.other": "Expr", "MetaFunctions.ne.other": "Expr",
    "StructFunctions.rename_fields.names": "Sequence[str]", "StructFunctions.field.name": "str",
    "DataFrame.transpose.column_names": "str | Iterable[str] | None", "row_as.names": "Sequence[str]",
}

# What is typed as a whole: the lines of the function, decorators and all.
WHOLE = {
    "sql_text.sql_expr": """@overload
def sql_expr(sql: str) -> Expr: ...  # pyright: ignore[reportOverlappingOverload]
@overload
def sql_expr(sql: Sequence[str]) -> list[Expr]: ...""",
    "DataFrame.__getitem__": """@overload
def __getitem__(self, key: str) -> Series: ...
@overload
def __getitem__(self, key: tuple[Any, Any]) -> Any: ...
@overload
def __getitem__(self, key: int | builtins.slice | list[str] | list[int] | Series) -> DataFrame: ...""",
    "DataFrame.rows": """@overload
def rows(self, *, named: Literal[False] = False) -> list[tuple[Any, ...]]: ...
@overload
def rows(self, *, named: Literal[True]) -> list[dict[str, Any]]: ...""",
    "DataFrame.row": """@overload
def row(self, index: int | None = None, *, by_predicate: IntoExpr = None, named: Literal[False] = False) -> tuple[Any, ...]: ...
@overload
def row(self, index: int | None = None, *, by_predicate: IntoExpr = None, named: Literal[True]) -> dict[str, Any]: ...""",
    "DataFrame.iter_rows": """@overload
def iter_rows(self, *, named: Literal[False] = False, buffer_size: int = 512) -> Iterator[tuple[Any, ...]]: ...
@overload
def iter_rows(self, *, named: Literal[True], buffer_size: int = 512) -> Iterator[dict[str, Any]]: ...""",
    "DataFrame.to_dict": """@overload
def to_dict(self, *, as_series: Literal[True] = True) -> dict[str, Series]: ...
@overload
def to_dict(self, *, as_series: Literal[False]) -> dict[str, list[Any]]: ...""",
    "DataFrame.partition_by": """@overload
def partition_by(self, by: ColumnNames, *more: str, maintain_order: bool = True, include_key: bool = True, as_dict: Literal[False] = False) -> list[DataFrame]: ...
@overload
def partition_by(self, by: ColumnNames, *more: str, maintain_order: bool = True, include_key: bool = True, as_dict: Literal[True]) -> dict[tuple[Any, ...], DataFrame]: ...""",
    "_Columns.__call__": """def __call__(self, name: str | DataTypeLike | Iterable[str] | Iterable[DataTypeLike], *more: str | DataTypeLike) -> Expr: ...
def __getattr__(self, name: str) -> Expr: ...""",
    "LazyFrame.collect": """@overload
def collect(self, *, engine: str = "auto", background: Literal[False] = False, **others: Any) -> DataFrame: ...
@overload
def collect(self, *, engine: str = "auto", background: Literal[True], **others: Any) -> BackgroundQuery: ...""",
}

# What stands in one module's stub beside what is written from it.
BESIDE = {
    "connection": """@type_check_only
class _LastCursor(DuckRows):
    description: list[tuple[Any, ...]] | Any
    rowcount: int""",
    "interval": """class Interval(NamedTuple):
    months: int = 0
    days: int = 0
    microseconds: int = 0""",
    "errors": '_Kind = TypeVar("_Kind", bound=Error)',
    "concatenating": '_Frame = TypeVar("_Frame", DataFrame, LazyFrame, Series)',
}
