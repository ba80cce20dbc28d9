#pragma once

#include <array>
#include <cmath>
#include <optional>
#include <span>
#include <vector>

#include "base/random.h"
#include "plan/table.h"

namespace doline {

/// What is known of the values of many rows without looking at them again: NULLs, bounds of numbers
/// and times, and about how many values there are. Rows can be added, and sketches merged; rows
/// that are gone stay in it.
///
/// Values are counted by Flajolet and others: HyperLogLog. AofA 2007; about 3 % off. Of many rows
/// only some are counted, drawn at random, and what they show of the values taken for what so many
/// show: too few where most values are rare and most rows have one of a few.
class TableSketch {
 public:
  /// `expected_rows`: so many will be added at least.
  explicit TableSketch(const Schema& schema, uint64_t expected_rows = 0);

  void add(const Chunk& chunk);
  void add(size_t index, const Column& column, const Selection& active);
  void merge(const TableSketch& other);
  /// Of the columns at these places, under another schema; of nothing where a place is negative.
  TableSketch picked(std::span<const int64_t> places, const Schema& schema) const;
  /// Of a column of rows of which there are `row_count`.
  ColumnStatistics column(size_t index, uint64_t row_count) const;

 private:
  static constexpr uint32_t kBits = 10;
  static constexpr size_t kRegisters = size_t{1} << kBits;
  struct OfColumn {
    TypeRef type;
    uint64_t rows = 0, nulls = 0;
    uint64_t counted = 0;  // of the rows that are not NULL
    bool has_bounds = false;
    int64_t low = 0, high = 0;                  // of integers, dates and times
    double low_real = 0, high_real = 0;         // of floating numbers
    std::array<uint8_t, kRegisters> longest{};  // zeros before a hash's first one, plus one
  };
  void add(size_t index, const Column& column, const Selection& active, const Selection& counted);
  Selection drawn(const Selection& active);

  std::vector<OfColumn> columns_;
  std::vector<uint64_t> hashes_;
  uint64_t chunk_rows_ = 0;  // of the chunks that were added
  uint64_t all_of_first_;    // of so many of them every row is counted
  Random random_{20130701};
};

}  // namespace doline
