#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "column/civil_time.h"
#include "column/type.h"

namespace doline {

/// What can be asked of a date, time, timestamp or interval by name.
enum class DatePart : uint8_t {
  kYear,
  kMonth,
  kDay,
  kDecade,
  kCentury,
  kMillennium,
  kMicroseconds,
  kMilliseconds,
  kSecond,
  kMinute,
  kHour,
  kEpoch,
  kDayOfWeek,     // Sunday 0
  kIsoDayOfWeek,  // Monday 1
  kWeek,          // ISO
  kIsoYear,
  kQuarter,
  kDayOfYear,
  kYearWeek,  // ISO year * 100 + week
  kEra,       // 1 AD, 0 BC
  kTimezone,
  kTimezoneHour,
  kTimezoneMinute,
  kJulian,
};

/// By any of its spellings ("mon", "months"), ignoring case.
std::optional<DatePart> date_part_named(std::string_view name);
/// "month".
std::string_view name_of(DatePart part);
/// The first spelling of each, for candidates.
std::vector<std::string> date_part_names();

/// Monday 1 … Sunday 7.
inline int32_t iso_day_of_week(int32_t days) {
  return static_cast<int32_t>(floor_modulo(int64_t{days} + 3, 7)) + 1;
}
inline int32_t monday_of(int32_t days) {
  return static_cast<int32_t>(int64_t{days} - (iso_day_of_week(days) - 1));
}

struct IsoWeek {
  int32_t year;
  int32_t week;
};
IsoWeek iso_week_of(int32_t days);
/// The Monday of week 1 of the ISO year that `days` lies in.
int32_t iso_year_begin(int32_t days);

/// Which whole-number parts there are of what. kEpoch and kJulian have fractions: see below.
bool is_time_part(DatePart part);  // hour and smaller
bool is_part_of_date(DatePart part);
bool is_part_of_interval(DatePart part);

/// date_part over many rows; the part is dispatched on once. Parts of the time are 0 of a date.
/// Every input is taken, infinite ones give garbage.
void parts_of_dates(DatePart part, const int32_t* days, uint32_t count, int64_t* out);
void parts_of_timestamps(DatePart part, const int64_t* micros, uint32_t count, int64_t* out);
/// Microseconds since midnight; only for parts of the time.
void parts_of_times(DatePart part, const int64_t* micros, uint32_t count, int64_t* out);
int64_t part_of_interval(DatePart part, const Interval& interval);
/// Seconds that the interval takes, years at 365.25 days.
double epoch_of_interval(const Interval& interval);
double julian_day(int64_t micros);

/// Whether date_trunc knows the part.
bool is_truncatable(DatePart part);
/// date_trunc over many rows; infinite values stay.
void truncate_timestamps(DatePart part, const int64_t* micros, uint32_t count, int64_t* out);
void truncate_dates(DatePart part, const int32_t* days, uint32_t count, int32_t* out);
Interval truncate_interval(DatePart part, const Interval& interval);

/// `days` moved by whole months; the day is capped at the month's last (31 January + 1 month is
/// 28 or 29 February). False out of range.
bool add_months(int32_t days, int64_t months, int32_t& result);
/// Months first, then days, then microseconds. Infinite timestamps stay. False out of range.
bool add_interval(int64_t timestamp, const Interval& interval, int64_t& result);
bool negate(const Interval& interval, Interval& result);

/// `end` - `begin` as years, months, days and time, as age() gives it.
Interval age_between(int64_t end, int64_t begin);

/// Whole parts between two timestamps: how often a boundary is crossed (date_diff) and how many
/// complete ones fit (date_sub).
int64_t boundaries_between(DatePart part, int64_t begin, int64_t end);
int64_t complete_parts_between(DatePart part, int64_t begin, int64_t end);
/// Whether the two functions above know the part.
bool is_countable(DatePart part);

/// Comparison and equality of intervals: 30-day months, 24-hour days.
int128_t normalized_micros(const Interval& interval);

/// Full English names; month 1..12, day of week Sunday 0.
std::string_view month_name(int32_t month);
std::string_view day_name(int32_t day_of_week);

}  // namespace doline
