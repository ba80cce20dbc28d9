"""How aggregates and window functions of the engine are called, by where their rows are."""

from __future__ import annotations

from .. import _nodes as n
from ..errors import NotSupported, error
from . import build as b

EMPTY_WINDOW = n.window_specification()
_WHOLE = (n.FRAME_UNIT_ROWS, n.frame_bound(n.FRAME_EDGE_UNBOUNDED_PRECEDING),
          n.frame_bound(n.FRAME_EDGE_UNBOUNDED_FOLLOWING))


def also(a, c):
    """Both of two conditions, either of which may be none."""
    if a is None or c is None:
        return a if c is None else c
    return b.both(a, c)


class AggregateCall:
    """Calls aggregates over a group's rows."""

    def __init__(self, rows, order=()):
        self.filter, self.order = rows.filter, rows.order or order

    def __call__(self, name, *values, distinct=False, order=None, where=None):
        where = also(self.filter, where)
        value = n.function_call([name], [n.argument(v) for v in values], distinct=distinct,
                                order_by=self.order if order is None else order, filter_=where)
        return _known_list(value) if name == "list" and where is not None else value


def _known_list(value):
    """A list of values of which none may be left: then an empty one."""
    return b.call("ifnull", value, b.call("list_value"))


_ENDS = {"first": b.integer(1), "last": b.integer(-1)}


class WindowCall:
    """Calls aggregates over the rows of a group, or of a window around each row, for each row."""

    def __init__(self, lowering, scope, rows):
        self.filter, self.order = rows.filter, rows.order
        if scope.keys or scope.order:
            lowering.row_number()
        order = scope.order
        self.in_frame = scope.frame is not None
        if scope.frame is not None:
            self.window = n.window_specification("", scope.keys, order, *scope.frame)
        elif order:
            self.window = n.window_specification("", scope.keys, order, *_WHOLE)
        else:
            self.window = n.window_specification("", scope.keys) if scope.keys else EMPTY_WINDOW

    def __call__(self, name, *values, distinct=False, order=None, where=None):
        where = also(self.filter, where)
        if where is not None and name in _ENDS:  # window functions, which take no FILTER
            return b.call("list_extract", self("list", *values, order=order, where=where), _ENDS[name])
        value = n.function_call([name], [n.argument(v) for v in values], distinct=distinct,
                                order_by=self.order if order is None else order,
                                filter_=where, over=self.window)
        return _known_list(value) if name == "list" and (self.in_frame or where is not None) else value


class ListCall:
    """Calls aggregates over the elements of a list."""

    def __call__(self, name, *values, distinct=False, order=None, where=None):
        value = values[0] if values else None
        if where is not None or order:
            raise error(NotSupported, f"{name} with a filter or an order of rearranged rows is not supported",
                        "split it into two verbs")
        if distinct:
            value = b.call("list_distinct", value)
        if name == "count_star":
            return b.call("length", value)
        if name == "list":
            return value
        return b.call("list_aggregate", value, b.string(name), *values[1:])


class ScalarCall:
    """Calls aggregates of one value, `x`."""

    def __init__(self, x):
        self._x = x

    def __call__(self, name, *values, distinct=False, order=None, where=None):
        if name == "count_star":
            # Said by way of the value, which makes of a query of aggregates no query of rows.
            counted = b.is_null(self._x) if where is None else where
            return b.condition(counted, b.integer(1), b.integer(1 if where is None else 0))
        one = b.call("list_value", values[0])
        if where is not None:
            one = b.call("list_where", one, b.call("list_value", b.call("ifnull", where, b.FALSE)))
        return one if name == "list" else b.call("list_aggregate", one, b.string(name), *values[1:])


class Windows:
    """What a window function's builder calls; it chooses frames and orders."""

    __slots__ = ("keys", "order")

    def __init__(self, keys, order):
        self.keys, self.order = keys, order

    def __call__(self, name, *values, frame=None, order=None, nulls=0, where=None, keys=None,
                 distinct=False, inside=()):
        unit, start, end = frame if frame is not None else (0, None, None)
        spec = n.window_specification("", self.keys if keys is None else keys,
                                      self.order if order is None else order, unit, start, end)
        return n.function_call([name], [n.argument(v) for v in values], over=spec, nulls=nulls,
                               filter_=where, distinct=distinct, order_by=inside)
