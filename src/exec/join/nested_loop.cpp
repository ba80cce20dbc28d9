#include "exec/join/join.h"
#include "exec/join/loop_probe.h"
#include "exec/join/segment_passes.h"

namespace doline {

namespace {

/// Fewer right rows than that are not worth an index.
constexpr uint64_t kFewRightRows = kFewJoinRows;
/// Of memory, what a segment read back and its index take at most.
constexpr size_t kSegmentShare = 3;
constexpr size_t kLeastSegmentBytes = size_t{1} << 20;

/// A join without equal keys. In memory left chunks are matched as they come, by an index where
/// there are ranges. Without ranges right rows on disk are read again for each left chunk: next to
/// the pairs that are then tested this costs little. With ranges it would not: then left chunks
/// go to disk as well, and each segment of right rows meets them all.
struct LoopState {
  LoopState(const JoinNode& node, QueryContext& its_context, std::vector<bool> outputs)
      : context(its_context),
        shape(node, its_context, std::move(outputs)),
        table(shape, its_context),
        left(shape.left_types) {}

  bool finds() const { return shape.method == JoinMethod::kRange; }
  bool in_passes() const { return finds() && !table.is_in_memory(); }
  /// What an index takes for each row.
  size_t index_bytes() const { return finds() ? RangeIndex::bytes_for(1, shape.ranges.size()) : 0; }
  void begin_probing() {
    if (!finds()) return table.begin_probing();
    table.begin_probing(
        context.settings.force_spill
            ? 1
            : std::max(kLeastSegmentBytes, context.budget->available_bytes() / kSegmentShare),
        index_bytes());
  }

  QueryContext& context;
  const JoinShape shape;
  LoopTable table;
  std::unique_ptr<RangeIndex> index;  // over all of the table, in memory; null: pairs are tested
  BucketChunks left;                  // in passes
};

class LoopBuild final : public Sink {
 public:
  explicit LoopBuild(std::shared_ptr<LoopState> state) : state_(std::move(state)) {}
  std::unique_ptr<LocalState> local(QueryContext&) override {
    return std::make_unique<LocalState>();
  }
  Flow consume(const Chunk& chunk, LocalState&, const Waker&) override {
    state_->table.add(chunk.retain());
    return Flow::kNeedInput;
  }
  void combine(LocalState&) override {}
  TaskSet finish() override {
    LoopState& state = *state_;
    if (stage_ == Stage::kIndex) {
      state.index->finish();
      return {};
    }
    stage_ = Stage::kIndex;
    state.table.finish(state.index_bytes());
    if (state.table.is_spilled()) metrics.set_note("on disk");
    if (!state.finds()) return {};
    state.begin_probing();
    if (!state.table.is_in_memory()) return {};
    if (state.table.row_count() <= kFewRightRows) {
      metrics.set_note("few rows: every pair is tested");
      return {};
    }
    const LoopTable::SegmentRef rows = state.table.segment(0);
    state.index = std::make_unique<RangeIndex>(
        state.shape.ranges, range_keys(state.shape, *rows, state.context), state.context);
    TaskSet tasks;
    for (size_t i = 0; i < state.shape.ranges.size(); ++i)
      tasks.push_back(std::make_unique<SortTask>(*state.index, i));
    return tasks;
  }

 private:
  enum class Stage : uint8_t { kRows, kIndex };
  class SortTask final : public Task {
   public:
    SortTask(RangeIndex& index, size_t order) : index_(index), order_(order) {}
    Step step(Deadline, Waker&) override {
      index_.sort(order_);
      return Step::kDone;
    }

   private:
    RangeIndex& index_;
    const size_t order_;
  };

  const std::shared_ptr<LoopState> state_;  // with probes and the rest
  Stage stage_ = Stage::kRows;
};

class LoopOperator final : public Operator {
 public:
  explicit LoopOperator(std::shared_ptr<LoopState> state) : state_(std::move(state)) {}
  struct Local final : LocalState {
    explicit Local(LoopState& state) : probe(state.shape, state.context) {}
    LoopProbe probe;
  };
  std::unique_ptr<LocalState> local(QueryContext&) const override {
    state_->begin_probing();  // tasks are made when the build side is complete
    return std::make_unique<Local>(*state_);
  }
  Flow run(const Chunk& in, Chunk& out, LocalState& local, const Waker&) const override {
    auto& at = local.as<Local>();
    if (state_->table.row_count() == 0 && state_->shape.needs_build_rows()) return Flow::kDone;
    if (state_->in_passes()) {
      const uint64_t hashes[kChunkRows] = {};  // all in one bucket
      state_->left.add(in.dense(), hashes, *state_->context.spill);
      return Flow::kNeedInput;
    }
    if (!at.probe.is_open()) at.probe.begin(in.dense(), state_->table, state_->index.get());
    at.probe.next(out, state_->context.chunk_rows);
    return at.probe.is_open() ? Flow::kHaveOutput : Flow::kNeedInput;
  }

 private:
  const std::shared_ptr<LoopState> state_;
};

/// Right rows that no left row matched.
class UnmatchedReader final : public Reader {
 public:
  explicit UnmatchedReader(std::shared_ptr<LoopState> state) : state_(std::move(state)) {}
  Poll read(Chunk& out, const Waker&) override {
    const LoopTable& table = state_->table;
    if (!segment_ || at_ == segment_->rows) {
      if (next_ == table.segment_count()) return Poll::kDone;
      segment_ = nullptr;
      segment_ = table.segment(next_++);
      at_ = 0;
    }
    out = table.unmatched(*segment_, at_);
    return Poll::kReady;
  }

 private:
  const std::shared_ptr<LoopState> state_;
  size_t next_ = 0;
  LoopTable::SegmentRef segment_;
  uint32_t at_ = 0;
};

/// What comes out once every left row was seen. Then the table goes.
class LoopRest final : public Source {
 public:
  explicit LoopRest(std::shared_ptr<LoopState> state) : state_(std::move(state)) {
    state_->begin_probing();
    if (state_->in_passes()) state_->left.finish(*state_->context.spill);
  }
  ~LoopRest() override {
    state_->index = nullptr;
    state_->table.release();
  }
  Poll next_morsel(Morsel& out, const Waker&) override {
    const bool gives = state_->in_passes() || state_->shape.gives_unmatched();
    if (done_.exchange(true) || !gives) return Poll::kDone;
    out = Morsel();
    return Poll::kReady;
  }
  std::unique_ptr<Reader> open(const Morsel&) override {
    if (!state_->in_passes()) return std::make_unique<UnmatchedReader>(state_);
    return std::make_unique<SegmentPasses<LoopProbe>>(
        state_, LoopProbe(state_->shape, state_->context), state_->table, state_->shape,
        state_->context, state_->left.blocks(0), 0, state_->table.segment_count());
  }
  uint32_t parallelism() const override { return 1; }

 private:
  const std::shared_ptr<LoopState> state_;
  std::atomic<bool> done_{false};
};

}  // namespace

JoinParts make_nested_loop_join(const JoinNode& node, QueryContext& context,
                                std::vector<bool> outputs) {
  auto state = std::make_shared<LoopState>(node, context, std::move(outputs));
  return {std::make_shared<LoopBuild>(state),
          [state] { return std::make_unique<LoopOperator>(state); },
          [state] { return std::make_unique<LoopRest>(state); }};
}

}  // namespace doline
