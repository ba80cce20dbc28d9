#include "column/chunk.h"

namespace doline {

Chunk Chunk::dense() const {
  if (active.is_all() && active.size() == row_count) return *this;
  std::vector<uint32_t> rows(active.size());
  for (uint32_t i = 0; i < active.size(); ++i) rows[i] = active[i];
  Chunk result;
  result.columns.reserve(columns.size());
  for (const Column& column : columns) result.columns.push_back(column.gather(rows.data(), active.size()));
  result.row_count = active.size();
  result.active = Selection::all(active.size());
  result.sequence = sequence;
  return result;
}

Chunk Chunk::retain() const {
  Chunk result = dense();
  for (Column& column : result.columns) {
    if (column.pinned_bytes() > 4 * column.data_bytes() || column.type()->is_nested()) column = column.compact();
  }
  return result;
}

Chunk Chunk::slice(uint32_t skip, uint32_t take) const {
  Chunk result = *this;
  result.active = active.slice(skip, take);
  return result;
}

size_t Chunk::data_bytes() const {
  size_t bytes = 0;
  for (const Column& column : columns) bytes += column.data_bytes();
  return bytes;
}

}  // namespace doline
