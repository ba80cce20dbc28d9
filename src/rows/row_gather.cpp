#include <cstring>

#include "column/column_builder.h"
#include "column/column_writer.h"
#include "rows/row_pages.h"
#include "rows/value_bytes.h"

namespace doline {

namespace {

/// The rows' validity bits of one column; null when none is NULL.
BufferRef gather_validity(const RowLayout& layout, size_t column, const std::byte* const* rows,
                          uint32_t count) {
  const uint32_t offset = layout.validity_offset() + static_cast<uint32_t>(column / 8);
  const auto shift = static_cast<uint32_t>(column % 8);
  uint32_t all = 1;
  for (uint32_t i = 0; i < count; ++i) all &= static_cast<uint32_t>(rows[i][offset]) >> shift;
  if (all & 1) return {};
  BufferRef bitmap = Buffer::allocate_zeroed(words_for_bits(count) * 8);
  auto* words = bitmap->as<uint64_t>();
  for (uint32_t i = 0; i < count; ++i) {
    words[i / 64] |= ((static_cast<uint64_t>(rows[i][offset]) >> shift) & 1) << (i % 64);
  }
  return bitmap;
}

Column gather_nested(const RowLayout& layout, size_t column, const std::byte* const* rows,
                     uint32_t count) {
  ColumnBuilder builder(layout.type(column), count);
  const uint32_t offset = layout.slot(column).offset;
  for (uint32_t i = 0; i < count; ++i) {
    if (layout.is_null(rows[i], column)) {
      builder.append_null();
      continue;
    }
    const auto stored = load_unaligned<StringView>(rows[i] + offset);
    std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(stored.data()),
                                     stored.size());
    read_value_bytes(bytes, builder);
  }
  return builder.seal();
}

}  // namespace

Column gather_column(const RowLayout& layout, size_t column, const std::byte* const* rows,
                     uint32_t count, const PinRef& pin) {
  const RowLayout::Slot& slot = layout.slot(column);
  if (slot.shape == RowLayout::Shape::kNested) return gather_nested(layout, column, rows, count);
  ColumnWriter writer(slot.type, count);
  const uint32_t offset = slot.offset;
  dispatch_physical(slot.type->physical(), [&]<class T>() {
    if constexpr (std::is_same_v<T, ListEntry>) {
      UNREACHABLE();
    } else if constexpr (std::is_same_v<T, bool>) {
      uint64_t* bits = writer.bits();
      for (uint32_t i = 0; i < count; ++i) {
        bits[i / 64] |= static_cast<uint64_t>(rows[i][offset] & std::byte{1}) << (i % 64);
      }
    } else if constexpr (std::is_same_v<T, StringView>) {
      auto* texts = writer.values<StringView>();
      if (pin) {
        for (uint32_t i = 0; i < count; ++i)
          texts[i] = load_unaligned<StringView>(rows[i] + offset);
        writer.add_pin(pin);
      } else {
        for (uint32_t i = 0; i < count; ++i) {
          const auto text = load_unaligned<StringView>(rows[i] + offset);
          texts[i] = text.is_inline() ? text : writer.keep(text.view());
        }
      }
    } else {
      T* values = writer.values<T>();
      for (uint32_t i = 0; i < count; ++i) values[i] = load_unaligned<T>(rows[i] + offset);
    }
  });
  if (BufferRef validity = gather_validity(layout, column, rows, count))
    writer.set_validity(std::move(validity));
  return writer.seal(count);
}

Chunk gather_page(const RowLayout& layout, const RowPageRef& page, uint32_t begin, uint32_t count,
                  size_t column_count) {
  ASSERT(begin <= page->size() && count <= page->size() - begin && count <= kChunkRows);
  const std::byte* rows[kChunkRows];
  for (uint32_t i = 0; i < count; ++i) rows[i] = page->row(begin + i);
  std::vector<Column> columns;
  for (size_t column = 0; column < std::min(column_count, layout.column_count()); ++column) {
    columns.push_back(gather_column(layout, column, rows, count, page));
  }
  return Chunk(std::move(columns), count);
}

}  // namespace doline
