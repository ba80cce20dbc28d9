#pragma once

#include <Python.h>

#include <optional>

namespace doline_python {

/// Lets go of the GIL for a scope. At the end of the interpreter a thread that comes back is parked
/// for good: Python before 3.14 would end it in the middle of C++ code, and with it the process.
class WithoutGil {
 public:
  WithoutGil() : thread_(PyEval_SaveThread()) {}
  ~WithoutGil();
  WithoutGil(const WithoutGil&) = delete;

 private:
  PyThreadState* const thread_;
};

/// The same for a reader that does not say whether it holds it: the engine's other threads may need
/// it to go on.
class WithoutGilIfHeld {
 public:
  WithoutGilIfHeld() {
    if (Py_IsInitialized() && PyGILState_Check()) without_.emplace();
  }

 private:
  std::optional<WithoutGil> without_;
};

/// Takes the GIL for a scope, on any thread of the engine. False at the end of the interpreter:
/// then nothing of Python may be touched.
class WithGil {
 public:
  WithGil();
  ~WithGil();
  WithGil(const WithGil&) = delete;
  explicit operator bool() const { return is_held_; }

 private:
  bool is_held_ = false;
  PyGILState_STATE state_{};
};

/// Whether a WithGil is open on this thread: it works for a query, which waits for it.
bool is_in_function();

/// From now on only the calling thread gets the GIL back. Waits for those that are about to take
/// it, and a little for functions that run. Precondition: the GIL is not held.
void keep_gil_from_others();

/// The thread on which Python runs the handlers of signals.
bool is_main_thread();
/// Called when the module is imported.
void find_main_thread();

}  // namespace doline_python
