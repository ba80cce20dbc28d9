"""The namespace `struct`."""

from __future__ import annotations

from ..errors import NotSupported
from . import build as b
from .nodes import Apply, Rename


def field_of(x, name):
    """A field of a struct."""
    return b.call("struct_extract", x, b.string(name))


def with_fields(x, *values_and_names):
    """The struct with more fields, or others."""
    half = len(values_and_names) // 2
    values, names = values_and_names[:half], values_and_names[half:]
    return b.n.function_call(["struct_update"], [b.n.argument(x)] + [
        b.n.argument(v, name) for v, name in zip(values, names)])


class StructFunctions:
    """Functions of structs: `expr.struct`."""

    def __init__(self, of):
        self._of = of

    def field(self, name, *more):
        """A field of the structs.

        Parameters
        ----------
        name : str
            Which one.

        Returns
        -------
        Expr
            Of the field's type and name; null of null.

        Examples
        --------
        >>> frame = dl.DataFrame({"s": [{"a": 1, "b": "x"}, None]})
        >>> frame.select(dl.col("s").struct.field("b")).to_series().to_list()
        ['x', None]
        """
        if more or not isinstance(name, str):
            raise NotSupported("struct.field of several names is not supported; name them one by one")
        from .expression import expression
        return expression(Rename(Apply(field_of, (self._of._node,), (name,)), name))

    def __getitem__(self, name):
        return self.field(name)

    def json_encode(self):
        """The structs as JSON.

        Returns
        -------
        Expr
            Of String.

        Examples
        --------
        >>> frame = dl.DataFrame({"s": [{"a": 1, "b": "x"}]})
        >>> frame.select(dl.col("s").struct.json_encode()).to_series().to_list()
        ['{"a":1,"b":"x"}']
        """
        return self._of._apply("to_json")._apply(text_of_json)

    def with_fields(self, *fields, **named):
        """The structs with more fields, or others in the place of those of the same name.

        Parameters
        ----------
        *fields : Expr
            Named expressions, in which `dl.field(name)` is a field of the structs.
        **named : Expr
            The same, named by the keyword.

        Returns
        -------
        Expr
            Of structs.

        Examples
        --------
        >>> frame = dl.DataFrame({"s": [{"a": 1}]})
        >>> frame.select(dl.col("s").struct.with_fields(b=dl.field("a") + 1)).to_series().to_list()
        [{'a': 1, 'b': 2}]
        """
        from .literals import as_node
        from .nodes import output_name
        from .expression import expression
        nodes = [_in_struct(as_node(f), self._of._node) for f in fields]
        names = [output_name(n) for n in nodes] + list(named)
        nodes += [_in_struct(as_node(v, False), self._of._node) for v in named.values()]
        return expression(Apply(with_fields, (self._of._node, *nodes), tuple(names)))

    def rename_fields(self, names):
        """Not supported; unnest, rename and `pl.struct` again."""
        raise NotSupported("struct.rename_fields is not supported; unnest, rename and pl.struct again")

    def unnest(self):
        """Not supported; use `frame.unnest(column)`."""
        raise NotSupported("struct.unnest is not supported here; use frame.unnest(column)")


def _in_struct(node, struct):
    """`pl.field(name)` stands for a field of the struct at hand."""
    from .construct import FieldMark
    if isinstance(node, FieldMark):
        return Rename(Apply(field_of, (struct,), (node.name,)), node.name)
    if node.arguments:
        return node.with_arguments(tuple(_in_struct(a, struct) for a in node.arguments))
    return node


def text_of_json(x):
    """JSON as a text."""
    from ..datatypes import String
    return b.cast(x, String)
