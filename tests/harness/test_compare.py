"""The benchmark's comparison of answers: it must neither miss a difference nor invent one."""

import datetime
import decimal

import pyarrow as pa
import pytest

from bench import compare

D = decimal.Decimal


@pytest.mark.parametrize("ours, theirs, ordered, complaint", [
    # Row order counts only where the query orders.
    ({"k": [1, 2], "v": [1.0, 2.0]}, {"k": [2, 1], "v": [2.0, 1.0]}, False, None),
    ({"k": [1, 2], "v": [1.0, 2.0]}, {"k": [2, 1], "v": [2.0, 1.0]}, True, "2 rows differ"),
    # Doubles: to 1e-9 relative.
    ({"v": [1e6]}, {"v": [1e6 + 1e-4]}, True, None),
    ({"v": [1e6]}, {"v": [1e6 + 1e-2]}, True, "1 rows differ"),
    ({"v": [0.0]}, {"v": [1e-300]}, True, "1 rows differ"),
    ({"v": [float("nan")]}, {"v": [float("nan")]}, True, None),
    # A sum is a decimal here, a double or a big integer there.
    ({"v": [D("12.50")]}, {"v": [12.5]}, True, None),
    ({"v": [D("12.50")]}, {"v": [12.51]}, True, "1 rows differ"),
    ({"v": [D(7)]}, {"v": [7]}, True, None),
    ({"v": [D(10**20)]}, {"v": [D(10**20)]}, True, None),
    # Names do not count, numbers of rows and columns do.
    ({"a": [1]}, {"b": [1]}, True, None),
    ({"a": [1]}, {"a": [1, 1]}, True, "1 rows, not 2"),
    ({"a": [1]}, {"a": [1], "b": [1]}, True, "1 columns, not 2"),
    # NULL is no value.
    ({"a": [None, 1]}, {"a": [1, None]}, True, "NULL in other rows"),
    ({"a": [None, 1]}, {"a": [1, None]}, False, None),
    ({"a": [None, "x"]}, {"a": ["x", None]}, False, None),
    # Strings and nested values exactly.
    ({"a": ["x", "y"]}, {"a": ["x", "z"]}, False, "'y', not 'z'"),
    ({"a": [[1, 2]]}, {"a": [[1, 3]]}, True, "1 rows differ"),
    ({"a": ["1"]}, {"a": [1]}, True, "type"),
    # A date against a timestamp of its midnight is the same answer.
    ({"a": [datetime.date(2024, 5, 1)]}, {"a": [datetime.datetime(2024, 5, 1)]}, True, None),
    ({"a": [datetime.date(2024, 5, 1)]}, {"a": [datetime.datetime(2024, 5, 2)]}, True,
     "1 rows differ"),
    ({"a": []}, {"a": []}, False, None),
])
def test_differences(ours, theirs, ordered, complaint):
    found = compare.differences(pa.table(ours), pa.table(theirs), ordered)
    if complaint is None:
        assert found == []
    else:
        assert any(complaint in line for line in found), found


def test_groups_with_noisy_sums_are_matched_by_their_keys():
    """Sorted by the double first, a row could be paired with its neighbour."""
    ours = pa.table({"total": [0.1 + 0.2, 0.3], "k": ["a", "b"]})
    theirs = pa.table({"total": [0.3, 0.1 + 0.2], "k": ["a", "b"]})
    assert compare.differences(ours, theirs, ordered=False) == []
