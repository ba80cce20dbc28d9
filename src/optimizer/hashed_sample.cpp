#include "optimizer/hashed_sample.h"

#include <algorithm>
#include <cmath>

#include "kernel/hash_column.h"
#include "optimizer/estimates.h"

namespace doline {

namespace {

/// So many pairs that were only expected weigh with those that were found. Few: what is expected of
/// several keys at once is a guess, and may be a thousand times too much.
constexpr double kPriorPairs = 1;

/// Whether stretches of rows, which are from one place of the table each, have bounds of their own.
bool lies_in_order(const TableSample& sample, uint32_t place) {
  double low = INFINITY, high = -INFINITY, covered = 0;
  size_t stretches = 0;
  for (const Chunk& chunk : sample.chunks) {
    // An eighth of a chunk comes from one place of the table, at most.
    const uint32_t step = std::max<uint32_t>(1, chunk.row_count / 8);
    for (uint32_t begin = 0; begin < chunk.row_count; begin += step) {
      double first = INFINITY, last = -INFINITY;
      const uint32_t end = std::min(begin + step, chunk.row_count);
      const uint32_t stride = std::max<uint32_t>(1, (end - begin) / 16);
      for (uint32_t row = begin; row < end; row += stride) {
        const auto at = place_of(Value::of(chunk.columns[place], row));
        if (!at) continue;
        first = std::min(first, *at);
        last = std::max(last, *at);
      }
      if (first > last) continue;
      covered += last - first;
      ++stretches;
      low = std::min(low, first);
      high = std::max(high, last);
    }
  }
  return stretches > 1 && covered < (high - low) * static_cast<double>(stretches) / 4;
}

uint64_t combined(uint64_t hash, uint64_t with) {
  hash = (hash ^ with) * 0x9E3779B97F4A7C15u;
  return hash ^ hash >> 29;
}

}  // namespace

SampledCombinations::SampledCombinations(const std::vector<const SampledValues*>& columns,
                                         const TableSample& sample, double table_rows) {
  for (const SampledValues* column : columns) is_clustered_.push_back(column->is_clustered);
  hashes_.reserve(sample.row_count);
  for (size_t row = 0; row < sample.row_count; ++row) {
    uint64_t hash = 0;
    bool has_null = false;
    for (const SampledValues* column : columns) {
      has_null |= column->hashes[row] == SampledValues::kNull;
      hash = combined(hash, column->hashes[row]);
    }
    if (!has_null) hashes_.push_back(hash);
  }
  values_.clear(hashes_.size());
  rows_.reserve(hashes_.size());
  for (const uint64_t hash : hashes_) {
    const uint32_t number = values_.number(hash);
    if (number == rows_.size()) rows_.push_back(0);
    ++rows_[number];
  }
  const bool is_any_clustered =
      std::any_of(is_clustered_.begin(), is_clustered_.end(), [](bool one) { return one; });
  if (sample.is_complete) {
    distinct_ = static_cast<double>(rows_.size());
  } else if (!is_any_clustered) {
    distinct_ = count(static_cast<double>(sample.row_count) / table_rows);
  }
}

/// From those of which the sample has one row, and those of which it has two: Chao, Lin:
/// Nonparametric Lower Bounds for Species Richness and Shared Species Richness under Sampling
/// without Replacement. Biometrics 2012.
double SampledCombinations::count(double sampled_share) const {
  const auto seen = static_cast<double>(rows_.size());
  const auto once = static_cast<double>(std::count(rows_.begin(), rows_.end(), 1));
  const auto twice = static_cast<double>(std::count(rows_.begin(), rows_.end(), 2));
  if (once == 0 || sampled_share >= 1) return seen;
  return seen + once * once / (2 * twice + once * sampled_share / (1 - sampled_share));
}

double SampledCombinations::contained(const SampledCombinations& other, double expected) const {
  // Stretches of both tables may lie anywhere to each other.
  for (size_t i = 0; i < is_clustered_.size(); ++i) {
    if (is_clustered_[i] && other.is_clustered_[i]) return 1;
  }
  double found = 0;
  for (const uint64_t hash : other.hashes_) {
    const uint32_t number = values_.find(hash);
    if (number != ValueTable::kNone) found += rows_[number];
  }
  const double tried =
      static_cast<double>(hashes_.size()) * static_cast<double>(other.hashes_.size());
  // More than all are no news: samples of tables that are alike may have the same rows.
  return std::min(1.0, (found + kPriorPairs) / (tried * expected + kPriorPairs));
}

bool HashedSample::has(const std::vector<uint32_t>& columns) const {
  return std::includes(sample_->columns.begin(), sample_->columns.end(), columns.begin(),
                       columns.end());
}

const SampledValues& HashedSample::values(uint32_t column) {
  const auto [at, added] = values_.try_emplace(column);
  SampledValues& made = at->second;
  if (!added) return made;
  const auto found = std::lower_bound(sample_->columns.begin(), sample_->columns.end(), column);
  const auto place = static_cast<uint32_t>(found - sample_->columns.begin());
  made.hashes.resize(sample_->row_count);
  uint64_t* hashes = made.hashes.data();
  for (const Chunk& chunk : sample_->chunks) {
    const Column& values = chunk.columns[place];
    hash_column(values, chunk.active, hashes, false);
    for (uint32_t row = 0; row < chunk.size(); ++row) {
      if (values.is_null(row)) {
        hashes[row] = SampledValues::kNull;
      } else if (hashes[row] == SampledValues::kNull) {
        hashes[row] = 1;
      }
    }
    hashes += chunk.size();
  }
  made.is_clustered = !sample_->is_spread && lies_in_order(*sample_, place);
  return made;
}

const SampledCombinations& HashedSample::combinations(const std::vector<uint32_t>& columns) {
  if (const auto known = combinations_.find(columns); known != combinations_.end())
    return known->second;
  std::vector<const SampledValues*> of_columns;
  for (const uint32_t column : columns) of_columns.push_back(&values(column));
  return combinations_.emplace(columns, SampledCombinations(of_columns, *sample_, table_rows_))
      .first->second;
}

}  // namespace doline
