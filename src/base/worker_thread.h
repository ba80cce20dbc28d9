#pragma once

#include <functional>
#include <memory>

namespace doline {

/// A named thread that gets no signals: those belong to the host program's threads. Join it, or
/// after a fork abandon it, before it goes.
class WorkerThread {
 public:
  WorkerThread();
  ~WorkerThread();
  WorkerThread(WorkerThread&&) noexcept;
  WorkerThread& operator=(WorkerThread&&) noexcept;

  /// `name` has at most 15 letters. Throws Error(kIo) when the system grants no thread.
  void start(const char* name, std::function<void()> body);
  bool started() const { return thread_ != nullptr; }
  void join();
  /// In a forked child: the thread is not here, and its handle must not be touched.
  void abandon() noexcept;

 private:
  struct Handle;
  std::unique_ptr<Handle> thread_;
};

}  // namespace doline
