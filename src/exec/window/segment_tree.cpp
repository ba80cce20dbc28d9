#include "exec/window/segment_tree.h"

#include <algorithm>

#include "exec/window/window_strategy.h"

namespace doline {

SegmentTree::SegmentTree(FrameInput& input, Budget& budget)
    : input_(input),
      function_(input.function()),
      budget_(budget),
      arena_(make_ref<Arena>(budget)) {}

void SegmentTree::build(RowRange partition) {
  partition_ = partition;
  arena_ = make_ref<Arena>(budget_);
  levels_.clear();
  for (uint64_t below = partition.size(); below > kFanout;) {
    below = (below + kFanout - 1) / kFanout;
    levels_.emplace_back(function_, below);
  }
  if (levels_.empty()) return;
  std::byte* states[kChunkRows];
  std::byte* from[kFanout];
  uint64_t base = partition.begin;
  input_.columns().rows().for_range(partition, [&](size_t chunk, uint32_t row, uint32_t count) {
    const Selection rows = input_.columns().passing(chunk, row, count);
    for (uint32_t i = 0; i < rows.size(); ++i)
      states[i] = levels_[0].at((base + rows[i] - row - partition.begin) / kFanout);
    poll_cancellation();
    function_.update(input_.columns().of(chunk), rows, {states, rows.size()}, *arena_);
    base += count;
  });
  for (size_t level = 1; level < levels_.size(); ++level) {
    const uint64_t below = levels_[level - 1].size();
    for (uint64_t i = 0; i < below; i += kFanout) {
      const auto count = static_cast<uint32_t>(std::min(kFanout, below - i));
      for (uint32_t k = 0; k < count; ++k) {
        from[k] = levels_[level - 1].at(i + k);
        states[k] = levels_[level].at(i / kFanout);
      }
      function_.merge({from, count}, {states, count}, *arena_);
    }
  }
}

void SegmentTree::collect(RowRange range, std::byte* state, Arena& arena) {
  const uint64_t first = range.begin - partition_.begin;
  const uint64_t end = range.end - partition_.begin;
  const uint64_t begin_state = (first + kFanout - 1) / kFanout;
  const uint64_t end_state = end / kFanout;
  if (levels_.empty() || begin_state >= end_state) return input_.feed(range, state, arena);
  input_.feed({range.begin, partition_.begin + begin_state * kFanout}, state, arena);
  collect(0, begin_state, end_state, state, arena);
  input_.feed({partition_.begin + end_state * kFanout, range.end}, state, arena);
}

void SegmentTree::collect(size_t level, uint64_t begin, uint64_t end, std::byte* state,
                          Arena& arena) {
  const uint64_t begin_above = (begin + kFanout - 1) / kFanout;
  const uint64_t end_above = end / kFanout;
  if (level + 1 == levels_.size() || begin_above >= end_above)
    return merge_all(level, begin, end, state, arena);
  merge_all(level, begin, begin_above * kFanout, state, arena);
  collect(level + 1, begin_above, end_above, state, arena);
  merge_all(level, end_above * kFanout, end, state, arena);
}

void SegmentTree::merge_all(size_t level, uint64_t begin, uint64_t end, std::byte* state,
                            Arena& arena) {
  std::byte* from[2 * kFanout];
  std::byte* into[2 * kFanout];
  while (begin < end) {
    const auto count = static_cast<uint32_t>(std::min(2 * kFanout, end - begin));
    for (uint32_t i = 0; i < count; ++i) {
      from[i] = levels_[level].at(begin + i);
      into[i] = state;
    }
    function_.merge({from, count}, {into, count}, arena);
    begin += count;
  }
}

namespace {

/// Any frames, what EXCLUDE leaves of them: merged from a tree of states, or row by row where a
/// tree would not help.
class TreeAggregate final : public WindowCall {
 public:
  explicit TreeAggregate(const CallSetup& setup)
      : type_(setup.window.type),
        has_tree_(frame_strategy(setup.window) == FrameStrategy::kTree),
        frames_(*setup.frames),
        input_(setup),
        arena_(make_ref<Arena>(*setup.context.budget)),
        state_(input_.function()),
        tree_(input_, *setup.context.budget) {}

  bool needs_peers() const override { return frames_.needs_peers(); }

  Column evaluate(const WindowBatch& batch) override {
    RepeatedResults out(type_, batch.count);
    for (const PartitionRun& run : batch.runs) {
      if (has_tree_ && tree_.partition() != run.partition) tree_.build(run.partition);
      for (uint32_t i = run.begin; i < run.end;) {
        const RowRange& frame = batch.frames[i];
        uint32_t next = i + 1;
        while (!frames_.excludes() && next < run.end && batch.frames[next] == frame) ++next;
        arena_->clear();
        state_.reset();
        const RowRange peers = batch.peers ? batch.peers[i] : RowRange{};
        for (const RowRange& part : frames_.without_excluded(batch.row + i, frame, peers)) {
          if (has_tree_) {
            tree_.collect(part, state_.data(), *arena_);
          } else {
            input_.feed(part, state_.data(), *arena_);
          }
        }
        poll_.add(16);
        state_.give(out.next());
        out.repeat(next - i);
        i = next;
      }
    }
    return out.seal();
  }

 private:
  const TypeRef type_;
  const bool has_tree_;
  const WindowFrames& frames_;
  FrameInput input_;
  const ArenaRef arena_;
  FrameState state_;
  SegmentTree tree_;
  CancellationPoll poll_;
};

}  // namespace

std::unique_ptr<WindowCall> make_tree_aggregate(const CallSetup& setup) {
  return std::make_unique<TreeAggregate>(setup);
}

}  // namespace doline
