#pragma once

#include <vector>

#include "column/column.h"

namespace doline {

/// Where a chunk's rows stand in source order: first the morsel's number, then the chunk's
/// place within the morsel's output. Sorting by it restores the order of rows.
struct MorselSequence {
  uint64_t morsel = 0;
  uint64_t chunk = 0;
  auto operator<=>(const MorselSequence&) const = default;
};

/// Up to kChunkRows rows of columns: the unit operators exchange. Lent for one call; keeping it
/// means retain().
struct Chunk {
  std::vector<Column> columns;
  Selection active;        // which of the row_count rows count
  uint32_t row_count = 0;  // rows in each column
  MorselSequence sequence;

  Chunk() = default;
  Chunk(std::vector<Column> c, uint32_t rows)
      : columns(std::move(c)), active(Selection::all(rows)), row_count(rows) {}

  uint32_t size() const { return active.size(); }
  bool empty() const { return active.empty(); }
  /// Only the active rows, dense; encodings are kept. No copy when all rows are active.
  Chunk dense() const;
  /// Dense and owned: string memory is copied out when what it pins exceeds four times its use.
  Chunk retain() const;
  Chunk slice(uint32_t skip, uint32_t take) const;
  size_t data_bytes() const;  // as Column's, of all rows
  size_t kept_bytes() const;
};

}  // namespace doline
