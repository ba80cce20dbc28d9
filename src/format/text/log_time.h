#pragma once

#include <cstdint>
#include <string_view>

namespace doline {

class ZoneOffsets;

/// "17/May/2015:10:05:03 +0000", the time of web logs, as microseconds in UTC. Neighbouring lines
/// share the day and the offset, whose instant is remembered: one parser a loop.
class WebTimeParser {
 public:
  static constexpr size_t kBytes = 26;
  bool parse(std::string_view text, int64_t& utc_micros);

 private:
  bool parse_day(const char* text);

  char day_[12] = {};     // "17/May/2015:"
  char offset_[6] = {};   // " +0000"
  int64_t midnight_ = 0;  // of that day, in UTC
};

/// "May 17 10:05:03", "May  7 10:05:03": local time of a year that is not written; the latest one
/// that is not after `latest_local`, in local microseconds. Bytes taken, 0 if it is none.
size_t scan_bsd_time(std::string_view text, int64_t latest_local, int64_t& local_micros);

/// 1 to 12 for "Jan" to "Dec" at `text`, of which three bytes are read; 0 if it is none.
int32_t month_of(const char* text);

}  // namespace doline
