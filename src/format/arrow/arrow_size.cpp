#include "format/arrow/arrow_size.h"

#include <algorithm>

#include "base/bits.h"

namespace doline {

size_t arrow_array_bytes(const ArrowField& field, const ArrowArray& array) {
  const auto rows = static_cast<size_t>(array.length);
  size_t bytes =
      rows / 8 +
      rows * std::max<uint64_t>(field.layout == ArrowLayout::kFixedList ? 0 : field.width_bytes, 1);
  if (array.length > 0 &&
      (field.layout == ArrowLayout::kText32 || field.layout == ArrowLayout::kText64)) {
    const auto* offsets = static_cast<const std::byte*>(array.buffers[1]);
    const auto first = static_cast<size_t>(array.offset);
    bytes +=
        field.layout == ArrowLayout::kText32
            ? rows * 4 + static_cast<size_t>(load_unaligned<int32_t>(offsets + (first + rows) * 4) -
                                             load_unaligned<int32_t>(offsets + first * 4))
            : rows * 8 + static_cast<size_t>(load_unaligned<int64_t>(offsets + (first + rows) * 8) -
                                             load_unaligned<int64_t>(offsets + first * 8));
  }
  if (field.layout == ArrowLayout::kTextViews) {
    bytes += rows * 16;
    for (int64_t i = 0; i + 3 < array.n_buffers && array.length > 0; ++i) {
      bytes += static_cast<size_t>(std::max<int64_t>(
          0, load_unaligned<int64_t>(
                 static_cast<const int64_t*>(array.buffers[array.n_buffers - 1]) + i)));
    }
  }
  for (size_t i = 0; i < field.child_count(); ++i)
    bytes += arrow_array_bytes(field.children[i], *array.children[i]);
  if (array.dictionary) bytes += arrow_array_bytes(field.children[0], *array.dictionary);
  return bytes;
}

}  // namespace doline
