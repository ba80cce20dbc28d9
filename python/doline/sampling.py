"""Rows of a frame drawn at random."""

from __future__ import annotations

from .errors import InvalidArgument, error


def sample(frame, n, fraction, with_replacement, shuffle, seed):
    """What `DataFrame.sample` returns."""
    from .expr.arguments import fresh_seed
    if n is not None and fraction is not None:
        raise error(InvalidArgument, "sample takes n or fraction, not both")
    if n is None:
        n = 1 if fraction is None else int(fraction * frame.height)
    if n < 0:
        raise error(InvalidArgument, f"sample cannot draw {n} rows")
    seed = fresh_seed() if seed is None else seed
    if with_replacement:
        return _drawn_again(frame, n, seed)
    if n > frame.height:
        raise error(InvalidArgument, f"sample: {n} rows of {frame.height} without replacement",
                    "with_replacement=True may draw a row again")
    drawn = frame.lazy().sample(n, seed=seed)
    return (_shuffled(drawn, seed) if shuffle else drawn).collect()


def _shuffled(lazy, seed):
    from .expr.construct import col
    numbered = lazy.with_row_index("__doline_index")
    return numbered.sort(col("__doline_index").hash(seed)).drop("__doline_index")


def _drawn_again(frame, n, seed):
    from .datatypes import UInt32
    from .expr.construct import col
    from .expr.ranges import int_range
    from .lazy_frame import LazyFrame
    if n == 0 or frame.height == 0:
        if n:
            raise error(InvalidArgument, "sample: there are no rows to draw from")
        return frame.clear()
    row = "__doline_drawn"
    drawn = LazyFrame.without_source().select(int_range(n).alias(row))
    drawn = drawn.select((col(row).hash(seed) % frame.height).cast(UInt32))
    return drawn.join(frame.lazy().with_row_index(row), on=row, maintain_order="left").drop(row).collect()
