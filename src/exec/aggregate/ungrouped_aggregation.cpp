#include "exec/aggregate/ungrouped_aggregation.h"

#include <algorithm>
#include <atomic>

namespace doline {

namespace {

/// Smaller states are not what uses memory up.
constexpr size_t kLargeStateBytes = size_t{1} << 20;
/// Left for what chunks bring, beside what tables take.
constexpr size_t kRoomBytes = size_t{1} << 20;
/// Chunks between two visits to disk where tests ask for them.
constexpr uint32_t kForcedChunks = 16;

Error too_large(const AggregateExpr& aggregate, std::string why) {
  return Error(ErrorCode::kMemoryLimit, aggregate.span,
               "{} keeps its input in memory, which does not fit",
               aggregate.distinct ? aggregate.name + "(DISTINCT …)" : aggregate.name + "()")
      .note(std::move(why))
      .hint("raise memory_limit, or aggregate by groups, which go to disk one by one");
}

}  // namespace

UngroupedAggregation::Row::Row(const AggregatePlan& plan)
    : pages(plan.layout(), plan.budget()), row(pages.allocate_row().row) {
  for (size_t i = 0; i < plan.calls().size(); ++i) arenas.push_back(make_ref<Arena>(plan.budget()));
}

/// One task's states, which go to disk where another operator wants their memory.
class UngroupedAggregation::Local final : public LocalState, public Spillable {
 public:
  explicit Local(UngroupedAggregation& its_sink)
      : sink(its_sink),
        filter_scratch(sink.plan_->calls().size()),
        row(*sink.plan_),
        enrolled(sink.plan_->can_unload() ? sink.context_.arbiter : nullptr, *this) {}

  size_t spillable_bytes() const noexcept override {
    return known_bytes.load(std::memory_order_relaxed);
  }
  bool spill() override {
    sink.unload(row);
    known_bytes = 0;
    return true;
  }

  UngroupedAggregation& sink;
  Program::Scratch scratch;
  std::vector<Program::Scratch> filter_scratch;
  std::vector<Column> columns;
  Row row;
  uint32_t chunks_since_spill = 0;
  uint64_t most_morsel = 0;
  std::atomic<size_t> known_bytes{0};
  const Enrolled enrolled;
};

UngroupedAggregation::UngroupedAggregation(AggregatePlanRef plan, const AggregationNode& node,
                                           QueryContext& context)
    : plan_(std::move(plan)), node_(node), context_(context) {}

std::unique_ptr<LocalState> UngroupedAggregation::local(QueryContext&) {
  return std::make_unique<Local>(*this);
}

size_t UngroupedAggregation::held_bytes(const Row& row) const {
  size_t bytes = 0;
  for (const ArenaRef& arena : row.arenas) bytes += arena->held_bytes();
  return bytes;
}

size_t UngroupedAggregation::unloadable_bytes(const Row& row) const {
  size_t bytes = 0;
  for (size_t i = 0; i < row.arenas.size(); ++i) {
    const AggregateCall& call = plan_->calls()[i];
    if (call.function->can_unload())
      bytes += call.function->unloadable_bytes(row.row + call.state_offset);
  }
  return bytes;
}

size_t UngroupedAggregation::bytes_to_grow(const Row& row) const {
  size_t bytes = kRoomBytes;
  for (const ArenaRef& arena : row.arenas) bytes += arena->large_bytes();
  return bytes;
}

void UngroupedAggregation::unload(Row& row) {
  const MakesRoomScope scope;
  for (size_t i = 0; i < row.arenas.size(); ++i) {
    const AggregateCall& call = plan_->calls()[i];
    std::byte* const state = row.row + call.state_offset;
    if (!call.function->can_unload() || call.function->unloadable_bytes(state) == 0) continue;
    auto arena = make_ref<Arena>(plan_->budget());
    call.function->unload(state, *context_.spill, *arena);
    row.arenas[i] = std::move(arena);
  }
}

/// What little is left of the limit is for others to find that there is no more: here it is known
/// who took it.
template <class Body>
void UngroupedAggregation::within_memory(const Row& row, Body&& body) const {
  if (!plan_->has_variable_states()) return body();
  const auto largest = std::max_element(
      row.arenas.begin(), row.arenas.end(),
      [](const ArenaRef& a, const ArenaRef& b) { return a->held_bytes() < b->held_bytes(); });
  const bool is_large = (*largest)->held_bytes() >= kLargeStateBytes;
  const AggregateExpr& aggregate =
      *node_.aggregates[static_cast<size_t>(largest - row.arenas.begin())];
  const Budget& all = Budget::process();
  const size_t limit = all.limit_bytes();
  const size_t headroom = limit - std::min(limit, all.soft_limit_bytes());
  if (is_large && all.used_bytes() + headroom / 4 > limit) {
    throw too_large(aggregate,
                    fmt::format("{} of {} MiB are in use", all.used_bytes() >> 20, limit >> 20));
  }
  try {
    body();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kMemoryLimit || !is_large) throw;
    throw too_large(aggregate, error.message());
  }
}

Flow UngroupedAggregation::consume(const Chunk& chunk, LocalState& local, const Waker&) {
  auto& mine = local.as<Local>();
  const Claim claim(mine);
  plan_->evaluate(chunk, first_morsel_, mine.scratch, mine.columns);
  if (plan_->can_unload()) {
    size_t wanted = bytes_to_grow(mine.row);
    for (const Column& column : mine.columns) wanted += 2 * column.data_bytes();
    const bool is_due = context_.settings.force_spill
                            ? ++mine.chunks_since_spill % kForcedChunks == 0
                            : plan_->budget().available_bytes() < wanted &&
                                  unloadable_bytes(mine.row) >= kLargeStateBytes;
    if (is_due) {
      const SpillingNow now(context_.arbiter);
      unload(mine.row);
    }
  }
  within_memory(mine.row, [&] {
    for (size_t i = 0; i < plan_->calls().size(); ++i) {
      plan_->update_one(plan_->calls()[i], mine.columns, chunk, mine.row.row, *mine.row.arenas[i],
                        mine.filter_scratch[i]);
    }
  });
  if (plan_->can_unload()) mine.known_bytes = unloadable_bytes(mine.row);
  mine.most_morsel = std::max(mine.most_morsel, first_morsel_ + chunk.sequence.morsel);
  return Flow::kNeedInput;
}

void UngroupedAggregation::combine(LocalState& local) {
  auto& mine = local.as<Local>();
  const Claim claim(mine);
  mine.known_bytes = 0;
  MutexLock lock(mutex_);
  most_morsel_ = std::max(most_morsel_, mine.most_morsel);
  if (!all_) {
    all_.emplace(std::move(mine.row));
    return;
  }
  Row& all = *all_;
  // Merging copies: one more of these states, and the tables of the other double.
  const size_t wanted = 2 * held_bytes(mine.row) + bytes_to_grow(all);
  if (plan_->can_unload() &&
      (context_.settings.force_spill || plan_->budget().available_bytes() < wanted)) {
    const SpillingNow now(context_.arbiter);
    unload(mine.row);
    unload(all);
  }
  within_memory(held_bytes(mine.row) > held_bytes(all) ? mine.row : all, [&] {
    for (size_t i = 0; i < plan_->calls().size(); ++i) {
      const AggregateCall& call = plan_->calls()[i];
      std::byte* from = mine.row.row + call.state_offset;
      std::byte* into = all.row + call.state_offset;
      call.function->merge({&from, 1}, {&into, 1}, *all.arenas[i]);
    }
  });
}

TaskSet UngroupedAggregation::finish() {
  MutexLock lock(mutex_);
  if (!all_) all_.emplace(*plan_);
  Row& all = *all_;
  // Results are made of copies of what states keep.
  if (plan_->can_unload() &&
      (context_.settings.force_spill ||
       plan_->budget().available_bytes() < 2 * unloadable_bytes(all) + kRoomBytes)) {
    const SpillingNow now(context_.arbiter);
    unload(all);
  }
  std::vector<Column> columns;
  for (size_t i = 0; i < plan_->calls().size(); ++i) {
    const AggregateCall& call = plan_->calls()[i];
    try {
      columns.push_back(plan_->result(call, &all.row, 1, *all.arenas[i]));
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kMemoryLimit || !call.function->has_variable_state()) throw;
      throw too_large(*node_.aggregates[i], error.message());
    }
    all.arenas[i] = nullptr;
  }
  result_ = Chunk(std::move(columns), 1);
  all_.reset();
  return {};
}

void UngroupedAggregation::begin_input(uint32_t branch, bool) {
  MutexLock lock(mutex_);
  if (branch != 0) first_morsel_ = most_morsel_ + 1;
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
