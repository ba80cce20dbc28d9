"""Frames below and beside each other."""

from __future__ import annotations

from . import _nodes as n
from . import datatypes as types
from .errors import InvalidArgument, error
from .expr import build as b


def concat(items, *, how="vertical", rechunk=False, parallel=True, strict=None):
    """Frames as one.

    Parameters
    ----------
    items : list of DataFrame, of LazyFrame, or of Series
        All of one kind.
    how : {"vertical", "vertical_relaxed", "diagonal", "diagonal_relaxed", "horizontal", "horizontal_extend", "align", "align_left", "align_right", "align_inner", "align_full"}
        Below each other with the same columns, of the same types unless "relaxed"; with columns that may
        be missing; side by side, of the same height unless "extend", which fills up with nulls; or joined
        on the columns they share.
    rechunk, parallel : bool
        Without effect.
    strict : bool, optional
        True or left out: what is not alike is an error, as `how` says.

    Returns
    -------
    DataFrame, LazyFrame or Series
        Of the items' kind.

    Raises
    ------
    ValueError
        For another `how`, without items, and for `strict=False`.
    doline.errors.InvalidArgument
        Where columns, their types or the heights differ; of lazy frames the heights when the query runs.

    Examples
    --------
    >>> dl.concat([dl.DataFrame({"a": [1]}), dl.DataFrame({"a": [2]})]).rows()
    [(1,), (2,)]
    >>> dl.concat([dl.DataFrame({"a": [1]}), dl.DataFrame({"b": ["x"]})], how="diagonal").rows()
    [(1, None), (None, 'x')]
    """
    from .joining import as_lazy
    from .lazy_frame import LazyFrame
    from .series import Series
    items = list(items)
    if not items:
        raise error(InvalidArgument, "concat needs at least one frame")
    if strict is False:
        raise error(InvalidArgument, 'strict=False: "horizontal_extend" and the "relaxed" ways take what '
                    "is not alike")
    if isinstance(items[0], Series):
        if how not in ("vertical", "vertical_relaxed"):
            raise error(InvalidArgument, f"series are put below each other, not {how!r}")
        name = items[0].name
        frames = [s._frame.lazy().rename({s._column: "__doline_part"}) for s in items]
        return Series._of(_below(frames, how == "vertical", "__doline_part", name).collect(), name)
    eager = not isinstance(items[0], LazyFrame)
    frames = [as_lazy(item) for item in items]
    if how in ("vertical", "vertical_relaxed"):
        out = _below(frames, how == "vertical")
    elif how in ("diagonal", "diagonal_relaxed"):
        out = _by_name(frames, how == "diagonal")
    elif how in ("horizontal", "horizontal_extend"):
        out = beside(frames, how == "horizontal_extend")
    elif how.startswith("align"):
        out = _aligned(frames, how)
    else:
        raise error(InvalidArgument, f"no way to concat is called {how!r}",
                    "vertical, diagonal (each also _relaxed), horizontal, horizontal_extend and align are")
    return out.collect() if eager else out


def union(items, *, how="vertical", strict=None):
    """Frames as one, whose rows may come in any order; here in that of the frames.

    Parameters
    ----------
    items : list of DataFrame, of LazyFrame, or of Series
        All of one kind.
    how, strict
        As of `concat`.

    Returns
    -------
    DataFrame, LazyFrame or Series
        Of the items' kind.

    Examples
    --------
    >>> dl.union([dl.DataFrame({"a": [1]}), dl.DataFrame({"a": [2]})]).sort("a").rows()
    [(1,), (2,)]
    """
    return concat(items, how=how, strict=strict)


def merge_sorted(items, key, *, maintain_order=False):
    """The rows of sorted frames as one that is sorted.

    Parameters
    ----------
    items : list of DataFrame or of LazyFrame
        All of one kind.
    key : str or list of str
        What they are sorted by.
    maintain_order : bool
        Always so: of equal keys the rows of earlier frames come first.

    Returns
    -------
    DataFrame or LazyFrame
        Of the items' kind.

    Examples
    --------
    >>> dl.merge_sorted([dl.DataFrame({"a": [1, 3]}), dl.DataFrame({"a": [2]})], "a").rows()
    [(1,), (2,), (3,)]
    """
    return concat(items).sort(key)


def _keeps(frames):
    return tuple(table for frame in frames for table in frame._keeps)


def _alike(column, one, other, way):
    """Refuses columns of different types; one of nulls alone goes with all."""
    if one != other and types.Null not in (one, other):
        raise error(InvalidArgument, f'column "{column}" is {other!r} here and {one!r} there',
                    f'how="{way}_relaxed" takes both')


def _below(frames, strict, column=None, label=None):
    first = frames[0]
    for frame in frames[1:]:
        if frame.names != first.names:
            raise error(InvalidArgument, f"columns {frame.names} below {first.names}",
                        'how="diagonal" fills in what is missing')
        if strict:
            for name in first.names:
                _alike(label if name == column else name, first.types[name], frame.types[name], "vertical")
    if len(frames) == 1:
        return first
    query = n.set_operation([f._query for f in frames], all_=True)
    return first._next(query, first.names, _keeps(frames[1:]))


def _by_name(frames, strict):
    known = {}
    for frame in frames:
        for name in frame.names:
            if name in known and strict:
                _alike(name, known[name], frame.types[name], "diagonal")
            if known.get(name, types.Null) == types.Null:
                known[name] = frame.types[name] if strict else None
    names = list(known)
    parts = []
    for frame in frames:
        own = set(frame.names)
        items = [b.named(b.column(k) if k in own else b.NULL, k) for k in names]
        parts.append(b.select_from(frame._query, items))
    return frames[0]._next(n.set_operation(parts, all_=True), names, _keeps(frames[1:]))


def beside(frames, is_padded=True):
    """Row by row; where one is shorter missing values if `is_padded`, else the query fails."""
    names = [name for frame in frames for name in frame.names]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise error(InvalidArgument, f'two frames have a column "{twice}"', "rename one")
    marks = [f"__doline_side_{i}" for i in range(len(frames))]
    queries = [frame._query if is_padded else b.select_from(frame._query, [b.STAR, b.named(b.TRUE, mark)])
               for frame, mark in zip(frames, marks)]
    relation = n.subquery_relation(queries[0])
    for query in queries[1:]:
        relation = n.join(relation, n.subquery_relation(query), n.JOIN_KIND_POSITIONAL)
    items, where = [b.column(k) for k in names], None
    if not is_padded and len(frames) > 1:
        told = b.call("error", b.string('frames and series of different lengths do not stand side by side; '
                                        'concat(how="horizontal_extend") fills up with nulls'))
        are_all = b.both(*[b.is_not_null(b.column(mark)) for mark in marks])
        where = b.condition(are_all, b.TRUE, told)
        # Another filter may come first, by what stands beside: it meets the same error.
        first = len(frames[0].names)
        items[first:] = [b.condition(are_all, value, told) for value in items[first:]]
    query = n.select([b.named(value, k) for k, value in zip(names, items)], from_=relation, where=where)
    return frames[0]._next(query, names, _keeps(frames[1:]))


def _aligned(frames, how):
    shared = [k for k in frames[0].names if all(k in f.names for f in frames[1:])]
    if not shared:
        raise error(InvalidArgument, f"concat(how={how!r}): the frames share no column",
                    'how="horizontal" puts them side by side')
    kind = {"align": "full", "align_full": "full"}.get(how, how.removeprefix("align_"))
    out = frames[0]
    for frame in frames[1:]:
        out = out.join(frame, on=shared, how=kind, coalesce=True)
    return out.sort(shared)


def align_frames(*frames, on, how="full", select=None, descending=False):
    """The frames with the same rows of `on`, in the same order; missing values where one lacks a
    key.

    Parameters
    ----------
    *frames : DataFrame or LazyFrame, or one list of them
        The frames.
    on : str or list of str
        The keys.
    how : str, default "full"
        As of `join`.
    select : str, Expr or list of these, optional
        What of each frame is returned; all of it if left out.
    descending : bool or list of bool, default False
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
    from .expr.construct import col
    if len(frames) == 1 and not hasattr(frames[0], "lazy"):
        frames = tuple(frames[0])
    if not frames:
        return []
    on = [on] if isinstance(on, str) else list(on)
    lazy = [f.lazy() for f in frames]
    hidden = [{k: f"__doline_{i}_{k}" for k in f.names if k not in on} for i, f in enumerate(lazy)]
    whole = lazy[0].rename(hidden[0])
    for frame, labels in zip(lazy[1:], hidden[1:]):
        whole = whole.join(frame.rename(labels), on=on, how=how, nulls_equal=True, coalesce=True,
                           maintain_order="left_right")
    whole = whole.sort(on, descending=descending)
    if isinstance(frames[0], DataFrame):
        whole = whole.collect().lazy()
    out = [whole.select([col(labels.get(k, k)).alias(k) for k in f.names]) for f, labels in zip(lazy, hidden)]
    if select is not None:
        out = [f.select(select) for f in out]
    return [f.collect() for f in out] if isinstance(frames[0], DataFrame) else out
