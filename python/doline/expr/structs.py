"""The namespace `struct`."""

from __future__ import annotations

import re

from ..column_names import no_column
from ..datatypes import Struct
from ..errors import AlreadyExists, ColumnNotFound, InvalidArgument, NotSupported, TypeMismatch, error
from . import build as b
from .namespaces import Namespace
from .nodes import Apply, Fields, Rename, Selection, Typed, output_name


def field_of(x, name):
    """A field of a struct."""
    return b.call("struct_extract", x, b.string(name))


def struct_of(node, values):
    """A struct whose fields are called as the arguments of `node`."""
    names = [output_name(a) for a in node.arguments]
    for name in names:
        if names.count(name) > 1:
            raise error(AlreadyExists, f'two expressions give a field "{name}"',
                        f'rename one: .alias("{name}_2")')
    return b.n.function_call(["struct_pack"], [b.n.argument(v, name) for v, name in zip(values, names)])


def with_fields(x, *values_and_names):
    """The struct with more fields, or others."""
    half = len(values_and_names) // 2
    values, names = values_and_names[:half], values_and_names[half:]
    made = b.n.function_call(["struct_update"], [b.n.argument(x)] + [
        b.n.argument(v, name) for v, name in zip(values, names)])
    return b.condition(b.is_not_null(x), made)


def fields_of(dtype, x, name_of):
    """The struct with the fields to which `name_of(name)` gives a name, under this."""
    if not isinstance(dtype, Struct):
        raise error(TypeMismatch, f"{dtype!r} has no fields", "take a column of structs")
    chosen = [(field.name, name_of(field.name)) for field in dtype.fields]
    made = b.n.function_call(["struct_pack"], [b.n.argument(field_of(x, old), new)
                                               for old, new in chosen if new is not None])
    return b.condition(b.is_not_null(x), made)


def _without(dtype, x, names, strict):
    known = {field.name for field in getattr(dtype, "fields", ())}
    for name in names:
        if strict and name not in known:
            raise error(ColumnNotFound, f'no field "{name}" in {dtype!r}', "strict=False passes over it")
    return fields_of(dtype, x, lambda name: None if name in names else name)


def _renamed_by_place(dtype, x, names):
    if isinstance(dtype, Struct) and len(names) != len(dtype.fields):
        raise error(InvalidArgument, f"{len(names)} names for {len(dtype.fields)} fields",
                    "give a name for each")
    left = iter(names)
    return fields_of(dtype, x, lambda _: next(left))


class StructFunctions(Namespace):
    """Functions of structs: `expr.struct`."""

    def __init__(self, of):
        self._of = of

    def field(self, name, *more):
        """A field of the structs, or several.

        Parameters
        ----------
        name : str or list of str
            Which one; "*" means all, and what begins with "^" and ends with "$" is a pattern of names.
        *more : str
            More of them.

        Returns
        -------
        Expr
            Of each field's type and name; null of null.

        Examples
        --------
        >>> frame = dl.DataFrame({"s": [{"a": 1, "b": "x"}, None]})
        >>> frame.select(dl.col("s").struct.field("b")).to_series().to_list()
        ['x', None]
        """
        from .expression import expression
        node = self._of._node
        names = [one for item in (name, *more) for one in ([item] if isinstance(item, str) else item)]
        if len(names) != 1 or _is_pattern(names[0]):
            label = f"{node!r}.struct.field({names})"
            return expression(Selection(_Fields(node, names), label, _FieldOf(node)))
        return expression(_FieldOf(node)(names[0]))

    def __getitem__(self, name):
        return self.field(name)

    def json_encode(self):
        """The structs as JSON.

        Returns
        -------
        Expr
            Of String; "null" of null.

        Examples
        --------
        >>> frame = dl.DataFrame({"s": [{"a": 1, "b": "x"}]})
        >>> frame.select(dl.col("s").struct.json_encode()).to_series().to_list()
        ['{"a":1,"b":"x"}']
        """
        return self._of._apply(text_of_json)

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
        from .expression import expression
        nodes = [_in_struct(as_node(f), self._of._node) for f in fields]
        names = [output_name(n) for n in nodes] + list(named)
        nodes += [_in_struct(as_node(v), self._of._node) for v in named.values()]
        return expression(Apply(with_fields, (self._of._node, *nodes), tuple(names)))

    def eval(self, *exprs, **named):
        """Structs of expressions over the fields.

        Parameters
        ----------
        *exprs : Expr
            Named expressions, in which `dl.field(name)` is a field of the structs.
        **named : Expr
            The same, named by the keyword.

        Returns
        -------
        Expr
            Of structs with these fields alone.

        Examples
        --------
        >>> frame = dl.DataFrame({"s": [{"a": 1, "b": 2}]})
        >>> frame.select(dl.col("s").struct.eval(sum=dl.field("a") + dl.field("b"))).item()
        {'sum': 3}
        """
        from .literals import as_node
        nodes = [as_node(one) for item in exprs
                 for one in (item if isinstance(item, (list, tuple)) else [item])]
        nodes += [Rename(as_node(value), name) for name, value in named.items()]
        made = Fields("struct_pack", tuple(_in_struct(node, self._of._node) for node in nodes))
        return self._of._apply(_where_known, self._of._made(made))

    def rename_fields(self, names):
        """The structs with other names for their fields.

        Parameters
        ----------
        names : list of str
            The names, in the fields' order: one for each.

        Returns
        -------
        Expr
            Of structs.

        Examples
        --------
        >>> frame = dl.DataFrame({"s": [{"a": 1, "b": 2}]})
        >>> frame.select(dl.col("s").struct.rename_fields(["x", "y"])).item()
        {'x': 1, 'y': 2}
        """
        return self._of._made(Typed(_renamed_by_place, (self._of._node,), (tuple(names),)))

    def drop(self, names, *, strict=True):
        """The structs without some fields.

        Parameters
        ----------
        names : str or list of str
            Which ones.
        strict : bool, default True
            Whether a name that they lack is an error.

        Returns
        -------
        Expr
            Of structs.

        Examples
        --------
        >>> frame = dl.DataFrame({"s": [{"a": 1, "b": 2}]})
        >>> frame.select(dl.col("s").struct.drop("a")).item()
        {'b': 2}
        """
        gone = (names,) if isinstance(names, str) else tuple(names)
        return self._of._made(Typed(_without, (self._of._node,), (gone, strict)))

    def unnest(self):
        """All fields of the structs, as columns.

        Returns
        -------
        Expr

        Examples
        --------
        >>> dl.DataFrame({"s": [{"a": 1, "b": "x"}]}).select(dl.col("s").struct.unnest()).columns
        ['a', 'b']
        """
        return self.field("*")


class _FieldOf:
    """Makes the node of a struct's field of its name."""

    def __init__(self, struct):
        self.struct = struct

    def __call__(self, name):
        return Rename(Apply(field_of, (self.struct,), (name,)), name)


class _Fields:
    """Finds the fields that names and patterns mean, in the structs' order, when a frame is there."""

    def __init__(self, struct, names):
        self.struct, self.names = struct, names

    def __call__(self, columns):
        from .expression import expression
        from .selecting import expand
        frame = getattr(columns, "_frame", columns)
        structs = expand(self.struct, columns)
        if len(structs) != 1:
            raise error(NotSupported, f"fields of {len(structs)} columns of structs are not supported",
                        "take each column's: col(…).struct.field(…)")
        [dtype] = frame.select(expression(structs[0])).types.values()
        if not isinstance(dtype, Struct):
            raise error(TypeMismatch, f"{self.struct!r} is of {dtype!r}, which has no fields",
                        "take a column of structs")
        known = [field.name for field in dtype.fields]
        for name in self.names:
            if not _is_pattern(name) and name not in known:
                raise no_column(name, known)
        return [field for field in known if any(
            name in ("*", field) or _is_pattern(name) and re.search(name, field) for name in self.names)]


def _is_pattern(name):
    return name == "*" or name.startswith("^") and name.endswith("$")


def _in_struct(node, struct):
    """`pl.field(name)` stands for a field of the struct at hand."""
    from .construct import FieldMark
    if isinstance(node, FieldMark):
        return Rename(Apply(field_of, (struct,), (node.name,)), node.name)
    if node.arguments:
        return node.with_arguments(tuple(_in_struct(a, struct) for a in node.arguments))
    return node


def text_of_json(x):
    """As JSON."""
    from ..datatypes import String
    return b.call("ifnull", b.cast(b.call("to_json", x), String), b.string("null"))


def _where_known(x, made):
    return b.condition(b.is_not_null(x), made)
