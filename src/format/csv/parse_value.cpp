// The usual spellings of numbers, dates and timestamps, without the generality of CAST.
#include <fast_float/fast_float.h>

#include "column/civil_time.h"
#include "format/csv/parser.h"
#include "kernel/parse_number.h"
#include "kernel/temporal_text.h"

namespace doline {

namespace {

bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

/// `count` digits at `from`; false where one is none.
bool read_digits(const char* from, int count, uint32_t& value) {
  uint32_t read = 0;
  bool good = true;
  for (int i = 0; i < count; ++i) {
    good &= is_digit(from[i]);
    read = read * 10 + static_cast<uint32_t>(from[i] - '0');
  }
  value = read;
  return good;
}

/// "2020-01-05", ten bytes.
bool read_iso_date(const char* from, int32_t& days) {
  uint32_t year, month, day;
  return from[4] == '-' && from[7] == '-' && read_digits(from, 4, year) &&
         read_digits(from + 5, 2, month) && read_digits(from + 8, 2, day) &&
         days_from_civil_checked(year, month, day, days);
}

/// Digits and a sign. "1.5" is none: CAST would round it; "1.0" is one.
bool is_whole(std::string_view text) {
  const size_t point = text.find('.');
  if (text.find_first_of("eE") != text.npos) return false;
  return point == text.npos || text.find_first_not_of("0 ", point + 1) == text.npos;
}

}  // namespace

bool parse_csv_integer(std::string_view text, int64_t& value) {
  const char* at = text.data();
  const char* const end = at + text.size();
  const bool negative = *at == '-';
  if (negative) ++at;
  if (end - at >= 1 && end - at <= 18) {
    int64_t read = 0;
    for (; at < end && is_digit(*at); ++at) read = read * 10 + (*at - '0');
    if (at == end) {
      value = negative ? -read : read;
      return true;
    }
  }
  return is_whole(text) && parse_integer<int64_t>(text, value);
}

template <class T>
bool parse_csv_wide_integer(std::string_view text, T& value) {
  return is_whole(text) && parse_integer<T>(text, value);
}
template bool parse_csv_wide_integer(std::string_view, uint64_t&);
template bool parse_csv_wide_integer(std::string_view, int128_t&);

bool parse_csv_double(std::string_view text, char decimal_separator, double& value) {
  if (decimal_separator != '.') {
    std::string changed(text);
    for (char& c : changed) {
      if (c == decimal_separator) {
        c = '.';
      } else if (c == '.') {
        return false;
      }
    }
    return parse_double(changed, value);
  }
  const char* const end = text.data() + text.size();
  if (is_digit(text[0]) || text[0] == '-') {
    const auto read = fast_float::from_chars(text.data(), end, value);
    if (read.ec == std::errc() && read.ptr == end) return true;
  }
  return parse_double(text, value);
}

bool parse_csv_date(std::string_view text, int32_t& days) {
  if (text.size() == 10 && read_iso_date(text.data(), days)) return true;
  // What goes on behind the day is a timestamp: CAST would cut it off.
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  const size_t first = text.find_first_not_of(' ');
  if (first == text.npos) return false;
  if (scan_date(text.substr(first), days) == text.size() - first) return true;
  return text.find_first_of(" Tt:", first) == text.npos && parse_date(text, days);
}

bool parse_csv_timestamp(std::string_view text, int64_t& micros) {
  if (text.size() >= 19 && text.size() <= 26 && (text[10] == ' ' || text[10] == 'T') &&
      text[13] == ':' && text[16] == ':') {
    int32_t days;
    uint32_t hour, minute, second;
    uint32_t fraction = 0;
    const int digits = static_cast<int>(text.size()) - 20;
    bool good = read_iso_date(text.data(), days) && read_digits(text.data() + 11, 2, hour) &&
                read_digits(text.data() + 14, 2, minute) &&
                read_digits(text.data() + 17, 2, second) && hour < 24 && minute < 60 && second < 60;
    if (good && text.size() > 19) {
      good = text[19] == '.' && digits > 0 && read_digits(text.data() + 20, digits, fraction);
      for (int i = digits; i < 6; ++i) fraction *= 10;
    }
    if (good) {
      const int64_t seconds = (int64_t{hour} * 60 + minute) * 60 + second;
      return timestamp_from_parts(days, seconds * kMicrosPerSecond + fraction, micros);
    }
  }
  bool has_offset;
  return parse_timestamp(text, micros, has_offset);
}

}  // namespace doline
