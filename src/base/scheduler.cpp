#include "base/scheduler.h"

#include <algorithm>
#include <new>

#include "base/assert.h"
#include "base/step_pause.h"

namespace doline {

namespace {

thread_local bool in_step = false;
thread_local bool step_may_wait = false;
/// Whether the step at hand has left a task that it spawned to its own thread.
thread_local bool has_next = false;
/// StepPauses around what this thread does.
thread_local int pauses = 0;

/// What the handler is handling, as an Error.
Error current_error() {
  try {
    throw;
  } catch (const Error& error) {
    return error;
  } catch (const std::bad_alloc&) {
    return Error(ErrorCode::kMemoryLimit, "the system has no more memory")
        .hint("lower the setting memory_limit, so that operators spill earlier");
  } catch (const std::exception& error) {
    return Error(ErrorCode::kInternal, "unexpected exception in a task: {}", error.what());
  } catch (...) {
    return Error(ErrorCode::kInternal, "unexpected exception of a foreign type in a task");
  }
}

}  // namespace

StepPause::StepPause() noexcept
    : was_in_step_(std::exchange(in_step, false)),
      could_wait_(std::exchange(step_may_wait, false)),
      had_next_(std::exchange(has_next, false)) {
  ++pauses;
}

StepPause::~StepPause() {
  --pauses;
  in_step = was_in_step_;
  step_may_wait = could_wait_;
  has_next = had_next_;
}

bool inside_step() noexcept { return in_step; }
bool may_wait_in_step() noexcept { return in_step && step_may_wait; }

void TaskSlot::wake() noexcept {
  // The writes of the waking thread come before this, the reads of the next step after its
  // own exchange of the same word.
  if (state.fetch_or(kNotified, std::memory_order_acq_rel) == kParked) {
    group->scheduler->queue_parked(*this);
  }
}

void GroupState::wake() noexcept { scheduler->wake_caller(*this); }

void Scheduler::open(const GroupState& group) {
  refuse_after_fork(born_, "the session");
  MutexLock lock(mutex_);
  ring_.reserve(++groups_);
}

void Scheduler::spawn(GroupState& group, std::unique_ptr<Task> task) {
  ASSERT(task != nullptr);
  refuse_after_fork(born_, "the query");
  // What a step spawns comes after it, as a rule: its thread looks for the next task then, and none
  // need be woken for the first of them.
  const bool is_left_here = in_step && !std::exchange(has_next, true);
  auto slot = std::make_shared<TaskSlot>(std::move(task), group.shared_from_this());
  MutexLock lock(mutex_);
  group.queue.reserve(group.slots.size() + 1);  // wakes must not allocate
  slot->position = group.slots.size();
  group.slots.push_back(slot);
  push(*slot);
  if (!is_left_here) offer(group, true);
}

void Scheduler::cancel(GroupState& group) noexcept {
  group.stop.store(true, std::memory_order_relaxed);
  if (born_ != fork_generation()) return;
  MutexLock lock(mutex_);
  stop_all(group);
}

void Scheduler::stop_all(GroupState& group) noexcept {
  group.stop.store(true, std::memory_order_relaxed);
  wake_parked(group);
  notify(group);
}

TaskGroup::Outcome Scheduler::run_until(GroupState& group, const std::function<bool()>& done,
                                        std::optional<Duration> timeout) {
  using Outcome = TaskGroup::Outcome;
  ASSERT(!in_step);
  refuse_after_fork(born_, "the query");
  const TimePoint until = timeout ? clock().now() + *timeout : TimePoint::max();
  for (;;) {
    uint64_t seen;
    {
      MutexLock lock(mutex_);
      seen = group.events;
    }
    const bool ready = done && done();
    std::shared_ptr<TaskSlot> slot;
    {
      MutexLock lock(mutex_);
      const bool timed_out = !ready && timeout && clock().now() >= until;
      if (ready || (timed_out && !group.slots.empty())) {
        hand_over();
        return ready ? Outcome::kReady : Outcome::kTimeout;
      }
      if (group.slots.empty()) {
        if (group.error) throw Error(*group.error);
        if (group.cut_short) throw Error(ErrorCode::kCancelled, "stopped on request");
        return Outcome::kFinished;
      }
      slot = take(&group);
      if (!slot) {
        hand_over();
        if (group.events == seen) wait(group, seen, until);
        continue;
      }
    }
    run(*slot);
  }
}

void Scheduler::close(GroupState& group) noexcept {
  group.stop.store(true, std::memory_order_relaxed);
  if (born_ != fork_generation()) {
    group.keep_alive = group.shared_from_this();  // its threads and locks are not in this process
    return;
  }
  for (;;) {
    std::shared_ptr<TaskSlot> slot;
    {
      MutexLock lock(mutex_);
      if (group.slots.empty()) {
        --groups_;
        hand_over();
        return;
      }
      wake_parked(group);
      slot = take(&group);
      if (!slot) {  // its last steps run elsewhere
        group.caller_asleep = true;
        const uint64_t seen = group.events;
        while (group.events == seen) group.caller_wakes.wait(mutex_);
        group.caller_asleep = group.caller_called = false;
      }
    }
    if (slot) run(*slot);
  }
}

void Scheduler::queue_parked(TaskSlot& slot) noexcept {
  if (born_ != fork_generation()) return;
  MutexLock lock(mutex_);
  // wake_parked() may have queued it between the waker's fetch_or and this lock.
  if ((slot.state.load(std::memory_order_relaxed) & ~TaskSlot::kNotified) != TaskSlot::kParked) {
    return;
  }
  push(slot);
  offer(*slot.group, false);
}

void Scheduler::wake_caller(GroupState& group) noexcept {
  if (born_ != fork_generation()) return;
  MutexLock lock(mutex_);
  notify(group);
}

void Scheduler::notify(GroupState& group) noexcept {
  ++group.events;
  if (group.caller_asleep) group.caller_wakes.notify_one();
}

void Scheduler::push(TaskSlot& slot) {
  GroupState& group = *slot.group;
  slot.state.store(TaskSlot::kQueued, std::memory_order_relaxed);
  if (group.queue.empty()) ring_.push_back(&group);
  group.queue.push_back(&slot);
  ++group.events;
}

TaskSlot* Scheduler::pop_at(GroupState& group, size_t index) {
  TaskSlot* const slot = group.queue[index];
  group.queue.erase(group.queue.begin() + static_cast<ptrdiff_t>(index));
  const auto place = std::find(ring_.begin(), ring_.end(), &group);
  if (group.queue.empty()) {
    ring_.erase(place);
  } else {
    std::rotate(place, place + 1, ring_.end());  // to the back of the turns
  }
  return slot;
}

bool Scheduler::is_moot(const TaskSlot& slot) {
  const GroupState& group = *slot.group;
  return group.stop.load(std::memory_order_relaxed) ||
         (group.error && slot.task->order() >= group.failed_order.load(std::memory_order_relaxed));
}

std::shared_ptr<TaskSlot> Scheduler::take(GroupState* own) {
  TaskSlot* chosen = nullptr;
  if (own != nullptr && own->stop && !own->queue.empty()) {
    chosen = pop_first(*own);  // only to be destroyed: needs no turn
  } else if (own != nullptr && pauses > 0 && !own->queue.empty()) {
    chosen = pop_first(*own);  // its thread has a turn already, in which it cannot go on before
  } else if (!ring_.empty()) {
    chosen = choose(own);
  }
  if (chosen == nullptr) return nullptr;
  ++running_;
  ++chosen->group->running;
  chosen->dropped = is_moot(*chosen);
  chosen->state.exchange(TaskSlot::kRunning, std::memory_order_acq_rel);
  return chosen->shared_from_this();
}

void Scheduler::run(TaskSlot& slot) noexcept {
  Step step = Step::kDone;
  std::optional<Error> error;
  uint64_t order = 0;
  if (!slot.dropped) {
    const bool outer = std::exchange(in_step, true);
    const int outer_pauses = std::exchange(pauses, 0);
    step_may_wait = steps_may_wait();
    has_next = false;
    try {
      Waker waker(slot.shared_from_this());
      const Deadline deadline(clock(), clock().now() + next_quantum(), slot.group->stop);
      step = slot.task->step(deadline, waker);
    } catch (...) {
      error = current_error();
      order = std::min(slot.task->order(), UINT64_MAX - 1);  // the last one means "none"
    }
    in_step = outer;
    pauses = outer_pauses;
  }
  if (step == Step::kDone) slot.task.reset();
  finish(slot, step, std::move(error), order);
}

void Scheduler::finish(TaskSlot& slot, Step step, std::optional<Error> error,
                       uint64_t order) noexcept {
  GroupState& group = *slot.group;
  MutexLock lock(mutex_);
  --running_;
  --group.running;
  const bool stopped = group.stop.load(std::memory_order_relaxed);
  if (error && !(stopped && error->code() == ErrorCode::kCancelled) &&
      order < group.failed_order.load(std::memory_order_relaxed)) {
    group.error = std::move(error);
    group.failed_order.store(order, std::memory_order_relaxed);
    wake_parked(group);
  }
  bool queue = step == Step::kYield;
  if (step == Step::kBlocked) {
    uint32_t expected = TaskSlot::kRunning;
    queue = is_moot(slot) || !slot.state.compare_exchange_strong(expected, TaskSlot::kParked,
                                                                 std::memory_order_acq_rel);
  }
  if (queue) {
    push(slot);  // offered to nobody: this thread looks again, or hands over
  } else if (step == Step::kDone) {
    end(slot);
  }
  notify(group);
}

void Scheduler::end(TaskSlot& slot) {
  GroupState& group = *slot.group;
  slot.state.store(TaskSlot::kEnded, std::memory_order_relaxed);
  if (group.stop.load(std::memory_order_relaxed)) group.cut_short = true;
  // The runner still holds a reference, so this is not the slot's last one.
  const size_t position = slot.position;
  group.slots.back()->position = position;
  std::swap(group.slots[position], group.slots.back());
  group.slots.pop_back();
}

void Scheduler::wake_parked(GroupState& group) noexcept {
  for (const auto& slot : group.slots) {
    const uint32_t phase = slot->state.load(std::memory_order_relaxed) & ~TaskSlot::kNotified;
    if (phase != TaskSlot::kParked || !is_moot(*slot)) continue;
    push(*slot);
    offer(group, false);
  }
}

}  // namespace doline
