#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>

namespace doline {

/// Says whose work this thread does, so that what runs or waits long without a chunk boundary can
/// stop. Scopes nest, and each is looked at: a query's inside that of the user who waits for it.
class CancellationScope {
 public:
  /// `cancelled` is the query's. Tasks set it once per step, beside the budget.
  explicit CancellationScope(const std::atomic<bool>& cancelled) noexcept;
  /// `is_unwanted` is asked every `kAskEveryMs` at most, by this thread, until it says so: then
  /// the work stays unwanted.
  explicit CancellationScope(std::function<bool()> is_unwanted) noexcept;
  ~CancellationScope();
  CancellationScope(const CancellationScope&) = delete;
  CancellationScope& operator=(const CancellationScope&) = delete;

  /// How often whoever waits for something outside polls.
  static constexpr int kAskEveryMs = 20;
  /// Whether somebody is asked on this thread, so that waiting on it must not be without end.
  static bool asks() noexcept;

 private:
  friend void poll_cancellation();
  bool is_unwanted();

  const std::atomic<bool>* const cancelled_ = nullptr;
  const std::function<bool()> asked_;
  std::chrono::steady_clock::time_point asked_at_{};
  bool was_unwanted_ = false;
  CancellationScope* const outer_;
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
/// million simple steps, a millisecond; costs some nanoseconds.
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
