"""Whether two answers are the same rows.

Rows are compared as multisets, exactly. Doubles may differ by 1e-9 of their size: means, variances
and products come from other sums than the peer's, and each sum of n values of one sign is off by at
most n·2⁻⁵³ of itself, which for the few thousand rows here is below 1e-12; the rest is what
subtraction takes away. NaN equals NaN and -0.0 equals 0.0: that is how SQL groups and sorts them.
"""

import collections
import datetime
import decimal
import math
import uuid

RELATIVE = 1e-9
ABSOLUTE = 1e-9


def plain(value):
    """One Python value for what counts as the same value. Hashable."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, (int, decimal.Decimal)):
        return value
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else value + 0.0
    if isinstance(value, dict):
        return tuple((key, plain(member)) for key, member in value.items())
    if isinstance(value, (list, tuple)):
        return ("", *(plain(member) for member in value))
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, datetime.datetime) and value.tzinfo:
        return value.astimezone(datetime.timezone.utc)
    return value


def difference(left, right, keys=()):
    """What differs between two lists of rows, in a line; None when nothing does. keys: places of
    the columns by which both are sorted."""
    if len(left) != len(right):
        return f"{len(left)} rows, not {len(right)}"
    if left == right:  # nearly always
        return None
    left, right = ([tuple(plain(value) for value in row) for row in rows] for rows in (left, right))
    if left == right:
        return None
    ours, theirs = collections.Counter(left), collections.Counter(right)
    if ours != theirs:
        if told := _without_noise(list((ours - theirs).elements()), list((theirs - ours).elements())):
            return told
    for place in keys:
        for number, (a, b) in enumerate(zip(left, right)):
            if not _near(a[place], b[place]):
                return f"row {number} in order: column {place + 1} is {a[place]!r}, not {b[place]!r}"
    return None


def _without_noise(ours, theirs):
    """The rows that have no equal on the other side, paired by nearness of their doubles."""
    if len(ours) != len(theirs):
        return f"{ours[:1]} not among {theirs[:1]}"
    ours.sort(key=_order)
    theirs.sort(key=_order)
    for a, b in zip(ours, theirs):
        if not _near(a, b):
            return f"{a!r}, not {b!r}"
    return None


def _order(row):
    """Exact values first: they tell rows apart, and doubles then only those that they leave."""
    exact = tuple(repr(value) for value in row if not isinstance(value, float))
    return exact, tuple(float(f"{value:.6g}") for value in row if isinstance(value, float))


def _near(a, b):
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(_near, a, b))
    if a == b:
        return True
    if isinstance(a, str) or isinstance(b, str) or a is None or b is None:
        return False
    if isinstance(a, float) or isinstance(b, float):
        try:
            return math.isclose(a, b, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
        except TypeError:
            return False
    return False
