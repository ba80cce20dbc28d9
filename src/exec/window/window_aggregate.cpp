#include <algorithm>
#include <cstring>

#include "exec/window/window_call.h"
#include "function/aggregate_function.h"

namespace doline {

namespace {

/// A state that is moved with memcpy: only of functions that keep nothing in the arena.
class AggregateState {
 public:
  explicit AggregateState(const AggregateFunction& function)
      : function_(function), memory_(function.layout().size_bytes + 16) {
    function_.init(data());
  }
  AggregateState(const AggregateState& other)
      : function_(other.function_), memory_(other.memory_.size()) {
    *this = other;
  }
  AggregateState& operator=(const AggregateState& other) {
    std::memcpy(data(), const_cast<AggregateState&>(other).data(), function_.layout().size_bytes);
    return *this;
  }
  std::byte* data() {
    return reinterpret_cast<std::byte*>((reinterpret_cast<uintptr_t>(memory_.data()) + 15) &
                                        ~uintptr_t{15});
  }
  void reset() { function_.init(data()); }
  /// `later`'s rows come after this one's.
  void add(AggregateState later, Arena& arena) {
    std::byte* from[] = {later.data()};
    std::byte* into[] = {data()};
    function_.merge({from, 1}, {into, 1}, arena);
  }

 private:
  const AggregateFunction& function_;
  std::vector<std::byte> memory_;
};

/// Frames that slide over a function that cannot take rows out: a turning point within the frame;
/// from each row before it the state of the rows up to it, and one state for those behind. A frame
/// is then one merge; when it has left the turning point behind, that moves to the frame's end.
/// States from rows are kept for one chunk at a time, for others from their beginning.
class SlidingStates {
 public:
  SlidingStates(const AggregateFunction& function, WindowColumns& columns, Arena& arena)
      : function_(function), columns_(columns), arena_(arena), back_(function) {}

  AggregateState of(const RowRange& frame) {
    if (frame.begin < first_ || frame.begin >= turn_ || frame.end < back_end_) turn(frame);
    feed(back_end_, frame.end, back_);
    back_end_ = frame.end;
    WindowRows& rows = columns_.rows();
    const size_t chunk = rows.chunk_of(frame.begin);
    if (chunk != fine_chunk_) make_fine(chunk, frame.begin);
    AggregateState state = fine_[frame.begin - fine_begin_];
    state.add(back_, arena_);
    return state;
  }
  void forget() { turn_ = back_end_ = first_ = 0; }

 private:
  void feed(uint64_t begin, uint64_t end, AggregateState& into) {
    columns_.for_range(begin, end, [&](size_t chunk, uint32_t row, uint32_t count) {
      const Selection range = Selection::all(columns_.rows().size_of(chunk)).slice(row, count);
      function_.update_one(columns_.of(chunk), columns_.passing(chunk, range), into.data(), arena_);
    });
  }

  void turn(const RowRange& frame) {
    WindowRows& rows = columns_.rows();
    first_ = frame.begin;
    turn_ = back_end_ = frame.end;
    back_.reset();
    first_chunk_ = rows.chunk_of(frame.begin);
    const size_t last = rows.chunk_of(frame.end - 1);
    // coarse_[i]: from the beginning of chunk first_chunk_ + 1 + i up to the turning point.
    coarse_.assign(last - first_chunk_, AggregateState(function_));
    for (size_t chunk = last; chunk > first_chunk_; --chunk) {
      AggregateState& state = coarse_[chunk - first_chunk_ - 1];
      const uint64_t begin = rows.begin_of(chunk);
      feed(begin, std::min(frame.end, begin + rows.size_of(chunk)), state);
      if (chunk < last) state.add(coarse_[chunk - first_chunk_], arena_);
    }
    fine_chunk_ = ~size_t{0};
  }

  void make_fine(size_t chunk, uint64_t begin) {
    WindowRows& rows = columns_.rows();
    const uint64_t end = std::min(turn_, rows.begin_of(chunk) + rows.size_of(chunk));
    fine_chunk_ = chunk;
    fine_begin_ = begin;
    fine_.assign(end - begin, AggregateState(function_));
    for (uint64_t row = end; row-- > begin;) {
      AggregateState& state = fine_[row - begin];
      feed(row, row + 1, state);
      if (row + 1 < end) {
        state.add(fine_[row + 1 - begin], arena_);
      } else if (end < turn_) {
        state.add(coarse_[chunk - first_chunk_], arena_);
      }
    }
  }

  const AggregateFunction& function_;
  WindowColumns& columns_;
  Arena& arena_;
  uint64_t first_ = 0;
  uint64_t turn_ = 0;
  uint64_t back_end_ = 0;
  AggregateState back_;
  size_t first_chunk_ = 0;
  std::vector<AggregateState> coarse_;
  size_t fine_chunk_ = ~size_t{0};
  uint64_t fine_begin_ = 0;
  std::vector<AggregateState> fine_;
};

/// An aggregate over frames. A frame that grows takes rows in; one that slides gives rows back
/// where the function can, else goes by SlidingStates; else it is computed anew.
class AggregateCall final : public WindowCall {
 public:
  AggregateCall(const WindowExpr& window, WindowRows& rows, QueryContext& context)
      : type_(window.type),
        function_(window.aggregate->function),
        context_(context),
        columns_(window.aggregate->evaluated, window.aggregate->filter, rows, context),
        frames_(window, context),
        arena_(make_ref<Arena>(*context.budget)),
        state_(*function_),
        sliding_(*function_, columns_, *arena_),
        is_fixed_(!function_->has_variable_state()) {}

  void evaluate(uint64_t row, uint32_t count, const WindowPlace* places,
                ColumnBuilder& out) override {
    for (uint32_t i = 0; i < count; ++i) {
      if (places[i].partition != partition_) begin_partition(places[i].partition);
      const RowRange frame = frames_.of(row + i, places[i]);
      if (!has_last_ || frame != now_) move_to(frame);
      // Where the next row has the same frame, its result is this one's.
      const bool repeats =
          frames_.is_whole_partition() || (frames_.is_by_peers() && places[i].peers.size() > 1);
      if (!repeats) {
        give(out);
        continue;
      }
      if (!has_last_) {
        ColumnBuilder one(type_, 1);
        give(one);
        last_ = one.seal();
        has_last_ = true;
      }
      out.append_from(last_, 0);
    }
  }

 private:
  void begin_partition(const RowRange& partition) {
    partition_ = partition;
    now_ = {partition.begin, partition.begin};
    reset();
    sliding_.forget();
  }
  void reset() {
    if (!is_fixed_) arena_ = make_ref<Arena>(*context_.budget);
    state_.reset();
    has_last_ = false;
  }

  void move_to(const RowRange& frame) {
    has_last_ = false;
    if (frame.begin == now_.begin && frame.end >= now_.end) {
      feed(now_.end, frame.end);
    } else if (function_->invertible() && frame.begin >= now_.begin && frame.end >= now_.end &&
               frame.begin <= now_.end) {
      each(now_.begin, frame.begin, [&](const std::vector<Column>& columns, const Selection& rows) {
        function_->retract(columns, rows, state_.data(), *arena_);
      });
      feed(now_.end, frame.end);
    } else if (is_fixed_ && frame.size() > 1) {
      state_ = sliding_.of(frame);
    } else {
      reset();
      feed(frame.begin, frame.end);
    }
    now_ = frame;
  }

  template <class Body>
  void each(uint64_t begin, uint64_t end, Body&& body) {
    columns_.for_range(begin, end, [&](size_t chunk, uint32_t row, uint32_t count) {
      const Selection range = Selection::all(columns_.rows().size_of(chunk)).slice(row, count);
      body(columns_.of(chunk), columns_.passing(chunk, range));
    });
  }
  void feed(uint64_t begin, uint64_t end) {
    each(begin, end, [&](const std::vector<Column>& columns, const Selection& rows) {
      function_->update_one(columns, rows, state_.data(), *arena_);
    });
    fed_ += end - begin;
    if (fed_ > (uint64_t{1} << 16)) {
      context_.check_cancelled();
      fed_ = 0;
    }
  }
  void give(ColumnBuilder& out) {
    std::byte* states[] = {state_.data()};
    function_->result({states, 1}, out);
  }

  const TypeRef type_;
  const AggregateFunctionRef function_;
  QueryContext& context_;
  WindowColumns columns_;
  const WindowFrames frames_;
  ArenaRef arena_;
  AggregateState state_;
  SlidingStates sliding_;
  const bool is_fixed_;
  RowRange partition_{~uint64_t{0}, 0};
  RowRange now_;
  bool has_last_ = false;
  Column last_;
  uint64_t fed_ = 0;
};

}  // namespace

std::unique_ptr<WindowCall> make_window_aggregate(const WindowExpr& window, WindowRows& rows,
                                                  QueryContext& context) {
  return std::make_unique<AggregateCall>(window, rows, context);
}

}  // namespace doline
