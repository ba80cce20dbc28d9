"""The namespace `name`: what an expression's columns will be called."""

from __future__ import annotations

from .namespaces import Namespace
from .nodes import Rename, Typed, own_name
from .structs import fields_of


class NameFunctions(Namespace):
    """Names made of the name so far: `expr.name`."""

    def __init__(self, of):
        self._of = of

    def map(self, function):
        """A function of the column's name gives the new one.

        Parameters
        ----------
        function : callable
            Takes a text and gives one.

        Returns
        -------
        Expr

        Examples
        --------
        >>> dl.DataFrame({"a": [1]}).select(dl.col("a").name.map(lambda name: name * 2)).columns
        ['aa']
        """
        from .expression import expression
        return expression(Rename(self._of._node, function))

    def keep(self):
        """The name of the column that the expression begins with, whatever it made of it.

        Returns
        -------
        Expr

        Examples
        --------
        >>> dl.DataFrame({"a": [1]}).select(dl.col("a").alias("b").name.keep()).columns
        ['a']
        """
        return self.map(own_name)

    def prefix(self, prefix):
        """A text put in front of the name.

        Parameters
        ----------
        prefix : str
            The text.

        Returns
        -------
        Expr

        Examples
        --------
        >>> dl.DataFrame({"a": [1], "b": [2]}).select(dl.all().name.prefix("old_")).columns
        ['old_a', 'old_b']
        """
        return self.map(prefix.__add__)

    def suffix(self, suffix):
        """A text put behind the name.

        Parameters
        ----------
        suffix : str
            The text.

        Returns
        -------
        Expr

        Examples
        --------
        >>> dl.DataFrame({"a": [1], "b": [2]}).select(dl.all().max().name.suffix("_max")).columns
        ['a_max', 'b_max']
        """
        return self.map(lambda name: name + suffix)

    def strip_prefix(self, prefix):
        """The name without a text in front, where it is there.

        Parameters
        ----------
        prefix : str
            The text.

        Returns
        -------
        Expr

        Examples
        --------
        >>> dl.DataFrame({"old_a": [1], "b": [2]}).select(dl.all().name.strip_prefix("old_")).columns
        ['a', 'b']
        """
        return self.map(lambda name: name.removeprefix(prefix))

    def strip_suffix(self, suffix):
        """The name without a text at its end, where it is there.

        Parameters
        ----------
        suffix : str
            The text.

        Returns
        -------
        Expr

        Examples
        --------
        >>> dl.DataFrame({"a_max": [1], "b": [2]}).select(dl.all().name.strip_suffix("_max")).columns
        ['a', 'b']
        """
        return self.map(lambda name: name.removesuffix(suffix))

    def to_lowercase(self):
        """The name in small letters.

        Returns
        -------
        Expr

        Examples
        --------
        >>> dl.DataFrame({"Price": [1]}).select(dl.all().name.to_lowercase()).columns
        ['price']
        """
        return self.map(str.lower)

    def to_uppercase(self):
        """The name in capitals.

        Returns
        -------
        Expr

        Examples
        --------
        >>> dl.DataFrame({"price": [1]}).select(dl.all().name.to_uppercase()).columns
        ['PRICE']
        """
        return self.map(str.upper)

    def replace(self, pattern, value, *, literal=False):
        """A pattern in the name replaced.

        Parameters
        ----------
        pattern : str
            A regular expression (Python's).
        value : str
            By what; `$1` and `${1}` are what the groups matched.
        literal : bool, default False
            Whether the pattern is a text instead.

        Returns
        -------
        Expr

        Examples
        --------
        >>> dl.DataFrame({"a_1": [1]}).select(dl.all().name.replace("_(.)", "$1")).columns
        ['a1']
        """
        import re
        if literal:
            return self.map(lambda name: name.replace(pattern, value))
        text = re.sub(r"\$\{?(\d+)\}?", r"\\\1", value)
        return self.map(lambda name: re.sub(pattern, text, name))

    def map_fields(self, function):
        """A function of the names of a struct's fields gives the new ones.

        Parameters
        ----------
        function : callable
            Takes a text and gives one.

        Returns
        -------
        Expr
            Of structs.

        Examples
        --------
        >>> frame = dl.DataFrame({"s": [{"a": 1}]})
        >>> frame.select(dl.col("s").name.map_fields(str.upper)).item()
        {'A': 1}
        """
        return self._of._made(Typed(fields_of, (self._of._node,), (function,)))

    def prefix_fields(self, prefix):
        """A text put in front of the names of a struct's fields.

        Parameters
        ----------
        prefix : str
            The text.

        Returns
        -------
        Expr
            Of structs.

        Examples
        --------
        >>> frame = dl.DataFrame({"s": [{"a": 1}]})
        >>> frame.select(dl.col("s").name.prefix_fields("x_")).item()
        {'x_a': 1}
        """
        return self.map_fields(prefix.__add__)

    def suffix_fields(self, suffix):
        """A text put behind the names of a struct's fields.

        Parameters
        ----------
        suffix : str
            The text.

        Returns
        -------
        Expr
            Of structs.

        Examples
        --------
        >>> frame = dl.DataFrame({"s": [{"a": 1}]})
        >>> frame.select(dl.col("s").name.suffix_fields("_x")).item()
        {'a_x': 1}
        """
        return self.map_fields(lambda name: name + suffix)
