"""Rearrangements of rows that are a list already: from the bytes of lists to those of a list."""

from __future__ import annotations

from ..errors import NotSupported, error
from . import build as b


def _list_filter(values):
    raise error(NotSupported, "a filter of rearranged rows is not supported", "filter before")


def _list_drop_nulls(values):
    return b.call("list_filter", values[0],
                  b.one_lambda("element", b.is_not_null(b.column("element"))))


def _list_drop_nans(values):
    return b.call("list_filter", values[0], b.one_lambda(
        "element", b.negation(b.call("isnan", b.column("element")))))


def _list_sort(values, descending, nulls_last):
    return b.call("list_sort", values[0], b.string("DESC" if descending else "ASC"),
                  b.string("NULLS LAST" if nulls_last else "NULLS FIRST"))


def _list_sort_by(values, descending, nulls_last):
    raise error(NotSupported, "sort_by of rearranged rows is not supported", "sort before")


def _flatten_lists(values, empty_as_null=False, keep_nulls=True):
    """The elements of all lists; what a missing or an empty list gives."""
    element, missing = b.column("element"), b.call("list_value", b.NULL)
    full = element
    if empty_as_null:
        full = b.condition(b.equal(b.call("length", element), b.integer(0)), missing, full)
    full = b.condition(b.is_null(element), missing if keep_nulls else b.call("list_value"), full)
    return b.call("flatten", b.call("list_transform", values[0], b.one_lambda("element", full)))


def _reverse(values):
    return b.call("list_reverse", values[0])


LIST_REARRANGEMENTS = {"filter": _list_filter, "drop_nulls": _list_drop_nulls,
                       "drop_nans": _list_drop_nans, "sort": _list_sort,
                       "sort_by": _list_sort_by, "reverse": _reverse,
                       "flatten_lists": _flatten_lists}
