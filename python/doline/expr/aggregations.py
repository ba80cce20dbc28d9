"""Aggregates of an expression."""

from __future__ import annotations

from . import aggregates


class Aggregations:
    """What `Expr` inherits: all rows to one."""

    __slots__ = ()

    # --- Aggregates

    def sum(self):
        """The sum; 0 of nothing."""
        return self._aggregate("wrapping_sum")

    def mean(self):
        """The mean."""
        return self._aggregate(aggregates.mean)

    def min(self):
        """The least value; of floats the least number."""
        return self._aggregate("frame_min")

    def max(self):
        """The greatest value; of floats the greatest number."""
        return self._aggregate("frame_max")

    def median(self):
        """The median."""
        return self._aggregate(aggregates.median)

    def std(self, ddof=1):
        """The standard deviation."""
        return self._aggregate(aggregates.standard_deviation, options=(ddof,))

    def var(self, ddof=1):
        """The variance."""
        return self._aggregate(aggregates.variance, options=(ddof,))

    def count(self):
        """How many values are not missing."""
        return self._aggregate(aggregates.count)

    def len(self):
        """The number of values or rows."""
        return self._aggregate(aggregates.length)

    def n_unique(self):
        """How many distinct values or rows there are; null is one."""
        return self._aggregate(aggregates.distinct_count)

    def approx_n_unique(self):
        """About how many distinct values there are, from a sketch."""
        return self._aggregate(aggregates.approximate_distinct_count)

    def first(self, *, ignore_nulls=False):
        """The first value, column or row."""
        return (self.drop_nulls() if ignore_nulls else self)._aggregate(aggregates.first)
    def last(self, *, ignore_nulls=False):
        """The last value, column or row."""
        return (self.drop_nulls() if ignore_nulls else self)._aggregate(aggregates.last)
    def get(self, index):
        """The value at a position, from 0 or from the end."""
        return self._aggregate(aggregates.item_at, index)

    def item(self):
        """The only value."""
        return self._aggregate(aggregates.first)

    def product(self):
        """The product."""
        return self._aggregate(aggregates.product)

    def implode(self):
        """All values as one list."""
        return self._aggregate("list")

    def arg_min(self):
        """The position of the least value, the first of equals."""
        return self._aggregate(aggregates.place_of_extreme, options=(False,))

    def arg_max(self):
        """The position of the greatest value, the first of equals."""
        return self._aggregate(aggregates.place_of_extreme, options=(True,))

    def min_by(self, by):
        """The value where another column is least."""
        return self._aggregate(aggregates.value_at_extreme, self._column_of(by),
                               options=(False,))

    def max_by(self, by):
        """The value where another column is greatest."""
        return self._aggregate(aggregates.value_at_extreme, self._column_of(by),
                               options=(True,))

    def nan_min(self):
        """The least value, NaN if there is one."""
        return self._aggregate(aggregates.extreme_or_nan, options=(False,))

    def nan_max(self):
        """The greatest value, NaN if there is one."""
        return self._aggregate(aggregates.extreme_or_nan, options=(True,))

    def skew(self, *, bias=True):
        """How lopsided the values lie."""
        return self._aggregate(aggregates.skew, options=(bias,))

    def kurtosis(self, *, fisher=True, bias=True):
        """How heavy the tails are."""
        return self._aggregate(aggregates.kurtosis, options=(fisher, bias))
    def entropy(self, base=2.718281828459045, *, normalize=True):
        """Shannon's entropy of the values as shares of their sum."""
        return self._aggregate(aggregates.entropy, base, options=(normalize,))
    def bitwise_and(self):
        """All values' bits, and-ed."""
        return self._aggregate("bit_and")

    def bitwise_or(self):
        """All values' bits, or-ed."""
        return self._aggregate("bit_or")

    def bitwise_xor(self):
        """All values' bits, xor-ed."""
        return self._aggregate("bit_xor")

    def any(self, *, ignore_nulls=True):
        """Whether any value is true; missing ones are passed over."""
        return self._aggregate(aggregates.any_true if ignore_nulls else aggregates.any_true_or_null)

    def all(self, *, ignore_nulls=True):
        """Whether all values are true; missing ones are passed over."""
        return self._aggregate(aggregates.all_true if ignore_nulls else aggregates.all_true_or_null)

    def quantile(self, quantile, interpolation="nearest"):
        """The value that so large a share of the others is not above."""
        return self._aggregate(aggregates.quantile, quantile, options=(interpolation,))

    def dot(self, other):
        """The sum of products with another column."""
        return (self * self._column_of(other)).sum()
