#include "without_gil.h"

#include <nanobind/nanobind.h>
#include <unistd.h>

#include <condition_variable>
#include <mutex>
#include <thread>

namespace nb = nanobind;

namespace doline_python {

namespace {

/// Never destroyed: threads come while the process ends.
struct Gate {
  std::mutex mutex;
  std::condition_variable passed;
  int passing = 0;       // threads between the gate and the GIL
  std::thread::id only;  // once closed: who may still pass
  bool is_closed = false;
};
Gate& gate() {
  static Gate* const one = new Gate;
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

void keep_gil_from_others() {
  Gate& at = gate();
  std::unique_lock lock(at.mutex);
  at.is_closed = true;
  at.only = std::this_thread::get_id();
  at.passed.wait(lock, [&] { return at.passing == 0; });
}

bool is_main_thread() { return PyThread_get_thread_ident() == main_thread; }

void find_main_thread() {
  main_thread = nb::cast<unsigned long>(
      nb::module_::import_("threading").attr("main_thread")().attr("ident"));
}

}  // namespace doline_python
