#pragma once

#include <memory>
#include <vector>

#include "column/column_writer.h"
#include "column/value.h"

namespace doline {

/// Appends rows of any type, nested ones included, growing as it goes; sealed into a flat column
/// whose strings and children are its own. Owned by one thread.
///
///   ColumnBuilder tags(Type::list(Type::varchar()));
///   tags.child().append_text("a"); tags.child().append_text("b"); tags.finish_list();
///   tags.append_null();
///   Column column = tags.seal();
class ColumnBuilder {
 public:
  explicit ColumnBuilder(TypeRef type, uint32_t expected_rows = kChunkRows);
  ColumnBuilder(ColumnBuilder&&) noexcept;
  ~ColumnBuilder();

  TypeRef type() const { return type_; }
  uint32_t size() const { return size_; }

  void append_null();
  void append_bool(bool value);
  template <class T>
  void append(T value) {
    make_room();
    values_->as<T>()[size_++] = value;
  }
  /// Copied, unless it fits in place.
  void append_text(std::string_view text);
  void append_value(const Value& value);
  /// Deep copy of one row.
  void append_from(const Column& column, uint32_t row);
  void append_from(const Column& column, const Selection& rows);
  /// list, array, map: the one child. struct: the field's.
  ColumnBuilder& child(size_t index = 0);
  /// Closes a list row: all child rows since the last row belong to it.
  void finish_list();
  /// Closes a struct row: each field has had one row appended.
  void finish_struct();
  /// Drops rows from the end, children included.
  void truncate(uint32_t size);

  /// The column so far; the builder is empty again.
  Column seal();
  size_t data_bytes() const;

 private:
  void make_room();
  uint64_t* validity();

  TypeRef type_;
  uint32_t size_ = 0;
  uint32_t capacity_;
  uint32_t list_begin_ = 0;  // child rows that earlier list rows own
  BufferRef values_;
  BufferRef validity_;
  ArenaRef heap_;
  std::vector<ColumnBuilder> children_;
};

}  // namespace doline
