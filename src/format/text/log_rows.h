#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "column/column_writer.h"
#include "column/readable_text.h"

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

  static StringView view_of(std::string_view text, const char* readable_end) {
    constexpr auto kInline = static_cast<ptrdiff_t>(StringView::kInlineBytes);
    if (readable_end - text.data() < kInline) return StringView(text);
    return view_of_readable(text.data(), static_cast<uint32_t>(text.size()));
  }

  const uint32_t capacity_;
  uint32_t size_ = 0;
  std::vector<std::unique_ptr<ColumnWriter>> writers_;  // in output order
  std::vector<Slot> slots_;                             // by the parser's column
};

}  // namespace doline
