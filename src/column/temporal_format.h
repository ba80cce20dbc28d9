#pragma once

#include <cstddef>
#include <cstdint>

#include "column/text_format.h"

namespace doline {

/// Texts of dates, times and intervals as a cast to VARCHAR gives them: "0044-03-15 (BC)",
/// "infinity", "10:00:00.5" (no trailing zeros), "1 year 2 months 3 days 04:05:06". Each function
/// writes at most kTemporalTextBytes at `out` and returns how many.
inline constexpr size_t kTemporalTextBytes = 96;

size_t format_date(char* out, int32_t days);
size_t format_time(char* out, int64_t micros);
size_t format_timestamp(char* out, int64_t micros);
size_t format_timestamp_s(char* out, int64_t seconds);
size_t format_timestamp_ms(char* out, int64_t millis);
size_t format_timestamp_ns(char* out, int64_t nanos);
/// Local time in `zone` (null: UTC), then its offset: "2020-01-01 10:00:00+01", "+05:30".
size_t format_timestamp_tz(char* out, int64_t utc_micros, const ZoneOffsets* zone);
size_t format_interval(char* out, const Interval& interval);
/// As an interval of that many microseconds: "26:00:00".
size_t format_duration(char* out, int64_t micros);

/// A value of the temporal kind `kind` (dates sign-extended); not for intervals.
size_t format_temporal(char* out, TypeKind kind, int64_t value, const ZoneOffsets* zone);

/// "+HH", "+HH:MM" or "+HH:MM:SS".
size_t format_offset(char* out, int32_t offset_seconds);

}  // namespace doline
