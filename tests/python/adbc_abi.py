"""The ADBC driver through ctypes, as a driver manager calls it: what none of them would ask it for."""

import ctypes
import pathlib
import re

from doline import adbc

TOP = pathlib.Path(__file__).resolve().parents[2]


class Error(ctypes.Structure):
    _fields_ = [("message", ctypes.c_char_p), ("vendor_code", ctypes.c_int32),
                ("sqlstate", ctypes.c_char * 5), ("release", ctypes.c_void_p),
                ("private_data", ctypes.c_void_p), ("private_driver", ctypes.c_void_p)]


class Handle(ctypes.Structure):
    """An AdbcDatabase, AdbcConnection or AdbcStatement."""
    _fields_ = [("private_data", ctypes.c_void_p), ("private_driver", ctypes.c_void_p)]


class Driver:
    """Its functions by name, in the order of the header."""

    def __init__(self):
        header = (TOP / "adbc" / "adbc.h").read_text()
        members = re.findall(r"\(\*(\w+)\)\(", header[header.index("struct AdbcDriver {"):])
        self.table = (ctypes.c_void_p * (2 + len(members)))()
        library = ctypes.CDLL(adbc.driver_path())
        assert library.AdbcDriverInit(1_001_000, ctypes.byref(self.table), None) == 0
        self.places = {name: 2 + place for place, name in enumerate(members)}

    def call(self, name, *arguments):
        """The status, and what the error says."""
        function = ctypes.CFUNCTYPE(ctypes.c_uint8)(self.table[self.places[name]])
        error = Error()
        status = function(*arguments, ctypes.byref(error))
        message = error.message.decode() if error.message else ""
        if error.release:
            ctypes.CFUNCTYPE(None, ctypes.c_void_p)(error.release)(ctypes.addressof(error))
        return status, message

    def must(self, name, *arguments):
        status, message = self.call(name, *arguments)
        assert status == 0, f"{name}: {message}"
