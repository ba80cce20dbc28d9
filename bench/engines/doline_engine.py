"""Doline, in process: libdoline.so through its C ABI (include/doline/doline.h)."""

import ctypes
import os
import pathlib

import pyarrow as pa

from bench.cases import TOP


class _ArrowSchema(ctypes.Structure):
    """ArrowSchema of the Arrow C data interface; only its size and release matter here."""

    _fields_ = [("format", ctypes.c_char_p), ("name", ctypes.c_char_p),
                ("metadata", ctypes.c_char_p), ("flags", ctypes.c_int64),
                ("n_children", ctypes.c_int64), ("children", ctypes.c_void_p),
                ("dictionary", ctypes.c_void_p), ("release", ctypes.c_void_p),
                ("private_data", ctypes.c_void_p)]


class _ArrowArray(ctypes.Structure):
    """ArrowArray of the Arrow C data interface."""

    _fields_ = [("length", ctypes.c_int64), ("null_count", ctypes.c_int64),
                ("offset", ctypes.c_int64), ("n_buffers", ctypes.c_int64),
                ("n_children", ctypes.c_int64), ("buffers", ctypes.c_void_p),
                ("children", ctypes.c_void_p), ("dictionary", ctypes.c_void_p),
                ("release", ctypes.c_void_p), ("private_data", ctypes.c_void_p)]


def _library_path():
    named = os.environ.get("DOLINE_LIBRARY")
    if named:
        return pathlib.Path(named)
    built = sorted((TOP / "build" / "release").rglob("libdoline.so"))
    if not built:
        raise RuntimeError("libdoline.so is not built: ./dev build")
    return built[0]


class DolineError(Exception):
    pass
