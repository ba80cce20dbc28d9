"""The namespace `name`: what an expression's columns will be called."""

from __future__ import annotations

from ..errors import NotSupported
from .nodes import Rename, own_name


class NameFunctions:
    """Names made of the name so far: `expr.name`."""

    def __init__(self, of):
        self._of = of

    def map(self, function):
        """A function of the name gives the new one."""
        from .expression import expression
        return expression(Rename(self._of._node, function))

    def keep(self):
        """The name of the column that the expression begins with."""
        return self.map(own_name)

    def prefix(self, prefix):
        """A text put in front of the name."""
        return self.map(prefix.__add__)

    def suffix(self, suffix):
        """A text put behind the name."""
        return self.map(lambda name: name + suffix)

    def to_lowercase(self):
        """In small letters."""
        return self.map(str.lower)

    def to_uppercase(self):
        """In capitals."""
        return self.map(str.upper)

    def replace(self, pattern, value, *, literal=False):
        """Some values, or a pattern's match, replaced."""
        import re
        if literal:
            return self.map(lambda name: name.replace(pattern, value))
        text = re.sub(r"\$\{?(\d+)\}?", r"\\\1", value)
        return self.map(lambda name: re.sub(pattern, text, name))

    def map_fields(self, function):
        """Not supported; unnest and rename."""
        raise NotSupported("name.map_fields is not supported; unnest and rename")

    prefix_fields = suffix_fields = map_fields
