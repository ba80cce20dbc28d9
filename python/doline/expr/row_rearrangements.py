"""Rearrangements of rows that an aggregate's own clauses can say: they change `rows` (`lower.Rows`)."""

from __future__ import annotations

from . import build as b
from .engine_calls import also


def _filter(rows, others, *_):
    rows.filter = also(rows.filter, others[0])


def _drop_nulls(rows, others):
    rows.filter = also(rows.filter, b.is_not_null(rows.value))


def _drop_nans(rows, others):
    rows.filter = also(rows.filter, b.negation(b.call("isnan", rows.value)))


def _sort(rows, others, descending, nulls_last):
    rows.order = (b.order_item(rows.value, descending, nulls_last),)


def _sort_by(rows, others, descending, nulls_last):
    rows.order = tuple(b.order_item(o, d, l) for o, d, l in zip(others, descending, nulls_last))


REARRANGEMENTS = {"filter": _filter, "drop_nulls": _drop_nulls, "drop_nans": _drop_nans,
                  "sort": _sort, "sort_by": _sort_by}
