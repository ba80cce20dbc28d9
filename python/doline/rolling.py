"""`frame.rolling(…).agg(…)`: aggregates of each row's window of time."""

from __future__ import annotations

from . import _nodes as n
from .expr import build as b
from .expr.literals import as_node
from .expr.lower import ROW_NUMBER, Lowering, Scope
from .expr.nodes import COLUMN, Aggregate, Rolling, output_name
from .expr.rolling import window_frame
from .periods import Period


class RollingGroupBy:
    """For each row the rows of a period around it. `rolling` makes them."""

    def __init__(self, frame, index_column, period, offset, closed, group_by):
        self._frame, self._index = frame, as_node(index_column)
        self._period = Period(period)
        self._window = window_frame(self._period, None if offset is None else Period(offset), closed)
        self._keys = frame._expressions([group_by], {}) if group_by is not None else {}

    def agg(self, *aggs, **named):
        """One row for each of the frame's: the keys, the time, then the aggregates of its window.

        Parameters
        ----------
        *aggs : str, Expr, or lists of these
            What to compute; what is no aggregate becomes a list.
        **named : Expr
            The same, named by the keyword.

        Returns
        -------
        LazyFrame or DataFrame
            By keys, in the frame's order.

        Examples
        --------
        >>> frame = dl.DataFrame({"i": [1, 2, 4], "v": [1, 10, 100]})
        >>> frame.rolling("i", period="2i").agg(dl.col("v").sum()).rows()
        [(1, 1), (2, 11), (4, 100)]
        """
        frame, name = self._frame, output_name(self._index)
        chosen = frame._expressions(aggs, named)
        lowering = Lowering(frame._query)
        lowering.row_number()
        keys = {key: lowering.settle(lowering.lower(node)) for key, node in self._keys.items()}
        scope = Scope(False, tuple(key.bytes for key in keys.values()))
        index = lowering.lower(self._index)
        lowered = {}
        for label, node in chosen.items():
            if node.shape == COLUMN:
                node = Aggregate("list", (node,))
            node = Rolling(node, self._index, self._window, bool(self._period.units))
            lowered[label] = lowering.lower(node, scope)
        source, _ = lowering.source(max(value.stage for value in [index, *keys.values(), *lowered.values()]))
        items = [b.named(key.bytes, label) for label, key in keys.items()]
        items.append(b.named(index.bytes, name))
        items += [b.named(value.bytes, label) for label, value in lowered.items()]
        order = [*(b.order_item(key.bytes) for key in keys.values()), n.order_item(b.column(ROW_NUMBER))]
        query = b.select_from(source, items, order_by=order)
        return frame._next(query, list(keys) + [name] + list(lowered))
