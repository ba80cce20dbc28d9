"""The namespace `arr`: arrays, which are lists of a fixed length."""

from __future__ import annotations

from ..errors import NotSupported, error
from . import build as b
from .list_trees import array_as_list, array_as_struct, dot_product
from .lists import ListFunctions
from .nodes import Typed


class ArrayFunctions(ListFunctions):
    """Functions of arrays of a fixed length: `expr.arr`. What keeps the length gives arrays, but `eval`,
    which gives lists."""

    def _as_given(self, made):
        return self._of._made(Typed(_like, (self._of._node, made._node)))

    def sort(self, *, descending=False, nulls_last=False):
        """The elements in order, as of lists."""
        return self._as_given(super().sort(descending=descending, nulls_last=nulls_last))

    def reverse(self):
        """The elements in the opposite order, as of lists."""
        return self._as_given(super().reverse())

    def shift(self, n=1):
        """The elements moved some places behind, as of lists."""
        return self._as_given(super().shift(n))

    def head(self, n=5, *, as_array=False):
        """The first elements, as of lists."""
        return self.slice(0, n, as_array=as_array)

    def tail(self, n=5, *, as_array=False):
        """The last elements, as of lists."""
        _refuse_arrays("arr.tail", as_array)
        return super().tail(n)

    def slice(self, offset, length=None, *, as_array=False):
        """A part of the elements, as of lists."""
        _refuse_arrays("arr.slice", as_array)
        return super().slice(offset, length)

    def eval(self, expr, *, as_list=False):
        """An expression over the elements of each array, as of lists.

        Parameters
        ----------
        expr : Expr
            Its values are `dl.element()`.
        as_list : bool
            Without effect: lists come out.
        """
        return super().eval(expr)

    def dot(self, other):
        """The sum of the products of elements at the same place.

        Parameters
        ----------
        other : str, Expr or list
            The other arrays; a text names a column.

        Returns
        -------
        Expr
            Of the elements' type.

        Examples
        --------
        >>> frame = dl.Series("a", [[1, 2], [3, 4]], dl.Array(dl.Int64, 2)).to_frame()
        >>> frame.select(dl.col("a").arr.dot(dl.col("a"))).to_series().to_list()
        [5, 25]
        """
        return self._do(dot_product, self._of._column_of(other))

    def to_struct(self, fields=None):
        """The elements as fields of a struct.

        Parameters
        ----------
        fields : list of str, optional
            The fields' names; `field_0`, `field_1` … if left out.

        Returns
        -------
        Expr
            Of structs.

        Examples
        --------
        >>> frame = dl.Series("a", [[1, 2]], dl.Array(dl.Int64, 2)).to_frame()
        >>> frame.select(dl.col("a").arr.to_struct()).item()
        {'field_0': 1, 'field_1': 2}
        """
        names = None if fields is None else tuple(fields)
        return self._of._made(Typed(array_as_struct, (self._of._node,), (names,)))

    def to_list(self):
        """As a list; of a series, of Python values."""
        return self._of._apply(array_as_list)


def _like(dtype, x, made):
    """What is made of arrays, as arrays of the same type; of lists a list."""
    return b.cast(made, dtype)


def _refuse_arrays(name, as_array):
    if as_array:
        raise error(NotSupported, f"{name}(as_array=True) is not supported", "cast to pl.Array(inner, width)")
