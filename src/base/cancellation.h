#pragma once

#include <atomic>
#include <cstdint>

namespace doline {

/// Says whose work this thread does, so that what runs long without a chunk boundary can stop:
/// `cancelled` is the query's. Tasks set it once per step, beside the budget.
class CancellationScope {
 public:
  explicit CancellationScope(const std::atomic<bool>& cancelled) noexcept;
  ~CancellationScope();
  CancellationScope(const CancellationScope&) = delete;
  CancellationScope& operator=(const CancellationScope&) = delete;

 private:
  const std::atomic<bool>* const outer_;
};

/// For what is worth doing only if it is cheap, such as folding a constant before there is a query
/// that could be cancelled: after so many polls the next one gives up.
class PatienceScope {
 public:
  explicit PatienceScope(uint32_t polls) noexcept;
  ~PatienceScope();
  PatienceScope(const PatienceScope&) = delete;
  PatienceScope& operator=(const PatienceScope&) = delete;

 private:
  const int64_t outer_;
};

/// Throws Error(kCancelled) when the work was cancelled or its patience is over. Once for about a
/// million simple steps, a millisecond; costs a nanosecond.
void poll_cancellation();

/// Counts steps, and polls once they are many.
class CancellationPoll {
 public:
  void add(uint64_t steps) {
    steps_ += steps;
    if (steps_ < kSteps) return;
    steps_ = 0;
    poll_cancellation();
  }

 private:
  static constexpr uint64_t kSteps = uint64_t{1} << 20;
  uint64_t steps_ = 0;
};

}  // namespace doline
