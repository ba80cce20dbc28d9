#include "format/text/log_time.h"

#include <cstring>

#include "base/bits.h"
#include "column/civil_time.h"

namespace doline {
namespace {

/// Two digits as a number, or a number above 99.
uint32_t two_digits(const char* text) {
  const uint32_t tens = static_cast<uint8_t>(text[0] - '0');
  const uint32_t ones = static_cast<uint8_t>(text[1] - '0');
  return tens > 9 || ones > 9 ? 1000 : tens * 10 + ones;
}

/// "10:05:03" in microseconds. A leap second is the next minute's first.
bool clock_micros(const char* text, int64_t& micros) {
  const uint32_t hour = two_digits(text);
  const uint32_t minute = two_digits(text + 3);
  const uint32_t second = two_digits(text + 6);
  if (hour > 23 || minute > 59 || second > 60 || text[2] != ':' || text[5] != ':') return false;
  micros = int64_t{hour * 3600 + minute * 60 + second} * kMicrosPerSecond;
  return true;
}

}  // namespace

int32_t month_of(const char* text) {
  constexpr char kNames[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  for (int32_t month = 0; month < 12; ++month) {
    if (std::memcmp(text, kNames + 3 * month, 3) == 0) return month + 1;
  }
  return 0;
}

bool WebTimeParser::parse_day(const char* text) {
  const uint32_t day = two_digits(text);
  const int32_t month = month_of(text + 3);
  const uint32_t century = two_digits(text + 7);
  const uint32_t year = two_digits(text + 9);
  const uint32_t hours = two_digits(text + 22);
  const uint32_t minutes = two_digits(text + 24);
  const char sign = text[21];
  const bool shape = text[2] == '/' && text[6] == '/' && text[11] == ':' && text[20] == ' ' &&
                     (sign == '+' || sign == '-');
  int32_t days = 0;
  if (!shape || century > 99 || year > 99 || hours > 23 || minutes > 59 ||
      !days_from_civil_checked(century * 100 + year, month, day, days)) {
    return false;
  }
  const int64_t offset = int64_t{hours * 3600 + minutes * 60} * kMicrosPerSecond;
  midnight_ = days * kMicrosPerDay - (sign == '-' ? -offset : offset);
  std::memcpy(day_, text, sizeof day_);
  std::memcpy(offset_, text + 20, sizeof offset_);
  return true;
}

bool WebTimeParser::parse(std::string_view text, int64_t& utc_micros) {
  if (text.size() != kBytes) return false;
  const bool known = std::memcmp(day_, text.data(), sizeof day_) == 0 &&
                     std::memcmp(offset_, text.data() + 20, sizeof offset_) == 0;
  if (!known && !parse_day(text.data())) return false;
  int64_t clock = 0;
  if (!clock_micros(text.data() + 12, clock)) return false;
  utc_micros = midnight_ + clock;
  return true;
}

size_t scan_bsd_time(std::string_view text, int64_t latest_local, int64_t& local_micros) {
  constexpr size_t kBytes = 15;
  if (text.size() < kBytes) return 0;
  const int32_t month = month_of(text.data());
  char day_text[2] = {text[4] == ' ' ? '0' : text[4], text[5]};
  const uint32_t day = two_digits(day_text);
  int64_t clock = 0;
  if (month == 0 || text[3] != ' ' || text[6] != ' ' || day > 31 ||
      !clock_micros(text.data() + 7, clock)) {
    return 0;
  }
  // 29 February may lie eight years back.
  const int32_t latest_year = civil_from_days(day_of(latest_local)).year;
  for (int32_t year = latest_year; year >= latest_year - 8; --year) {
    int32_t days = 0;
    if (!days_from_civil_checked(year, month, day, days)) continue;
    local_micros = days * kMicrosPerDay + clock;
    if (local_micros <= latest_local) return kBytes;
  }
  return 0;
}

}  // namespace doline
