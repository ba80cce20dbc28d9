#pragma once

#include <numeric>

#include "exec/window/counted_rows.h"
#include "exec/window/frame_state.h"
#include "exec/window/row_order.h"

namespace doline {

/// Refuses partitions whose rows 32 bits do not number.
uint32_t local_row_count(const RowRange& partition, const WindowExpr& window);

/// The values of a partition that an aggregate of one argument counts, and their order. Built once
/// a partition; a value is named by its number among the counted ones, in the rows' order.
class CountedValues {
 public:
  explicit CountedValues(const CallSetup& setup)
      : window_(setup.window),
        rows_(setup.rows),
        argument_(setup.columns.arguments[0]),
        filter_(setup.columns.filter) {}

  const RowRange& partition() const { return counted_.partition(); }
  void build(const RowRange& partition);
  /// A frame in counted values.
  RowRange counted(const RowRange& frame) const { return counted_.counted(frame); }
  uint32_t size() const { return static_cast<uint32_t>(order_.size()); }
  /// Numbers of values, in order; equal ones as they came.
  const ChargedVector<uint32_t>& order() const { return order_; }
  /// By number.
  const Column& values() const { return key_[0].values; }
  bool are_equal(uint32_t a, uint32_t b) const { return keys_agree(key_, a, b); }

 private:
  const WindowExpr& window_;
  WindowRows& rows_;
  const uint32_t argument_;
  const uint32_t filter_;  // column, may be kNone
  CountedRows counted_;
  OrderKey key_[1];
  ChargedVector<uint32_t> order_;
};

}  // namespace doline
