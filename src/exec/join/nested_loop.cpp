#include "exec/join/join.h"
#include "exec/join/loop_probe.h"

namespace doline {

namespace {

struct LoopState {
  LoopState(const JoinNode& node, QueryContext& its_context)
      : context(its_context), shape(node, its_context, {}), table(shape, its_context) {}
  QueryContext& context;
  const JoinShape shape;
  LoopTable table;
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
    state_->table.finish();
    if (state_->table.spilled_bytes() != 0) {
      metrics.spilled_bytes.store(state_->table.spilled_bytes());
      metrics.set_note("on disk");
    }
    return {};
  }

 private:
  const std::shared_ptr<LoopState> state_;  // with probes and the rest
};

class LoopOperator final : public Operator {
 public:
  explicit LoopOperator(std::shared_ptr<LoopState> state) : state_(std::move(state)) {}
  struct Local final : LocalState {
    explicit Local(const JoinShape& shape) : probe(shape) {}
    LoopProbe probe;
  };
  std::unique_ptr<LocalState> local(QueryContext&) const override {
    state_->table.begin_probing();  // tasks are made when the build side is complete
    return std::make_unique<Local>(state_->shape);
  }
  Flow run(const Chunk& in, Chunk& out, LocalState& local, const Waker&) const override {
    auto& at = local.as<Local>();
    if (state_->table.row_count() == 0 && state_->shape.needs_build_rows()) return Flow::kDone;
    if (!at.probe.is_open()) at.probe.begin(in.dense(), state_->table);
    at.probe.next(out, state_->context.chunk_rows);
    return at.probe.is_open() ? Flow::kHaveOutput : Flow::kNeedInput;
  }

 private:
  const std::shared_ptr<LoopState> state_;
};

class LoopRest final : public Source {
 public:
  explicit LoopRest(std::shared_ptr<LoopState> state) : state_(std::move(state)) {
    state_->table.begin_probing();
  }
  Poll next_morsel(Morsel& out, const Waker&) override {
    const bool outer =
        state_->shape.kind == JoinKind::kRight || state_->shape.kind == JoinKind::kFull;
    if (done_.exchange(true) || !outer) return Poll::kDone;
    out = Morsel();
    return Poll::kReady;
  }
  std::unique_ptr<Reader> open(const Morsel&) override {
    class Unmatched final : public Reader {
     public:
      explicit Unmatched(std::shared_ptr<LoopState> state) : state_(std::move(state)) {}
      Poll read(Chunk& out, const Waker&) override {
        const LoopTable& table = state_->table;
        if (!segment_ || at_ == segment_->rows.size()) {
          if (next_ == table.segment_count()) return Poll::kDone;
          segment_ = nullptr;
          segment_ = table.segment(next_++);
          at_ = 0;
        }
        uint32_t positions[kChunkRows];
        uint32_t count = 0;
        for (; at_ < segment_->rows.size() && count < kChunkRows; ++at_) {
          if (!table.is_matched(segment_->first_row + at_)) positions[count++] = at_;
        }
        out =
            with_null_left(state_->shape, Chunk(table.gather(*segment_, positions, count), count));
        return Poll::kReady;
      }

     private:
      const std::shared_ptr<LoopState> state_;
      size_t next_ = 0;
      LoopTable::SegmentRef segment_;
      uint32_t at_ = 0;
    };
    return std::make_unique<Unmatched>(state_);
  }

 private:
  const std::shared_ptr<LoopState> state_;
  std::atomic<bool> done_{false};
};

}  // namespace

JoinParts make_nested_loop_join(const JoinNode& node, QueryContext& context) {
  auto state = std::make_shared<LoopState>(node, context);
  return {std::make_shared<LoopBuild>(state),
          [state] { return std::make_unique<LoopOperator>(state); },
          [state] { return std::make_unique<LoopRest>(state); }};
}

}  // namespace doline
