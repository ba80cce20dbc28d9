"""What Polars has and Doline does not: it says so, and names what to use, when it is called."""

from __future__ import annotations

from .errors import NotSupported, error

_GENERAL = "docs/frames-and-sql.md tells what there is"

# name → what to use instead; methods of expressions and series.
EXPRESSIONS = {
    "approx_quantile": "quantile is exact", "bin_quantiles": "quantile gives breaks for cut",
    "bin_ranks": "rank and floor_divide", "qcut": "quantile gives breaks for cut",
    "bitwise_count_zeros": "bitwise_count_ones", "bitwise_leading_ones": _GENERAL,
    "bitwise_leading_zeros": _GENERAL, "bitwise_trailing_ones": _GENERAL,
    "bitwise_trailing_zeros": _GENERAL, "cumulative_eval": "cum_sum and its like",
    "deserialize": "pickle", "ext": "cast", "erf": _GENERAL, "erfc": _GENERAL, "ewm_mean_by": "rolling_mean_by",
    "ewm_std": "rolling_std", "ewm_sum": "rolling_sum", "ewm_sum_by": "rolling_sum_by",
    "ewm_var": "rolling_var", "extend_constant": "concat", "hist": "cut and value_counts",
    "interpolate_by": "join_asof", "lower_bound": _GENERAL, "upper_bound": _GENERAL,
    "pipe_with_dtype": "pipe and collect_schema", "reinterpret": "cast", "reshape": "implode",
    "rolling_rank_by": "rank",
    "scatter": "when/then",
    "set": "when/then", "to_torch": "to_numpy", "to_jax": "to_numpy", "new_from_index": "repeat",
}
# The same of frames.
FRAMES = {
    "match_to_schema": "cast and select", "map_columns": "with_columns", "hash_rows": "pl.struct(…).hash()",
    "serialize": "pickle", "deserialize": "pickle", "style": "show()", "to_jax": "to_numpy",
    "to_torch": "to_numpy", "write_avro": "write_parquet", "write_clipboard": "write_csv",
    "write_database": "pandas' to_sql", "write_delta": "write_parquet", "write_excel": "write_csv",
    "write_iceberg": "write_parquet", "write_ipc_stream": "write_ipc", "sink_batches": "collect_batches",
    "sink_delta": "sink_parquet", "sink_iceberg": "sink_parquet", "pipe_with_schema": "pipe",
}
# The same of the package.
FUNCTIONS = {
    "arange": "int_range", "business_day_count": "date_range and dt.weekday", "concat_arr": "concat_list",
    "cum_fold": "fold", "cum_reduce": "reduce", "cum_sum_horizontal": "sum_horizontal",
    "date_ranges": "date_range", "datetime_ranges": "datetime_range", "defer": "LazyFrame",
    "enable_string_cache": "Enum", "disable_string_cache": "Enum", "StringCache": "Enum",
    "linear_space": "int_range", "linear_spaces": "int_ranges",
    "read_clipboard": "read_csv", "read_ods": "pandas' read_excel",
    "read_database_uri": "pandas' read_sql", "rolling_corr": _GENERAL, "rolling_cov": _GENERAL,
    "scan_pyarrow_dataset": "DataFrame(dataset)", "time_range": "datetime_range",
    "time_ranges": "datetime_range", "json_normalize": "read_json and unnest", "GPUEngine": "collect()",
    "Float16": "Float32", "UInt128": "Int128", "Categories": "Enum",
}


def refusing(name, instead):
    """A function that raises `NotSupported` when it is called."""
    def refuse(*args, **kwargs):
        raise error(NotSupported, f"{name} is not supported", f"use {instead}")
    refuse.__name__ = name
    return refuse
