#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "column/text_format.h"

namespace doline {

/// The zone of that name ("Europe/Berlin", "utc", case ignored; "+05:30" and "UTC+2" are fixed
/// offsets), from the system's TZif files; null when there is none. Zones live as long as the
/// process; thread-safe.
const ZoneOffsets* find_zone(std::string_view name);
/// TIMESTAMPTZ of the zone that find_zone gives for the name, under the one spelling that the
/// system's table has for it ("Europe/Berlin", "UTC", "+05:30"); null where there is none.
TypeRef zoned_timestamp(std::string_view zone);
/// A fixed offset, at most 24 hours either way.
const ZoneOffsets* fixed_zone(int32_t offset_seconds);
/// Names as the system's zone table lists them; for candidates and completion.
std::vector<std::string> zone_names();

/// The instant at which clocks in `zone` (null: UTC) show `local_micros`. A time that occurs
/// twice is the later instant; one that is skipped is moved on by the gap. Infinite values stay.
int64_t local_to_utc(const ZoneOffsets* zone, int64_t local_micros);
/// What clocks in `zone` show. Infinite values stay.
int64_t utc_to_local(const ZoneOffsets* zone, int64_t utc_micros);

/// Offsets for many instants: remembers the span between two changes of the clocks, within which
/// most instants of a column lie. One a loop; `zone` null is UTC.
class ZoneCursor {
 public:
  explicit ZoneCursor(const ZoneOffsets* zone);

  int32_t offset_seconds(int64_t utc_micros) {
    if (utc_micros >= begin_ && utc_micros < end_) [[likely]]
      return offset_;
    return look_up(utc_micros);
  }
  int64_t to_local(int64_t utc_micros);
  int64_t to_utc(int64_t local_micros);

 private:
  int32_t look_up(int64_t utc_micros);

  const ZoneOffsets* const zone_;
  int64_t begin_ = 0;  // [begin_, end_) has offset_
  int64_t end_ = 0;
  int32_t offset_ = 0;
};

}  // namespace doline
