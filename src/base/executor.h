#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>

#include "base/clock.h"
#include "base/error.h"
#include "base/timers.h"
#include "base/waker.h"

namespace doline {

class Scheduler;
struct GroupState;

enum class Step : uint8_t {
  kYield,    // more to do; others may go first
  kBlocked,  // nothing to do until the waker fires
  kDone,     // finished: the task is destroyed
};

/// True in a step of a simulated executor, which may wait for a thread that is no executor's (one
/// that reads a file): no other step would run meanwhile anyway, and whether it had to wait no
/// longer changes what runs next.
bool may_wait_in_step() noexcept;

/// How long a step may go on. Look at it at chunk boundaries (about 25 ns a look).
class Deadline {
 public:
  Deadline(const Clock& clock, TimePoint at, const std::atomic<bool>& stop)
      : clock_(&clock), at_(at), stop_(&stop) {}
  /// For whoever drives a task by hand.
  static Deadline never();

  /// Time to return kYield: the quantum is over, or the group is being stopped.
  bool passed() const noexcept { return cancelled() || clock_->now() >= at_; }
  /// The same. `read`: what the system's clock has just said, so that nobody reads it twice.
  bool passed(TimePoint read) const noexcept {
    return cancelled() || (clock_ == &Clock::system() ? read : clock_->now()) >= at_;
  }
  /// Whatever the task still does is for nothing.
  bool cancelled() const noexcept { return stop_->load(std::memory_order_relaxed); }

 private:
  const Clock* clock_;
  TimePoint at_;
  const std::atomic<bool>* stop_;
};

/// A piece of work that is done in steps. Steps of one task never overlap, but may run on
/// different threads. A step never waits: what it needs and has not got, it asks for, leaves the
/// waker there and answers kBlocked. What a step throws ends the task and is kept by its group.
class Task {
 public:
  virtual ~Task() = default;
  virtual Step step(Deadline deadline, Waker& waker) = 0;
  /// Where the work stands in the order in which errors count: for a pipeline its morsel's
  /// number. Never falls. Asked between steps, under the executor's lock: return a member.
  virtual uint64_t order() const noexcept { return 0; }
};

/// A pool of threads with a fair share for every group: runnable groups take turns, and within a
/// group its tasks do. At most threads() steps run at any moment, those of calling threads
/// included. Any thread. Goes after its groups; the shared one never goes.
class Executor {
 public:
  virtual ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  /// The process's pool. In a forked child it is a new one.
  static Executor& shared();
  /// A pool of its own; its threads start when there is work for them.
  static std::unique_ptr<Executor> create(size_t threads);
  /// What the process may use: its CPU set, cut by the cgroup's quota. At least 1.
  static size_t available_cores();

  size_t threads() const;
  void set_threads(size_t threads);
  const Clock& clock() const;
  Timers& timers();

 protected:
  explicit Executor(std::shared_ptr<Scheduler> scheduler);
  std::shared_ptr<Scheduler> scheduler_;
  friend class TaskGroup;
};

/// The tasks of one query, and the end they come to: all done, one failed, or cancelled.
///
/// Invariants:
/// 1. When an order-k task fails, tasks at or beyond k are dropped, those before k go on, and of
///    all errors that of the lowest order is kept: the same one however threads interleave.
/// 2. Once run_until() or wait_all() told that tasks ended, they are destroyed, not just done.
/// 3. After cancel() no task begins another step.
class TaskGroup {
 public:
  /// kWorks: a thread that waits for results works on them meanwhile. The first task is then
  /// left to it, so that a short query needs no second thread. kAbsent: nobody waits, pool threads
  /// do it all.
  enum class Caller : uint8_t { kWorks, kAbsent };
  enum class Outcome : uint8_t {
    kReady,     // done() came true
    kFinished,  // every task ended well
    kTimeout,
  };

  explicit TaskGroup(Executor& executor, Caller caller = Caller::kWorks);
  /// Cancels, and waits for steps that are running.
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  /// Any thread, also a step of the group's own.
  void spawn(std::unique_ptr<Task> task);

  /// Any thread.
  void cancel() noexcept;
  bool cancelled() const noexcept;

  /// Works on the group's tasks until done() holds, all tasks ended or the time is over; sleeps
  /// when none can run. done() is asked after every step and after caller_waker(). Throws the kept
  /// error once all tasks ended, Error(kCancelled) when they were cut short. One thread at a
  /// time, and never from a step.
  Outcome run_until(const std::function<bool()>& done,
                    std::optional<Duration> timeout = std::nullopt);
  /// run_until everything ended.
  void wait_all();

  /// Makes the thread in run_until() look again.
  Waker caller_waker() const;
  /// The lowest order that failed yet; UINT64_MAX when none did. A task whose order lies beyond
  /// it works for nothing.
  uint64_t failed_order() const noexcept;

 private:
  std::shared_ptr<GroupState> state_;
};

}  // namespace doline
