#pragma once

#include <cstdint>

namespace doline {

/// The proleptic Gregorian calendar over days and microseconds since 1970-01-01. Year 0 is 1 BC.

inline constexpr int64_t kMicrosPerMilli = 1'000;
inline constexpr int64_t kMicrosPerSecond = 1'000'000;
inline constexpr int64_t kMicrosPerMinute = 60 * kMicrosPerSecond;
inline constexpr int64_t kMicrosPerHour = 60 * kMicrosPerMinute;
inline constexpr int64_t kMicrosPerDay = 24 * kMicrosPerHour;
inline constexpr int64_t kNanosPerMicro = 1'000;
inline constexpr int64_t kNanosPerSecond = 1'000'000'000;
inline constexpr int64_t kNanosPerDay = 86'400 * kNanosPerSecond;
inline constexpr int64_t kSecondsPerDay = 86'400;
inline constexpr int32_t kMonthsPerYear = 12;
inline constexpr int32_t kDaysPerMonth = 30;  // of intervals, where months meet days

/// Dates and timestamps of any unit have two values that no calendar shows.
inline constexpr int32_t kInfiniteDate = INT32_MAX;
inline constexpr int64_t kInfiniteTimestamp = INT64_MAX;
inline constexpr bool is_finite_date(int32_t days) {
  return days != kInfiniteDate && days != -kInfiniteDate;
}
inline constexpr bool is_finite_timestamp(int64_t value) {
  return value != kInfiniteTimestamp && value != -kInfiniteTimestamp;
}

/// Rounds towards negative infinity. `divisor` > 0.
inline constexpr int64_t floor_divide(int64_t value, int64_t divisor) {
  return value / divisor - (value % divisor < 0);
}
/// In [0, divisor).
inline constexpr int64_t floor_modulo(int64_t value, int64_t divisor) {
  const int64_t rest = value % divisor;
  return rest < 0 ? rest + divisor : rest;
}

struct CivilDate {
  int32_t year = 1970;
  int32_t month = 1;
  int32_t day = 1;
  bool operator==(const CivilDate&) const = default;
};

/// Any day that fits int32_t. Divisions by constants only (Neri and Schneider, "Euclidean affine
/// functions and their application to calendar algorithms", 2022), over 64 bits so that the
/// whole range is covered.
inline CivilDate civil_from_days(int32_t days) {
  constexpr uint64_t kEras = 14'704;  // of 400 years: more than int32_t can be negative
  const uint64_t shifted =
      static_cast<uint64_t>(int64_t{days} + 719'468 + int64_t{146'097} * kEras);
  const uint64_t quarter_days = 4 * shifted + 3;
  const uint64_t century = quarter_days / 146'097;
  const uint64_t day_of_century = quarter_days % 146'097 / 4;
  const uint64_t scaled = uint64_t{2'939'745} * (4 * day_of_century + 3);
  const uint32_t year_of_century = static_cast<uint32_t>(scaled >> 32);
  const uint32_t day_of_year = static_cast<uint32_t>(scaled) / 2'939'745 / 4;  // from 1 March
  const uint32_t month_and_day = 2'141 * day_of_year + 197'913;
  const bool next_year = day_of_year >= 306;
  CivilDate civil;
  civil.year = static_cast<int32_t>(static_cast<int64_t>(100 * century + year_of_century) -
                                    int64_t{400} * kEras + next_year);
  civil.month = static_cast<int32_t>((month_and_day >> 16) - (next_year ? 12 : 0));
  civil.day = static_cast<int32_t>((month_and_day & 0xFFFF) / 2'141 + 1);
  return civil;
}

inline constexpr bool is_leap_year(int64_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}
inline constexpr int32_t days_in_month(int64_t year, int32_t month) {
  constexpr int8_t kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return kDays[month - 1] + (month == 2 && is_leap_year(year));
}

/// Days since 1970-01-01 of a valid date; `year` within a few times the range of int32_t days.
inline constexpr int64_t days_from_civil(int64_t year, int32_t month, int32_t day) {
  year -= month <= 2;
  const int64_t era = floor_divide(year, 400);
  const int64_t year_of_era = year - era * 400;
  const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
         719'468;
}

/// False when there is no such day, or none that a finite DATE holds.
inline constexpr bool days_from_civil_checked(int64_t year, int64_t month, int64_t day,
                                              int32_t& days) {
  if (month < 1 || month > 12 || year < -5'877'641 || year > 5'881'580) return false;
  if (day < 1 || day > days_in_month(year, static_cast<int32_t>(month))) return false;
  const int64_t result =
      days_from_civil(year, static_cast<int32_t>(month), static_cast<int32_t>(day));
  if (result <= -int64_t{kInfiniteDate} || result >= kInfiniteDate) return false;
  days = static_cast<int32_t>(result);
  return true;
}

/// The day a timestamp falls on, and the microseconds since its midnight.
inline constexpr int32_t day_of(int64_t micros) {
  return static_cast<int32_t>(floor_divide(micros, kMicrosPerDay));
}
inline constexpr int64_t time_of(int64_t micros) { return floor_modulo(micros, kMicrosPerDay); }
/// False when the sum is no finite TIMESTAMP.
inline bool timestamp_from_parts(int64_t days, int64_t micros, int64_t& timestamp) {
  return !__builtin_mul_overflow(days, kMicrosPerDay, &timestamp) &&
         !__builtin_add_overflow(timestamp, micros, &timestamp) && is_finite_timestamp(timestamp);
}

}  // namespace doline
