#pragma once

#include <span>
#include <vector>

#include "exec/join/join_shape.h"
#include "rows/row_pages.h"

namespace doline {

/// Build rows so few that joins give their numbers in place of their values: the right columns of
/// a chunk are codes, the same ones for all columns, into dictionaries that have each row's value
/// once. Immutable. Invariant: the dictionaries keep their texts themselves, so that the rows may
/// go while what came out of the join is still there.
class NumberedRows {
 public:
  /// Whether some of the join's columns should come out so: rows that are few, and small. They are
  /// copied for it, and their values once more.
  static bool suits(const JoinShape& shape, std::span<const RowPageRef> pages,
                    const Budget& budget);

  /// All rows, in one page, which lives as long as this is asked.
  NumberedRows(const JoinShape& shape, const RowPage& page);

  /// What `count` rows have in common: their numbers, and which of them are rows at all
  /// (RowLayout::null_row is none).
  struct Codes {
    uint32_t count = 0;
    BufferRef numbers;
    BufferRef validity;  // null: all are rows
  };
  Codes codes_of(const std::byte* const* rows, uint32_t count) const;
  /// Whether the right column comes out so.
  bool has(size_t column) const { return static_cast<bool>(columns_[column].dictionary); }
  Column column(size_t column, const Codes& codes) const;

 private:
  static constexpr uint32_t kNull = ~uint32_t{0};
  struct OfColumn {
    TypeRef type = nullptr;
    DictionaryRef dictionary;
    BufferRef codes;  // by row, kNull among them; null: there are no NULLs, they are the numbers
  };
  const RowLayout& layout_;
  const std::byte* const first_row_;
  const uint64_t reciprocal_;  // of a row's bytes, by 2^32
  std::vector<OfColumn> columns_;
};

}  // namespace doline
