"""`frame.rolling(…).agg(…)`: aggregates of each row's window of time."""

from __future__ import annotations

from . import _nodes as n
from .errors import NotSupported
from .expr import build as b
from .expr.literals import interval_bytes
from .expr.lower import ROW_NUMBER, Lowering, _also
from .expr.nodes import COLUMN, Aggregate, output_name


class _RollingLowering(Lowering):
    """Aggregates are window calls over the rows of the period before."""

    def __init__(self, query, frame, order, keys):
        super().__init__(query)
        self.window = n.window_specification("", keys, order, *frame)

    def lower(self, node, *scope):
        return super().lower(node)

    def aggregate(self, node, scope):
        from .expr.lower import Lowered
        rows = self.rows_of(node.arguments[0], scope, False) if node.arguments else None
        if rows is not None and (rows.is_list or rows.order):
            raise NotSupported("rearranged rows in rolling windows are not supported")
        others = [self.settle(self.lower(a)) for a in node.arguments[1:]]

        def call(name, *values, distinct=False, order=None, where=None):
            return n.function_call([name], [n.argument(v) for v in values], distinct=distinct,
                                   order_by=order or (), over=self.window,
                                   filter_=_also(rows.filter if rows else None, where))
        values = ([] if rows is None else [rows.value]) + [o.bytes for o in others]
        encoded = (call(node.build, *values, *node.options) if isinstance(node.build, str)
                   else node.build(call, *values, *node.options))
        stage = max([rows.stage if rows else 0] + [o.stage for o in others])
        return Lowered(encoded, stage, True)


def rolling_aggregates(groups, aggs, named):
    """A row for each of the frame's, with the aggregates of its window."""
    frame, index = groups._frame, groups._index
    chosen = frame._expressions(aggs, named)
    name = output_name(index)
    closed, period = groups._closed, groups._period
    dtype = frame.types.get(name)
    if dtype is not None and dtype.is_integer():
        if not str(period).endswith("i"):
            raise ValueError("a period over integers is written \"3i\"")
        far, unit = b.integer(int(period[:-1]) - (0 if closed in ("left", "both") else 1)), b.integer(1)
    else:
        far, unit = interval_bytes(period), b.call("to_microseconds", b.integer(1))
        if closed not in ("left", "both"):
            far = b.operator("-", far, unit)
    near = (n.frame_bound(n.FRAME_EDGE_PRECEDING, unit) if closed in ("left", "none")
            else n.frame_bound(n.FRAME_EDGE_CURRENT_ROW))
    window_frame = (n.FRAME_UNIT_RANGE, n.frame_bound(n.FRAME_EDGE_PRECEDING, far), near)
    keys = tuple(Lowering(None).lower(node).bytes for node in groups._keys.values())
    order = (b.order_item(b.column(name)),)
    lowering = _RollingLowering(frame._query, window_frame, order, keys)
    lowering.row_number()
    lowered = {}
    for label, node in chosen.items():
        if node.shape == COLUMN:
            node = Aggregate("list", (node,))
        lowered[label] = lowering.lower(node)
    source, _ = lowering.source(max(v.stage for v in lowered.values()))
    items = [b.named(key, label) for key, label in zip(keys, groups._keys)]
    items.append(b.named(b.column(name), name))
    items += [b.named(v.bytes, label) for label, v in lowered.items()]
    query = b.select_from(source, items, order_by=[n.order_item(b.column(ROW_NUMBER))])
    return frame._next(query, list(groups._keys) + [name] + list(lowered))
