#pragma once

#include <memory>
#include <vector>

#include "base/bits.h"
#include "column/column_builder.h"

namespace doline {

/// What a decoder appends one type's values to: like ColumnBuilder, but strings may be views of
/// the text, which `seal` is told the pin of. Owned by one thread.
class ColumnSlot {
 public:
  /// Types no reader has a fast way for lie in a ColumnBuilder: `generic`.
  ColumnSlot(TypeRef type, bool generic);

  TypeRef type() const { return type_; }
  /// Nobody looks at its values: it takes none, and is NULL throughout.
  void leave_out() { is_left_out_ = true; }
  bool is_left_out() const { return is_left_out_; }
  uint32_t size() const { return generic_ ? generic_->size() : size_; }

  void append_null();
  template <class T>
  void append(T value) {
    make_room();
    values_->as<T>()[size_++] = value;
  }
  void append_bool(bool value) {
    make_room();
    assign_bit(values_->as<uint64_t>(), size_++, value);
  }
  /// Lies in memory the pin keeps; `readable_end` is the end of what may be read behind it.
  void append_view(std::string_view text, const char* readable_end);
  /// Memory of the column's own.
  void append_copy(std::string_view text);
  /// For list, map: all child rows since the last row belong to it.
  void finish_list();
  /// For struct: each child has had one row appended.
  void finish_struct() {
    make_room();
    ++size_;
  }
  /// Drops rows from the end, children included.
  void truncate(uint32_t size);

  ColumnBuilder& generic() { return *generic_; }
  std::vector<ColumnSlot>& children() { return children_; }

  /// The rows so far; it is empty again. `pin` keeps the views' bytes.
  Column seal(const PinRef& pin);

 private:
  void make_room() {
    if (size_ == capacity_) [[unlikely]]
      grow();
  }
  void grow();
  uint64_t* validity();

  TypeRef type_;
  uint32_t size_ = 0;
  uint32_t capacity_ = 0;
  uint32_t list_begin_ = 0;
  bool has_views_ = false;
  bool is_left_out_ = false;
  BufferRef values_;
  BufferRef validity_;
  ArenaRef heap_;
  std::vector<ColumnSlot> children_;
  std::unique_ptr<ColumnBuilder> generic_;
};

}  // namespace doline
