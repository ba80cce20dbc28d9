#pragma once

#include <Python.h>

#include <cstdint>
#include <string>

namespace doline_python {

/// What the C ABI said of a call that failed. Taken on the thread that failed, before its next
/// call; becomes an exception of doline.errors later, where the GIL is held.
struct EngineFailure {
  std::string code, message, hint;
  uint32_t begin = 0, end = 0;
  uint64_t cause = 0;  // of keep_cause

  /// Of this thread's last failure.
  static EngineFailure last();
  /// Precondition: the GIL is held. A Python exception that is set already (Ctrl-C while the engine
  /// worked) comes first: the engine only failed because of it.
  [[noreturn]] void raise() const;
};

/// Keeps the exception with which a Python function failed until the query's failure is raised, and
/// gives the number by which the engine knows it. Takes a reference over. The GIL is held.
uint64_t keep_cause(PyObject* exception);

/// An error the extension itself finds, in the engine's form: "error[code]: message" with its hint.
[[noreturn]] void raise_error(const char* code, const std::string& message,
                              const std::string& hint = "");

}  // namespace doline_python
