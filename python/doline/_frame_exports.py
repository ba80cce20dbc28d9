"""Which names of `doline` belong to frames, and where they live."""

_CONSTRUCT = """all any approx_n_unique col count cum_count cum_sum element exclude field first head implode last len
lit max mean median min n_unique nth null_count quantile std sum tail var when""".split()
_ACROSS = """all_horizontal any_horizontal arctan2 arg_sort_by arg_where coalesce concat_list concat_str corr
cov fold format max_horizontal mean_horizontal min_horizontal reduce struct sum_horizontal""".split()
_RANGES = """date date_range datetime_range duration from_epoch int_range int_ranges ones repeat row_index select
time zeros""".split()
_TYPES = """Array Binary Boolean Categorical DataType Date Datetime Decimal Duration Enum Field Float32
Float64 Int8 Int16 Int32 Int64 Int128 List Map Null Object Schema String Struct Time UInt8 UInt16 UInt32
UInt64 Unknown Utf8""".split()
_SEVERAL = """build_info collect_all collect_all_async escape_regex explain_all show_versions
thread_pool_size""".split()
_IO = """from_dict from_dicts from_records read_avro read_database read_delta read_excel read_ipc read_ipc_schema
read_ipc_stream
read_json read_lines read_log read_ndjson read_parquet read_parquet_metadata read_parquet_schema
scan_database scan_delta scan_iceberg
scan_ipc scan_json scan_lines scan_log scan_ndjson scan_parquet""".split()

_READERS = "from_arrow from_numpy from_pandas from_polars".split()

FRAME_EXPORTS = (
    dict.fromkeys(_CONSTRUCT, "doline.expr.construct")
    | dict.fromkeys(_ACROSS, "doline.expr.across_columns")
    | dict.fromkeys(_RANGES, "doline.expr.ranges")
    | dict.fromkeys(["map_batches", "map_groups"], "doline.expr.own_functions")
    | dict.fromkeys(_TYPES, "doline.datatypes")
    | dict.fromkeys(_IO, "doline.io")
    | dict.fromkeys(_SEVERAL, "doline.several_queries")
    | dict.fromkeys(("scan_csv", "read_csv"), "doline.csv_files")
    | dict.fromkeys(_READERS, "doline.interchange.readers")
    | {"DataFrame": "doline.data_frame", "LazyFrame": "doline.lazy_frame", "Series": "doline.series",
       "Expr": "doline.expr.expression", "SQLContext": "doline.sql_context", "Config": "doline.config",
       "PartitionBy": "doline.partition_by", "PartitionByKey": "doline.partition_by",
       "concat": "doline.concatenating", "align_frames": "doline.concatenating",
       "merge_sorted": "doline.concatenating", "union": "doline.concatenating",
       "struct_with_fields": "doline.datatypes", "sql_expr": "doline.sql_text",
       "datatypes": None, "exceptions": None, "functions": None, "selectors": None, "testing": None}
)
RENAMED = {"datetime": ("doline.expr.ranges", "datetime_"), "list": ("doline.expr.construct", "list_")}
