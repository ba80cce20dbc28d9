"""Frames below and beside each other."""

from __future__ import annotations

from . import _nodes as n
from .errors import InvalidArgument, error
from .options import settle
from .expr import build as b


def concat(items, *, how="vertical", rechunk=False, parallel=True, strict=False):
    """Frames as one.

    Parameters
    ----------
    items : list of DataFrame, of LazyFrame, or of Series
        All of one kind.
    how : {"vertical", "vertical_relaxed", "diagonal", "diagonal_relaxed", "horizontal", "align", "align_left", "align_right", "align_inner", "align_full"}
        Below each other with the same columns, with types that may differ, or with columns that may
        be missing; side by side; or joined on the columns they share.
    rechunk, parallel, strict : bool
        Without effect.

    Returns
    -------
    DataFrame, LazyFrame or Series
        Of the items' kind.

    Raises
    ------
    ValueError
        For another `how`, and without items.
    doline.errors.InvalidArgument
        Where columns or their types differ.

    Examples
    --------
    >>> dl.concat([dl.DataFrame({"a": [1]}), dl.DataFrame({"a": [2]})]).rows()
    [(1,), (2,)]
    >>> dl.concat([dl.DataFrame({"a": [1]}), dl.DataFrame({"b": ["x"]})], how="diagonal").rows()
    [(1, None), (None, 'x')]
    """
    from .data_frame import DataFrame
    from .series import Series
    items = list(items)
    if not items:
        raise ValueError("concat needs at least one frame")
    if isinstance(items[0], Series):
        name = items[0].name
        frames = [s._frame.lazy().rename({s._column: "__doline_part"}) for s in items]
        return Series._of(_below(frames, False).collect(), name)
    eager = isinstance(items[0], DataFrame)
    frames = [item.lazy() for item in items]
    if how in ("vertical", "vertical_relaxed"):
        out = _below(frames, how == "vertical")
    elif how in ("diagonal", "diagonal_relaxed"):
        out = _by_name(frames)
    elif how == "horizontal":
        out = beside(frames)
    elif how.startswith("align"):
        out = _aligned(frames, how)
    else:
        raise ValueError(f"no way to concat is called {how!r}")
    return out.collect() if eager else out


def _keeps(frames):
    return tuple(table for frame in frames for table in frame._keeps)


def _below(frames, strict):
    first = frames[0]
    for frame in frames[1:]:
        if frame.names != first.names:
            raise error(InvalidArgument, f"columns {frame.names} below {first.names}",
                        'how="diagonal" fills in what is missing')
        if strict:
            for name in first.names:
                if frame.types[name] != first.types[name]:
                    raise error(InvalidArgument, f'column "{name}" is {frame.types[name]!r} here and '
                                f"{first.types[name]!r} there", 'how="vertical_relaxed" takes both')
    if len(frames) == 1:
        return first
    query = n.set_operation([f._query for f in frames], all_=True)
    return first._next(query, first.names, _keeps(frames[1:]))


def _by_name(frames):
    names = list(dict.fromkeys(name for frame in frames for name in frame.names))
    parts = []
    for frame in frames:
        known = set(frame.names)
        items = [b.named(b.column(k) if k in known else b.NULL, k) for k in names]
        parts.append(b.select_from(frame._query, items))
    return frames[0]._next(n.set_operation(parts, all_=True), names, _keeps(frames[1:]))


def beside(frames):
    """Row by row; missing values where one is shorter."""
    names = [name for frame in frames for name in frame.names]
    if len(set(names)) < len(names):
        raise error(InvalidArgument, "two frames have a column of the same name", "rename one")
    relation = n.subquery_relation(frames[0]._query)
    for frame in frames[1:]:
        relation = n.join(relation, n.subquery_relation(frame._query), n.JOIN_KIND_POSITIONAL)
    query = n.select([b.named(b.column(k), k) for k in names], from_=relation)
    return frames[0]._next(query, names, _keeps(frames[1:]))


def _aligned(frames, how):
    shared = [k for k in frames[0].names if all(k in f.names for f in frames[1:])]
    kind = {"align": "full", "align_full": "full"}.get(how, how.removeprefix("align_"))
    out = frames[0]
    for frame in frames[1:]:
        out = out.join(frame, on=shared, how=kind, coalesce=True)
    return out.sort(shared)


def collect_all(frames, **others):
    """Runs several queries, one after the other, each on all cores.

    Parameters
    ----------
    frames : list of LazyFrame
        The queries.
    **others
        As of :meth:`LazyFrame.collect`.

    Returns
    -------
    list of DataFrame

    Examples
    --------
    >>> lazy = dl.LazyFrame({"a": [1, 2]})
    >>> queries = [lazy.select(dl.col("a").max()), lazy.select(dl.len())]
    >>> [frame.item() for frame in dl.collect_all(queries)]
    [2, 2]
    """
    settle("collect_all", others)
    return [frame.collect() for frame in frames]


def align_frames(*frames, on, how="full", select=None, descending=False):
    """The frames with the same rows of `on`, in the same order; missing values where one lacks a
    key.

    Parameters
    ----------
    *frames : DataFrame or LazyFrame
        The frames.
    on : str or list of str
        The keys.
    how : str, default "full"
        As of `join`.
    select : None
        Without effect.
    descending : bool, default False
        Whether the keys' order falls.

    Returns
    -------
    list of DataFrame or list of LazyFrame

    Examples
    --------
    >>> a, b = dl.DataFrame({"k": [2, 1], "x": [20, 10]}), dl.DataFrame({"k": [3], "y": [30]})
    >>> [frame.rows() for frame in dl.align_frames(a, b, on="k")]
    [[(1, 10), (2, 20), (3, None)], [(1, None), (2, None), (3, 30)]]
    """
    from .data_frame import DataFrame
    on = [on] if isinstance(on, str) else list(on)
    lazy = [f.lazy() for f in frames]
    keys = lazy[0].select(on)
    for frame in lazy[1:]:
        keys = keys.join(frame.select(on), on=on, how=how, coalesce=True)
    keys = keys.unique().sort(on, descending=descending)
    out = [keys.join(f, on=on, how="left").select(f.names) for f in lazy]
    return [f.collect() for f in out] if isinstance(frames[0], DataFrame) else out
