#include "column/civil_time.h"
#include "kernel/cast_job.h"
#include "kernel/time_zone.h"

namespace doline {

namespace {

/// Units of a timestamp type in a second.
int64_t units_per_second(TypeKind kind) {
  if (kind == TypeKind::kTimestampS) return 1;
  if (kind == TypeKind::kTimestampMs) return 1'000;
  return kind == TypeKind::kTimestampNs ? kNanosPerSecond : kMicrosPerSecond;
}

/// Finer units exactly or not at all, coarser ones rounded half away from zero.
bool change_unit(int64_t from, int64_t from_units, int64_t to_units, int64_t& to) {
  if (!is_finite_timestamp(from) || from_units == to_units) {
    to = from;
    return true;
  }
  if (to_units > from_units) {
    return !__builtin_mul_overflow(from, to_units / from_units, &to) && is_finite_timestamp(to);
  }
  const int64_t divisor = from_units / to_units;
  const int64_t rest = from % divisor;
  to = from / divisor + (rest >= divisor - rest ? 1 : -rest >= divisor + rest ? -1 : 0);
  return true;
}

Column timestamp_to_timestamp(const CastJob& job) {
  const TypeKind from_kind = job.input.type()->kind();
  const TypeKind to_kind = job.target->kind();
  const int64_t from_units = units_per_second(from_kind);
  const int64_t to_units = units_per_second(to_kind);
  const bool to_utc = to_kind == TypeKind::kTimestampTz;
  const bool to_local = from_kind == TypeKind::kTimestampTz;
  ZoneCursor zone((to_utc ? job.target : job.input.type())->zone_or(job.zone));
  return cast_rows<int64_t, int64_t>(job, [&](int64_t from, int64_t& to) {
    if (to_local) from = zone.to_local(from);
    if (!change_unit(from, from_units, to_units, to)) return false;
    if (to_utc) to = zone.to_utc(to);
    return true;
  });
}

Column date_to_timestamp(const CastJob& job) {
  const int64_t units = units_per_second(job.target->kind());
  const bool to_utc = job.target->is(TypeKind::kTimestampTz);
  ZoneCursor zone(job.target->zone_or(job.zone));
  return cast_rows<int32_t, int64_t>(job, [&](int32_t days, int64_t& to) {
    if (!is_finite_date(days)) {
      to = days > 0 ? kInfiniteTimestamp : -kInfiniteTimestamp;
      return true;
    }
    if (__builtin_mul_overflow(int64_t{days} * kSecondsPerDay, units, &to) ||
        !is_finite_timestamp(to))
      return false;
    if (to_utc) to = zone.to_utc(to);
    return true;
  });
}

Column timestamp_to_date(const CastJob& job) {
  const int64_t units_per_day = units_per_second(job.input.type()->kind()) * kSecondsPerDay;
  const bool to_local = job.input.type()->is(TypeKind::kTimestampTz);
  ZoneCursor zone(job.input.type()->zone_or(job.zone));
  return cast_rows<int64_t, int32_t>(job, [&](int64_t from, int32_t& days) {
    if (!is_finite_timestamp(from)) {
      days = from > 0 ? kInfiniteDate : -kInfiniteDate;
      return true;
    }
    if (to_local) from = zone.to_local(from);
    const int64_t day = floor_divide(from, units_per_day);
    if (day <= -int64_t{kInfiniteDate} || day >= kInfiniteDate) return false;
    days = static_cast<int32_t>(day);
    return true;
  });
}

Column timestamp_to_time(const CastJob& job) {
  const int64_t units = units_per_second(job.input.type()->kind());
  const bool to_local = job.input.type()->is(TypeKind::kTimestampTz);
  ZoneCursor zone(job.input.type()->zone_or(job.zone));
  return cast_rows<int64_t, int64_t>(job, [&](int64_t from, int64_t& micros) {
    if (!is_finite_timestamp(from)) return false;
    if (to_local) from = zone.to_local(from);
    // Finer units round as they do on the way to TIMESTAMP; coarser ones need no whole timestamp.
    if (units > kMicrosPerSecond) {
      change_unit(from, units, kMicrosPerSecond, from);
      micros = floor_modulo(from, kMicrosPerDay);
    } else {
      micros = floor_modulo(from, units * kSecondsPerDay) * (kMicrosPerSecond / units);
    }
    return true;
  });
}

}  // namespace

Column cast_temporal(const CastJob& job) {
  const TypeRef from = job.input.type();
  switch (job.target->kind()) {
    case TypeKind::kDate:
      return timestamp_to_date(job);
    case TypeKind::kTime:
      return timestamp_to_time(job);
    case TypeKind::kInterval:
      return cast_rows<int64_t, Interval>(job, [](int64_t micros, Interval& to) {
        to = Interval{0, 0, micros};
        return true;
      });
    case TypeKind::kDuration:
      return cast_rows<Interval, int64_t>(job, [](const Interval& interval, int64_t& micros) {
        return interval.months == 0 &&
               !__builtin_mul_overflow(int64_t{interval.days}, kMicrosPerDay, &micros) &&
               !__builtin_add_overflow(micros, interval.micros, &micros);
      });
    case TypeKind::kTimestampS:
    case TypeKind::kTimestampMs:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNs:
    case TypeKind::kTimestampTz:
      return from->is(TypeKind::kDate) ? date_to_timestamp(job) : timestamp_to_timestamp(job);
    case TypeKind::kNull:
    case TypeKind::kBool:
    case TypeKind::kInt8:
    case TypeKind::kInt16:
    case TypeKind::kInt32:
    case TypeKind::kInt64:
    case TypeKind::kHugeInt:
    case TypeKind::kUInt8:
    case TypeKind::kUInt16:
    case TypeKind::kUInt32:
    case TypeKind::kUInt64:
    case TypeKind::kFloat:
    case TypeKind::kDouble:
    case TypeKind::kDecimal:
    case TypeKind::kVarchar:
    case TypeKind::kBlob:
    case TypeKind::kUuid:
    case TypeKind::kEnum:
    case TypeKind::kJson:
    case TypeKind::kList:
    case TypeKind::kArray:
    case TypeKind::kStruct:
    case TypeKind::kMap:
      break;
  }
  UNREACHABLE();
}

}  // namespace doline
