#pragma once

#include <vector>

#include "exec/pipeline.h"

namespace doline {

/// Nanoseconds of the steady clock.
uint64_t steady_ns();

/// Where a task's steps go: each moment to one of its parts, which are the operators it drives, and
/// what is between them. Adds up on its own and hands the sums to the shared counters at the end of
/// a step, so that no chunk pays for shared counters. The clock is read once between two parts, as
/// in rounds of a few rows reading it is a tenth of the work.
///
/// Processor time is asked for about every half millisecond, as asking takes a microsecond, and
/// divided among the parts by their time since. What a task did before it was first asked for (a
/// first step that is over in less) counts as processor time whole.
///
/// Used by one thread at a time.
class TaskClock {
 public:
  /// One part for each of `metrics`, in their order. `pipeline`: gets the whole.
  TaskClock(std::vector<OperatorMetrics*> metrics, PipelineMetrics& pipeline);

  void begin_step();
  /// The time since the last call belongs to `part`.
  void spend(size_t part) { spend_on(parts_[part].time); }
  void spend_making_room() { spend_on(making_room_); }
  void count(size_t part, uint64_t rows_in, uint64_t rows_out) {
    parts_[part].rows_in += rows_in;
    parts_[part].rows_out += rows_out;
  }
  /// Around work that another clock counts.
  void pause() {
    spend_on(driving_);
    divide(1, 1);
    is_paused_ = true;
  }
  void go_on() {
    at_ = read_at_ = steady_ns();
    has_read_ = is_paused_ = false;
  }
  /// Of the system's clock, when the last part ended.
  TimePoint at() const { return TimePoint(Duration(at_)); }
  /// Hands over all there is. `then`: what becomes of the task.
  void end_step(Step then);
  bool is_in_step() const { return is_in_step_; }

 private:
  struct Time {
    uint64_t wall = 0;
    uint64_t processor = 0;
    uint64_t unread = 0;  // of wall: since the processor's time was read
  };
  struct Part {
    OperatorMetrics* metrics;
    Time time;
    uint64_t rows_in = 0;
    uint64_t rows_out = 0;
  };
  void spend_on(Time& time) {
    const uint64_t now = steady_ns();
    time.wall += now - at_;
    time.unread += now - at_;
    at_ = now;
    if (now - read_at_ > kReadEveryNs) read_processor();
  }
  void read_processor();
  void divide(uint64_t processor_ns, uint64_t wall_ns);

  static constexpr uint64_t kReadEveryNs = 500'000;

  std::vector<Part> parts_;
  Time making_room_;
  Time driving_;
  PipelineMetrics& pipeline_;
  uint64_t at_ = 0;       // up to here all is spent
  uint64_t read_at_ = 0;  // when the processor's time was read, or the step began
  uint64_t processor_read_ = 0;
  bool has_read_ = false;  // in this step
  bool is_in_step_ = false;
  bool is_paused_ = false;
  uint64_t rests_since_ = 0;  // 0: it has not begun yet
  Step rests_as_ = Step::kYield;
};

/// A step of a task, whichever way it is left.
class TimedStep {
 public:
  explicit TimedStep(TaskClock& clock) : clock_(clock) { clock_.begin_step(); }
  ~TimedStep() {
    if (clock_.is_in_step()) clock_.end_step(Step::kDone);
  }
  TimedStep(const TimedStep&) = delete;
  TimedStep& operator=(const TimedStep&) = delete;
  Step ends(Step with) {
    clock_.end_step(with);
    return with;
  }

 private:
  TaskClock& clock_;
};

/// Work that is done once a pipeline and not as part of a step.
class OnceTimed {
 public:
  OnceTimed(OperatorMetrics& metrics, PipelineMetrics& pipeline)
      : metrics_(metrics), pipeline_(pipeline) {}
  ~OnceTimed() {
    if (!has_ended_) end();
  }
  OnceTimed(const OnceTimed&) = delete;
  OnceTimed& operator=(const OnceTimed&) = delete;

  /// When that is.
  uint64_t end() {
    const uint64_t now = steady_ns();
    const uint64_t took = now - begin_;
    metrics_.nanoseconds.fetch_add(took, std::memory_order_relaxed);
    metrics_.processor_nanoseconds.fetch_add(took, std::memory_order_relaxed);
    pipeline_.busy_ns.fetch_add(took, std::memory_order_relaxed);
    has_ended_ = true;
    return now;
  }

 private:
  OperatorMetrics& metrics_;
  PipelineMetrics& pipeline_;
  const uint64_t begin_ = steady_ns();
  bool has_ended_ = false;
};

}  // namespace doline
