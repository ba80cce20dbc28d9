"""Where two frames of the same names differ, found by the engine."""

from __future__ import annotations

from .expr.functions import nested_types

INDEX = "__doline_index"


def other_name(i):
    """What the right frame's column at a place is called beside the left's."""
    return f"__doline_other_{i}"


def comparable(one, other):
    """Whether values of two types may be equal."""
    if one == other:
        return True
    if one.is_numeric() or other.is_numeric():
        return one.is_numeric() and other.is_numeric()
    if one.is_nested() and other.is_nested():
        ours, theirs = nested_types(one), nested_types(other)
        return _family(one) == _family(other) and len(ours) == len(theirs) and all(map(comparable, ours, theirs))
    return _family(one) == _family(other)


def _family(dtype):
    kind = dtype if isinstance(dtype, type) else type(dtype)
    name = "String" if kind.__name__ == "Enum" else kind.__name__
    return name, getattr(dtype, "time_zone", None)


def differing(left, right, tolerances=None, null_equal=True):
    """The rows in which two DataFrames of the same height and comparable types differ, numbered: the
    left's columns, then the right's by `other_name`. `tolerances`: how near floats have to be, as
    `math.isclose` has them: (relative, absolute)."""
    from .concatenating import beside
    from .expr.across_columns import any_horizontal
    from .expr.construct import col
    theirs = {name: other_name(i) for i, name in enumerate(right.columns)}
    lazy = beside([left.lazy(), right.lazy().rename(theirs)])
    parts = [_differ(col(name), col(other), left.schema[name].is_float() or right.schema[old].is_float(),
                     tolerances, null_equal)
             for name, (old, other) in zip(left.columns, theirs.items())]
    differ = any_horizontal([part.alias(str(i)) for i, part in enumerate(parts)])
    return lazy.with_row_index(INDEX).filter(differ)


def _differ(x, y, is_float, tolerances, null_equal):
    same = x.eq_missing(y) if null_equal else (x == y).fill_null(False)
    if is_float and tolerances is not None:
        from .datatypes import Float64
        from .expr.across_columns import max_horizontal
        x, y = x.cast(Float64), y.cast(Float64)
        relative, absolute = tolerances
        bound = max_horizontal(x.abs() * relative, y.abs() * relative).clip(lower_bound=absolute)
        near = x.is_finite() & y.is_finite() & ((x - y).abs() <= bound)
        same = same | near.fill_null(False)
    return ~same


def equal(left, right, null_equal=True):
    """Whether two DataFrames have the same names and values, in the same order."""
    if left.columns != right.columns or left.height != right.height:
        return False
    if not all(comparable(a, c) for a, c in zip(left.dtypes, right.dtypes)):
        return False
    if left._lazy._query == right._lazy._query and null_equal or not left.columns:
        return True
    return differing(left, right, null_equal=null_equal).head(1).collect().is_empty()
