#include "kernel/parse_number.h"

#include <fast_float/fast_float.h>

#include <array>
#include <bit>
#include <limits>
#include <string>

#include "base/bits.h"

namespace doline {

namespace {

constexpr uint128_t kUInt128Max = ~uint128_t{0};
constexpr uint64_t kTen18 = 1'000'000'000'000'000'000ULL;

constexpr std::array<int128_t, 39> kPowersOfTen = [] {
  std::array<int128_t, 39> powers{};
  int128_t power = 1;
  for (int i = 0; i < 39; ++i) {
    powers[i] = power;
    if (i < 38) power *= 10;
  }
  return powers;
}();

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(char c) { return static_cast<unsigned char>(c - '0') <= 9; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

/// All eight bytes are digits.
bool are_eight_digits(uint64_t word) {
  return ((word & 0xF0F0F0F0F0F0F0F0ULL) |
          (((word + 0x0606060606060606ULL) & 0xF0F0F0F0F0F0F0F0ULL) >> 4)) == 0x3333333333333333ULL;
}

/// The number that eight digit bytes spell: pairs, fours and eights are joined by multiplication.
uint32_t eight_digits(uint64_t word) {
  word -= 0x3030303030303030ULL;
  word = word * 10 + (word >> 8);
  return static_cast<uint32_t>((((word & 0x000000FF000000FFULL) * 0x000F424000000064ULL) +
                                (((word >> 16) & 0x000000FF000000FFULL) * 0x0000271000000001ULL)) >>
                               32);
}

/// sign digits{1,18}, nothing else: nearly every integer in a file.
bool parse_plain(std::string_view text, bool& negative, uint64_t& magnitude) {
  const char* at = text.data();
  const char* const end = at + text.size();
  negative = at != end && *at == '-';
  if (at != end && (*at == '-' || *at == '+')) ++at;
  const auto digits = static_cast<size_t>(end - at);
  if (digits == 0 || digits > 18) return false;
  uint64_t value = 0;
  for (; end - at >= 8; at += 8) {
    const auto word = load_unaligned<uint64_t>(at);
    if (!are_eight_digits(word)) return false;
    value = value * 100'000'000 + eight_digits(word);
  }
  for (; at != end; ++at) {
    if (!is_digit(*at)) return false;
    value = value * 10 + static_cast<uint64_t>(*at - '0');
  }
  magnitude = value;
  return true;
}

/// digits * 10^exponent. Digits beyond what fits are cut, which no rounding of the kept ones
/// notices: half away from zero looks at the first dropped digit alone.
struct DecimalText {
  uint128_t digits = 0;
  int64_t exponent = 0;
  bool negative = false;
};

/// The exponent's digits after "e"; capped, so that hostile ones stay in range.
bool scan_exponent(std::string_view text, int64_t& exponent) {
  size_t at = 0;
  const bool negative = !text.empty() && text[0] == '-';
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) ++at;
  if (at == text.size()) return false;
  int64_t value = 0;
  for (; at < text.size(); ++at) {
    if (!is_digit(text[at])) return false;
    if (value < 100'000) value = value * 10 + (text[at] - '0');
  }
  exponent = negative ? -value : value;
  return true;
}

bool scan_decimal(std::string_view text, DecimalText& result) {
  size_t at = 0;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    result.negative = text[0] == '-';
    ++at;
  }
  bool any_digit = false;
  bool after_point = false;
  bool last_was_digit = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (is_digit(c)) {
      any_digit = last_was_digit = true;
      if (result.digits < kTen18) {  // nearly always; 64 bits are several times faster
        result.digits = static_cast<uint64_t>(result.digits) * 10 + static_cast<uint64_t>(c - '0');
        result.exponent -= after_point;
      } else if (result.digits <= (kUInt128Max - 9) / 10) {
        result.digits = result.digits * 10 + static_cast<uint128_t>(c - '0');
        result.exponent -= after_point;
      } else {
        result.exponent += !after_point;
      }
    } else if (c == '_') {
      if (!last_was_digit || at + 1 == text.size() || !is_digit(text[at + 1])) return false;
      last_was_digit = false;
    } else if (c == '.' && !after_point) {
      after_point = true;
      last_was_digit = false;
    } else if ((c == 'e' || c == 'E') && any_digit) {
      int64_t exponent = 0;
      if (!scan_exponent(text.substr(at + 1), exponent)) return false;
      result.exponent += exponent;
      return true;
    } else {
      return false;
    }
  }
  return any_digit;
}

/// digits * 10^(exponent + scale), rounded half away from zero.
bool scale_to(const DecimalText& text, int scale, uint128_t& magnitude) {
  if (text.digits == 0) {
    magnitude = 0;
    return true;
  }
  const int64_t shift = text.exponent + scale;
  if (shift > 38 || shift < -39) {
    magnitude = 0;
    return shift < 0;
  }
  if (text.digits < kTen18 && shift >= -18 && shift <= 18) {
    const auto digits = static_cast<uint64_t>(text.digits);
    const auto factor =
        static_cast<uint64_t>(kPowersOfTen[static_cast<size_t>(shift < 0 ? -shift : shift)]);
    if (shift >= 0) {
      magnitude = static_cast<uint128_t>(digits) * factor;
    } else {
      magnitude = digits / factor + (digits % factor >= factor / 2);
    }
    return true;
  }
  if (shift >= 0) {
    const auto factor = static_cast<uint128_t>(kPowersOfTen[static_cast<size_t>(shift)]);
    if (text.digits > kUInt128Max / factor) return false;
    magnitude = text.digits * factor;
    return true;
  }
  // Two steps, since 10^39 does not fit.
  const uint128_t with_one_more =
      text.digits / static_cast<uint128_t>(kPowersOfTen[static_cast<size_t>(-shift - 1)]);
  magnitude = with_one_more / 10 + (with_one_more % 10 >= 5);
  return true;
}

bool signed_magnitude(uint128_t magnitude, bool negative, int128_t& value) {
  const uint128_t limit = static_cast<uint128_t>(kInt128Max) + negative;
  if (magnitude > limit) return false;
  value = static_cast<int128_t>(negative ? uint128_t{0} - magnitude : magnitude);
  return true;
}

/// "0x1F", "0b101": no sign, no spaces.
bool parse_radix(std::string_view text, int128_t& value) {
  if (text.size() < 3 || text[0] != '0') return false;
  const char kind = static_cast<char>(text[1] | 32);
  const int bits = kind == 'x' ? 4 : kind == 'b' ? 1 : 0;
  if (bits == 0) return false;
  uint128_t result = 0;
  for (size_t at = 2; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '_' && at > 2 && at + 1 < text.size() && text[at - 1] != '_') continue;
    const char lower = static_cast<char>(c | 32);
    int digit = is_digit(c) ? c - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : 99;
    if (digit >= (1 << bits) || result >> (127 - bits) != 0) return false;
    result = result << bits | static_cast<uint128_t>(digit);
  }
  value = static_cast<int128_t>(result);
  return true;
}

template <class T>
bool parse_floating(std::string_view text, T& value) {
  text = trimmed(text);
  if (!text.empty() && text.front() == '+') {
    text.remove_prefix(1);
    if (!text.empty() && (text.front() == '-' || text.front() == '+')) return false;
  }
  if (text.empty()) return false;
  const auto result = fast_float::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ptr == text.data() + text.size()) {
    return result.ec == std::errc() || result.ec == std::errc::result_out_of_range;
  }
  if (text.find('_') == std::string_view::npos || text.size() > 400) return false;
  std::string plain;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '_') {
      plain += text[at];
    } else if (at == 0 || at + 1 == text.size() || !is_digit(text[at - 1]) ||
               !is_digit(text[at + 1])) {
      return false;
    }
  }
  return parse_floating(std::string_view(plain), value);
}

bool equals_ignoring_case(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] + 32) : text[i];
    if (c != lower[i]) return false;
  }
  return true;
}

}  // namespace

int128_t power_of_ten(int exponent) { return kPowersOfTen[static_cast<size_t>(exponent)]; }

template <class T>
bool parse_integer(std::string_view text, T& value) {
  bool negative = false;
  uint64_t magnitude = 0;
  int128_t wide = 0;
  if (parse_plain(text, negative, magnitude)) {
    wide = negative ? -static_cast<int128_t>(magnitude) : static_cast<int128_t>(magnitude);
  } else if (!parse_radix(text, wide)) {
    DecimalText decimal;
    uint128_t digits = 0;
    if (!scan_decimal(trimmed(text), decimal) || !scale_to(decimal, 0, digits)) return false;
    // A negative fraction that rounds to zero is none of the unsigned numbers.
    if (std::is_unsigned_v<T> && decimal.negative && decimal.digits != 0) return false;
    if (!signed_magnitude(digits, decimal.negative, wide)) return false;
  }
  if constexpr (!std::is_same_v<T, int128_t>) {
    if (wide < std::numeric_limits<T>::min() || wide > std::numeric_limits<T>::max()) return false;
  }
  value = static_cast<T>(wide);
  return true;
}

template bool parse_integer(std::string_view, int8_t&);
template bool parse_integer(std::string_view, int16_t&);
template bool parse_integer(std::string_view, int32_t&);
template bool parse_integer(std::string_view, int64_t&);
template bool parse_integer(std::string_view, int128_t&);
template bool parse_integer(std::string_view, uint8_t&);
template bool parse_integer(std::string_view, uint16_t&);
template bool parse_integer(std::string_view, uint32_t&);
template bool parse_integer(std::string_view, uint64_t&);

bool parse_double(std::string_view text, double& value) { return parse_floating(text, value); }
bool parse_float(std::string_view text, float& value) { return parse_floating(text, value); }

bool parse_decimal(std::string_view text, int width, int scale, int128_t& value) {
  DecimalText decimal;
  uint128_t magnitude = 0;
  if (!scan_decimal(trimmed(text), decimal) || !scale_to(decimal, scale, magnitude)) return false;
  if (magnitude >= static_cast<uint128_t>(power_of_ten(width))) return false;
  return signed_magnitude(magnitude, decimal.negative, value);
}

bool parse_bool(std::string_view text, bool& value) {
  for (const std::string_view word : {"true", "t", "yes", "y", "1"}) {
    if (equals_ignoring_case(text, word)) {
      value = true;
      return true;
    }
  }
  for (const std::string_view word : {"false", "f", "no", "n", "0"}) {
    if (equals_ignoring_case(text, word)) {
      value = false;
      return true;
    }
  }
  return false;
}

bool parse_uuid(std::string_view text, int128_t& value) {
  if (text.size() >= 2 && text.front() == '{' && text.back() == '}')
    text = text.substr(1, text.size() - 2);
  uint128_t bits = 0;
  int digits = 0;
  for (const char c : text) {
    if (c == '-') {
      if (digits == 0 || digits % 2 != 0 || digits == 32) return false;
      continue;
    }
    const char lower = static_cast<char>(c | 32);
    const int digit = is_digit(c) ? c - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    if (digit < 0 || ++digits > 32) return false;
    bits = bits << 4 | static_cast<uint128_t>(digit);
  }
  if (digits != 32) return false;
  value = static_cast<int128_t>(bits ^ (uint128_t{1} << 127));
  return true;
}

}  // namespace doline
