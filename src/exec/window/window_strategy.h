#pragma once

#include <cstdint>

#include "expr/expr.h"

namespace doline {

/// How an aggregate's frames are computed.
enum class FrameStrategy : uint8_t {
  /// The frame is the partition: one state for it.
  kWhole,
  /// Frames begin where the partition does and never shrink: one state that takes rows in.
  kGrowing,
  /// Edges are steady, and the function can take rows out again: one state.
  kTakingOut,
  /// Edges are steady: states of the frame's two halves (SlidingStates).
  kSliding,
  /// Any frames: a tree of states (SegmentTree).
  kTree,
  /// Quantiles: the values' order, and which of them are in the frame.
  kRanked,
  /// count(DISTINCT): which rows' value was there before.
  kDistinctCount,
  /// Edges are steady: a state for each value that is there, and a tree of these.
  kDistinctTree,
  /// mode(), edges are steady: how often each value is there, and a tree of these.
  kMode,
  /// The result is as large as the frame, or nothing better is known: each frame anew.
  kAnew,
};

FrameStrategy frame_strategy(const WindowExpr& window);

// Of the frame's edges, EXCLUDE not looked at:
/// From a row to the next of its partition they move on, but for a few that move back a little.
bool edges_are_steady(const WindowExpr& window);
/// None moves back.
bool edges_move_on(const WindowExpr& window);

/// The aggregate without DISTINCT, FILTER and order.
AggregateExprRef plain_aggregate(const AggregateExpr& aggregate);

}  // namespace doline
