"""Which names of `doline` belong to frames, and where they live."""

_CONSTRUCT = """all any arctan2 arg_sort_by arg_where coalesce col concat_list concat_str corr count cov
cum_sum date date_range datetime_range duration element exclude field first fold format from_epoch head
implode int_range int_ranges last len lit max mean median min n_unique nth null_count ones quantile
reduce repeat row_index select sql_expr std struct sum tail time var when zeros all_horizontal any_horizontal
max_horizontal mean_horizontal min_horizontal sum_horizontal""".split()
_TYPES = """Array Binary Boolean Categorical DataType Date Datetime Decimal Duration Enum Field Float32
Float64 Int8 Int16 Int32 Int64 Int128 List Null Object Schema String Struct Time UInt8 UInt16 UInt32
UInt64 Unknown Utf8""".split()
_IO = """PartitionBy PartitionByKey from_arrow from_dict from_dicts from_numpy from_pandas from_polars
from_records read_avro read_csv read_database read_delta read_excel read_ipc read_json read_lines
read_log read_ndjson read_parquet read_parquet_schema scan_csv scan_database scan_delta scan_iceberg
scan_ipc scan_json scan_lines scan_log scan_ndjson scan_parquet""".split()

FRAME_EXPORTS = (
    dict.fromkeys(_CONSTRUCT, "doline.expr.construct")
    | dict.fromkeys(_TYPES, "doline.datatypes")
    | dict.fromkeys(_IO, "doline.io")
    | {"DataFrame": "doline.data_frame", "LazyFrame": "doline.lazy_frame", "Series": "doline.series",
       "Expr": "doline.expr.expression", "SQLContext": "doline.sql_context", "Config": "doline.config",
       "concat": "doline.concatenating", "collect_all": "doline.concatenating",
       "align_frames": "doline.concatenating", "datatypes": None, "selectors": None, "testing": None}
)
RENAMED = {"datetime": ("doline.expr.construct", "datetime_"), "list": ("doline.expr.construct", "list_")}
