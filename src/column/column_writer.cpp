#include "column/column_writer.h"

#include <cstring>

namespace doline {

namespace {

size_t bytes_for(PhysicalType type, uint32_t rows) {
  return type == PhysicalType::kBool ? words_for_bits(rows) * 8 : width_of(type) * rows;
}

}  // namespace

ColumnWriter::ColumnWriter(TypeRef type, uint32_t capacity) : type_(type), capacity_(capacity) {
  ASSERT(!type->is_nested());
  const bool must_be_clean =
      type->physical() == PhysicalType::kBool || type->physical() == PhysicalType::kString;
  const size_t bytes = bytes_for(type->physical(), capacity);
  values_ = must_be_clean ? Buffer::allocate_zeroed(bytes) : Buffer::allocate(bytes);
}

uint64_t* ColumnWriter::validity() {
  if (!validity_) validity_ = make_full_bitmap(capacity_);
  return validity_->as<uint64_t>();
}

Arena& ColumnWriter::heap() {
  if (!heap_) heap_ = make_ref<Arena>();
  return *heap_;
}

Column ColumnWriter::seal(uint32_t size) {
  ASSERT(size <= capacity_);
  if (heap_) pins_.emplace_back(heap_);
  return Column::flat(type_, size, std::move(values_), std::move(validity_),
                      combine_pins(std::move(pins_)));
}

BufferRef make_full_bitmap(uint32_t rows) {
  BufferRef bitmap = Buffer::allocate(words_for_bits(rows) * 8);
  std::memset(bitmap->data(), 0xFF, bitmap->size_bytes());
  return bitmap;
}

BufferRef intersect_bitmaps(const uint64_t* a, const uint64_t* b, uint32_t rows) {
  if (!a && !b) return {};
  BufferRef result = Buffer::allocate(words_for_bits(rows) * 8);
  auto* out = result->as<uint64_t>();
  for (size_t word = 0; word < words_for_bits(rows); ++word) {
    out[word] = (a ? a[word] : ~uint64_t{0}) & (b ? b[word] : ~uint64_t{0});
  }
  return result;
}

BufferRef validity_bitmap(const Column& column) {
  if (!column.validity()) return {};
  const size_t bytes = words_for_bits(column.size()) * 8;
  BufferRef result = Buffer::allocate(bytes);
  if (column.is_constant()) {
    std::memset(result->data(), column.is_null(0) ? 0 : 0xFF, bytes);
  } else {
    std::memcpy(result->data(), column.validity(), bytes);
  }
  return result;
}

}  // namespace doline
