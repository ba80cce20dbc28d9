"""Errors by the names that Polars has for them, so that `except` clauses go on working.

Each is the class of `doline.errors` that is raised where Polars raises its own; what is broader here
catches more.

Examples
--------
>>> try:
...     dl.DataFrame({"a": [1]}).select("b")
... except dl.exceptions.ColumnNotFoundError as error:
...     print(type(error).__name__)
ColumnNotFound
"""

from __future__ import annotations

from . import errors as _errors

PolarsError = _errors.Error
ComputeError = _errors.DatabaseError
InvalidOperationError = _errors.DatabaseError
ColumnNotFoundError = SchemaFieldNotFoundError = StructFieldNotFoundError = _errors.ColumnNotFound
DuplicateError = _errors.AlreadyExists
SchemaError = _errors.ProgrammingError
ShapeError = NoDataError = OutOfBoundsError = ParameterCollisionError = _errors.DataError
RowsError = NoRowsReturnedError = TooManyRowsReturnedError = _errors.DataError
SQLInterfaceError = _errors.ProgrammingError
SQLSyntaxError = _errors.SyntaxError
PanicException = _errors.InternalError
StringCacheMismatchError = UnsuitableSQLError = ModuleUpgradeRequiredError = _errors.NotSupported
ArgumentRemovedError = AttributeRemovedError = _errors.NotSupported
PolarsWarning = PerformanceWarning = UnstableWarning = Warning
CategoricalRemappingWarning = ChronoFormatWarning = CustomUFuncWarning = DataOrientationWarning = Warning
MapWithoutReturnDtypeWarning = PolarsInefficientMapWarning = Warning
