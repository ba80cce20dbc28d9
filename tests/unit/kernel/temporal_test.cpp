#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "base/random.h"
#include "column/civil_time.h"
#include "column/temporal_format.h"
#include "kernel/calendar.h"
#include "kernel/temporal_text.h"
#include "kernel/time_zone.h"

namespace doline {
namespace {

template <class Format, class Argument>
std::string text_of(Format format, const Argument& value) {
  char buffer[kTemporalTextBytes];
  return {buffer, format(buffer, value)};
}

int32_t date(std::string_view text) {
  int32_t days = 0;
  EXPECT_TRUE(parse_date(text, days)) << text;
  return days;
}

struct TextCase {
  std::string_view text;
  std::string_view expected;  // empty: refused
};

TEST(TemporalText, Dates) {
  constexpr TextCase kCases[] = {
      {"2020-1-5", "2020-01-05"},
      {"2020/01/05", "2020-01-05"},
      {"2020 01 05", "2020-01-05"},
      {"2020\\01\\05", "2020-01-05"},
      {" 2020-01-05 ", "2020-01-05"},
      {"2020-01-05 10:00:00", "2020-01-05"},
      {"-1-05-06", "0002-05-06 (BC)"},
      {"44-03-15 (BC)", "0044-03-15 (BC)"},
      {"2020-01-01 (bc)", "2020-01-01 (BC)"},
      {"0000-01-01", "0001-01-01 (BC)"},
      {"infinity", "infinity"},
      {"-INF", "-infinity"},
      {"epoch", "1970-01-01"},
      {"5881580-07-10", "5881580-07-10"},
      {"5877642-06-25 (BC)", "5877642-06-25 (BC)"},
      {"2000-02-29", "2000-02-29"},
      {"1900-02-29", ""},
      {"5881580-07-11", ""},
      {"5877642-06-24 (BC)", ""},
      {"-2020-01-01 (BC)", ""},
      {"2020-13-05", ""},
      {"2020-01-005", ""},
      {"2020-01/05", ""},
      {"2020.01.05", ""},
      {"20200105", ""},
      {"2020-01-05 x", ""},
      {"+2020-01-05", ""},
      {"infinityx", ""},
      {"99999999999999999999-01-01", ""},
      {"", ""},
      {"-", ""},
  };
  for (const TextCase& c : kCases) {
    int32_t days = 0;
    const bool taken = parse_date(c.text, days);
    EXPECT_EQ(taken, !c.expected.empty()) << c.text;
    if (taken) {
      EXPECT_EQ(text_of(format_date, days), c.expected) << c.text;
    }
  }
}

TEST(TemporalText, Times) {
  constexpr TextCase kCases[] = {
      {"10:00", "10:00:00"},
      {"1:2:3", "01:02:03"},
      {"10:00:00.1234567", "10:00:00.123456"},
      {"10:00:00.", "10:00:00"},
      {" 10:00:00 ", "10:00:00"},
      {"24:00:00", "24:00:00"},
      {"10:00:00+01", "10:00:00"},
      {"10:00:00Z", "10:00:00"},
      {"2020-01-01 10:00:00", "10:00:00"},
      {"24:00:01", ""},
      {"24:00:00.0001", ""},
      {"23:59:60", ""},
      {"10:60:00", ""},
      {"100:00:00", ""},
      {"10", ""},
      {"10:00:00 PM", ""},
      {"T10:00:00", ""},
      {"1:", ""},
      {"10:00:00.1.2", ""},
  };
  for (const TextCase& c : kCases) {
    int64_t micros = 0;
    const bool taken = parse_time(c.text, micros);
    EXPECT_EQ(taken, !c.expected.empty()) << c.text;
    if (taken) {
      EXPECT_EQ(text_of(format_time, micros), c.expected) << c.text;
    }
  }
}

TEST(TemporalText, Timestamps) {
  constexpr TextCase kCases[] = {
      {"2020-01-01", "2020-01-01 00:00:00"},
      {"2020-01-01T10:00:00", "2020-01-01 10:00:00"},
      {"2020-01-01 10:00:00.120", "2020-01-01 10:00:00.12"},
      {"2020-01-01 10:00:00.1234567", "2020-01-01 10:00:00.123456"},
      {"2020-01-01 24:00:00", "2020-01-02 00:00:00"},
      {"2020-01-01 10:00:00+01:30", "2020-01-01 10:00:00"},
      {"2020-01-01 10:00:00 Europe/Berlin", "2020-01-01 10:00:00"},
      {"0044-03-15 (BC) 10:00:00", "0044-03-15 (BC) 10:00:00"},
      {"290309-12-22 (BC) 00:00:00", "290309-12-22 (BC) 00:00:00"},
      {"294247-01-10 04:00:54.775806", "294247-01-10 04:00:54.775806"},
      {"infinity", "infinity"},
      {"epoch", "1970-01-01 00:00:00"},
      {"294247-01-10 04:00:54.775807", ""},
      {"290309-12-21 (BC) 00:00:00", ""},
      {"2020-01-01 10", ""},
      {"2020-01-01t10:00:00", ""},
      {"2020-01-01 10:00:00+1", ""},
      {"2020-01-01 10:00:00+123", ""},
      {"2020-01-01 10:00:00 a b", ""},
      {"2020-01-01T", ""},
  };
  for (const TextCase& c : kCases) {
    int64_t micros = 0;
    bool has_offset = false;
    const bool taken = parse_timestamp(c.text, micros, has_offset);
    EXPECT_EQ(taken, !c.expected.empty()) << c.text;
    if (taken) {
      EXPECT_EQ(text_of(format_timestamp, micros), c.expected) << c.text;
    }
  }
}

TEST(TemporalText, NanosecondsReachTheirEndsAndNoFurther) {
  for (const std::string_view text :
       {"1677-09-21 00:12:43.145224194", "2262-04-11 23:47:16.854775806",
        "2020-01-01 10:00:00.123456789", "1969-12-31 23:59:59.999999999"}) {
    int64_t nanos = 0;
    bool has_offset = false;
    ASSERT_TRUE(parse_timestamp_ns(text, nanos, has_offset)) << text;
    EXPECT_EQ(text_of(format_timestamp_ns, nanos), text);
  }
  int64_t nanos = 0;
  bool has_offset = false;
  EXPECT_FALSE(parse_timestamp_ns("2262-04-11 23:47:16.854775807", nanos, has_offset));
  EXPECT_FALSE(parse_timestamp_ns("2300-01-01", nanos, has_offset));
}

TEST(TemporalText, Intervals) {
  constexpr TextCase kCases[] = {
      {"1 years 2 months 3 days 4 hours 5 minutes 6 seconds 7 milliseconds 8 microseconds",
       "1 year 2 months 3 days 04:05:06.007008"},
      {"1y 2mon 3d 4h 5m 6s 7ms 8us", "1 year 2 months 3 days 04:05:06.007008"},
      {"1", "00:00:01"},
      {"1.5", "00:00:01.5"},
      {"1.5 years", "1 year 6 months"},
      {"1.16 years", "1 year 2 months"},
      {"1.123 centuries", "112 years 4 months"},
      {"1.5 months", "1 month 15 days"},
      {"2.25 months", "2 months 7 days 12:00:00"},
      {"1.123456789 quarters", "3 months 11 days"},
      {"1.5 weeks", "10 days 12:00:00"},
      {"-1.5 days", "-1 day -12:00:00"},
      {"1.0000005 seconds", "00:00:01.000001"},
      {"1.5 us", "00:00:00.000001"},
      {"1 day -2 hours ago", "-1 day 02:00:00"},
      {"@ 1 day", "1 day"},
      {"-01:02:03.5", "-01:02:03.5"},
      {"100:02:03", "100:02:03"},
      {"1 day 01:02", "1 day 01:02:00"},
      {"1day", "1 day"},
      {"1 M", "00:01:00"},
      {"-13 months", "-1 year -1 month"},
      {"0 days", "00:00:00"},
      {"9223372036854775807 us", "2562047788:00:54.775807"},
      {"9223372036854775808 us", ""},
      {"99999999999 days", ""},
      {"9223372036854775807 hours", ""},
      {"1 days, 2 hours", ""},
      {"1 mon 2", ""},
      {"1-2", ""},
      {"+1 day", ""},
      {"1e3 days", ""},
      {"1:60:3", ""},
      {"1 ns", ""},
      {"1 dow", ""},
      {"1 day ago x", ""},
      {".5 days", ""},
      {"--1 day", ""},
      {"x", ""},
      {"", ""},
  };
  for (const TextCase& c : kCases) {
    Interval interval;
    const bool taken = parse_interval(c.text, interval);
    EXPECT_EQ(taken, !c.expected.empty()) << c.text;
    if (taken) {
      EXPECT_EQ(text_of(format_interval, interval), c.expected) << c.text;
    }
  }
}

TEST(TemporalText, EveryDayOfTenThousandYearsRoundTrips) {
  int32_t parsed = 0;
  for (int32_t days = date("0001-01-01"); days <= date("9999-12-31"); ++days) {
    const std::string text = text_of(format_date, days);
    ASSERT_TRUE(parse_date(text, parsed)) << text;
    ASSERT_EQ(parsed, days) << text;
  }
}

TEST(Calendar, EveryDayOfFiveThousandYearsFollowsThePrevious) {
  int32_t days = static_cast<int32_t>(days_from_civil(-400, 1, 1));
  CivilDate expected{-400, 1, 1};
  while (expected.year < 4600) {
    ASSERT_EQ(civil_from_days(days), expected);
    ASSERT_EQ(days_from_civil(expected.year, expected.month, expected.day), days);
    ++days;
    if (++expected.day > days_in_month(expected.year, expected.month)) {
      expected.day = 1;
      if (++expected.month > 12) expected = {expected.year + 1, 1, 1};
    }
  }
}

TEST(Calendar, TheWholeRangeOfDaysRoundTrips) {
  for (const int32_t days :
       {INT32_MIN, -INT32_MAX, -INT32_MAX + 1, -719'468, -1, 0, 1, INT32_MAX - 1, INT32_MAX}) {
    const CivilDate civil = civil_from_days(days);
    EXPECT_EQ(days_from_civil(civil.year, civil.month, civil.day), days);
  }
  for (int64_t days = INT32_MIN; days <= INT32_MAX; days += 1'234'577) {
    const CivilDate civil = civil_from_days(static_cast<int32_t>(days));
    ASSERT_EQ(days_from_civil(civil.year, civil.month, civil.day), days);
  }
}

TEST(Calendar, IsoWeeksBelongToTheYearOfTheirThursday) {
  struct Case {
    std::string_view day;
    int32_t year;
    int32_t week;
    int32_t weekday;
  };
  constexpr Case kCases[] = {{"2021-01-03", 2020, 53, 7}, {"2021-01-04", 2021, 1, 1},
                             {"2018-12-31", 2019, 1, 1},  {"2016-01-01", 2015, 53, 5},
                             {"2000-02-29", 2000, 9, 2},  {"0044-01-04 (BC)", -43, 1, 5}};
  for (const Case& c : kCases) {
    const IsoWeek iso = iso_week_of(date(c.day));
    EXPECT_EQ(iso.year, c.year) << c.day;
    EXPECT_EQ(iso.week, c.week) << c.day;
    EXPECT_EQ(iso_day_of_week(date(c.day)), c.weekday) << c.day;
  }
}

TEST(Calendar, MonthsAreCappedAtTheirLastDay) {
  struct Case {
    std::string_view from;
    int32_t months;
    std::string_view to;
  };
  constexpr Case kCases[] = {
      {"2020-01-31", 1, "2020-02-29"},   {"2021-01-31", 1, "2021-02-28"},
      {"2020-02-29", 12, "2021-02-28"},  {"2020-03-31", -1, "2020-02-29"},
      {"2020-01-15", -13, "2018-12-15"}, {"0001-01-31", -1, "0001-12-31 (BC)"}};
  for (const Case& c : kCases) {
    int32_t moved = 0;
    ASSERT_TRUE(add_months(date(c.from), c.months, moved));
    EXPECT_EQ(moved, date(c.to)) << c.from << " + " << c.months;
  }
  int32_t moved = 0;
  EXPECT_FALSE(add_months(date("5881580-07-10"), 1, moved));
}

TEST(Calendar, GarbageUnderNullIsHarmless) {
  const int32_t days[] = {INT32_MIN, INT32_MAX};
  const int64_t micros[] = {INT64_MIN, INT64_MAX};
  int64_t out[2];
  int32_t out_days[2];
  for (const std::string& name : date_part_names()) {
    const DatePart part = *date_part_named(name);
    if (is_part_of_date(part)) {
      parts_of_dates(part, days, 2, out);
      parts_of_timestamps(part, micros, 2, out);
    }
    if (is_truncatable(part)) {
      truncate_timestamps(part, micros, 2, out);
      truncate_dates(part, days, 2, out_days);
    }
  }
}

TEST(TimeZones, BothDirectionsAroundTheChangesOfClocks) {
  struct Case {
    std::string_view zone;
    std::string_view local;
    std::string_view utc;
  };
  constexpr Case kCases[] = {
      {"Europe/Berlin", "2020-10-25 02:30:00", "2020-10-25 01:30:00"},  // twice: the later
      {"Europe/Berlin", "2020-03-29 02:30:00", "2020-03-29 01:30:00"},  // skipped
      {"America/New_York", "2020-11-01 01:30:00", "2020-11-01 06:30:00"},
      {"Europe/Berlin", "1800-01-01 00:00:00", "1799-12-31 23:06:32"},
      {"Europe/Berlin", "2200-07-01 00:00:00", "2200-06-30 22:00:00"},
      {"Europe/Berlin", "2345-07-01 00:00:00", "2345-06-30 22:00:00"},
      {"Australia/Sydney", "2345-01-01 11:00:00", "2345-01-01 00:00:00"},
      {"asia/kolkata", "2000-07-01 05:30:00", "2000-07-01 00:00:00"},
      {"UTC+2", "2000-07-01 02:00:00", "2000-07-01 00:00:00"},
      {"-03:30", "2000-07-01 00:00:00", "2000-07-01 03:30:00"},
  };
  for (const Case& c : kCases) {
    const ZoneOffsets* zone = find_zone(c.zone);
    ASSERT_NE(zone, nullptr) << c.zone;
    int64_t local = 0;
    int64_t utc = 0;
    bool has_offset = false;
    ASSERT_TRUE(parse_timestamp(c.local, local, has_offset));
    ASSERT_TRUE(parse_timestamp(c.utc, utc, has_offset));
    EXPECT_EQ(text_of(format_timestamp, local_to_utc(zone, local)), c.utc)
        << c.zone << " " << c.local;
    if (c.local != "2020-03-29 02:30:00") {
      EXPECT_EQ(text_of(format_timestamp, utc_to_local(zone, utc)), c.local);
    }
  }
  EXPECT_EQ(find_zone("Europe/Berlin"), find_zone("EUROPE/BERLIN"));
  EXPECT_EQ(zoned_timestamp("EUROPE/BERLIN"), zoned_timestamp("Europe/Berlin"));
  EXPECT_EQ(zoned_timestamp("EUROPE/BERLIN")->zone_or(nullptr), find_zone("Europe/Berlin"));
  EXPECT_EQ(zoned_timestamp("utc+5")->zone_name(), "+05:00");
  EXPECT_EQ(zoned_timestamp("-0930")->name(), "TIMESTAMPTZ('-09:30')");
  EXPECT_NE(zoned_timestamp("UTC"), Type::timestamp_tz());
  EXPECT_EQ(zoned_timestamp("Nowhere"), nullptr);
  for (const std::string_view unknown :
       {"", "Nowhere", "../../etc/passwd", "/etc/passwd", "UTC+99", "Europe"}) {
    EXPECT_EQ(find_zone(unknown), nullptr) << unknown;
  }
}

TEST(TimeZones, EveryZoneRoundTripsEveryInstant) {
  const std::vector<std::string> names = zone_names();
  ASSERT_GT(names.size(), 300U);
  Random random(7);
  for (const std::string& name : names) {
    const ZoneOffsets* zone = find_zone(name);
    ASSERT_NE(zone, nullptr) << name;
    ZoneCursor cursor(zone);
    for (int i = 0; i < 200; ++i) {
      const int64_t utc =
          static_cast<int64_t>(random.next() % (uint64_t{400} * 366 * kMicrosPerDay)) -
          int64_t{100} * 366 * kMicrosPerDay;
      const int64_t local = cursor.to_local(utc);
      ASSERT_EQ(local, utc + zone->offset_seconds(utc) * kMicrosPerSecond) << name;
      // The other instant with the same clock time, where there are two, is later.
      const int64_t back = cursor.to_utc(local);
      ASSERT_GE(back, utc) << name;
      ASSERT_EQ(cursor.to_local(back), local) << name;
    }
  }
}

TEST(TimeZones, InstantsFromText) {
  constexpr TextCase kCases[] = {
      {"2020-01-01 10:00:00+01:30", "2020-01-01 09:30:00+01"},
      {"2020-01-01 10:00:00Z", "2020-01-01 11:00:00+01"},
      {"2020-07-01 10:00:00", "2020-07-01 10:00:00+02"},
      {"2020-01-01 10:00:00 America/St_Johns", "2020-01-01 14:30:00+01"},
      {"2020-01-01 10:00:00+99", "2019-12-28 08:00:00+01"},
      {"infinity", "infinity"},
      {"epoch", "1970-01-01 01:00:00+01"},
      {"2020-01-01 10:00:00 xyz", ""},
      {"294247-01-10 04:00:54-01", ""},
  };
  const ZoneOffsets* berlin = find_zone("Europe/Berlin");
  for (const TextCase& c : kCases) {
    int64_t micros = 0;
    const bool taken = parse_timestamp_tz(c.text, berlin, micros);
    EXPECT_EQ(taken, !c.expected.empty()) << c.text;
    char buffer[kTemporalTextBytes];
    if (taken) {
      EXPECT_EQ(std::string(buffer, format_timestamp_tz(buffer, micros, berlin)), c.expected)
          << c.text;
    }
  }
}

}  // namespace
}  // namespace doline
