#include <algorithm>

#include "exec/window/frame_state.h"
#include "exec/window/window_strategy.h"

namespace doline {

namespace {

/// Frames that begin where the partition does and only grow: one state takes their rows in.
class GrowingAggregate final : public WindowCall {
 public:
  explicit GrowingAggregate(const CallSetup& setup)
      : type_(setup.window.type),
        context_(setup.context),
        input_(setup),
        function_(input_.function()),
        is_whole_(frame_strategy(setup.window) == FrameStrategy::kWhole),
        arena_(make_ref<Arena>(*context_.budget)),
        state_(function_) {}

  Column evaluate(const WindowBatch& batch) override {
    RepeatedResults out(type_, batch.count);
    for (const PartitionRun& run : batch.runs) {
      if (run.partition.begin != partition_) begin_partition(run.partition);
      for (uint32_t i = run.begin; i < run.end;) {
        const RowRange& frame = batch.frames[i];
        uint32_t next = i + 1;
        if (fed_until_ == batch.row + i && frame.end == batch.row + next) {
          // Row by row, as long as each frame ends with its own.
          while (next < run.end && batch.frames[next].end == batch.row + next + 1) ++next;
          take_in(batch, i, next, out.next());
          fed_until_ = batch.row + next;
          out.advance(next - i);
          has_last_ = false;
        } else {
          while (next < run.end && batch.frames[next].end == frame.end) ++next;
          give(frame, out);
          out.repeat(next - i);
        }
        i = next;
      }
    }
    return out.seal();
  }

 private:
  void begin_partition(const RowRange& partition) {
    partition_ = fed_until_ = partition.begin;
    has_last_ = false;
    if (function_.has_variable_state()) arena_ = make_ref<Arena>(*context_.budget);
    state_.reset();
  }
  void take_in(const WindowBatch& batch, uint32_t begin, uint32_t end, ColumnBuilder& out) {
    WindowColumns& columns = input_.columns();
    function_.run(columns.of(batch.chunk), begin, end, columns.passing_bits(batch.chunk),
                  state_.data(), *arena_, out);
  }
  /// One result for rows of one frame, kept where the next batch may want it.
  void give(const RowRange& frame, RepeatedResults& out) {
    if (fed_until_ < frame.end) {
      feed({fed_until_, frame.end});
      fed_until_ = frame.end;
      has_last_ = false;
    }
    if (!has_last_) {
      ColumnBuilder one(type_, 1);
      state_.give(one);
      last_ = one.seal();
      has_last_ = true;
    }
    out.next().append_from(last_, 0);
  }
  /// A partition's state may be larger than memory where its result is not.
  void feed(const RowRange& range) {
    if (!is_whole_ || !function_.can_unload() || !context_.spill)
      return input_.feed(range, state_.data(), *arena_);
    constexpr uint64_t kRowsAtOnce = uint64_t{1} << 14;
    for (uint64_t row = range.begin; row < range.end; row += kRowsAtOnce) {
      input_.feed({row, std::min(range.end, row + kRowsAtOnce)}, state_.data(), *arena_);
      if (is_tight()) unload();
    }
    if (function_.is_unloaded(state_.data())) unload();
  }
  bool is_tight() {
    constexpr size_t kWorthUnloading = size_t{1} << 18;
    constexpr size_t kRoomBytes = size_t{8} << 20;
    return function_.unloadable_bytes(state_.data()) > kWorthUnloading &&
           (context_.settings.force_spill || context_.budget->available_bytes() < kRoomBytes);
  }
  void unload() {
    ArenaRef left = make_ref<Arena>(*context_.budget);
    function_.unload(state_.data(), *context_.spill, *left);
    arena_ = std::move(left);
  }

  const TypeRef type_;
  QueryContext& context_;
  FrameInput input_;
  const AggregateFunction& function_;
  const bool is_whole_;
  ArenaRef arena_;
  FrameState state_;
  uint64_t partition_ = ~uint64_t{0};  // where it begins
  uint64_t fed_until_ = 0;
  bool has_last_ = false;  // the result of the state as it is
  Column last_;
};

}  // namespace

std::unique_ptr<WindowCall> make_growing_aggregate(const CallSetup& setup) {
  return std::make_unique<GrowingAggregate>(setup);
}

std::unique_ptr<WindowCall> make_window_aggregate(const CallSetup& setup) {
  switch (frame_strategy(setup.window)) {
    case FrameStrategy::kWhole:
    case FrameStrategy::kGrowing:
      return make_growing_aggregate(setup);
    case FrameStrategy::kTakingOut:
    case FrameStrategy::kSliding:
      return make_sliding_aggregate(setup);
    case FrameStrategy::kTree:
    case FrameStrategy::kAnew:
      return make_tree_aggregate(setup);
    case FrameStrategy::kRanked:
      return make_ranked_aggregate(setup);
    case FrameStrategy::kDistinctCount:
      return make_distinct_count(setup);
    case FrameStrategy::kDistinctTree:
      return make_distinct_tree(setup);
    case FrameStrategy::kMode:
      return make_sliding_mode(setup);
  }
  UNREACHABLE();
}

}  // namespace doline
