"""Names of types for annotations: what the stubs say of parameters. Nothing imports it when programs run."""

from __future__ import annotations

import datetime
import decimal
import os
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Any, Union

from .data_frame import DataFrame
from .datatypes import DataType
from .expr.construct import Pending
from .expr.expression import Expr
from .lazy_frame import LazyFrame
from .series import Series

# A column's name, a value, or what computes a column.
IntoExpr = Union[Expr, Pending, Series, str, int, float, bytes, decimal.Decimal, datetime.date, datetime.time,
                 datetime.timedelta, uuid.UUID, Sequence[Any], Mapping[str, Any], None]
IntoExprs = Union[IntoExpr, Iterable[IntoExpr]]
ColumnNames = Union[str, Expr, Iterable[str], Iterable[Expr]]
# `dl.Int64`, `dl.Datetime("us")`, or Python's `int`.
DataTypeLike = Union[DataType, type[Any]]
SchemaLike = Union[Mapping[str, Any], Sequence[Any]]
Parameters = Union[Sequence[Any], Mapping[str, Any]]
# Ours, or whatever else is a table.
FrameLike = Union[DataFrame, LazyFrame, Series, Any]
Path = Union[str, os.PathLike[str]]
# A file to read: paths, bytes, or what is open.
Source = Union[Path, bytes, bytearray, IO[Any], Sequence[Union[Path, bytes, IO[Any]]]]
