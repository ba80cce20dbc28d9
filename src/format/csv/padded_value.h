#pragma once

#include <emmintrin.h>

#include <string_view>

#include "column/string_view.h"

namespace doline {

/// The usual spellings of values, read sixteen bytes at a time. Behind the begin of every text
/// there must be kReadable bytes that may be read. False: spelled otherwise, which says nothing
/// of whether it is a value.
namespace padded {

inline constexpr size_t kReadable = 16;

/// A sign and 1 to 15 digits, with at most one point among them: digits without the point, and how
/// many stand behind it.
bool read_number(std::string_view text, int64_t& digits, uint32_t& fraction);
/// Whole numbers of up to 15 digits.
bool read_integer(std::string_view text, int64_t& value);
/// Digits and a point, exactly rounded.
bool read_double(std::string_view text, double& value);
/// Scaled by `scale`; not where digits would have to be rounded.
bool read_decimal(std::string_view text, int width, int scale, int64_t& value);
/// "2020-01-05", ten bytes.
bool read_date(const char* text, int32_t& days);

/// As StringView(data, size), without a branch on short sizes.
inline StringView view_of(const char* data, uint32_t size) {
  if (size > StringView::kInlineBytes) return StringView(data, size);
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(data));
  const __m128i places = _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const __m128i wanted = _mm_cmplt_epi8(places, _mm_set1_epi8(static_cast<char>(size)));
  const __m128i kept = _mm_slli_si128(_mm_and_si128(bytes, wanted), 4);
  const __m128i whole = _mm_or_si128(kept, _mm_cvtsi32_si128(static_cast<int>(size)));
  StringView view;
  static_assert(sizeof view == sizeof whole);
  std::memcpy(static_cast<void*>(&view), &whole, sizeof view);
  return view;
}

}  // namespace padded

}  // namespace doline
