#pragma once

#include <cmath>
#include <set>

#include "base/random.h"
#include "column/column_builder.h"
#include "plan/table.h"
#include "plan/table_sample.h"

namespace doline {

using Values = std::vector<int64_t>;

constexpr int64_t kNoValue = -1;

/// Rows of which a sample is taken; they cannot be read.
class SampledTable final : public Table {
 public:
  explicit SampledTable(std::vector<Values> columns, bool is_clustered = false)
      : columns_(std::move(columns)), is_clustered_(is_clustered) {
    for (size_t i = 0; i < columns_.size(); ++i)
      schema_.push_back({fmt::format("c{}", i), Type::int64()});
  }
  const Schema& schema() const override { return schema_; }
  std::string name() const override { return "sampled"; }
  TableDescriptor descriptor() const override { return {}; }
  std::unique_ptr<Scan> scan(ScanRequest, QueryContext&) const override { return nullptr; }
  TableStatistics statistics() const override {
    TableStatistics known;
    known.row_count = columns_[0].size();
    known.is_exact = true;
    for (const Values& values : columns_) {
      known.columns.emplace_back();
      known.columns.back().distinct_count = std::set(values.begin(), values.end()).size();
    }
    return known;
  }

  TableSampleRef sample() const {
    auto made = make_ref<TableSample>();
    for (uint32_t i = 0; i < columns_.size(); ++i) made->columns.push_back(i);
    const size_t all = columns_[0].size();
    const size_t taken = is_clustered_ ? 2048 : 8192;
    made->is_complete = all <= taken;
    made->is_spread = !is_clustered_;
    std::vector<size_t> rows;
    Random random(7);
    if (is_clustered_) {
      // Stretches of rows from eight places.
      for (size_t place = 0; place < 8; ++place) {
        for (size_t i = 0; i < taken / 8; ++i) rows.push_back(all / 8 * place + i);
      }
    } else {
      for (size_t i = 0; i < std::min(all, taken); ++i)
        rows.push_back(made->is_complete ? i : all * i / taken + random.below(all / taken));
    }
    for (size_t begin = 0; begin < rows.size(); begin += kChunkRows) {
      std::vector<Column> chunk;
      const size_t end = std::min<size_t>(begin + kChunkRows, rows.size());
      for (const Values& values : columns_) {
        ColumnBuilder builder(Type::int64());
        for (size_t i = begin; i < end; ++i) {
          const int64_t value = values[rows[i]];
          value == kNoValue ? builder.append_null() : builder.append(value);
        }
        chunk.push_back(builder.seal());
      }
      made->chunks.emplace_back(std::move(chunk), static_cast<uint32_t>(end - begin));
    }
    made->row_count = rows.size();
    return made;
  }

 private:
  const std::vector<Values> columns_;
  const bool is_clustered_;
  Schema schema_;
};

/// Values below `count`: the lower, the more frequent, by so much.
inline Values drawn(size_t rows, size_t count, double skew, uint64_t seed) {
  std::vector<double> up_to;
  double sum = 0;
  for (size_t i = 0; i < count; ++i)
    up_to.push_back(sum += std::pow(static_cast<double>(i + 1), -skew));
  Random random(seed);
  Values values;
  for (size_t i = 0; i < rows; ++i) {
    const double at = static_cast<double>(random.below(1u << 30)) / (1u << 30) * sum;
    values.push_back(std::upper_bound(up_to.begin(), up_to.end(), at) - up_to.begin());
  }
  return values;
}
inline Values numbers(size_t count) {
  Values values(count);
  for (size_t i = 0; i < count; ++i) values[i] = static_cast<int64_t>(i);
  return values;
}

}  // namespace doline
