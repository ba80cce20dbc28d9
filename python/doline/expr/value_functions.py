"""Functions of each value by itself."""

from __future__ import annotations

from ..errors import InvalidArgument, NotSupported, error
from . import functions
from .nodes import Typed
from .trigonometry import Trigonometry


class ValueFunctions(Trigonometry):
    """What `Expr` inherits: functions of numbers."""

    __slots__ = ()

    # --- Each value

    def abs(self):
        """The value without its sign.

        Returns
        -------
        Expr
            Of the column's type.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [-1.5, 2.0]})
        >>> frame.select(dl.col("a").abs()).to_series().to_list()
        [1.5, 2.0]
        """
        return self._apply("abs")

    def sign(self):
        """-1, 0 or 1, as the value is below, at or above zero.

        Returns
        -------
        Expr
            Of the column's type.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [-1.5, 0.0, 2.0]})
        >>> frame.select(dl.col("a").sign()).to_series().to_list()
        [-1.0, 0.0, 1.0]
        """
        return self._made(Typed(functions.sign, (self._node,)))

    def sqrt(self):
        """The square root; NaN of negative numbers.

        Returns
        -------
        Expr
            Of Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [4, 2]})
        >>> frame.select(dl.col("a").sqrt()).to_series().to_list()
        [2.0, 1.4142135623730951]
        """
        return self._apply(functions.square_root)

    def cbrt(self):
        """The cube root.

        Returns
        -------
        Expr
            Of Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [8, 27]})
        >>> frame.select(dl.col("a").cbrt()).to_series().to_list()
        [2.0, 3.0000000000000004]
        """
        return self._apply("cbrt")

    def exp(self):
        """e to the power of the value.

        Returns
        -------
        Expr
            Of Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [0, 1]})
        >>> frame.select(dl.col("a").exp()).to_series().to_list()
        [1.0, 2.718281828459045]
        """
        return self._apply("exp")

    def log(self, base=None):
        """The logarithm; -inf of zero, NaN of negative numbers.

        Parameters
        ----------
        base : float, str or Expr, optional
            Natural if left out; a text names a column.

        Returns
        -------
        Expr
            Of Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [8, 1, 0]})
        >>> frame.select(dl.col("a").log(2)).to_series().to_list()
        [3.0, 0.0, -inf]
        """
        if base is None or isinstance(base, (int, float)):
            return self._apply(functions.logarithm, options=(base,))
        return self._apply(functions.logarithm, self._column_of(base))

    def log10(self):
        """The logarithm to base 10; -inf of zero, NaN of negative numbers.

        Returns
        -------
        Expr
            Of Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1000, 1]})
        >>> frame.select(dl.col("a").log10()).to_series().to_list()
        [3.0, 0.0]
        """
        return self._apply(functions.logarithm, options=(10,))

    def log1p(self):
        """The natural logarithm of one more than the value.

        Returns
        -------
        Expr
            Of Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [0]})
        >>> frame.select(dl.col("a").log1p()).to_series().to_list()
        [0.0]
        """
        return (self + 1.0).log()

    def floor(self):
        """The next whole number at or below.

        Returns
        -------
        Expr
            Of the column's type.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1.5, -1.5]})
        >>> frame.select(dl.col("a").floor()).to_series().to_list()
        [1.0, -2.0]
        """
        return self._apply("floor")

    def ceil(self):
        """The next whole number at or above.

        Returns
        -------
        Expr
            Of the column's type.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1.5, -1.5]})
        >>> frame.select(dl.col("a").ceil()).to_series().to_list()
        [2.0, -1.0]
        """
        return self._apply("ceil")

    def round(self, decimals=0, mode="half_to_even"):
        """Rounded to a number of decimals.

        Parameters
        ----------
        decimals : int, default 0
            How many.
        mode : {"half_to_even", "half_away_from_zero"}
            Where a half goes.

        Returns
        -------
        Expr
            Of the column's type.

        Raises
        ------
        ValueError
            For another mode.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [0.125, 2.5]})
        >>> frame.select(dl.col("a").round(2)).to_series().to_list()
        [0.12, 2.5]
        """
        if mode not in ("half_to_even", "half_away_from_zero"):
            raise error(InvalidArgument, f"round: no mode is called {mode!r}",
                        "half_to_even and half_away_from_zero are")
        name = "round_even" if mode == "half_to_even" else "round"
        return self._apply(functions.rounded, options=(name, decimals))
    def round_sig_figs(self, digits):
        """Rounded to a number of digits that count.

        Parameters
        ----------
        digits : int
            How many.

        Returns
        -------
        Expr
            Of Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [0.012345, 1234.5]})
        >>> frame.select(dl.col("a").round_sig_figs(2)).to_series().to_list()
        [0.012, 1200.0]
        """
        return self._apply(functions.significant, options=(digits,))

    def truncate(self, decimals=0):
        """The number without its fraction, or without what is behind some decimals.

        Parameters
        ----------
        decimals : int, default 0
            How many stay.

        Returns
        -------
        Expr
            Of the column's type.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1.5, -1.5]})
        >>> frame.select(dl.col("a").truncate()).to_series().to_list()
        [1.0, -1.0]
        """
        return self._apply(functions.rounded, options=("trunc", decimals))

    def is_nan(self):
        """Whether a float is NaN; null of null.

        Returns
        -------
        Expr
            Of Boolean.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1.0, float("nan"), None]})
        >>> frame.select(dl.col("a").is_nan()).to_series().to_list()
        [False, True, None]
        """
        return self._apply("isnan")

    def is_not_nan(self):
        """Whether a float is not NaN; null of null.

        Returns
        -------
        Expr
            Of Boolean.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1.0, float("nan"), None]})
        >>> frame.select(dl.col("a").is_not_nan()).to_series().to_list()
        [True, False, None]
        """
        return ~self.is_nan()

    def is_finite(self):
        """Whether a float is neither infinite nor NaN.

        Returns
        -------
        Expr
            Of Boolean.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1.0, float("inf")]})
        >>> frame.select(dl.col("a").is_finite()).to_series().to_list()
        [True, False]
        """
        return self._apply("isfinite")

    def is_infinite(self):
        """Whether a float is infinite.

        Returns
        -------
        Expr
            Of Boolean.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1.0, float("inf")]})
        >>> frame.select(dl.col("a").is_infinite()).to_series().to_list()
        [False, True]
        """
        return self._apply("isinf")

    def hash(self, seed=0):
        """A 64-bit hash of the value: the same in every run, but another one than Polars'.

        Parameters
        ----------
        seed : int, default 0
            Goes into the hash.

        Returns
        -------
        Expr
            Of UInt64.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": ["x", "x"]})
        >>> frame.select(dl.col("a").hash().n_unique()).to_series().to_list()
        [1]
        """
        return self._apply("hash", seed) if seed else self._apply("hash")

    def bitwise_count_ones(self):
        """How many bits are set.

        Returns
        -------
        Expr
            Of integers.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [7, 8]})
        >>> frame.select(dl.col("a").bitwise_count_ones()).to_series().to_list()
        [3, 1]
        """
        return self._apply("bit_count")

    def to_physical(self):
        """What values are kept as: times and spans as integers, categories of an Enum as their
        numbers.

        Returns
        -------
        Expr
            Of integers, where the type is kept as such; else the values themselves.

        Examples
        --------
        >>> import datetime
        >>> frame = dl.DataFrame({"a": [datetime.timedelta(seconds=1)]})
        >>> frame.select(dl.col("a").to_physical()).to_series().to_list()
        [1000000]
        """
        return self._made(Typed(functions.physical, (self._node,)))
    def inspect(self, fmt="{}"):
        """Not supported; collect the frame and look at it."""
        raise error(NotSupported, "inspect is not supported", "collect the frame and look at it")
