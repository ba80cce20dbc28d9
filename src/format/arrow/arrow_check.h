#pragma once

#include "format/arrow/arrow_field.h"

namespace doline {

/// More rows, and bytes of texts, than any machine holds; sums of lengths stay far from
/// overflowing.
inline constexpr int64_t kMostArrowRows = int64_t{1} << 44;

/// Everything about a foreign array that reading relies on: lengths, children, buffers that are
/// there, rising offsets of lists that end inside their child, rising run ends. After it, reading
/// rows [0, length) follows nothing unchecked but where texts lie and dictionary codes, which are
/// checked as they are read. Error(kFormat) naming the column.
void check_arrow_array(const ArrowField& field, const ArrowArray& array);
/// The part of it that looks at no row: lengths, children, and buffers that are there.
void check_arrow_shape(const ArrowField& field, const ArrowArray& array);

/// Whether a bitmap of the array's own may say that rows are NULL.
inline bool arrow_may_be_null(const ArrowArray& array) {
  return array.null_count != 0 && array.n_buffers != 0 && array.buffers[0] != nullptr;
}
/// Rows whose bit is set are not NULL; null when none is. `row` counts from the array's offset.
inline bool arrow_is_null(const ArrowArray& array, int64_t row) {
  if (!arrow_may_be_null(array)) return false;
  const int64_t bit = array.offset + row;
  return ((static_cast<const uint8_t*>(array.buffers[0])[bit / 8] >> (bit % 8)) & 1) == 0;
}

/// A string view as Arrow lays it out.
struct ArrowTextView {
  int32_t size;
  char inlined[12];  // or prefix (4 bytes), buffer index, offset
  int32_t buffer_index() const;
  int32_t buffer_offset() const;
};
static_assert(sizeof(ArrowTextView) == 16);

}  // namespace doline
