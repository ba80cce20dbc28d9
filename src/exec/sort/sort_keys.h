#pragma once

#include <cstring>
#include <vector>

#include "column/chunk.h"
#include "expr/expr.h"
#include "memory/arena.h"

namespace doline {

/// How a key sorts.
struct SortOrder {
  TypeRef type;
  bool descending;
  bool nulls_first;
};

/// A row's keys as bytes whose memcmp order is the sort's order; the row's place in the source
/// comes last, so that no two are equal and the sort is stable.
struct SortEntry {
  uint64_t prefix;       // the first eight bytes, most significant first
  const std::byte* key;  // all of them
  uint32_t key_bytes;
  uint32_t row;          // chunk << 11 | row, within its run

  friend bool operator<(const SortEntry& a, const SortEntry& b) {
    if (a.prefix != b.prefix) return a.prefix < b.prefix;
    const uint32_t common = a.key_bytes < b.key_bytes ? a.key_bytes : b.key_bytes;
    const int order = common > 8 ? std::memcmp(a.key + 8, b.key + 8, common - 8) : 0;
    return order != 0 ? order < 0 : a.key_bytes < b.key_bytes;
  }
};

/// Appends one entry a row of `keys` (dense, `rows` rows); key bytes go into `arena`. `first_row`
/// tells rows of chunks with the same sequence apart.
void encode_sort_keys(const std::vector<Column>& keys, const std::vector<SortOrder>& orders, uint32_t rows,
                      const MorselSequence& sequence, uint32_t first_row, uint32_t chunk_index, Arena& arena,
                      std::vector<SortEntry>& out);

}  // namespace doline
