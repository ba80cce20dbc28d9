#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/ref.h"
#include "column/type.h"

namespace doline {

class RowLayout;
using RowLayoutRef = Ref<const RowLayout>;

/// Where the parts of a row lie: stored hash, then columns from wide to narrow, then a validity
/// bit for each column (1 = not NULL), then aggregate states. Rows are what hash tables, joins
/// and sorts keep; they lie in the pages of RowPages. Immutable, shared by threads.
///
/// A value in a row is its bytes (bool one byte), a text a StringView into the heap of the row's
/// page, a nested value a StringView over its value bytes. Nothing in a row is aligned beyond 8
/// except the states, so columns are read with memcpy.
class RowLayout final : public RefCounted {
 public:
  enum class Shape : uint8_t { kFixed, kText, kNested };
  struct Slot {
    TypeRef type;
    Shape shape;
    uint32_t offset;
    uint32_t width;
  };
  struct Options {
    /// A 64-bit hash at the front of each row.
    bool stores_hash = false;
    /// The first `key_count` columns are keys: their nested values are kept in canonical form, so
    /// that equal values have equal bytes.
    size_t key_count = 0;
    /// What the states of a new row hold; its size is the states' size.
    std::vector<std::byte> initial_states = {};
    uint32_t state_alignment = 8;  // at most 16
  };

  static RowLayoutRef create(std::vector<TypeRef> columns, Options options);
  static RowLayoutRef create(std::vector<TypeRef> columns) {
    return create(std::move(columns), Options{});
  }
  ~RowLayout() override;

  size_t column_count() const { return slots_.size(); }
  size_t key_count() const { return key_count_; }
  const Slot& slot(size_t column) const { return slots_[column]; }
  TypeRef type(size_t column) const { return slots_[column].type; }
  uint32_t row_bytes() const { return row_bytes_; }
  bool stores_hash() const { return stores_hash_; }
  uint32_t validity_offset() const { return validity_offset_; }
  uint32_t validity_bytes() const { return static_cast<uint32_t>((slots_.size() + 7) / 8); }
  uint32_t state_offset() const { return state_offset_; }
  const std::vector<std::byte>& initial_states() const { return initial_states_; }
  /// Some column keeps bytes in the heap.
  bool has_heap() const { return has_heap_; }

  bool is_null(const std::byte* row, size_t column) const {
    return ((static_cast<uint8_t>(row[validity_offset_ + column / 8]) >> (column % 8)) & 1) == 0;
  }
  void set_null(std::byte* row, size_t column) const {
    row[validity_offset_ + column / 8] &= ~(std::byte{1} << (column % 8));
  }
  /// Makes memory a new row: no column NULL, states initial; hash and columns are still to come.
  void prepare(std::byte* row) const {
    // By words, which a compiler must not turn into a call: rows are short and many.
    for (uint32_t at = blank_offset_; at < row_bytes_; at += 8) {
      uint64_t word;
      __builtin_memcpy(&word, blank_row_.data() + at, 8);
      __builtin_memcpy(row + at, &word, 8);
      asm volatile("");
    }
  }

  /// A row whose columns are all NULL, to gather where there is no row (outer joins).
  const std::byte* null_row() const { return null_row_.data(); }

 private:
  RowLayout(std::vector<TypeRef> columns, Options options);

  std::vector<Slot> slots_;
  const size_t key_count_;
  const bool stores_hash_;
  const std::vector<std::byte> initial_states_;
  bool has_heap_ = false;
  uint32_t validity_offset_ = 0;
  uint32_t state_offset_ = 0;
  uint32_t row_bytes_ = 0;
  uint32_t blank_offset_ = 0;  // of the first word that holds validity or states
  std::vector<std::byte> blank_row_;
  std::vector<std::byte> null_row_;
};

}  // namespace doline
