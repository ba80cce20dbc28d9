#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace doline {

using Duration = std::chrono::nanoseconds;
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;

/// Where time comes from. What measures or waits takes a Clock, so that tests and the simulator
/// can turn it by hand. Any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Never runs backwards; about 20 ns a call.
  virtual TimePoint now() const noexcept = 0;
  /// Microseconds since 1970-01-01 UTC. May jump.
  virtual int64_t wall_us() const noexcept = 0;

  /// The machine's clock. Lives as long as the process.
  static const Clock& system();
};

/// Stands still until told to go on.
class ManualClock : public Clock {
 public:
  TimePoint now() const noexcept override {
    return TimePoint(Duration(elapsed_ns_.load(std::memory_order_relaxed)));
  }
  int64_t wall_us() const noexcept override { return start_wall_us_ + elapsed_us(); }

  void advance(Duration by) { elapsed_ns_.fetch_add(by.count(), std::memory_order_relaxed); }
  void advance_to(TimePoint at) {
    if (at > now()) elapsed_ns_.store(at.time_since_epoch().count(), std::memory_order_relaxed);
  }
  void set_wall_us(int64_t wall_us) { start_wall_us_ = wall_us - elapsed_us(); }

 private:
  int64_t elapsed_us() const { return elapsed_ns_.load(std::memory_order_relaxed) / 1000; }

  std::atomic<int64_t> elapsed_ns_{0};
  int64_t start_wall_us_ = 1'700'000'000'000'000;
};

}  // namespace doline
