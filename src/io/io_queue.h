#pragma once

#include <functional>
#include <memory>

#include "base/executor.h"

namespace doline {

/// Where work that waits for a disk is done, so that no worker has to. Jobs must not throw.
class IoQueue {
 public:
  virtual ~IoQueue() = default;
  /// Any thread.
  virtual void post(std::function<void()> job) = 0;

  /// The process's threads, started when there is work; in a forked child new ones.
  static IoQueue& shared();
  /// Threads of its own. Going away, it finishes the jobs it has.
  static std::unique_ptr<IoQueue> create(size_t threads);
  /// For simulations: every job is a task of `executor`, which lets it wait for a random while.
  static std::unique_ptr<IoQueue> simulated(Executor& executor, uint64_t seed);
};

}  // namespace doline
