#include "exec/join/join.h"
#include "exec/join/join_build.h"
#include "exec/join/join_probe.h"
#include "kernel/hash_column.h"

namespace doline {

namespace {

class ProbeOperator final : public Operator {
 public:
  explicit ProbeOperator(std::shared_ptr<HashJoinState> state) : state_(std::move(state)) {}

  struct Local final : LocalState {
    explicit Local(const JoinShape& shape) : probe(shape) {}
    JoinProbe probe;
    Program::Scratch scratch;
  };
  std::unique_ptr<LocalState> local(QueryContext&) const override {
    state_->begin_probing();  // tasks are made when the build side is complete
    return std::make_unique<Local>(state_->shape);
  }

  Flow run(const Chunk& in, Chunk& out, LocalState& local, const Waker&) const override {
    auto& at = local.as<Local>();
    if (state_->external.load(std::memory_order_relaxed)) {
      to_disk(in, at.scratch);
      return Flow::kNeedInput;
    }
    if (state_->table.row_count() == 0 && state_->shape.needs_build_rows()) return Flow::kDone;
    if (!at.probe.is_open()) at.probe.begin(in, state_->table);
    at.probe.next(out, state_->context.chunk_rows);
    return at.probe.is_open() ? Flow::kHaveOutput : Flow::kNeedInput;
  }

 private:
  void to_disk(const Chunk& in, Program::Scratch& scratch) const {
    const Chunk dense = in.dense();
    std::vector<Column> keys;
    state_->shape.left_keys->evaluate(dense, scratch, keys);
    uint64_t hashes[kChunkRows];
    for (size_t i = 0; i < keys.size(); ++i) hash_column(keys[i], dense.active, hashes, i > 0);
    state_->probe_buckets.add(dense, hashes, *state_->context.spill);
  }

  const std::shared_ptr<HashJoinState> state_;
};

/// Build rows that come out in the end, of a join that fitted in memory: the rows of one page.
class RestReader final : public Reader {
 public:
  RestReader(std::shared_ptr<HashJoinState> state, RowPageRef page)
      : state_(std::move(state)), page_(std::move(page)) {}
  Poll read(Chunk& out, const Waker&) override {
    if (at_ == page_->size()) return Poll::kDone;
    out = rest_rows(state_->table, *page_, at_);
    return Poll::kReady;
  }

 private:
  const std::shared_ptr<HashJoinState> state_;
  const RowPageRef page_;
  uint32_t at_ = 0;
};

/// What comes out once every left row was seen. The table goes when nothing more does.
class RestSource final : public Source {
 public:
  explicit RestSource(std::shared_ptr<HashJoinState> state) : state_(std::move(state)) {
    state_->begin_probing();
    if (state_->external) {
      state_->probe_buckets.finish(*state_->context.spill);
      count_ = JoinBits::kCount;
    } else if (state_->shape.marks_build()) {
      count_ = state_->table.pages().size();
    } else {
      done();
    }
  }
  ~RestSource() override { done(); }
  Poll next_morsel(Morsel& out, const Waker&) override {
    if (next_ == count_) return Poll::kDone;
    out.number = out.begin = next_++;
    return Poll::kReady;
  }
  std::unique_ptr<Reader> open(const Morsel& morsel) override {
    if (state_->external) return make_bucket_reader(state_, static_cast<uint32_t>(morsel.begin));
    return std::make_unique<RestReader>(state_, state_->table.pages()[morsel.begin]);
  }
  SourceProgress progress() const override { return {next_, count_}; }
  // A bucket's table takes memory: with little of it, one at a time.
  uint32_t parallelism() const override { return state_->external ? 1 : ~uint32_t{0}; }

 private:
  void done() {
    if (!state_->is_probed_again) state_->table.give_up();
  }

  const std::shared_ptr<HashJoinState> state_;
  size_t count_ = 0;
  std::atomic<size_t> next_{0};
};

}  // namespace

JoinParts make_hash_join(const JoinNode& node, QueryContext& context, RuntimeFilters& filters,
                         std::vector<bool> outputs, bool is_probed_again) {
  auto state = std::make_shared<HashJoinState>(node, context, filters, std::move(outputs));
  state->is_probed_again = is_probed_again;
  return {make_join_build(state), [state] { return std::make_unique<ProbeOperator>(state); },
          [state] { return std::make_unique<RestSource>(state); },
          [state] { state->probe_buckets.clear(); }};
}

}  // namespace doline
