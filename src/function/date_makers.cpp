#include <cmath>

#include "function/argument.h"
#include "function/date_functions.h"
#include "function/temporal_argument.h"

namespace doline {

namespace {

/// Seconds with a fraction as microseconds; false for NaN and beyond the range.
bool micros_of_seconds(double seconds, int64_t& micros) {
  const double scaled = std::nearbyint(seconds * 1e6);
  if (!(std::abs(scaled) < 0x1p63)) return false;
  micros = static_cast<int64_t>(scaled);
  return true;
}

bool make_clock(int64_t hour, int64_t minute, double second, int64_t& micros) {
  if (hour < 0 || hour > 24 || minute < 0 || minute > 59 || !(second >= 0) || !(second <= 60))
    return false;
  if (!micros_of_seconds(second, micros)) return false;
  micros += hour * kMicrosPerHour + minute * kMicrosPerMinute;
  return micros <= kMicrosPerDay;
}

Column make_date_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  const Argument<int64_t> year(arguments[0]);
  const Argument<int64_t> month(arguments[1]);
  const Argument<int64_t> day(arguments[2]);
  int32_t* const out = writer.values<int32_t>();
  call.active.for_each([&](uint32_t row) {
    if (days_from_civil_checked(year[row], month[row], day[row], out[row])) return;
    out[row] = 0;
    call.errors.fail(row, ErrorCode::kInvalidArgument, [&] {
      return fmt::format("there is no day {}-{}-{}", year[row], month[row], day[row]);
    });
  });
  return writer.seal(call.row_count);
}

Column date_of_days_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return arguments[0].with_type(call.result_type);
}

/// {'year': …, 'month': …, 'day': …}
Column date_of_struct_kernel(const KernelCall& call, std::span<const Column> arguments) {
  std::vector<Column> fields;
  for (const Column& field : arguments[0].children()) {
    fields.push_back(arguments[0].is_constant()
                         ? Column::constant(field.slice(0, 1).flatten(), call.row_count)
                         : field.flatten());
  }
  BufferRef valid;
  for (const Column& field : fields) {
    const BufferRef own = validity_bitmap(field);
    if (own)
      valid = intersect_bitmaps(own->as<uint64_t>(), valid ? valid->as<uint64_t>() : nullptr,
                                call.row_count);
  }
  KernelCall inner{valid ? Selection::from_bits(valid->as<uint64_t>(), call.active) : call.active,
                   call.row_count,
                   call.result_type,
                   nullptr,
                   call.session,
                   {},
                   call.errors};
  const Column result = make_date_kernel(inner, fields);
  return valid ? result.masked(valid) : result;
}

Column make_time_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  const Argument<int64_t> hour(arguments[0]);
  const Argument<int64_t> minute(arguments[1]);
  const Argument<double> second(arguments[2]);
  int64_t* const out = writer.values<int64_t>();
  call.active.for_each([&](uint32_t row) {
    if (make_clock(hour[row], minute[row], second[row], out[row])) return;
    out[row] = 0;
    call.errors.fail(row, ErrorCode::kInvalidArgument, [&] {
      return fmt::format("there is no time {}:{}:{}", hour[row], minute[row], second[row]);
    });
  });
  return writer.seal(call.row_count);
}

/// Year to second, then perhaps a zone. Zoned results are instants.
Column make_timestamp_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  const Argument<int64_t> year(arguments[0]);
  const Argument<int64_t> month(arguments[1]);
  const Argument<int64_t> day(arguments[2]);
  const Argument<int64_t> hour(arguments[3]);
  const Argument<int64_t> minute(arguments[4]);
  const Argument<double> second(arguments[5]);
  const bool zoned = call.result_type->is(TypeKind::kTimestampTz);
  int64_t* const out = writer.values<int64_t>();
  call.active.for_each([&](uint32_t row) {
    int32_t days = 0;
    int64_t clock = 0;
    out[row] = 0;
    if (!days_from_civil_checked(year[row], month[row], day[row], days) ||
        !make_clock(hour[row], minute[row], second[row], clock) ||
        !timestamp_from_parts(days, clock, out[row])) {
      return call.errors.fail(row, ErrorCode::kInvalidArgument, [&] {
        return fmt::format("there is no timestamp {}-{}-{} {}:{}:{}", year[row], month[row],
                           day[row], hour[row], minute[row], second[row]);
      });
    }
    if (!zoned) return;
    const ZoneOffsets* zone = call.session.zone;
    if (arguments.size() == 7) {
      zone = find_zone(arguments[6].text(row));
      if (!zone) {
        return call.errors.fail(row, ErrorCode::kInvalidArgument, [&] {
          return fmt::format("no time zone is called \"{}\"", arguments[6].text(row));
        });
      }
    }
    out[row] = local_to_utc(zone, out[row]);
  });
  return writer.seal(call.row_count);
}

/// A count since 1970 as it is stored.
Column same_bits_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return arguments[0].with_type(call.result_type);
}

Column timestamp_of_millis_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return try_map_rows<int64_t, int64_t>(
      call, arguments[0], ErrorCode::kOverflow,
      [](int64_t millis, int64_t& out) {
        return !__builtin_mul_overflow(millis, kMicrosPerMilli, &out) && is_finite_timestamp(out);
      },
      [](int64_t millis) {
        return out_of_range(fmt::format("a timestamp {} ms from 1970", millis));
      });
}

Column to_timestamp_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return try_map_rows<double, int64_t>(
      call, arguments[0], ErrorCode::kOverflow,
      [](double seconds, int64_t& out) {
        if (std::isinf(seconds))
          return out = seconds > 0 ? kInfiniteTimestamp : -kInfiniteTimestamp, true;
        return micros_of_seconds(seconds, out) && is_finite_timestamp(out);
      },
      [](double seconds) {
        return out_of_range(fmt::format("a timestamp {} s from 1970", seconds));
      });
}

/// How many months, days and microseconds one unit has.
template <int32_t kMonths, int32_t kDays, int64_t kMicros>
Column interval_of_count_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return try_map_rows<int64_t, Interval>(
      call, arguments[0], ErrorCode::kOverflow,
      [](int64_t count, Interval& out) {
        int64_t months = 0;
        int64_t days = 0;
        if (__builtin_mul_overflow(count, int64_t{kMonths}, &months) ||
            __builtin_mul_overflow(count, int64_t{kDays}, &days) ||
            __builtin_mul_overflow(count, kMicros, &out.micros)) {
          return false;
        }
        out.months = static_cast<int32_t>(months);
        out.days = static_cast<int32_t>(days);
        return out.months == months && out.days == days;
      },
      [](int64_t count) { return out_of_range(fmt::format("an interval of {}", count)); });
}

template <int64_t kPerSecond>
Column interval_of_seconds_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return try_map_rows<double, Interval>(
      call, arguments[0], ErrorCode::kOverflow,
      [](double value, Interval& out) {
        out = {};
        return micros_of_seconds(value / kPerSecond, out.micros);
      },
      [](double value) { return out_of_range(fmt::format("an interval of {}", value)); });
}

void add_unit(FunctionRegistry& registry, std::string unit, std::string result, ScalarKernel kernel,
              TypeRef argument) {
  registry.add({"to_" + unit,
                {},
                "date",
                "That many " + unit + " as an interval.",
                "to_" + unit + "(2)",
                std::move(result),
                {{.parameters = {argument},
                  .result = Type::interval(),
                  .kernel = kernel,
                  .can_fail = true}}});
}

}  // namespace

void register_date_makers(FunctionRegistry& registry) {
  const TypeRef integer = Type::int64();
  const TypeRef real = Type::float64();
  const TypeRef fields = Type::structure({{"year", integer}, {"month", integer}, {"day", integer}});
  registry.add(
      {"make_date",
       {},
       "date",
       "The date of a year, month and day, or so many days after 1970-01-01.",
       "make_date(2020, 2, 29)",
       "2020-02-29",
       {{.parameters = {integer, integer, integer},
         .result = Type::date(),
         .kernel = make_date_kernel,
         .can_fail = true,
         .cost = 3},
        {.parameters = {Type::int32()}, .result = Type::date(), .kernel = date_of_days_kernel},
        {.parameters = {fields},
         .result = Type::date(),
         .kernel = date_of_struct_kernel,
         .can_fail = true,
         .cost = 3}}});
  registry.add({"make_time",
                {},
                "date",
                "The time of an hour, minute and second.",
                "make_time(1, 2, 3.5)",
                "01:02:03.5",
                {{.parameters = {integer, integer, real},
                  .result = Type::time(),
                  .kernel = make_time_kernel,
                  .can_fail = true,
                  .cost = 3}}});
  registry.add(
      {"make_timestamp",
       {},
       "date",
       "The timestamp of a year, month, day, hour, minute and second, or so many microseconds "
       "after 1970.",
       "make_timestamp(2020, 1, 2, 3, 4, 5.5)",
       "2020-01-02 03:04:05.5",
       {{.parameters = {integer, integer, integer, integer, integer, real},
         .result = Type::timestamp(),
         .kernel = make_timestamp_kernel,
         .can_fail = true,
         .cost = 5},
        {.parameters = {integer}, .result = Type::timestamp(), .kernel = same_bits_kernel}}});
  registry.add(
      {"make_timestamptz",
       {},
       "date",
       "As make_timestamp, by the clocks of the session's zone or of the one named last.",
       "make_timestamptz(2020, 1, 2, 3, 4, 5.5, 'Europe/Berlin') = TIMESTAMPTZ '2020-01-02 "
       "02:04:05.5+00'",
       "true",
       {{.parameters = {integer, integer, integer, integer, integer, real},
         .result = Type::timestamp_tz(),
         .kernel = make_timestamp_kernel,
         .can_fail = true,
         .cost = 5},
        {.parameters = {integer, integer, integer, integer, integer, real, Type::varchar()},
         .result = Type::timestamp_tz(),
         .kernel = make_timestamp_kernel,
         .can_fail = true,
         .cost = 9},
        {.parameters = {integer}, .result = Type::timestamp_tz(), .kernel = same_bits_kernel}}});
  registry.add({"make_timestamp_ms",
                {},
                "date",
                "The timestamp so many milliseconds after 1970.",
                "make_timestamp_ms(1500)",
                "1970-01-01 00:00:01.5",
                {{.parameters = {integer},
                  .result = Type::timestamp(),
                  .kernel = timestamp_of_millis_kernel,
                  .can_fail = true}}});
  registry.extend("epoch_ms", {{.parameters = {integer},
                                .result = Type::timestamp(),
                                .kernel = timestamp_of_millis_kernel,
                                .can_fail = true}});
  registry.add(
      {"make_timestamp_ns",
       {},
       "date",
       "The timestamp so many nanoseconds after 1970.",
       "make_timestamp_ns(1)",
       "1970-01-01 00:00:00.000000001",
       {{.parameters = {integer}, .result = Type::timestamp_ns(), .kernel = same_bits_kernel}}});
  registry.add({"to_timestamp",
                {},
                "date",
                "The instant so many seconds after 1970.",
                "to_timestamp(1.5)",
                "1970-01-01 00:00:01.5+00",
                {{.parameters = {real},
                  .result = Type::timestamp_tz(),
                  .kernel = to_timestamp_kernel,
                  .can_fail = true}}});

  add_unit(registry, "millennia", "2000 years", interval_of_count_kernel<12'000, 0, 0>, integer);
  add_unit(registry, "centuries", "200 years", interval_of_count_kernel<1'200, 0, 0>, integer);
  add_unit(registry, "decades", "20 years", interval_of_count_kernel<120, 0, 0>, integer);
  add_unit(registry, "years", "2 years", interval_of_count_kernel<12, 0, 0>, integer);
  add_unit(registry, "quarters", "6 months", interval_of_count_kernel<3, 0, 0>, integer);
  add_unit(registry, "months", "2 months", interval_of_count_kernel<1, 0, 0>, integer);
  add_unit(registry, "weeks", "14 days", interval_of_count_kernel<0, 7, 0>, integer);
  add_unit(registry, "days", "2 days", interval_of_count_kernel<0, 1, 0>, integer);
  add_unit(registry, "hours", "02:00:00", interval_of_count_kernel<0, 0, kMicrosPerHour>, integer);
  add_unit(registry, "minutes", "00:02:00", interval_of_count_kernel<0, 0, kMicrosPerMinute>,
           integer);
  add_unit(registry, "microseconds", "00:00:00.000002", interval_of_count_kernel<0, 0, 1>, integer);
  add_unit(registry, "seconds", "00:00:02", interval_of_seconds_kernel<1>, real);
  add_unit(registry, "milliseconds", "00:00:00.002", interval_of_seconds_kernel<1'000>, real);
}

}  // namespace doline
