#include "without_gil.h"

#include <nanobind/nanobind.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "fork.h"

namespace nb = nanobind;

namespace doline_python {

namespace {

/// Never destroyed: threads come while the process ends.
struct Gate {
  std::mutex mutex;
  std::condition_variable passed;
  int passing = 0;       // threads between the gate and the GIL
  int inside = 0;        // threads of the engine in Python code
  std::thread::id only;  // once closed: who may still pass
  bool is_closed = false;
};

thread_local int functions = 0;

Gate& gate() {
  static Gate* const one = [] {
    auto* const made = new Gate;
    hold_in_forks(made->mutex, [] {
      gate().passing = 0;
      gate().inside = functions;
    });
    return made;
  }();
  return *one;
}

[[noreturn]] void park() {
  for (;;) pause();
}

unsigned long main_thread = 0;

}  // namespace

WithoutGil::~WithoutGil() {
  Gate& at = gate();
  {
    std::unique_lock lock(at.mutex);
    if (at.is_closed && at.only != std::this_thread::get_id()) {
      lock.unlock();
      park();
    }
    ++at.passing;
  }
  PyEval_RestoreThread(thread_);
  const std::lock_guard lock(at.mutex);
  if (--at.passing == 0) at.passed.notify_all();
}

WithGil::WithGil() {
  Gate& at = gate();
  {
    const std::lock_guard lock(at.mutex);
    if (at.is_closed && at.only != std::this_thread::get_id()) return;
    ++at.passing;
  }
  // A thread keeps what Python knows of it, threading.local() above all, from call to call.
  static thread_local bool is_known = false;
  if (!std::exchange(is_known, true)) {
    PyGILState_Ensure();
    PyEval_SaveThread();
  }
  state_ = PyGILState_Ensure();
  is_held_ = true;
  ++functions;
  const std::lock_guard lock(at.mutex);
  ++at.inside;
  if (--at.passing == 0) at.passed.notify_all();
}

WithGil::~WithGil() {
  if (!is_held_) return;
  PyGILState_Release(state_);
  --functions;
  Gate& at = gate();
  const std::lock_guard lock(at.mutex);
  if (--at.inside == 0) at.passed.notify_all();
}

bool is_in_function() { return functions > 0; }

void keep_gil_from_others() {
  Gate& at = gate();
  std::unique_lock lock(at.mutex);
  at.is_closed = true;
  at.only = std::this_thread::get_id();
  at.passed.wait(lock, [&] { return at.passing == 0; });
  // Functions hear that their queries are cancelled. One that does not listen is left where it is:
  // the process will be gone before it comes back.
  at.passed.wait_for(lock, std::chrono::seconds(2), [&] { return at.inside == 0; });
}

bool is_main_thread() { return PyThread_get_thread_ident() == main_thread; }

void find_main_thread() {
  main_thread = nb::cast<unsigned long>(
      nb::module_::import_("threading").attr("main_thread")().attr("ident"));
}

}  // namespace doline_python
