#include "kernel/temporal_text.h"

#include <algorithm>

#include "column/civil_time.h"
#include "kernel/calendar.h"
#include "kernel/time_zone.h"

namespace doline {

namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c | 32) >= 'a' && (c | 32) <= 'z'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

bool equals_ignoring_case(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() &&
         std::equal(text.begin(), text.end(), lower.begin(), [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? static_cast<char>(a | 32) : a) == b;
         });
}

/// Reads forward over a text; `at` never passes the end.
struct Scanner {
  std::string_view text;
  size_t at = 0;

  bool at_end() const { return at == text.size(); }
  char peek() const { return at < text.size() ? text[at] : '\0'; }
  bool take(char c) {
    if (at >= text.size() || text[at] != c) return false;
    ++at;
    return true;
  }
  void skip_spaces() {
    while (at < text.size() && is_space(text[at])) ++at;
  }
  std::string_view rest() const { return text.substr(at); }
  /// Between `least` and `most` digits; stops after `most`.
  bool number(int least, int most, int64_t& value) {
    const size_t begin = at;
    value = 0;
    while (at < text.size() && is_digit(text[at]) && at - begin < static_cast<size_t>(most)) {
      value = value * 10 + (text[at++] - '0');
    }
    return at - begin >= static_cast<size_t>(least);
  }
  /// Digits after a point, as `places` decimal places; further ones are skipped, and the first
  /// of them comes back in `next_digit`.
  int64_t fraction(int places, int& next_digit) {
    int64_t value = 0;
    int count = 0;
    next_digit = 0;
    for (; at < text.size() && is_digit(text[at]); ++at, ++count) {
      if (count < places) value = value * 10 + (text[at] - '0');
      if (count == places) next_digit = text[at] - '0';
    }
    for (; count < places; ++count) value *= 10;
    return value;
  }
};

/// -1, 0, 1: "-infinity", neither, "infinity"; 2: "epoch".
int special_value(std::string_view text) {
  if (text.empty() || is_digit(text[0])) return 0;
  if (equals_ignoring_case(text, "infinity") || equals_ignoring_case(text, "inf")) return 1;
  if (equals_ignoring_case(text, "-infinity") || equals_ignoring_case(text, "-inf")) return -1;
  return equals_ignoring_case(text, "epoch") ? 2 : 0;
}

/// What may follow a time: nothing, "Z", an offset, or a space and one word that names a zone.
struct ZoneSuffix {
  enum class Kind : uint8_t { kNone, kOffset, kNamed };
  Kind kind = Kind::kNone;
  int32_t offset_seconds = 0;
  std::string_view name;
};

/// "+HH", "+HHMM", "+HH:MM", "+HH:MM:SS".
bool scan_offset(Scanner& scan, int32_t& offset) {
  const bool negative = scan.peek() == '-';
  if (!scan.take('-') && !scan.take('+')) return false;
  int64_t hours = 0;
  int64_t minutes = 0;
  int64_t seconds = 0;
  if (!scan.number(2, 2, hours)) return false;
  if (scan.take(':')) {
    if (!scan.number(2, 2, minutes)) return false;
    if (scan.take(':') && !scan.number(2, 2, seconds)) return false;
  } else if (is_digit(scan.peek()) && !scan.number(2, 2, minutes)) {
    return false;
  }
  if (minutes >= 60 || seconds >= 60) return false;
  offset = static_cast<int32_t>(hours * 3600 + minutes * 60 + seconds);
  if (negative) offset = -offset;
  return true;
}

bool scan_zone_suffix(Scanner& scan, ZoneSuffix& zone) {
  if (scan.at_end()) return true;
  if (scan.peek() == '+' || scan.peek() == '-') {
    zone.kind = ZoneSuffix::Kind::kOffset;
    return scan_offset(scan, zone.offset_seconds) && scan.at_end();
  }
  if (scan.take('Z')) {
    zone.kind = ZoneSuffix::Kind::kOffset;
    return scan.at_end();
  }
  if (!scan.take(' ')) return false;
  const size_t begin = scan.at;
  const auto names_zone = [](char c) {
    return is_letter(c) || is_digit(c) || c == '/' || c == '_' || c == '+' || c == '-';
  };
  while (!scan.at_end() && names_zone(scan.peek())) ++scan.at;
  zone.name = scan.text.substr(begin, scan.at - begin);
  zone.kind = zone.name == "Z" ? ZoneSuffix::Kind::kOffset : ZoneSuffix::Kind::kNamed;
  return !zone.name.empty() && scan.at_end();
}

struct ClockTime {
  int32_t days = 0;
  int64_t seconds = 0;  // of the day; 86,400 for 24:00:00
  int32_t nanos = 0;
  int special = 0;
  ZoneSuffix zone;
};

bool scan_timestamp(std::string_view text, ClockTime& result) {
  text = trimmed(text);
  result.special = special_value(text);
  if (result.special != 0) return true;
  Scanner scan{text, scan_date(text, result.days)};
  if (scan.at == 0) return false;
  if (scan.at_end()) return true;
  if (!scan.take(' ') && !scan.take('T')) return false;
  const size_t used = scan_time(scan.rest(), result.seconds, result.nanos);
  if (used == 0) return false;
  scan.at += used;
  return scan_zone_suffix(scan, result.zone);
}

bool to_micros(const ClockTime& clock, int64_t& micros) {
  if (clock.special == 2) return micros = 0, true;
  if (clock.special != 0) return micros = clock.special * kInfiniteTimestamp, true;
  return timestamp_from_parts(
      clock.days, clock.seconds * kMicrosPerSecond + clock.nanos / kNanosPerMicro, micros);
}

/// Adds `count` and `billionths` of a unit of so many months, days and microseconds.
bool add_unit(Interval& interval, int64_t count, int64_t billionths, int64_t months, int64_t days,
              int64_t micros, bool round_to_month) {
  constexpr int128_t kBillion = 1'000'000'000;
  int128_t more_months = int128_t{count} * months;
  int128_t more_days = int128_t{count} * days;
  int128_t more_micros = int128_t{count} * micros;
  int128_t rest = int128_t{billionths} * months;
  if (round_to_month) {
    more_months += (rest + (rest < 0 ? -kBillion / 2 : kBillion / 2)) / kBillion;
    rest = 0;
  } else {
    more_months += rest / kBillion;
    rest = rest % kBillion * kDaysPerMonth;
  }
  rest += int128_t{billionths} * days;
  more_days += rest / kBillion;
  // Below a month of three months only days count, as DuckDB has it.
  rest = months == 3 ? 0 : rest % kBillion * kMicrosPerDay;
  rest += int128_t{billionths} * micros;
  more_micros +=
      micros == 1 ? rest / kBillion : (rest + (rest < 0 ? -kBillion / 2 : kBillion / 2)) / kBillion;
  more_months += interval.months;
  more_days += interval.days;
  more_micros += interval.micros;
  if (more_months > INT32_MAX || more_months < INT32_MIN || more_days > INT32_MAX ||
      more_days < INT32_MIN || more_micros > INT64_MAX || more_micros < INT64_MIN) {
    return false;
  }
  interval.months = static_cast<int32_t>(more_months);
  interval.days = static_cast<int32_t>(more_days);
  interval.micros = static_cast<int64_t>(more_micros);
  return true;
}

bool add_named_unit(Interval& interval, std::string_view name, int64_t count, int64_t billionths) {
  const std::optional<DatePart> part = date_part_named(name);
  if (!part) return false;
  const auto add = [&](int64_t months, int64_t days, int64_t micros, bool round_to_month = false) {
    return add_unit(interval, count, billionths, months, days, micros, round_to_month);
  };
  switch (*part) {
    case DatePart::kYear:
      return add(12, 0, 0, true);
    case DatePart::kDecade:
      return add(120, 0, 0, true);
    case DatePart::kCentury:
      return add(1'200, 0, 0, true);
    case DatePart::kMillennium:
      return add(12'000, 0, 0, true);
    case DatePart::kQuarter:
      return add(3, 0, 0);
    case DatePart::kMonth:
      return add(1, 0, 0);
    case DatePart::kWeek:
      return add(0, 7, 0);
    case DatePart::kDay:
      return add(0, 1, 0);
    case DatePart::kHour:
      return add(0, 0, kMicrosPerHour);
    case DatePart::kMinute:
      return add(0, 0, kMicrosPerMinute);
    case DatePart::kSecond:
      return add(0, 0, kMicrosPerSecond);
    case DatePart::kMilliseconds:
      return add(0, 0, kMicrosPerMilli);
    case DatePart::kMicroseconds:
      return add(0, 0, 1);
    case DatePart::kEpoch:
    case DatePart::kDayOfWeek:
    case DatePart::kIsoDayOfWeek:
    case DatePart::kIsoYear:
    case DatePart::kDayOfYear:
    case DatePart::kYearWeek:
    case DatePart::kEra:
    case DatePart::kTimezone:
    case DatePart::kTimezoneHour:
    case DatePart::kTimezoneMinute:
    case DatePart::kJulian:
      return false;
  }
  UNREACHABLE();
}

/// ":MM[:SS[.fraction]]" after the hours, which may be any number.
bool add_clock(Interval& interval, Scanner& scan, int64_t hours, bool negative) {
  int64_t minutes = 0;
  int64_t seconds = 0;
  int64_t micros = 0;
  if (!scan.take(':') || !scan.number(1, 2, minutes) || minutes >= 60) return false;
  if (scan.take(':')) {
    if (!scan.number(1, 2, seconds) || seconds >= 60) return false;
    int dropped = 0;
    if (scan.take('.')) micros = scan.fraction(6, dropped);
  }
  int64_t total = 0;
  if (__builtin_mul_overflow(hours, kMicrosPerHour, &total) ||
      __builtin_add_overflow(
          total, minutes * kMicrosPerMinute + seconds * kMicrosPerSecond + micros, &total)) {
    return false;
  }
  return !__builtin_add_overflow(interval.micros, negative ? -total : total, &interval.micros);
}

/// The two digits at `at`, or a value above 99.
uint32_t two_digits(const char* at) {
  const uint32_t tens = static_cast<uint8_t>(at[0] - '0');
  const uint32_t ones = static_cast<uint8_t>(at[1] - '0');
  return tens > 9 || ones > 9 ? 100 : tens * 10 + ones;
}

/// "YYYY-MM-DD" at the start of a text, the form that nearly all dates have.
bool scan_plain_date(std::string_view text, int32_t& days) {
  if (text.size() < 10 || text[4] != '-' || text[7] != '-') return false;
  if (text.size() > 10 && (is_digit(text[10]) || text[10] == ' ')) {
    // More digits, or perhaps " (BC)".
    if (text[10] != ' ' || (text.size() > 11 && text[11] == '(')) return false;
  }
  const uint32_t century = two_digits(text.data());
  const uint32_t rest = two_digits(text.data() + 2);
  const uint32_t month = two_digits(text.data() + 5);
  const uint32_t day = two_digits(text.data() + 8);
  if (century > 99 || rest > 99 || month - 1 > 11 || day - 1 > 27) return false;
  // No year below 0 and no day past the 28th: nothing is left to check.
  const uint32_t year = century * 100 + rest - (month <= 2);
  if (century * 100 + rest == 0) return false;
  const uint32_t month_from_march = month > 2 ? month - 3 : month + 9;
  days = static_cast<int32_t>(365 * year + year / 4 - year / 100 + year / 400 +
                              (153 * month_from_march + 2) / 5 + day - 1) -
         719'468;
  return true;
}

}  // namespace

size_t scan_date(std::string_view text, int32_t& days) {
  if (scan_plain_date(text, days)) return 10;
  Scanner scan{text};
  // A year before 1 BC may be written with a minus, but not with both minus and (BC).
  const bool negative = scan.take('-');
  int64_t year = 0;
  int64_t month = 0;
  int64_t day = 0;
  if (!scan.number(1, 7, year)) return 0;
  const char separator = scan.peek();
  if (separator != '-' && separator != '/' && separator != '\\' && separator != ' ') return 0;
  ++scan.at;
  if (!scan.number(1, 2, month) || !scan.take(separator) || !scan.number(1, 2, day)) return 0;
  if (is_digit(scan.peek())) return 0;
  if (!negative && equals_ignoring_case(scan.rest().substr(0, 5), " (bc)")) {
    scan.at += 5;
    year = year == 0 ? 0 : 1 - year;
  } else if (negative) {
    year = -year;
  }
  return days_from_civil_checked(year, month, day, days) ? scan.at : 0;
}

size_t scan_time(std::string_view text, int64_t& seconds, int32_t& nanos) {
  if (text.size() == 8 && text[2] == ':' && text[5] == ':') {
    const uint32_t hours = two_digits(text.data());
    const uint32_t minutes = two_digits(text.data() + 3);
    const uint32_t rest = two_digits(text.data() + 6);
    if (hours < 24 && minutes < 60 && rest < 60) {
      seconds = hours * 3600 + minutes * 60 + rest;
      nanos = 0;
      return 8;
    }
  }
  Scanner scan{text};
  int64_t hour = 0;
  int64_t minute = 0;
  int64_t second = 0;
  nanos = 0;
  if (!scan.number(1, 9, hour) || hour > 24 || !scan.take(':') || !scan.number(1, 2, minute) ||
      minute > 59)
    return 0;
  if (scan.take(':')) {
    if (!scan.number(1, 2, second) || second > 59) return 0;
    int dropped = 0;
    if (scan.take('.')) nanos = static_cast<int32_t>(scan.fraction(9, dropped));
  }
  seconds = hour * 3600 + minute * 60 + second;
  return seconds > kSecondsPerDay || (seconds == kSecondsPerDay && nanos != 0) ? 0 : scan.at;
}

bool parse_date(std::string_view text, int32_t& days) {
  text = trimmed(text);
  const size_t used = scan_date(text, days);
  if (used == text.size()) return used != 0;
  if (used == 0) {
    const int special = special_value(text);
    days = special == 2 ? 0 : special * kInfiniteDate;
    return special != 0;
  }
  ClockTime clock;
  return scan_timestamp(text, clock);
}

bool parse_time(std::string_view text, int64_t& micros) {
  Scanner scan{trimmed(text)};
  int32_t days = 0;
  if (const size_t date = scan_date(scan.text, days)) {
    scan.at = date;
    if (scan.at_end()) return micros = 0, true;
    if (!scan.take(' ') && !scan.take('T')) return false;
  }
  int64_t seconds = 0;
  int32_t nanos = 0;
  const size_t used = scan_time(scan.rest(), seconds, nanos);
  if (used == 0) return false;
  scan.at += used;
  micros = seconds * kMicrosPerSecond + nanos / kNanosPerMicro;
  // "10:00 PM" is no time: reading it as 10:00 would be wrong without a word.
  ZoneSuffix zone;
  return scan_zone_suffix(scan, zone) &&
         !(zone.kind == ZoneSuffix::Kind::kNamed && !find_zone(zone.name));
}

bool parse_timestamp(std::string_view text, int64_t& micros, bool& has_offset) {
  ClockTime clock;
  if (!scan_timestamp(text, clock)) return false;
  has_offset = clock.zone.kind != ZoneSuffix::Kind::kNone;
  return to_micros(clock, micros);
}

bool parse_timestamp_ns(std::string_view text, int64_t& nanos, bool& has_offset) {
  ClockTime clock;
  if (!scan_timestamp(text, clock)) return false;
  has_offset = clock.zone.kind != ZoneSuffix::Kind::kNone;
  if (clock.special != 0) return to_micros(clock, nanos);
  const int128_t wide =
      int128_t{clock.days} * kNanosPerDay + int128_t{clock.seconds} * kNanosPerSecond + clock.nanos;
  nanos = static_cast<int64_t>(wide);
  return wide == nanos && is_finite_timestamp(nanos) && nanos != INT64_MIN;
}

bool parse_timestamp_tz(std::string_view text, const ZoneOffsets* session_zone,
                        int64_t& utc_micros) {
  ClockTime clock;
  int64_t local = 0;
  if (!scan_timestamp(text, clock) || !to_micros(clock, local)) return false;
  switch (clock.zone.kind) {
    case ZoneSuffix::Kind::kOffset:
      return !__builtin_sub_overflow(local, clock.zone.offset_seconds * kMicrosPerSecond,
                                     &utc_micros) &&
             is_finite_timestamp(utc_micros);
    case ZoneSuffix::Kind::kNamed:
      session_zone = find_zone(clock.zone.name);
      if (!session_zone) return false;
      break;
    case ZoneSuffix::Kind::kNone:
      break;
  }
  utc_micros = clock.special == 2 ? 0 : local_to_utc(session_zone, local);
  return true;
}

bool parse_interval(std::string_view text, Interval& interval) {
  Scanner scan{trimmed(text)};
  interval = Interval{};
  if (scan.take('@')) scan.skip_spaces();
  bool any = false;
  for (; !scan.at_end(); any = true, scan.skip_spaces()) {
    if (any && equals_ignoring_case(scan.rest(), "ago")) return negate(interval, interval);
    const bool negative = scan.take('-');
    const size_t begin = scan.at;
    int64_t count = 0;
    if (!scan.number(1, 18, count)) {
      return false;
    }
    if (is_digit(scan.peek())) {  // a nineteenth digit may still fit
      const int64_t digit = scan.text[scan.at++] - '0';
      if (is_digit(scan.peek()) || __builtin_mul_overflow(count, int64_t{10}, &count) ||
          __builtin_add_overflow(count, digit, &count)) {
        return false;
      }
    }
    DCHECK(scan.at > begin);
    if (scan.peek() == ':') {
      if (!add_clock(interval, scan, count, negative)) return false;
      if (!scan.at_end() && !is_space(scan.peek())) return false;
      continue;
    }
    int64_t billionths = 0;
    int dropped = 0;
    if (scan.take('.')) billionths = scan.fraction(9, dropped);
    scan.skip_spaces();
    const size_t unit = scan.at;
    while (is_letter(scan.peek())) ++scan.at;
    std::string_view name = scan.text.substr(unit, scan.at - unit);
    // A bare number is a number of seconds, if it is all there is.
    if (name.empty() && !any && scan.at_end()) name = "second";
    if (negative) count = -count, billionths = -billionths;
    if (!add_named_unit(interval, name, count, billionths)) return false;
  }
  return any;
}

bool parse_duration(std::string_view text, int64_t& micros) {
  Interval interval;
  if (!parse_interval(text, interval) || interval.months != 0) return false;
  return !__builtin_mul_overflow(int64_t{interval.days}, kMicrosPerDay, &micros) &&
         !__builtin_add_overflow(micros, interval.micros, &micros);
}

}  // namespace doline
