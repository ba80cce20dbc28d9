#include "python_class.h"

#include <Python.h>

#include <cstring>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include "datetime_api.h"
#include "engine_error.h"
#include "python_types.h"

namespace nb = nanobind;

namespace doline_python {

namespace {

/// Whether a class, or one it derives from, is called so and comes from that package.
bool is_called(PyTypeObject* type, std::string_view package, std::string_view name) {
  const nb::object bases = nb::handle(reinterpret_cast<PyObject*>(type)).attr("__mro__");
  for (const nb::handle base : bases) {
    const nb::object module = nb::getattr(base, "__module__", nb::none());
    if (!nb::isinstance<nb::str>(module)) continue;
    const std::string_view from = nb::cast<const char*>(module);
    if (from != package && !(from.starts_with(package) && from[package.size()] == '.')) continue;
    if (name == nb::cast<const char*>(base.attr("__name__"))) return true;
  }
  return false;
}

PythonClass classify(nb::handle object) {
  PyObject* const it = object.ptr();
  PyTypeObject* const type = Py_TYPE(it);
  if (object.is_none()) return PythonClass::kNull;
  if (PyBool_Check(it)) return PythonClass::kBool;
  if (PyLong_Check(it)) return PythonClass::kInteger;
  // NumPy's float64 and str_ derive from these.
  if (PyFloat_Check(it)) return PythonClass::kReal;
  if (PyUnicode_Check(it)) return PythonClass::kText;
  if (PyBytes_Check(it) || PyByteArray_Check(it) || PyMemoryView_Check(it))
    return PythonClass::kBytes;
  if (is_called(type, "pandas", "NAType") || is_called(type, "pandas", "NaTType"))
    return PythonClass::kNull;
  need_datetime();
  if (PyDateTime_Check(it)) return PythonClass::kTimestamp;
  if (PyDate_Check(it)) return PythonClass::kDate;
  if (PyTime_Check(it)) return PythonClass::kTime;
  if (PyDelta_Check(it)) return PythonClass::kDelta;
  if (is_called(type, "doline", "Interval")) return PythonClass::kInterval;
  if (is_called(type, "decimal", "Decimal")) return PythonClass::kDecimal;
  if (is_called(type, "uuid", "UUID")) return PythonClass::kUuid;
  if (PyList_Check(it) || PyTuple_Check(it)) return PythonClass::kList;
  if (PyDict_Check(it)) return PythonClass::kDict;
  if (is_called(type, "numpy", "ndarray")) return PythonClass::kArray;
  if (is_called(type, "numpy", "generic")) return PythonClass::kNumpyScalar;
  if (PyIndex_Check(it)) return PythonClass::kInteger;
  return PythonClass::kUnknown;
}

}  // namespace

PythonClass python_class_of(nb::handle object) {
  // A class that is remembered stays alive, so that no other takes its address. Each thread
  // remembers for itself, and needs no lock.
  static thread_local std::unordered_map<PyTypeObject*, PythonClass> known;
  static thread_local constinit struct {
    PyTypeObject* type = nullptr;
    PythonClass its_class = PythonClass::kNull;
  } last;  // a column's values are mostly of one class
  PyTypeObject* const type = Py_TYPE(object.ptr());
  if (type == last.type) return last.its_class;
  auto found = known.find(type);
  if (found == known.end()) {
    const PythonClass its_class = classify(object);
    bool is_new = false;
    std::tie(found, is_new) = known.emplace(type, its_class);
    if (is_new) Py_INCREF(type);
  }
  last = {type, found->second};
  return last.its_class;
}

nb::object plain_of(nb::handle object, PythonClass its_class) {
  if (its_class == PythonClass::kArray) return object.attr("tolist")();
  const std::string_view kind = nb::cast<const char*>(object.attr("dtype").attr("kind"));
  if (kind != "M" && kind != "m") return object.attr("item")();
  // Nanoseconds would come as an integer.
  const nb::str unit(kind == "M" ? "datetime64[us]" : "timedelta64[us]");
  const nb::object micro = object.attr("astype")(unit);
  nb::object plain = micro.attr("item")();
  if (plain.is_none()) return plain;  // NaT
  if (!micro.equal(object)) {
    raise_error("conversion", "a NumPy time with nanoseconds does not fit Python's datetime",
                "give whole columns: a NumPy array keeps its unit");
  }
  return plain;
}

}  // namespace doline_python
