#pragma once

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/cancellation.h"
#include "exec/window/window_call.h"
#include "function/aggregate_function.h"
#include "memory/charged_vector.h"

namespace doline {

/// States side by side, each in its place; what they keep lies in an arena that others look after.
class StateArray {
 public:
  explicit StateArray(const AggregateFunction& function, size_t count = 0)
      : function_(function),
        stride_(round_up(std::max<size_t>(function.layout().size_bytes, 1),
                         std::max<size_t>(function.layout().alignment, 8))) {
    assign(count);
  }
  /// So many, all of nothing.
  void assign(size_t count) {
    bytes_.resize(count * stride_);
    for (size_t i = 0; i < count; ++i) function_.init(at(i));
  }
  size_t size() const { return bytes_.size() / stride_; }
  std::byte* at(size_t index) { return bytes_.data() + index * stride_; }
  /// Only of functions that keep nothing in an arena.
  void copy_to(size_t index, std::byte* to) const {
    std::memcpy(to, bytes_.data() + index * stride_, function_.layout().size_bytes);
  }

 private:
  const AggregateFunction& function_;
  const size_t stride_;
  ChargedVector<std::byte> bytes_;
};

/// One state.
class FrameState {
 public:
  explicit FrameState(const AggregateFunction& function) : function_(function), one_(function, 1) {}
  std::byte* data() { return one_.at(0); }
  void reset() { function_.init(data()); }
  void give(ColumnBuilder& out) {
    std::byte* states[] = {data()};
    function_.result({states, 1}, out);
  }

 private:
  const AggregateFunction& function_;
  StateArray one_;
};

/// `from`'s rows come behind those of `into`.
inline void merge_state(const AggregateFunction& function, std::byte* from, std::byte* into,
                        Arena& arena) {
  function.merge({&from, 1}, {&into, 1}, arena);
}

/// The rows of frames as an aggregate takes them in.
class FrameInput {
 public:
  FrameInput(const CallSetup& setup)
      : function_(*setup.window.aggregate->function),
        columns_(setup.columns.arguments, setup.columns.filter, setup.rows) {}

  /// body(columns, rows that count) for the rows of a range, front to back.
  template <class Body>
  void each(const RowRange& range, Body&& body) {
    columns_.rows().for_range(range, [&](size_t chunk, uint32_t row, uint32_t count) {
      body(columns_.of(chunk), columns_.passing(chunk, row, count));
    });
    poll_.add(range.size());
  }
  void feed(const RowRange& range, std::byte* state, Arena& arena) {
    each(range, [&](const std::vector<Column>& columns, const Selection& rows) {
      function_.update_one(columns, rows, state, arena);
    });
  }
  WindowColumns& columns() { return columns_; }
  const AggregateFunction& function() const { return function_; }

 private:
  const AggregateFunction& function_;
  WindowColumns columns_;
  CancellationPoll poll_;
};

/// Results, each of which may stand for several rows that follow each other.
class RepeatedResults {
 public:
  RepeatedResults(TypeRef type, uint32_t rows) : builder_(type, rows) { rows_.reserve(rows); }
  /// Where the next result goes.
  ColumnBuilder& next() { return builder_; }
  /// The result given last is that of the next `count` rows.
  void repeat(uint32_t count) { rows_.resize(rows_.size() + count, builder_.size() - 1); }
  /// `count` results were given, one a row.
  void advance(uint32_t count) {
    for (uint32_t i = count; i > 0; --i) rows_.push_back(builder_.size() - i);
  }
  Column seal() {
    const auto rows = static_cast<uint32_t>(rows_.size());
    const bool each_once = builder_.size() == rows;
    const Column results = builder_.seal();
    return each_once ? results : results.gather(rows_.data(), rows);
  }

 private:
  ColumnBuilder builder_;
  std::vector<uint32_t> rows_;
};

// The strategies, a class each.
std::unique_ptr<WindowCall> make_growing_aggregate(const CallSetup& setup);
std::unique_ptr<WindowCall> make_sliding_aggregate(const CallSetup& setup);
std::unique_ptr<WindowCall> make_tree_aggregate(const CallSetup& setup);
std::unique_ptr<WindowCall> make_ranked_aggregate(const CallSetup& setup);
std::unique_ptr<WindowCall> make_distinct_count(const CallSetup& setup);
std::unique_ptr<WindowCall> make_distinct_tree(const CallSetup& setup);
std::unique_ptr<WindowCall> make_sliding_mode(const CallSetup& setup);

}  // namespace doline
