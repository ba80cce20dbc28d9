#include "exec/join/asof_probe.h"
#include "exec/join/join.h"
#include "exec/join/segment_passes.h"
#include "exec/sort/sort.h"
#include "kernel/compare.h"

namespace doline {

namespace {

/// Of memory, what a segment read back and its index take at most.
constexpr size_t kSegmentShare = 4;
constexpr size_t kLeastSegmentBytes = size_t{1} << 20;

/// The right rows arrive sorted by their keys and by what is compared. Where they fit into memory
/// left chunks are matched as they come. Otherwise they lie on disk in segments of that order, and
/// left rows go there too: to the bucket of the segment in which their partner is, if it exists.
struct AsofState {
  AsofState(const JoinNode& node, QueryContext& its_context, std::vector<bool> outputs)
      : context(its_context),
        shape(node, its_context, std::move(outputs)),
        table(shape, its_context),
        left(shape.left_types) {}

  bool in_passes() const { return !table.is_in_memory(); }
  void begin_probing();
  size_t bucket_count() const { return bucket_count_; }
  /// First segment of a bucket.
  size_t first_segment(size_t bucket) const {
    return (bucket * table.segment_count() + bucket_count_ - 1) / bucket_count_;
  }
  void to_disk(const Chunk& in, Program::Scratch& key_scratch, Program::Scratch& value_scratch);

  QueryContext& context;
  const JoinShape shape;
  LoopTable table;
  std::optional<AsofIndex> index;  // over all of the table, in memory
  BucketChunks left;               // in passes, by bucket

 private:
  size_t segment_of(const std::vector<Column>& keys, const Column& value, uint32_t row) const;

  Mutex mutex_;
  bool is_probing_ GUARDED_BY(mutex_) = false;
  size_t bucket_count_ = 1;
  std::vector<std::vector<Column>> first_keys_;  // by segment, of its first row
  std::vector<Column> first_values_;
};

void AsofState::begin_probing() {
  MutexLock lock(mutex_);
  if (is_probing_) return;
  is_probing_ = true;
  table.begin_probing(
      context.settings.force_spill
          ? 1
          : std::max(kLeastSegmentBytes, context.budget->available_bytes() / kSegmentShare),
      AsofIndex::bytes_for(1));
  if (table.is_in_memory()) {
    if (table.segment_count() != 0) index.emplace(shape, *table.segment(0), context);
    return;
  }
  // What the residual lets through may lie in an earlier segment than what is nearest.
  if (!shape.residual) bucket_count_ = std::min<size_t>(JoinBits::kCount, table.segment_count());
  for (size_t i = 0; i < table.segment_count(); ++i) {
    const Chunk first = table.first_row(i);
    Program::Scratch scratch;
    first_keys_.emplace_back();
    if (shape.right_keys) shape.right_keys->evaluate(first, scratch, first_keys_.back());
    Program::Scratch value_scratch;
    std::vector<Column> values;
    shape.right_ranges->evaluate(first, value_scratch, values);
    first_values_.push_back(shape.ranges[0].values.prepared(values[0]));
  }
}

/// The last segment whose first row is not behind the left row.
size_t AsofState::segment_of(const std::vector<Column>& keys, const Column& value,
                             uint32_t row) const {
  const RangeOrder& order = shape.ranges[0];
  const auto is_behind = [&](size_t segment) {
    for (size_t key = 0; key < keys.size(); ++key) {
      const int compared = compare_rows(first_keys_[segment][key], 0, keys[key], row);
      if (compared != 0) return compared > 0;
    }
    if (first_values_[segment].is_null(0)) return true;
    const int compared = order.values.compare(first_values_[segment], 0, value, row);
    return order.inclusive ? compared > 0 : compared >= 0;
  };
  size_t begin = 0;
  size_t end = table.segment_count();
  while (begin < end) {
    const size_t middle = begin + (end - begin) / 2;
    if (is_behind(middle)) {
      end = middle;
    } else {
      begin = middle + 1;
    }
  }
  return begin == 0 ? 0 : begin - 1;
}

void AsofState::to_disk(const Chunk& in, Program::Scratch& key_scratch,
                        Program::Scratch& value_scratch) {
  const Chunk dense = in.dense();
  uint64_t hashes[kChunkRows] = {};
  if (bucket_count_ > 1) {
    std::vector<Column> keys, values;
    if (shape.left_keys) shape.left_keys->evaluate(dense, key_scratch, keys);
    shape.left_ranges->evaluate(dense, value_scratch, values);
    const Column value = shape.ranges[0].values.prepared(values[0]);
    for (uint32_t row = 0; row < dense.row_count; ++row) {
      if (value.is_null(row)) continue;
      const uint64_t bucket = segment_of(keys, value, row) * bucket_count_ / table.segment_count();
      hashes[row] = bucket << (64 - JoinBits::kBits);
    }
  }
  left.add(dense, hashes, *context.spill);
}

/// Takes the sorted right rows.
class AsofBuild final : public Sink {
 public:
  explicit AsofBuild(std::shared_ptr<AsofState> state) : state_(std::move(state)) {}
  std::unique_ptr<LocalState> local(QueryContext&) override {
    return std::make_unique<LocalState>();
  }
  Flow consume(const Chunk& chunk, LocalState&, const Waker&) override {
    state_->table.add(chunk.retain());
    return Flow::kNeedInput;
  }
  void combine(LocalState&) override {}
  TaskSet finish() override {
    state_->table.finish(AsofIndex::bytes_for(1));
    state_->begin_probing();
    if (state_->table.is_spilled()) {
      metrics.set_note(fmt::format("{} segments on disk", state_->table.segment_count()));
    }
    return {};
  }

 private:
  const std::shared_ptr<AsofState> state_;  // with probes and the rest
};

class AsofOperator final : public Operator {
 public:
  explicit AsofOperator(std::shared_ptr<AsofState> state) : state_(std::move(state)) {}
  struct Local final : LocalState {
    explicit Local(AsofState& state) : probe(state.shape, state.context) {}
    AsofProbe probe;
    Program::Scratch key_scratch, value_scratch;
  };
  std::unique_ptr<LocalState> local(QueryContext&) const override {
    return std::make_unique<Local>(*state_);
  }
  Flow run(const Chunk& in, Chunk& out, LocalState& local, const Waker&) const override {
    auto& at = local.as<Local>();
    if (state_->table.row_count() == 0 && state_->shape.needs_build_rows()) return Flow::kDone;
    if (state_->in_passes()) {
      state_->to_disk(in, at.key_scratch, at.value_scratch);
      return Flow::kNeedInput;
    }
    if (!at.probe.is_open())
      at.probe.begin(in.dense(), state_->table, state_->index ? &*state_->index : nullptr);
    at.probe.next(out, state_->context.chunk_rows);
    return at.probe.is_open() ? Flow::kHaveOutput : Flow::kNeedInput;
  }

 private:
  const std::shared_ptr<AsofState> state_;
};

/// Right rows in memory that were nobody's nearest.
class UnmatchedReader final : public Reader {
 public:
  explicit UnmatchedReader(std::shared_ptr<AsofState> state)
      : state_(std::move(state)), segment_(state_->table.segment(0)) {}
  Poll read(Chunk& out, const Waker&) override {
    if (at_ == segment_->rows) return Poll::kDone;
    out = state_->table.unmatched(*segment_, at_);
    return Poll::kReady;
  }

 private:
  const std::shared_ptr<AsofState> state_;
  const LoopTable::SegmentRef segment_;
  uint32_t at_ = 0;
};

/// What comes out once every left row was seen. Then the table goes.
class AsofRest final : public Source {
 public:
  explicit AsofRest(std::shared_ptr<AsofState> state) : state_(std::move(state)) {
    if (state_->in_passes()) {
      state_->left.finish(*state_->context.spill);
      count_ = state_->bucket_count();
    } else {
      count_ = state_->shape.gives_unmatched() && state_->table.segment_count() != 0 ? 1 : 0;
    }
  }
  ~AsofRest() override {
    state_->index.reset();
    state_->table.release();
  }
  Poll next_morsel(Morsel& out, const Waker&) override {
    if (next_ == count_) return Poll::kDone;
    out.number = out.begin = next_++;
    return Poll::kReady;
  }
  std::unique_ptr<Reader> open(const Morsel& morsel) override {
    if (!state_->in_passes()) return std::make_unique<UnmatchedReader>(state_);
    return std::make_unique<SegmentPasses<AsofProbe>>(
        state_, AsofProbe(state_->shape, state_->context), state_->table, state_->shape,
        state_->context, state_->left.blocks(static_cast<uint32_t>(morsel.begin)),
        state_->first_segment(morsel.begin), state_->first_segment(morsel.begin + 1));
  }
  // A segment takes memory: with little of it, one at a time.
  uint32_t parallelism() const override { return 1; }

 private:
  const std::shared_ptr<AsofState> state_;
  size_t count_ = 0;
  std::atomic<size_t> next_{0};
};

}  // namespace

AsofParts make_asof_join(const JoinNode& node, QueryContext& context, std::vector<bool> outputs) {
  std::vector<SortKeyRef> order;
  for (const ExprRef& key : node.right_keys) order.push_back(SortKey::create(key, false, false));
  const bool descending = node.asof == AsofOrder::kLess || node.asof == AsofOrder::kLessEqual;
  order.push_back(SortKey::create(node.asof_right, descending, false));
  const PlanRef sort = SortNode::create(node.right, std::move(order));
  auto state = std::make_shared<AsofState>(node, context, std::move(outputs));
  return {make_sort(static_cast<const SortNode&>(*sort), context),
          {std::make_shared<AsofBuild>(state),
           [state] { return std::make_unique<AsofOperator>(state); },
           [state] { return std::make_unique<AsofRest>(state); }}};
}

}  // namespace doline
