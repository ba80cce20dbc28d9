#pragma once

#include <numeric>

#include "exec/window/counted_rows.h"
#include "exec/window/frame_state.h"
#include "exec/window/row_order.h"

namespace doline {

/// Refuses partitions whose rows 32 bits do not number.
uint32_t local_row_count(const RowRange& partition, const WindowExpr& window);

/// The values that an aggregate of one argument counts among some rows of a partition, and their
/// order; a value is named by its number among the counted ones, in the rows' order. Where edges of
/// frames only move on, rows are those of the frames at hand and some more, so that a partition may
/// be larger than memory.
class CountedValues {
 public:
  explicit CountedValues(const CallSetup& setup)
      : window_(setup.window),
        rows_(setup.rows),
        argument_(setup.columns.arguments[0]),
        filter_(setup.columns.filter),
        moves_on_(setup.frames->is_monotone()) {}

  /// Makes the frames of the run's rows be among the rows; false: they were already.
  bool cover(const WindowBatch& batch, const PartitionRun& run);
  /// A frame in counted values.
  RowRange counted(const RowRange& frame) const { return counted_.counted(frame); }
  uint32_t size() const { return static_cast<uint32_t>(order_.size()); }
  /// Numbers of values, in order; equal ones as they came.
  const ChargedVector<uint32_t>& order() const { return order_; }
  /// By number.
  const Column& values() const { return key_[0].values; }
  bool are_equal(uint32_t a, uint32_t b) const { return keys_agree(key_, a, b); }

 private:
  void build(const RowRange& rows);

  const WindowExpr& window_;
  WindowRows& rows_;
  const uint32_t argument_;
  const uint32_t filter_;  // column, may be kNone
  const bool moves_on_;
  CountedRows counted_;
  OrderKey key_[1];
  ChargedVector<uint32_t> order_;
};

}  // namespace doline
