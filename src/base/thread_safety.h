#pragma once

// Clang's thread-safety attributes; nothing under other compilers.
#ifdef __clang__
#define DOLINE_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define DOLINE_THREAD_ATTRIBUTE(x)
#endif

#define GUARDED_BY(mutex) DOLINE_THREAD_ATTRIBUTE(guarded_by(mutex))
#define REQUIRES(mutex) DOLINE_THREAD_ATTRIBUTE(requires_capability(mutex))
#define EXCLUDES(mutex) DOLINE_THREAD_ATTRIBUTE(locks_excluded(mutex))

#include <condition_variable>
#include <mutex>

namespace doline {

/// std::mutex that clang's analysis understands.
class DOLINE_THREAD_ATTRIBUTE(capability("mutex")) Mutex {
 public:
  void lock() DOLINE_THREAD_ATTRIBUTE(acquire_capability()) { mutex_.lock(); }
  void unlock() DOLINE_THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

class DOLINE_THREAD_ATTRIBUTE(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) DOLINE_THREAD_ATTRIBUTE(acquire_capability(mutex))
      : mutex_(mutex) {
    mutex_.lock();
  }
  ~MutexLock() DOLINE_THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

/// Waits on a Mutex that the caller holds.
using ConditionVariable = std::condition_variable_any;

}  // namespace doline
