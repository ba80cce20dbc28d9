#pragma once

#include "column/column.h"
#include "memory/arena.h"

namespace doline {

/// What kernels fill: `capacity` rows of one type, written in any order, sealed into a flat
/// column. Rows never written hold readable garbage that is not a pointer (strings start empty).
/// Owned by one thread. Not for nested types: see ColumnBuilder.
class ColumnWriter {
 public:
  ColumnWriter(TypeRef type, uint32_t capacity);

  TypeRef type() const { return type_; }
  uint32_t capacity() const { return capacity_; }
  template <class T>
  T* values() {
    return values_->as<T>();
  }
  /// Bool columns: zeroed words.
  uint64_t* bits() { return values_->as<uint64_t>(); }
  /// Made on first use, all rows valid.
  uint64_t* validity();
  bool has_validity() const { return static_cast<bool>(validity_); }
  void set_null(uint32_t row) { clear_bit(validity(), row); }
  /// Takes over a bitmap computed elsewhere; null means no NULLs.
  void set_validity(BufferRef validity) { validity_ = std::move(validity); }

  /// Copies `text` into memory the column will own, unless it fits in place.
  void set_text(uint32_t row, std::string_view text) { values<StringView>()[row] = keep(text); }
  StringView keep(std::string_view text) {
    if (text.size() <= StringView::kInlineBytes) return StringView(text);
    return StringView(heap().copy(text));
  }
  /// Room for `size` bytes to be written by the caller; view it with StringView afterwards.
  char* reserve(size_t size) { return reinterpret_cast<char*>(heap().allocate(size, 1)); }
  Arena& heap();
  /// Views written into this column reach into what `pin` keeps.
  void add_pin(PinRef pin) {
    if (pin) pins_.push_back(std::move(pin));
  }

  Column seal(uint32_t size);

 private:
  const TypeRef type_;
  const uint32_t capacity_;
  BufferRef values_;
  BufferRef validity_;
  ArenaRef heap_;
  std::vector<PinRef> pins_;
};

/// A bitmap of `rows` bits, all set.
BufferRef make_full_bitmap(uint32_t rows);
/// Rows valid in both; either may be null (= all valid), and so may the result. `rows` bits.
BufferRef intersect_bitmaps(const uint64_t* a, const uint64_t* b, uint32_t rows);
/// The rows of `column` that are not NULL, as a bitmap over its rows; null when all are.
BufferRef validity_bitmap(const Column& column);

}  // namespace doline
