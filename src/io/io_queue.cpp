#include "io/io_queue.h"

#include <atomic>
#include <deque>
#include <vector>

#include "base/fork.h"
#include "base/random.h"
#include "base/thread_safety.h"
#include "base/worker_thread.h"

namespace doline {

namespace {

/// Threads that wait for disks cost little, and a disk wants several requests at once.
constexpr size_t kSharedThreads = 8;

class ThreadIoQueue final : public IoQueue {
 public:
  explicit ThreadIoQueue(size_t threads) : pool_(std::make_unique<Pool>(threads)) {}

  ~ThreadIoQueue() override {
    if (born_ != fork_generation()) {
      // Its threads are not in this process; its lock and condition may be in any state.
      (void)pool_.release();
      return;
    }
    pool_->stop();
  }

  void post(std::function<void()> job) override {
    refuse_after_fork(born_, "reading");
    pool_->post(std::move(job));
  }

 private:
  class Pool {
   public:
    explicit Pool(size_t threads) : most_threads_(threads) {}

    void stop() {
      {
        MutexLock lock(mutex_);
        stopping_ = true;
        work_.notify_all();
      }
      for (auto& thread : threads_) thread.join();
    }

    void post(std::function<void()> job) {
      MutexLock lock(mutex_);
      jobs_.push_back(std::move(job));
      if (idle_ >= jobs_.size() || threads_.size() >= most_threads_) {
        work_.notify_one();
        return;
      }
      threads_.reserve(threads_.size() + 1);
      WorkerThread thread;
      try {
        thread.start("doline-io", [this] { run(); });
      } catch (const Error&) {
        if (threads_.empty()) {
          jobs_.pop_back();
          throw;
        }
        work_.notify_one();  // those there are must do
        return;
      }
      threads_.push_back(std::move(thread));
    }

   private:
    void run() {
      mutex_.lock();
      for (;;) {
        if (jobs_.empty()) {
          if (stopping_) break;
          ++idle_;
          work_.wait(mutex_);
          --idle_;
          continue;
        }
        {
          const std::function<void()> job = std::move(jobs_.front());
          jobs_.pop_front();
          mutex_.unlock();
          job();
        }
        mutex_.lock();
      }
      mutex_.unlock();
    }

    const size_t most_threads_;
    Mutex mutex_;
    ConditionVariable work_;
    std::deque<std::function<void()>> jobs_ GUARDED_BY(mutex_);
    std::vector<WorkerThread> threads_;  // grows under the lock
    size_t idle_ GUARDED_BY(mutex_) = 0;
    bool stopping_ GUARDED_BY(mutex_) = false;
  };

  const uint64_t born_ = fork_generation();
  std::unique_ptr<Pool> pool_;
};

class SimulatedIoQueue final : public IoQueue {
 public:
  SimulatedIoQueue(Executor& executor, uint64_t seed)
      : random_(seed), group_(executor, TaskGroup::Caller::kAbsent) {}

  void post(std::function<void()> job) override {
    size_t delay;
    {
      MutexLock lock(mutex_);
      delay = static_cast<size_t>(random_.below(6));
    }
    group_.spawn(std::make_unique<Job>(std::move(job), delay));
  }

 private:
  class Job final : public Task {
   public:
    Job(std::function<void()> body, size_t delay_steps)
        : body_(std::move(body)), delay_steps_(delay_steps) {}
    Step step(Deadline, Waker&) override {
      if (delay_steps_ > 0) {
        --delay_steps_;
        return Step::kYield;
      }
      body_();
      return Step::kDone;
    }

   private:
    std::function<void()> body_;
    size_t delay_steps_;
  };

  Mutex mutex_;
  Random random_ GUARDED_BY(mutex_);
  TaskGroup group_;
};

}  // namespace

IoQueue& IoQueue::shared() {
  struct Holder {
    uint64_t born;
    std::unique_ptr<IoQueue> queue;
  };
  // As for Executor::shared(): no lock, and left to the end of the process.
  static std::atomic<Holder*> current{nullptr};
  Holder* holder = current.load(std::memory_order_acquire);
  while (holder == nullptr || holder->born != fork_generation()) {
    auto fresh = std::make_unique<Holder>(Holder{fork_generation(), create(kSharedThreads)});
    if (current.compare_exchange_strong(holder, fresh.get(), std::memory_order_acq_rel)) {
      holder = fresh.release();
    }
  }
  return *holder->queue;
}

std::unique_ptr<IoQueue> IoQueue::create(size_t threads) {
  return std::make_unique<ThreadIoQueue>(threads);
}

std::unique_ptr<IoQueue> IoQueue::simulated(Executor& executor, uint64_t seed) {
  return std::make_unique<SimulatedIoQueue>(executor, seed);
}

}  // namespace doline
