"""Exponentially weighted statistics: of all rows so far, the more weight the later they are.

The recursions are those of pandas' `ewm`, which Polars has too. Python computes them: they go on from row to
row, which no aggregate of the engine's does."""

from __future__ import annotations

from .. import datatypes as types
from ..errors import InvalidArgument, error


class Smoothing:
    """What `Expr` inherits: exponentially weighted statistics."""

    __slots__ = ()

    def ewm_mean(self, *, com=None, span=None, half_life=None, alpha=None, adjust=True, min_samples=1,
                 ignore_nulls=False):
        """The mean of all rows so far, the more weight the later they are; slow, as Python computes it.

        Parameters
        ----------
        com, span, half_life, alpha : float, optional
            How fast weights decay: one of these. `alpha` is the weight of the newest, from 0 to 1.
        adjust : bool, default True
            Whether weights are divided by their sum; else each mean goes on from the one before.
        min_samples : int, default 1
            How many known values it takes for a result.
        ignore_nulls : bool, default False
            Whether weights go by known values alone; else by rows.

        Returns
        -------
        Expr
            Of Float64; null of null.

        Raises
        ------
        ValueError
            Unless one of the four is given, and in its bounds.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 2, 3]})
        >>> frame.select(dl.col("a").ewm_mean(alpha=0.5, adjust=False)).to_series().to_list()
        [1.0, 1.5, 2.25]
        """
        kept = 1 - _alpha("ewm_mean", com, span, half_life, alpha)
        newest = 1.0 if adjust else 1 - kept

        def smoothed(series):
            out, mean, weight, count = [], None, 1.0, 0
            for value in series.to_list():
                if mean is not None and (value is not None or not ignore_nulls):
                    weight *= kept
                if value is not None:
                    count += 1
                    if mean is None:
                        mean = float(value)
                    else:
                        if value != mean:  # else rounding would move it
                            mean = (weight * mean + newest * value) / (weight + newest)
                        weight = weight + newest if adjust else 1.0
                out.append(mean if value is not None and count >= min_samples else None)
            return out
        return self.map_batches(smoothed, types.Float64)

    def ewm_var(self, *, com=None, span=None, half_life=None, alpha=None, adjust=True, bias=False,
                min_samples=1, ignore_nulls=False):
        """The variance of all rows so far, the more weight the later they are; slow, as Python computes it.

        Parameters
        ----------
        com, span, half_life, alpha, adjust, min_samples, ignore_nulls
            As of `ewm_mean`.
        bias : bool, default False
            Whether it is of all there is, not of a sample.

        Returns
        -------
        Expr
            Of Float64; null of null, and where there are too few values.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 2, 5]})
        >>> frame.select(dl.col("a").ewm_var(alpha=0.5, bias=True)).to_series().round(3).to_list()
        [0.0, 0.222, 2.816]
        """
        alpha = _alpha("ewm_var", com, span, half_life, alpha)
        return self._spread(alpha, adjust, bias, min_samples, ignore_nulls)

    def ewm_std(self, *, com=None, span=None, half_life=None, alpha=None, adjust=True, bias=False,
                min_samples=1, ignore_nulls=False):
        """The standard deviation of all rows so far, the more weight the later they are; slow, as Python
        computes it.

        Parameters
        ----------
        com, span, half_life, alpha, adjust, min_samples, ignore_nulls
            As of `ewm_mean`.
        bias : bool, default False
            Whether it is of all there is, not of a sample.

        Returns
        -------
        Expr
            Of Float64; null of null, and where there are too few values.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1, 2, 5]})
        >>> frame.select(dl.col("a").ewm_std(alpha=0.5, bias=True)).to_series().round(3).to_list()
        [0.0, 0.471, 1.678]
        """
        alpha = _alpha("ewm_std", com, span, half_life, alpha)
        return self._spread(alpha, adjust, bias, min_samples, ignore_nulls).sqrt()

    def _spread(self, alpha, adjust, bias, min_samples, ignore_nulls):
        kept, newest = 1 - alpha, 1.0 if adjust else alpha

        def spread(series):
            out, mean, variance, count = [], None, 0.0, 0
            weight = total = squares = 1.0  # of the rows so far, and the sums of weights and of their squares
            for value in series.to_list():
                if mean is not None and (value is not None or not ignore_nulls):
                    weight, total, squares = weight * kept, total * kept, squares * kept * kept
                if value is None:
                    out.append(None)
                    continue
                count += 1
                if mean is None:
                    mean = float(value)
                else:
                    before, share = mean, weight + newest
                    if value != before:  # else rounding would move it
                        mean = (weight * before + newest * value) / share
                    squares_of_means = weight * (before - mean) ** 2 + newest * (value - mean) ** 2
                    variance = (weight * variance + squares_of_means) / share
                    total, squares, weight = total + newest, squares + newest * newest, share
                    if not adjust:
                        total, squares, weight = total / weight, squares / (weight * weight), 1.0
                free = total * total - squares
                made = variance if bias else variance * total * total / free if free > 0 else None
                out.append(made if count >= min_samples else None)
            return out
        return self.map_batches(spread, types.Float64)


def _alpha(name, com, span, half_life, alpha):
    """The weight of the newest value."""
    given = {key: value for key, value in (("com", com), ("span", span), ("half_life", half_life),
                                           ("alpha", alpha)) if value is not None}
    if len(given) != 1:
        raise error(InvalidArgument, f"{name} takes one of com, span, half_life and alpha")
    [(key, value)] = given.items()
    bound, holds, share = _BOUNDS[key]
    if not holds(value):
        raise error(InvalidArgument, f"{name} takes {bound}, not {value}")
    return share(value)


# What each way to say it must be, and the weight of the newest value that it means.
_BOUNDS = {
    "com": ("com >= 0", lambda com: com >= 0, lambda com: 1 / (1 + com)),
    "span": ("span >= 1", lambda span: span >= 1, lambda span: 2 / (span + 1)),
    "half_life": ("half_life > 0", lambda life: life > 0, lambda life: 1 - 0.5 ** (1 / life)),
    "alpha": ("0 < alpha <= 1", lambda alpha: 0 < alpha <= 1, lambda alpha: alpha),
}
