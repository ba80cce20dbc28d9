#include <algorithm>

#include "exec/join/join.h"
#include "exec/join/loop_probe.h"

namespace doline {

namespace {

struct LoopState {
  LoopState(const JoinNode& node, QueryContext& its_context)
      : context(its_context), shape(node, its_context, {}), table(shape) {}
  QueryContext& context;
  const JoinShape shape;
  LoopTable table;
  Mutex mutex;
  std::vector<Chunk> chunks GUARDED_BY(mutex);
};

class LoopBuild final : public Sink {
 public:
  explicit LoopBuild(std::shared_ptr<LoopState> state) : state_(std::move(state)) {}
  std::unique_ptr<LocalState> local(QueryContext&) override { return std::make_unique<LocalState>(); }
  Flow consume(const Chunk& chunk, LocalState&, const Waker&) override {
    Chunk kept = chunk.retain();
    MutexLock lock(state_->mutex);
    state_->chunks.push_back(std::move(kept));
    return Flow::kNeedInput;
  }
  void combine(LocalState&) override {}
  TaskSet finish() override {
    MutexLock lock(state_->mutex);
    std::sort(state_->chunks.begin(), state_->chunks.end(),
              [](const Chunk& a, const Chunk& b) { return a.sequence < b.sequence; });
    for (Chunk& chunk : state_->chunks) state_->table.add(std::move(chunk));
    state_->chunks.clear();
    state_->table.finish();
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
  std::unique_ptr<LocalState> local(QueryContext&) const override { return std::make_unique<Local>(state_->shape); }
  Flow run(const Chunk& in, Chunk& out, LocalState& local, const Waker&) const override {
    auto& at = local.as<Local>();
    if (!at.probe.is_open()) at.probe.begin(in.dense(), state_->table);
    at.probe.next(out, state_->context.chunk_rows);
    return at.probe.is_open() ? Flow::kHaveOutput : Flow::kNeedInput;
  }

 private:
  const std::shared_ptr<LoopState> state_;
};

class LoopRest final : public Source {
 public:
  explicit LoopRest(std::shared_ptr<LoopState> state) : state_(std::move(state)) {}
  Poll next_morsel(Morsel& out, const Waker&) override {
    const bool outer = state_->shape.kind == JoinKind::kRight || state_->shape.kind == JoinKind::kFull;
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
        if (at_ >= table.row_count()) return Poll::kDone;
        uint32_t positions[kChunkRows];
        uint32_t count = 0;
        for (; at_ < table.row_count() && count < kChunkRows; ++at_) {
          if (!table.is_matched(at_)) positions[count++] = at_;
        }
        out = with_null_left(state_->shape, Chunk(table.gather(positions, count), count));
        return Poll::kReady;
      }

     private:
      const std::shared_ptr<LoopState> state_;
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
  return {std::make_shared<LoopBuild>(state), [state] { return std::make_unique<LoopOperator>(state); },
          [state] { return std::make_unique<LoopRest>(state); }};
}

}  // namespace doline
