#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace doline {

/// The last line of a TZif file: how clocks change in all years after the listed ones, as
/// POSIX's TZ writes it ("CET-1CEST,M3.5.0,M10.5.0/3"). Immutable.
class PosixZoneRule {
 public:
  static std::optional<PosixZoneRule> parse(std::string_view text);

  bool has_summer_time() const { return summer_.has_value(); }
  /// Seconds east of UTC at an instant in seconds.
  int32_t offset_seconds(int64_t utc_seconds) const;

  struct Change {
    enum class Form : uint8_t { kJulian, kDayOfYear, kMonthWeekDay };
    Form form = Form::kMonthWeekDay;
    int32_t month = 0;
    int32_t week = 0;
    int32_t day = 0;         // of the week, or of the year
    int32_t seconds = 7200;  // local time of the change
  };
  struct Summer {
    int32_t offset = 0;
    Change begin;
    Change end;
  };
  /// The instants in `year`, in UTC seconds, at which summer time begins and ends.
  int64_t summer_begin(int32_t year) const;
  int64_t summer_end(int32_t year) const;
  int32_t standard_offset() const { return standard_; }
  int32_t summer_offset() const { return summer_->offset; }

 private:
  int32_t standard_ = 0;
  std::optional<Summer> summer_;
};

}  // namespace doline
