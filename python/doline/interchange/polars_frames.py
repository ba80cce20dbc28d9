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
    wide = [place for place, field in enumerate(fields) if field[3].get("doline.type") == "HUGEINT"]
    if wide and hasattr(polars, "Int128"):
        columns = frame.get_columns()
        for place in wide:  # Arrow has them as decimals
            columns[place] = columns[place].cast(polars.Int128)
        frame = polars.DataFrame(columns)
    return frame


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
