"""The exceptions of Doline: one class for each thing that people handle in its own way.

Each carries the engine's own text (with the statement, carets and a hint), and derives also from the
builtin that code which knows nothing of Doline would catch.
"""

__all__ = [
    "AlreadyExists",
    "Ambiguous",
    "BindError",
    "Cancelled",
    "ColumnNotFound",
    "ConstraintViolation",
    "ConversionError",
    "CorruptData",
    "DataError",
    "DatabaseError",
    "DiskLimit",
    "Error",
    "FileNotFound",
    "FunctionFailed",
    "FunctionNotFound",
    "InputOutputError",
    "IntegrityError",
    "InterfaceError",
    "InternalError",
    "InvalidArgument",
    "MemoryLimit",
    "NotSupported",
    "NotSupportedError",
    "OperationalError",
    "OverflowError",
    "ParameterError",
    "PermissionDenied",
    "ProgrammingError",
    "SettingError",
    "SyntaxError",
    "TableNotFound",
    "TransactionError",
    "TypeMismatch",
    "Warning",
]

import builtins


class Error(Exception):
    """What every error of Doline is.

    Attributes
    ----------
    code : str
        One of a fixed list: ``"syntax"``, ``"column_not_found"``, ``"memory_limit"`` …
    hint : str
        How to go on; often empty.
    span : tuple of (int, int)
        Which bytes ``[begin, end)`` of the statement's text it is about; ``(0, 0)`` for none.

    Examples
    --------
    >>> import doline
    >>> try:
    ...     doline.sql("SELECT pric FROM (SELECT 1 AS price)").fetchall()
    ... except doline.errors.Error as error:
    ...     print(error.code, error.hint)
    column_not_found did you mean "price"?
    """

    code = "invalid_argument"

    def __init__(self, message="", *, code=None, hint="", span=(0, 0)):
        super().__init__(message)
        if code is not None:
            self.code = code
        self.hint = hint
        self.span = span

    # KeyError would show the repr of its text.
    __str__ = Exception.__str__

    def __reduce__(self):
        return (_remade, (type(self), self.args, self.__dict__))


def _remade(kind, arguments, state):
    error = kind(*arguments)
    error.__dict__.update(state)
    return error


class Warning(Exception):
    """Part of DB-API 2.0; Doline raises none."""


class InterfaceError(Error):
    """DB-API 2.0: the package was used in a way it cannot be."""


class DatabaseError(Error):
    """DB-API 2.0: what the engine says; one of the next six says of what sort."""


class DataError(DatabaseError, builtins.ValueError):
    """DB-API 2.0: values that do not fit."""


class OperationalError(DatabaseError):
    """DB-API 2.0: what depends on the machine: files, memory, being cancelled."""


class ProgrammingError(DatabaseError):
    """DB-API 2.0: the statement is wrong."""


class IntegrityError(DatabaseError, builtins.ValueError):
    """Rows would break a promise such as NOT NULL."""

    code = "constraint"


class InternalError(DatabaseError, RuntimeError):
    """A fault of Doline's own; please report it."""

    code = "internal"


class NotSupportedError(DatabaseError, NotImplementedError):
    """Understood, but this version cannot do it. The hint names what to use instead.

    Also called :data:`NotSupported`.
    """

    code = "not_supported"


NotSupported = NotSupportedError
ConstraintViolation = IntegrityError


class SyntaxError(ProgrammingError, builtins.ValueError):
    """The text is not a statement of this dialect."""

    code = "syntax"


class TableNotFound(ProgrammingError, LookupError):
    """There is no table, view, file or variable of that name."""

    code = "table_not_found"


class ColumnNotFound(ProgrammingError, KeyError):
    """No column of that name is in scope."""

    code = "column_not_found"


class Ambiguous(ProgrammingError, builtins.ValueError):
    """The name or call fits more than one thing."""

    code = "ambiguous"


class FunctionNotFound(ProgrammingError, LookupError):
    """There is no function of that name."""

    code = "function_not_found"


class FunctionFailed(OperationalError, RuntimeError):
    """A Python function that a query calls raised an exception, which is the ``__cause__``, or returned
    what it had not promised.

    Examples
    --------
    >>> import doline
    >>> connection = doline.connect()
    >>> connection.create_function("inverse", lambda x: 1 / x, ["INTEGER"], "DOUBLE")
    <doline connection>
    >>> try:
    ...     connection.sql("SELECT inverse(0)").fetchall()
    ... except doline.errors.FunctionFailed as error:
    ...     print(type(error.__cause__).__name__)
    ZeroDivisionError
    """

    code = "function_failed"


class TypeMismatch(ProgrammingError, TypeError):
    """The types do not fit the function or operator."""

    code = "type_mismatch"


class BindError(ProgrammingError, builtins.ValueError):
    """The statement is well formed but means nothing."""

    code = "bind"


class AlreadyExists(ProgrammingError, builtins.ValueError):
    """The name is taken."""

    code = "already_exists"


class ParameterError(ProgrammingError, builtins.ValueError):
    """A parameter is missing or has a type that SQL does not know."""

    code = "parameter"


class SettingError(ProgrammingError, builtins.ValueError):
    """An unknown setting, or a value it cannot take."""

    code = "setting"


class ConversionError(DataError):
    """A value does not fit the type it is cast to."""

    code = "conversion"


class OverflowError(DataError, builtins.OverflowError):
    """A result is outside the range of its type."""

    code = "overflow"


class InvalidArgument(DataError):
    """A function was given a value it cannot take."""

    code = "invalid_argument"


class FileNotFound(OperationalError, FileNotFoundError):
    """No file matches the path or pattern."""

    code = "file_not_found"


class InputOutputError(OperationalError, OSError):
    """The operating system refused to read or write."""

    code = "io"


class CorruptData(DataError):
    """A file breaks its own format, its checksum, or is encrypted."""

    code = "corrupt"


class MemoryLimit(OperationalError, MemoryError):
    """The memory budget does not suffice; the hint says what to change."""

    code = "memory_limit"


class DiskLimit(OperationalError, OSError):
    """The disk, or the limit for spilling, is full."""

    code = "disk_limit"


class Cancelled(OperationalError):
    """Stopped on request."""

    code = "cancelled"


class PermissionDenied(OperationalError, PermissionError):
    """Safe mode or the access policy forbids it."""

    code = "permission"


class TransactionError(OperationalError, RuntimeError):
    """There is no transaction for it, its own has failed, or another one changed the same."""

    code = "transaction"


_CLASS_OF_CODE = {
    kind.code: kind for kind in list(globals().values())
    if isinstance(kind, type) and issubclass(kind, Error) and "code" in vars(kind) and kind is not Error
}
_CLASS_OF_CODE |= {"encrypted": CorruptData, "format": CorruptData, "conflict": TransactionError}


def error(kind, message, hint=""):
    """An error of the package's own, in the form of the engine's.

    Parameters
    ----------
    kind : type
        One of this module's classes.
    message, hint : str
        What is wrong, and how to go on.

    Returns
    -------
    Error
        To be raised.
    """
    text = f"error[{kind.code}]: {message}" + (f"\n hint: {hint}" if hint else "")
    return kind(text, hint=hint)


def from_engine(code, message, hint, begin, end, cause=None):
    """The exception for a failure of the C ABI; the extension raises what this returns.

    `cause`: what a Python function raised that the statement called.
    """
    if cause is not None and not isinstance(cause, Exception):
        return cause  # KeyboardInterrupt, SystemExit
    made = _CLASS_OF_CODE.get(code, Error)(message, code=code, hint=hint, span=(begin, end))
    made.__cause__ = cause.__cause__ if type(cause) is FunctionFailed else cause
    return made
