#include "kernel/posix_zone_rule.h"

#include "column/civil_time.h"
#include "kernel/calendar.h"

namespace doline {

namespace {

using Change = PosixZoneRule::Change;

struct RuleScanner {
  std::string_view rest;

  bool take(char c) {
    if (rest.empty() || rest.front() != c) return false;
    rest.remove_prefix(1);
    return true;
  }
  bool name() {
    size_t size = 0;
    if (take('<')) {
      const size_t close = rest.find('>');
      if (close == std::string_view::npos) return false;
      rest.remove_prefix(close + 1);
      return true;
    }
    while (size < rest.size() && ((rest[size] | 32) >= 'a' && (rest[size] | 32) <= 'z')) ++size;
    rest.remove_prefix(size);
    return size >= 3;
  }
  bool number(int32_t most, int32_t& value) {
    size_t size = 0;
    value = 0;
    for (; size < rest.size() && size < 4 && rest[size] >= '0' && rest[size] <= '9'; ++size) {
      value = value * 10 + (rest[size] - '0');
    }
    rest.remove_prefix(size);
    return size > 0 && value <= most;
  }
  /// [+-]hh[:mm[:ss]]
  bool time(int32_t& seconds) {
    const bool negative = take('-');
    if (!negative) take('+');
    int32_t hours = 0;
    int32_t minutes = 0;
    int32_t rest_seconds = 0;
    if (!number(167, hours)) return false;
    if (take(':') && !number(59, minutes)) return false;
    if (take(':') && !number(59, rest_seconds)) return false;
    seconds = hours * 3600 + minutes * 60 + rest_seconds;
    if (negative) seconds = -seconds;
    return true;
  }
  bool change(Change& change) {
    if (take('M')) {
      change.form = Change::Form::kMonthWeekDay;
      if (!number(12, change.month) || change.month < 1 || !take('.') || !number(5, change.week) ||
          change.week < 1 || !take('.') || !number(6, change.day)) {
        return false;
      }
    } else {
      change.form = take('J') ? Change::Form::kJulian : Change::Form::kDayOfYear;
      if (!number(365, change.day)) return false;
    }
    return !take('/') || time(change.seconds);
  }
};

/// Local seconds since 1970 of the change in `year`.
int64_t change_in(const Change& change, int32_t year) {
  const int64_t new_year = days_from_civil(year, 1, 1);
  int64_t day = 0;
  switch (change.form) {
    case Change::Form::kJulian:  // 29 February is never counted
      day = new_year + change.day - 1 + (is_leap_year(year) && change.day >= 60);
      break;
    case Change::Form::kDayOfYear:
      day = new_year + change.day;
      break;
    case Change::Form::kMonthWeekDay: {
      const int64_t first = days_from_civil(year, change.month, 1);
      const int32_t weekday = iso_day_of_week(static_cast<int32_t>(first)) % 7;
      day = first + (change.day - weekday + 7) % 7 + int64_t{7} * (change.week - 1);
      if (day >= first + days_in_month(year, change.month)) day -= 7;
      break;
    }
  }
  return day * kSecondsPerDay + change.seconds;
}

}  // namespace

std::optional<PosixZoneRule> PosixZoneRule::parse(std::string_view text) {
  PosixZoneRule rule;
  RuleScanner scan{text};
  int32_t west = 0;
  if (!scan.name() || !scan.time(west)) return std::nullopt;
  rule.standard_ = -west;
  if (scan.rest.empty()) return rule;
  Summer summer;
  summer.offset = rule.standard_ + 3600;
  if (!scan.name()) return std::nullopt;
  if (!scan.take(',')) {
    if (!scan.time(west) || !scan.take(',')) return std::nullopt;
    summer.offset = -west;
  }
  if (!scan.change(summer.begin) || !scan.take(',') || !scan.change(summer.end) ||
      !scan.rest.empty()) {
    return std::nullopt;
  }
  rule.summer_ = summer;
  return rule;
}

int64_t PosixZoneRule::summer_begin(int32_t year) const {
  return change_in(summer_->begin, year) - standard_;
}
int64_t PosixZoneRule::summer_end(int32_t year) const {
  return change_in(summer_->end, year) - summer_->offset;
}

int32_t PosixZoneRule::offset_seconds(int64_t utc_seconds) const {
  if (!summer_) return standard_;
  const auto day = static_cast<int32_t>(floor_divide(utc_seconds + standard_, kSecondsPerDay));
  const int32_t year = civil_from_days(day).year;
  const int64_t begin = summer_begin(year);
  const int64_t end = summer_end(year);
  // South of the equator summer spans the new year.
  const bool summer = begin < end ? utc_seconds >= begin && utc_seconds < end
                                  : utc_seconds >= begin || utc_seconds < end;
  return summer ? summer_->offset : standard_;
}

}  // namespace doline
