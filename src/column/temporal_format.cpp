#include "column/temporal_format.h"

#include <cstring>

#include "column/civil_time.h"

namespace doline {

namespace {

/// Writes forward; the room is the caller's promise of kTemporalTextBytes.
class TextCursor {
 public:
  explicit TextCursor(char* out) : begin_(out), at_(out) {}

  void put(char c) { *at_++ = c; }
  void put(const char* text, size_t size) {
    std::memcpy(at_, text, size);
    at_ += size;
  }
  template <size_t kSize>
  void literal(const char (&text)[kSize]) {
    put(text, kSize - 1);
  }
  void two_digits(uint32_t value) {
    at_[0] = static_cast<char>('0' + value / 10);
    at_[1] = static_cast<char>('0' + value % 10);
    at_ += 2;
  }
  /// At least `width` digits, zeros in front.
  void number(uint64_t value, int width) {
    char digits[20];
    int count = 0;
    do {
      digits[count++] = static_cast<char>('0' + value % 10);
      value /= 10;
    } while (value != 0);
    for (int i = count; i < width; ++i) put('0');
    while (count > 0) put(digits[--count]);
  }
  /// "." and `value` as `digits` decimal places without trailing zeros; nothing for 0.
  void fraction(uint32_t value, int digits) {
    if (value == 0) return;
    put('.');
    char* const begin = at_;
    for (int i = digits - 1; i >= 0; --i) {
      begin[i] = static_cast<char>('0' + value % 10);
      value /= 10;
    }
    at_ = begin + digits;
    while (at_[-1] == '0') --at_;
  }
  size_t size() const { return static_cast<size_t>(at_ - begin_); }

 private:
  char* const begin_;
  char* at_;
};

void put_civil(TextCursor& text, int64_t year, int32_t month, int32_t day) {
  const bool before_christ = year <= 0;
  text.number(static_cast<uint64_t>(before_christ ? 1 - year : year), 4);
  text.put('-');
  text.two_digits(static_cast<uint32_t>(month));
  text.put('-');
  text.two_digits(static_cast<uint32_t>(day));
  if (before_christ) text.literal(" (BC)");
}

/// `days` may lie outside int32_t: seconds reach further than dates.
void put_date(TextCursor& text, int64_t days) {
  const int64_t era = floor_divide(days, 146'097);
  const CivilDate civil = civil_from_days(static_cast<int32_t>(days - era * 146'097));
  put_civil(text, civil.year + era * 400, civil.month, civil.day);
}

void put_clock(TextCursor& text, int64_t seconds) {
  const auto whole = static_cast<uint32_t>(seconds);
  text.two_digits(whole / 3600);
  text.put(':');
  text.two_digits(whole / 60 % 60);
  text.put(':');
  text.two_digits(whole % 60);
}

/// Hours may have any number of digits.
void put_span(TextCursor& text, int64_t micros) {
  uint64_t rest = static_cast<uint64_t>(micros);
  if (micros < 0) {
    text.put('-');
    rest = 0 - rest;
  }
  text.number(rest / kMicrosPerHour, 2);
  rest %= kMicrosPerHour;
  text.put(':');
  text.two_digits(static_cast<uint32_t>(rest / kMicrosPerMinute));
  rest %= kMicrosPerMinute;
  text.put(':');
  text.two_digits(static_cast<uint32_t>(rest / kMicrosPerSecond));
  text.fraction(static_cast<uint32_t>(rest % kMicrosPerSecond), 6);
}

bool put_infinity(TextCursor& text, bool finite, bool positive) {
  if (finite) return false;
  if (!positive) text.put('-');
  text.literal("infinity");
  return true;
}

/// `per_second` units of `digits` decimal places.
void put_timestamp(TextCursor& text, int64_t value, int64_t per_second, int digits) {
  if (put_infinity(text, is_finite_timestamp(value), value > 0)) return;
  const int64_t seconds = floor_divide(value, per_second);
  put_date(text, floor_divide(seconds, kSecondsPerDay));
  text.put(' ');
  put_clock(text, floor_modulo(seconds, kSecondsPerDay));
  text.fraction(static_cast<uint32_t>(floor_modulo(value, per_second)), digits);
}

void put_offset(TextCursor& text, int32_t offset) {
  text.put(offset < 0 ? '-' : '+');
  const auto seconds = static_cast<uint32_t>(offset < 0 ? -offset : offset);
  text.number(seconds / 3600, 2);
  if (seconds % 3600 == 0) return;
  text.put(':');
  text.two_digits(seconds / 60 % 60);
  if (seconds % 60 == 0) return;
  text.put(':');
  text.two_digits(seconds % 60);
}

void put_count(TextCursor& text, int64_t count, const char* unit, size_t unit_size) {
  if (count == 0) return;
  if (text.size() != 0) text.put(' ');
  if (count < 0) text.put('-');
  text.number(count < 0 ? 0 - static_cast<uint64_t>(count) : static_cast<uint64_t>(count), 1);
  text.put(' ');
  text.put(unit, unit_size);
  if (count != 1 && count != -1) text.put('s');
}

}  // namespace

size_t format_date(char* out, int32_t days) {
  TextCursor text(out);
  if (!put_infinity(text, is_finite_date(days), days > 0)) {
    const CivilDate civil = civil_from_days(days);
    put_civil(text, civil.year, civil.month, civil.day);
  }
  return text.size();
}

size_t format_time(char* out, int64_t micros) {
  TextCursor text(out);
  put_span(text, micros);
  return text.size();
}

size_t format_timestamp(char* out, int64_t micros) {
  TextCursor text(out);
  put_timestamp(text, micros, kMicrosPerSecond, 6);
  return text.size();
}

size_t format_timestamp_s(char* out, int64_t seconds) {
  TextCursor text(out);
  put_timestamp(text, seconds, 1, 0);
  return text.size();
}

size_t format_timestamp_ms(char* out, int64_t millis) {
  TextCursor text(out);
  put_timestamp(text, millis, 1'000, 3);
  return text.size();
}

size_t format_timestamp_ns(char* out, int64_t nanos) {
  TextCursor text(out);
  put_timestamp(text, nanos, kNanosPerSecond, 9);
  return text.size();
}

size_t format_timestamp_tz(char* out, int64_t utc_micros, const ZoneOffsets* zone) {
  TextCursor text(out);
  if (put_infinity(text, is_finite_timestamp(utc_micros), utc_micros > 0)) return text.size();
  const int32_t offset = zone ? zone->offset_seconds(utc_micros) : 0;
  // Split before the offset is added: near the ends of the range the sum would overflow.
  const int64_t seconds = floor_divide(utc_micros, kMicrosPerSecond) + offset;
  put_date(text, floor_divide(seconds, kSecondsPerDay));
  text.put(' ');
  put_clock(text, floor_modulo(seconds, kSecondsPerDay));
  text.fraction(static_cast<uint32_t>(floor_modulo(utc_micros, kMicrosPerSecond)), 6);
  put_offset(text, offset);
  return text.size();
}

size_t format_interval(char* out, const Interval& interval) {
  TextCursor text(out);
  put_count(text, interval.months / kMonthsPerYear, "year", 4);
  put_count(text, interval.months % kMonthsPerYear, "month", 5);
  put_count(text, interval.days, "day", 3);
  if (interval.micros != 0 || text.size() == 0) {
    if (text.size() != 0) text.put(' ');
    put_span(text, interval.micros);
  }
  return text.size();
}

size_t format_duration(char* out, int64_t micros) {
  TextCursor text(out);
  put_span(text, micros);
  return text.size();
}

size_t format_temporal(char* out, TypeKind kind, int64_t value, const ZoneOffsets* zone) {
  if (kind == TypeKind::kDate) return format_date(out, static_cast<int32_t>(value));
  if (kind == TypeKind::kTime) return format_time(out, value);
  if (kind == TypeKind::kTimestampS) return format_timestamp_s(out, value);
  if (kind == TypeKind::kTimestampMs) return format_timestamp_ms(out, value);
  if (kind == TypeKind::kTimestamp) return format_timestamp(out, value);
  if (kind == TypeKind::kTimestampNs) return format_timestamp_ns(out, value);
  if (kind == TypeKind::kTimestampTz) return format_timestamp_tz(out, value, zone);
  ASSERT(kind == TypeKind::kDuration);
  return format_duration(out, value);
}

size_t format_offset(char* out, int32_t offset_seconds) {
  TextCursor text(out);
  put_offset(text, offset_seconds);
  return text.size();
}

}  // namespace doline
