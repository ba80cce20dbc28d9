"""`LazyFrame.map_batches` and `GroupBy.map_groups`: functions of frames as queries.

The function is one of lists: the frame's rows, or a group's, are a list of structs, and so is what it
returns, which is taken apart again. In batches each row is a list's place: the first one's has all that
the function returned for the batch, the others' are empty.
"""

from __future__ import annotations

from . import _nodes as n
from . import function_calls, function_types
from .errors import InvalidArgument, NotSupported, error
from .expr import build as b
from .expr.lower import ROW_NUMBER, Lowering
from .frame_functions import FrameByBatch, FrameOfWhole, FunctionHandle, _name_of
from .function_workers import InWorkers

_FORMATS = ("frame", "arrow", "pandas", "polars", "numpy")
_OPTIMIZATIONS = ("predicate_pushdown", "projection_pushdown", "slice_pushdown", "no_optimizations",
                  "validate_output_schema")


def map_batches(frame, function, schema, streamable, batch_format, batch_size, arguments, keywords,
                workers, optimizations):
    """What :meth:`doline.LazyFrame.map_batches` does."""
    for option in optimizations:
        if option not in _OPTIMIZATIONS:
            raise TypeError(f"map_batches has no {option!r}")
    if optimizations.get("validate_output_schema") is False:
        raise error(NotSupported, "map_batches(validate_output_schema=False)",
                    "say the columns that come out: schema=…")
    if batch_size is not None and batch_size < 1:
        raise error(InvalidArgument, f"batch_size={batch_size}", "a batch has at least one row")
    types, names = _types(frame, schema, batch_format)
    instances = function_calls.Instances(function, arguments, keywords)
    is_whole = not streamable and batch_size is None
    kind = FrameOfWhole if is_whole else FrameByBatch
    called = kind(_name_of(function), instances, names, types, batch_format, batch_size)
    if workers is not None:
        called = InWorkers(_name_of(function), called, workers)
    handle = FunctionHandle(called, 1 if is_whole else 0, 1, None, _rows_type(types))
    made = b.call(handle.name, *[b.column(name) for name in names])
    query = b.select_from(frame._query, [b.named(made, "r")])
    return frame._next(_taken_apart(query, types), list(types), schema=_schema(types))


def map_groups(frame, keys, maintain_order, predicates, function, schema, batch_format):
    """What :meth:`doline.group_by.LazyGroupBy.map_groups` does."""
    if predicates:
        raise error(NotSupported, "having(…) before map_groups", "filter what map_groups returns")
    types, names = _types(frame, schema, batch_format)
    called = FrameOfWhole(_name_of(function), function_calls.Instances(function), names, types,
                          batch_format, None)
    handle = FunctionHandle(called, 1, 1, None, _rows_type(types))
    lowering = Lowering(frame._query)
    lowered = [lowering.settle(lowering.lower(node)) for node in keys.values()]
    number = lowering.row_number()
    source, _ = lowering.source(max((key.stage for key in lowered), default=0))
    order = [n.order_item(number)]
    call = n.function_call([handle.name], [n.argument(b.column(name)) for name in names],
                           order_by=order)
    group = [n.grouping_element(expressions=[key.bytes]) for key in lowered]
    outer = [n.order_item(b.call("min", b.column(ROW_NUMBER)))] if maintain_order else ()
    query = b.select_from(source, [b.named(call, "r")], group_by=group, order_by=outer)
    return frame._next(_taken_apart(query, types), list(types), schema=_schema(types))


def _types(frame, schema, batch_format):
    """SQL types of what comes out by name, and the names of what goes in."""
    if batch_format not in _FORMATS:
        raise error(InvalidArgument, f"batch_format={batch_format!r}", f"one of {', '.join(_FORMATS)}")
    names = list(frame.names)
    if not names:
        raise error(NotSupported, "a function of a frame without columns", "call it yourself")
    given = frame.types if schema is None else schema
    return {name: function_types.sql_type_of(kind) for name, kind in dict(given).items()}, names


def _rows_type(types):
    fields = ", ".join(function_types._quoted(name) + " " + kind for name, kind in types.items())
    return f"STRUCT({fields})[]"


def _schema(types):
    from . import datatypes
    from .type_texts import parse_type
    return datatypes.Schema({name: parse_type(kind) for name, kind in types.items()})


def _taken_apart(query, types):
    rows = b.select_from(query, [b.named(b.call("unnest", b.column("r")), "r")])
    items = [b.named(b.call("struct_extract", b.column("r"), b.string(name)), name) for name in types]
    return b.select_from(rows, items)
