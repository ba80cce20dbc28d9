#pragma once

#include <Python.h>
#include <datetime.h>
#include <nanobind/nanobind.h>

#include <atomic>

namespace doline_python {

/// Before the macros of datetime.h are used, which read a pointer that each file has for itself:
/// imports the module, when that is first wanted. Any threads, at once.
static inline void need_datetime() {
  const std::atomic_ref<PyDateTime_CAPI*> known(PyDateTimeAPI);
  if (known.load()) return;
  void* const found = PyCapsule_Import(PyDateTime_CAPSULE_NAME, 0);
  if (!found) throw nanobind::python_error();
  PyDateTime_CAPI* none = nullptr;
  known.compare_exchange_strong(none, static_cast<PyDateTime_CAPI*>(found));
}

}  // namespace doline_python
