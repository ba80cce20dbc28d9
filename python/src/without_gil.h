#pragma once

#include <Python.h>

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

/// From now on only the calling thread gets the GIL back. Waits for those that are about to take
/// it. Precondition: the GIL is not held.
void keep_gil_from_others();

/// The thread on which Python runs the handlers of signals.
bool is_main_thread();
/// Called when the module is imported.
void find_main_thread();

}  // namespace doline_python
