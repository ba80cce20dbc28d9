#include "column/number_format.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <cmath>
#include <cstring>

namespace doline {

namespace {

constexpr uint64_t kTen18 = 1'000'000'000'000'000'000ULL;

/// The digits end at `end`; returns where they begin.
char* write_backward(char* end, uint64_t value) {
  do {
    *--end = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  return end;
}

/// Divides by constants twice at most instead of once a digit.
char* write_backward(char* end, uint128_t value) {
  while (value >= kTen18) {
    char* begin = write_backward(end, static_cast<uint64_t>(value % kTen18));
    end -= 18;
    while (begin > end) *--begin = '0';
    value /= kTen18;
  }
  return write_backward(end, static_cast<uint64_t>(value));
}

uint128_t magnitude(int128_t value) {
  return value < 0 ? uint128_t{0} - static_cast<uint128_t>(value) : static_cast<uint128_t>(value);
}

template <class T>
size_t format_floating(char* out, T value) {
  if (std::isnan(value)) {
    std::memcpy(out, "nan", 3);
    return 3;
  }
  char* end = fmt::format_to(out, FMT_COMPILE("{}"), value);
  // 1e+16 and inf stay as they are; whole numbers show that they are not integers.
  for (const char* at = out; at != end; ++at) {
    if (*at == '.' || *at == 'e' || *at == 'n') return static_cast<size_t>(end - out);
  }
  *end++ = '.';
  *end++ = '0';
  return static_cast<size_t>(end - out);
}

constexpr char kHex[] = "0123456789abcdef";
constexpr char kUpperHex[] = "0123456789ABCDEF";

}  // namespace

size_t format_integer(char* out, int64_t value) {
  const fmt::format_int text(value);
  std::memcpy(out, text.data(), text.size());
  return text.size();
}

size_t format_unsigned(char* out, uint64_t value) {
  const fmt::format_int text(value);
  std::memcpy(out, text.data(), text.size());
  return text.size();
}

size_t format_hugeint(char* out, int128_t value) {
  char digits[kNumberTextBytes];
  char* end = digits + sizeof digits;
  char* begin = write_backward(end, magnitude(value));
  if (value < 0) *--begin = '-';
  const auto size = static_cast<size_t>(end - begin);
  std::memcpy(out, begin, size);
  return size;
}

size_t format_decimal(char* out, int128_t unscaled, int width, int scale) {
  if (scale == 0) return format_hugeint(out, unscaled);
  char digits[kNumberTextBytes];
  char* const end = digits + sizeof digits;
  char* begin = write_backward(end, magnitude(unscaled));
  while (end - begin < scale) *--begin = '0';
  char* at = out;
  if (unscaled < 0) *at++ = '-';
  const auto whole = static_cast<size_t>(end - begin - scale);
  std::memcpy(at, begin, whole);
  at += whole;
  if (whole == 0 && width > scale) *at++ = '0';
  *at++ = '.';
  std::memcpy(at, end - scale, static_cast<size_t>(scale));
  return static_cast<size_t>(at - out) + static_cast<size_t>(scale);
}

size_t format_double(char* out, double value) { return format_floating(out, value); }
size_t format_float(char* out, float value) { return format_floating(out, value); }

size_t format_uuid(char* out, int128_t value) {
  // Stored with the top bit flipped, so that signed order is the order of the text.
  uint128_t bits = static_cast<uint128_t>(value) ^ (uint128_t{1} << 127);
  for (int at = 35; at >= 0; --at) {
    if (at == 8 || at == 13 || at == 18 || at == 23) {
      out[at] = '-';
    } else {
      out[at] = kHex[static_cast<size_t>(bits & 15)];
      bits >>= 4;
    }
  }
  return 36;
}

void append_blob(std::string& out, std::string_view bytes) {
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 32 && byte <= 126 && c != '\\' && c != '\'' && c != '"') {
      out += c;
    } else {
      out += "\\x";
      out += kUpperHex[byte >> 4];
      out += kUpperHex[byte & 15];
    }
  }
}

}  // namespace doline
