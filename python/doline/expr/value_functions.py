"""Functions of each value by itself."""

from __future__ import annotations

from ..errors import NotSupported
from . import functions
from .nodes import Typed


class ValueFunctions:
    """What `Expr` inherits: functions of numbers."""

    __slots__ = ()

    # --- Each value

    def abs(self):
        """The value without its sign."""
        return self._apply("abs")

    def sign(self):
        """-1, 0 or 1, in the value's type."""
        return self._made(Typed(functions.sign, (self._node,)))

    def sqrt(self):
        """The square root; NaN of negative numbers."""
        return self._apply(functions.square_root)

    def cbrt(self):
        """The cube root."""
        return self._apply("cbrt")

    def exp(self):
        """e to the power of the value."""
        return self._apply("exp")

    def log(self, base=None):
        """The logarithm, natural unless a base is given."""
        return self._apply(functions.logarithm, options=(base,))

    def log10(self):
        """The logarithm to base 10."""
        return self._apply(functions.logarithm, options=(10,))

    def log1p(self):
        """The natural logarithm of one more."""
        return (self + 1.0).log()

    def floor(self):
        """The next whole number at or below."""
        return self._apply("floor")

    def ceil(self):
        """The next whole number at or above."""
        return self._apply("ceil")

    def round(self, decimals=0, mode="half_to_even"):
        """Rounded to so many decimals, halves to even ones."""
        if mode not in ("half_to_even", "half_away_from_zero"):
            raise ValueError(f"no rounding is called {mode!r}")
        name = "round_even" if mode == "half_to_even" else "round"
        return self._apply(functions.rounded, options=(name, decimals))
    def round_sig_figs(self, digits):
        """Rounded to so many digits that count."""
        return self._apply(functions.significant, options=(digits,))

    def truncate(self, decimals=0):
        """Cut off: a number's fraction, an instant to its period."""
        return self._apply("trunc")

    def sin(self):
        """The sine."""
        return self._apply("sin")

    def cos(self):
        """The cosine."""
        return self._apply("cos")

    def tan(self):
        """The tangent."""
        return self._apply("tan")

    def cot(self):
        """The cotangent."""
        return self._apply("cot")

    def arcsin(self):
        """The arc sine."""
        return self._apply("asin")

    def arccos(self):
        """The arc cosine."""
        return self._apply("acos")

    def arctan(self):
        """The arc tangent."""
        return self._apply("atan")

    def sinh(self):
        """The hyperbolic sine."""
        return self._apply("sinh")

    def cosh(self):
        """The hyperbolic cosine."""
        return self._apply("cosh")

    def tanh(self):
        """The hyperbolic tangent."""
        return self._apply("tanh")

    def arcsinh(self):
        """The inverse hyperbolic sine."""
        return self._apply("asinh")

    def arccosh(self):
        """The inverse hyperbolic cosine."""
        return self._apply("acosh")

    def arctanh(self):
        """The inverse hyperbolic tangent."""
        return self._apply("atanh")

    def degrees(self):
        """Radians as degrees."""
        return self._apply("degrees")

    def radians(self):
        """Degrees as radians."""
        return self._apply("radians")

    def is_nan(self):
        """Whether a float is NaN."""
        return self._apply("isnan")

    def is_not_nan(self):
        """Whether a float is not NaN."""
        return ~self.is_nan()

    def is_finite(self):
        """Whether a float is neither infinite nor NaN."""
        return self._apply("isfinite")

    def is_infinite(self):
        """Whether a float is infinite."""
        return self._apply("isinf")

    def hash(self, *seeds):
        """A 64-bit hash of the value, and of seeds if there are any."""
        return self._apply("hash", *seeds)

    def bitwise_count_ones(self):
        """How many bits are set."""
        return self._apply("bit_count")

    def to_physical(self):
        """What values are kept as: times and spans as integers, categories of an Enum as their numbers."""
        return self._made(Typed(functions.physical, (self._node,)))
    def inspect(self, fmt="{}"):
        """Not supported; collect the frame and look at it."""
        raise NotSupported("inspect is not supported; collect the frame and look at it")
