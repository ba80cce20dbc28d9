#pragma once

#include <span>

#include "exec/sort/key_words.h"
#include "plan/query_context.h"

namespace doline {

/// The order of values of one type, as 64-bit words that compare as the values do; values that
/// share a word are compared as they are. NULLs have no place in it. Immutable, shared by threads.
class ValueOrder {
 public:
  ValueOrder(TypeRef type, bool descending);

  bool is_descending() const { return descending_; }
  /// Values of different words are all there are.
  bool is_exact() const { return is_exact_; }
  /// A column in the form that the others take: nested values as bytes.
  Column prepared(const Column& column) const;
  /// Of rows source[0 .. count) (null: 0 to count); of NULLs, anything.
  void words(const Column& prepared, const uint32_t* source, uint32_t count, uint64_t* out) const;
  int compare(const Column& a, uint32_t row_a, const Column& b, uint32_t row_b) const;

 private:
  const TypeRef type_;
  const bool descending_;
  bool is_exact_;
  KeyWords words_;
};

/// Values in order, and where each comes from. Built once, then read by any thread.
class OrderedValues {
 public:
  /// `column` (prepared) stays as it is; `rows`: which of its rows count, none of them NULL.
  /// Throws Error(kCancelled).
  OrderedValues(const ValueOrder& order, Column column, std::span<const uint32_t> rows,
                QueryContext& context);

  uint32_t size() const { return size_; }
  /// The row of the i-th value.
  const uint32_t* rows() const { return rows_->as<uint32_t>(); }
  /// How many values lie before each of these, or with `inclusive` at most where it is.
  void count_before(const Column& values, const uint32_t* source, uint32_t count, bool inclusive,
                    uint32_t* out) const;
  /// Of memory, while it is made.
  static constexpr size_t kBytesPerRow = 2 * sizeof(SortEntry) + 12;

 private:
  const ValueOrder& order_;
  Column column_;  // where words do not tell all
  const uint32_t size_;
  BufferRef rows_;
  BufferRef words_;
};

/// Of ascending words [begin, end): how many are less than `word`, or with `inclusive` not more.
uint32_t words_before(const uint64_t* words, uint32_t begin, uint32_t end, uint64_t word,
                      bool inclusive);

}  // namespace doline
