#include "kernel/calendar.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"

namespace doline {

namespace {

struct PartName {
  DatePart part;
  std::string_view name;
};

/// The first name of each part is the one it is printed with.
constexpr PartName kPartNames[] = {
    {DatePart::kYear, "year"},
    {DatePart::kYear, "yr"},
    {DatePart::kYear, "y"},
    {DatePart::kYear, "years"},
    {DatePart::kYear, "yrs"},
    {DatePart::kMonth, "month"},
    {DatePart::kMonth, "mon"},
    {DatePart::kMonth, "months"},
    {DatePart::kMonth, "mons"},
    {DatePart::kDay, "day"},
    {DatePart::kDay, "days"},
    {DatePart::kDay, "d"},
    {DatePart::kDay, "dayofmonth"},
    {DatePart::kDecade, "decade"},
    {DatePart::kDecade, "dec"},
    {DatePart::kDecade, "decades"},
    {DatePart::kDecade, "decs"},
    {DatePart::kCentury, "century"},
    {DatePart::kCentury, "cent"},
    {DatePart::kCentury, "centuries"},
    {DatePart::kCentury, "c"},
    {DatePart::kMillennium, "millennium"},
    {DatePart::kMillennium, "mil"},
    {DatePart::kMillennium, "millenniums"},
    {DatePart::kMillennium, "millennia"},
    {DatePart::kMillennium, "mils"},
    {DatePart::kMillennium, "millenium"},
    {DatePart::kMicroseconds, "microseconds"},
    {DatePart::kMicroseconds, "microsecond"},
    {DatePart::kMicroseconds, "us"},
    {DatePart::kMicroseconds, "usec"},
    {DatePart::kMicroseconds, "usecs"},
    {DatePart::kMicroseconds, "usecond"},
    {DatePart::kMicroseconds, "useconds"},
    {DatePart::kMilliseconds, "milliseconds"},
    {DatePart::kMilliseconds, "millisecond"},
    {DatePart::kMilliseconds, "ms"},
    {DatePart::kMilliseconds, "msec"},
    {DatePart::kMilliseconds, "msecs"},
    {DatePart::kSecond, "second"},
    {DatePart::kSecond, "sec"},
    {DatePart::kSecond, "seconds"},
    {DatePart::kSecond, "secs"},
    {DatePart::kSecond, "s"},
    {DatePart::kMinute, "minute"},
    {DatePart::kMinute, "min"},
    {DatePart::kMinute, "minutes"},
    {DatePart::kMinute, "mins"},
    {DatePart::kMinute, "m"},
    {DatePart::kHour, "hour"},
    {DatePart::kHour, "hr"},
    {DatePart::kHour, "hours"},
    {DatePart::kHour, "hrs"},
    {DatePart::kHour, "h"},
    {DatePart::kEpoch, "epoch"},
    {DatePart::kDayOfWeek, "dow"},
    {DatePart::kDayOfWeek, "dayofweek"},
    {DatePart::kDayOfWeek, "weekday"},
    {DatePart::kIsoDayOfWeek, "isodow"},
    {DatePart::kWeek, "week"},
    {DatePart::kWeek, "weeks"},
    {DatePart::kWeek, "w"},
    {DatePart::kWeek, "weekofyear"},
    {DatePart::kIsoYear, "isoyear"},
    {DatePart::kQuarter, "quarter"},
    {DatePart::kQuarter, "quarters"},
    {DatePart::kDayOfYear, "doy"},
    {DatePart::kDayOfYear, "dayofyear"},
    {DatePart::kYearWeek, "yearweek"},
    {DatePart::kEra, "era"},
    {DatePart::kTimezone, "timezone"},
    {DatePart::kTimezoneHour, "timezone_hour"},
    {DatePart::kTimezoneMinute, "timezone_minute"},
    {DatePart::kJulian, "julian"},
    {DatePart::kJulian, "jd"},
};

int64_t century_of(int64_t year, int64_t length) {
  return year > 0 ? (year - 1) / length + 1 : year / length - 1;
}
int64_t day_of_year(int32_t days) {
  return days - days_from_civil(civil_from_days(days).year, 1, 1) + 1;
}
int64_t year_week(const IsoWeek& iso) {
  return int64_t{iso.year} * 100 + (iso.year > 0 ? iso.week : -iso.week);
}

/// Calls `body(f)`, where f maps a day to the part.
template <class Body>
void with_date_part(DatePart part, Body&& body) {
  switch (part) {
    case DatePart::kYear:
      return body([](int32_t d) -> int64_t { return civil_from_days(d).year; });
    case DatePart::kMonth:
      return body([](int32_t d) -> int64_t { return civil_from_days(d).month; });
    case DatePart::kDay:
      return body([](int32_t d) -> int64_t { return civil_from_days(d).day; });
    case DatePart::kDecade:
      return body([](int32_t d) -> int64_t { return civil_from_days(d).year / 10; });
    case DatePart::kCentury:
      return body([](int32_t d) { return century_of(civil_from_days(d).year, 100); });
    case DatePart::kMillennium:
      return body([](int32_t d) { return century_of(civil_from_days(d).year, 1'000); });
    case DatePart::kDayOfWeek:
      return body([](int32_t d) -> int64_t { return iso_day_of_week(d) % 7; });
    case DatePart::kIsoDayOfWeek:
      return body([](int32_t d) -> int64_t { return iso_day_of_week(d); });
    case DatePart::kWeek:
      return body([](int32_t d) -> int64_t { return iso_week_of(d).week; });
    case DatePart::kIsoYear:
      return body([](int32_t d) -> int64_t { return iso_week_of(d).year; });
    case DatePart::kQuarter:
      return body([](int32_t d) -> int64_t { return (civil_from_days(d).month + 2) / 3; });
    case DatePart::kDayOfYear:
      return body([](int32_t d) { return day_of_year(d); });
    case DatePart::kYearWeek:
      return body([](int32_t d) { return year_week(iso_week_of(d)); });
    case DatePart::kEra:
      return body([](int32_t d) -> int64_t { return civil_from_days(d).year > 0; });
    case DatePart::kMicroseconds:
    case DatePart::kMilliseconds:
    case DatePart::kSecond:
    case DatePart::kMinute:
    case DatePart::kHour:
    case DatePart::kTimezone:
    case DatePart::kTimezoneHour:
    case DatePart::kTimezoneMinute:
      return body([](int32_t) { return int64_t{0}; });
    case DatePart::kEpoch:
    case DatePart::kJulian:
      break;
  }
  UNREACHABLE();
}

/// Calls `body(f)`, where f maps microseconds (of a day, or since 1970) to the part of the time.
template <class Body>
void with_time_part(DatePart part, Body&& body) {
  switch (part) {
    case DatePart::kMicroseconds:
      return body([](int64_t t) { return floor_modulo(t, kMicrosPerMinute); });
    case DatePart::kMilliseconds:
      return body([](int64_t t) { return floor_modulo(t, kMicrosPerMinute) / kMicrosPerMilli; });
    case DatePart::kSecond:
      return body([](int64_t t) { return floor_modulo(t, kMicrosPerMinute) / kMicrosPerSecond; });
    case DatePart::kMinute:
      return body([](int64_t t) { return floor_modulo(t, kMicrosPerHour) / kMicrosPerMinute; });
    case DatePart::kHour:
      return body([](int64_t t) { return t == kMicrosPerDay ? 24 : time_of(t) / kMicrosPerHour; });
    case DatePart::kTimezone:
    case DatePart::kTimezoneHour:
    case DatePart::kTimezoneMinute:
      return body([](int64_t) { return int64_t{0}; });
    case DatePart::kYear:
    case DatePart::kMonth:
    case DatePart::kDay:
    case DatePart::kDecade:
    case DatePart::kCentury:
    case DatePart::kMillennium:
    case DatePart::kEpoch:
    case DatePart::kDayOfWeek:
    case DatePart::kIsoDayOfWeek:
    case DatePart::kWeek:
    case DatePart::kIsoYear:
    case DatePart::kQuarter:
    case DatePart::kDayOfYear:
    case DatePart::kYearWeek:
    case DatePart::kEra:
    case DatePart::kJulian:
      break;
  }
  UNREACHABLE();
}

/// Wraps instead of overflowing: lanes under NULL hold anything.
int64_t midnight_of(int32_t days) {
  return static_cast<int64_t>(static_cast<uint64_t>(int64_t{days}) *
                              static_cast<uint64_t>(kMicrosPerDay));
}

int64_t wrapping_subtract(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
}

int32_t year_begin(int64_t year) { return static_cast<int32_t>(days_from_civil(year, 1, 1)); }

/// Calls `body(f)`, where f maps a day to the first one of its year, month …
template <class Body>
void with_date_truncation(DatePart part, Body&& body) {
  switch (part) {
    case DatePart::kYear:
      return body([](int32_t d) { return year_begin(civil_from_days(d).year); });
    case DatePart::kDecade:
      return body([](int32_t d) { return year_begin(civil_from_days(d).year / 10 * 10); });
    case DatePart::kCentury:
      return body([](int32_t d) { return year_begin(civil_from_days(d).year / 100 * 100); });
    case DatePart::kMillennium:
      return body([](int32_t d) { return year_begin(civil_from_days(d).year / 1'000 * 1'000); });
    case DatePart::kQuarter:
      return body([](int32_t d) {
        const CivilDate civil = civil_from_days(d);
        return static_cast<int32_t>(days_from_civil(civil.year, (civil.month - 1) / 3 * 3 + 1, 1));
      });
    case DatePart::kMonth:
      return body(
          [](int32_t d) { return static_cast<int32_t>(int64_t{d} - civil_from_days(d).day + 1); });
    case DatePart::kWeek:
    case DatePart::kYearWeek:
      return body([](int32_t d) { return monday_of(d); });
    case DatePart::kIsoYear:
      return body([](int32_t d) { return iso_year_begin(d); });
    case DatePart::kDay:
    case DatePart::kDayOfWeek:
    case DatePart::kIsoDayOfWeek:
    case DatePart::kDayOfYear:
    case DatePart::kJulian:
    case DatePart::kMicroseconds:
    case DatePart::kMilliseconds:
    case DatePart::kSecond:
    case DatePart::kMinute:
    case DatePart::kHour:
    case DatePart::kEpoch:
      return body([](int32_t d) { return d; });
    case DatePart::kEra:
    case DatePart::kTimezone:
    case DatePart::kTimezoneHour:
    case DatePart::kTimezoneMinute:
      break;
  }
  UNREACHABLE();
}

/// 0 for parts larger than an hour.
int64_t micros_of_part(DatePart part) {
  switch (part) {
    case DatePart::kMicroseconds:
      return 1;
    case DatePart::kMilliseconds:
      return kMicrosPerMilli;
    case DatePart::kSecond:
    case DatePart::kEpoch:
      return kMicrosPerSecond;
    case DatePart::kMinute:
      return kMicrosPerMinute;
    case DatePart::kHour:
      return kMicrosPerHour;
    case DatePart::kYear:
    case DatePart::kMonth:
    case DatePart::kDay:
    case DatePart::kDecade:
    case DatePart::kCentury:
    case DatePart::kMillennium:
    case DatePart::kDayOfWeek:
    case DatePart::kIsoDayOfWeek:
    case DatePart::kWeek:
    case DatePart::kIsoYear:
    case DatePart::kQuarter:
    case DatePart::kDayOfYear:
    case DatePart::kYearWeek:
    case DatePart::kEra:
    case DatePart::kTimezone:
    case DatePart::kTimezoneHour:
    case DatePart::kTimezoneMinute:
    case DatePart::kJulian:
      return 0;
  }
  UNREACHABLE();
}

/// Months in a year, quarter …; 0 for parts that are no number of months.
int32_t months_of_part(DatePart part) {
  if (part == DatePart::kMillennium) return 12'000;
  if (part == DatePart::kCentury) return 1'200;
  if (part == DatePart::kDecade) return 120;
  if (part == DatePart::kYear || part == DatePart::kIsoYear) return 12;
  if (part == DatePart::kQuarter) return 3;
  return part == DatePart::kMonth ? 1 : 0;
}

}  // namespace

std::optional<DatePart> date_part_named(std::string_view name) {
  char lowered[16];
  if (name.empty() || name.size() > sizeof lowered) return std::nullopt;
  std::transform(name.begin(), name.end(), lowered, [](char c) { return ascii_lower(c); });
  const std::string_view wanted(lowered, name.size());
  for (const PartName& entry : kPartNames) {
    if (entry.name == wanted) return entry.part;
  }
  return std::nullopt;
}

std::string_view name_of(DatePart part) {
  for (const PartName& entry : kPartNames) {
    if (entry.part == part) return entry.name;
  }
  UNREACHABLE();
}

std::vector<std::string> date_part_names() {
  std::vector<std::string> names;
  const PartName* previous = nullptr;
  for (const PartName& entry : kPartNames) {
    if (!previous || previous->part != entry.part) names.emplace_back(entry.name);
    previous = &entry;
  }
  return names;
}

IsoWeek iso_week_of(int32_t days) {
  // A week belongs to the year its Thursday lies in.
  const int64_t thursday = int64_t{monday_of(days)} + 3;
  const int32_t year = civil_from_days(static_cast<int32_t>(thursday)).year;
  return {year, static_cast<int32_t>((thursday - days_from_civil(year, 1, 1)) / 7 + 1)};
}

int32_t iso_year_begin(int32_t days) {
  // 4 January always lies in week 1.
  return monday_of(static_cast<int32_t>(days_from_civil(iso_week_of(days).year, 1, 4)));
}

bool is_time_part(DatePart part) { return part != DatePart::kEpoch && micros_of_part(part) != 0; }

bool is_part_of_date(DatePart part) {
  return part != DatePart::kEpoch && part != DatePart::kJulian;
}

bool is_part_of_interval(DatePart part) {
  return part != DatePart::kIsoYear &&
         (months_of_part(part) != 0 || part == DatePart::kDay || is_time_part(part));
}

void parts_of_dates(DatePart part, const int32_t* days, uint32_t count, int64_t* out) {
  with_date_part(part, [&](auto map) {
    for (uint32_t i = 0; i < count; ++i) out[i] = map(days[i]);
  });
}

void parts_of_timestamps(DatePart part, const int64_t* micros, uint32_t count, int64_t* out) {
  if (is_time_part(part)) {
    with_time_part(part, [&](auto map) {
      // 24:00 exists for times alone: of a timestamp, the first day after 1970 is no hour 24.
      for (uint32_t i = 0; i < count; ++i) out[i] = map(micros[i] == kMicrosPerDay ? 0 : micros[i]);
    });
  } else {
    with_date_part(part, [&](auto map) {
      for (uint32_t i = 0; i < count; ++i) out[i] = map(day_of(micros[i]));
    });
  }
}

void parts_of_times(DatePart part, const int64_t* micros, uint32_t count, int64_t* out) {
  with_time_part(part, [&](auto map) {
    for (uint32_t i = 0; i < count; ++i) out[i] = map(micros[i]);
  });
}

int64_t part_of_interval(DatePart part, const Interval& interval) {
  ASSERT(is_part_of_interval(part));
  if (part == DatePart::kMonth) return interval.months % kMonthsPerYear;
  if (part == DatePart::kQuarter) return interval.months % kMonthsPerYear / 3 + 1;
  if (const int32_t months = months_of_part(part)) return interval.months / months;
  if (part == DatePart::kDay) return interval.days;
  if (part == DatePart::kHour) return interval.micros / kMicrosPerHour;
  if (part == DatePart::kMinute) return interval.micros % kMicrosPerHour / kMicrosPerMinute;
  return interval.micros % kMicrosPerMinute / micros_of_part(part);
}

double epoch_of_interval(const Interval& interval) {
  const int64_t years = interval.months / kMonthsPerYear;
  const int64_t days = int64_t{interval.months % kMonthsPerYear} * kDaysPerMonth + interval.days;
  const int64_t quarter_days = years * (365 * 4 + 1) + days * 4;
  return static_cast<double>(quarter_days * (kSecondsPerDay / 4)) +
         static_cast<double>(interval.micros) / 1e6;
}

double julian_day(int64_t micros) {
  constexpr int64_t kJulianOf1970 = 2'440'588;
  return static_cast<double>(day_of(micros) + kJulianOf1970) +
         static_cast<double>(time_of(micros)) / static_cast<double>(kMicrosPerDay);
}

bool is_truncatable(DatePart part) {
  return part != DatePart::kEra && part != DatePart::kTimezone && part != DatePart::kTimezoneHour &&
         part != DatePart::kTimezoneMinute;
}

void truncate_timestamps(DatePart part, const int64_t* micros, uint32_t count, int64_t* out) {
  if (const int64_t unit = micros_of_part(part)) {
    const auto loop = [&](auto divisor) {
      for (uint32_t i = 0; i < count; ++i) {
        const int64_t value = micros[i];
        out[i] = is_finite_timestamp(value) ? wrapping_subtract(value, floor_modulo(value, divisor))
                                            : value;
      }
    };
    // Constant divisors become multiplications.
    if (part == DatePart::kHour) return loop(std::integral_constant<int64_t, kMicrosPerHour>{});
    if (part == DatePart::kMinute) return loop(std::integral_constant<int64_t, kMicrosPerMinute>{});
    return loop(unit);
  }
  with_date_truncation(part, [&](auto map) {
    for (uint32_t i = 0; i < count; ++i) {
      const int64_t value = micros[i];
      out[i] = is_finite_timestamp(value) ? midnight_of(map(day_of(value))) : value;
    }
  });
}

void truncate_dates(DatePart part, const int32_t* days, uint32_t count, int32_t* out) {
  with_date_truncation(part, [&](auto map) {
    for (uint32_t i = 0; i < count; ++i) out[i] = is_finite_date(days[i]) ? map(days[i]) : days[i];
  });
}

Interval truncate_interval(DatePart part, const Interval& interval) {
  if (const int32_t months = months_of_part(part)) return {interval.months / months * months, 0, 0};
  if (part == DatePart::kWeek || part == DatePart::kYearWeek)
    return {interval.months, interval.days / 7 * 7, 0};
  if (const int64_t unit = micros_of_part(part)) {
    return {interval.months, interval.days, interval.micros / unit * unit};
  }
  return {interval.months, interval.days, 0};
}

bool add_months(int32_t days, int64_t months, int32_t& result) {
  const CivilDate civil = civil_from_days(days);
  const int64_t total = int64_t{civil.year} * kMonthsPerYear + (civil.month - 1) + months;
  const int64_t year = floor_divide(total, kMonthsPerYear);
  const auto month = static_cast<int32_t>(floor_modulo(total, kMonthsPerYear)) + 1;
  const int32_t day = std::min(civil.day, days_in_month(year, month));
  return days_from_civil_checked(year, month, day, result);
}

bool add_interval(int64_t timestamp, const Interval& interval, int64_t& result) {
  if (!is_finite_timestamp(timestamp)) {
    result = timestamp;
    return true;
  }
  if (interval.months == 0) {
    int64_t span = 0;
    if (!__builtin_mul_overflow(int64_t{interval.days}, kMicrosPerDay, &span) &&
        !__builtin_add_overflow(span, interval.micros, &span)) {
      return !__builtin_add_overflow(timestamp, span, &result) && is_finite_timestamp(result);
    }
  }
  int32_t days = day_of(timestamp);
  if (interval.months != 0 && !add_months(days, interval.months, days)) return false;
  // The parts may lie out of range where their sum does not.
  const int128_t total =
      (int128_t{days} + interval.days) * kMicrosPerDay + time_of(timestamp) + interval.micros;
  result = static_cast<int64_t>(total);
  return result == total && is_finite_timestamp(result);
}

bool negate(const Interval& interval, Interval& result) {
  return !__builtin_sub_overflow(0, interval.months, &result.months) &&
         !__builtin_sub_overflow(0, interval.days, &result.days) &&
         !__builtin_sub_overflow(int64_t{0}, interval.micros, &result.micros);
}

Interval age_between(int64_t end, int64_t begin) {
  const bool negative = end < begin;
  const int64_t low = std::min(end, begin);
  const int64_t high = std::max(end, begin);
  const CivilDate from = civil_from_days(day_of(low));
  const CivilDate to = civil_from_days(day_of(high));
  int32_t months = (to.year - from.year) * kMonthsPerYear + (to.month - from.month);
  int32_t days = to.day - from.day;
  int64_t micros = time_of(high) - time_of(low);
  if (micros < 0) {
    micros += kMicrosPerDay;
    --days;
  }
  if (days < 0) {
    days += days_in_month(from.year, from.month);
    --months;
  }
  return negative ? Interval{-months, -days, -micros} : Interval{months, days, micros};
}

bool is_countable(DatePart part) { return is_truncatable(part); }

int64_t boundaries_between(DatePart part, int64_t begin, int64_t end) {
  if (const int64_t unit = micros_of_part(part))
    return floor_divide(end, unit) - floor_divide(begin, unit);
  const int32_t from = day_of(begin);
  const int32_t to = day_of(end);
  if (part == DatePart::kIsoYear) return iso_week_of(to).year - iso_week_of(from).year;
  // Weeks have no boundaries here: they begin on the first day's weekday, as DuckDB 2.0 has it.
  if (part == DatePart::kWeek || part == DatePart::kYearWeek) return (to - from) / 7;
  const int32_t months = months_of_part(part);
  if (months == 0) return to - from;
  const CivilDate a = civil_from_days(from);
  const CivilDate b = civil_from_days(to);
  if (months >= 12) return b.year / (months / 12) - a.year / (months / 12);
  return (int64_t{b.year} * 12 + b.month - 1) / months -
         (int64_t{a.year} * 12 + a.month - 1) / months;
}

int64_t complete_parts_between(DatePart part, int64_t begin, int64_t end) {
  if (const int64_t unit = micros_of_part(part)) {
    return static_cast<int64_t>((int128_t{end} - begin) / unit);
  }
  const int32_t months = months_of_part(part);
  if (months == 0) {
    const bool weeks = part == DatePart::kWeek || part == DatePart::kYearWeek;
    return static_cast<int64_t>((int128_t{end} - begin) /
                                (weeks ? 7 * kMicrosPerDay : kMicrosPerDay));
  }
  if (begin > end) return -complete_parts_between(part, end, begin);
  const CivilDate a = civil_from_days(day_of(begin));
  const CivilDate b = civil_from_days(day_of(end));
  int64_t count = int64_t{b.year - a.year} * kMonthsPerYear + (b.month - a.month);
  int64_t moved = 0;
  if (!add_interval(begin, Interval{static_cast<int32_t>(count), 0, 0}, moved) || moved > end)
    --count;
  return count / months;
}

int128_t normalized_micros(const Interval& interval) {
  return (int128_t{interval.months} * kDaysPerMonth + interval.days) * kMicrosPerDay +
         interval.micros;
}

std::string_view month_name(int32_t month) {
  static constexpr std::array<std::string_view, 12> kNames = {
      "January", "February", "March",     "April",   "May",      "June",
      "July",    "August",   "September", "October", "November", "December"};
  return kNames[static_cast<size_t>(month - 1)];
}

std::string_view day_name(int32_t day_of_week) {
  static constexpr std::array<std::string_view, 7> kNames = {
      "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
  return kNames[static_cast<size_t>(day_of_week)];
}

}  // namespace doline
