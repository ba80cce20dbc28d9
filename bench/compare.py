"""Whether two answers are the same rows: doubles to 1e-9 relative, everything else exactly."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

RELATIVE = 1e-9


def differences(ours: pa.Table, theirs: pa.Table, ordered: bool) -> list[str]:
    """What differs, at most a few lines; empty when equal. Column names do not count: engines
    call an unnamed sum differently."""
    if ours.num_columns != theirs.num_columns:
        return [f"{ours.num_columns} columns, not {theirs.num_columns}"]
    if ours.num_rows != theirs.num_rows:
        return [f"{ours.num_rows} rows, not {theirs.num_rows}"]
    pairs = [_alike(_whole(a), _whole(b)) for a, b in zip(ours.columns, theirs.columns)]
    if not ordered and ours.num_rows > 1:
        pairs = _sorted(pairs)
    found = []
    for index, (a, b) in enumerate(pairs):
        found += _column_differences(ours.column_names[index], a, b)
    return found[:5]


def _whole(column):
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if isinstance(column, pa.ChunkedArray):  # no chunk at all
        column = pa.array([], column.type)
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    return column


def _alike(a, b):
    """Both columns in one type that holds either's values."""
    a, b = _simplified(a), _simplified(b)
    if a.type == b.type:
        return a, b
    kinds = (a.type, b.type)
    if any(map(pa.types.is_floating, kinds)) or any(map(pa.types.is_decimal, kinds)):
        return a.cast(pa.float64(), safe=False), b.cast(pa.float64(), safe=False)
    if any(map(pa.types.is_timestamp, kinds)):
        return a.cast(pa.timestamp("us")), b.cast(pa.timestamp("us"))
    return a, b


def _simplified(column):
    kind = column.type
    if pa.types.is_integer(kind):
        return column.cast(pa.uint64() if pa.types.is_uint64(kind) else pa.int64())
    if pa.types.is_decimal(kind):
        if kind.scale == 0 and _fits_int64(column):
            return column.cast(pa.int64())  # a sum of integers
        return column.cast(pa.float64(), safe=False)
    if pa.types.is_floating(kind):
        return column.cast(pa.float64())
    if pa.types.is_string(kind) or pa.types.is_string_view(kind):
        return column.cast(pa.large_string())
    if pa.types.is_timestamp(kind):
        return column.cast(pa.timestamp("us"), safe=False)
    if pa.types.is_null(kind):
        return column.cast(pa.int64())
    return column


def _fits_int64(column):
    if len(column) == column.null_count:
        return True
    extremes = pc.min_max(column)
    return all(abs(int(extremes[side].as_py())) < 2**63 for side in ("min", "max"))


def _sorted(pairs):
    """Both sides sorted by the exact columns first: in grouped answers those are the keys.
    Floating columns come last and rounded, so that noise cannot change the order."""
    import polars

    exact = [index for index, (a, _) in enumerate(pairs) if not pa.types.is_floating(a.type)]
    noisy = [index for index in range(len(pairs)) if index not in exact]
    sides = []
    for side in (0, 1):
        frame = polars.DataFrame({str(index): polars.from_arrow(pair[side])
                                  for index, pair in enumerate(pairs)})
        keys = [polars.col(str(index)) for index in exact]
        keys += [polars.col(str(index)).round_sig_figs(7) for index in noisy]
        keys += [polars.col(str(index)) for index in noisy]
        sides.append(frame.sort(keys, nulls_last=True).to_arrow())
    return [_alike(_whole(a), _whole(b)) for a, b in zip(sides[0].columns, sides[1].columns)]


def _column_differences(name, a, b):
    if a.type != b.type:
        return [f"column {name}: type {a.type}, not {b.type}"]
    if not pc.all(pc.equal(a.is_null(), b.is_null())).as_py() and len(a):
        return [f"column {name}: NULL in other rows"]
    if pa.types.is_floating(a.type):
        left = a.fill_null(0).to_numpy(zero_copy_only=False)
        right = b.fill_null(0).to_numpy(zero_copy_only=False)
        scale = np.maximum(np.abs(left), np.abs(right))
        with np.errstate(invalid="ignore"):
            same = (left == right) | (np.isnan(left) & np.isnan(right)) | \
                (np.abs(left - right) <= RELATIVE * scale)
        wrong = np.flatnonzero(~same)
    elif pa.types.is_nested(a.type):
        wrong = [row for row, (x, y) in enumerate(zip(a.to_pylist(), b.to_pylist())) if x != y]
    else:
        wrong = np.flatnonzero(~pc.fill_null(pc.equal(a, b), True).to_numpy(zero_copy_only=False))
    if not len(wrong):
        return []
    row = int(wrong[0])
    return [f"column {name}: {len(wrong)} rows differ, first in row {row}: "
            f"{a[row].as_py()!r}, not {b[row].as_py()!r}"]
