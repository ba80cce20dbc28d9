#pragma once

#include "column/column.h"

namespace doline {

enum class Comparison : uint8_t { kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual };

/// One bit a row into `bits` (words for all rows of the columns, written whole): whether the
/// comparison holds. Columns of one type, flat or constant. Bits of inactive rows, and of rows
/// where a side is NULL, are garbage.
///
/// The order is total: NaN equals itself and is the greatest; texts and blobs go by bytes;
/// intervals by their length with 30-day months; enums by position; lists and structs element by
/// element, where NULLs equal each other and come last.
void compare_columns(Comparison comparison, const Column& a, const Column& b,
                     const Selection& active, uint64_t* bits);

/// IS NOT DISTINCT FROM: as kEqual, but every active row's bit is meant, NULL equalling NULL.
void compare_not_distinct(const Column& a, const Column& b, const Selection& active,
                          uint64_t* bits);

/// -1, 0 or 1 in the same order, NULLs equal and last. Any encodings, one type.
int compare_rows(const Column& a, uint32_t row_a, const Column& b, uint32_t row_b);

/// compare_rows(...) == 0, faster.
bool rows_equal(const Column& a, uint32_t row_a, const Column& b, uint32_t row_b);

/// For min and max of doubles: NaN is greater than everything.
template <class T>
int compare_floats(T a, T b) {
  const bool a_nan = a != a;
  const bool b_nan = b != b;
  if (a_nan | b_nan) return int{a_nan} - int{b_nan};
  return int{a > b} - int{a < b};
}

}  // namespace doline
