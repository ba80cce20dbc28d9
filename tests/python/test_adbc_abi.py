"""The ADBC driver's C interface, where it is used in ways that a driver manager does not."""

import ctypes
import re

import adbc_driver_manager
import pyarrow as pa
import pytest
from adbc_abi import TOP, Driver, Handle
from doline import adbc

INVALID_ARGUMENT, INVALID_STATE = 5, 6


class Schema(ctypes.Structure):
    pass


Schema._fields_ = [("format", ctypes.c_char_p), ("name", ctypes.c_char_p), ("metadata", ctypes.c_void_p),
                   ("flags", ctypes.c_int64), ("n_children", ctypes.c_int64),
                   ("children", ctypes.POINTER(ctypes.POINTER(Schema))), ("dictionary", ctypes.c_void_p),
                   ("release", ctypes.c_void_p), ("private_data", ctypes.c_void_p)]


class Array(ctypes.Structure):
    pass


Array._fields_ = [("length", ctypes.c_int64), ("null_count", ctypes.c_int64), ("offset", ctypes.c_int64),
                  ("n_buffers", ctypes.c_int64), ("n_children", ctypes.c_int64), ("buffers", ctypes.c_void_p),
                  ("children", ctypes.POINTER(ctypes.POINTER(Array))), ("dictionary", ctypes.c_void_p),
                  ("release", ctypes.c_void_p), ("private_data", ctypes.c_void_p)]


class Stream(ctypes.Structure):
    _fields_ = [("get_schema", ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)),
                ("get_next", ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)),
                ("get_last_error", ctypes.c_void_p), ("release", ctypes.c_void_p),
                ("private_data", ctypes.c_void_p)]


def release(node):
    ctypes.CFUNCTYPE(None, ctypes.c_void_p)(node.release)(ctypes.addressof(node))


def child_alone(parent, place):
    """A child that was moved out of its parent, which is gone."""
    child = type(parent)()
    ctypes.memmove(ctypes.addressof(child), parent.children[place], ctypes.sizeof(child))
    parent.children[place].contents.release = None
    release(parent)
    return child


@pytest.fixture
def connection():
    with adbc_driver_manager.AdbcDatabase(driver=adbc.driver_path()) as database, \
            adbc_driver_manager.AdbcConnection(database) as made:
        yield made


class TestChildrenLiveOnTheirOwn:
    """A consumer may move a child out and release the rest, as Arrow says."""

    def test_of_a_schema(self, connection):
        names = ["a_name_that_fits_into_no_string_object", "b_name_that_fits_into_no_string_object"]
        with adbc_driver_manager.AdbcStatement(connection) as statement:
            statement.set_sql_query(f"SELECT ${names[0]}, ${names[1]}")
            handle = statement.get_parameter_schema()
            child = child_alone(Schema.from_address(handle.address), 1)
            assert pa.Field._import_from_c(ctypes.addressof(child)) == pa.field(names[1], pa.null())

    def test_of_rows(self, connection):
        handle = connection.get_info()
        stream = Stream.from_address(handle.address)
        rows, schema = Array(), Schema()
        assert stream.get_schema(handle.address, ctypes.addressof(schema)) == 0
        assert stream.get_next(handle.address, ctypes.addressof(rows)) == 0
        values, kinds = child_alone(rows, 1), child_alone(schema, 1)
        read = pa.Array._import_from_c(ctypes.addressof(values), ctypes.addressof(kinds))
        read.validate(full=True)
        assert "Doline" in read.to_pylist() and True in read.to_pylist()

    def test_the_schema_is_given_again_and_again(self, connection):
        handle = connection.get_info()
        stream = Stream.from_address(handle.address)
        for _ in range(2):
            schema = Schema()
            assert stream.get_schema(handle.address, ctypes.addressof(schema)) == 0
            assert pa.Schema._import_from_c(ctypes.addressof(schema)).names == ["info_name", "info_value"]


@pytest.fixture(scope="module")
def driver():
    return Driver()


class TestNothingIsGiven:
    @pytest.fixture
    def handles(self, driver):
        """A database, a connection and a statement, all open."""
        database, connection, statement = Handle(), Handle(), Handle()
        driver.must("DatabaseNew", ctypes.byref(database))
        driver.must("DatabaseInit", ctypes.byref(database))
        driver.must("ConnectionNew", ctypes.byref(connection))
        driver.must("ConnectionInit", ctypes.byref(connection), ctypes.byref(database))
        driver.must("StatementNew", ctypes.byref(connection), ctypes.byref(statement))
        yield database, connection, statement
        driver.must("StatementRelease", ctypes.byref(statement))
        driver.must("ConnectionRelease", ctypes.byref(connection))
        driver.must("DatabaseRelease", ctypes.byref(database))

    def test_no_handle(self, driver, handles):
        assert driver.call("DatabaseNew", None)[0] == INVALID_ARGUMENT
        assert driver.call("ConnectionNew", None)[0] == INVALID_ARGUMENT
        assert driver.call("StatementNew", ctypes.byref(handles[1]), None)[0] == INVALID_ARGUMENT
        assert driver.call("StatementPrepare", None)[0] == INVALID_STATE

    def test_no_place_for_what_is_asked(self, driver, handles):
        _, connection, statement = (ctypes.byref(handle) for handle in handles)
        driver.must("StatementSetSqlQuery", statement, ctypes.c_char_p(b"SELECT ?"))
        progress = ctypes.c_char_p(b"adbc.statement.exec.progress")
        size = ctypes.c_size_t(100)
        for name, arguments in (
                ("StatementGetOptionDouble", (statement, progress, None)),
                ("StatementGetParameterSchema", (statement, None)),
                ("StatementExecuteSchema", (statement, None)),
                ("StatementGetOption", (statement, ctypes.c_char_p(b"adbc.ingest.mode"), None, ctypes.byref(size))),
                ("ConnectionGetInfo", (connection, None, ctypes.c_size_t(0), None)),
                ("ConnectionGetTableTypes", (connection, None))):
            status, message = driver.call(name, *arguments)
            assert (status, "there is no place for" in message) == (INVALID_ARGUMENT, True), name

    def test_a_schema_without_a_format(self, driver, handles):
        array, schema = Array(), Schema()
        pa.record_batch({"x": [1]})._export_to_c(ctypes.addressof(array), ctypes.addressof(schema))
        schema.format = None
        statement = ctypes.byref(handles[2])
        driver.must("StatementSetSqlQuery", statement, ctypes.c_char_p(b"SELECT ?"))
        driver.must("StatementBind", statement, ctypes.byref(array), ctypes.byref(schema))
        status, message = driver.call("StatementExecuteQuery", statement, None, None)
        assert (status, "a struct of columns" in message) == (INVALID_ARGUMENT, True)

    def test_a_connection_is_opened_once(self, driver, handles):
        database, connection, _ = (ctypes.byref(handle) for handle in handles)
        assert driver.call("ConnectionInit", connection, database)[0] == INVALID_STATE


def test_every_code_of_the_engine_has_a_status():
    codes = re.findall(r'ERROR_CODE\(\w+, "(\w+)"', (TOP / "src" / "base" / "error_codes.def").read_text())
    meant = re.findall(r'Meaning\{"(\w+)"', (TOP / "adbc" / "failure.cpp").read_text())
    assert codes and sorted(meant) == sorted(codes)
