#pragma once

#include <vector>

#include "exec/window/window_rows.h"
#include "plan/plan_node.h"

namespace doline {

/// The rows of a frame, in order: what EXCLUDE leaves of it.
struct FrameParts {
  RowRange parts[3];
  uint32_t count = 0;
  void add(RowRange part) {
    if (part.begin < part.end) parts[count++] = part;
  }
  const RowRange* begin() const { return parts; }
  const RowRange* end() const { return parts + count; }
  uint64_t size() const {
    uint64_t rows = 0;
    for (const RowRange& part : *this) rows += part.size();
    return rows;
  }
};

/// The frames of one window clause over the rows of one reader, which are asked for in their order.
/// Calls that have the clause in common share it. Used by one thread.
class WindowFrames {
 public:
  WindowFrames(const WindowExpr& window, const CallColumns& columns, WindowRows& rows);

  /// The frame of each row of the batch, EXCLUDE not looked at; batch.peers is set. Throws where a
  /// distance is negative or, of rows, NULL.
  void compute(const WindowBatch& batch, RowRange* frames);

  /// What EXCLUDE leaves of a row's frame.
  FrameParts without_excluded(uint64_t row, const RowRange& frame, const RowRange& peers) const;
  bool excludes() const { return frame_.exclusion != WindowFrame::Exclusion::kNone; }
  /// Every row's frame is its whole partition.
  bool is_whole_partition() const;
  /// Every row's frame begins where its partition does.
  bool starts_at_partition() const {
    return frame_.begin == WindowFrame::Bound::kUnboundedPreceding;
  }
  /// From a row to the next of its partition no edge moves back.
  bool is_monotone() const { return is_monotone_; }
  bool needs_peers() const {
    return frame_.unit != WindowFrame::Unit::kRows ||
           frame_.exclusion == WindowFrame::Exclusion::kGroup ||
           frame_.exclusion == WindowFrame::Exclusion::kTies;
  }
  /// Whether the clause of another call is this one.
  bool serves(const WindowExpr& window, const CallColumns& columns) const;
  uint32_t level() const { return level_; }

 private:
  /// One edge of the frame.
  struct Edge {
    WindowFrame::Bound bound;
    uint32_t distance;  // column
    uint32_t range;     // column
    SourceSpan span;
    bool is_end;
    uint64_t last = 0;  // of RANGE: where it was for the row before
  };
  void compute_edge(Edge& edge, const WindowBatch& batch, RowRange* frames);
  /// ROWS: `at` is where the row's own edge is.
  void by_rows(const Edge& edge, const WindowBatch& batch, RowRange* frames);
  void by_groups(const Edge& edge, const WindowBatch& batch, RowRange* frames);
  void by_values(Edge& edge, const WindowBatch& batch, RowRange* frames);
  /// The distances of the batch's rows; NULLs as they are.
  const Column& distances(const Edge& edge, const WindowBatch& batch);
  [[noreturn]] void refuse_distance(const Edge& edge, const char* what) const;
  /// Rows of the partition whose key is not NULL.
  RowRange keyed_rows(const RowRange& partition);
  /// The first of `rows` that does not lie before `value`, or, with `behind`, lies behind it.
  uint64_t search(const RowRange& rows, uint64_t hint, const Column& value, uint32_t at,
                  bool behind);
  bool key_is_null(uint64_t row);
  static uint64_t& side(const Edge& edge, RowRange& frame) {
    return edge.is_end ? frame.end : frame.begin;
  }

  const WindowFrame frame_;
  const uint32_t level_;
  const uint32_t key_;  // column
  const bool descending_;
  bool is_monotone_ = true;
  Edge begin_;
  Edge end_;
  WindowRows& rows_;
};

}  // namespace doline
