#pragma once

#include <cstdint>
#include <string_view>

#include "column/temporal_format.h"
#include "column/type.h"

namespace doline {

/// Texts to dates, times and intervals, as CAST from VARCHAR takes them (formats to text are in
/// column/temporal_format.h). Each returns false where the text is no such value or is out of
/// range; the result is then unspecified. Spaces around are skipped.

/// "2020-01-05", "2020/1/5", "0044-03-15 (BC)", "infinity", "epoch". A time may follow and is
/// dropped.
bool parse_date(std::string_view text, int32_t& days);

/// "10:00", "10:00:00.123456" (further digits are dropped); a date before it and an offset
/// after it are skipped.
bool parse_time(std::string_view text, int64_t& micros);

/// "2020-01-05", "2020-01-05T10:00:00.5+01:30", "2020-01-05 10:00 Europe/Berlin". The result is
/// the clock time as written: an offset or zone after it must be well formed and is then ignored,
/// as CAST(… AS TIMESTAMP) does; `has_offset` says that there was one.
bool parse_timestamp(std::string_view text, int64_t& micros, bool& has_offset);
bool parse_timestamp_ns(std::string_view text, int64_t& nanos, bool& has_offset);

/// The instant: the offset or zone in the text is applied, or `session_zone` (null: UTC) where
/// there is none. An unknown zone's name is a failure.
bool parse_timestamp_tz(std::string_view text, const ZoneOffsets* session_zone,
                        int64_t& utc_micros);

/// "1 year 2 mons", "1.5 days", "-01:02:03.5", "3 days 04:05", "2 weeks ago".
bool parse_interval(std::string_view text, Interval& interval);

/// As an interval without months; its days count 24 hours.
bool parse_duration(std::string_view text, int64_t& micros);

/// The start of a text as a date, for readers that sniff: how many bytes it takes, 0 if none.
size_t scan_date(std::string_view text, int32_t& days);
/// "H:MM[:SS[.fraction]]" at the start; the fraction in `nanos`, cut after nine digits. 0 if none.
size_t scan_time(std::string_view text, int64_t& seconds, int32_t& nanos);

}  // namespace doline
