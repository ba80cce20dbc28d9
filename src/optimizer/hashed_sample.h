#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "optimizer/value_table.h"
#include "plan/table_sample.h"

namespace doline {

/// A column's values in a sample, as hashes.
struct SampledValues {
  static constexpr uint64_t kNull = 0;
  std::vector<uint64_t> hashes;  // of each row
  /// The rows lie in the order of this column: a sample of some places holds whole stretches of
  /// values, and none of the others.
  bool is_clustered = false;
};

/// Which combinations of values several columns of a table take together.
class SampledCombinations {
 public:
  SampledCombinations(const std::vector<const SampledValues*>& columns, const TableSample& sample,
                      double table_rows);

  /// How many the table has. Nothing where the sample cannot tell.
  std::optional<double> distinct() const { return distinct_; }
  /// If each combination of the table with fewer of them were in the other, a share of `expected`
  /// pairs of rows, one of each table, would have the same: how much of that there is.
  double contained(const SampledCombinations& other, double expected) const;

 private:
  double count(double sampled_share) const;

  std::vector<bool> is_clustered_;  // of each column
  std::vector<uint64_t> hashes_;    // of each row without NULLs
  ValueTable values_;
  std::vector<uint32_t> rows_;  // of each combination
  std::optional<double> distinct_;
};

/// A sample of a table, and what is made of its values once for all scans.
class HashedSample {
 public:
  HashedSample(TableSampleRef sample, double table_rows)
      : sample_(std::move(sample)), table_rows_(table_rows) {}

  const TableSample& rows() const { return *sample_; }
  /// Whether it has columns of the table, which are ascending.
  bool has(const std::vector<uint32_t>& columns) const;
  const SampledValues& values(uint32_t column);
  /// Of columns in this order.
  const SampledCombinations& combinations(const std::vector<uint32_t>& columns);

 private:
  const TableSampleRef sample_;
  const double table_rows_;
  std::unordered_map<uint32_t, SampledValues> values_;
  std::map<std::vector<uint32_t>, SampledCombinations> combinations_;
};

}  // namespace doline
