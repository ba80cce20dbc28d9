"""`describe`: statistics of each column."""

from __future__ import annotations

from . import datatypes as types


def describe(lazy, percentiles, interpolation):
    """Counts, mean, spread, extremes and quantiles, a row for each statistic.

    Returns
    -------
    DataFrame
    """
    from .data_frame import DataFrame
    from .expr.construct import col
    shares = sorted(percentiles) if isinstance(percentiles, (list, tuple)) else [percentiles]
    shares = [s for s in shares if s is not None]
    statistics = ["count", "null_count", "mean", "std", "min",
                  *[f"{s:.0%}" for s in shares], "max"]
    parts = []
    for i, (name, dtype) in enumerate(lazy.types.items()):
        c = col(name)
        numeric = dtype.is_numeric() or dtype == types.Boolean
        ordered = not dtype.is_nested() and dtype != types.Null
        temporal = dtype.is_temporal()
        made = {"count": c.count(), "null_count": c.null_count()}
        if numeric or temporal:
            made["mean"] = c.mean() if dtype != types.Date else c.cast(types.Datetime("us")).mean()
        if dtype.is_numeric():
            made["std"] = c.std()
        if ordered:
            made["min"], made["max"] = c.min(), c.max()
        if dtype.is_numeric():
            for s in shares:
                made[f"{s:.0%}"] = c.quantile(s, interpolation)
        parts += [expr.alias(f"{statistic}:{i}") for statistic, expr in made.items()]
    row = lazy.select(parts).collect().rows(named=True)[0]
    columns = {"statistic": statistics}
    for i, (name, dtype) in enumerate(lazy.types.items()):
        values = [row.get(f"{s}:{i}") for s in statistics]
        if dtype.is_numeric() or dtype == types.Boolean:
            columns[name] = [None if v is None else float(v) for v in values]
        else:
            columns[name] = [None if v is None else str(v) for v in values]
    return DataFrame(columns)
