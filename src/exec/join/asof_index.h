#pragma once

#include <vector>

#include "exec/join/loop_table.h"

namespace doline {

/// Right rows of an ASOF join, sorted by their keys and then by what is compared, and how a left
/// row's partner is found among them: by the hash of its keys the run of rows with these keys, in
/// it by halving the last row that is not behind the left one. Immutable once made.
class AsofIndex {
 public:
  AsofIndex(const JoinShape& shape, const LoopTable::Segment& rows, QueryContext& context);

  static constexpr uint32_t kNone = ~uint32_t{0};
  /// Where a left row's candidates lie: [begin, end) of the rows, the last one nearest.
  struct Run {
    uint32_t begin = 0;
    uint32_t end = 0;
  };
  /// `keys` and `values` (prepared) are of left rows; for rows source[0 .. count).
  void find(const std::vector<Column>& keys, const Column& value, const uint32_t* source,
            uint32_t count, Run* out) const;
  /// What it takes to make one, at most: words and hashes of rows, runs and their slots.
  static size_t bytes_for(uint64_t rows) {
    return rows * (3 * sizeof(uint64_t) + 4 * sizeof(Slot));
  }

 private:
  struct Slot {
    uint64_t hash;
    uint32_t run;  // kNone: free
  };
  void find_runs(QueryContext& context);
  void find_by_keys(const std::vector<Column>& keys, const uint32_t* source, uint32_t count,
                    Run* out) const;
  bool same_keys(const std::vector<Column>& keys, uint32_t row, uint32_t run) const;
  void halve(const Column& value, const uint32_t* source, uint32_t count, Run* out) const;

  const JoinShape& shape_;
  const uint32_t rows_;
  std::vector<Column> keys_;
  Column value_;  // where words do not tell all
  BufferRef words_;
  std::vector<Run> runs_;
  BufferRef slots_;
  uint64_t slot_mask_ = 0;
};

}  // namespace doline
