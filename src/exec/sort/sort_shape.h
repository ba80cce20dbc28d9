#pragma once

#include <vector>

#include "exec/sort/carried_rows.h"
#include "exec/sort/key_words.h"
#include "rows/row_pages.h"

namespace doline {

/// How a sort's rows lie: the columns that go on, then keys that are not among them, then the
/// row's place in the source, which tells rows of equal keys apart: the sort is stable whatever
/// tasks read the rows. Shared by threads; nothing but what `carried` learns ever changes.
struct SortShape {
  /// `key_columns[i]`: which of `types` the i-th key is; -1 for one that is computed.
  SortShape(std::vector<TypeRef> types, const std::vector<SortOrder>& orders,
            const std::vector<int>& key_columns);

  const std::vector<TypeRef> types;
  /// Set where rows may lie whole in their entries.
  const std::unique_ptr<CarriedRows> carried;
  /// Keys by number that have columns of their own.
  std::vector<uint32_t> own_keys;
  /// Of these, those nested, which are kept as bytes in order.
  std::vector<bool> is_nested_key;
  RowLayoutRef layout;
  /// A row's keys and place alone: where ranges and blocks on disk begin.
  RowLayoutRef boundary_layout;
  std::vector<uint32_t> boundary_columns;  // their columns in `layout`
  std::vector<KeyWords> words_of;          // of layout, of boundary_layout

  const KeyWords& words() const { return words_of[0]; }
  const KeyWords& boundary_words() const { return words_of[1]; }
  /// Every key and the row's place.
  size_t all_columns() const { return words().key_count() + 1; }
  /// Copies a row's keys and place.
  const std::byte* copy_boundary(const std::byte* row, RowPages& into) const;
};

/// Numbers rows by their place; what does not fit wraps, and with it only the order of equal rows.
inline uint64_t row_place(uint32_t branch, uint64_t morsel, uint64_t row) {
  return uint64_t{branch} << 54 | (morsel & ((1U << 26) - 1)) << 28 | (row & ((1U << 28) - 1));
}

}  // namespace doline
