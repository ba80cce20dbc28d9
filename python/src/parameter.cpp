#include "parameter.h"

#include "arrow_column.h"
#include "engine_call.h"
#include "value_builder.h"

namespace nb = nanobind;

namespace doline_python {

namespace {

/// Binding copies a value: nothing to let go of the GIL for.
template <class Bind>
void bind_locked(BusyLock* busy, Bind&& bind) {
  const BusyScope scope(busy, "session");
  if (bind() != 0) EngineFailure::last().raise();
}

}  // namespace

void bind_parameter(doline_prepared* prepared, BusyLock* busy, const char* name, nb::handle value) {
  PyObject* object = value.ptr();
  if (value.is_none()) return bind_locked(busy, [&] { return doline_bind_null(prepared, name); });
  if (PyBool_Check(object))
    return bind_locked(busy, [&] { return doline_bind_bool(prepared, name, object == Py_True); });
  if (PyLong_Check(object)) {
    int overflow = 0;
    const long long number = PyLong_AsLongLongAndOverflow(object, &overflow);
    if (overflow == 0)
      return bind_locked(busy, [&] { return doline_bind_int64(prepared, name, number); });
  }
  if (PyFloat_Check(object)) {
    const double number = PyFloat_AS_DOUBLE(object);
    return bind_locked(busy, [&] { return doline_bind_double(prepared, name, number); });
  }
  if (PyUnicode_Check(object)) {
    Py_ssize_t size = 0;
    const char* text = PyUnicode_AsUTF8AndSize(object, &size);
    if (!text) throw nb::python_error();
    return bind_locked(
        busy, [&] { return doline_bind_text(prepared, name, text, static_cast<size_t>(size)); });
  }
  // The others go as the only row of a column.
  const ArrowColumnRef column = column_of_values(nb::make_tuple(value), false);
  const OwnedSchema schema = export_schema(column);
  const OwnedArray array = export_array(column);
  bind_locked(busy, [&] { return doline_bind_arrow(prepared, name, schema.get(), array.get()); });
}

}  // namespace doline_python
