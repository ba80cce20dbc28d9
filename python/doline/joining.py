"""Joins of frames, with Polars' rules for names, keys and order."""

from __future__ import annotations

from . import _nodes as n
from . import datatypes as types
from .errors import AlreadyExists, InvalidArgument, NotSupported, error
from .expr import build as b
from .expr.literals import as_node, interval_bytes
from .expr.lower import Lowering
from .expr.nodes import Column

_LEFT, _RIGHT = "__doline_left", "__doline_right"
_LEFT_ROW, _RIGHT_ROW = "__doline_left_row", "__doline_right_row"
_ORDERS = (None, "none", "left", "right", "left_right", "right_left")
_KINDS = {"inner": n.JOIN_KIND_INNER, "left": n.JOIN_KIND_LEFT, "right": n.JOIN_KIND_RIGHT,
          "full": n.JOIN_KIND_FULL, "semi": n.JOIN_KIND_SEMI,
          "anti": n.JOIN_KIND_ANTI, "cross": n.JOIN_KIND_CROSS}
_BUILD_SIDES = ("auto", "prefer_left", "prefer_right", "force_left", "force_right")


def as_lazy(frame):
    """A frame, also of another library, as a LazyFrame.

    Raises
    ------
    TypeError
        For what is no table.
    """
    from .data_frame import DataFrame
    from .lazy_frame import LazyFrame
    return frame if isinstance(frame, LazyFrame) else (
        frame if isinstance(frame, DataFrame) else DataFrame(frame)).lazy()


def _of(side, name):
    return n.column_reference([side, name or b.UNNAMED])


def _numbered(frame, row):
    number = n.function_call(["row_number"], over=n.window_specification())
    return b.select_from(frame._query, [b.STAR, b.named(number, row)])


def _keys(frame, keys, prefix):
    """Keys as names; those that are expressions become hidden columns of the frame."""
    keys = keys if isinstance(keys, (list, tuple)) else [keys]
    names, added = [], []
    for i, key in enumerate(keys):
        node = as_node(key)
        if type(node) is Column:
            _check(frame, [node.name])
            names.append(node.name)
            continue
        from .expr.expression import expression
        label = f"__doline_{prefix}_{i}"
        added.append(expression(node).alias(label))
        names.append(label)
    return (frame.with_columns(*added) if added else frame), names


def _check(frame, names):
    """An error that names the frame's columns, for a key that it lacks."""
    for name in names:
        if name not in frame.names:
            from .column_names import no_column
            raise no_column(name, frame.names)


def join(left, other, on, how, left_on, right_on, suffix, validate, nulls_equal, coalesce,
         maintain_order, build_side="auto"):
    """A frame of both sides' columns.

    Raises
    ------
    ValueError
        For options that no join has, and for keys that are said twice or not at all.
    """
    right = as_lazy(other)
    if how not in _KINDS:
        raise error(InvalidArgument, f"no join is called {how!r}",
                    'it is "full"' if str(how).startswith("outer") else f"one of {', '.join(_KINDS)} is")
    if build_side not in _BUILD_SIDES:
        raise error(InvalidArgument, f"build_side is one of {[*_BUILD_SIDES]}, not {build_side!r}")
    if on is not None and (left_on is not None or right_on is not None):
        raise error(InvalidArgument, "a join takes `on`, or `left_on` and `right_on`, not both")
    if how == "cross":
        if on is not None or left_on is not None or right_on is not None:
            raise error(InvalidArgument, "a cross join has no keys: leave out `on`, `left_on` and `right_on`")
        return _assembled(left, right, n.JOIN_KIND_CROSS, None, left.names, right.names, {}, suffix,
                          maintain_order)
    if on is not None:
        left_on = right_on = on
    if left_on is None or right_on is None:
        raise error(InvalidArgument, "a join needs `on`, or `left_on` and `right_on`")
    left_columns, right_columns = list(left.names), list(right.names)
    left, left_names = _keys(left, left_on, "left_key")
    right, right_names = _keys(right, right_on, "right_key")
    if len(left_names) != len(right_names):
        raise error(InvalidArgument, f"a join of {len(left_names)} keys with {len(right_names)}",
                    "say as many in left_on as in right_on")
    left, right = _validated(left, left_names, right, right_names, validate, nulls_equal)
    same = b.equal_missing if nulls_equal else b.equal
    condition = b.both(*[same(_of(_LEFT, a), _of(_RIGHT, c)) for a, c in zip(left_names, right_names)])
    kind = _KINDS[how]
    if how in ("semi", "anti"):
        return _filtered(left, right, kind, condition, left_columns, maintain_order)
    if coalesce is None:  # what an expression makes of a key is no column of either side
        are_plain = set(left_names) <= set(left_columns) and set(right_names) <= set(right_columns)
        coalesce = how != "full" and are_plain
    shared = {}
    if coalesce:
        if how == "right":
            left_columns = [k for k in left_columns if k not in left_names]
        else:
            right_columns = [k for k in right_columns if k not in right_names]
        if how == "full":
            shared = dict(zip(left_names, right_names))
    return _assembled(left, right, kind, condition, left_columns, right_columns, shared, suffix,
                      maintain_order)


def _validated(left, left_names, right, right_names, validate, nulls_equal):
    """Both sides, which end the query where keys that are to be alone on their side are not."""
    if validate not in ("m:m", "1:m", "m:1", "1:1"):
        raise error(InvalidArgument, f"validate is 'm:m', '1:m', 'm:1' or '1:1', not {validate!r}")
    out = []
    for side, keys, promise in ((left, left_names, validate[0]), (right, right_names, validate[2])):
        if promise == "1":
            side = side.filter(_is_alone(keys, validate, nulls_equal))
        out.append(side)
    return out


def _is_alone(keys, validate, nulls_equal):
    from .expr.construct import col, len as row_count
    told = b.call("error", b.string(f"the keys of the join are not {validate}: some come more than once"))

    def checked(count, *values):
        again = b.greater(count, b.integer(1))
        if not nulls_equal:
            again = b.both(again, *map(b.is_not_null, values))
        return b.condition(again, told, b.TRUE)
    return row_count().over(*keys)._apply(checked, *[col(key) for key in keys])


def _relation(frame, alias, row=None):
    query = frame._query if row is None else _numbered(frame, row)
    return n.subquery_relation(query, alias=alias)


def _filtered(left, right, kind, condition, columns, maintain_order):
    is_ordered = maintain_order not in (None, "none")
    row = _LEFT_ROW if is_ordered else None
    joined = n.join(_relation(left, _LEFT, row), _relation(right, _RIGHT), kind, condition=condition)
    items = [b.named(_of(_LEFT, k), k) for k in columns]
    order = [n.order_item(_of(_LEFT, _LEFT_ROW))] if is_ordered else ()
    query = n.select(items, from_=joined, order_by=order)
    return left._next(query, columns, right._keeps)


def _assembled(left, right, kind, condition, left_columns, right_columns, shared, suffix,
               maintain_order=None):
    if maintain_order not in _ORDERS:
        raise error(InvalidArgument, f"maintain_order is one of {[*_ORDERS]}, not {maintain_order!r}")
    ordered = maintain_order or "none"
    if ordered == "none":
        joined = n.join(_relation(left, _LEFT), _relation(right, _RIGHT), kind,
                        condition=condition)
        order = []
    else:
        joined = n.join(_relation(left, _LEFT, _LEFT_ROW), _relation(right, _RIGHT, _RIGHT_ROW), kind,
                        condition=condition)
        rows = [(_LEFT, _LEFT_ROW), (_RIGHT, _RIGHT_ROW)]
        if ordered.startswith("right"):
            rows.reverse()
        order = [b.order_item(_of(*row), nulls_last=True) for row in rows]
    items, names = [], []
    for name in left_columns:
        value = _of(_LEFT, name)
        if name in shared:
            value = b.call("coalesce", value, _of(_RIGHT, shared[name]))
        items.append(b.named(value, name))
        names.append(name)
    taken = set(names)
    for name in right_columns:
        label = name + suffix if name in taken else name
        if label in names:
            raise error(AlreadyExists, f'both frames have a column "{label}"',
                        "give another suffix=")
        items.append(b.named(_of(_RIGHT, name), label))
        names.append(label)
    return left._next(n.select(items, from_=joined, order_by=order), names, right._keeps)


def join_asof(left, other, left_on, right_on, on, by_left, by_right, by, strategy, suffix, tolerance,
              allow_exact_matches, coalesce):
    """For each row on the left the nearest one on the right."""
    right = as_lazy(other)
    for one, of_left, of_right, label in ((on, left_on, right_on, "on"), (by, by_left, by_right, "by")):
        if one is not None and (of_left is not None or of_right is not None):
            raise error(InvalidArgument, f"join_asof takes `{label}`, or one for each frame, not both")
    if on is not None:
        left_on = right_on = on
    if by is not None:
        by_left = by_right = by
    if left_on is None or right_on is None:
        raise error(InvalidArgument, "join_asof needs `on`, or `left_on` and `right_on`")
    a, c = (_one_name(key) for key in (left_on, right_on))
    left_by, right_by = ([k for k in (x if isinstance(x, (list, tuple)) else [x])] if x is not None
                         else [] for x in (by_left, by_right))
    if len(left_by) != len(right_by):
        raise error(InvalidArgument, f"join_asof by {len(left_by)} columns with {len(right_by)}",
                    "say as many in by_left as in by_right")
    _check(left, [a, *left_by])
    _check(right, [c, *right_by])
    if strategy == "nearest":
        return _nearest(left, right, a, c, left_by, right_by, suffix, tolerance, allow_exact_matches, coalesce)
    compare = {("backward", True): b.greater_or_equal, ("backward", False): b.greater,
               ("forward", True): b.less_or_equal, ("forward", False): b.less}
    if (strategy, allow_exact_matches) not in compare:
        raise error(InvalidArgument, f"join_asof: no strategy is called {strategy!r}",
                    "backward, forward and nearest are")
    terms = [b.equal(_of(_LEFT, x), _of(_RIGHT, y)) for x, y in zip(left_by, right_by)]
    terms.append(compare[strategy, allow_exact_matches](_of(_LEFT, a), _of(_RIGHT, c)))
    joined = n.join(_relation(left, _LEFT, _LEFT_ROW), _relation(right, _RIGHT, _RIGHT_ROW),
                    n.JOIN_KIND_LEFT, asof=True, condition=b.both(*terms))
    within = None
    if tolerance is not None:
        far = _distance(_of(_LEFT, a), _of(_RIGHT, c), strategy)
        within = b.less_or_equal(far, _tolerance(tolerance))
    return _asof_columns(left, right, joined, a, c, right_by, suffix, coalesce, within)


def _distance(x, y, strategy):
    return (b.call("wrapping_subtract", x, y) if strategy == "backward"
            else b.call("wrapping_subtract", y, x))


def _tolerance(tolerance):
    import datetime
    if isinstance(tolerance, (str, datetime.timedelta)):
        return b.cast(interval_bytes(tolerance), types.Duration("us"))
    from .expr.literals import literal_bytes
    return literal_bytes(tolerance)


def _asof_columns(left, right, joined, a, c, right_by, suffix, coalesce, within):
    items = [b.named(_of(_LEFT, k), k) for k in left.names]
    names = list(left.names)
    for name in right.names:
        if name in right_by or coalesce and name == c and c == a:
            continue
        value = _of(_RIGHT, name)
        if within is not None:
            value = b.condition(within, value)
        label = name + suffix if name in left.names else name
        if label in names:
            raise error(AlreadyExists, f'both frames have a column "{label}"', "give another suffix=")
        items.append(b.named(value, label))
        names.append(label)
    query = n.select(items, from_=joined, order_by=[n.order_item(_of(_LEFT, _LEFT_ROW))])
    return left._next(query, names, right._keeps)


def _one_name(key):
    node = as_node(key)
    if type(node) is not Column:
        raise error(NotSupported, f"join_asof by {node!r}", "make it a column before: with_columns(…)")
    return node.name


def _nearest(left, right, a, c, left_by, right_by, suffix, tolerance, allow_exact_matches, coalesce):
    """The nearer one of the last before and the first behind; of equals the one behind."""
    from .expr.construct import col, when
    sides = []
    by = {"by_left": left_by or None, "by_right": right_by or None}
    hidden = right.with_columns(col(c).alias("__doline_on"))
    row = left.with_row_index("__doline_place")
    for strategy in ("backward", "forward"):
        sides.append(join_asof(row, hidden, a, c, None, by["by_left"], by["by_right"], None, strategy,
                               suffix, tolerance, allow_exact_matches, coalesce))
    before, behind = sides
    marked = behind.select("__doline_place", *[col(k).alias(f"__doline_behind_{k}") for k in behind.names
                                               if k not in row.names])
    both = join(before, marked, "__doline_place", "left", None, None, suffix, "m:m", False, None, "left")
    near, far = col("__doline_on"), col("__doline_behind___doline_on")
    ahead = far.is_not_null() & (near.is_null() | ((far - col(a)) <= (col(a) - near)))
    columns = []
    for name in behind.names:
        if name in ("__doline_place", "__doline_on"):
            continue
        if name in row.names:
            columns.append(col(name))
        else:
            columns.append(when(ahead).then(col(f"__doline_behind_{name}")).otherwise(col(name)).alias(name))
    return both.select(columns)


def join_where(left, other, predicates, how, suffix):
    """All pairs of rows for which the predicates hold; a name that both have means the left's, with
    the suffix the right's."""
    right = as_lazy(other)
    if how not in ("inner", "left", "right", "full"):
        raise error(InvalidArgument, f"how is 'inner', 'left', 'right' or 'full', not {how!r}")
    predicates = [one for p in predicates for one in (p if isinstance(p, (list, tuple)) else [p])]
    if not predicates:
        raise error(InvalidArgument, "join_where without a predicate", 'join(how="cross") gives all pairs')
    renamed = {k: k + suffix for k in right.names if k in left.names}
    right_names = {renamed.get(k, k): k for k in right.names}
    for label in right_names:
        if label in left.names or label in renamed.values() and label in right.names:
            raise error(AlreadyExists, f'both frames have a column "{label}"', "give another suffix=")
    lowering = _TwoFrames(set(left.names), right_names)
    terms = [lowering.lower(as_node(p)).bytes for p in predicates]
    return _assembled(left, right, _KINDS[how], b.both(*terms), left.names, right.names, {}, suffix,
                      "left_right" if how != "right" else "right_left")


def update(left, other, on, how, left_on, right_on, include_nulls, maintain_order):
    """The left frame with the right's values where rows have the same keys, or the same places."""
    from .expr.across_columns import coalesce
    from .expr.construct import col, lit, when
    right = as_lazy(other)
    if how not in ("left", "inner", "full"):
        raise error(InvalidArgument, f"how is 'left', 'inner' or 'full', not {how!r}")
    if on is not None and (left_on is not None or right_on is not None):
        raise error(InvalidArgument, "update takes `on`, or `left_on` and `right_on`, not both")
    names, place, mark = left.names, "__doline_place", "__doline_mark"
    if on is None and left_on is None and right_on is None:
        left, right, left_on, right_on = left.with_row_index(place), right.with_row_index(place), place, place
    elif on is not None:
        left_on = right_on = on
    if left_on is None or right_on is None:
        raise error(InvalidArgument, "update needs both `left_on` and `right_on`, or `on`")
    left_on, right_on = ([k] if isinstance(k, str) else list(k) for k in (left_on, right_on))
    _check(left, left_on)
    _check(right, right_on)
    changed = {k: f"__doline_new_{k}" for k in right.names if k in names and k not in (*left_on, *right_on)}
    right = right.select([*right_on, *[col(k).alias(label) for k, label in changed.items()],
                          lit(True).alias(mark)])
    made = left.join(right, left_on=left_on, right_on=right_on, how=how, coalesce=True,
                     maintain_order=maintain_order)

    def new(name):
        fresh = col(changed[name])
        value = when(col(mark)).then(fresh).otherwise(col(name)) if include_nulls else coalesce(fresh, col(name))
        return value.alias(name)
    return made.select([new(k) if k in changed else col(k) for k in names])


class _TwoFrames(Lowering):
    """Expressions over two frames at once."""

    def __init__(self, left, right):
        super().__init__(None)
        self.left, self.right = left, right

    def lower(self, node, *scope):
        if type(node) is Column:
            from .expr.lower import Lowered
            if node.name in self.left:
                return Lowered(_of(_LEFT, node.name))
            if node.name in self.right:
                return Lowered(_of(_RIGHT, self.right[node.name]))
            from .column_names import no_column
            raise no_column(node.name, [*self.left, *self.right])
        return super().lower(node, *scope)

    def plain(self, node, scope):
        """Columns are looked for in both frames here too."""
        return self.apply(node, [self.lower(a, scope) for a in node.arguments])
