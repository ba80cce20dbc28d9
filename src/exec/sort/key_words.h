#pragma once

#include <span>
#include <vector>

#include "column/column.h"
#include "rows/row_layout.h"

namespace doline {

/// How a key sorts.
struct SortOrder {
  TypeRef type;
  bool descending;
  bool nulls_first;
};

/// A row and the eight bytes of its keys that are compared at present.
struct SortEntry {
  uint64_t word;
  const std::byte* row;  // of rows that are carried (CarriedRows), no address
};

/// Which of a row's words: key columns one after another, each in one or more steps. The last
/// column is the row's place in the source.
struct KeyLevel {
  uint32_t column = 0;
  uint32_t step = 0;
};

/// A row's keys as a sequence of 64-bit words whose order is the sort's: rows that agree in a word
/// are told apart by the next one, which is only then read from the row. Thus a sort touches rows
/// where the first words do not decide, common prefixes cost one word a row, and no key is kept
/// twice. Immutable, shared by threads.
///
/// Invariants: (1) rows that agree in all words up to a level have the same next level; (2) at each
/// level NULL's word is 0 or all ones, and a value that shares it is told apart at the next.
///
/// Forms: up to 32 bits are one word, 64 bits one (and one more only where it equals NULL's),
/// 128 bits two; texts seven bytes a word, and in the eighth how many follow.
class KeyWords {
 public:
  /// `columns[i]` is the layout's column of the i-th key; `sequence` the column of the row's place.
  KeyWords(RowLayoutRef layout, std::vector<SortOrder> orders, std::vector<uint32_t> columns,
           uint32_t sequence);

  const RowLayout& layout() const { return *layout_; }
  size_t key_count() const { return keys_.size(); }

  /// The first words of rows `source[0 .. count)` (null: 0 to count) of the first key's column.
  void first_words(const Column& key, const uint32_t* source, uint32_t count, uint64_t* out) const;
  uint64_t word(KeyLevel level, const std::byte* row) const;
  void fill(KeyLevel level, std::span<SortEntry> entries) const;
  /// What tells rows apart that share `word` at `level` and all before it.
  KeyLevel next(KeyLevel level, uint64_t word) const;
  /// No more words once `columns` keys are compared; key_count() + 1 counts the place as well.
  static bool is_end(KeyLevel level, size_t columns) { return level.column >= columns; }

  /// How rows that agree before `level` compare in the first `columns` columns; the other may lie
  /// in a layout of its own.
  int compare(const std::byte* row, const KeyWords& other, const std::byte* other_row,
              KeyLevel level, size_t columns) const;

 private:
  enum class Form : uint8_t { kNarrow, kWide, kDouble, kText };
  struct Key {
    PhysicalType physical;
    Form form;
    uint32_t column;
    uint32_t offset;
    uint64_t flip;  // all ones where the order is descending
    uint64_t null_word;
  };
  template <class Body>
  void with_reader(KeyLevel level, Body&& body) const;

  const RowLayoutRef layout_;
  std::vector<Key> keys_;
  const uint32_t sequence_offset_;
};

/// A column of nested values as bytes whose order is theirs; NULL where the value is.
Column order_bytes(const Column& column, uint32_t rows);

}  // namespace doline
