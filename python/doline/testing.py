"""Assertions over frames, for tests."""

from __future__ import annotations

import math

from . import frame_equality as equality


def assert_frame_equal(left, right, *, check_row_order=True, check_column_order=True, check_dtypes=True,
                       check_exact=False, rel_tol=1e-5, abs_tol=1e-8, categorical_as_str=False):
    """Raises AssertionError where two frames differ, and says how.

    Parameters
    ----------
    left, right : DataFrame or LazyFrame
        The frames.
    check_row_order, check_column_order, check_dtypes : bool, default True
        Whether these count.
    check_exact : bool, default False
        Whether floats have to be the same; else near.
    rel_tol, abs_tol : float
        How near.
    categorical_as_str : bool, default False
        Whether the values of `Enum` columns count, whatever their categories.

    Raises
    ------
    AssertionError
        With the first difference.

    Examples
    --------
    >>> dl.testing.assert_frame_equal(dl.DataFrame({"a": [1.0]}), dl.DataFrame({"a": [1.0 + 1e-9]}))
    """
    left, right = (f.collect() if hasattr(f, "collect") else f for f in (left, right))
    if set(left.columns) != set(right.columns):
        raise AssertionError(f"frames have other columns: {left.columns} and {right.columns}")
    if check_column_order and left.columns != right.columns:
        raise AssertionError(f"columns come in another order: {left.columns} and {right.columns}")
    if left.columns != right.columns:
        right = right.select(left.columns)
    if categorical_as_str:
        left, right = map(_with_texts, (left, right))
    if check_dtypes and left.dtypes != right.dtypes:
        raise AssertionError(f"types differ: {left.schema} and {right.schema}")
    for name, one, other in zip(left.columns, left.dtypes, right.dtypes):
        if not equality.comparable(one, other):
            raise AssertionError(f'column "{name}" is {one!r} here and {other!r} there')
    if left.height != right.height:
        raise AssertionError(f"frames have {left.height} and {right.height} rows")
    if not left.columns or left._lazy._query == right._lazy._query:
        return
    if not check_row_order:
        left, right = (frame.sort(frame.columns) for frame in (left, right))
    tolerances = None if check_exact else (rel_tol, abs_tol)
    found = equality.differing(left, right, tolerances)
    for i, *values in found.collect().iter_rows():
        row, others = values[:left.width], values[left.width:]
        for name, a, c in zip(left.columns, row, others):
            if not _same(a, c, check_exact, rel_tol, abs_tol):
                raise AssertionError(f'values differ in row {i}, column "{name}": {a!r} and {c!r}')


def assert_frame_not_equal(left, right, *, check_row_order=True, check_column_order=True, check_dtypes=True,
                           check_exact=False, rel_tol=1e-5, abs_tol=1e-8, categorical_as_str=False):
    """Raises AssertionError where two frames are equal.

    Parameters
    ----------
    left, right : DataFrame or LazyFrame
        The frames.
    check_row_order, check_column_order, check_dtypes, check_exact, categorical_as_str : bool
        As of `assert_frame_equal`.
    rel_tol, abs_tol : float
        As of `assert_frame_equal`.

    Raises
    ------
    AssertionError
        Where they are.

    Examples
    --------
    >>> dl.testing.assert_frame_not_equal(dl.DataFrame({"a": [1]}), dl.DataFrame({"a": [2]}))
    """
    try:
        assert_frame_equal(left, right, check_row_order=check_row_order, check_column_order=check_column_order,
                           check_dtypes=check_dtypes, check_exact=check_exact, rel_tol=rel_tol,
                           abs_tol=abs_tol, categorical_as_str=categorical_as_str)
    except AssertionError:
        return
    raise AssertionError("frames are equal")


def assert_series_equal(left, right, *, check_dtypes=True, check_names=True, check_order=True,
                        check_exact=False, rel_tol=1e-5, abs_tol=1e-8, categorical_as_str=False):
    """Raises AssertionError where two series differ, and says how.

    Parameters
    ----------
    left, right : Series
        The series.
    check_dtypes, check_names, check_order : bool, default True
        Whether these count.
    check_exact, categorical_as_str : bool, default False
        As of `assert_frame_equal`.
    rel_tol, abs_tol : float
        As of `assert_frame_equal`.

    Raises
    ------
    AssertionError
        With the first difference.

    Examples
    --------
    >>> dl.testing.assert_series_equal(dl.Series("a", [1]), dl.Series("a", [1]))
    """
    if check_names and left.name != right.name:
        raise AssertionError(f"series have other names: {left.name!r} and {right.name!r}")
    assert_frame_equal(left.to_frame("s"), right.to_frame("s"), check_dtypes=check_dtypes,
                       check_row_order=check_order, check_exact=check_exact, rel_tol=rel_tol, abs_tol=abs_tol,
                       categorical_as_str=categorical_as_str)


def assert_series_not_equal(left, right, *, check_dtypes=True, check_names=True, check_order=True,
                            check_exact=False, rel_tol=1e-5, abs_tol=1e-8, categorical_as_str=False):
    """Raises AssertionError where two series are equal.

    Parameters
    ----------
    left, right : Series
        The series.
    check_dtypes, check_names, check_order, check_exact, categorical_as_str : bool
        As of `assert_series_equal`.
    rel_tol, abs_tol : float
        As of `assert_frame_equal`.

    Raises
    ------
    AssertionError
        Where they are.

    Examples
    --------
    >>> dl.testing.assert_series_not_equal(dl.Series("a", [1]), dl.Series("a", [2]))
    """
    try:
        assert_series_equal(left, right, check_dtypes=check_dtypes, check_names=check_names,
                            check_order=check_order, check_exact=check_exact, rel_tol=rel_tol,
                            abs_tol=abs_tol, categorical_as_str=categorical_as_str)
    except AssertionError:
        return
    raise AssertionError("series are equal")


def assert_schema_equal(left_schema, right_schema, *, check_column_order=True, check_dtypes=True):
    """Raises AssertionError where two schemas differ, and says how.

    Parameters
    ----------
    left_schema, right_schema : Schema or dict
        The schemas.
    check_column_order, check_dtypes : bool, default True
        Whether these count.

    Raises
    ------
    AssertionError
        With the difference.

    Examples
    --------
    >>> dl.testing.assert_schema_equal({"a": dl.Int64}, dl.DataFrame({"a": [1]}).schema)
    """
    left, right = dict(left_schema), dict(right_schema)
    if set(left) != set(right):
        raise AssertionError(f"schemas have other columns: {list(left)} and {list(right)}")
    if check_column_order and list(left) != list(right):
        raise AssertionError(f"columns come in another order: {list(left)} and {list(right)}")
    for name, dtype in left.items():
        if check_dtypes and dtype != right[name]:
            raise AssertionError(f'column "{name}" is {dtype!r} here and {right[name]!r} there')


def _with_texts(frame):
    from .datatypes import Enum, String
    names = [name for name, dtype in frame.schema.items() if isinstance(dtype, Enum)]
    return frame.cast(dict.fromkeys(names, String)) if names else frame


def _same(a, c, exact, relative, absolute):
    if isinstance(a, float) or isinstance(c, float):
        if a is None or c is None:
            return a is c
        if math.isnan(a) or math.isnan(c):
            return math.isnan(a) and math.isnan(c)
        return a == c if exact else math.isclose(a, c, rel_tol=relative, abs_tol=absolute)
    if isinstance(a, list) and isinstance(c, list):
        return len(a) == len(c) and all(_same(x, y, exact, relative, absolute) for x, y in zip(a, c))
    if isinstance(a, dict) and isinstance(c, dict):
        return a.keys() == c.keys() and all(_same(a[k], c[k], exact, relative, absolute) for k in a)
    return a == c
