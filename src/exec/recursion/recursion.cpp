#include "exec/recursion/recursion.h"

#include <algorithm>

namespace doline {

namespace {

/// A task's share of a round.
constexpr size_t kSegmentChunks = 8;
constexpr size_t kHoldBytes = size_t{4} << 20;

std::vector<TypeRef> types_of(const Schema& schema) {
  std::vector<TypeRef> types;
  for (const Field& field : schema) types.push_back(field.type);
  return types;
}

/// Whether the step reads all rows that stand, not just those of the last round.
bool reads_all(const PlanRef& plan, int64_t id) {
  bool found = false;
  rewrite_plan(plan, [&](const PlanRef& node) -> PlanRef {
    const auto* table = dynamic_cast<const WorkingTableNode*>(node.get());
    found |= table && table->id == id && table->is_whole;
    return nullptr;
  });
  return found;
}

}  // namespace

Recursion::Recursion(const RecursiveNode& node, QueryContext& context)
    : distinct_(node.distinct),
      keeps_all_(reads_all(node.step, node.id)),
      last_(std::make_shared<ChunkStore>(node.schema, context, kSegmentChunks)),
      next_(std::make_shared<ChunkStore>(node.schema, context, kSegmentChunks)),
      all_(std::make_shared<ChunkStore>(node.schema, context, kSegmentChunks)),
      gate_(
          [this](const Chunk& chunk) {
            take(chunk);
            return true;
          },
          kHoldBytes) {
  if (!node.keys.empty()) {
    keyed_.emplace(types_of(node.schema), node.keys, context);
  } else if (distinct_) {
    seen_.emplace(types_of(node.schema), context);
  }
}

void Recursion::take(const Chunk& chunk) {
  if (seen_) return seen_->add(chunk, *next_);
  if (keyed_) keyed_->add(chunk);
  if (!keyed_ || !distinct_) next_->append(chunk);
}

Flow Recursion::consume(const Chunk& chunk, LocalState&, const Waker& waker) {
  return gate_.push(chunk, waker) == OrderedGate::Answer::kBlocked ? Flow::kBlocked
                                                                   : Flow::kNeedInput;
}

Flow Recursion::end_morsel(uint64_t morsel, LocalState&, const Waker&) {
  gate_.end_morsel(morsel);
  return Flow::kNeedInput;
}

TaskSet Recursion::finish() {
  if (seen_) seen_->end_round(*next_);
  if (keyed_) keyed_->end_round(distinct_ ? next_.get() : nullptr);
  next_->seal();
  std::swap(last_, next_);
  next_->clear();
  ++rounds_;
  if (keyed_) {
    // The output is read once, at the end; the step may ask for it each time.
    if (keeps_all_ || last_->row_count() == 0) {
      all_->clear();
      keyed_->give_all(*all_);
    }
  } else if (keeps_all_) {
    for (size_t i = 0; i < last_->segment_count(); ++i) {
      for (const Chunk& chunk : last_->segment(i)) all_->append(chunk);
    }
  }
  all_->seal();
  return {};
}

void Recursion::restart() {
  if (seen_) seen_->clear();
  if (keyed_) keyed_->clear();
  last_->clear();
  all_->clear();
  rounds_ = 0;
}

std::unique_ptr<Source> Recursion::all_rows() const { return make_store_source(all_); }

class Recursion::Output final : public Source {
 public:
  explicit Output(std::shared_ptr<Recursion> recursion) : recursion_(std::move(recursion)) {}

  Poll next_morsel(Morsel& out, const Waker& waker) override {
    // The step is asked once, even over nothing: it may count the rows.
    const bool is_over = recursion_->last_->row_count() == 0 && recursion_->rounds_ > 1;
    if (recursion_->keyed_ && !is_over) return Poll::kBlocked;
    if (round_ != recursion_->rounds_) {
      round_ = recursion_->rounds_;
      rows_ = make_store_source(recursion_->keyed_ ? recursion_->all_ : recursion_->last_);
    }
    const Poll poll = rows_->next_morsel(out, waker);
    if (poll == Poll::kReady) {
      out.number = next_++;
      return poll;
    }
    return is_over ? Poll::kDone : Poll::kBlocked;
  }
  std::unique_ptr<Reader> open(const Morsel& morsel) override { return rows_->open(morsel); }
  uint32_t parallelism() const override { return 1; }

 private:
  const std::shared_ptr<Recursion> recursion_;  // which the step's pipelines hold as well
  uint64_t round_ = 0;
  uint64_t next_ = 0;
  std::unique_ptr<Source> rows_;
};

std::unique_ptr<Source> Recursion::output(std::shared_ptr<Recursion> recursion) {
  return std::make_unique<Output>(std::move(recursion));
}

}  // namespace doline
