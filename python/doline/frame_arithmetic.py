"""Operators of whole frames: each column with a value, a series or another frame's column."""

from __future__ import annotations

import operator

from .errors import InvalidArgument, error

_COMPARISONS = (operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge)


class FrameArithmetic:
    """What `DataFrame` inherits: `frame * 2`, `frame + frame`, `frame > 1` …"""

    __hash__ = None

    def _combined(self, other, operation):
        from .expr.construct import col
        from .expr.expression import expression
        from .expr.literals import as_node
        if hasattr(other, "_frame") and len(other) not in (1, self.height):
            raise error(InvalidArgument, f"{self.height} rows do not pair with {len(other)} values",
                        "give as many values as there are rows")
        if not hasattr(other, "get_columns"):
            value = expression(as_node(other, False))
            return self.select([operation(col(name), value).alias(name) for name in self.columns])
        if other.width != self.width or other.height != self.height:
            raise error(InvalidArgument, f"frames of the shapes {self.shape} and {other.shape} do not pair",
                        "give both as many rows and columns")
        if operation in _COMPARISONS and other.columns != self.columns:
            raise error(InvalidArgument, f"columns {self.columns} are not compared with {other.columns}",
                        "select the same columns of both")
        from .concatenating import beside
        hidden = [f"__doline_other_{i}" for i in range(self.width)]
        lazy = beside([self._lazy, other._lazy.rename(dict(zip(other.columns, hidden)))])
        return lazy.select([operation(col(name), col(theirs)).alias(name)
                            for name, theirs in zip(self.columns, hidden)]).collect()


def _method(operation, is_swapped=False):
    def method(self, other):
        return self._combined(other, (lambda x, y: operation(y, x)) if is_swapped else operation)
    return method


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "eq", "ne", "lt", "le", "gt", "ge"):
    setattr(FrameArithmetic, f"__{_name}__", _method(getattr(operator, _name)))
for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod"):
    setattr(FrameArithmetic, f"__r{_name}__", _method(getattr(operator, _name), True))
del _name
