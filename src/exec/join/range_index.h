#pragma once

#include <optional>
#include <vector>

#include "exec/join/value_order.h"

namespace doline {

/// How the ranges of a join are searched: for each, the order in which the right rows that match a
/// left row come first, and whether those equal to it are among them. Immutable.
struct RangeOrder {
  ValueOrder values;
  bool inclusive;
};

/// Right rows by one or two of their values, so that for a left row those whose values lie on the
/// right side of its own are found without a look at the others.
///
/// In the order of the first value they are a prefix. Beside each row in it stands its rank in the
/// order of the second; the least rank of every 16 of them, of every 256 and so on leads to the
/// rows of a prefix whose ranks are below a bound (a priority search tree, McCreight 1985, laid
/// out as a heap of minima). So a left row costs its searches, and a few steps for each match.
///
/// Made by sort() of each order, any thread each, then finish(); afterwards any thread reads it.
class RangeIndex {
 public:
  /// `keys[i]`: of all right rows, prepared for orders[i]. Rows with a NULL among them match
  /// nothing and are left out.
  RangeIndex(const std::vector<RangeOrder>& orders, std::vector<Column> keys,
             QueryContext& context);

  size_t order_count() const { return orders_.size(); }
  void sort(size_t order);
  void finish();

  /// Where a left row's matches lie.
  struct Bounds {
    uint32_t end = 0;   // of the first order's prefix
    uint32_t rank = 0;  // below which the second order's ranks are
  };
  /// `keys[i]`: of left rows, prepared for orders[i]. A row with a NULL among them has none.
  void find(const std::vector<Column>& keys, const uint32_t* rows, uint32_t count,
            Bounds* out) const;
  /// The next matches from place `at` on, which is moved behind them: right rows, at most `most`.
  /// Fewer than that: there are no more.
  uint32_t next(const Bounds& bounds, uint32_t& at, uint32_t* rows, uint32_t most) const;

  /// What it takes to make one, at most.
  static size_t bytes_for(uint64_t rows, size_t orders);

 private:
  static constexpr uint32_t kFanout = 16;
  uint32_t next_block(uint32_t block, uint32_t end, uint32_t rank) const;

  const std::vector<RangeOrder>& orders_;
  QueryContext& context_;
  std::vector<Column> keys_;
  BufferRef counted_;  // rows without NULL, until finish()
  uint32_t size_ = 0;
  std::vector<std::optional<OrderedValues>> ordered_;
  BufferRef ranks_;                // by place in the first order; padded to whole blocks
  std::vector<BufferRef> minima_;  // of each kFanout of the level below
  std::vector<uint32_t> lengths_;  // of minima_
};

}  // namespace doline
