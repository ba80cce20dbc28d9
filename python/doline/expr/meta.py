"""What expressions say of themselves: the namespace `meta`."""

from __future__ import annotations

from ..errors import InvalidArgument, error
from .namespaces import Namespace
from .nodes import (COLUMN, REARRANGED, SCALAR, Column, Literal, Rename, Selection, Window, all_slots,
                    column_names, contains, output_name)
from .selecting import has_selection


class MetaFunctions(Namespace):
    """What an expression says of itself: `expr.meta`."""

    _refused = {
        "is_known_length": "meta.is_scalar", "serialize": "pickle", "show_graph": "meta.tree_format",
        "as_selector": "doline.selectors", "as_expression": "the expression itself",
    }

    def __init__(self, of):
        self._of, self._node = of, of._node

    def output_name(self, *, raise_if_undetermined=True):
        """What the column will be called.

        Parameters
        ----------
        raise_if_undetermined : bool, default True
            Whether it is an error where only a frame can say; else it is None.

        Returns
        -------
        str or None

        Raises
        ------
        ValueError
            Of several columns.

        Examples
        --------
        >>> dl.col("a").sum().alias("total").meta.output_name()
        'total'
        """
        if output_name(self._node) or not contains(self._node, Selection):
            return output_name(self._node)
        if raise_if_undetermined:
            raise error(InvalidArgument, f"only a frame can say what {self._of!r} is called")
        return None

    def root_names(self):
        """Names of the columns it reads.

        Returns
        -------
        list of str

        Examples
        --------
        >>> (dl.col("a") + dl.col("b")).meta.root_names()
        ['a', 'b']
        """
        return list(column_names(self._node))

    def is_column(self):
        """Whether it is a column and nothing else.

        Returns
        -------
        bool

        Examples
        --------
        >>> dl.col("a").meta.is_column(), (dl.col("a") + 1).meta.is_column()
        (True, False)
        """
        return isinstance(self._node, Column)

    def is_regex_projection(self):
        """Whether it is columns whose names a pattern matches.

        Returns
        -------
        bool

        Examples
        --------
        >>> dl.col("^a.*$").meta.is_regex_projection()
        True
        """
        return isinstance(self._node, Selection) and self._node.label.startswith("col('^")

    def is_column_selection(self, *, allow_aliasing=False):
        """Whether it is columns and nothing else.

        Parameters
        ----------
        allow_aliasing : bool, default False
            Whether they may have other names.

        Returns
        -------
        bool

        Examples
        --------
        >>> dl.all().meta.is_column_selection(), dl.col("a").sum().meta.is_column_selection()
        (True, False)
        """
        return isinstance(_without_names(self._node, allow_aliasing), (Column, Selection))

    def is_literal(self, *, allow_aliasing=False):
        """Whether it is a value.

        Parameters
        ----------
        allow_aliasing : bool, default False
            Whether it may have a name.

        Returns
        -------
        bool

        Examples
        --------
        >>> dl.lit(1).meta.is_literal(), dl.lit(1).alias("a").meta.is_literal()
        (True, False)
        """
        return isinstance(_without_names(self._node, allow_aliasing), Literal)

    def has_multiple_outputs(self):
        """Whether it means several columns.

        Returns
        -------
        bool

        Examples
        --------
        >>> dl.all().meta.has_multiple_outputs()
        True
        """
        return has_selection(self._node)

    def is_scalar(self):
        """Whether it gives one value, whatever the frame's rows.

        Returns
        -------
        bool

        Examples
        --------
        >>> dl.col("a").sum().meta.is_scalar(), dl.col("a").meta.is_scalar()
        (True, False)
        """
        return self._node.shape == SCALAR

    def is_length_preserving(self):
        """Whether it gives as many values as the frame has rows.

        Returns
        -------
        bool

        Examples
        --------
        >>> dl.col("a").cum_sum().meta.is_length_preserving(), dl.col("a").head(1).meta.is_length_preserving()
        (True, False)
        """
        from .lower import keeps_length
        return self._node.shape == COLUMN or self._node.shape == REARRANGED and keeps_length(self._node)

    def is_row_separable(self):
        """Whether each of its values is made of one row's.

        Returns
        -------
        bool

        Examples
        --------
        >>> (dl.col("a") + 1).meta.is_row_separable(), dl.col("a").cum_sum().meta.is_row_separable()
        (True, False)
        """
        from .nodes import Aggregate, Over, Rearrange, Rolling
        return not contains(self._node, (Aggregate, Window, Rearrange, Over, Rolling))

    def eq(self, other):
        """Whether it is the same expression as another.

        Parameters
        ----------
        other : Expr
            The other one.

        Returns
        -------
        bool

        Examples
        --------
        >>> (dl.col("a") + 1).meta.eq(dl.col("a") + 1)
        True
        """
        return same(self._node, other._node)

    def ne(self, other):
        """Whether it is another expression.

        Parameters
        ----------
        other : Expr
            The other one.

        Returns
        -------
        bool

        Examples
        --------
        >>> (dl.col("a") + 1).meta.ne(dl.col("a") + 1)
        False
        """
        return not self.eq(other)

    def __eq__(self, other): return self.eq(other._of if isinstance(other, MetaFunctions) else other)
    def __ne__(self, other): return not self == other
    def __hash__(self): return hash(repr(self._node))

    def undo_aliases(self):
        """The expression without the names that were given to it.

        Returns
        -------
        Expr

        Examples
        --------
        >>> dl.col("a").sum().alias("total").meta.undo_aliases().meta.output_name()
        'a'
        """
        return self._of._made(_without_names(self._node, True))

    def pop(self, *, schema=None):
        """The expressions that the outermost function is given, the last first.

        Parameters
        ----------
        schema : None
            Without effect: no types are needed.

        Returns
        -------
        list of Expr

        Examples
        --------
        >>> [e.meta.output_name() for e in (dl.col("a") + dl.col("b")).meta.pop()]
        ['b', 'a']
        """
        return [self._of._made(argument) for argument in reversed(self._node.arguments)]

    def tree_format(self, *, return_as_string=False, schema=None):
        """The expression as a tree, a line for each part.

        Parameters
        ----------
        return_as_string : bool, default False
            Whether it is returned; else it is printed.
        schema : None
            Without effect: no types are needed.

        Returns
        -------
        str or None

        Examples
        --------
        >>> (dl.col("a") + 1).meta.tree_format()
        wrapping_add
          col("a")
          1
        """
        lines, left = [], [(self._node, 0)]
        while left:
            node, depth = left.pop()
            label = getattr(node, "label", None) if node.arguments else repr(node)
            lines.append("  " * depth + (label or type(node).__name__.lower()))
            left.extend((argument, depth + 1) for argument in reversed(node.arguments))
        text = "\n".join(lines)
        if return_as_string:
            return text
        print(text)
        return None


def _without_names(node, all_of_them):
    while all_of_them and isinstance(node, Rename):
        node = node.input
    return node


def same(a, c):
    """Whether two nodes are the same expression."""
    left = [(a, c)]
    while left:
        a, c = left.pop()
        if a is c:
            continue
        if type(a) is not type(c) or len(a.arguments) != len(c.arguments):
            return False
        slots = [slot for slot in all_slots(type(a)) if slot not in ("arguments", "shape")]
        if "bytes" in slots:
            slots = ["bytes", "name"]
        elif "label" in slots and "choose" in slots:
            slots = ["label"]
        if any(getattr(a, slot) != getattr(c, slot) for slot in slots):
            return False
        left.extend(zip(a.arguments, c.arguments))
    return True
