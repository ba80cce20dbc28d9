#pragma once

#include <cstdint>

#include "base/bits.h"
#include "memory/buffer.h"

namespace doline {

/// The most rows a chunk holds.
inline constexpr uint32_t kChunkRows = 2048;

/// Which rows of a chunk count: all of [0, row_count), or an ascending list of 16-bit rows.
/// Cheap to copy; the list is shared and sealed.
class Selection {
 public:
  Selection() = default;
  static Selection all(uint32_t row_count) { return Selection(row_count, nullptr); }
  /// `rows` holds `count` ascending uint16_t.
  static Selection of(BufferRef rows, uint32_t count) { return Selection(count, std::move(rows)); }
  /// The rows whose bit is set among [0, row_count).
  static Selection from_bits(const uint64_t* words, uint32_t row_count);
  /// The rows of `base` whose bit is set.
  static Selection from_bits(const uint64_t* words, const Selection& base);

  uint32_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  bool is_all() const { return !rows_; }
  /// Null when all rows count.
  const uint16_t* rows() const { return rows_ ? rows_->as<uint16_t>() + begin_ : nullptr; }
  uint32_t operator[](uint32_t index) const { return rows_ ? rows()[index] : index; }
  /// Rows [skip, skip + take) of this selection. For `is_all()` selections with skip > 0 a list is
  /// made.
  Selection slice(uint32_t skip, uint32_t take) const;

  template <class Body>
  void for_each(Body&& body) const {
    if (const uint16_t* list = rows()) {
      for (uint32_t i = 0; i < size_; ++i) body(uint32_t{list[i]});
    } else {
      for (uint32_t i = 0; i < size_; ++i) body(i);
    }
  }

 private:
  Selection(uint32_t size, BufferRef rows) : size_(size), rows_(std::move(rows)) {}

  uint32_t size_ = 0;
  uint32_t begin_ = 0;
  BufferRef rows_;
};

}  // namespace doline
