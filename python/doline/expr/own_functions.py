"""Functions of the program's own, called in queries."""

from __future__ import annotations

from .. import datatypes as types
from ..errors import NotSupported, error
from .smoothing import Smoothing


class OwnFunctions(Smoothing):
    """What `Expr` inherits: functions of the program's own."""

    __slots__ = ()

    def map_elements(self, function, return_dtype=None, *, skip_nulls=True, pass_name=False,
                     strategy="thread_local", returns_scalar=False):
        """A Python function of each value; slow, as it is called for each.

        Parameters
        ----------
        function : callable or class
            Of a value; of lists and structs it is given lists and dicts. An object of a class is made
            once for each thread.
        return_dtype : type, optional
            What it returns; from its hints if left out.
        skip_nulls : bool
            Whether a missing value is missing in the result, without a call.
        strategy : {"thread_local", "threading"}
            The same here: the engine's threads call it.

        Raises
        ------
        doline.errors.FunctionFailed
            When a frame runs the expression and the function raises.

        Examples
        --------
        >>> import doline as dl
        >>> frame = dl.DataFrame({"a": [1, None]})
        >>> frame.select(dl.col("a").map_elements(lambda a: "x" * a, dl.String)).rows()
        [('x',), (None,)]
        """
        from .expression import expression
        if pass_name:
            raise error(NotSupported, "map_elements(pass_name=True) is not supported", "close over the name")
        if strategy not in ("thread_local", "threading"):
            raise error(NotSupported, f"map_elements has no strategy {strategy!r}")
        from ..frame_functions import elementwise
        from .mapped import MappedRows
        return expression(MappedRows(elementwise(function, return_dtype, skip_nulls), (self._node,)))

    def map_batches(self, function, return_dtype=None, *, is_elementwise=False, returns_scalar=False,
                    agg_list=None):
        """A Python function of a whole column, or of a group's values, as a `Series`.

        Parameters
        ----------
        function : callable or class
            Takes a series, and returns a series, an array of NumPy or PyArrow, or a list of as many
            values. An object of a class is made once for each thread.
        return_dtype : type, optional
            The type of its values; from its hints if left out.
        is_elementwise : bool
            Whether each value of the result depends on one of the series alone. Then it is called with
            parts of up to 65,536 values, by several threads.
        returns_scalar : bool
            Whether it returns one value.

        Raises
        ------
        doline.errors.FunctionFailed
            When a frame runs the expression and the function raises, or returns other than it promised.

        Examples
        --------
        >>> import doline as dl
        >>> frame = dl.DataFrame({"a": [1, 2, 3]})
        >>> frame.select(dl.col("a").map_batches(lambda s: s - s.min(), dl.Int64)).rows()
        [(0,), (1,), (2,)]
        """
        from .expression import expression
        if agg_list is not None:
            raise error(NotSupported, "map_batches(agg_list=…) is not supported", "leave it out")
        from .. import frame_functions
        from .mapped import MappedAll, MappedColumn, MappedRows
        if returns_scalar:
            return expression(MappedAll(frame_functions.to_scalar(function, return_dtype), (self._node,)))
        if is_elementwise:
            return expression(MappedRows(frame_functions.by_batch(function, return_dtype), (self._node,)))
        return expression(MappedColumn(frame_functions.of_whole(function, return_dtype), (self._node,)))

    def rolling_map(self, function, window_size, weights=None, *, min_samples=None, center=False):
        """A Python function of the last rows up to each row; slow, as it is called for each.

        Parameters
        ----------
        function : callable
            Of a `Series`; gives a number or None.
        window_size : int
            How many rows, the row itself among them.
        weights : None
            Not supported.
        min_samples : int, optional
            How many known values it takes for a result; `window_size` if left out.
        center : bool, default False
            Whether the row stands in the window's middle.

        Returns
        -------
        Expr
            Of Float64, as long as the column.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 2, 4]})
        >>> frame.select(dl.col("a").rolling_map(lambda s: s.max() - s.min(), 2)).to_series().to_list()
        [None, 1.0, 2.0]
        """
        def of_window(values):
            from ..series import Series
            result = function(Series(values))
            return None if result is None else float(result)
        windows = self._plain("list", window_size, weights, min_samples, center)
        return windows.map_elements(of_window, types.Float64)


def map_batches(exprs, function, return_dtype=None, *, is_elementwise=False, returns_scalar=False):
    """A Python function of several whole columns, or of a group's values, as a list of `Series`.

    Parameters
    ----------
    exprs : list of str or Expr
        The columns.
    function : callable
        Takes a list of series, and returns as `Expr.map_batches` wants it.
    return_dtype : type, optional
        The type of its values; from its hints if left out.
    is_elementwise, returns_scalar : bool, default False
        As of `Expr.map_batches`.

    Returns
    -------
    Expr

    Raises
    ------
    doline.errors.FunctionFailed
        When a frame runs the expression and the function raises, or returns other than it promised.

    Examples
    --------
    >>> frame = dl.DataFrame({"a": [1, 2], "b": [10, 20]})
    >>> frame.select(dl.map_batches(["a", "b"], lambda s: s[0] + s[1], dl.Int64)).rows()
    [(11,), (22,)]
    """
    import inspect
    from .. import frame_functions
    from .expression import expression
    from .literals import as_node
    from .mapped import MappedAll, MappedColumn, MappedRows
    from .nodes import Fields, Rename, output_name
    nodes = tuple(as_node(expr) for expr in (exprs if isinstance(exprs, (list, tuple)) else [exprs]))
    names = [output_name(node) for node in nodes]

    def of_series(*series):
        return function([one.alias(name) for one, name in zip(series, names)])
    of_series.__name__ = getattr(function, "__name__", type(function).__name__)
    if inspect.isroutine(function):
        of_series.__annotations__ = {k: v for k, v in function.__annotations__.items() if k == "return"}
    if returns_scalar:
        made = MappedAll(frame_functions.to_scalar(of_series, return_dtype), nodes)
    elif is_elementwise:
        made = MappedRows(frame_functions.by_batch(of_series, return_dtype), nodes)
    else:
        fields = Fields("struct_pack", tuple(Rename(node, f"field_{i}") for i, node in enumerate(nodes)))
        made = MappedColumn(frame_functions.of_whole(of_series, return_dtype), (fields,))
    return expression(made).alias(names[0])


def map_groups(exprs, function, return_dtype=None, *, is_elementwise=False, returns_scalar=False):
    """`map_batches` by another name, for `group_by(…).agg(…)`: the function gets each group's values.

    Parameters
    ----------
    exprs, function, return_dtype, is_elementwise, returns_scalar
        As of `map_batches`.

    Returns
    -------
    Expr

    Examples
    --------
    >>> frame = dl.DataFrame({"k": ["x", "x", "y"], "a": [1, 2, 3], "b": [1, 1, 2]})
    >>> both = dl.map_groups(["a", "b"], lambda s: (s[0] * s[1]).sum(), dl.Int64, returns_scalar=True)
    >>> frame.group_by("k", maintain_order=True).agg(both).rows()
    [('x', 3), ('y', 6)]
    """
    return map_batches(exprs, function, return_dtype, is_elementwise=is_elementwise,
                       returns_scalar=returns_scalar)
