"""Aggregates that say how values lie."""

from __future__ import annotations

from . import aggregates


class Statistics:
    """What `Expr` inherits: shapes of a distribution, bits."""

    __slots__ = ()

    def skew(self, *, bias=True):
        """How lopsided the values lie around their mean (Fisher and Pearson's coefficient).

        Parameters
        ----------
        bias : bool, default True
            Whether the sample's own moments are taken; else they are corrected for its size.

        Returns
        -------
        Expr
            One Float64; 0 where they lie evenly.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 2, 3]})
        >>> frame.select(dl.col("a").skew()).item()
        0.0
        """
        return self._aggregate(aggregates.skew, options=(bias,))

    def kurtosis(self, *, fisher=True, bias=True):
        """How heavy the tails are.

        Parameters
        ----------
        fisher : bool, default True
            Whether the normal distribution has 0 (else 3).
        bias : bool, default True
            Whether the sample's own moments are taken; else they are corrected for its size.

        Returns
        -------
        Expr
            One Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 2, 3, 4]})
        >>> frame.select(dl.col("a").kurtosis()).item()
        -1.36
        """
        return self._aggregate(aggregates.kurtosis, options=(fisher, bias))

    def entropy(self, base=2.718281828459045, *, normalize=True):
        """Shannon's entropy of the values as shares of their sum.

        Parameters
        ----------
        base : float, default e
            The logarithm's base; 2 gives bits.
        normalize : bool, default True
            Whether the values are divided by their sum first.

        Returns
        -------
        Expr
            One Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 1, 1, 1]})
        >>> frame.select(dl.col("a").entropy(base=2)).item()
        2.0
        """
        return self._aggregate(aggregates.entropy, base, options=(normalize,))

    def bitwise_and(self):
        """The bits that are set in all values.

        Returns
        -------
        Expr
            One integer.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [6, 3]})
        >>> frame.select(dl.col("a").bitwise_and()).item()
        2
        """
        return self._aggregate("bit_and")

    def bitwise_or(self):
        """The bits that are set in any value.

        Returns
        -------
        Expr
            One integer.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [6, 3]})
        >>> frame.select(dl.col("a").bitwise_or()).item()
        7
        """
        return self._aggregate("bit_or")

    def bitwise_xor(self):
        """The bits that are set in an odd number of values.

        Returns
        -------
        Expr
            One integer.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [6, 3]})
        >>> frame.select(dl.col("a").bitwise_xor()).item()
        5
        """
        return self._aggregate("bit_xor")

    def dot(self, other):
        """The sum of the products with another column.

        Parameters
        ----------
        other : str or Expr
            The other column.

        Returns
        -------
        Expr
            One number.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 2], "b": [10, 100]})
        >>> frame.select(dl.col("a").dot("b")).item()
        210
        """
        return (self * self._column_of(other)).sum()
