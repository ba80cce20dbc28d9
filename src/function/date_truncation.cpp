#include "function/argument.h"
#include "function/date_functions.h"
#include "function/temporal_argument.h"

namespace doline {

namespace {

Column truncate_interval_rows(const KernelCall& call, const Column& input, DatePart part) {
  return map_rows<Interval, Interval>(
      call, input, [&](const Interval& interval) { return truncate_interval(part, interval); });
}

/// Of dates and timestamps: microseconds.
Column truncate_rows(const KernelCall& call, const Column& input, DatePart part) {
  ColumnWriter writer(call.result_type, call.row_count);
  int64_t* const out = writer.values<int64_t>();
  const uint32_t stride = input.is_constant() ? 0 : 1;
  if (input.type()->is(TypeKind::kDate)) {
    const auto* const days = input.values<int32_t>();
    call.active.for_each([&](uint32_t row) {
      int32_t day = 0;
      truncate_dates(part, days + row * stride, 1, &day);
      out[row] = stored_micros(TypeKind::kDate, day);
    });
    return writer.seal(call.row_count);
  }
  const LocalTimes times(input, call);
  const auto* const local = times.values();
  if (stride == 1 && call.active.is_all()) {
    truncate_timestamps(part, local, call.row_count, out);
  } else {
    call.active.for_each(
        [&](uint32_t row) { truncate_timestamps(part, local + row * stride, 1, out + row); });
  }
  const ZoneOffsets* const offsets = input.type()->zone_or(call.session.zone);
  if (input.type()->is(TypeKind::kTimestampTz) && offsets) {
    ZoneCursor zone(offsets);
    const Argument<int64_t> instants(input);
    const bool within_a_day = is_time_part(part) || part == DatePart::kEpoch;
    const bool is_own = input.type()->zone_or(nullptr) != nullptr;
    call.active.for_each([&](uint32_t row) {
      if (!is_finite_timestamp(times[row])) return;
      if (is_own) {
        out[row] = instant_near(zone, out[row], instants[row]);
      } else {
        // Within an hour that occurs twice, going back from the instant stays in the same one.
        out[row] = within_a_day ? instants[row] - (times[row] - out[row]) : zone.to_utc(out[row]);
      }
    });
  }
  return writer.seal(call.row_count);
}

Column truncate_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const DatePart part = static_cast<const DatePartData*>(call.data)->part;
  return arguments[1].type()->is(TypeKind::kInterval)
             ? truncate_interval_rows(call, arguments[1], part)
             : truncate_rows(call, arguments[1], part);
}

/// The part differs by row.
Column truncate_named_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  const Argument<StringView> names(arguments[0]);
  const bool interval = arguments[1].type()->is(TypeKind::kInterval);
  call.active.for_each([&](uint32_t row) {
    const auto part = date_part_named(names[row].view());
    if (!part || !is_truncatable(*part)) {
      return call.errors.fail(row, ErrorCode::kInvalidArgument, [&] {
        return fmt::format("times are not truncated to \"{}\"", names[row].view());
      });
    }
    uint16_t list[] = {static_cast<uint16_t>(row)};
    const KernelCall one{Selection::of(Buffer::copy_of(std::as_bytes(std::span(list))), 1),
                         call.row_count,
                         call.result_type,
                         nullptr,
                         call.session,
                         {},
                         call.errors};
    if (interval) {
      writer.values<Interval>()[row] =
          truncate_interval_rows(one, arguments[1], *part).values<Interval>()[row];
    } else {
      writer.values<int64_t>()[row] =
          truncate_rows(one, arguments[1], *part).values<int64_t>()[row];
    }
  });
  return writer.seal(call.row_count);
}

void bind_truncate(FunctionBinding& binding) {
  if (!binding.constants[0] || binding.constants[0]->is_null()) {
    binding.kernel = truncate_named_kernel;
    return;
  }
  const DatePart part = date_part_argument(binding.constants[0]->as_text(), binding.span);
  if (!is_truncatable(part)) {
    throw Error(ErrorCode::kInvalidArgument, binding.span, "times are not truncated to {}",
                name_of(part));
  }
  binding.data = make_ref<DatePartData>(part);
  binding.kernel = truncate_kernel;
}

Column last_day_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  const LocalTimes times(arguments[0], call);
  int32_t* const out = writer.values<int32_t>();
  call.active.for_each([&](uint32_t row) {
    if (!is_finite_timestamp(times[row])) return writer.set_null(row);
    const int32_t day = day_of(times[row]);
    const CivilDate civil = civil_from_days(day);
    out[row] =
        static_cast<int32_t>(int64_t{day} + days_in_month(civil.year, civil.month) - civil.day);
  });
  return writer.seal(call.row_count);
}

// time_bucket: the start of the bucket of a fixed width that a time lies in.

constexpr int64_t kMonthOrigin = 10'957 * kMicrosPerDay;  // 2000-01-01
constexpr int64_t kDayOrigin = 10'959 * kMicrosPerDay;    // Monday 2000-01-03

enum class BucketResult : uint8_t { kFound, kBadWidth, kMixedWidth, kOutOfRange };

BucketResult bucket_of(const Interval& width, int64_t micros, std::optional<int64_t> origin,
                       int64_t& out) {
  if (!is_finite_timestamp(micros)) return out = micros, BucketResult::kFound;
  if (width.months != 0) {
    if (width.days != 0 || width.micros != 0) return BucketResult::kMixedWidth;
    if (width.months < 0) return BucketResult::kBadWidth;
    const auto month_of = [](int64_t at) {
      const CivilDate civil = civil_from_days(day_of(at));
      return int64_t{civil.year} * kMonthsPerYear + civil.month - 1;
    };
    const int64_t first = month_of(origin.value_or(kMonthOrigin));
    const int64_t month =
        first + floor_divide(month_of(micros) - first, width.months) * width.months;
    const int64_t day =
        days_from_civil(floor_divide(month, kMonthsPerYear),
                        static_cast<int32_t>(floor_modulo(month, kMonthsPerYear)) + 1, 1);
    return timestamp_from_parts(day, 0, out) ? BucketResult::kFound : BucketResult::kOutOfRange;
  }
  int64_t length = 0;
  if (__builtin_mul_overflow(int64_t{width.days}, kMicrosPerDay, &length) ||
      __builtin_add_overflow(length, width.micros, &length)) {
    return BucketResult::kOutOfRange;
  }
  if (length <= 0) return BucketResult::kBadWidth;
  const int128_t distance = int128_t{micros} - origin.value_or(kDayOrigin);
  const int128_t rest = distance % length;
  const int128_t begin = micros - (rest < 0 ? rest + length : rest);
  out = static_cast<int64_t>(begin);
  return out == begin && is_finite_timestamp(out) ? BucketResult::kFound
                                                  : BucketResult::kOutOfRange;
}

std::string bucket_failure(BucketResult result) {
  if (result == BucketResult::kMixedWidth)
    return "a bucket's width has either months or days and time";
  if (result == BucketResult::kBadWidth) return "a bucket's width must be positive";
  return out_of_range("the bucket");
}

/// Microseconds back to the type of the second argument.
void store_micros(ColumnWriter& writer, TypeKind kind, uint32_t row, int64_t micros) {
  if (kind == TypeKind::kDate) {
    writer.values<int32_t>()[row] = is_finite_timestamp(micros)
                                        ? day_of(micros)
                                        : (micros > 0 ? kInfiniteDate : -kInfiniteDate);
  } else {
    writer.values<int64_t>()[row] = kind == TypeKind::kTime ? time_of(micros) : micros;
  }
}

Column bucket_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  const Argument<Interval> widths(arguments[0]);
  const Column& input = arguments[1];
  const TypeKind kind = input.type()->kind();
  const auto micros_at = [&](const Column& column, uint32_t row) {
    return column.physical() == PhysicalType::kInt32
               ? stored_micros(column.type()->kind(), column.value<int32_t>(row))
               : stored_micros(column.type()->kind(), column.value<int64_t>(row));
  };
  const Column* const third = arguments.size() == 3 ? &arguments[2] : nullptr;
  const bool shifted = third && third->type()->is(TypeKind::kInterval);
  const bool names_zone = third && third->type()->is(TypeKind::kVarchar);
  const ZoneOffsets* const own = input.type()->zone_or(nullptr);
  ZoneCursor own_zone(own);
  call.active.for_each([&](uint32_t row) {
    const auto fail = [&](BucketResult result) {
      call.errors.fail(row, ErrorCode::kInvalidArgument, [&] { return bucket_failure(result); });
    };
    const Interval& width = widths[row];
    if (kind == TypeKind::kTime && width.months != 0) return fail(BucketResult::kMixedWidth);
    const int64_t instant = micros_at(input, row);
    int64_t micros = own_zone.to_local(instant);
    std::optional<int64_t> origin;
    if (kind == TypeKind::kTime) origin = 0;
    Interval offset;
    const ZoneOffsets* zone = nullptr;
    if (names_zone) {
      zone = find_zone(third->text(row));
      if (!zone) {
        return call.errors.fail(row, ErrorCode::kInvalidArgument, [&] {
          return fmt::format("no time zone is called \"{}\"", third->text(row));
        });
      }
      micros = utc_to_local(zone, instant);
    } else if (shifted) {
      offset = third->value<Interval>(row);
      Interval back;
      if (!negate(offset, back) || !add_interval(micros, back, micros))
        return fail(BucketResult::kOutOfRange);
    } else if (third) {
      origin = own_zone.to_local(micros_at(*third, row));
      if (!is_finite_timestamp(*origin)) return writer.set_null(row);
    }
    int64_t begin = 0;
    const BucketResult result = bucket_of(width, micros, origin, begin);
    if (result != BucketResult::kFound) return fail(result);
    if (shifted && !add_interval(begin, offset, begin)) return fail(BucketResult::kOutOfRange);
    if (names_zone) {
      begin = local_to_utc(zone, begin);
    } else if (own) {
      begin = instant_near(own_zone, begin, instant);
    }
    store_micros(writer, kind, row, begin);
  });
  return writer.seal(call.row_count);
}

}  // namespace

void register_date_truncation(FunctionRegistry& registry) {
  ScalarFunction truncate{"date_trunc",
                          {"datetrunc"},
                          "date",
                          "The start of the year, month, hour … that a time lies in.",
                          "date_trunc('month', TIMESTAMP '2020-05-17 10:11:12')",
                          "2020-05-01 00:00:00",
                          {}};
  const auto add = [&](TypeRef type, TypeRef result) {
    truncate.overloads.push_back({.parameters = {Type::varchar(), type},
                                  .result = result,
                                  .bind = bind_truncate,
                                  .can_fail = true,
                                  .cost = 4});
  };
  for (const TypeRef type : date_and_timestamp_types()) {
    add(type, type->is(TypeKind::kTimestampTz) ? type : Type::timestamp());
  }
  add(Type::interval(), Type::interval());
  registry.add(std::move(truncate));

  ScalarFunction last_day{
      "last_day",   {}, "date", "The last day of the month.", "last_day(DATE '2020-02-03')",
      "2020-02-29", {}};
  for (const TypeRef type : date_and_timestamp_types()) {
    last_day.overloads.push_back(
        {.parameters = {type}, .result = Type::date(), .kernel = last_day_kernel, .cost = 4});
  }
  registry.add(std::move(last_day));

  ScalarFunction bucket{"time_bucket",
                        {},
                        "date",
                        "The start of the bucket of that width; a third argument shifts the "
                        "buckets or sets where one begins.",
                        "time_bucket(INTERVAL '10 minutes', TIMESTAMP '2020-02-15 10:17:00')",
                        "2020-02-15 10:10:00",
                        {}};
  const auto add_bucket = [&](std::vector<TypePattern> parameters, TypeRef result,
                              void (*bind)(FunctionBinding&)) {
    bucket.overloads.push_back({.parameters = std::move(parameters),
                                .result = result,
                                .kernel = bucket_kernel,
                                .bind = bind,
                                .can_fail = true,
                                .cost = 6});
  };
  const auto add_type = [&](TypeRef type, TypeRef result, void (*bind)(FunctionBinding&)) {
    add_bucket({Type::interval(), type}, result, bind);
    add_bucket({Type::interval(), type, Type::interval()}, result, bind);
    add_bucket({Type::interval(), type, type}, result, bind);
  };
  for (const TypeRef type : {Type::date(), Type::timestamp(), Type::timestamp_tz(), Type::time()}) {
    add_type(type, type, nullptr);
  }
  add_bucket({Type::interval(), Type::timestamp_tz(), Type::varchar()}, Type::timestamp_tz(),
             nullptr);
  for (const TypeRef type : {Type::timestamp_s(), Type::timestamp_ms(), Type::timestamp_ns()}) {
    add_type(type, Type::timestamp(), [](FunctionBinding& binding) {
      for (size_t i = 1; i < binding.cast_to.size(); ++i) {
        if (binding.cast_to[i]->is_timestamp()) binding.cast_to[i] = Type::timestamp();
      }
    });
  }
  registry.add(std::move(bucket));
}

}  // namespace doline
