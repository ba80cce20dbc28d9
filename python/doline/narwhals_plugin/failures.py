"""Our errors as Narwhals' of the same meaning; the text stays."""

from __future__ import annotations

from contextlib import contextmanager

from narwhals import exceptions

from .. import errors

_MEANING = (
    (errors.ColumnNotFound, exceptions.ColumnNotFoundError),
    (errors.AlreadyExists, exceptions.DuplicateError),
    (errors.TypeMismatch, exceptions.InvalidOperationError),
    (errors.FunctionNotFound, exceptions.InvalidOperationError),
    (errors.ConversionError, exceptions.InvalidOperationError),
    (errors.InvalidArgument, exceptions.ShapeError),
    (errors.OverflowError, exceptions.ComputeError),
)


@contextmanager
def failures_told():
    """Errors of ours inside become Narwhals'; `NotSupported` and all else stay what they are."""
    try:
        yield
    except errors.Error as failure:
        for ours, theirs in _MEANING:
            if isinstance(failure, ours):
                told = f"Duplicate: {failure}" if theirs is exceptions.DuplicateError else str(failure)
                raise theirs(told) from failure
        raise
