"""Joins of frames, with Polars' rules for names, keys and order."""

from __future__ import annotations

from . import _nodes as n
from . import datatypes as types
from .errors import AlreadyExists, NotSupported, error
from .expr import build as b
from .expr.literals import as_node, interval_bytes
from .expr.lower import Lowering
from .expr.nodes import Column, output_name

_LEFT, _RIGHT = "__doline_left", "__doline_right"
_LEFT_ROW, _RIGHT_ROW = "__doline_left_row", "__doline_right_row"
_ORDERS = (None, "none", "left", "right", "left_right", "right_left")
_KINDS = {"inner": n.JOIN_KIND_INNER, "left": n.JOIN_KIND_LEFT, "right": n.JOIN_KIND_RIGHT,
          "full": n.JOIN_KIND_FULL, "outer": n.JOIN_KIND_FULL, "semi": n.JOIN_KIND_SEMI,
          "anti": n.JOIN_KIND_ANTI, "cross": n.JOIN_KIND_CROSS}


def _lazy(frame):
    return frame.lazy()


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
            names.append(node.name)
            continue
        from .expr.expression import expression
        label = f"__doline_{prefix}_{i}"
        added.append(expression(node).alias(label))
        names.append(label)
    return (frame.with_columns(*added) if added else frame), names, [
        output_name(as_node(key)) for key in keys]


def join(left, other, on, how, left_on, right_on, suffix, validate, nulls_equal, coalesce,
         maintain_order):
    """A frame of both sides' columns.

    Raises
    ------
    doline.NotSupported
        For options that Doline does not have.
    """
    right = _lazy(other)
    if how not in _KINDS:
        raise ValueError(f"no join is called {how!r}")
    if validate != "m:m":
        raise NotSupported("join(validate=…) is not supported; compare heights, or group_by the keys")
    if how == "cross":
        return _assembled(left, right, n.JOIN_KIND_CROSS, None, left.names, right.names, {}, suffix, how,
                          maintain_order)
    if on is not None:
        left_on = right_on = on
    if left_on is None or right_on is None:
        raise ValueError("a join needs `on`, or `left_on` and `right_on`")
    left, left_names, left_labels = _keys(left, left_on, "left_key")
    right, right_names, right_labels = _keys(right, right_on, "right_key")
    same = b.equal_missing if nulls_equal else b.equal
    condition = b.both(*[same(_of(_LEFT, a), _of(_RIGHT, c)) for a, c in zip(left_names, right_names)])
    kind = _KINDS[how]
    hidden_left = [k for k in left_names if k.startswith("__doline_")]
    hidden_right = [k for k in right_names if k.startswith("__doline_")]
    left_columns = [k for k in left.names if k not in hidden_left]
    right_columns = [k for k in right.names if k not in hidden_right]
    if how in ("semi", "anti"):
        return _filtered(left, right, kind, condition, left_columns, maintain_order)
    if coalesce is None:
        coalesce = how != "full" and how != "outer"
    shared = {}
    if coalesce:
        drop = right_names if how != "right" else []
        right_columns = [k for k in right_columns if k not in drop or how == "right"]
        if how == "right":
            left_columns = [k for k in left_columns if k not in left_names]
        elif how in ("full", "outer"):
            shared = dict(zip(left_names, right_names))
    return _assembled(left, right, kind, condition, left_columns, right_columns, shared, suffix, how,
                      maintain_order)


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


def _assembled(left, right, kind, condition, left_columns, right_columns, shared, suffix, how,
               maintain_order=None):
    if maintain_order not in _ORDERS:
        raise ValueError(f"maintain_order is one of {[*_ORDERS]}, not {maintain_order!r}")
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
    right = _lazy(other)
    if on is not None:
        left_on = right_on = on
    if by is not None:
        by_left = by_right = by
    a, c = (output_name(as_node(k)) for k in (left_on, right_on))
    left_by, right_by = ([k for k in (x if isinstance(x, (list, tuple)) else [x])] if x is not None
                         else [] for x in (by_left, by_right))
    if strategy == "nearest":
        return _nearest(left, right, a, c, left_by, right_by, suffix, tolerance, coalesce)
    compare = {("backward", True): b.greater_or_equal, ("backward", False): b.greater,
               ("forward", True): b.less_or_equal, ("forward", False): b.less}
    if (strategy, allow_exact_matches) not in compare:
        raise ValueError(f"no strategy is called {strategy!r}")
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
        if name in right_by or (coalesce and name == c and c == a):
            continue
        if coalesce and name == c:
            continue
        value = _of(_RIGHT, name)
        if within is not None:
            value = b.condition(within, value)
        label = name + suffix if name in left.names else name
        items.append(b.named(value, label))
        names.append(label)
    query = n.select(items, from_=joined, order_by=[n.order_item(_of(_LEFT, _LEFT_ROW))])
    return left._next(query, names, right._keeps)


def _nearest(left, right, a, c, left_by, right_by, suffix, tolerance, coalesce):
    """The nearer one of the last before and the first behind; of equals the one behind."""
    from .expr.construct import col, when
    sides = []
    by = {"by_left": left_by or None, "by_right": right_by or None}
    hidden = right.with_columns(col(c).alias("__doline_on"))
    row = left.with_row_index("__doline_place")
    for strategy in ("backward", "forward"):
        sides.append(join_asof(row, hidden, a, c, None, by["by_left"], by["by_right"], None, strategy,
                               suffix, tolerance, True, coalesce))
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


def join_where(left, other, predicates, suffix):
    """All pairs of rows for which the predicates hold; a name that both have means the left's, with
    the suffix the right's."""
    right = _lazy(other)
    renamed = {k: k + suffix for k in right.names if k in left.names}
    right_names = {renamed.get(k, k): k for k in right.names}
    lowering = _TwoFrames(set(left.names), right_names)
    terms = [lowering.lower(as_node(p)).bytes for p in predicates]
    joined = n.join(_relation(left, _LEFT, _LEFT_ROW), _relation(right, _RIGHT, _RIGHT_ROW),
                    n.JOIN_KIND_INNER, condition=b.both(*terms))
    items = [b.named(_of(_LEFT, k), k) for k in left.names]
    items += [b.named(_of(_RIGHT, k), label) for label, k in right_names.items()]
    order = [n.order_item(_of(_LEFT, _LEFT_ROW)), n.order_item(_of(_RIGHT, _RIGHT_ROW))]
    return left._next(n.select(items, from_=joined, order_by=order),
                      left.names + list(right_names), right._keeps)


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
