#include "base/timers.h"

#include <algorithm>
#include <thread>
#include <vector>

#include "base/fork.h"
#include "base/worker_thread.h"

namespace doline {

namespace {

class ThreadTimers final : public Timers {
 public:
  ~ThreadTimers() override {
    if (born_ != fork_generation()) {
      thread_.abandon();
      return;
    }
    {
      MutexLock lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  void post_after(Duration delay, Waker waker) override {
    refuse_after_fork(born_, "the timer");
    MutexLock lock(mutex_);
    const TimePoint at = Clock::system().now() + delay;
    const bool first = heap_.empty() || at < heap_.front().at;
    heap_.push_back({at, std::move(waker)});
    std::push_heap(heap_.begin(), heap_.end());
    if (!thread_.started()) thread_.start("doline-timers", [this] { run(); });
    if (first) changed_.notify_one();
  }

 private:
  struct Entry {
    TimePoint at;
    Waker waker;
    bool operator<(const Entry& other) const { return at > other.at; }  // earliest on top
  };

  void run() {
    mutex_.lock();
    while (!stopping_) {
      if (heap_.empty()) {
        changed_.wait(mutex_);
        continue;
      }
      const TimePoint at = heap_.front().at;
      if (Clock::system().now() < at) {
        changed_.wait_until(mutex_, at);
        continue;
      }
      std::pop_heap(heap_.begin(), heap_.end());
      {
        const Waker due = std::move(heap_.back().waker);
        heap_.pop_back();
        mutex_.unlock();
        due.wake();
      }
      mutex_.lock();
    }
    mutex_.unlock();
  }

  const uint64_t born_ = fork_generation();
  Mutex mutex_;
  ConditionVariable changed_;
  std::vector<Entry> heap_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;
  WorkerThread thread_;
};

}  // namespace

std::unique_ptr<Timers> Timers::create() { return std::make_unique<ThreadTimers>(); }

}  // namespace doline
