#include "table/table_sketch.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "base/drawn_values.h"
#include "kernel/hash_column.h"

namespace doline {

namespace {

/// More rows than these are drawn from; where many are known to come, all of them.
constexpr uint64_t kAllOfFirst = 16'384;
constexpr uint32_t kOneOf = 4;

/// The least and the greatest of a column's values; nothing where it has none but NULLs and NaNs.
template <class T>
struct Bounds {
  using Limits = std::numeric_limits<T>;
  T low = Limits::has_infinity ? Limits::infinity() : Limits::max();
  T high = Limits::has_infinity ? -Limits::infinity() : Limits::lowest();

  bool is_empty() const { return low > high; }
  void see(T value) {  // a NaN changes nothing
    low = value < low ? value : low;
    high = value > high ? value : high;
  }
};

template <class T, class Get>
Bounds<T> bounds_of_rows(uint32_t rows, Get value) {
  // Side by side, as no value waits for the one before.
  constexpr uint32_t kLanes = 32 / sizeof(T);
  T low[kLanes], high[kLanes];
  Bounds<T> all;
  std::fill_n(low, kLanes, all.low);
  std::fill_n(high, kLanes, all.high);
  uint32_t row = 0;
  for (; row + kLanes <= rows; row += kLanes) {
    for (uint32_t lane = 0; lane < kLanes; ++lane) {
      const T at = value(row + lane);
      low[lane] = at < low[lane] ? at : low[lane];
      high[lane] = at > high[lane] ? at : high[lane];
    }
  }
  for (; row < rows; ++row) all.see(value(row));
  for (uint32_t lane = 0; lane < kLanes; ++lane) {
    all.low = std::min(all.low, low[lane]);
    all.high = std::max(all.high, high[lane]);
  }
  return all;
}

template <class T>
Bounds<T> bounds_of(const Column& column, const Selection& active) {
  if (active.is_all() && !column.is_constant()) {
    const uint32_t rows = active.size();
    const uint64_t* validity = column.validity();
    if (column.is_flat() && !validity) {
      const T* values = column.values<T>();
      return bounds_of_rows<T>(rows, [values](uint32_t row) { return values[row]; });
    }
    // In place of a NULL, some row's value.
    uint32_t other = 0;
    while (other < rows && column.is_null(other)) ++other;
    if (other == rows) return {};
    const auto from = [validity, other](uint32_t row) {
      return !validity || test_bit(validity, row) ? row : other;
    };
    if (column.is_flat()) {
      const T* values = column.values<T>();
      return bounds_of_rows<T>(rows, [&](uint32_t row) { return values[from(row)]; });
    }
    const T* values = column.dictionary()->values().values<T>();
    const uint32_t* codes = column.codes();
    return bounds_of_rows<T>(rows, [&](uint32_t row) { return values[codes[from(row)]]; });
  }
  Bounds<T> all;
  active.for_each([&](uint32_t row) {
    if (!column.is_null(row)) all.see(column.value<T>(row));
  });
  return all;
}

/// Calls `see` with the bounds of a column of numbers, dates or times.
template <class See>
void with_bounds(const Column& column, const Selection& active, See&& see) {
  switch (column.physical()) {
    case PhysicalType::kInt8:
      return see(bounds_of<int8_t>(column, active));
    case PhysicalType::kInt16:
      return see(bounds_of<int16_t>(column, active));
    case PhysicalType::kInt32:
      return see(bounds_of<int32_t>(column, active));
    case PhysicalType::kInt64:
      return see(bounds_of<int64_t>(column, active));
    case PhysicalType::kUInt8:
      return see(bounds_of<uint8_t>(column, active));
    case PhysicalType::kUInt16:
      return see(bounds_of<uint16_t>(column, active));
    case PhysicalType::kUInt32:
      return see(bounds_of<uint32_t>(column, active));
    case PhysicalType::kFloat:
      return see(bounds_of<float>(column, active));
    case PhysicalType::kDouble:
      return see(bounds_of<double>(column, active));
    case PhysicalType::kUInt64:  // may lie outside int64
    case PhysicalType::kBool:
    case PhysicalType::kInt128:
    case PhysicalType::kString:
    case PhysicalType::kInterval:
    case PhysicalType::kList:
    case PhysicalType::kStruct:
      return;
  }
}

uint64_t nulls_among(const Column& column, const Selection& active) {
  uint64_t nulls = 0;
  if (!column.validity()) return 0;
  if (active.is_all() && !column.is_constant()) {
    nulls = active.size();
    for (uint32_t row = 0; row < active.size(); row += 64) {
      nulls -= static_cast<uint64_t>(
          std::popcount(column.validity()[row / 64] & low_mask(active.size() - row)));
    }
    return nulls;
  }
  active.for_each([&](uint32_t row) { nulls += column.is_null(row); });
  return nulls;
}

}  // namespace

TableSketch::TableSketch(const Schema& schema, uint64_t expected_rows)
    : all_of_first_(expected_rows < kOneOf * kAllOfFirst ? kAllOfFirst : 0) {
  columns_.resize(schema.size());
  for (size_t i = 0; i < schema.size(); ++i) columns_[i].type = schema[i].type;
}

void TableSketch::add(const Chunk& chunk) {
  ASSERT(chunk.columns.size() == columns_.size());
  const Selection counted = chunk_rows_ < all_of_first_ ? chunk.active : drawn(chunk.active);
  for (size_t i = 0; i < columns_.size(); ++i) add(i, chunk.columns[i], chunk.active, counted);
  chunk_rows_ += chunk.size();
}

void TableSketch::add(size_t index, const Column& column, const Selection& active) {
  add(index, column, active, active);
}

/// One of every four rows.
Selection TableSketch::drawn(const Selection& active) {
  const uint32_t count = active.size() / kOneOf;
  BufferRef rows = Buffer::allocate(count * sizeof(uint16_t));
  for (uint32_t i = 0; i < count; ++i)
    rows->as<uint16_t>()[i] =
        static_cast<uint16_t>(active[i * kOneOf + static_cast<uint32_t>(random_.below(kOneOf))]);
  return Selection::of(std::move(rows), count);
}

void TableSketch::add(size_t index, const Column& column, const Selection& active,
                      const Selection& counted) {
  if (active.empty()) return;
  OfColumn& to = columns_[index];
  to.rows += active.size();
  to.nulls += nulls_among(column, active);
  hashes_.resize(counted.size());
  hash_column(column, counted, hashes_.data(), false);
  uint32_t kept = counted.size();
  if (column.validity()) {
    kept = 0;
    for (uint32_t i = 0; i < counted.size(); ++i) {
      hashes_[kept] = hashes_[i];
      kept += !column.is_null(counted[i]);
    }
  }
  to.counted += kept;
  uint8_t* const all = to.longest.data();
  for (const uint64_t hash : std::span(hashes_).first(kept)) {
    const auto zeros = static_cast<uint8_t>(std::countl_zero((hash << kBits) | (kRegisters - 1)));
    // Most hashes change nothing: what is not written need not be waited for.
    uint8_t& longest = all[hash >> (64 - kBits)];
    if (zeros >= longest) [[unlikely]]
      longest = zeros + 1;
  }
  with_bounds(column, active, [&](const auto& bounds) {
    if (bounds.is_empty()) return;
    if constexpr (std::is_floating_point_v<decltype(bounds.low)>) {
      to.low_real = to.has_bounds ? std::min<double>(to.low_real, bounds.low) : bounds.low;
      to.high_real = to.has_bounds ? std::max<double>(to.high_real, bounds.high) : bounds.high;
    } else {
      to.low = to.has_bounds ? std::min<int64_t>(to.low, bounds.low) : bounds.low;
      to.high = to.has_bounds ? std::max<int64_t>(to.high, bounds.high) : bounds.high;
    }
    to.has_bounds = true;
  });
}

void TableSketch::merge(const TableSketch& other) {
  for (size_t i = 0; i < columns_.size(); ++i) {
    OfColumn& to = columns_[i];
    const OfColumn& from = other.columns_[i];
    to.rows += from.rows;
    to.nulls += from.nulls;
    to.counted += from.counted;
    for (size_t at = 0; at < kRegisters; ++at)
      to.longest[at] = std::max(to.longest[at], from.longest[at]);
    if (!from.has_bounds) continue;
    to.low = to.has_bounds ? std::min(to.low, from.low) : from.low;
    to.high = to.has_bounds ? std::max(to.high, from.high) : from.high;
    to.low_real = to.has_bounds ? std::min(to.low_real, from.low_real) : from.low_real;
    to.high_real = to.has_bounds ? std::max(to.high_real, from.high_real) : from.high_real;
    to.has_bounds = true;
  }
}

TableSketch TableSketch::picked(std::span<const int64_t> places, const Schema& schema) const {
  TableSketch made(schema);
  for (size_t i = 0; i < places.size(); ++i) {
    if (places[i] < 0) continue;
    const OfColumn& from = columns_[static_cast<size_t>(places[i])];
    if (from.type == made.columns_[i].type) made.columns_[i] = from;
  }
  return made;
}

ColumnStatistics TableSketch::column(size_t index, uint64_t row_count) const {
  const OfColumn& of = columns_[index];
  ColumnStatistics statistics;
  // The share: rows that were changed were counted twice.
  const double null_share =
      of.rows == 0 ? 0 : static_cast<double>(of.nulls) / static_cast<double>(of.rows);
  statistics.null_count = static_cast<uint64_t>(null_share * static_cast<double>(row_count));
  if (of.rows == 0) return {};
  constexpr double kCount = kRegisters;
  // As whole numbers, which are added faster: every statement asks. What is less than one of 2^53
  // parts does not count.
  constexpr uint32_t kParts = 53;
  uint64_t parts = 0;
  uint64_t empty_registers = 0;
  for (const uint8_t longest : of.longest) {
    parts += longest <= kParts ? uint64_t{1} << (kParts - longest) : 0;
    empty_registers += longest == 0;
  }
  static_assert(kRegisters <= uint64_t{1} << (63 - kParts));
  const double sum = static_cast<double>(parts) / static_cast<double>(uint64_t{1} << kParts);
  const auto empty = static_cast<double>(empty_registers);
  double values = 0.7213 / (1 + 1.079 / kCount) * kCount * kCount / sum;
  if (values < 2.5 * kCount && empty > 0) values = kCount * std::log(kCount / empty);
  const auto not_null = static_cast<double>(of.rows - of.nulls);
  if (const auto counted = static_cast<double>(of.counted); counted < not_null)
    values = values_behind(std::min(values, counted), counted, not_null);
  statistics.distinct_count =
      std::min(static_cast<uint64_t>(std::llround(values)), row_count - *statistics.null_count);
  if (of.has_bounds) {
    if (of.type->is_floating()) {
      statistics.min = Value(of.type, of.low_real);
      statistics.max = Value(of.type, of.high_real);
    } else {
      statistics.min = Value(of.type, int128_t{of.low});
      statistics.max = Value(of.type, int128_t{of.high});
    }
  }
  return statistics;
}

}  // namespace doline
