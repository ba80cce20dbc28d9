"""The namespace `map`: functions of SQL's MAP."""

from __future__ import annotations

from . import build as b


def _value_of(x, key):
    # A key that does not fit the keys' type is none of them.
    return b.call("list_extract", b.call("map_extract", x, key), b.integer(1))


class MapFunctions:
    """Functions of maps: `expr.map`."""

    def __init__(self, of):
        self._of = of

    def get(self, key):
        """The value of a key, NULL where the map has none.

        Examples
        --------
        >>> import doline as dl
        >>> frame = dl.sql("SELECT map([1, 2], ['a', 'b']) AS m").lazy()
        >>> frame.select(dl.col("m").map.get(2)).collect().rows()
        [('b',)]
        """
        return self._of._apply(_value_of, key)

    def keys(self):
        """All keys as a list."""
        return self._of._apply("map_keys")

    def values(self):
        """All values as a list."""
        return self._of._apply("map_values")

    def entries(self):
        """All entries as a list of structs."""
        return self._of._apply("map_entries")

    def len(self):
        """How many entries, as UInt32."""
        from .list_trees import size
        return self.keys()._apply(size)

    def contains_key(self, key):
        """Whether the map has a key."""
        return self._of._apply("map_contains", key)
