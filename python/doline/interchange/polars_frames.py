"""Rows for Polars: texts as views, as it keeps them, and no INTERVAL, which it has not."""

from doline import _engine, datatypes
from doline.interchange import recasting, require


def to_polars(query):
    """The rows as a Polars frame.

    Parameters
    ----------
    query : doline._engine.Query
        Started, and not read yet.

    Returns
    -------
    polars.DataFrame
        INTERVAL comes as ``Duration``, HUGEINT as ``Int128``.

    Raises
    ------
    doline.errors.ConversionError
        For an INTERVAL with months.
    """
    polars = require("polars", ".pl()")
    query.use_text_views()
    fields = _engine.arrow_field(query)[4]
    if any(recasting.has_format(field, ("tin",)) for field in fields):
        query = recasting.recast(query, _without_intervals)
        query.use_text_views()
    try:
        frame = polars.DataFrame(query)
    except Exception:
        query.raise_failure()
        raise
    if not any(_has_wide(field) for field in fields) or not hasattr(polars, "Int128"):
        return frame
    columns = zip(frame.get_columns(), fields)
    return polars.DataFrame([column.cast(_widened(polars, field, column.dtype)) if _has_wide(field)
                             else column for column, field in columns])


def _is_wide(field):
    return field[3].get("doline.type") == "HUGEINT"


def _has_wide(field):
    return _is_wide(field) or any(map(_has_wide, field[4]))


def _widened(polars, field, dtype):
    """The type with Int128 where HUGEINT went as Arrow's decimals."""
    if _is_wide(field):
        return polars.Int128
    if isinstance(dtype, polars.List):
        return polars.List(_widened(polars, field[4][0], dtype.inner))
    if isinstance(dtype, polars.Array):
        return polars.Array(_widened(polars, field[4][0], dtype.inner), dtype.size)
    if isinstance(dtype, polars.Struct):
        return polars.Struct({inner.name: _widened(polars, child, inner.dtype)
                              for child, inner in zip(field[4], dtype.fields)})
    return dtype


def _without_intervals(dtype):
    if dtype == datatypes.Interval:
        return datatypes.Duration("us")
    if isinstance(dtype, datatypes.List):
        return datatypes.List(_without_intervals(dtype.inner))
    if isinstance(dtype, datatypes.Array):
        return datatypes.Array(_without_intervals(dtype.inner), dtype.size)
    if isinstance(dtype, datatypes.Map):
        return datatypes.Map(_without_intervals(dtype.key), _without_intervals(dtype.value))
    if isinstance(dtype, datatypes.Struct):
        return datatypes.Struct({field.name: _without_intervals(field.dtype) for field in dtype.fields})
    return dtype
