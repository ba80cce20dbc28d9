"""Where expressions begin: `col`, `lit`, `when`, and functions of several columns."""

from __future__ import annotations

import builtins

from .. import datatypes as types
from ..datatypes import DataType, DataTypeClass
from . import aggregates, build as b
from .expression import Expr, expression
from .literals import as_node, literal_node, named_column
from .nodes import (Aggregate, Apply, Column, Element, Node, Spread)
from .selecting import by_names, by_types, everything


class _Columns:
    """`pl.col`: called with names or types, or `pl.col.name`."""

    def __call__(self, name, *more):
        if type(name) is str and not more:
            return expression(named_column(name))
        given = [entry for item in (name, *more)
                 for entry in (item if isinstance(item, (list, tuple, set, frozenset)) else [item])]
        if builtins.all(isinstance(entry, str) for entry in given):
            return expression(by_names(given) if builtins.len(given) != 1 or isinstance(name, (list, tuple))
                              else named_column(given[0]))
        return expression(by_types([types.as_dtype(g) if not isinstance(g, (DataType, DataTypeClass))
                                    else g for g in given]))

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return expression(Column(name))


col = _Columns()


def lit(value, dtype=None, *, allow_object=False):
    """A value as an expression.

    Parameters
    ----------
    value : value
        A number, text, time, list, dict (a struct), Series or None. An expression stays one.
    dtype : data type, optional
        Of the value.

    Returns
    -------
    Expr

    Examples
    --------
    >>> dl.DataFrame({"a": [1, 2]}).with_columns(b=dl.lit("x")).rows()
    [(1, 'x'), (2, 'x')]
    """
    if isinstance(value, Expr):
        return value
    if hasattr(value, "_node"):
        column = expression(value._node)
        return column if dtype is None else column.cast(dtype)
    return expression(literal_node(value, dtype))


def all(*names, ignore_nulls=True):
    """All columns; with names, whether all values of these are true.

    Parameters
    ----------
    *names : str
        Columns of Booleans.
    ignore_nulls : bool, default True
        Whether missing values are passed over.

    Returns
    -------
    Expr

    Examples
    --------
    >>> dl.DataFrame({"a": [1], "b": [2]}).select(dl.all() * 10).rows()
    [(10, 20)]
    """
    if not names:
        return expression(everything())
    return col(*names).all(ignore_nulls=ignore_nulls)


def any(*names, ignore_nulls=True):
    """Whether any value of some columns is true.

    Parameters
    ----------
    *names : str
        Columns of Booleans.
    ignore_nulls : bool, default True
        Whether missing values are passed over.

    Returns
    -------
    Expr

    Examples
    --------
    >>> dl.DataFrame({"a": [True, False]}).select(dl.any("a")).item()
    True
    """
    return col(*names).any(ignore_nulls=ignore_nulls)


def exclude(*columns):
    """All columns but some.

    Parameters
    ----------
    *columns : str, data type or list of these
        Names, patterns from `^` to `$`, or types.

    Returns
    -------
    Expr

    Examples
    --------
    >>> dl.DataFrame({"a": [1], "b": ["x"]}).select(dl.exclude(dl.String)).columns
    ['a']
    """
    return expression(everything()).exclude(*columns)


def nth(*indices):
    """Columns at some places.

    Parameters
    ----------
    *indices : int or list of int
        From 0, or from the end if negative.

    Returns
    -------
    Expr

    Examples
    --------
    >>> dl.DataFrame({"a": [1], "b": [2]}).select(dl.nth(-1)).columns
    ['b']
    """
    from .nodes import Selection
    flat = [i for index in indices for i in (index if isinstance(index, (list, tuple)) else [index])]
    return expression(Selection(lambda columns: [columns.every_name[i] for i in flat], f"nth({flat})"))


def element():
    """What stands for the values inside a list: in `list.eval`, `list.filter`, `list.agg` and
    `pivot`.

    Returns
    -------
    Expr

    Examples
    --------
    >>> dl.DataFrame({"a": [[1, 2]]}).select(dl.col("a").list.eval(dl.element() + 1)).item()
    [2, 3]
    """
    return expression(Element())


class FieldMark(Node):
    """`pl.field(name)` inside `struct.with_fields`."""

    __slots__ = ("name",)
    shape = 1

    def __init__(self, name):
        self.name = name


def field(name):
    """A field of the structs at hand: in `struct.with_fields`.

    Parameters
    ----------
    name : str
        Which one.

    Returns
    -------
    Expr

    Examples
    --------
    >>> dl.DataFrame({"s": [{"a": 1}]}).select(dl.col("s").struct.with_fields(dl.field("a") + 1)).item()
    {'a': 2}
    """
    return expression(FieldMark(name))


def len():
    """The number of rows.

    Returns
    -------
    Expr
        One UInt32, called "len".

    Examples
    --------
    >>> dl.DataFrame({"a": [1, None]}).select(dl.len()).item()
    2
    """
    return expression(Aggregate(aggregates.row_count, ()))


def count(*columns):
    """How many values of some columns are not missing; without columns the number of rows.

    Parameters
    ----------
    *columns : str
        The columns.

    Returns
    -------
    Expr

    Examples
    --------
    >>> dl.DataFrame({"a": [1, None]}).select(dl.count("a")).item()
    1
    """
    return col(*columns).count() if columns else len()


def _shortcut(name, result):
    import inspect
    method = getattr(Expr, name)

    def function(*columns, **options):
        return getattr(col(*columns), name)(**options)
    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""`col(…).{name}()` of columns.

    Parameters
    ----------
    *columns : str or data type
        Which ones.

    Returns
    -------
    Expr
        Other parameters are those of `Expr.{name}`.

    Examples
    --------
    >>> dl.DataFrame({{"a": [1, 2, 3]}}).select(dl.{name}("a")).to_series().to_list()
    {result}
    """
    of_columns = inspect.Parameter("columns", inspect.Parameter.VAR_POSITIONAL)
    options = [option.replace(kind=inspect.Parameter.KEYWORD_ONLY)
               for option in [*inspect.signature(method).parameters.values()][1:]]
    function.__signature__ = inspect.Signature([of_columns, *options])
    return function


sum, mean, min, max, median, first, last, n_unique, implode, std, var, cum_sum, cum_count, null_count, \
    approx_n_unique = map(
        _shortcut, ("sum", "mean", "min", "max", "median", "first", "last", "n_unique", "implode",
                    "std", "var", "cum_sum", "cum_count", "null_count", "approx_n_unique"),
        ([6], [2.0], [1], [3], [2.0], [1], [3], [3], [[1, 2, 3]], [1.0], [1.0], [1, 3, 6], [1, 2, 3], [0],
         [3]))


def head(column, n=10):
    """The first values of a column.

    Parameters
    ----------
    column : str
        Which one.
    n : int, default 10
        How many.

    Returns
    -------
    Expr

    Examples
    --------
    >>> dl.DataFrame({"a": [1, 2, 3]}).select(dl.head("a", 2)).rows()
    [(1,), (2,)]
    """
    return col(column).head(n)


def tail(column, n=10):
    """The last values of a column.

    Parameters
    ----------
    column : str
        Which one.
    n : int, default 10
        How many.

    Returns
    -------
    Expr

    Examples
    --------
    >>> dl.DataFrame({"a": [1, 2, 3]}).select(dl.tail("a", 2)).rows()
    [(2,), (3,)]
    """
    return col(column).tail(n)


def quantile(column, quantile, interpolation="nearest"):
    """A quantile of a column.

    Parameters
    ----------
    column : str
        Which one.
    quantile : float
        The share of values below it, from 0 to 1.
    interpolation : {"nearest", "lower", "higher", "midpoint", "linear"}
        What is taken between two values.

    Returns
    -------
    Expr

    Examples
    --------
    >>> dl.DataFrame({"a": [1, 2, 3]}).select(dl.quantile("a", 0.5)).item()
    2.0
    """
    return col(column).quantile(quantile, interpolation)


# --- when / then / otherwise

class Pending:
    """`when(…).then(…)` without its end; an expression all the same, which is NULL otherwise."""

    def __init__(self, parts):
        self._parts = parts

    def when(self, *predicates, **constraints):
        """A condition for the value that follows."""
        return _When(self._parts, _predicate(predicates, constraints))

    def otherwise(self, value):
        """The value where no condition holds."""
        return expression(Apply(b.cases, (*self._parts, as_node(value))))

    def _as_expression(self):
        return expression(Apply(b.cases, tuple(self._parts)))

    @property
    def _node(self):
        return self._as_expression()._node

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._as_expression(), name)


class _When:
    def __init__(self, parts, condition):
        self._parts, self._condition = parts, condition

    def then(self, value):
        """The value where the condition holds."""
        return Pending([*self._parts, as_node(value), self._condition])


def _predicate(predicates, constraints):
    terms = [as_node(p) for p in predicates]
    terms += [Apply(b.equal, (Column(k), as_node(v, False))) for k, v in constraints.items()]
    return terms[0] if builtins.len(terms) == 1 else Apply(b.both, tuple(terms))


def when(*predicates, **constraints):
    """A value by conditions: `when(p).then(a).when(q).then(b).otherwise(c)`.

    Parameters
    ----------
    *predicates : Expr
        Conditions that all have to hold.
    **constraints : value
        `name=value` for what a column has to equal.

    Returns
    -------
    object
        Whose `then(value)` gives the value where they hold. In `then` and `otherwise` a text names
        a column; `lit` makes it a text. Without `otherwise` the rest is null.

    Examples
    --------
    >>> frame = dl.DataFrame({"a": [1, 5, 9]})
    >>> frame.select(dl.when(dl.col("a") > 4).then(dl.lit("big")).otherwise(dl.lit("small"))).to_series().to_list()
    ['small', 'big', 'big']
    """
    return _When([], _predicate(predicates, constraints))


def list_(*exprs):
    """The columns' values as one list, row by row; a list among them is an element, too.

    Examples
    --------
    >>> import doline as dl
    >>> dl.DataFrame({"a": [1, 2], "b": [3, None]}).select(dl.list("a", "b")).rows()
    [([1, 3],), ([2, None],)]
    """
    nodes = [as_node(e) for item in exprs for e in (item if isinstance(item, (builtins.list, tuple)) else [item])]
    return expression(Spread("list_value", tuple(nodes)))
