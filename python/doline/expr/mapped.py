"""Calls of Python functions as nodes: each holds the handle of its function."""

from __future__ import annotations

from . import build as b
from .nodes import Aggregate, Apply, Rearrange


class _Call:
    __slots__ = ()

    def __init__(self, handle, arguments):
        super().__init__(self._build_of(handle), arguments)
        self.handle = handle

    @staticmethod
    def _build_of(handle):
        return handle.name

    def with_arguments(self, arguments):
        """The same call over other arguments."""
        return type(self)(self.handle, arguments)

    @property
    def label(self):
        """What the function is called."""
        return "map"


class MappedRows(_Call, Apply):
    """A value a row."""

    __slots__ = ("handle",)


class MappedAll(_Call, Aggregate):
    """A value of all rows."""

    __slots__ = ("handle",)


class MappedColumn(_Call, Rearrange):
    """As many values of all rows, each of which may depend on all."""

    __slots__ = ("handle",)

    @staticmethod
    def _build_of(handle):
        return _OfList(handle.name)


class _OfList:
    def __init__(self, name):
        self._name = name

    __name__ = "map_batches"

    def __call__(self, values):
        return b.call(self._name, values)
