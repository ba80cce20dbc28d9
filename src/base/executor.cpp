#include "base/executor.h"

#include <sched.h>

#include <algorithm>
#include <cstdio>

#include "base/assert.h"
#include "base/cgroup.h"
#include "base/scheduler.h"
#include "base/worker_thread.h"

namespace doline {

namespace {

constexpr Duration kQuantum = std::chrono::milliseconds(5);

/// The scheduler of real threads.
///
/// Invariant: while a step may run (running_ < threads_) and a task is queued, a thread is on its
/// way to it: a pool thread that looks again after its step or was given a ticket, or a calling
/// thread that looks again. The one exception is a first task left to a caller (Caller::kWorks).
class ThreadScheduler final : public Scheduler {
 public:
  explicit ThreadScheduler(size_t threads) : threads_(std::max<size_t>(1, threads)) {}

  size_t threads() const override {
    MutexLock lock(mutex_);
    return threads_;
  }

  void set_threads(size_t threads) override {
    ASSERT(threads > 0);
    MutexLock lock(mutex_);
    threads_ = threads;
    for (size_t i = 0; i < threads_; ++i) hand_over();
  }

  const Clock& clock() const override { return Clock::system(); }
  Timers& timers() override { return *timers_; }

  /// Joins the pool. No group is left.
  void stop() {
    if (born_ != fork_generation()) {
      for (auto& thread : pool_) thread.abandon();
      // A thread that is not in this process may hold the lock and the condition.
      keep_alive_ = shared_from_this();
      return;
    }
    {
      MutexLock lock(mutex_);
      stopping_ = true;
      work_.notify_all();
    }
    for (auto& thread : pool_) thread.join();
    timers_.reset();
  }

 private:
  TaskSlot* choose(GroupState* own) override REQUIRES(mutex_) {
    if (running_ >= threads_) return nullptr;
    if (own == nullptr) return pop_first(*ring_.front());
    // A caller serves its own group alone, but not ahead of groups whose turn comes first.
    const size_t free = std::min(threads_ - running_, ring_.size());
    const auto end = ring_.begin() + static_cast<ptrdiff_t>(free);
    if (std::find(ring_.begin(), end, own) != end) return pop_first(*own);
    if (!own->queue.empty() && !call_worker()) return pop_first(*own);  // no thread to be had
    return nullptr;
  }

  void offer(GroupState& group, bool spawned) noexcept override REQUIRES(mutex_) {
    if (group.caller_asleep && !group.caller_called) {
      group.caller_called = true;
      group.caller_wakes.notify_one();
      return;
    }
    const bool left_to_caller = spawned && group.caller == TaskGroup::Caller::kWorks &&
                                group.queue.size() + group.running <= 1;
    if (!left_to_caller && running_ < threads_) call_worker();
  }

  void hand_over() noexcept override REQUIRES(mutex_) {
    if (!ring_.empty() && running_ < threads_) call_worker();
  }

  void wait(GroupState& group, uint64_t seen, TimePoint until) override REQUIRES(mutex_) {
    ASSERT(!group.caller_asleep);
    const bool lingering = lingers(group);
    if (lingering) until = std::min(until, clock().now() + kLingerTime);
    group.caller_asleep = true;
    while (group.events == seen) {
      if (until == TimePoint::max()) {
        group.caller_wakes.wait(mutex_);
      } else if (group.caller_wakes.wait_until(mutex_, until) == std::cv_status::timeout) {
        if (lingering && group.events == seen) stop_all(group);
        break;
      }
    }
    group.caller_asleep = group.caller_called = false;
  }

  Duration next_quantum() noexcept override { return kQuantum; }

  /// False when no thread sleeps and no new one can be had.
  bool call_worker() noexcept REQUIRES(mutex_) {
    if (idle_ > 0) {
      --idle_;
      ++tickets_;
      work_.notify_one();
      return true;
    }
    if (tickets_ > 0) return true;
    if (pool_.size() >= threads_) return !pool_.empty();
    try {
      WorkerThread thread;
      pool_.reserve(pool_.size() + 1);
      thread.start("doline-worker", [this] { work(); });
      pool_.push_back(std::move(thread));
      return true;
    } catch (const std::exception&) {
      return !pool_.empty();  // slower, but it goes on
    }
  }

  void work() {
    mutex_.lock();
    while (!stopping_) {
      if (const auto slot = take(nullptr)) {
        mutex_.unlock();
        run(*slot);
        mutex_.lock();
        continue;
      }
      ++idle_;
      while (tickets_ == 0 && !stopping_) work_.wait(mutex_);
      if (tickets_ > 0) --tickets_;  // whoever gave it took this thread out of idle_
    }
    mutex_.unlock();
  }

  size_t threads_ GUARDED_BY(mutex_);
  std::vector<WorkerThread> pool_;         // grows under the lock
  size_t idle_ GUARDED_BY(mutex_) = 0;     // sleeping, and no ticket given for it
  size_t tickets_ GUARDED_BY(mutex_) = 0;  // wakes given and not yet taken
  bool stopping_ GUARDED_BY(mutex_) = false;
  ConditionVariable work_;
  std::unique_ptr<Timers> timers_ = Timers::create();
  std::shared_ptr<Scheduler> keep_alive_;
};

class ThreadExecutor final : public Executor {
 public:
  explicit ThreadExecutor(size_t threads) : Executor(std::make_shared<ThreadScheduler>(threads)) {}
  ~ThreadExecutor() override { static_cast<ThreadScheduler&>(*scheduler_).stop(); }
};

}  // namespace

Deadline Deadline::never() {
  static const std::atomic<bool> go_on{false};
  return Deadline(Clock::system(), TimePoint::max(), go_on);
}

Executor::Executor(std::shared_ptr<Scheduler> scheduler) : scheduler_(std::move(scheduler)) {}
Executor::~Executor() = default;

Executor& Executor::shared() {
  struct Holder {
    uint64_t born;
    std::unique_ptr<Executor> executor;
  };
  // Without a lock, which a fork could leave locked for ever. The holder is left to the process's
  // end on purpose: threads may still run while static objects are destroyed, and in a forked
  // child the parent's pool cannot be taken down.
  static std::atomic<Holder*> current{nullptr};
  Holder* holder = current.load(std::memory_order_acquire);
  while (holder == nullptr || holder->born != fork_generation()) {
    auto fresh = std::make_unique<Holder>(Holder{fork_generation(), create(available_cores())});
    if (current.compare_exchange_strong(holder, fresh.get(), std::memory_order_acq_rel)) {
      holder = fresh.release();
    }
  }
  return *holder->executor;
}

std::unique_ptr<Executor> Executor::create(size_t threads) {
  return std::make_unique<ThreadExecutor>(threads);
}

size_t Executor::available_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  size_t cores = 1;
  if (sched_getaffinity(0, sizeof(set), &set) == 0) {
    cores = std::max<size_t>(1, static_cast<size_t>(CPU_COUNT(&set)));
  }
  const size_t quota = read_cgroup_limits().cores;
  return quota == 0 ? cores : std::clamp<size_t>(quota, 1, cores);
}

size_t Executor::threads() const { return scheduler_->threads(); }
void Executor::set_threads(size_t threads) { scheduler_->set_threads(threads); }
const Clock& Executor::clock() const { return scheduler_->clock(); }
Timers& Executor::timers() { return scheduler_->timers(); }

TaskGroup::TaskGroup(Executor& executor, Caller caller)
    : state_(std::make_shared<GroupState>(executor.scheduler_, caller)) {
  state_->scheduler->open(*state_);
}

TaskGroup::~TaskGroup() { state_->scheduler->close(*state_); }

void TaskGroup::spawn(std::unique_ptr<Task> task) {
  state_->scheduler->spawn(*state_, std::move(task));
}

void TaskGroup::cancel() noexcept { state_->scheduler->cancel(*state_); }

bool TaskGroup::cancelled() const noexcept { return state_->stop.load(std::memory_order_relaxed); }

TaskGroup::Outcome TaskGroup::run_until(const std::function<bool()>& done,
                                        std::optional<Duration> timeout) {
  return state_->scheduler->run_until(*state_, done, timeout);
}

void TaskGroup::wait_all() { run_until(nullptr); }

Waker TaskGroup::caller_waker() const { return Waker(state_); }

uint64_t TaskGroup::failed_order() const noexcept {
  return state_->failed_order.load(std::memory_order_relaxed);
}

}  // namespace doline
