#pragma once

#include <cstdint>
#include <vector>

#include "column/column.h"
#include "column/string_view.h"
#include "format/parquet/write_schema.h"
#include "memory/charged_vector.h"

namespace doline::parquet {

/// Levels and values of one leaf, as they will be encoded.
struct LeafData {
  ChargedVector<uint8_t> definition;
  ChargedVector<uint8_t> repetition;  // empty for leaves without lists around them
  ChargedVector<std::byte> fixed;     // values that are there, WriteLeaf::width() bytes each …
  ChargedVector<StringView> texts;    // … or views of memory that the shredded columns keep
  uint64_t row_count = 0;

  /// Room for the values of so many rows, one each.
  void reserve(const WriteLeaf& leaf, size_t rows);
  size_t value_count(const WriteLeaf& leaf) const {
    return leaf.is_text() ? texts.size() : fixed.size() / leaf.width();
  }
};

/// Cuts the rows of a column into the levels and values of its leaves (Melnik et al., "Dremel",
/// VLDB 2010), appended to `out`, which has one entry a leaf. Error(kConversion) for values that
/// the file's type cannot hold.
void shred(const WriteSchema& schema, size_t column, const Column& rows,
           std::vector<LeafData>& out);

}  // namespace doline::parquet
