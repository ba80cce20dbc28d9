"""Assertions over frames, for tests."""

from __future__ import annotations

import math



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
    categorical_as_str : bool
        Without effect.

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
    right = right.select(left.columns)
    if check_dtypes and left.dtypes != right.dtypes:
        raise AssertionError(f"types differ: {left.schema} and {right.schema}")
    rows, others = left.rows(), right.rows()
    if len(rows) != len(others):
        raise AssertionError(f"frames have {len(rows)} and {len(others)} rows")
    if not check_row_order:
        rows, others = sorted(rows, key=repr), sorted(others, key=repr)
    for i, (row, other) in enumerate(zip(rows, others)):
        for name, a, c in zip(left.columns, row, other):
            if not _same(a, c, check_exact, rel_tol, abs_tol):
                raise AssertionError(f'values differ in row {i}, column "{name}": {a!r} and {c!r}')


def assert_frame_not_equal(left, right, **options):
    """Raises AssertionError where two frames are equal. Options are those of `assert_frame_equal`.

    Parameters
    ----------
    left, right : DataFrame or LazyFrame
        The frames.

    Raises
    ------
    AssertionError
        Where they are.

    Examples
    --------
    >>> dl.testing.assert_frame_not_equal(dl.DataFrame({"a": [1]}), dl.DataFrame({"a": [2]}))
    """
    try:
        assert_frame_equal(left, right, **options)
    except AssertionError:
        return
    raise AssertionError("frames are equal")


def assert_series_equal(left, right, *, check_dtypes=True, check_names=True, check_order=True, **options):
    """Raises AssertionError where two series differ, and says how.

    Parameters
    ----------
    left, right : Series
        The series.
    check_dtypes, check_names, check_order : bool, default True
        Whether these count.

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
                       check_row_order=check_order, **options)


def assert_series_not_equal(left, right, **options):
    """Raises AssertionError where two series are equal. Options are those of `assert_series_equal`.

    Parameters
    ----------
    left, right : Series
        The series.

    Raises
    ------
    AssertionError
        Where they are.

    Examples
    --------
    >>> dl.testing.assert_series_not_equal(dl.Series("a", [1]), dl.Series("a", [2]))
    """
    try:
        assert_series_equal(left, right, **options)
    except AssertionError:
        return
    raise AssertionError("series are equal")


def _same(a, c, exact, relative, absolute):
    if isinstance(a, float) and isinstance(c, float):
        if math.isnan(a) or math.isnan(c):
            return math.isnan(a) and math.isnan(c)
        return a == c if exact else math.isclose(a, c, rel_tol=relative, abs_tol=absolute)
    if isinstance(a, list) and isinstance(c, list):
        return len(a) == len(c) and all(_same(x, y, exact, relative, absolute) for x, y in zip(a, c))
    if isinstance(a, dict) and isinstance(c, dict):
        return a.keys() == c.keys() and all(_same(a[k], c[k], exact, relative, absolute) for k in a)
    return a == c
