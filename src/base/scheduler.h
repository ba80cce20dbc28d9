#pragma once

// Inside of the executor; only executor.cpp, scheduler.cpp and simulated_executor.cpp include it.

#include <vector>

#include "base/executor.h"
#include "base/fork.h"
#include "base/thread_safety.h"

namespace doline {

/// A task and its place in life. A waker holds the slot, so the slot may outlive its task.
///
/// `state` is a phase and the bit kNotified. Both sides only ever change it by read-modify-write,
/// hence a wake either comes before the task is parked (and keeps it from being parked) or after
/// (and queues it): none is lost. Phases other than kParked are left under the scheduler's lock.
struct TaskSlot final : WakeTarget, std::enable_shared_from_this<TaskSlot> {
  static constexpr uint32_t kQueued = 0;
  static constexpr uint32_t kRunning = 1;
  static constexpr uint32_t kParked = 2;
  static constexpr uint32_t kEnded = 3;
  static constexpr uint32_t kNotified = 4;

  TaskSlot(std::unique_ptr<Task> its_task, std::shared_ptr<GroupState> its_group)
      : task(std::move(its_task)), group(std::move(its_group)) {}
  void wake() noexcept override;

  std::unique_ptr<Task> task;  // touched by whoever took the slot; order() also under the lock
  const std::shared_ptr<GroupState> group;
  std::atomic<uint32_t> state{kQueued};
  size_t position = 0;   // in group->slots
  bool dropped = false;  // set when taken: destroy the task instead of stepping it
};

/// A group as the scheduler sees it. As a WakeTarget it wakes the thread in run_until().
/// Members below the line are guarded by the scheduler's lock.
struct GroupState final : WakeTarget, std::enable_shared_from_this<GroupState> {
  GroupState(std::shared_ptr<Scheduler> its_scheduler, TaskGroup::Caller its_caller)
      : scheduler(std::move(its_scheduler)), caller(its_caller) {}
  void wake() noexcept override;

  const std::shared_ptr<Scheduler> scheduler;
  const TaskGroup::Caller caller;
  std::atomic<bool> stop{false};
  std::atomic<uint64_t> failed_order{UINT64_MAX};
  // ----
  std::vector<std::shared_ptr<TaskSlot>> slots;  // all that have not ended
  std::vector<TaskSlot*> queue;                  // runnable, first in front; capacity for all
  size_t running = 0;
  uint64_t events = 0;  // steps ended, tasks queued, caller wakes: reasons to look again
  bool caller_asleep = false;
  bool caller_called = false;  // a queued task was left to the sleeping caller
  bool cut_short = false;      // a task ended after the group was stopped
  std::optional<Error> error;
  ConditionVariable caller_wakes;
  std::shared_ptr<GroupState> keep_alive;  // set in a forked child: never destroyed
};

/// Queues and the life of tasks; who runs what when is for the two subclasses to say.
class Scheduler : public std::enable_shared_from_this<Scheduler> {
 public:
  virtual ~Scheduler() = default;

  virtual size_t threads() const = 0;
  virtual void set_threads(size_t threads) = 0;
  virtual const Clock& clock() const = 0;
  virtual Timers& timers() = 0;

  void open(const GroupState& group);
  void spawn(GroupState& group, std::unique_ptr<Task> task);
  void cancel(GroupState& group) noexcept;
  TaskGroup::Outcome run_until(GroupState& group, const std::function<bool()>& done,
                               std::optional<Duration> timeout);
  /// Cancels and waits; the group is out of the scheduler afterwards.
  void close(GroupState& group) noexcept;
  /// From a waker that found its slot parked.
  void queue_parked(TaskSlot& slot) noexcept;
  void wake_caller(GroupState& group) noexcept;

 protected:
  /// Which slot next, removed from its queue by pop_first/pop_at; nullptr when none may run now.
  /// For a pool thread `own` is nullptr.
  virtual TaskSlot* choose(GroupState* own) REQUIRES(mutex_) = 0;
  /// A task was queued: wakes a thread for it if one is missing. `spawned`: not by a waker.
  virtual void offer(GroupState& group, bool spawned) noexcept REQUIRES(mutex_) = 0;
  /// The calling thread goes or sleeps, and tasks may be queued that it did not take.
  virtual void hand_over() noexcept REQUIRES(mutex_) = 0;
  /// Sleeps until group.events differs from `seen`, or `until`. May release the lock.
  virtual void wait(GroupState& group, uint64_t seen, TimePoint until) REQUIRES(mutex_) = 0;
  virtual Duration next_quantum() noexcept = 0;
  virtual bool steps_may_wait() const noexcept { return false; }

  /// How long tasks before a failed one may stay parked until they are given up.
  static constexpr Duration kLingerTime = std::chrono::milliseconds(200);

  TaskSlot* pop_at(GroupState& group, size_t index) REQUIRES(mutex_);
  TaskSlot* pop_first(GroupState& group) REQUIRES(mutex_) { return pop_at(group, 0); }
  std::shared_ptr<TaskSlot> take(GroupState* own) REQUIRES(mutex_);
  void run(TaskSlot& slot) noexcept EXCLUDES(mutex_);
  /// After a failure every task left is parked, and whoever would wake them may be among those
  /// dropped.
  bool lingers(const GroupState& group) const REQUIRES(mutex_) {
    return group.error && group.queue.empty() && group.running == 0 && !group.stop;
  }
  void stop_all(GroupState& group) noexcept REQUIRES(mutex_);

  mutable Mutex mutex_;
  std::vector<GroupState*> ring_ GUARDED_BY(mutex_);  // those with queued tasks, next in front
  size_t running_ GUARDED_BY(mutex_) = 0;
  const uint64_t born_ = fork_generation();

 private:
  void push(TaskSlot& slot) REQUIRES(mutex_);
  void finish(TaskSlot& slot, Step step, std::optional<Error> error, uint64_t order) noexcept
      EXCLUDES(mutex_);
  void end(TaskSlot& slot) REQUIRES(mutex_);
  void wake_parked(GroupState& group) noexcept REQUIRES(mutex_);
  static void notify(GroupState& group) noexcept;
  static bool is_moot(const TaskSlot& slot);

  size_t groups_ GUARDED_BY(mutex_) = 0;
};

/// True on a thread that is inside a step, where waiting is forbidden.
bool inside_step() noexcept;

}  // namespace doline
