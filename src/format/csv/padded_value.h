#pragma once

#include <smmintrin.h>
#include <tmmintrin.h>

#include <array>
#include <string_view>

namespace doline {

/// The usual spellings of values, read sixteen bytes at a time, inline, as each is read millions
/// of times in a row. Behind the begin of every text there must be kReadable bytes that may be
/// read. False: spelled otherwise, which says nothing of whether it is a value.
namespace padded {

inline constexpr size_t kReadable = 16;

/// The dates that read_date knows.
inline constexpr int32_t kFirstYear = 1900;
inline constexpr int32_t kYears = 200;
/// Days before each month of kFirstYear and the years behind it.
extern const std::array<int32_t, kYears * 12 + 1> kMonthBegins;

inline constexpr double kPowersOfTen[] = {1,   1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                          1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

inline __m128i places() {
  return _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}

/// Sixteen digits (0 to 9 a byte), the last the lowest.
inline int64_t number_of(__m128i digits) {
  const __m128i twos = _mm_maddubs_epi16(
      digits, _mm_setr_epi8(10, 1, 10, 1, 10, 1, 10, 1, 10, 1, 10, 1, 10, 1, 10, 1));
  const __m128i fours = _mm_madd_epi16(twos, _mm_setr_epi16(100, 1, 100, 1, 100, 1, 100, 1));
  const __m128i packed = _mm_packus_epi32(fours, fours);
  const __m128i eights =
      _mm_madd_epi16(packed, _mm_setr_epi16(10'000, 1, 10'000, 1, 10'000, 1, 10'000, 1));
  const auto both = static_cast<uint64_t>(_mm_cvtsi128_si64(eights));
  return static_cast<int64_t>((both & 0xFFFF'FFFF) * 100'000'000 + (both >> 32));
}

/// A sign and 1 to 15 digits, with at most one point among them: digits without the point, and how
/// many stand behind it.
inline bool read_number(std::string_view text, int64_t& digits, uint32_t& fraction) {
  const char* at = text.data();
  auto size = static_cast<uint32_t>(text.size());
  const bool negative = size > 0 && *at == '-';
  at += negative;
  size -= negative;
  if (size == 0 || size > 15) return false;
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  const uint32_t inside = (1u << size) - 1;
  const uint32_t points =
      static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('.')))) & inside;
  const __m128i values = _mm_sub_epi8(bytes, _mm_set1_epi8('0'));
  const __m128i too_large = _mm_subs_epu8(values, _mm_set1_epi8(9));
  const auto good =
      static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(too_large, _mm_setzero_si128())));
  if (((good | points) & inside) != inside || (points & (points - 1)) != 0) return false;
  const uint32_t count = size - (points != 0);
  if (count == 0) return false;
  // Right-aligned and closed where the point was; a negative place gives 0.
  const auto point = static_cast<uint32_t>(__builtin_ctz(points | 0x8000'0000));
  __m128i from = _mm_sub_epi8(places(), _mm_set1_epi8(static_cast<char>(16 - count)));
  from = _mm_sub_epi8(from, _mm_cmpgt_epi8(from, _mm_set1_epi8(static_cast<char>(point) - 1)));
  const int64_t number = number_of(_mm_shuffle_epi8(values, from));
  digits = negative ? -number : number;
  fraction = points != 0 ? size - 1 - point : 0;
  return true;
}

/// Whole numbers of up to 15 digits.
inline bool read_integer(std::string_view text, int64_t& value) {
  const char* at = text.data();
  auto size = static_cast<uint32_t>(text.size());
  const bool negative = size > 0 && *at == '-';
  at += negative;
  size -= negative;
  if (size == 0 || size > 15) return false;
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  const __m128i values = _mm_sub_epi8(bytes, _mm_set1_epi8('0'));
  const __m128i from = _mm_sub_epi8(places(), _mm_set1_epi8(static_cast<char>(16 - size)));
  const __m128i digits = _mm_shuffle_epi8(values, from);  // right-aligned; a negative place gives 0
  const __m128i too_large = _mm_subs_epu8(digits, _mm_set1_epi8(9));
  if (!_mm_testz_si128(too_large, too_large)) return false;
  const int64_t number = number_of(digits);
  value = negative ? -number : number;
  return true;
}

/// Digits and a point, exactly rounded.
inline bool read_double(std::string_view text, double& value) {
  int64_t digits;
  uint32_t fraction;
  if (!read_number(text, digits, fraction) || (digits == 0 && text[0] == '-')) return false;
  // Both are exact, so that the one division rounds right.
  value = static_cast<double>(digits) / kPowersOfTen[fraction];
  return true;
}

/// Scaled by `scale`; not where digits would have to be rounded.
bool read_decimal(std::string_view text, int width, int scale, int64_t& value);

/// "2020-01-05", ten bytes.
inline bool read_date(const char* text, int32_t& days) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text));
  const __m128i zeros =
      _mm_setr_epi8('0', '0', '0', '0', '-', '0', '0', '-', '0', '0', 0, 0, 0, 0, 0, 0);
  const __m128i most = _mm_setr_epi8(9, 9, 9, 9, 0, 9, 9, 0, 9, 9, -1, -1, -1, -1, -1, -1);
  const __m128i values = _mm_xor_si128(bytes, zeros);
  const __m128i too_large = _mm_subs_epu8(values, most);
  if (_mm_movemask_epi8(_mm_cmpeq_epi8(too_large, _mm_setzero_si128())) != 0xFFFF) return false;
  const __m128i digits = _mm_shuffle_epi8(
      values, _mm_setr_epi8(0, 1, 2, 3, 5, 6, 8, 9, -1, -1, -1, -1, -1, -1, -1, -1));
  const __m128i twos =
      _mm_maddubs_epi16(digits, _mm_setr_epi8(10, 1, 10, 1, 10, 1, 10, 1, 0, 0, 0, 0, 0, 0, 0, 0));
  const auto parts = static_cast<uint64_t>(_mm_cvtsi128_si64(twos));
  const auto year = static_cast<int32_t>((parts & 0xFFFF) * 100 + (parts >> 16 & 0xFFFF));
  const auto month = static_cast<int32_t>(parts >> 32 & 0xFFFF);
  const auto day = static_cast<int32_t>(parts >> 48);
  if (year < kFirstYear || year >= kFirstYear + kYears || month < 1 || month > 12 || day < 1) {
    return false;
  }
  const auto index = static_cast<size_t>((year - kFirstYear) * 12 + month - 1);
  days = kMonthBegins[index] + day - 1;
  return days < kMonthBegins[index + 1];
}

}  // namespace padded

}  // namespace doline
