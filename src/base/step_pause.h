#pragma once

namespace doline {

/// While a step calls code that is not the engine's: that may run queries of its own on this
/// thread, and wait for them. Meanwhile the thread works on nothing but these: what else there is
/// to do would pile up on its stack.
class StepPause {
 public:
  StepPause() noexcept;
  ~StepPause();
  StepPause(const StepPause&) = delete;
  StepPause& operator=(const StepPause&) = delete;

 private:
  const bool was_in_step_;
  const bool could_wait_;
  const bool had_next_;
};

}  // namespace doline
