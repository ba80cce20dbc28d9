#include "function/temporal_argument.h"

#include "function/argument.h"

namespace doline {

namespace {

int64_t saturated(int64_t value, int64_t factor) {
  int64_t result = 0;
  if (!__builtin_mul_overflow(value, factor, &result) && is_finite_timestamp(result)) return result;
  return value < 0 ? -kInfiniteTimestamp + 1 : kInfiniteTimestamp - 1;
}

}  // namespace

int64_t stored_micros(TypeKind kind, int64_t value) {
  if (kind == TypeKind::kDate) {
    const auto days = static_cast<int32_t>(value);
    if (!is_finite_date(days)) return days > 0 ? kInfiniteTimestamp : -kInfiniteTimestamp;
    return saturated(days, kMicrosPerDay);
  }
  if (!is_finite_timestamp(value)) return value;
  if (kind == TypeKind::kTimestampS) return saturated(value, kMicrosPerSecond);
  if (kind == TypeKind::kTimestampMs) return saturated(value, kMicrosPerMilli);
  if (kind == TypeKind::kTimestampNs) return floor_divide(value, kNanosPerMicro);
  return value;
}

int64_t instant_near(ZoneCursor& zone, int64_t local, int64_t instant) {
  if (!is_finite_timestamp(local)) return local;
  int64_t near = 0;
  const int64_t offset = zone.offset_seconds(instant) * kMicrosPerSecond;
  const bool is_shown =
      !__builtin_sub_overflow(local, offset, &near) && zone.to_local(near) == local;
  return is_shown ? near : zone.to_utc(local);
}

LocalTimes::LocalTimes(const Column& column, const KernelCall& call)
    : stride_(column.is_constant() ? 0 : 1) {
  const TypeKind kind = column.type()->kind();
  const ZoneOffsets* const offsets = column.type()->zone_or(call.session.zone);
  const bool zoned = kind == TypeKind::kTimestampTz && offsets;
  if (kind == TypeKind::kTimestamp || (kind == TypeKind::kTimestampTz && !zoned)) {
    values_ = column.values<int64_t>();
    return;
  }
  const uint32_t count = column.is_constant() ? 1 : column.size();
  converted_ = Buffer::allocate(size_t{count} * sizeof(int64_t));
  auto* const out = converted_->as<int64_t>();
  values_ = out;
  const auto convert = [&](auto&& map) {
    if (column.is_constant()) return map(0U);
    call.active.for_each(map);
  };
  if (zoned) {
    ZoneCursor zone(offsets);
    const auto* const from = column.values<int64_t>();
    convert([&](uint32_t row) { out[row] = zone.to_local(from[row]); });
  } else if (kind == TypeKind::kDate) {
    const auto* const from = column.values<int32_t>();
    convert([&](uint32_t row) { out[row] = stored_micros(TypeKind::kDate, from[row]); });
  } else {
    const auto* const from = column.values<int64_t>();
    convert([&](uint32_t row) { out[row] = stored_micros(kind, from[row]); });
  }
}

DatePart date_part_argument(std::string_view name, SourceSpan span) {
  if (const auto part = date_part_named(name)) return *part;
  Error error(ErrorCode::kInvalidArgument, span, "no date part is called \"{}\"", name);
  const std::string near = nearest_name(name, date_part_names());
  throw std::move(error).hint(
      near.empty() ? "year, month, day, hour, minute, second, week, quarter, dow, doy, epoch …"
                   : "did you mean '" + near + "'?");
}

std::span<const TypeRef> timestamp_types() { return date_and_timestamp_types().subspan(1); }

std::span<const TypeRef> date_and_timestamp_types() {
  static const TypeRef types[] = {Type::date(),         Type::timestamp(),    Type::timestamp_s(),
                                  Type::timestamp_ms(), Type::timestamp_ns(), Type::timestamp_tz()};
  return types;
}

std::string out_of_range(std::string_view what) { return std::string(what) + " is out of range"; }

}  // namespace doline
