"""`Expr`: what to do with columns, before any frame is there."""

from __future__ import annotations

import operator as python_operator

from .. import datatypes as types
from ..errors import InvalidArgument, NotSupported, error
from . import build as b, functions
from .aggregations import Aggregations
from .arguments import value_node
from .literals import as_node
from .nodes import Aggregate, Apply, Literal, Rearrange, Rename, Selection, Typed, Window
from .row_functions import RowFunctions
from .selecting import without
from .value_functions import ValueFunctions
from .missing_values import MissingValues
from .choices import Choices
from .own_functions import OwnFunctions


def expression(node):
    """The expression of a node."""
    made = object.__new__(Expr)
    made._node = node
    return made


class Expr(Aggregations, RowFunctions, ValueFunctions, MissingValues, Choices, OwnFunctions):
    """An expression over columns. Made by `col`, `lit` and their like; immutable.

    Examples
    --------
    >>> import doline as dl
    >>> frame = dl.DataFrame({"a": [1, 2, 3]})
    >>> frame.select(dl.col("a") * 2 + 1).rows()
    [(3,), (5,), (7,)]
    """

    __slots__ = ("_node",)

    # --- How nodes are put together

    def _apply(self, build, *others, options=()):
        return expression(Apply(build, (self._node, *map(value_node, others)), options))

    def _aggregate(self, build, *others, options=()):
        return expression(Aggregate(build, (self._node, *map(value_node, others)), options))

    def _window(self, build, *options):
        return expression(Window(build, (self._node,), options))

    def _rearrange(self, build, *others, options=()):
        return expression(Rearrange(build, (self._node, *others), options))

    def _binary(self, other, build, swapped=False):
        a, c = self._node, value_node(other)
        return expression(Apply(build, (c, a) if swapped else (a, c)))

    def _logical(self, other, build, build_of_bits):
        whole = isinstance(other, int) and not isinstance(other, bool)
        return self._binary(other, build_of_bits if whole else build)

    # --- Python functions

    def __getattr__(self, name):
        from ..refused import EXPRESSIONS, refusing
        if name in EXPRESSIONS:
            return refusing(name, EXPRESSIONS[name])
        raise AttributeError(f"an expression has no {name!r}")

    @staticmethod
    def _made(node):
        return expression(node)

    @staticmethod
    def _column_of(other):
        return other if isinstance(other, Expr) else expression(as_node(other))

    def __repr__(self):
        return repr(self._node)

    def __bool__(self):
        raise TypeError("an expression is neither true nor false: use & | ~ in place of and, or, not")

    def __hash__(self):
        return id(self)

    def __iter__(self):
        raise TypeError("an expression cannot be iterated over")

    # --- Operators

    def __add__(self, other): return self._binary(other, "wrapping_add")
    def __radd__(self, other): return self._binary(other, "wrapping_add", True)
    def __sub__(self, other): return self._binary(other, "wrapping_subtract")
    def __rsub__(self, other): return self._binary(other, "wrapping_subtract", True)
    def __mul__(self, other): return self._binary(other, "wrapping_multiply")
    def __rmul__(self, other): return self._binary(other, "wrapping_multiply", True)
    def __truediv__(self, other): return self._binary(other, "true_divide")
    def __rtruediv__(self, other): return self._binary(other, "true_divide", True)
    def __floordiv__(self, other): return self._binary(other, "floor_divide")
    def __rfloordiv__(self, other): return self._binary(other, "floor_divide", True)
    def __mod__(self, other): return self._binary(other, "floor_modulo")
    def __rmod__(self, other): return self._binary(other, "floor_modulo", True)
    def __pow__(self, other): return self._power(self, other)
    def __rpow__(self, other): return self._power(expression(value_node(other)), self)
    def __neg__(self): return self._apply(functions.negative)
    def __pos__(self): return self
    def __abs__(self): return self.abs()
    def __invert__(self): return self._apply(b.negation)
    def __and__(self, other): return self._logical(other, functions.logical_and, functions.bit_and)
    def __rand__(self, other): return self._logical(other, functions.logical_and, functions.bit_and)
    def __or__(self, other): return self._logical(other, functions.logical_or, functions.bit_or)
    def __ror__(self, other): return self._logical(other, functions.logical_or, functions.bit_or)
    def __xor__(self, other): return self._logical(other, functions.logical_xor, functions.bit_xor)
    def __eq__(self, other): return self._binary(other, b.equal)
    def __ne__(self, other): return self._binary(other, b.not_equal)
    def __lt__(self, other): return self._binary(other, b.less)
    def __le__(self, other): return self._binary(other, b.less_or_equal)
    def __gt__(self, other): return self._binary(other, b.greater)
    def __ge__(self, other): return self._binary(other, b.greater_or_equal)

    add, sub, mul, truediv = __add__, __sub__, __mul__, __truediv__
    floordiv, mod, neg = __floordiv__, __mod__, __neg__
    eq, ne, lt, le, gt, ge = __eq__, __ne__, __lt__, __le__, __gt__, __ge__
    not_ = __invert__
    xor = __xor__

    def pow(self, exponent):
        """`self ** exponent`.

        Parameters
        ----------
        exponent : number, str or Expr
            The exponent; a text names a column.

        Returns
        -------
        Expr

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [7, 3], "b": [1, 2]})
        >>> frame.select(dl.col("a").pow(dl.col("b"))).to_series().to_list()
        [7.0, 9.0]
        """
        return self._power(self, self._column_of(exponent))

    def truncdiv(self, other):
        """The quotient without its fraction, towards zero: `//` rounds it down.

        Parameters
        ----------
        other : number, str or Expr
            The divisor; a text names a column.

        Returns
        -------
        Expr
            Of the type of `//`.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [-5, 5]})
        >>> frame.select(dl.col("a").truncdiv(2)).to_series().to_list()
        [-2, 2]
        """
        return self._apply(functions.quotient_towards_zero, self._column_of(other))

    def and_(self, *others):
        """`self & other & …`: whether all hold.

        Parameters
        ----------
        *others : Expr
            More conditions.

        Returns
        -------
        Expr
            Of Boolean; null where that depends on a missing value.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 5], "b": [1, 2]})
        >>> frame.select((dl.col("a") > 0).and_(dl.col("b") > 1)).to_series().to_list()
        [False, True]
        """
        return _reduced(python_operator.and_, self, others)

    def or_(self, *others):
        """`self | other | …`: whether any holds.

        Parameters
        ----------
        *others : Expr
            More conditions.

        Returns
        -------
        Expr
            Of Boolean; null where that depends on a missing value.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 5], "b": [1, 2]})
        >>> frame.select((dl.col("a") > 4).or_(dl.col("b") > 1)).to_series().to_list()
        [False, True]
        """
        return _reduced(python_operator.or_, self, others)

    def eq_missing(self, other):
        """Whether values are equal, where missing ones are equal to each other.

        Parameters
        ----------
        other : value or Expr
            What to compare with.

        Returns
        -------
        Expr
            Of Boolean, never null.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, None], "b": [2, None]})
        >>> frame.select(dl.col("a").eq_missing(dl.col("b"))).to_series().to_list()
        [False, True]
        """
        return self._binary(other, b.equal_missing)

    def ne_missing(self, other):
        """Whether values differ, where missing ones are equal to each other.

        Parameters
        ----------
        other : value or Expr
            What to compare with.

        Returns
        -------
        Expr
            Of Boolean, never null.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, None], "b": [2, None]})
        >>> frame.select(dl.col("a").ne_missing(dl.col("b"))).to_series().to_list()
        [True, False]
        """
        return self._binary(other, b.not_equal_missing)

    @staticmethod
    def _power(base, exponent):
        exponent = value_node(exponent)
        whole = isinstance(exponent, Literal) and type(exponent.value) is int
        if whole and 0 <= exponent.value <= 8 and not isinstance(base._node, Literal):
            return expression(Apply(functions.whole_power, (base._node,), (exponent.value,)))
        return expression(Apply("pow", (base._node, exponent)))

    # --- Names and types

    def alias(self, name: str):
        """The same under another name.

        Parameters
        ----------
        name : str
            What the column will be called.

        Returns
        -------
        Expr

        Examples
        --------
        >>> dl.DataFrame({"a": [1]}).select(dl.col("a").alias("b")).columns
        ['b']
        """
        return expression(Rename(self._node, name))

    def cast(self, dtype, *, strict=True, wrap_numerical=False):
        """The values as another type.

        Parameters
        ----------
        dtype : data type or Python type
            Such as `dl.Int32`, `dl.Datetime("us")`, `str`.
        strict : bool, default True
            Whether a value that does not fit ends the query; else it becomes null.

        Returns
        -------
        Expr
            Of that type. Of floats that become integers the fraction is cut off.

        Raises
        ------
        doline.errors.ConversionError
            When the query runs, for a value that does not fit.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["1", "x"]})
        >>> frame.select(dl.col("a").cast(dl.Int64, strict=False)).to_series().to_list()
        [1, None]
        """
        if wrap_numerical:
            raise error(NotSupported, "cast(wrap_numerical=True) is not supported", "use % to wrap first")
        target = types.as_dtype(dtype)
        if functions.is_cast_by_source(target):
            return expression(Typed(functions.cast_from, (self._node,), (target, strict)))
        build = functions.strict_cast if strict else functions.lenient_cast
        return self._apply(build, options=(target,))

    def exclude(self, *columns):
        """A selection without some columns.

        Parameters
        ----------
        *columns : str, data type or list of these
            Names, patterns from `^` to `$`, or types.

        Returns
        -------
        Expr

        Raises
        ------
        ValueError
            Of an expression that is no selection.

        Examples
        --------
        >>> dl.DataFrame({"a": [1], "b": [2], "c": ["x"]}).select(dl.all().exclude("b")).columns
        ['a', 'c']
        """
        entries = [e for c in columns for e in (c if isinstance(c, (list, tuple, set)) else [c])]
        if not isinstance(self._node, Selection):
            raise error(InvalidArgument, "exclude() is for pl.all() and other selections")
        return expression(without(self._node, entries))

    @property
    def meta(self):
        """What the expression says of itself.

        Returns
        -------
        MetaFunctions

        Examples
        --------
        >>> expr = (dl.col("a") + dl.col("b")).alias("c")
        >>> expr.meta.output_name(), expr.meta.root_names()
        ('c', ['a', 'b'])
        """
        from .meta import MetaFunctions
        return MetaFunctions(self)

    def pipe(self, function, *args, **kwargs):
        """`function(self, …)`, so that functions of one's own stand in a chain.

        Parameters
        ----------
        function : callable
            Takes the expression first.
        *args, **kwargs
            What else it takes.

        Returns
        -------
        object
            What it returns.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 2]})
        >>> frame.select(dl.col("a").pipe(lambda x, n: x + n, 10)).to_series().to_list()
        [11, 12]
        """
        return function(self, *args, **kwargs)

    # --- Namespaces

    @property
    def str(self):
        """Functions of texts.

        Returns
        -------
        StringFunctions

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["tea"]})
        >>> frame.select(dl.col("a").str.to_uppercase()).to_series().to_list()
        ['TEA']
        """
        from .strings import StringFunctions
        return StringFunctions(self)

    @property
    def dt(self):
        """Functions of times.

        Returns
        -------
        TemporalFunctions

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.date(2024, 2, 29)]})
        >>> frame.select(dl.col("a").dt.year()).to_series().to_list()
        [2024]
        """
        from .temporal import TemporalFunctions
        return TemporalFunctions(self)

    @property
    def list(self):
        """Functions of lists.

        Returns
        -------
        ListFunctions

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [[1, 2]]})
        >>> frame.select(dl.col("a").list.sum()).to_series().to_list()
        [3]
        """
        from .lists import ListFunctions
        return ListFunctions(self)

    @property
    def arr(self):
        """Functions of arrays of a fixed length: those of `list`, and `to_list`.

        Returns
        -------
        ArrayFunctions

        Examples
        --------
        >>> dl.Series("a", [[1, 2]],
        ...     dl.Array(dl.Int64, 2)).to_frame().select(dl.col("a").arr.sum()).item()
        3
        """
        from .arrays import ArrayFunctions
        return ArrayFunctions(self)

    @property
    def struct(self):
        """Functions of structs.

        Returns
        -------
        StructFunctions

        Examples
        --------
        >>> frame = dl.DataFrame({"s": [{"a": 1}]})
        >>> frame.select(dl.col("s").struct.field("a")).to_series().to_list()
        [1]
        """
        from .structs import StructFunctions
        return StructFunctions(self)

    @property
    def map(self):
        """Functions of SQL's maps.

        Returns
        -------
        MapFunctions

        Examples
        --------
        >>> lazy = dl.sql("SELECT map(['x'], [1]) AS m").lazy()
        >>> lazy.select(dl.col("m").map.get("x")).collect().item()
        1
        """
        from .maps import MapFunctions
        return MapFunctions(self)

    @property
    def name(self):
        """Names made of the columns' own.

        Returns
        -------
        NameFunctions

        Examples
        --------
        >>> dl.DataFrame({"a": [1]}).select(dl.col("a").name.suffix("_x")).columns
        ['a_x']
        """
        from .names import NameFunctions
        return NameFunctions(self)

    @property
    def bin(self):
        """Functions of bytes.

        Returns
        -------
        BinaryFunctions

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [b"tea"]})
        >>> frame.select(dl.col("a").bin.size()).to_series().to_list()
        [3]
        """
        from .bytes_and_categories import BinaryFunctions
        return BinaryFunctions(self)

    @property
    def cat(self):
        """Functions of enums.

        Returns
        -------
        CategoryFunctions

        Examples
        --------
        >>> dl.Series("a", ["x"], dl.Enum(["x"])).to_frame().select(dl.col("a").cat.len_chars()).item()
        1
        """
        from .bytes_and_categories import CategoryFunctions
        return CategoryFunctions(self)


def _reduced(operator, first, others):
    for other in others:
        first = operator(first, other)
    return first


for _name, _sign, _result in (
        ("add", "+", "[8, 5]"), ("sub", "-", "[6, 1]"), ("mul", "*", "[7, 6]"), ("truediv", "/", "[7.0, 1.5]"),
        ("floordiv", "//", "[7, 1]"), ("mod", "%", "[0, 1]"),
        ("eq", "==", "[False, False]"), ("ne", "!=", "[True, True]"), ("lt", "<", "[False, False]"),
        ("le", "<=", "[False, False]"), ("gt", ">", "[True, True]"), ("ge", ">=", "[True, True]"), ("xor", "^", "")):
    getattr(Expr, _name).__doc__ = f"""`self {_sign} other`.

    Parameters
    ----------
    other : value or Expr
        The right side. A text is a text, not a column's name.

    Returns
    -------
    Expr
""" + (f"""
    Examples
    --------
    >>> frame = dl.DataFrame({{"a": [7, 3], "b": [1, 2]}})
    >>> frame.select(dl.col("a").{_name}(dl.col("b"))).to_series().to_list()
    {_result}
    """ if _result else """
    Examples
    --------
    >>> frame = dl.DataFrame({"a": [True, True], "b": [True, False]})
    >>> frame.select(dl.col("a").xor(dl.col("b"))).to_series().to_list()
    [False, True]
    """)
Expr.neg.__doc__ = """`-self`.

    Returns
    -------
    Expr

    Examples
    --------
    >>> dl.DataFrame({"a": [1, -2]}).select(dl.col("a").neg()).to_series().to_list()
    [-1, 2]
    """
Expr.not_.__doc__ = """`~self`.

    Returns
    -------
    Expr

    Examples
    --------
    >>> dl.DataFrame({"a": [True, None]}).select(dl.col("a").not_()).to_series().to_list()
    [False, None]
    """
del _name, _sign, _result
