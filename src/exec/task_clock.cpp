#include "exec/task_clock.h"

#include <time.h>

#include <algorithm>
#include <chrono>

namespace doline {

namespace {

uint64_t thread_processor_ns() {
  timespec used{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return static_cast<uint64_t>(used.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(used.tv_nsec);
}

void add(std::atomic<uint64_t>& to, uint64_t what) {
  if (what != 0) to.fetch_add(what, std::memory_order_relaxed);
}

}  // namespace

uint64_t steady_ns() {
  return static_cast<uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}

TaskClock::TaskClock(std::vector<OperatorMetrics*> metrics, PipelineMetrics& pipeline)
    : pipeline_(pipeline) {
  for (OperatorMetrics* one : metrics) parts_.push_back({one, {}, 0, 0});
}

void TaskClock::begin_step() {
  at_ = read_at_ = steady_ns();
  is_in_step_ = true;
  if (rests_since_ == 0) return;
  add(rests_as_ == Step::kBlocked ? pipeline_.waiting_ns : pipeline_.queued_ns,
      at_ - std::min(at_, rests_since_));
  processor_read_ = thread_processor_ns();
  has_read_ = true;
}

void TaskClock::divide(uint64_t processor_ns, uint64_t wall_ns) {
  const double share =
      wall_ns == 0
          ? 1
          : std::min(1.0, static_cast<double>(processor_ns) / static_cast<double>(wall_ns));
  const auto give = [&](Time& time) {
    time.processor += static_cast<uint64_t>(static_cast<double>(time.unread) * share);
    time.unread = 0;
  };
  for (Part& part : parts_) give(part.time);
  give(making_room_);
  give(driving_);
}

void TaskClock::read_processor() {
  const uint64_t read = thread_processor_ns();
  if (has_read_) {
    divide(read - processor_read_, at_ - read_at_);
  } else {
    divide(1, 1);
  }
  has_read_ = true;
  processor_read_ = read;
  read_at_ = at_;
}

void TaskClock::end_step(Step then) {
  if (is_paused_) go_on();  // what another clock counts has thrown
  spend_on(driving_);
  divide(1, 1);  // too short to be worth a question
  uint64_t busy = making_room_.wall + driving_.wall;
  for (Part& part : parts_) {
    busy += part.time.wall;
    add(part.metrics->nanoseconds, part.time.wall);
    add(part.metrics->processor_nanoseconds, part.time.processor);
    add(part.metrics->rows_in, part.rows_in);
    add(part.metrics->rows_out, part.rows_out);
    part = {part.metrics, {}, 0, 0};
  }
  add(pipeline_.making_room_ns, making_room_.wall);
  add(pipeline_.driving_ns, driving_.wall);
  add(pipeline_.busy_ns, busy);
  making_room_ = driving_ = {};
  has_read_ = is_in_step_ = false;
  rests_since_ = at_;
  rests_as_ = then;
}

}  // namespace doline
