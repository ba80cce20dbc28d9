#pragma once

#include <functional>
#include <memory>

#include "exec/pipeline.h"

namespace doline {

// What keeps rows, in the step of a recursion: made anew before each round. Outside they stay the
// same, so that metrics add up and pipelines need not change.

/// Stands for the sink that `make` gave last.
class RenewedSink final : public Sink {
 public:
  void renew(std::shared_ptr<Sink> sink) {
    take_metrics();
    sink_ = std::move(sink);
  }
  std::unique_ptr<LocalState> local(QueryContext& context) override {
    return sink_->local(context);
  }
  Flow consume(const Chunk& chunk, LocalState& local, const Waker& waker) override {
    return sink_->consume(chunk, local, waker);
  }
  Flow end_morsel(uint64_t morsel, LocalState& local, const Waker& waker) override {
    return sink_->end_morsel(morsel, local, waker);
  }
  void combine(LocalState& local) override { sink_->combine(local); }
  TaskSet finish() override { return sink_->finish(); }
  void begin_input(uint32_t branch, bool in_order) override {
    sink_->begin_input(branch, in_order);
  }

 private:
  void take_metrics() {
    if (!sink_) return;
    metrics.take_notes(sink_->metrics);
  }
  std::shared_ptr<Sink> sink_;  // shared with what reads it
};

/// Stands for the operator that was given last.
class RenewedOperator final : public Operator {
 public:
  void renew(std::unique_ptr<Operator> op) { operator_ = std::move(op); }
  std::unique_ptr<LocalState> local(QueryContext& context) const override {
    return operator_->local(context);
  }
  Flow run(const Chunk& in, Chunk& out, LocalState& local, const Waker& waker) const override {
    return operator_->run(in, out, local, waker);
  }
  Flow end_morsel(Chunk& out, LocalState& local, const Waker& waker) const override {
    return operator_->end_morsel(out, local, waker);
  }

 private:
  std::unique_ptr<Operator> operator_;
};

}  // namespace doline
