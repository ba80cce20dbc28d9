#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/bits.h"
#include "column/column_writer.h"
#include "column/string_view.h"

namespace doline {

/// The rows of one chunk as a parser fills them: column by column at the current row, then
/// end_row(). Columns nobody wants take no memory and ignore what is set. Owned by one thread.
class LogRows {
 public:
  /// `wanted`: positions in `columns`, in output order. `pin` keeps the block's bytes.
  LogRows(const std::vector<Field>& columns, std::span<const uint32_t> wanted, PinRef pin,
          uint32_t capacity = kChunkRows);

  uint32_t size() const { return size_; }
  bool full() const { return size_ == capacity_; }
  bool wants(size_t column) const { return slots_[column].values != nullptr; }

  /// `text` lies in memory the pin keeps; `readable_end` is the end of what may be read behind it.
  void set_text(size_t column, std::string_view text, const char* readable_end) {
    if (!wants(column)) return;
    static_cast<StringView*>(slots_[column].values)[size_] = view_of(text, readable_end);
  }
  /// Memory of the column's own.
  void copy_text(size_t column, std::string_view text) {
    if (wants(column)) slots_[column].writer->set_text(size_, text);
  }
  template <class T>
  void set(size_t column, T value) {
    if (wants(column)) static_cast<T*>(slots_[column].values)[size_] = value;
  }
  void set_bool(size_t column, bool value) {
    if (wants(column)) assign_bit(slots_[column].writer->bits(), size_, value);
  }
  void set_null(size_t column) {
    if (wants(column)) slots_[column].writer->set_null(size_);
  }
  void end_row() { ++size_; }

  /// The wanted columns, each of size() rows.
  std::vector<Column> seal();

 private:
  struct Slot {
    ColumnWriter* writer = nullptr;
    void* values = nullptr;
  };

  /// As StringView's constructor, without a branch on the length of short strings.
  static StringView view_of(std::string_view text, const char* readable_end) {
    const auto size = static_cast<uint32_t>(text.size());
    if (readable_end - text.data() < 12) return StringView(text);
    const uint64_t head = uint64_t{load_unaligned<uint32_t>(text.data())} << 32;
    uint64_t words[2] = {head | size, reinterpret_cast<uint64_t>(text.data())};
    if (size <= StringView::kInlineBytes) {
      const uint64_t tail = load_unaligned<uint64_t>(text.data() + 4);
      words[0] = (head & (low_mask(8 * size) << 32)) | size;
      words[1] = size <= 4 ? 0 : tail & low_mask(8 * (size - 4));
    }
    return load_unaligned<StringView>(words);
  }

  const uint32_t capacity_;
  uint32_t size_ = 0;
  std::vector<std::unique_ptr<ColumnWriter>> writers_;  // in output order
  std::vector<Slot> slots_;                             // by the parser's column
};

}  // namespace doline
