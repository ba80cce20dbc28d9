"""What Polars has and Doline does not: it says so, and names what to use, when it is called."""

from __future__ import annotations

from .errors import NotSupported, error

_BITS = "a function of one's own with map_elements"

# name → what to use instead; methods of expressions and series.
EXPRESSIONS = {
    "approx_quantile": "quantile", "bin_quantiles": "cut with breaks of quantile",
    "bin_ranks": "rank and floor_divide", "qcut": "cut with breaks of quantile",
    "bitwise_count_zeros": "bitwise_count_ones", "bitwise_leading_ones": _BITS,
    "bitwise_leading_zeros": _BITS, "bitwise_trailing_ones": _BITS,
    "bitwise_trailing_zeros": _BITS, "cumulative_eval": "cum_sum and its like",
    "deserialize": "pickle", "ext": "cast", "erf": _BITS, "erfc": _BITS, "ewm_mean_by": "rolling_mean_by",
    "ewm_sum": "rolling_sum", "ewm_sum_by": "rolling_sum_by", "extend_constant": "concat",
    "hist": "cut and value_counts", "interpolate_by": "join_asof",
    "lower_bound": "lit of the type's least", "upper_bound": "lit of the type's greatest",
    "pipe_with_dtype": "pipe and collect_schema", "reinterpret": "cast", "reshape": "implode",
    "rolling_rank_by": "rank",
    "scatter": "when/then",
    "set": "when/then", "to_torch": "to_numpy", "to_jax": "to_numpy", "new_from_index": "repeat",
}
# The same of frames.
FRAMES = {
    "match_to_schema": "cast and select", "hash_rows": "pl.struct(…).hash()",
    "serialize": "pickle", "deserialize": "pickle", "style": "show()", "to_jax": "to_numpy",
    "to_torch": "to_numpy", "write_avro": "write_parquet", "write_clipboard": "write_csv",
    "write_database": "pandas' to_sql", "write_delta": "write_parquet", "write_excel": "write_csv",
    "project": "select(dl.sql_expr(…))", "aggregate": "select, or group_by(…).agg(…)", "order": "sort",
    "write_iceberg": "write_parquet", "write_ipc_stream": "write_ipc", "sink_batches": "collect_batches",
    "sink_delta": "sink_parquet", "sink_iceberg": "sink_parquet", "pipe_with_schema": "pipe",
}
_TYPES = "a type there is, and a column beside for the rest"
# The same of the package.
FUNCTIONS = {
    "arange": "int_range", "business_day_count": "date_range and dt.weekday", "concat_arr": "concat_list",
    "cum_fold": "fold", "cum_reduce": "reduce", "cum_sum_horizontal": "sum_horizontal",
    "date_ranges": "date_range", "datetime_ranges": "datetime_range", "defer": "LazyFrame",
    "enable_string_cache": "Enum", "disable_string_cache": "Enum", "StringCache": "Enum",
    "linear_space": "int_range", "linear_spaces": "int_ranges",
    "read_clipboard": "read_csv", "read_ods": "pandas' read_excel",
    "read_database_uri": "pandas' read_sql", "rolling_corr": "corr in rolling(…).agg",
    "rolling_cov": "cov in rolling(…).agg",
    "scan_pyarrow_dataset": "DataFrame(dataset)", "time_range": "datetime_range",
    "time_ranges": "datetime_range", "json_normalize": "read_json and unnest", "GPUEngine": "collect()",
    "Float16": "Float32", "UInt128": "Int128", "Categories": "Enum",
    "QueryOptFlags": "SET disabled_optimizers = '…' in SQL", "CompatLevel": "the default",
    "Engine": "collect(), which has one engine", "InMemoryEngine": "collect(), which has one engine",
    "StreamingEngine": "collect(), which has one engine", "RemoteEngine": "collect(), which runs here",
    "set_random_seed": "the parameter seed of sample and shuffle", "from_repr": "DataFrame of the values",
    "from_dataframe": "from_arrow, or DataFrame", "from_df": "from_pandas, or DataFrame",
    "from_torch": "DataFrame of tensor.numpy()",
    "get_index_type": "UInt32, which counts are of", "using_string_cache": "Enum",
    "dtype_of": "collect_schema", "self_dtype": "return_dtype",
    "DataTypeExpr": "collect_schema", "pipe_with_dtype": "pipe and collect_schema",
    "BaseExtension": _TYPES, "Extension": _TYPES, "register_extension_type": _TYPES,
    "unregister_extension_type": _TYPES, "get_extension_type": _TYPES,
    "scan_arrow_c_stream": "DataFrame(stream)", "scan_external_reader": "a generator with create_function",
    "scan_lance": "pyarrow and DataFrame(dataset)", "delete_iceberg": "the table's own library",
    "Catalog": "scan_parquet of a table's files",
    "FileProviderArgs": "PartitionBy, which names files itself",
    "ScanCastOptions": "cast after scanning", "ParquetDecryptionProperties": "a file that is not encrypted",
    "ParquetEncryptionProperties": "an encrypted directory or disk",
} | dict.fromkeys(
    ("CredentialProvider", "CredentialProviderAWS", "CredentialProviderAzure", "CredentialProviderGCP",
     "CredentialProviderFunction", "CredentialProviderFunctionReturn"),
    "a path of this machine's, such as a mount of the store")
# Modules of the package's; whatever is asked of them is refused.
MODULES = {"api": "pipe, for functions of one's own in a chain", "plugins": "create_function"}


def refusing(name, instead):
    """A function that raises `NotSupported` when it is called."""
    def refuse(*args, **kwargs):
        raise error(NotSupported, f"{name} is not supported", f"use {instead}")
    refuse.__name__ = name
    return refuse


class RefusedModule:
    """A module that is not there, which says so where something of it is used."""

    def __init__(self, name, instead):
        self._name, self._instead = name, instead

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        raise error(NotSupported, f"{self._name}.{name} is not supported", f"use {self._instead}")
