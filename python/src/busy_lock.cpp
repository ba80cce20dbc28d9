#include "busy_lock.h"

#include <nanobind/nanobind.h>

#include <chrono>

#include "engine_error.h"
#include "without_gil.h"

namespace nb = nanobind;

namespace doline_python {

BusyLock::Taken BusyLock::lock(const char* what) {
  if (is_held_here()) {
    if (is_open_) return Taken::kHeldAlready;
    raise_error("invalid_argument", "the " + std::string(what) + " is at work for this very thread",
                "use another connection there: doline.connect()");
  }
  bool taken = mutex_.try_lock();
  if (!taken && is_in_function()) {
    raise_error("invalid_argument",
                "the " + std::string(what) + " is at work, perhaps for what calls this function",
                "use another connection there: connection.duplicate()");
  }
  while (!taken) {
    {
      const WithoutGil released;
      taken = mutex_.try_lock_for(std::chrono::milliseconds(50));
    }
    if (!taken && PyErr_CheckSignals() != 0) throw nb::python_error();
  }
  holder_ = std::this_thread::get_id();
  return Taken::kYes;
}

BusyLock::Taken BusyLock::lock_without_gil() {
  if (is_held_here()) return is_open_ ? Taken::kHeldAlready : Taken::kRefused;
  if (!is_in_function()) {
    mutex_.lock();
  } else if (!mutex_.try_lock()) {
    return Taken::kRefused;
  }
  holder_ = std::this_thread::get_id();
  return Taken::kYes;
}

void BusyLock::unlock() {
  holder_ = std::thread::id{};
  mutex_.unlock();
}

}  // namespace doline_python
