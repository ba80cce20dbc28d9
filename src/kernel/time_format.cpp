#include "kernel/time_format.h"

#include <algorithm>

#include "base/error.h"
#include "column/civil_time.h"
#include "column/temporal_format.h"
#include "kernel/calendar.h"
#include "kernel/time_zone.h"

namespace doline {

namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

void append_number(std::string& out, int64_t value, int width) {
  char digits[24];
  int count = 0;
  uint64_t rest = value < 0 ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
  do {
    digits[count++] = static_cast<char>('0' + rest % 10);
    rest /= 10;
  } while (rest != 0);
  if (value < 0) out += '-';
  for (int i = count; i < width; ++i) out += '0';
  while (count > 0) out += digits[--count];
}

bool starts_with_ignoring_case(std::string_view text, std::string_view start) {
  return text.size() >= start.size() &&
         std::equal(start.begin(), start.end(), text.begin(),
                    [](char a, char b) { return (a | 32) == (b | 32); });
}

/// Position of the name the text starts with, or -1; `used` its length.
template <class NameAt>
int32_t match_name(std::string_view text, int32_t count, size_t most, NameAt&& name_at,
                   size_t& used) {
  for (int32_t i = 0; i < count; ++i) {
    const std::string_view name = name_at(i).substr(0, most);
    if (starts_with_ignoring_case(text, name)) {
      used = name.size();
      return i;
    }
  }
  return -1;
}

/// Weeks that begin on `first` (Sunday 0), counted from the year's first such day.
int32_t week_of_year(int32_t days, int32_t first) {
  const CivilDate civil = civil_from_days(days);
  const auto day_of_year = static_cast<int32_t>(days - days_from_civil(civil.year, 1, 1));
  const int32_t weekday = (iso_day_of_week(days) % 7 - first + 7) % 7;
  return (day_of_year + 7 - weekday) / 7;
}

}  // namespace

/// What a text has said so far.
struct TimeFormat::Fields {
  int64_t year = 1900;
  int64_t month = 1;
  int64_t day = 1;
  int64_t hour = 0, minute = 0, second = 0, nanos = 0;
  int64_t day_of_year = 0;  // 0: not said
  int64_t week = -1;
  Field week_kind = Field::kIsoWeek;
  int64_t iso_year = INT64_MIN;
  int32_t weekday = -1;  // Sunday 0
  bool twelve_hours = false;
  bool afternoon = false;

  bool day_number(int32_t& days) const {
    if (week >= 0) {
      const int64_t of_year =
          week_kind == Field::kIsoWeek && iso_year != INT64_MIN ? iso_year : year;
      const auto new_year = static_cast<int32_t>(days_from_civil(of_year, 1, 1));
      if (week_kind == Field::kIsoWeek) {
        const int32_t offset = weekday < 0 ? 0 : (weekday + 6) % 7;
        days = monday_of(new_year + 3) + static_cast<int32_t>(week - 1) * 7 + offset;
        return week >= 1;
      }
      const int32_t first = week_kind == Field::kWeekFromSunday ? 0 : 1;
      const int32_t to_first = (first - iso_day_of_week(new_year) % 7 + 7) % 7;
      const int32_t offset = weekday < 0 ? 0 : (weekday - first + 7) % 7;
      days = new_year + to_first + static_cast<int32_t>(week - 1) * 7 + offset;
      return true;
    }
    if (!days_from_civil_checked(year, day_of_year != 0 ? 1 : month, day_of_year != 0 ? 1 : day,
                                 days))
      return false;
    if (day_of_year == 0) return true;
    days += static_cast<int32_t>(day_of_year - 1);
    return day_of_year <= (is_leap_year(year) ? 366 : 365);
  }
};

void TimeFormat::add_literal(std::string_view text) {
  if (items_.empty() || items_.back().field != Field::kLiteral)
    items_.push_back({Field::kLiteral, true, {}});
  items_.back().literal += text;
}

void TimeFormat::add(char specifier, bool padded) {
  struct Entry {
    char specifier;
    Field field;
    bool may_be_bare;  // %-d
  };
  static constexpr Entry kEntries[] = {
      {'Y', Field::kYear, false},
      {'y', Field::kYearOfCentury, true},
      {'m', Field::kMonth, true},
      {'B', Field::kMonthName, false},
      {'b', Field::kShortMonthName, false},
      {'h', Field::kShortMonthName, false},
      {'d', Field::kDay, true},
      {'j', Field::kDayOfYear, true},
      {'H', Field::kHour, true},
      {'I', Field::kHourOfTwelve, true},
      {'p', Field::kAmPm, false},
      {'M', Field::kMinute, true},
      {'S', Field::kSecond, true},
      {'g', Field::kMillisecond, false},
      {'f', Field::kMicrosecond, false},
      {'n', Field::kNanosecond, false},
      {'A', Field::kDayName, false},
      {'a', Field::kShortDayName, false},
      {'w', Field::kDayOfWeek, false},
      {'u', Field::kIsoDayOfWeek, false},
      {'U', Field::kWeekFromSunday, false},
      {'W', Field::kWeekFromMonday, false},
      {'V', Field::kIsoWeek, false},
      {'G', Field::kIsoYear, false},
      {'z', Field::kOffset, false},
      {'Z', Field::kZone, false},
  };
  for (const Entry& entry : kEntries) {
    if (entry.specifier == specifier && (padded || entry.may_be_bare)) {
      has_zone_ |= entry.field == Field::kOffset || entry.field == Field::kZone;
      has_nanoseconds_ |= entry.field == Field::kNanosecond;
      items_.push_back({entry.field, padded, {}});
      return;
    }
  }
  throw Error(ErrorCode::kInvalidArgument, "the time format \"{}\" has an unknown %{}{}", text_,
              padded ? "" : "-", specifier)
      .hint("%Y-%m-%d %H:%M:%S.%f and %j %y %b %B %a %A %p %I %z %Z are known");
}

TimeFormat TimeFormat::compile(std::string_view text) {
  TimeFormat format;
  format.text_ = text;
  if (text.empty()) throw Error(ErrorCode::kInvalidArgument, "a time format is empty");
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      format.add_literal(text.substr(i, 1));
      continue;
    }
    if (++i == text.size()) {
      throw Error(ErrorCode::kInvalidArgument, "the time format \"{}\" ends with %", text)
          .hint("%% is a percent sign");
    }
    const auto add_all = [&](std::string_view specifiers, std::string_view separators) {
      for (size_t at = 0; at < specifiers.size(); ++at) {
        if (at != 0) format.add_literal(separators.substr(at - 1, 1));
        format.add(specifiers[at], true);
      }
    };
    if (text[i] == '%') {
      format.add_literal("%");
    } else if (text[i] == 'c') {
      add_all("YmdHMS", "-- ::");
    } else if (text[i] == 'x') {
      add_all("Ymd", "--");
    } else if (text[i] == 'X') {
      add_all("HMS", "::");
    } else if (text[i] == '-' && i + 1 < text.size()) {
      format.add(text[++i], false);
    } else {
      format.add(text[i], true);
    }
  }
  return format;
}

void TimeFormat::append(std::string& out, const Moment& moment) const {
  const CivilDate civil = civil_from_days(moment.days);
  const int64_t seconds = moment.nanos / kNanosPerSecond;
  const int64_t fraction = moment.nanos % kNanosPerSecond;
  const int64_t hour = seconds / 3600;
  const auto two = [&](int64_t value, const Item& item) {
    append_number(out, value, item.padded ? 2 : 1);
  };
  for (const Item& item : items_) {
    switch (item.field) {
      case Field::kLiteral:
        out += item.literal;
        break;
      case Field::kYear:
        append_number(out, civil.year, civil.year >= 0 ? 4 : 1);
        break;
      case Field::kYearOfCentury:
        two(civil.year < 0 ? -civil.year % 100 : civil.year % 100, item);
        break;
      case Field::kMonth:
        two(civil.month, item);
        break;
      case Field::kMonthName:
        out += month_name(civil.month);
        break;
      case Field::kShortMonthName:
        out += month_name(civil.month).substr(0, 3);
        break;
      case Field::kDay:
        two(civil.day, item);
        break;
      case Field::kDayOfYear:
        append_number(out, moment.days - days_from_civil(civil.year, 1, 1) + 1,
                      item.padded ? 3 : 1);
        break;
      case Field::kHour:
        two(hour, item);
        break;
      case Field::kHourOfTwelve:
        two((hour + 11) % 12 + 1, item);
        break;
      case Field::kAmPm:
        out += hour % 24 >= 12 ? "PM" : "AM";
        break;
      case Field::kMinute:
        two(seconds / 60 % 60, item);
        break;
      case Field::kSecond:
        two(seconds % 60, item);
        break;
      case Field::kMillisecond:
        append_number(out, fraction / 1'000'000, 3);
        break;
      case Field::kMicrosecond:
        append_number(out, fraction / 1'000, 6);
        break;
      case Field::kNanosecond:
        append_number(out, fraction, 9);
        break;
      case Field::kDayName:
        out += day_name(iso_day_of_week(moment.days) % 7);
        break;
      case Field::kShortDayName:
        out += day_name(iso_day_of_week(moment.days) % 7).substr(0, 3);
        break;
      case Field::kDayOfWeek:
        append_number(out, iso_day_of_week(moment.days) % 7, 1);
        break;
      case Field::kIsoDayOfWeek:
        append_number(out, iso_day_of_week(moment.days), 1);
        break;
      case Field::kWeekFromSunday:
        append_number(out, week_of_year(moment.days, 0), 2);
        break;
      case Field::kWeekFromMonday:
        append_number(out, week_of_year(moment.days, 1), 2);
        break;
      case Field::kIsoWeek:
        append_number(out, iso_week_of(moment.days).week, 2);
        break;
      case Field::kIsoYear:
        append_number(out, iso_week_of(moment.days).year, 4);
        break;
      case Field::kOffset: {
        char text[kTemporalTextBytes];
        out.append(text, format_offset(text, moment.offset_seconds));
        break;
      }
      case Field::kZone:
        if (moment.zoned) out += moment.zone_name;
        break;
    }
  }
}

bool TimeFormat::parse(std::string_view text, Parsed& parsed) const {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  if (!text.empty() && !is_digit(text[0])) {
    parsed.special = text == "infinity" ? 1 : text == "-infinity" ? -1 : text == "epoch" ? 2 : 0;
    if (parsed.special != 0) return true;
  }
  Fields fields;
  size_t at = 0;
  const auto number = [&](size_t most, int64_t least, int64_t limit, int64_t& value) {
    const size_t begin = at;
    value = 0;
    while (at < text.size() && at - begin < most && is_digit(text[at]))
      value = value * 10 + (text[at++] - '0');
    return at != begin && value >= least && value <= limit;
  };
  const auto fraction = [&](size_t places) {
    const size_t begin = at;
    if (!number(places, 0, INT64_MAX, fields.nanos)) return false;
    for (size_t i = at - begin; i < 9; ++i) fields.nanos *= 10;
    return true;
  };
  const auto name = [&](int32_t count, size_t most, auto&& name_at) {
    size_t used = 0;
    const int32_t position = match_name(text.substr(at), count, most, name_at, used);
    at += used;
    return position;
  };
  for (const Item& item : items_) {
    bool fits = true;
    switch (item.field) {
      case Field::kLiteral:
        for (const char c : item.literal) {
          if (is_space(c)) {
            while (at < text.size() && is_space(text[at])) ++at;
          } else if (at == text.size() || text[at++] != c) {
            return false;
          }
        }
        break;
      case Field::kYear:
        fits = number(4, 0, 9999, fields.year);
        break;
      case Field::kIsoYear:
        fits = number(4, 0, 9999, fields.iso_year);
        break;
      case Field::kYearOfCentury:
        fits = number(2, 0, 99, fields.year);
        fields.year += fields.year >= 69 ? 1900 : 2000;
        break;
      case Field::kMonth:
        fits = number(2, 1, 12, fields.month);
        break;
      case Field::kMonthName:
      case Field::kShortMonthName:
        fields.month = 1 + name(12, item.field == Field::kMonthName ? 99 : 3,
                                [](int32_t i) { return month_name(i + 1); });
        fits = fields.month > 0;
        break;
      case Field::kDay:
        fits = number(2, 1, 31, fields.day);
        break;
      case Field::kDayOfYear:
        fits = number(3, 1, 366, fields.day_of_year);
        break;
      case Field::kHour:
        fits = number(2, 0, 23, fields.hour);
        break;
      case Field::kHourOfTwelve:
        fields.twelve_hours = true;
        fits = number(2, 1, 12, fields.hour);
        break;
      case Field::kAmPm:
        fields.afternoon = starts_with_ignoring_case(text.substr(at), "pm");
        fits = fields.afternoon || starts_with_ignoring_case(text.substr(at), "am");
        at += 2;
        break;
      case Field::kMinute:
        fits = number(2, 0, 59, fields.minute);
        break;
      case Field::kSecond:
        fits = number(2, 0, 59, fields.second);
        break;
      case Field::kMillisecond:
        fits = fraction(3);
        break;
      case Field::kMicrosecond:
        fits = fraction(6);
        break;
      case Field::kNanosecond:
        fits = fraction(9);
        break;
      case Field::kDayName:
      case Field::kShortDayName:
        fields.weekday = name(7, item.field == Field::kDayName ? 99 : 3, day_name);
        fits = fields.weekday >= 0;
        break;
      case Field::kDayOfWeek:
      case Field::kIsoDayOfWeek: {
        const bool iso = item.field == Field::kIsoDayOfWeek;
        int64_t day = 0;
        fits = number(1, iso ? 1 : 0, iso ? 7 : 6, day);
        fields.weekday = static_cast<int32_t>(day % 7);
        break;
      }
      case Field::kWeekFromSunday:
      case Field::kWeekFromMonday:
      case Field::kIsoWeek:
        fields.week_kind = item.field;
        fits = number(2, 0, 53, fields.week);
        break;
      case Field::kOffset: {
        parsed.has_offset = true;
        if (at < text.size() && text[at] == 'Z') {
          ++at;
          break;
        }
        if (at == text.size() || (text[at] != '+' && text[at] != '-')) return false;
        const bool negative = text[at++] == '-';
        int64_t hours = 0;
        int64_t minutes = 0;
        fits = number(2, 0, 99, hours);
        if (at < text.size() && text[at] == ':') ++at;
        if (at < text.size() && is_digit(text[at])) fits = fits && number(2, 0, 59, minutes);
        const auto seconds = static_cast<int32_t>(hours * 3600 + minutes * 60);
        parsed.offset_seconds = negative ? -seconds : seconds;
        break;
      }
      case Field::kZone: {
        const size_t begin = at;
        while (at < text.size() && !is_space(text[at])) ++at;
        parsed.zone = find_zone(text.substr(begin, at - begin));
        fits = parsed.zone != nullptr;
        break;
      }
    }
    if (!fits) return false;
  }
  if (at != text.size() || !fields.day_number(parsed.days)) return false;
  if (fields.twelve_hours) fields.hour = fields.hour % 12 + (fields.afternoon ? 12 : 0);
  parsed.nanos =
      (fields.hour * 3600 + fields.minute * 60 + fields.second) * kNanosPerSecond + fields.nanos;
  return true;
}

}  // namespace doline
