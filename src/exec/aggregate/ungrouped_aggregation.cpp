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
  std::byte* row;
  ArenaRef arena;
  uint64_t most_morsel = 0;
};

namespace {

/// Smaller states are not what uses memory up.
constexpr size_t kLargeStateBytes = size_t{1} << 20;

/// Whose state is it? Where several aggregates keep values, the first of them has to do.
Error too_large(const AggregationNode& node, std::string why) {
  for (const AggregateExprRef& aggregate : node.aggregates) {
    if (!aggregate->function->has_variable_state()) continue;
    const std::string& name = aggregate->name;
    return Error(ErrorCode::kMemoryLimit, aggregate->span,
                 "{} keeps its input in memory, which does not fit",
                 aggregate->distinct ? name + "(DISTINCT …)" : name + "()")
        .note(std::move(why))
        .hint(
            "raise memory_limit, or aggregate by groups, which go to disk one by one; "
            "approx_quantile() and approx_count_distinct() keep a few values only");
  }
  UNREACHABLE();
}

}  // namespace

/// What little is left of the limit is for others to find that there is no more: here it is known
/// who took it.
template <class Body>
void UngroupedAggregation::within_memory(const Local& local, Body&& body) const {
  if (!plan_->has_variable_states()) return body();
  const Budget& all = Budget::process();
  const size_t limit = all.limit_bytes();
  const size_t headroom = limit - std::min(limit, all.soft_limit_bytes());
  const bool is_large = local.arena->held_bytes() >= kLargeStateBytes;
  if (is_large && all.used_bytes() + headroom / 4 > limit) {
    throw too_large(node_,
                    fmt::format("{} of {} MiB are in use", all.used_bytes() >> 20, limit >> 20));
  }
  try {
    body();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kMemoryLimit || !is_large) throw;
    throw too_large(node_, error.message());
  }
}

UngroupedAggregation::UngroupedAggregation(AggregatePlanRef plan, const AggregationNode& node)
    : plan_(std::move(plan)),
      node_(node),
      row_(plan_->layout(), plan_->budget()),
      all_(row_.allocate_row().row),
      arena_(make_ref<Arena>(plan_->budget())) {}

std::unique_ptr<LocalState> UngroupedAggregation::local(QueryContext&) {
  return std::make_unique<Local>(*plan_);
}

Flow UngroupedAggregation::consume(const Chunk& chunk, LocalState& local, const Waker&) {
  auto& mine = local.as<Local>();
  plan_->evaluate(chunk, first_morsel_, mine.scratch, mine.columns);
  within_memory(mine, [&] {
    plan_->update_one(mine.columns, chunk, mine.row, *mine.arena, mine.filter_scratch);
  });
  mine.most_morsel = std::max(mine.most_morsel, first_morsel_ + chunk.sequence.morsel);
  return Flow::kNeedInput;
}

void UngroupedAggregation::combine(LocalState& local) {
  auto& mine = local.as<Local>();
  MutexLock lock(mutex_);
  if (std::exchange(is_begun_, true)) {
    std::byte* from = mine.row;
    std::byte* into = all_;
    Arena& arena = *arena_;
    within_memory(mine, [&] { plan_->merge(&from, &into, 1, arena); });
  } else {  // merging copies
    std::swap(row_, mine.rows);
    std::swap(all_, mine.row);
    std::swap(arena_, mine.arena);
  }
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
