#pragma once

#include "exec/window/window_rows.h"
#include "memory/charged_vector.h"

namespace doline {

/// Which rows of a partition count (those that are not NULL, that a filter lets through …): how
/// many before a row, and where the k-th is, each in a few steps. A bit a row and a word for 64.
class CountedRows {
 public:
  /// counts(chunk, row in it)
  template <class Counts>
  void build(RowRange partition, const WindowRows& rows, Counts&& counts) {
    begin(partition);
    uint64_t at = 0;
    rows.for_range(partition, [&](size_t chunk, uint32_t first, uint32_t count) {
      for (uint32_t i = 0; i < count; ++i, ++at) {
        if (counts(chunk, first + i)) set_bit(bits_.data(), at);
      }
    });
    finish();
  }
  /// Every row.
  void build_all(RowRange partition) {
    partition_ = partition;
    total_ = partition.size();
    all_ = true;
  }
  const RowRange& partition() const { return partition_; }
  bool is_all() const { return all_; }
  uint64_t total() const { return total_; }
  bool counts(uint64_t row) const { return all_ || test_bit(bits_.data(), row - partition_.begin); }
  /// How many of the partition's rows before `row` count.
  uint64_t before(uint64_t row) const {
    const uint64_t at = row - partition_.begin;
    if (all_) return at;
    const uint64_t bits = at % 64 == 0 ? 0 : bits_[at / 64] & low_mask(at % 64);
    return before_[at / 64] + static_cast<uint64_t>(std::popcount(bits));
  }
  /// A range of rows in counted ones.
  RowRange counted(const RowRange& rows) const { return {before(rows.begin), before(rows.end)}; }
  /// The k-th that counts, from 0 on.
  uint64_t row_of(uint64_t k) const;

 private:
  void begin(RowRange partition);
  void finish();

  RowRange partition_{~uint64_t{0}, ~uint64_t{0}};
  bool all_ = true;
  uint64_t total_ = 0;
  ChargedVector<uint64_t> bits_;
  ChargedVector<uint64_t> before_;  // by word, and in all
};

}  // namespace doline
