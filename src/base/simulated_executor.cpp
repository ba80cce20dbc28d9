#include "base/simulated_executor.h"

#include <algorithm>

#include "base/hash.h"
#include "base/random.h"
#include "base/scheduler.h"

namespace doline {

namespace {

/// Every look takes some time, so that quanta end at different chunk boundaries.
class TickingClock final : public ManualClock {
 public:
  TimePoint now() const noexcept override {
    const_cast<TickingClock*>(this)->advance(std::chrono::microseconds(100));
    return ManualClock::now();
  }
};

class SimulatedScheduler final : public Scheduler, public Timers {
 public:
  SimulatedScheduler(uint64_t seed, Duration patience)
      : seed_(seed), patience_(patience), random_(seed) {}

  size_t threads() const override { return 1; }
  void set_threads(size_t) override {}
  const Clock& clock() const override { return clock_; }
  Timers& timers() override { return *this; }

  void post_after(Duration delay, Waker waker) override {
    MutexLock lock(mutex_);
    const TimePoint at = clock_.now() + delay;
    const auto place = std::find_if(timers_.begin(), timers_.end(),
                                    [at](const Timer& timer) { return timer.at > at; });
    timers_.insert(place, Timer{at, std::move(waker)});
  }

  /// Wakers hold their group, which holds this.
  void forget_timers() {
    MutexLock lock(mutex_);
    timers_.clear();
  }

  ManualClock& manual_clock() { return clock_; }
  uint64_t steps() const {
    MutexLock lock(mutex_);
    return steps_;
  }
  uint64_t trace() const {
    MutexLock lock(mutex_);
    return trace_;
  }

 private:
  struct Timer {
    TimePoint at;
    Waker waker;
  };

  TaskSlot* choose(GroupState*) override REQUIRES(mutex_) {
    fire_due();
    size_t queued = 0;
    for (const GroupState* group : ring_) queued += group->queue.size();
    size_t index = static_cast<size_t>(random_.below(queued));
    trace_ = hash_combine(trace_, hash_combine(queued, index));
    ++steps_;
    GroupState* chosen = nullptr;
    for (GroupState* group : ring_) {
      chosen = group;
      if (index < group->queue.size()) break;
      index -= group->queue.size();
    }
    return pop_at(*chosen, index);
  }

  void offer(GroupState&, bool) noexcept override REQUIRES(mutex_) {
    if (asleep_ != nullptr) asleep_->caller_wakes.notify_one();  // some other thread woke a task
  }
  void hand_over() noexcept override {}

  void wait(GroupState& group, uint64_t seen, TimePoint until) override REQUIRES(mutex_) {
    if (!timers_.empty() && timers_.front().at <= until) {
      clock_.advance_to(timers_.front().at);
      fire_due();
      return;
    }
    // From here on only another real thread can wake a task, and it takes real time.
    const bool lingering = lingers(group);
    Duration longest = patience_;
    if (lingering) longest = std::min(longest, kLingerTime);
    if (until != TimePoint::max()) longest = std::min(longest, until - clock_.ManualClock::now());
    const TimePoint give_up = Clock::system().now() + longest;
    group.caller_asleep = true;
    asleep_ = &group;
    while (group.events == seen && ring_.empty()) {
      if (group.caller_wakes.wait_until(mutex_, give_up) == std::cv_status::timeout) break;
    }
    group.caller_asleep = false;
    asleep_ = nullptr;
    if (group.events != seen || !ring_.empty()) return;
    if (lingering) return stop_all(group);
    if (until != TimePoint::max()) return clock_.advance_to(until);
    throw Error(ErrorCode::kInternal,
                "simulation with seed {} is stuck: {} tasks are parked and nothing is left to wake "
                "them",
                seed_, group.slots.size());
  }

  Duration next_quantum() noexcept override {
    MutexLock lock(mutex_);
    constexpr uint64_t kLongest = 5'000'000;
    return Duration(random_.below(4) == 0 ? 0 : static_cast<int64_t>(random_.below(kLongest)));
  }

  bool steps_may_wait() const noexcept override { return true; }

  void fire_due() REQUIRES(mutex_) {
    while (!timers_.empty() && timers_.front().at <= clock_.ManualClock::now()) {
      const Waker due = std::move(timers_.front().waker);
      timers_.erase(timers_.begin());
      mutex_.unlock();
      due.wake();
      mutex_.lock();
    }
  }

  const uint64_t seed_;
  const Duration patience_;
  TickingClock clock_;
  Random random_ GUARDED_BY(mutex_);
  std::vector<Timer> timers_ GUARDED_BY(mutex_);  // by time, first posted first among equals
  uint64_t steps_ GUARDED_BY(mutex_) = 0;
  uint64_t trace_ GUARDED_BY(mutex_) = 0;
  GroupState* asleep_ GUARDED_BY(mutex_) = nullptr;
};

}  // namespace

SimulatedExecutor::SimulatedExecutor(uint64_t seed, Duration patience)
    : Executor(std::make_shared<SimulatedScheduler>(seed, patience)) {}

SimulatedExecutor::~SimulatedExecutor() {
  static_cast<SimulatedScheduler&>(*scheduler_).forget_timers();
}

ManualClock& SimulatedExecutor::simulated_clock() {
  return static_cast<SimulatedScheduler&>(*scheduler_).manual_clock();
}
uint64_t SimulatedExecutor::steps() const {
  return static_cast<SimulatedScheduler&>(*scheduler_).steps();
}
uint64_t SimulatedExecutor::trace() const {
  return static_cast<SimulatedScheduler&>(*scheduler_).trace();
}

}  // namespace doline
