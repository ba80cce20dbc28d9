#include "parameter.h"

#include <string>

#include "engine_call.h"

namespace nb = nanobind;

namespace doline_python {

namespace {

/// Binding copies a value: nothing to let go of the GIL for.
void check(int status) {
  if (status != 0) EngineFailure::last().raise();
}

}  // namespace

void bind_parameter(doline_prepared* prepared, const char* name, nb::handle value) {
  PyObject* object = value.ptr();
  if (value.is_none()) return check(doline_bind_null(prepared, name));
  if (PyBool_Check(object)) return check(doline_bind_bool(prepared, name, object == Py_True));
  if (PyLong_Check(object)) {
    int overflow = 0;
    const long long number = PyLong_AsLongLongAndOverflow(object, &overflow);
    if (overflow == 0) return check(doline_bind_int64(prepared, name, number));
  }
  if (PyFloat_Check(object))
    return check(doline_bind_double(prepared, name, PyFloat_AS_DOUBLE(object)));
  if (PyUnicode_Check(object)) {
    Py_ssize_t size = 0;
    const char* text = PyUnicode_AsUTF8AndSize(object, &size);
    if (!text) throw nb::python_error();
    return check(doline_bind_text(prepared, name, text, static_cast<size_t>(size)));
  }
  if (PyBytes_Check(object)) {
    return check(doline_bind_blob(prepared, name, PyBytes_AS_STRING(object),
                                  static_cast<size_t>(PyBytes_GET_SIZE(object))));
  }
  raise_error("parameter", "a value of type " + std::string(Py_TYPE(object)->tp_name) +
                               " is no SQL value, for parameter " + name);
}

}  // namespace doline_python
