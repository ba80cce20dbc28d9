"""Options of Polars' functions that Doline's take beside their own: those that change nothing, and
those that are refused with what to use instead."""

from __future__ import annotations

from .errors import InvalidArgument, NotSupported, error

# What changes how the work is done, and nothing that comes of it.
HARMLESS = {
    "batch_size": "rows are read and written in batches of the engine's own",
    "cache": "what is shared in a query is computed once anyway",
    "data_page_size": "pages are as large as their encodings ask for",
    "figsize": "the drawing is as large as the plan",
    "infer_schema_files": "a value that contradicts a type widens it, in whatever file",
    "low_memory": "memory is bounded always",
    "maintain_order": "rows are in the order of the frame, or of the file",
    "memory_map": "files are read as the engine does",
    "n_threads": "the setting `threads` says it",
    "optimizations": "what a query gives does not depend on how it is planned",
    "parallel": "files are read in parallel",
    "partition_chunk_size_bytes": "files are cut where they are large; PartitionBy says where",
    "rechunk": "frames have no chunks",
    "statistics": "row groups have statistics",
    "use_statistics": "statistics of files are used where they help",
}
# name → (values that ask for nothing, what to use instead); of a single function as "function.name".
REFUSED = {
    "allow_missing_columns": ((False,), 'missing_columns="insert"'),
    "arrow_schema": ((), "cast before writing"),
    "cast_options": ((), "cast after scanning"),
    "compat_level": ((), "the default; every reader of Arrow 1.0 takes it"),
    "credential_provider": (("auto",), "a path of this machine's, such as a mount of the store"),
    "decryption": ((), "a file that is not encrypted"),
    "encryption": ((), "an encrypted directory or disk"),
    "eol_char": (("\n", "\r", "\r\n"),
                 "text with line ends, as in read_csv(text.replace(sign, \"\\n\").encode())"),
    "extra_columns": (("raise",), "select(names) of the columns wanted"),
    "float_scientific": ((False,), "a column of texts made before writing"),
    "gevent": ((False,), "await or collect(background=True)"),
    "hidden_file_prefix": ((), "a pattern that those files do not match"),
    "optimized": ((True,), "the plan that runs, which is the only one shown"),
    "plan_stage": (("physical",), "the plan that runs, which is the only one shown"),
    "pyarrow_options": (({},), "pyarrow.parquet and doline.from_arrow"),
    "retries": ((2, 0), "a path of this machine's, such as a mount of the store"),
    "show_plot": ((False,), "the plan with its times, which is returned as text"),
    "sinked_paths_callback": ((), "glob of the files written"),
    "skip_rows_after_header": ((0,), "slice(n) after reading"),
    "storage_options": (({},), "a path of this machine's, such as a mount of the store"),
    "streaming": ((False,), "the default: memory is bounded always"),
    "sync_on_close": (("none",), "os.fsync of the file written"),
    "try_parse_hive_dates": ((True,), "hive_schema={key: doline.String}"),
    "use_pyarrow": ((False,), "pyarrow and doline.from_arrow"),
    "collect_batches.lazy": ((False,), "the iterator, which runs the query when it is first asked"),
    "collect_all.lazy": ((False,), "the list of frames"),
    "PartitionBy.file_path_provider": ((), "the names that files get"),
    "compression_level": ((), "compression without a level"),
}
# Polars' own, of functions that its users do not call with them.
_INTERNAL = {"_expand_paths": True, "_record_batch_statistics": False}
ENGINES = ("auto", "in-memory", "streaming")


def settle(function, given, near=()):
    """Sees to options that a function has no parameters for.

    Parameters
    ----------
    function : str
        What it is called.
    given : dict
        The options by name.
    near : iterable of str
        The function's own parameters, which a wrong name may have meant.

    Raises
    ------
    doline.NotSupported
        For what Polars has and Doline has not; the hint says what to use.
    TypeError
        For names that neither has.
    """
    for name, value in given.items():
        if name == "engine":
            check_engine(function, value)
            continue
        if name in HARMLESS:
            continue
        refused = REFUSED.get(f"{function}.{name}") or REFUSED.get(name)
        if name in _INTERNAL or name.startswith("_"):
            if value is None or value == _INTERNAL.get(name):
                continue
            refused = refused or ((), "the public options")
        if refused is None:
            import difflib
            meant = difflib.get_close_matches(name, [*near, *HARMLESS, *REFUSED], 1)
            raise TypeError(f"{function}() has no option {name!r}"
                            + (f"; did you mean {meant[0]!r}?" if meant else ""))
        if value is not None and not any(value is none or type(value) is type(none) and value == none
                                         for none in refused[0]):
            raise error(NotSupported, f"{function}({name}={value!r}) is not supported", f"use {refused[1]}")


def check_engine(function, value):
    """Refuses engines that are not there."""
    if value in ENGINES:
        return
    if value == "gpu" or not isinstance(value, str):
        raise error(NotSupported, f"{function}(engine={value!r}) is not supported: there is one engine",
                    "leave it out")
    raise error(InvalidArgument, f"{function}(engine={value!r}): there is no such engine",
                f"it is one of {', '.join(ENGINES)}, which are all the same here")
