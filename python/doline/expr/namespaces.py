"""What namespaces share: functions that are not there say so, and what to use."""

from __future__ import annotations


class Namespace:
    """`expr.str` and its like. `_refused`: Polars' functions that there are not, and what to use."""

    _refused: dict = {}

    def __getattr__(self, name):
        if name in self._refused:
            from ..refused import refusing
            return refusing(name, self._refused[name])
        raise AttributeError(f"{type(self).__name__} has no {name!r}")
