#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "base/thread_safety.h"

namespace doline {

/// What a source answers when asked for the next thing.
enum class Poll : uint8_t {
  kReady,    // `out` holds it
  kBlocked,  // ask again after the waker fires
  kDone,     // there is no more
};

/// Something that can be told to go on. wake() may come from any thread, any number of times,
/// also after there is nothing left to wake.
class WakeTarget {
 public:
  virtual ~WakeTarget() = default;
  virtual void wake() noexcept = 0;
};

/// A copyable handle by which whoever finishes what a task waits for lets the task run again.
/// Costs a reference count; may outlive the task, its group and its executor.
class Waker {
 public:
  Waker() = default;  // wakes nobody
  explicit Waker(std::shared_ptr<WakeTarget> target) : target_(std::move(target)) {}

  /// Any thread, also while the task is still running: the wake is remembered, and the task is
  /// not parked. Takes the executor's lock: hold none that a step could wait for.
  void wake() const noexcept {
    if (target_) target_->wake();
  }
  explicit operator bool() const { return target_ != nullptr; }

 private:
  std::shared_ptr<WakeTarget> target_;
};

/// Tasks that wait for one event. A task adds its waker, then looks at its condition once more,
/// and only then answers blocked; the other side makes the condition true, then wakes. Any thread.
class WakerList {
 public:
  void add(const Waker& waker);
  /// Wakes and forgets all that were added.
  void wake_all() noexcept;

 private:
  Mutex mutex_;
  std::vector<Waker> waiting_ GUARDED_BY(mutex_);
};

}  // namespace doline
