#include "exec/window/frame_state.h"
#include "exec/window/window_strategy.h"

namespace doline {

namespace {

/// Frames that slide over a function that cannot take rows out: a turning point within the frame;
/// from each row before it the state of the rows up to it, and one state for those behind. A frame
/// is then one merge; when it has left the turning point behind, that moves to the frame's end.
/// States from rows are kept for one chunk at a time, for others from their beginning. Only of
/// functions that keep nothing in the arena.
class SlidingStates {
 public:
  SlidingStates(FrameInput& input, Arena& arena)
      : function_(input.function()),
        input_(input),
        arena_(arena),
        back_(function_),
        coarse_(function_),
        fine_(function_) {}

  void collect(const RowRange& frame, std::byte* into) {
    if (frame.begin < first_ || frame.begin >= turn_ || frame.end < back_end_) turn(frame);
    input_.feed({back_end_, frame.end}, back_.data(), arena_);
    back_end_ = frame.end;
    if (frame.begin < fine_begin_ || frame.begin >= fine_end_)
      make_fine(rows().chunk_of(frame.begin), frame.begin);
    fine_.copy_to(frame.begin - fine_begin_, into);
    merge_state(function_, back_.data(), into, arena_);
  }
  void forget() { turn_ = back_end_ = first_ = fine_begin_ = fine_end_ = 0; }

 private:
  WindowRows& rows() { return input_.columns().rows(); }

  void turn(const RowRange& frame) {
    first_ = frame.begin;
    turn_ = back_end_ = frame.end;
    back_.reset();
    first_chunk_ = rows().chunk_of(frame.begin);
    const size_t last = rows().chunk_of(frame.end - 1);
    // From the beginning of chunk first_chunk_ + 1 + i up to the turning point.
    coarse_.assign(last - first_chunk_);
    for (size_t chunk = last; chunk > first_chunk_; --chunk) {
      std::byte* state = coarse_.at(chunk - first_chunk_ - 1);
      const uint64_t begin = rows().begin_of(chunk);
      input_.feed({begin, std::min(frame.end, begin + rows().size_of(chunk))}, state, arena_);
      if (chunk < last) merge_state(function_, coarse_.at(chunk - first_chunk_), state, arena_);
    }
    fine_begin_ = fine_end_ = 0;
  }

  void make_fine(size_t chunk, uint64_t begin) {
    fine_begin_ = begin;
    fine_end_ = std::min(turn_, rows().begin_of(chunk) + rows().size_of(chunk));
    const uint64_t count = fine_end_ - begin;
    fine_.assign(count);
    // Each row into its own state, then each state into the one before.
    std::byte* states[kChunkRows];
    const auto first = static_cast<uint32_t>(begin - rows().begin_of(chunk));
    const Selection passing = input_.columns().passing(chunk, first, static_cast<uint32_t>(count));
    for (uint32_t i = 0; i < passing.size(); ++i) states[i] = fine_.at(passing[i] - first);
    function_.update(input_.columns().of(chunk), passing, {states, passing.size()}, arena_);
    if (fine_end_ < turn_)
      merge_state(function_, coarse_.at(chunk - first_chunk_), fine_.at(count - 1), arena_);
    for (uint64_t i = count - 1; i-- > 0;)
      merge_state(function_, fine_.at(i + 1), fine_.at(i), arena_);
  }

  const AggregateFunction& function_;
  FrameInput& input_;
  Arena& arena_;
  uint64_t first_ = 0;
  uint64_t turn_ = 0;
  uint64_t back_end_ = 0;
  FrameState back_;
  size_t first_chunk_ = 0;
  StateArray coarse_;
  uint64_t fine_begin_ = 0;
  uint64_t fine_end_ = 0;
  StateArray fine_;
};

/// Frames whose edges are steady. Rows that a frame leaves are taken out where the function can,
/// else it goes by SlidingStates; where an edge moves back, either begins anew.
class SlidingAggregate final : public WindowCall {
 public:
  explicit SlidingAggregate(const CallSetup& setup)
      : type_(setup.window.type),
        takes_out_(frame_strategy(setup.window) == FrameStrategy::kTakingOut),
        input_(setup),
        arena_(make_ref<Arena>(*setup.context.budget)),
        state_(input_.function()),
        sliding_(input_, *arena_) {}

  Column evaluate(const WindowBatch& batch) override {
    RepeatedResults out(type_, batch.count);
    for (const PartitionRun& run : batch.runs) {
      if (run.partition.begin != partition_) begin_partition(run.partition);
      for (uint32_t i = run.begin; i < run.end;) {
        const RowRange& frame = batch.frames[i];
        uint32_t next = i + 1;
        while (next < run.end && batch.frames[next] == frame) ++next;
        move_to(frame);
        state_.give(out.next());
        out.repeat(next - i);
        i = next;
      }
    }
    return out.seal();
  }

 private:
  void begin_partition(const RowRange& partition) {
    partition_ = partition.begin;
    clear(partition.begin);
    sliding_.forget();
  }
  void clear(uint64_t row) {
    now_ = {row, row};
    // Nothing but the state points into the arena: SlidingStates are of functions without one.
    arena_->clear();
    state_.reset();
  }

  void move_to(const RowRange& frame) {
    if (frame == now_) return;
    if (!takes_out_ && frame.size() > 1 && (frame.begin != now_.begin || frame.end < now_.end)) {
      sliding_.collect(frame, state_.data());
      now_ = frame;
      return;
    }
    if (frame.begin >= now_.end || frame.begin < now_.begin || frame.end < now_.end ||
        (!takes_out_ && frame.begin != now_.begin))
      clear(frame.begin);
    if (now_.begin < frame.begin) {
      input_.each({now_.begin, frame.begin},
                  [&](const std::vector<Column>& columns, const Selection& rows) {
                    input_.function().retract(columns, rows, state_.data(), *arena_);
                  });
    }
    input_.feed({now_.end, frame.end}, state_.data(), *arena_);
    now_ = frame;
  }

  const TypeRef type_;
  const bool takes_out_;
  FrameInput input_;
  const ArenaRef arena_;
  FrameState state_;
  SlidingStates sliding_;
  uint64_t partition_ = ~uint64_t{0};
  RowRange now_;
};

}  // namespace

std::unique_ptr<WindowCall> make_sliding_aggregate(const CallSetup& setup) {
  return std::make_unique<SlidingAggregate>(setup);
}

}  // namespace doline
