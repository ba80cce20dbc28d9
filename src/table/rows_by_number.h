#pragma once

#include <memory>
#include <vector>

#include "plan/table.h"

namespace doline {

/// Rows that can be had at any place, in parts, column by column: foreign batches, numbers that
/// follow from their place. Immutable; thread-safe.
class RowsByNumber {
 public:
  virtual ~RowsByNumber() = default;
  /// How many rows each part has.
  virtual std::vector<uint64_t> part_rows() const = 0;
  /// Rows [begin, begin + count) of a part's column. Those in `wanted` count; the others may hold
  /// anything of the column's type.
  virtual Column column(uint32_t part, uint32_t column, uint64_t begin, uint32_t count,
                        const Selection& wanted) const = 0;
};

/// A scan of them by many tasks. Filters are exact: what they read is made first, and the other
/// columns of the rows that they leave.
std::unique_ptr<Scan> scan_by_number(std::shared_ptr<const RowsByNumber> rows, ScanRequest request,
                                     const QueryContext& context);

}  // namespace doline
