#pragma once

#include <bit>
#include <type_traits>

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

/// The bits of a float as a number that rises with it: -0.0 as 0.0, every NaN as the greatest.
template <class Bits, class T>
Bits ordered_bits(T value) {
  constexpr Bits kSign = Bits{1} << (sizeof(Bits) * 8 - 1);
  if (value != value) return ~Bits{0};
  if (value == 0) value = 0;
  const auto bits = std::bit_cast<Bits>(value);
  return bits & kSign ? ~bits : bits | kSign;
}

/// Whether equal order_word()s are equal values.
template <class T>
constexpr bool kWordTellsAll = std::is_arithmetic_v<T> && sizeof(T) <= 8;

/// Where the words of two values differ, so do the values, in the same direction. 0 for types that
/// have none.
template <class T>
uint64_t order_word(const T& value) {
  if constexpr (std::is_same_v<T, StringView>) {
    return __builtin_bswap32(static_cast<uint32_t>(value.head() >> 32));
  } else if constexpr (std::is_same_v<T, double>) {
    return ordered_bits<uint64_t>(value);
  } else if constexpr (std::is_same_v<T, float>) {
    return ordered_bits<uint32_t>(value);
  } else if constexpr (!kWordTellsAll<T>) {
    return 0;
  } else if constexpr (std::is_signed_v<T>) {
    return static_cast<uint64_t>(static_cast<int64_t>(value)) ^ uint64_t { 1 } << 63;
  } else {
    return value;
  }
}

}  // namespace doline
