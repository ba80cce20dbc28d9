#include "engine_error.h"

#include <nanobind/nanobind.h>

#include <map>
#include <mutex>

#include "doline/doline.h"
#include "fork.h"

namespace nb = nanobind;

namespace doline_python {

namespace {

/// Texts of the engine are UTF-8; a path quoted in one need not be.
nb::object text_of(const std::string& text) {
  return nb::steal(
      PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "replace"));
}

/// Several calls of a query may fail, of which one is told of: the others' are forgotten in turn.
struct Causes {
  static constexpr size_t kMost = 64;
  std::mutex mutex;
  std::map<uint64_t, PyObject*> kept;
  uint64_t next = 1;
};
Causes& causes() {
  static Causes* const all = [] {
    auto* const made = new Causes;
    hold_in_forks(made->mutex);
    return made;
  }();
  return *all;
}

nb::object cause_of(uint64_t number) {
  const std::lock_guard lock(causes().mutex);
  const auto found = causes().kept.find(number);
  if (found == causes().kept.end()) return nb::none();
  return nb::borrow(found->second);
}

}  // namespace

uint64_t keep_cause(PyObject* exception) {
  PyObject* forgotten = nullptr;
  uint64_t number = 0;
  {
    const std::lock_guard lock(causes().mutex);
    auto& kept = causes().kept;
    number = causes().next++;
    kept.emplace(number, exception);
    if (kept.size() > Causes::kMost) {
      forgotten = kept.begin()->second;
      kept.erase(kept.begin());
    }
  }
  Py_XDECREF(forgotten);
  return number;
}

EngineFailure EngineFailure::last() {
  EngineFailure failure{doline_error_code(), doline_error_message(), doline_error_hint()};
  doline_error_span(&failure.begin, &failure.end);
  failure.cause = doline_error_cause();
  return failure;
}

void EngineFailure::raise() const {
  if (PyErr_Occurred()) throw nb::python_error();
  const nb::object error = nb::module_::import_("doline.errors")
                               .attr("from_engine")(text_of(code), text_of(message), text_of(hint),
                                                    begin, end, cause_of(cause));
  PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(error.ptr())), error.ptr());
  throw nb::python_error();
}

void raise_error(const char* code, const std::string& message, const std::string& hint) {
  std::string text = "error[" + std::string(code) + "]: " + message;
  if (!hint.empty()) text += "\n hint: " + hint;
  EngineFailure{code, text, hint}.raise();
}

}  // namespace doline_python
