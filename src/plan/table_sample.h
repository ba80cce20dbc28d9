#pragma once

#include <vector>

#include "plan/table.h"

namespace doline {

/// Rows that stand for all rows of a table. Immutable.
struct TableSample final : RefCounted {
  std::vector<uint32_t> columns;  // of the table's schema, ascending; the chunks' columns
  std::vector<Chunk> chunks;      // dense and owned, taken from all over the table
  uint64_t row_count = 0;
  bool is_complete = false;  // these are all rows of the table
  /// They are from everywhere; otherwise from some places, and where rows lie in the order of a
  /// column, whole stretches of its values are missing.
  bool is_spread = false;
};
using TableSampleRef = Ref<const TableSample>;

/// Where an optimizer gets samples from. One statement's; one thread.
class Sampler {
 public:
  virtual ~Sampler() = default;
  /// Rows with (at least) these columns, which are ascending. Null where none can be had.
  virtual TableSampleRef sample(const TableRef& table, const std::vector<uint32_t>& columns) = 0;
};

}  // namespace doline
