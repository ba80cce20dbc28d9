#pragma once

#include <string>

#include "column/column.h"

namespace doline {

/// Offset from UTC that a zoned timestamp is shown in. Interface, so that column/ need not know
/// zone files.
class ZoneOffsets {
 public:
  virtual ~ZoneOffsets() = default;
  /// Seconds east of UTC at an instant, microseconds since 1970 in UTC.
  virtual int32_t offset_seconds(int64_t utc_micros) const = 0;
};

/// Appends row `row` as a cast to VARCHAR gives it; "NULL" for NULL. Dates ISO 8601, doubles the
/// shortest text that reads back equal, lists "[1, 2]", structs "{'a': 1}", maps "{k=v}", blobs
/// with \xAB escapes. `zone` is that of instants whose type has none; null means UTC.
void append_text(std::string& out, const Column& column, uint32_t row,
                 const ZoneOffsets* zone = nullptr);

}  // namespace doline
