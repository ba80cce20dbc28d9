"""What is missing, and what stands for it."""

from __future__ import annotations

from ..errors import InvalidArgument, NotSupported, error
from . import aggregates, build as b, functions, windows
from .nodes import Apply, Held, Typed, Window


class MissingValues:
    """What `Expr` inherits: missing values."""

    __slots__ = ()

    def is_null(self):
        """Whether a value is missing. NaN is not.

        Returns
        -------
        Expr
            Of Boolean.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, None]})
        >>> frame.select(dl.col("a").is_null()).to_series().to_list()
        [False, True]
        """
        return self._apply(b.is_null)

    def is_not_null(self):
        """Whether a value is there.

        Returns
        -------
        Expr
            Of Boolean.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, None]})
        >>> frame.select(dl.col("a").is_not_null()).to_series().to_list()
        [True, False]
        """
        return self._apply(b.is_not_null)

    def fill_null(self, value=None, strategy=None, limit=None):
        """Missing values replaced.

        Parameters
        ----------
        value : value or Expr, optional
            By what. A text is a text, not a column's name.
        strategy : "forward", "backward", "min", "max", "mean", "zero" or "one", optional
            Or by which of these.
        limit : int, optional
            How many in a row, of "forward" and "backward".

        Returns
        -------
        Expr
            Of the column's type.

        Raises
        ------
        ValueError
            Without both, and for another strategy.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, None, 3]})
        >>> frame.select(dl.col("a").fill_null(strategy="forward")).to_series().to_list()
        [1, 1, 3]
        """
        if strategy is None:
            if value is None:
                raise error(InvalidArgument, "fill_null needs a value or a strategy")
            return self._apply("ifnull", value)
        if strategy == "forward":
            return self.forward_fill(limit)
        if strategy == "backward":
            return self.backward_fill(limit)
        fills = {"zero": lambda: 0, "one": lambda: 1, "min": self.min, "max": self.max,
                 "mean": self._mean_of_type}
        if strategy not in fills:
            raise error(InvalidArgument, f"fill_null: no strategy is called {strategy!r}",
                        f"forward, backward, {', '.join(fills)} are")
        return self._apply("ifnull", fills[strategy]())

    def _mean_of_type(self):
        from .expression import expression
        return expression(Typed(functions.same_type, (self._node, self.mean()._node)))

    def forward_fill(self, limit=None):
        """Missing values replaced by the last known one.

        Parameters
        ----------
        limit : int, optional
            How many in a row at most.

        Returns
        -------
        Expr
            Of the column's type.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, None, None]})
        >>> frame.select(dl.col("a").forward_fill(limit=1)).to_series().to_list()
        [1, 1, None]
        """
        return self._window(windows.forward_fill, limit)

    def backward_fill(self, limit=None):
        """Missing values replaced by the next known one.

        Parameters
        ----------
        limit : int, optional
            How many in a row at most.

        Returns
        -------
        Expr
            Of the column's type.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [None, None, 3]})
        >>> frame.select(dl.col("a").backward_fill()).to_series().to_list()
        [3, 3, 3]
        """
        return self._window(windows.backward_fill, limit)

    def fill_nan(self, value):
        """NaN replaced.

        Parameters
        ----------
        value : float, Expr or None
            By what; None makes it null.

        Returns
        -------
        Expr
            Of floats.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1.0, float("nan")]})
        >>> frame.select(dl.col("a").fill_nan(0.0)).to_series().to_list()
        [1.0, 0.0]
        """
        return self._apply(functions.fill_nan, value)

    def interpolate(self, method="linear"):
        """Missing values between known ones, on a line between these.

        Parameters
        ----------
        method : {"linear"}
            "nearest" is not supported.

        Returns
        -------
        Expr
            Of floats; null before the first and behind the last known value.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, None, 5]})
        >>> frame.select(dl.col("a").interpolate()).to_series().to_list()
        [1.0, 3.0, 5.0]
        """
        if method != "linear":
            raise error(NotSupported, f"interpolate({method!r}) is not supported",
                        "use fill_null(strategy=…)")
        place = self._made(Window(windows.row_index, ()))
        held = self._made(Held(functions.itself, (self._node,)))
        known = self._made(Apply(functions.where_known, (place._node, held._node)))
        nodes = (held, place, held.forward_fill(), held.backward_fill(), known.forward_fill(),
                 known.backward_fill())
        return self._made(Typed(functions.between, tuple(expr._node for expr in nodes)))

    def drop_nulls(self):
        """The values that are not missing.

        Returns
        -------
        Expr
            Of the column's type.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, None, 3]})
        >>> frame.select(dl.col("a").drop_nulls()).to_series().to_list()
        [1, 3]
        """
        return self._rearrange("drop_nulls")

    def drop_nans(self):
        """The values that are not NaN; null stays.

        Returns
        -------
        Expr
            Of the column's type.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1.0, float("nan")]})
        >>> frame.select(dl.col("a").drop_nans()).to_series().to_list()
        [1.0]
        """
        return self._rearrange("drop_nans")

    def null_count(self):
        """How many values are missing.

        Returns
        -------
        Expr
            One UInt32.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, None]})
        >>> frame.select(dl.col("a").null_count()).item()
        1
        """
        return self._aggregate(aggregates.null_count)

    def has_nulls(self):
        """Whether any value is missing.

        Returns
        -------
        Expr
            One Boolean.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, None]})
        >>> frame.select(dl.col("a").has_nulls()).item()
        True
        """
        return self._aggregate(aggregates.has_nulls)
