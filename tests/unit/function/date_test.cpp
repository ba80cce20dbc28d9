#include "cases.h"
#include "kernel/time_zone.h"

namespace doline {
namespace {

const FunctionRegistry& date_registry() {
  static const FunctionRegistry registry = [] {
    FunctionRegistry all;
    register_operators(all);
    register_numeric_functions(all);
    register_date_functions(all);
    register_session_functions(all);
    return all;
  }();
  return registry;
}

void check_dates(const std::vector<Case>& cases, const char* zone = nullptr) {
  SessionConstants session;
  if (zone) {
    session.time_zone = zone;
    session.zone = find_zone(zone);
    ASSERT_NE(session.zone, nullptr);
  }
  session.now_micros = 1'585'443'600'000'000;  // 2020-03-29 01:00:00 UTC
  const Evaluator evaluate(date_registry(), session);
  for (const Case& c : cases) {
    std::string call = std::string(c.name) + "(";
    for (const auto& argument : c.arguments) call += argument + "; ";
    EXPECT_EQ(evaluate(c.name, c.arguments), c.expected) << call << ")";
  }
}

TEST(Dates, Arithmetic) {
  check_dates({
      {"+", {"DATE:2020-01-01", "INTEGER:1"}, "2020-01-02"},
      {"+", {"INTEGER:1", "DATE:2020-01-01"}, "2020-01-02"},
      {"-", {"DATE:2020-01-01", "INTEGER:1"}, "2019-12-31"},
      {"-",
       {"DATE:2020-01-01", "INTEGER:-2147483648"},
       "error: 2020-01-01 - -2147483648 days is out of range"},
      {"+", {"DATE:infinity", "INTEGER:1"}, "infinity"},
      {"+", {"DATE:5881580-07-10", "INTEGER:1"}, "error: 5881580-07-10 + 1 days is out of range"},
      {"-", {"DATE:2020-01-01", "DATE:2019-01-01"}, "365"},
      {"+", {"DATE:2020-01-01", "TIME:10:00"}, "2020-01-01 10:00:00"},
      {"+", {"DATE:2020-01-31", "INTERVAL:1 month"}, "2020-02-29 00:00:00"},
      {"-", {"DATE:2020-01-01", "INTERVAL:1 day"}, "2019-12-31 00:00:00"},
      {"+", {"DATE:2020-01-01", "INTERVAL:100000 years"}, "102020-01-01 00:00:00"},
      {"+",
       {"DATE:2020-01-01", "INTERVAL:10000000 years"},
       "error: 2020-01-01 + 10000000 years is out of range"},
      {"+", {"INTERVAL:25 hours", "TIMESTAMP:2020-01-01 10:00:00"}, "2020-01-02 11:00:00"},
      {"+", {"TIMESTAMP:infinity", "INTERVAL:1 day"}, "infinity"},
      {"+", {"TIME:10:00", "INTERVAL:25 hours"}, "11:00:00"},
      {"-", {"TIME:10:00", "INTERVAL:11 hours"}, "23:00:00"},
      {"+",
       {"TIMESTAMP_NS:2020-01-01 00:00:00.123456789", "INTERVAL:1 second"},
       "2020-01-01 00:00:01.123456789"},
      {"-", {"TIMESTAMP:2020-03-02", "TIMESTAMP:2020-01-01 10:00:00"}, "60 days 14:00:00"},
      {"-", {"TIMESTAMP:2020-01-01", "TIMESTAMP:2020-03-02 10:00:00"}, "-61 days -10:00:00"},
      {"-",
       {"TIMESTAMP:infinity", "TIMESTAMP:2020-01-01"},
       "error: infinite timestamps have no difference"},
      {"date_add", {"DATE:2020-01-01", "INTERVAL:1 day"}, "2020-01-02 00:00:00"},
  });
}

TEST(Dates, Intervals) {
  check_dates({
      {"-", {"INTERVAL:1 day", "INTERVAL:25 hours"}, "1 day -25:00:00"},
      {"+", {"INTERVAL:1 month", "INTERVAL:50 minutes"}, "1 month 00:50:00"},
      {"-", {"INTERVAL:1 month 1 day"}, "-1 month -1 day"},
      {"*", {"INTERVAL:1 month", "BIGINT:2"}, "2 months"},
      {"*", {"DOUBLE:2.5", "INTERVAL:1 month"}, "2 months 15 days"},
      {"*", {"INTERVAL:1 year 1 day 1 second", "DOUBLE:1.5"}, "1 year 6 months 1 day 12:00:01.5"},
      {"*", {"INTERVAL:1 day", "DOUBLE:nan"}, "error: 1 day * nan is out of range"},
      {"*",
       {"INTERVAL:1 day", "BIGINT:9223372036854775807"},
       "error: 1 day * 9223372036854775807 is out of range"},
      {"/", {"INTERVAL:1 month", "DOUBLE:3"}, "10 days"},
      {"/", {"INTERVAL:1 year", "DOUBLE:2.5"}, "4 months 24 days"},
      {"/", {"INTERVAL:1 second", "DOUBLE:3"}, "00:00:00.333333"},
      {"/", {"INTERVAL:1 month", "DOUBLE:0"}, "error: 1 month is divided by zero"},
      {"normalized_interval", {"INTERVAL:35 days 25 hours"}, "1 month 6 days 01:00:00"},
      {"to_hours", {"BIGINT:2562047788"}, "2562047788:00:00"},
      {"to_hours", {"BIGINT:2562047789"}, "error: an interval of 2562047789 is out of range"},
      {"to_years", {"BIGINT:2147483647"}, "error: an interval of 2147483647 is out of range"},
      {"to_seconds", {"DOUBLE:1.5"}, "00:00:01.5"},
      {"to_seconds", {"DOUBLE:1e300"}, "error: an interval of 1e+300 is out of range"},
      {"to_milliseconds", {"DOUBLE:1.5"}, "00:00:00.0015"},
      {"to_quarters", {"BIGINT:1"}, "3 months"},
  });
}

TEST(Dates, Parts) {
  check_dates({
      {"year", {"DATE:0044-03-15 (BC)"}, "-43"},
      {"century", {"DATE:0044-03-15 (BC)"}, "-1"},
      {"decade", {"DATE:0044-03-15 (BC)"}, "-4"},
      {"century", {"DATE:2000-12-31"}, "20"},
      {"millennium", {"DATE:2001-01-01"}, "3"},
      {"yearweek", {"DATE:2021-01-03"}, "202053"},
      {"yearweek", {"DATE:0044-01-04 (BC)"}, "-4301"},
      {"week", {"TIMESTAMP:2021-01-03 10:00:00"}, "53"},
      {"dayofyear", {"DATE:2020-12-31"}, "366"},
      {"dow", {"DATE:2020-05-17"}, "0"},
      {"isodow", {"DATE:2020-05-17"}, "7"},
      {"era", {"DATE:0044-03-15 (BC)"}, "0"},
      {"year", {"DATE:infinity"}, "NULL"},
      {"epoch", {"DATE:infinity"}, "NULL"},
      {"dayname", {"DATE:infinity"}, "NULL"},
      {"dayname", {"TIMESTAMP:2020-05-17 23:00:00"}, "Sunday"},
      {"monthname", {"DATE:2020-09-17"}, "September"},
      {"hour", {"TIMESTAMP:1969-12-31 23:59:59.5"}, "23"},
      {"second", {"TIMESTAMP:1969-12-31 23:59:59.5"}, "59"},
      {"hour", {"TIMESTAMP:1970-01-02 00:00:00"}, "0"},
      {"hour", {"TIME:24:00:00"}, "24"},
      {"millisecond", {"TIMESTAMP:2020-01-01 12:00:01.5"}, "1500"},
      {"microsecond", {"TIME:12:00:01.5"}, "1500000"},
      {"nanosecond", {"TIMESTAMP_NS:2020-01-01 00:00:01.123456789"}, "1123456789"},
      {"second", {"TIMESTAMP_NS:2020-01-01 00:00:01.123456789"}, "1"},
      {"year", {"TIMESTAMP_S:2020-01-01 00:00:01"}, "2020"},
      {"year", {"INTERVAL:-17 months"}, "-1"},
      {"month", {"INTERVAL:-17 months"}, "-5"},
      {"quarter", {"INTERVAL:17 months"}, "2"},
      {"hour", {"INTERVAL:25:10:11.5"}, "25"},
      {"second", {"INTERVAL:-25:10:11.5"}, "-11"},
      {"epoch", {"INTERVAL:1 year 1 month 1 day 1.5 seconds"}, "34236001.5"},
      {"epoch", {"TIMESTAMP:2020-01-01 00:00:00.5"}, "1577836800.5"},
      {"epoch_ms", {"TIMESTAMP:2020-01-01 00:00:00.0015"}, "1577836800002"},
      {"epoch_ms", {"TIMESTAMP:1969-12-31 23:59:59.9995"}, "-1"},
      {"epoch_ms", {"BIGINT:701222400000"}, "1992-03-22 00:00:00"},
      {"epoch_ns", {"TIMESTAMP_NS:2020-01-01 00:00:00.123456789"}, "1577836800123456789"},
      {"epoch_ns", {"DATE:2300-01-01"}, "error: a count of 1/1000000000 s is out of range"},
      {"julian", {"TIMESTAMP:2020-01-01 12:00:00"}, "2458850.5"},
      {"date_part", {"VARCHAR:Month", "DATE:2020-05-17"}, "5"},
      {"date_part", {"VARCHAR:epoch", "TIME:10:00:00.5"}, "36000.5"},
      {"date_part", {"VARCHAR:year", "TIME:10:00:00"}, "error: TIME has no year"},
      {"date_part", {"VARCHAR:week", "INTERVAL:40 days"}, "error: INTERVAL has no week"},
      {"date_part", {"VARCHAR:foo", "DATE:2020-05-17"}, "error: no date part is called \"foo\""},
      {"date_part",
       {"VARCHAR[]:[year, epoch]", "DATE:2020-05-06"},
       "{'year': 2020, 'epoch': 1588723200.0}"},
      {"last_day", {"DATE:2020-02-03"}, "2020-02-29"},
      {"isfinite", {"DATE:infinity"}, "false"},
      {"isinf", {"TIMESTAMP:-infinity"}, "true"},
  });
}

TEST(Dates, Truncation) {
  check_dates({
      {"date_trunc", {"VARCHAR:month", "DATE:2020-05-17"}, "2020-05-01 00:00:00"},
      {"date_trunc", {"VARCHAR:hour", "TIMESTAMP:2020-05-17 10:11:12"}, "2020-05-17 10:00:00"},
      {"date_trunc", {"VARCHAR:hour", "TIMESTAMP:1969-12-31 23:59:59"}, "1969-12-31 23:00:00"},
      {"date_trunc", {"VARCHAR:week", "TIMESTAMP:2020-05-17 10:11:12"}, "2020-05-11 00:00:00"},
      {"date_trunc", {"VARCHAR:quarter", "TIMESTAMP:2020-05-17 10:11:12"}, "2020-04-01 00:00:00"},
      {"date_trunc", {"VARCHAR:century", "TIMESTAMP:2000-05-17 10:11:12"}, "2000-01-01 00:00:00"},
      {"date_trunc", {"VARCHAR:isoyear", "TIMESTAMP:2000-05-17 10:11:12"}, "2000-01-03 00:00:00"},
      {"date_trunc",
       {"VARCHAR:decade", "TIMESTAMP:0044-05-17 (BC) 10:11:12"},
       "0041-01-01 (BC) 00:00:00"},
      {"date_trunc",
       {"VARCHAR:ms", "TIMESTAMP:2000-05-17 10:11:12.555666"},
       "2000-05-17 10:11:12.555"},
      {"date_trunc", {"VARCHAR:month", "TIMESTAMP:infinity"}, "infinity"},
      {"date_trunc", {"VARCHAR:month", "DATE:-infinity"}, "-infinity"},
      {"date_trunc", {"VARCHAR:quarter", "INTERVAL:17 months 40 days 25:00:00"}, "1 year 3 months"},
      {"date_trunc",
       {"VARCHAR:week", "INTERVAL:15 months 40 days 25:00:00"},
       "1 year 3 months 35 days"},
      {"date_trunc",
       {"VARCHAR:hour", "INTERVAL:15 months 40 days 25:10:00"},
       "1 year 3 months 40 days 25:00:00"},
      {"date_trunc", {"VARCHAR:era", "DATE:2020-05-17"}, "error: times are not truncated to era"},
      {"time_bucket", {"INTERVAL:1 week", "DATE:2020-01-15"}, "2020-01-13"},
      {"time_bucket", {"INTERVAL:2 months", "DATE:2020-02-15"}, "2020-01-01"},
      {"time_bucket",
       {"INTERVAL:10 minutes", "TIMESTAMP:2020-02-15 10:17:00"},
       "2020-02-15 10:10:00"},
      {"time_bucket",
       {"INTERVAL:10 minutes", "TIMESTAMP:2020-02-15 10:17:00", "INTERVAL:5 minutes"},
       "2020-02-15 10:15:00"},
      {"time_bucket",
       {"INTERVAL:10 minutes", "TIMESTAMP:2020-02-15 10:17:00", "TIMESTAMP:2020-01-01 00:03:00"},
       "2020-02-15 10:13:00"},
      {"time_bucket",
       {"INTERVAL:1 month", "TIMESTAMP:2020-02-15 10:17:00", "INTERVAL:5 days"},
       "2020-02-06 00:00:00"},
      {"time_bucket",
       {"INTERVAL:3 months", "TIMESTAMP:2020-02-15 10:17:00", "TIMESTAMP:2019-12-05"},
       "2019-12-01 00:00:00"},
      {"time_bucket",
       {"INTERVAL:5 months", "TIMESTAMP:1960-02-15 10:17:00"},
       "1960-01-01 00:00:00"},
      {"time_bucket", {"INTERVAL:5 days", "DATE:2020-01-15", "DATE:2020-01-02"}, "2020-01-12"},
      {"time_bucket", {"INTERVAL:1 hour", "TIME:10:17:00"}, "10:00:00"},
      {"time_bucket",
       {"INTERVAL:1 month 1 day", "DATE:2020-01-15"},
       "error: a bucket's width has either months or days and time"},
      {"time_bucket",
       {"INTERVAL:0 days", "DATE:2020-01-15"},
       "error: a bucket's width must be positive"},
  });
}

TEST(Dates, Spans) {
  check_dates({
      {"date_diff", {"VARCHAR:month", "DATE:2020-01-31", "DATE:2020-02-01"}, "1"},
      {"date_sub", {"VARCHAR:month", "DATE:2020-01-31", "DATE:2020-02-29"}, "1"},
      {"date_sub", {"VARCHAR:month", "DATE:2020-01-31", "DATE:2020-02-28"}, "0"},
      {"date_sub", {"VARCHAR:month", "DATE:2020-02-29", "DATE:2020-01-31"}, "-1"},
      {"date_sub",
       {"VARCHAR:month", "TIMESTAMP:2020-01-30 10:00:00", "TIMESTAMP:2020-02-29 09:00:00"},
       "0"},
      {"date_sub", {"VARCHAR:year", "DATE:2020-02-29", "DATE:2021-02-28"}, "1"},
      {"date_diff", {"VARCHAR:week", "DATE:2020-01-01", "DATE:2020-01-14"}, "1"},
      {"date_diff", {"VARCHAR:yearweek", "DATE:2020-01-01", "DATE:2021-01-01"}, "52"},
      {"date_diff", {"VARCHAR:decade", "DATE:2019-01-01", "DATE:2021-01-01"}, "1"},
      {"date_diff", {"VARCHAR:quarter", "DATE:2019-12-31", "DATE:2020-01-14"}, "1"},
      {"date_diff", {"VARCHAR:epoch", "DATE:2020-01-01", "DATE:2020-01-14"}, "1123200"},
      {"date_diff", {"VARCHAR:hour", "TIME:10:30", "TIME:12:15"}, "2"},
      {"date_sub", {"VARCHAR:hour", "TIME:10:30", "TIME:12:15"}, "1"},
      {"date_diff",
       {"VARCHAR:day", "TIME:10:30", "TIME:12:15"},
       "error: TIME is not counted in day"},
      {"date_diff",
       {"VARCHAR:hour", "TIMESTAMP:2020-01-01 10:59:00", "TIMESTAMP:2020-01-01 11:01:00"},
       "1"},
      {"date_diff", {"VARCHAR:day", "DATE:infinity", "DATE:2020-01-01"}, "NULL"},
      {"age", {"TIMESTAMP:2020-03-31", "TIMESTAMP:2020-02-29"}, "1 month 2 days"},
      {"age", {"TIMESTAMP:2020-02-29", "TIMESTAMP:2020-03-31"}, "-1 month -2 days"},
      {"age",
       {"TIMESTAMP:2020-03-01 10:00:00", "TIMESTAMP:2020-01-31 11:00:00"},
       "1 month 23:00:00"},
      {"age", {"TIMESTAMP:2020-03-01"}, "28 days"},
  });
}

TEST(Dates, Makers) {
  check_dates({
      {"make_date", {"BIGINT:2020", "BIGINT:2", "BIGINT:29"}, "2020-02-29"},
      {"make_date", {"BIGINT:2020", "BIGINT:13", "BIGINT:2"}, "error: there is no day 2020-13-2"},
      {"make_date", {"INTEGER:18000"}, "2019-04-14"},
      {"make_time", {"BIGINT:24", "BIGINT:0", "DOUBLE:0"}, "24:00:00"},
      {"make_time", {"BIGINT:25", "BIGINT:0", "DOUBLE:0"}, "error: there is no time 25:0:0"},
      {"make_timestamp",
       {"BIGINT:2020", "BIGINT:1", "BIGINT:2", "BIGINT:3", "BIGINT:4", "DOUBLE:5.6789"},
       "2020-01-02 03:04:05.6789"},
      {"make_timestamp",
       {"BIGINT:2020", "BIGINT:1", "BIGINT:2", "BIGINT:3", "BIGINT:4", "DOUBLE:nan"},
       "error: there is no timestamp 2020-1-2 3:4:nan"},
      {"make_timestamp", {"BIGINT:1"}, "1970-01-01 00:00:00.000001"},
      {"make_timestamp_ns", {"BIGINT:1"}, "1970-01-01 00:00:00.000000001"},
      {"to_timestamp", {"DOUBLE:1.5"}, "1970-01-01 00:00:01.5+00"},
      {"to_timestamp", {"DOUBLE:1e300"}, "error: a timestamp 1e+300 s from 1970 is out of range"},
  });
}

TEST(Dates, Formats) {
  check_dates({
      {"strftime",
       {"TIMESTAMP:2021-01-03 05:07:09.012345",
        "VARCHAR:%a|%A|%w|%d|%-d|%b|%B|%m|%-m|%y|%-y|%Y|%H|%-H|%I|%-I|%p|%M|%-M|%S|%-S|%f|%g|%z|%j|"
        "%-j|%U|%W|%c|%x|%X|%%|%G|%V|%u"},
       "Sun|Sunday|0|03|3|Jan|January|01|1|21|21|2021|05|5|05|5|AM|07|7|09|9|012345|012|+00|003|3|"
       "01|00|2021-01-03 05:07:09|2021-01-03|05:07:09|%|2020|53|7"},
      {"strftime", {"TIMESTAMP_NS:2021-01-03 05:07:09.012345678", "VARCHAR:%n"}, "012345678"},
      {"strftime", {"VARCHAR:%Y", "DATE:2020-01-01"}, "2020"},
      {"strftime", {"DATE:infinity", "VARCHAR:%Y"}, "infinity"},
      {"strftime",
       {"DATE:2020-01-01", "VARCHAR:%e"},
       "error: the time format \"%e\" has an unknown %e"},
      {"strftime", {"DATE:2020-01-01", "VARCHAR:%"}, "error: the time format \"%\" ends with %"},
      {"strptime",
       {"VARCHAR:2021-01-03 05:07:09.01", "VARCHAR:%Y-%m-%d %H:%M:%S.%f"},
       "2021-01-03 05:07:09.01"},
      {"strptime",
       {"VARCHAR:2021-01-03 05:07:09.012345678", "VARCHAR:%Y-%m-%d %H:%M:%S.%n"},
       "2021-01-03 05:07:09.012345678"},
      {"strptime",
       {"VARCHAR:10/Oct/2000:13:55:36 -0700", "VARCHAR:%d/%b/%Y:%H:%M:%S %z"},
       "2000-10-10 20:55:36+00"},
      {"strptime",
       {"VARCHAR:2021-01-03 05:07:09 Europe/Berlin", "VARCHAR:%Y-%m-%d %H:%M:%S %Z"},
       "2021-01-03 04:07:09+00"},
      {"strptime", {"VARCHAR:03/01/69", "VARCHAR:%d/%m/%y"}, "1969-01-03 00:00:00"},
      {"strptime", {"VARCHAR:03/01/68", "VARCHAR:%d/%m/%y"}, "2068-01-03 00:00:00"},
      {"strptime", {"VARCHAR:sunday 03 jan 2021", "VARCHAR:%A %d %b %Y"}, "2021-01-03 00:00:00"},
      {"strptime", {"VARCHAR:12:30 AM", "VARCHAR:%I:%M %p"}, "1900-01-01 00:30:00"},
      {"strptime", {"VARCHAR:12:30 pm", "VARCHAR:%I:%M %p"}, "1900-01-01 12:30:00"},
      {"strptime", {"VARCHAR:2021-045", "VARCHAR:%Y-%j"}, "2021-02-14 00:00:00"},
      {"strptime", {"VARCHAR:2021 05 1", "VARCHAR:%Y %U %w"}, "2021-02-01 00:00:00"},
      {"strptime", {"VARCHAR:2021 05 1", "VARCHAR:%Y %W %w"}, "2021-02-01 00:00:00"},
      {"strptime", {"VARCHAR:2021 05 1", "VARCHAR:%G %V %u"}, "2021-02-01 00:00:00"},
      {"strptime", {"VARCHAR:2021-01-03", "VARCHAR[]:[%d/%m/%Y, %Y-%m-%d]"}, "2021-01-03 00:00:00"},
      {"strptime",
       {"VARCHAR:2021-02-30", "VARCHAR:%Y-%m-%d"},
       "error: \"2021-02-30\" does not follow the time format \"%Y-%m-%d\""},
      {"try_strptime", {"VARCHAR:2021-01-03 x", "VARCHAR:%Y-%m-%d"}, "NULL"},
      {"try_strptime", {"VARCHAR:24", "VARCHAR:%H"}, "NULL"},
      {"try_strptime", {"VARCHAR:infinity", "VARCHAR:%Y"}, "infinity"},
  });
}

TEST(Dates, FollowTheClocksOfTheSession) {
  check_dates(
      {
          // Hours are the same everywhere, days are the clocks' own.
          {"date_diff",
           {"VARCHAR:minute", "TIMESTAMPTZ:1990-06-29 22:28:49+00",
            "TIMESTAMPTZ:1993-09-28 01:24:04+00"},
           "1708016"},
          {"-",
           {"TIMESTAMPTZ:2037-01-13 04:24:52+00", "TIMESTAMPTZ:2001-04-29 04:15:50+00"},
           "13042 days 23:09:02"},
          {"-",
           {"TIMESTAMPTZ:2001-04-29 04:15:50+00", "TIMESTAMPTZ:2037-01-13 04:24:52+00"},
           "-13042 days -23:09:02"},
          {"+",
           {"TIMESTAMPTZ:2017-10-30 05:29:53+00", "INTERVAL:-49 months 42 days 97056 seconds"},
           "2013-11-11 09:27:29+01"},
          {"year", {"TIMESTAMPTZ:2019-12-31 23:30:00+00"}, "2020"},
          {"epoch", {"TIMESTAMPTZ:2019-12-31 23:30:00+00"}, "1577835000.0"},
          {"timezone_hour", {"TIMESTAMPTZ:2020-07-01 00:00:00+00"}, "2"},
          {"timezone", {"TIMESTAMPTZ:2020-07-01 00:00:00+00"}, "7200"},
          {"timezone",
           {"VARCHAR:America/New_York", "TIMESTAMP:2020-11-01 01:30:00"},
           "2020-11-01 07:30:00+01"},
          {"timezone",
           {"VARCHAR:UTC", "TIMESTAMPTZ:2020-07-01 00:00:00+00"},
           "2020-07-01 00:00:00"},
          {"timezone",
           {"VARCHAR:Europe/Berln", "TIMESTAMP:2020-07-01"},
           "error: no time zone is called \"Europe/Berln\""},
          {"+", {"TIMESTAMPTZ:2020-03-28 01:30:00+00", "INTERVAL:1 day"}, "2020-03-29 03:30:00+02"},
          {"+", {"TIMESTAMPTZ:2020-03-28 11:30:00+00", "INTERVAL:1 day"}, "2020-03-29 12:30:00+02"},
          {"+",
           {"TIMESTAMPTZ:2020-03-28 11:30:00+00", "INTERVAL:24 hours"},
           "2020-03-29 13:30:00+02"},
          {"date_trunc",
           {"VARCHAR:day", "TIMESTAMPTZ:2020-03-29 11:30:00+00"},
           "2020-03-29 00:00:00+01"},
          // The first of two hours from two to three stays the first.
          {"date_trunc",
           {"VARCHAR:hour", "TIMESTAMPTZ:2020-10-25 00:30:00+00"},
           "2020-10-25 02:00:00+02"},
          {"date_diff",
           {"VARCHAR:day", "TIMESTAMPTZ:2020-03-28 22:30:00+00",
            "TIMESTAMPTZ:2020-03-28 23:30:00+00"},
           "1"},
          {"-",
           {"TIMESTAMPTZ:2020-03-30 00:00:00+00", "TIMESTAMPTZ:2020-03-28 01:30:00+00"},
           "1 day 22:30:00"},
          {"strftime",
           {"TIMESTAMPTZ:2019-12-31 23:30:00+00", "VARCHAR:%Y-%m-%d %H:%M %z %Z"},
           "2020-01-01 00:30 +01 Europe/Berlin"},
          {"strptime",
           {"VARCHAR:2020-07-01 12:00 +00", "VARCHAR:%Y-%m-%d %H:%M %z"},
           "2020-07-01 14:00:00+02"},
          {"time_bucket",
           {"INTERVAL:1 day", "TIMESTAMPTZ:2020-07-01 12:00:00+00", "VARCHAR:Europe/Berlin"},
           "2020-07-01 00:00:00+02"},
          {"make_timestamptz",
           {"BIGINT:2020", "BIGINT:7", "BIGINT:1", "BIGINT:12", "BIGINT:0", "DOUBLE:0"},
           "2020-07-01 12:00:00+02"},
          {"now", {}, "2020-03-29 03:00:00+02"},
          {"current_localtimestamp", {}, "2020-03-29 03:00:00"},
          {"today", {}, "2020-03-29"},
          {"current_time", {}, "03:00:00"},
          {"current_setting", {"VARCHAR:timezone"}, "Europe/Berlin"},
          {"current_setting",
           {"VARCHAR:nothing"},
           "error: current_setting does not know \"nothing\""},
          {"current_schema", {}, "main"},
      },
      "Europe/Berlin");
}

}  // namespace
}  // namespace doline
