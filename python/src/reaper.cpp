#include "reaper.h"

#include <Python.h>
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "fork.h"

namespace doline_python {

namespace {

/// One thread, started with the first work. Never destroyed: work may come after static objects are
/// gone.
class Reaper {
 public:
  static Reaper& instance() {
    static Reaper* const reaper = new Reaper;
    return *reaper;
  }

  void add(std::function<void()> work) {
    // Leaked on purpose: the engine's threads stayed in the parent process, and so may this lock's
    // holder; or nobody is left to do it.
    if (getpid() != born_) return leak(std::move(work));
    const std::lock_guard lock(mutex_);
    if (stopped_) return leak(std::move(work));
    work_.push_back(std::move(work));
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
    changed_.notify_one();
  }

  void stop() {
    if (getpid() != born_) return;
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
      changed_.notify_one();
    }
    if (thread_.joinable()) thread_.join();
  }

 private:
  static void leak(std::function<void()> work) { new std::function<void()>(std::move(work)); }

  void run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return stopped_ || !work_.empty(); });
      if (work_.empty()) return;
      const std::function<void()> next = std::move(work_.front());
      work_.pop_front();
      lock.unlock();
      next();
      lock.lock();
    }
  }

  const pid_t born_ = getpid();
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> work_;
  bool stopped_ = false;
  std::thread thread_;
};

struct Dropped {
  std::mutex mutex;
  std::vector<PyObject*> objects;
  bool is_asked = false;  // Python will call drop_all
};

Dropped& dropped() {
  static Dropped* const all = [] {
    auto* const made = new Dropped;
    hold_in_forks(made->mutex);
    return made;
  }();
  return *all;
}

int drop_all(void*) {
  std::vector<PyObject*> objects;
  {
    const std::lock_guard lock(dropped().mutex);
    dropped().is_asked = false;
    objects.swap(dropped().objects);
  }
  for (PyObject* object : objects) Py_DECREF(object);
  return 0;
}

}  // namespace

void release_later(std::function<void()> work) { Reaper::instance().add(std::move(work)); }

void stop_reaper() { Reaper::instance().stop(); }

void drop_later(PyObject* object) {
  if (!Py_IsInitialized()) return;
  const std::lock_guard lock(dropped().mutex);
  dropped().objects.push_back(object);
  // Where Python's own queue is full, the next object asks again.
  if (!dropped().is_asked) dropped().is_asked = Py_AddPendingCall(drop_all, nullptr) == 0;
}

}  // namespace doline_python
