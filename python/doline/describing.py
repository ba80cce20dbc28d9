"""`describe`: statistics of each column."""

from __future__ import annotations

import math

from . import datatypes as types
from .errors import InvalidArgument, TypeMismatch, error
from .expr import build as b
from .expr.literals import literal_bytes


def described(lazy, percentiles, interpolation):
    """Names of the statistics, and for each column those that it has: counts, mean, spread, extremes and
    quantiles."""
    from .expr.construct import col
    shares = sorted(percentiles) if isinstance(percentiles, (list, tuple)) else [percentiles]
    shares = {_label(s): s for s in shares if s is not None}
    parts, made = [], []
    for i, (name, dtype) in enumerate(lazy.types.items()):
        c = col(name)
        wanted = {"count": c.count(), "null_count": c.null_count()}
        if dtype.is_numeric() or dtype == types.Boolean or dtype.is_temporal():
            wanted["mean"] = c.mean() if dtype != types.Date else c.cast(types.Datetime("us")).mean()
        if dtype.is_numeric():
            wanted["std"] = c.std()
        if not dtype.is_nested() and dtype != types.Null:
            wanted["min"], wanted["max"] = c.min(), c.max()
        parts += [expr.alias(f"{statistic}:{i}") for statistic, expr in wanted.items()]
        made.append(wanted)
    row = iter(lazy.select(parts).collect().rows()[0]) if parts else iter(())
    made = [{statistic: next(row) for statistic in wanted} for wanted in made]
    _add_quantiles(lazy, made, shares, interpolation)
    return ["count", "null_count", "mean", "std", "min", *shares, "max"], dict(zip(lazy.names, made))


def describe(lazy, percentiles, interpolation):
    """A frame with a row for each statistic.

    Returns
    -------
    DataFrame
    """
    from .data_frame import DataFrame
    statistics, made = described(lazy, percentiles, interpolation)
    if not made:
        raise error(TypeMismatch, "a frame without columns cannot be described")
    columns = {name: _shown([values.get(s) for s in statistics], lazy.types[name])
               for name, values in made.items()}
    return DataFrame({"statistic": statistics} | columns, {"statistic": types.String} | {
        name: _type_of(lazy.types[name]) for name in made})


def describe_series(series, percentiles, interpolation):
    """The same of one column: those that it has.

    Returns
    -------
    DataFrame
    """
    from .data_frame import DataFrame
    statistics, made = described(series._frame.lazy(), percentiles, interpolation)
    (values,) = made.values()
    statistics = [s for s in statistics if s in values]
    return DataFrame({"statistic": statistics, "value": _shown([values[s] for s in statistics], series.dtype)},
                     {"statistic": types.String, "value": _type_of(series.dtype)})


def _label(share):
    return f"{share * 100:g}%"


def _type_of(dtype):
    is_number = dtype.is_numeric() or dtype.is_nested() or dtype in (types.Boolean, types.Null)
    return types.Float64 if is_number else types.String


def _shown(values, dtype):
    as_shown = float if _type_of(dtype) == types.Float64 else str
    return [None if v is None else as_shown(v) for v in values]


def _add_quantiles(lazy, made, shares, interpolation):
    """Quantiles of the columns that have an order and a distance, all in one run. The places between which
    a quantile lies follow from the column's count; `quantile_disc` picks what is there."""
    items, wanted = [], []
    for i, (name, dtype) in enumerate(lazy.types.items()):
        count = made[i]["count"]
        if not (dtype.is_numeric() or dtype.is_temporal()) or not shares:
            continue
        if not count:
            made[i].update(dict.fromkeys(shares))
            continue
        places = {s: _places(share * (count - 1), interpolation) for s, share in shares.items()}
        apart = sorted({place for pair in places.values() for place in pair})
        picked = [literal_bytes((place + 0.5) / count) for place in apart]
        items.append(b.named(b.call("quantile_disc", b.column(name), b.call("list_value", *picked)), str(i)))
        wanted.append((i, places, apart, dtype))
    if not items:
        return
    for values, (i, places, apart, dtype) in zip(lazy._next(b.select_from(lazy._query, items)).fetchone(), wanted):
        known = dict(zip(apart, values))
        for s, share in shares.items():
            low, high = (known[place] for place in places[s])
            made[i][s] = low if places[s][0] == places[s][1] else _between(
                low, high, 0.5 if interpolation == "midpoint" else share * (made[i]["count"] - 1) % 1, dtype)


def _places(place, interpolation):
    low, high = math.floor(place), math.ceil(place)
    if interpolation == "nearest":
        low = high = math.floor(place + 0.5)
    elif interpolation == "lower":
        high = low
    elif interpolation == "higher":
        low = high
    elif interpolation not in ("midpoint", "linear"):
        raise error(InvalidArgument, f"no interpolation is called {interpolation!r}",
                    "nearest, lower, higher, midpoint and linear are")
    return low, high


def _between(low, high, share, dtype):
    if dtype.is_numeric():
        low, high = float(low), float(high)
    if dtype == types.Time:
        return low
    return low + (high - low) * share
