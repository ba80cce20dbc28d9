#pragma once

#include "base/executor.h"

namespace doline {

/// An executor without threads: the thread in run_until() steps the tasks of all groups, each
/// time one picked by the seed, in a time of its own. The same seed and the same tasks give the
/// same run, so a failing test prints its seed. Quanta are short and uneven, and when no task can
/// run the clock goes on to the next timer.
class SimulatedExecutor final : public Executor {
 public:
  /// When all tasks are parked and no timer is left, another real thread may still wake one:
  /// `patience` is how long to wait for it before run_until() throws Error(kInternal).
  explicit SimulatedExecutor(uint64_t seed, Duration patience = Duration::zero());
  ~SimulatedExecutor() override;

  ManualClock& simulated_clock();
  uint64_t steps() const;
  /// A hash of which task ran when: equal for equal runs.
  uint64_t trace() const;
};

}  // namespace doline
