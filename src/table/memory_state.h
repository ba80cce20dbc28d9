#pragma once

#include "table/memory_table.h"
#include "table/table_sketch.h"

namespace doline {

/// Where a segment stands in its table.
struct PlacedSegment {
  SegmentRef segment;
  uint64_t first_row = 0;  // the number of its first row

  uint64_t end_row() const { return first_row + segment->place_count; }
};

/// What a MemoryTable is a handle on; for those who make new states. Immutable once shared.
struct MemoryTable::State {
  State() = default;
  State(State&&) = default;
  ~State();

  /// The same table with nothing changed yet.
  State next() const;
  /// Behind all others; small ones go into the last segment, unless that is settled.
  void add(const SegmentRef& added);
  /// The place of the segment that has the row.
  size_t place_of(uint64_t row) const;
  std::vector<TypeRef> types() const;

  uint64_t table_id = 0;
  uint64_t state_id = 0;  // 0: not known yet
  std::string name;
  Schema schema;
  TableRules rules;
  std::vector<PlacedSegment> segments;  // by rising row numbers
  uint64_t next_row = 0;
  /// Segments that begin before this row are a committed state's: a commit finds in them what was
  /// changed, and behind them what was added.
  uint64_t settled_rows = 0;
  uint64_t alive_count = 0;
  /// Of all values that rows of the table have or had. Shared by states.
  std::shared_ptr<const TableSketch> sketch;
};

}  // namespace doline
