#include "exec/aggregate/ungrouped_aggregation.h"

#include <algorithm>

namespace doline {

class UngroupedAggregation::Local final : public LocalState {
 public:
  explicit Local(const AggregatePlan& plan)
      : filter_scratch(plan.calls().size()),
        rows(plan.layout(), plan.budget()),
        row(rows.allocate_row().row),
        arena(make_ref<Arena>(plan.budget())) {}

  Program::Scratch scratch;
  std::vector<Program::Scratch> filter_scratch;
  std::vector<Column> columns;
  RowPages rows;
  std::byte* const row;
  ArenaRef arena;
  uint64_t most_morsel = 0;
};

UngroupedAggregation::UngroupedAggregation(AggregatePlanRef plan)
    : plan_(std::move(plan)),
      row_(plan_->layout(), plan_->budget()),
      all_(row_.allocate_row().row),
      arena_(make_ref<Arena>(plan_->budget())) {}

std::unique_ptr<LocalState> UngroupedAggregation::local(QueryContext&) {
  return std::make_unique<Local>(*plan_);
}

Flow UngroupedAggregation::consume(const Chunk& chunk, LocalState& local, const Waker&) {
  auto& mine = local.as<Local>();
  plan_->evaluate(chunk, first_morsel_, mine.scratch, mine.columns);
  plan_->update_one(mine.columns, chunk, mine.row, *mine.arena, mine.filter_scratch);
  mine.most_morsel = std::max(mine.most_morsel, first_morsel_ + chunk.sequence.morsel);
  return Flow::kNeedInput;
}

void UngroupedAggregation::combine(LocalState& local) {
  auto& mine = local.as<Local>();
  MutexLock lock(mutex_);
  std::byte* from = mine.row;
  std::byte* into = all_;
  plan_->merge(&from, &into, 1, *arena_);
  most_morsel_ = std::max(most_morsel_, mine.most_morsel);
}

void UngroupedAggregation::begin_input(uint32_t branch) {
  MutexLock lock(mutex_);
  if (branch != 0) first_morsel_ = most_morsel_ + 1;
}

Chunk UngroupedAggregation::result() const {
  MutexLock lock(mutex_);
  std::byte* row = all_;
  return plan_->result(&row, 1, nullptr);
}

namespace {

class SingleRowSource final : public Source {
 public:
  explicit SingleRowSource(std::shared_ptr<UngroupedAggregation> sink) : sink_(std::move(sink)) {}

  Poll next_morsel(Morsel& out, const Waker&) override {
    if (is_taken_) return Poll::kDone;
    is_taken_ = true;
    out = Morsel();
    return Poll::kReady;
  }
  std::unique_ptr<Reader> open(const Morsel&) override {
    class Once final : public Reader {
     public:
      explicit Once(const UngroupedAggregation& sink) : sink_(sink) {}
      Poll read(Chunk& out, const Waker&) override {
        if (is_read_) return Poll::kDone;
        is_read_ = true;
        out = sink_.result();
        return Poll::kReady;
      }

     private:
      const UngroupedAggregation& sink_;
      bool is_read_ = false;
    };
    return std::make_unique<Once>(*sink_);
  }
  uint32_t parallelism() const override { return 1; }

 private:
  const std::shared_ptr<UngroupedAggregation> sink_;
  bool is_taken_ = false;
};

}  // namespace

std::unique_ptr<Source> make_single_row_source(std::shared_ptr<UngroupedAggregation> sink) {
  return std::make_unique<SingleRowSource>(std::move(sink));
}

}  // namespace doline
