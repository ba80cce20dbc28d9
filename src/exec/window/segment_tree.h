#pragma once

#include "exec/window/frame_state.h"

namespace doline {

/// States of a partition's rows by sixteens, of these by sixteens again, and so on: the state of
/// any range is a few merges, in the order of its rows (Leis, Kundhikanjana, Kemper, Neumann:
/// Efficient processing of window functions, 2015). Used by one thread.
class SegmentTree {
 public:
  SegmentTree(FrameInput& input, Budget& budget);

  void build(RowRange partition);
  const RowRange& partition() const { return partition_; }
  /// Takes the rows of a range of the partition into `state`, whose arena is `arena`.
  void collect(RowRange range, std::byte* state, Arena& arena);

 private:
  static constexpr uint64_t kFanout = 16;
  /// States [begin, end) of a level.
  void collect(size_t level, uint64_t begin, uint64_t end, std::byte* state, Arena& arena);
  void merge_all(size_t level, uint64_t begin, uint64_t end, std::byte* state, Arena& arena);

  FrameInput& input_;
  const AggregateFunction& function_;
  Budget& budget_;
  ArenaRef arena_;
  RowRange partition_{~uint64_t{0}, ~uint64_t{0}};
  std::vector<StateArray> levels_;  // from the rows up
};

}  // namespace doline
