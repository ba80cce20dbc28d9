#include "engine_error.h"

#include <nanobind/nanobind.h>

#include "doline/doline.h"

namespace nb = nanobind;

namespace doline_python {

namespace {

/// Texts of the engine are UTF-8; a path quoted in one need not be.
nb::object text_of(const std::string& text) {
  return nb::steal(
      PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "replace"));
}

}  // namespace

EngineFailure EngineFailure::last() {
  EngineFailure failure{doline_error_code(), doline_error_message(), doline_error_hint()};
  doline_error_span(&failure.begin, &failure.end);
  return failure;
}

void EngineFailure::raise() const {
  if (PyErr_Occurred()) throw nb::python_error();
  const nb::object error =
      nb::module_::import_("doline.errors")
          .attr("from_engine")(text_of(code), text_of(message), text_of(hint), begin, end);
  PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(error.ptr())), error.ptr());
  throw nb::python_error();
}

void raise_error(const char* code, const std::string& message, const std::string& hint) {
  std::string text = "error[" + std::string(code) + "]: " + message;
  if (!hint.empty()) text += "\n hint: " + hint;
  EngineFailure{code, text, hint}.raise();
}

}  // namespace doline_python
