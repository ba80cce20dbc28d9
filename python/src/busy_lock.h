#pragma once

#include <atomic>
#include <mutex>
#include <thread>

namespace doline_python {

/// Lets one thread at a time use a session or a query, which the C ABI asks for. Others wait
/// without the GIL, and Ctrl-C ends their waiting; functions that queries call do not wait, as the
/// holder may wait for them. A thread that comes again while it holds the
/// lock (from a signal handler) is refused, as it would wait for itself, unless the holder is open
/// to it.
class BusyLock {
 public:
  enum class Taken { kYes, kHeldAlready, kRefused };

  /// Precondition: the GIL is held; it is again on return. Throws a Python exception where it is
  /// refused. `what` is "session" or "query".
  Taken lock(const char* what);
  /// For threads without the GIL, which may be any: a reader of an Arrow stream.
  Taken lock_without_gil();
  void unlock();

  /// The holder only reads a foreign stream, whose code may use the same session meanwhile.
  void set_open(bool open) { is_open_ = open; }

 private:
  bool is_held_here() const { return holder_.load() == std::this_thread::get_id(); }

  std::timed_mutex mutex_;
  std::atomic<std::thread::id> holder_{};
  bool is_open_ = false;  // the holder's
};

/// Holds a BusyLock for a scope; nothing when it is null.
class BusyScope {
 public:
  BusyScope(BusyLock* lock, const char* what)
      : lock_(lock && lock->lock(what) == BusyLock::Taken::kYes ? lock : nullptr) {}
  ~BusyScope() {
    if (lock_) lock_->unlock();
  }
  BusyScope(const BusyScope&) = delete;

 private:
  BusyLock* const lock_;
};

}  // namespace doline_python
