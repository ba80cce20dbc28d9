#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "column/text_format.h"

namespace doline {

/// What strftime and strptime call a format, compiled: "%Y-%m-%d %H:%M:%S.%f". Immutable, shared
/// by threads.
///
///   %Y %y %m %b %B %d %j   year, month, day, day of the year
///   %H %I %p %M %S         hour, hour of twelve with AM or PM, minute, second
///   %g %f %n               milli-, micro-, nanoseconds
///   %a %A %w %u            weekday; %w from Sunday 0, %u from Monday 1
///   %U %W %V %G            week from Sunday, from Monday, ISO week and its year
///   %z %Z                  offset, zone
///   %c %x %X %%            %Y-%m-%d %H:%M:%S, %Y-%m-%d, %H:%M:%S, a percent sign
///   %-d and the like       without leading zeros
class TimeFormat {
 public:
  /// Throws Error(kInvalidArgument) that names the specifier.
  static TimeFormat compile(std::string_view text);

  /// A moment as the clocks of its zone show it.
  struct Moment {
    int32_t days = 0;
    int64_t nanos = 0;           // of the day
    int32_t offset_seconds = 0;  // of its zone
    bool zoned = false;
    std::string_view zone_name;  // of its zone
  };
  void append(std::string& out, const Moment& moment) const;

  struct Parsed {
    int32_t days = 0;
    int64_t nanos = 0;  // of the day
    bool has_offset = false;
    int32_t offset_seconds = 0;
    const ZoneOffsets* zone = nullptr;  // named in the text
    int special = 0;                    // -1, 1: infinite; 2: "epoch"
  };
  /// False where the text does not follow the format or there is no such day.
  bool parse(std::string_view text, Parsed& parsed) const;

  /// Whether texts of this format name an offset or a zone.
  bool has_zone() const { return has_zone_; }
  bool has_nanoseconds() const { return has_nanoseconds_; }
  const std::string& text() const { return text_; }

 private:
  enum class Field : uint8_t {
    kLiteral,
    kYear,
    kYearOfCentury,
    kMonth,
    kMonthName,
    kShortMonthName,
    kDay,
    kDayOfYear,
    kHour,
    kHourOfTwelve,
    kAmPm,
    kMinute,
    kSecond,
    kMillisecond,
    kMicrosecond,
    kNanosecond,
    kDayName,
    kShortDayName,
    kDayOfWeek,
    kIsoDayOfWeek,
    kWeekFromSunday,
    kWeekFromMonday,
    kIsoWeek,
    kIsoYear,
    kOffset,
    kZone,
  };
  struct Item {
    Field field;
    bool padded = true;
    std::string literal;
  };
  struct Fields;

  void add(char specifier, bool padded);
  void add_literal(std::string_view text);

  std::string text_;
  std::vector<Item> items_;
  bool has_zone_ = false;
  bool has_nanoseconds_ = false;
};

}  // namespace doline
