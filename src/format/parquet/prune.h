#pragma once

#include <optional>
#include <vector>

#include "column/value.h"
#include "format/parquet/metadata.h"
#include "format/parquet/schema_tree.h"

namespace doline::parquet {

/// `column <op> constant`, of the column's type: what statistics can rule out. No row whose value
/// is NULL satisfies it.
struct ValueRange {
  uint32_t column = 0;  // position in ReadRequest::columns
  std::optional<Value> lower, upper;
  bool lower_inclusive = true, upper_inclusive = true;
  std::vector<Value> any_of;  // not empty: one of these
  bool is_not_null = false;   // nothing but that
};

/// What is known of a column's values in a row group or page.
struct ColumnBounds {
  std::optional<Value> min, max;  // inclusive; bounds, perhaps not values
  std::optional<uint64_t> null_count;
};

/// Of a flat leaf. Bounds of unknown order and those that are NaN are left out.
ColumnBounds bounds_of(const SchemaNode& leaf, const Statistics& statistics);
ColumnBounds bounds_of(const SchemaNode& leaf, std::string_view min, std::string_view max);

/// False only where no row of `row_count` can satisfy the range.
bool may_match(const ValueRange& range, const ColumnBounds& bounds, uint64_t row_count);

/// Order of two values of one type; nullopt where they cannot be compared here (NaN, nested).
std::optional<int> compare_values(const Value& a, const Value& b);

}  // namespace doline::parquet
