#include "function/argument.h"
#include "function/date_functions.h"
#include "function/temporal_argument.h"

namespace doline {

namespace {

bool gives_double(DatePart part) { return part == DatePart::kEpoch || part == DatePart::kJulian; }
bool is_zone_part(DatePart part) {
  return part == DatePart::kTimezone || part == DatePart::kTimezoneHour ||
         part == DatePart::kTimezoneMinute;
}

/// Whether the part can be asked of a value of that type.
bool has_part(TypeRef type, DatePart part) {
  if (type->is(TypeKind::kInterval)) return part == DatePart::kEpoch || is_part_of_interval(part);
  if (type->is(TypeKind::kTime))
    return part == DatePart::kEpoch || is_time_part(part) || is_zone_part(part);
  return true;
}

void require_part(TypeRef type, DatePart part, SourceSpan span) {
  if (has_part(type, part)) return;
  throw Error(ErrorCode::kInvalidArgument, span, "{} has no {}", type->name(), name_of(part));
}

int64_t zone_part(DatePart part, int32_t offset_seconds) {
  if (part == DatePart::kTimezone) return offset_seconds;
  return part == DatePart::kTimezoneHour ? offset_seconds / 3600 : offset_seconds / 60 % 60;
}

/// NULL for infinite values.
void hide_infinite(const KernelCall& call, const LocalTimes& times, ColumnWriter& writer) {
  call.active.for_each([&](uint32_t row) {
    if (!is_finite_timestamp(times[row])) [[unlikely]]
      writer.set_null(row);
  });
}

Column double_part(const KernelCall& call, const Column& input, DatePart part) {
  ColumnWriter writer(Type::float64(), call.row_count);
  double* const out = writer.values<double>();
  const TypeKind kind = input.type()->kind();
  if (kind == TypeKind::kInterval) {
    const Argument<Interval> in(input);
    call.active.for_each([&](uint32_t row) { out[row] = epoch_of_interval(in[row]); });
  } else if (kind == TypeKind::kTime) {
    const Argument<int64_t> in(input);
    call.active.for_each([&](uint32_t row) { out[row] = static_cast<double>(in[row]) / 1e6; });
  } else if (part == DatePart::kEpoch && kind == TypeKind::kTimestampTz) {
    const Argument<int64_t> in(input);  // an instant, whatever the clocks show
    call.active.for_each([&](uint32_t row) {
      out[row] = static_cast<double>(in[row]) / 1e6;
      if (!is_finite_timestamp(in[row])) writer.set_null(row);
    });
  } else {
    const LocalTimes times(input, call);
    call.active.for_each([&](uint32_t row) {
      out[row] = part == DatePart::kJulian ? julian_day(times[row])
                                           : static_cast<double>(times[row]) / 1e6;
    });
    hide_infinite(call, times, writer);
  }
  return writer.seal(call.row_count);
}

/// The lanes to compute: all at once where most count, else one by one.
template <class In, class Parts>
void fill_parts(const KernelCall& call, const In* in, uint32_t stride, int64_t* out,
                Parts&& parts) {
  if (stride == 1 && call.active.is_all()) return parts(in, call.row_count, out);
  call.active.for_each([&](uint32_t row) { parts(in + row * stride, 1U, out + row); });
}

Column integer_part(const KernelCall& call, const Column& input, DatePart part) {
  ColumnWriter writer(Type::int64(), call.row_count);
  int64_t* const out = writer.values<int64_t>();
  const TypeKind kind = input.type()->kind();
  const uint32_t stride = input.is_constant() ? 0 : 1;
  if (kind == TypeKind::kInterval) {
    const Argument<Interval> in(input);
    call.active.for_each([&](uint32_t row) { out[row] = part_of_interval(part, in[row]); });
  } else if (kind == TypeKind::kTime) {
    fill_parts(call, input.values<int64_t>(), stride, out,
               [&](const int64_t* from, uint32_t count, int64_t* to) {
                 parts_of_times(part, from, count, to);
               });
  } else if (kind == TypeKind::kTimestampTz && is_zone_part(part)) {
    ZoneCursor zone(input.type()->zone_or(call.session.zone));
    const Argument<int64_t> in(input);
    call.active.for_each([&](uint32_t row) {
      out[row] = zone_part(part, zone.offset_seconds(in[row]));
      if (!is_finite_timestamp(in[row])) writer.set_null(row);
    });
  } else if (kind == TypeKind::kDate) {
    const Argument<int32_t> in(input);
    fill_parts(call, input.values<int32_t>(), stride, out,
               [&](const int32_t* from, uint32_t count, int64_t* to) {
                 parts_of_dates(part, from, count, to);
               });
    call.active.for_each([&](uint32_t row) {
      if (!is_finite_date(in[row])) [[unlikely]]
        writer.set_null(row);
    });
  } else {
    const LocalTimes times(input, call);
    if (is_zone_part(part)) {
      call.active.for_each([&](uint32_t row) { out[row] = 0; });
    } else {
      fill_parts(call, times.values(), stride, out,
                 [&](const int64_t* from, uint32_t count, int64_t* to) {
                   parts_of_timestamps(part, from, count, to);
                 });
    }
    hide_infinite(call, times, writer);
  }
  return writer.seal(call.row_count);
}

Column part_of(const KernelCall& call, const Column& input, DatePart part) {
  return gives_double(part) ? double_part(call, input, part) : integer_part(call, input, part);
}

Column constant_part_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return part_of(call, arguments.back(), static_cast<const DatePartData*>(call.data)->part);
}

/// The part differs by row: its name is looked up for each, the result is DOUBLE.
Column named_part_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  double* const out = writer.values<double>();
  const Argument<StringView> names(arguments[0]);
  const TypeRef type = arguments[1].type();
  call.active.for_each([&](uint32_t row) {
    const auto part = date_part_named(names[row].view());
    if (!part || !has_part(type, *part)) {
      return call.errors.fail(row, ErrorCode::kInvalidArgument, [&] {
        return fmt::format("{} has no part called \"{}\"", type->name(), names[row].view());
      });
    }
    uint16_t list[] = {static_cast<uint16_t>(row)};
    const auto one = std::as_bytes(std::span(list));
    const KernelCall row_call{Selection::of(Buffer::copy_of(one), 1),
                              call.row_count,
                              call.result_type,
                              nullptr,
                              call.session,
                              {},
                              call.errors};
    const Column result = part_of(row_call, arguments[1], *part);
    if (result.is_null(row)) return writer.set_null(row);
    out[row] = gives_double(*part) ? result.values<double>()[row]
                                   : static_cast<double>(result.values<int64_t>()[row]);
  });
  return writer.seal(call.row_count);
}

struct PartListData final : FunctionData {
  std::vector<DatePart> parts;
};

Column part_struct_kernel(const KernelCall& call, std::span<const Column> arguments) {
  std::vector<Column> fields;
  for (const DatePart part : static_cast<const PartListData*>(call.data)->parts) {
    fields.push_back(part_of(call, arguments[1], part));
  }
  return Column::structure(call.result_type, call.row_count, std::move(fields));
}

void bind_date_part(FunctionBinding& binding) {
  if (!binding.constants[0] || binding.constants[0]->is_null()) {
    binding.result = Type::float64();
    binding.kernel = named_part_kernel;
    return;
  }
  const DatePart part = date_part_argument(binding.constants[0]->as_text(), binding.span);
  require_part(binding.cast_to[1], part, binding.span);
  binding.result = gives_double(part) ? Type::float64() : Type::int64();
  binding.data = make_ref<DatePartData>(part);
  binding.kernel = constant_part_kernel;
}

void bind_date_parts(FunctionBinding& binding) {
  if (!binding.constants[0] || binding.constants[0]->is_null() ||
      binding.constants[0]->as_nested().empty()) {
    throw Error(ErrorCode::kInvalidArgument, binding.span,
                "date_part needs a constant list of parts")
        .hint("date_part(['year', 'month'], …)");
  }
  auto data = make_ref<PartListData>();
  std::vector<Field> fields;
  for (const Value& name : binding.constants[0]->as_nested()) {
    const DatePart part = date_part_argument(name.is_null() ? "" : name.as_text(), binding.span);
    require_part(binding.cast_to[1], part, binding.span);
    for (const Field& field : fields) {
      if (field.name == name.as_text()) {
        throw Error(ErrorCode::kInvalidArgument, binding.span, "the part \"{}\" is listed twice",
                    field.name);
      }
    }
    data->parts.push_back(part);
    fields.push_back({name.as_text(), gives_double(part) ? Type::float64() : Type::int64()});
  }
  binding.cast_to[0] = Type::list(Type::varchar());
  binding.result = Type::structure(std::move(fields));
  binding.data = std::move(data);
}

template <DatePart kPart>
void bind_fixed_part(FunctionBinding& binding) {
  binding.data = make_ref<DatePartData>(kPart);
}

std::vector<TypeRef> types_with(DatePart part) {
  std::vector<TypeRef> types(date_and_timestamp_types().begin(), date_and_timestamp_types().end());
  for (const TypeRef type : {Type::interval(), Type::time()}) {
    if (has_part(type, part)) types.push_back(type);
  }
  return types;
}

template <DatePart kPart>
void add_part(FunctionRegistry& registry, std::string name, std::vector<std::string> aliases,
              std::string summary, std::string example, std::string result) {
  ScalarFunction function{std::move(name),    std::move(aliases), "date", std::move(summary),
                          std::move(example), std::move(result),  {}};
  const TypeRef type = gives_double(kPart) ? Type::float64() : Type::int64();
  for (const TypeRef argument : types_with(kPart)) {
    function.overloads.push_back({.parameters = {argument},
                                  .result = type,
                                  .kernel = constant_part_kernel,
                                  .bind = bind_fixed_part<kPart>,
                                  .cost = 4});
  }
  registry.add(std::move(function));
}

/// What epoch_ms, epoch_us and epoch_ns count, per second.
struct EpochUnit final : FunctionData {
  explicit EpochUnit(int64_t per_second_) : per_second(per_second_) {}
  const int64_t per_second;
};

/// False where nanoseconds do not fit.
bool scale_micros(int128_t micros, int64_t per_second, int64_t& out) {
  int128_t result = 0;
  if (per_second >= kMicrosPerSecond) {
    result = micros * (per_second / kMicrosPerSecond);
  } else {
    const int64_t divisor = kMicrosPerSecond / per_second;
    result = (micros + (micros < 0 ? -divisor / 2 : divisor / 2)) / divisor;
  }
  out = static_cast<int64_t>(result);
  return out == result;
}

/// Infinite dates and timestamps have no count: their rows become NULL.
Column without_infinite(const KernelCall& call, const Column& input, Column counts) {
  if (!input.type()->is(TypeKind::kDate) && !input.type()->is_timestamp()) return counts;
  const LocalTimes times(input, call);
  bool any = false;
  call.active.for_each([&](uint32_t row) { any |= !is_finite_timestamp(times[row]); });
  if (!any) return counts;
  BufferRef finite = make_full_bitmap(call.row_count);
  call.active.for_each([&](uint32_t row) {
    if (!is_finite_timestamp(times[row])) clear_bit(finite->as<uint64_t>(), row);
  });
  return counts.flatten().masked(std::move(finite));
}

bool is_infinite(TypeKind kind, int64_t value) {
  if (kind == TypeKind::kDate) return !is_finite_date(static_cast<int32_t>(value));
  return kind != TypeKind::kTime && !is_finite_timestamp(value);
}

Column epoch_count_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const int64_t per_second = static_cast<const EpochUnit*>(call.data)->per_second;
  const Column& input = arguments[0];
  const TypeKind kind = input.type()->kind();
  const auto describe = [&](const auto&) {
    return out_of_range(fmt::format("a count of 1/{} s", per_second));
  };
  if (kind == TypeKind::kInterval) {
    return try_map_rows<Interval, int64_t>(
        call, input, ErrorCode::kOverflow,
        [&](const Interval& value, int64_t& out) {
          int128_t micros = normalized_micros(value);
          if (per_second < kMicrosPerSecond) micros -= micros % (kMicrosPerSecond / per_second);
          return scale_micros(micros, per_second, out);
        },
        describe);
  }
  if (kind == TypeKind::kTimestampNs && per_second == kNanosPerSecond) {
    return without_infinite(
        call, input, map_rows<int64_t, int64_t>(call, input, [](int64_t nanos) { return nanos; }));
  }
  const auto scale = [&](auto value, int64_t& out) {
    if (is_infinite(kind, value)) return out = 0, true;
    int64_t micros = stored_micros(kind, value);
    // A time of day is not rounded into the next day.
    if (kind == TypeKind::kTime && per_second < kMicrosPerSecond)
      micros -= micros % (kMicrosPerSecond / per_second);
    return scale_micros(micros, per_second, out);
  };
  Column counts =
      kind == TypeKind::kDate
          ? try_map_rows<int32_t, int64_t>(call, input, ErrorCode::kOverflow, scale, describe)
          : try_map_rows<int64_t, int64_t>(call, input, ErrorCode::kOverflow, scale, describe);
  return without_infinite(call, input, std::move(counts));
}

template <int64_t kPerSecond>
void bind_epoch(FunctionBinding& binding) {
  binding.data = make_ref<EpochUnit>(kPerSecond);
}

template <int64_t kPerSecond>
ScalarFunction epoch_function(std::string name, std::string summary, std::string example,
                              std::string result) {
  ScalarFunction function{std::move(name),   {}, "date", std::move(summary), std::move(example),
                          std::move(result), {}};
  for (const TypeRef argument : types_with(DatePart::kEpoch)) {
    function.overloads.push_back({.parameters = {argument},
                                  .result = Type::int64(),
                                  .kernel = epoch_count_kernel,
                                  .bind = bind_epoch<kPerSecond>,
                                  .can_fail = true});
  }
  return function;
}

Column nanosecond_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const Column& input = arguments[0];
  const TypeKind kind = input.type()->kind();
  if (kind == TypeKind::kTimestampNs) {
    return without_infinite(call, input, map_rows<int64_t, int64_t>(call, input, [](int64_t nanos) {
                              return floor_modulo(nanos, 60 * kNanosPerSecond);
                            }));
  }
  if (kind == TypeKind::kInterval) {
    return map_rows<Interval, int64_t>(call, input, [](const Interval& interval) {
      return interval.micros % kMicrosPerMinute * kNanosPerMicro;
    });
  }
  if (kind == TypeKind::kDate)
    return without_infinite(
        call, input, map_rows<int32_t, int64_t>(call, input, [](int32_t) { return int64_t{0}; }));
  return without_infinite(call, input, map_rows<int64_t, int64_t>(call, input, [&](int64_t value) {
                            if (is_infinite(kind, value)) return int64_t{0};
                            return floor_modulo(stored_micros(kind, value), kMicrosPerMinute) *
                                   kNanosPerMicro;
                          }));
}

/// Day and month names: all fit in place.
template <class Name>
Column name_rows(const KernelCall& call, const Column& input, Name&& name) {
  ColumnWriter writer(call.result_type, call.row_count);
  const LocalTimes times(input, call);
  StringView* const out = writer.values<StringView>();
  call.active.for_each([&](uint32_t row) {
    if (!is_finite_timestamp(times[row])) return writer.set_null(row);
    out[row] = StringView(name(day_of(times[row])));
  });
  return writer.seal(call.row_count);
}

Column day_name_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return name_rows(call, arguments[0],
                   [](int32_t days) { return day_name(iso_day_of_week(days) % 7); });
}
Column month_name_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return name_rows(call, arguments[0],
                   [](int32_t days) { return month_name(civil_from_days(days).month); });
}

/// Whether dates and timestamps have a place in the calendar.
template <bool kFinite>
Column finite_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  const LocalTimes times(arguments[0], call);
  call.active.for_each([&](uint32_t row) {
    if (is_finite_timestamp(times[row]) == kFinite) set_bit(writer.bits(), row);
  });
  return writer.seal(call.row_count);
}

std::vector<ScalarOverload> over_dates(ScalarKernel kernel, TypeRef result) {
  std::vector<ScalarOverload> overloads;
  for (const TypeRef type : date_and_timestamp_types()) {
    overloads.push_back({.parameters = {type}, .result = result, .kernel = kernel, .cost = 4});
  }
  return overloads;
}

void register_named_parts(FunctionRegistry& registry) {
  add_part<DatePart::kYear>(registry, "year", {}, "The year; 0 is 1 BC.", "year(DATE '2020-05-17')",
                            "2020");
  add_part<DatePart::kMonth>(registry, "month", {}, "The month, 1 to 12.",
                             "month(DATE '2020-05-17')", "5");
  add_part<DatePart::kDay>(registry, "day", {"dayofmonth"}, "The day of the month.",
                           "day(DATE '2020-05-17')", "17");
  add_part<DatePart::kDecade>(registry, "decade", {}, "The year divided by ten.",
                              "decade(DATE '2020-05-17')", "202");
  add_part<DatePart::kCentury>(registry, "century", {}, "The century: 2001 begins the 21st.",
                               "century(DATE '2020-05-17')", "21");
  add_part<DatePart::kMillennium>(registry, "millennium", {},
                                  "The millennium: 2001 begins the third.",
                                  "millennium(DATE '2020-05-17')", "3");
  add_part<DatePart::kHour>(registry, "hour", {}, "The hour, 0 to 23.", "hour(TIME '10:11:12')",
                            "10");
  add_part<DatePart::kMinute>(registry, "minute", {}, "The minute.", "minute(TIME '10:11:12')",
                              "11");
  add_part<DatePart::kSecond>(registry, "second", {}, "The second, without its fraction.",
                              "second(TIME '10:11:12.5')", "12");
  add_part<DatePart::kMilliseconds>(registry, "millisecond", {"milliseconds"},
                                    "Milliseconds of the minute.", "millisecond(TIME '10:11:12.5')",
                                    "12500");
  add_part<DatePart::kMicroseconds>(registry, "microsecond", {"microseconds"},
                                    "Microseconds of the minute.", "microsecond(TIME '10:11:12.5')",
                                    "12500000");
  add_part<DatePart::kQuarter>(registry, "quarter", {}, "The quarter, 1 to 4.",
                               "quarter(DATE '2020-05-17')", "2");
  add_part<DatePart::kWeek>(registry, "week", {"weekofyear"},
                            "The ISO week: week 1 has the year's first Thursday.",
                            "week(DATE '2021-01-03')", "53");
  add_part<DatePart::kDayOfWeek>(registry, "dayofweek", {"dow", "weekday"},
                                 "The day of the week, Sunday 0.", "dayofweek(DATE '2020-05-17')",
                                 "0");
  add_part<DatePart::kIsoDayOfWeek>(registry, "isodow", {},
                                    "The day of the week, Monday 1 to Sunday 7.",
                                    "isodow(DATE '2020-05-17')", "7");
  add_part<DatePart::kDayOfYear>(registry, "dayofyear", {"doy"}, "The day of the year, from 1.",
                                 "dayofyear(DATE '2020-05-17')", "138");
  add_part<DatePart::kIsoYear>(registry, "isoyear", {}, "The year that the ISO week belongs to.",
                               "isoyear(DATE '2021-01-03')", "2020");
  add_part<DatePart::kYearWeek>(registry, "yearweek", {}, "ISO year times 100 plus ISO week.",
                                "yearweek(DATE '2021-01-03')", "202053");
  add_part<DatePart::kEra>(registry, "era", {}, "1 for AD, 0 for BC.",
                           "era(DATE '0044-03-15 (BC)')", "0");
  add_part<DatePart::kTimezoneHour>(registry, "timezone_hour", {},
                                    "Hours of the zone's offset from UTC.",
                                    "timezone_hour(TIMESTAMPTZ '2020-05-17 00:00:00+00')", "0");
  add_part<DatePart::kTimezoneMinute>(registry, "timezone_minute", {},
                                      "Minutes of the zone's offset from UTC, beside the hours.",
                                      "timezone_minute(TIMESTAMPTZ '2020-05-17 00:00:00+00')", "0");
  add_part<DatePart::kEpoch>(registry, "epoch", {},
                             "Seconds since 1970-01-01 00:00:00 UTC, or in an interval.",
                             "epoch(TIMESTAMP '2020-01-01 00:00:00.5')", "1577836800.5");
  add_part<DatePart::kJulian>(registry, "julian", {},
                              "The Julian day, with the time as its fraction.",
                              "julian(TIMESTAMP '2020-01-01 12:00:00')", "2458850.5");
}

}  // namespace

void register_date_parts(FunctionRegistry& registry) {
  register_named_parts(registry);

  ScalarFunction part{"date_part",
                      {"datepart"},
                      "date",
                      "The named part of a date, time or interval; a list of names gives a struct.",
                      "date_part('month', DATE '2020-05-17')",
                      "5",
                      {}};
  std::vector<TypeRef> types(date_and_timestamp_types().begin(), date_and_timestamp_types().end());
  types.push_back(Type::interval());
  types.push_back(Type::time());
  for (const TypeRef type : types) {
    part.overloads.push_back({.parameters = {Type::varchar(), type},
                              .result = TypePattern::any(),
                              .bind = bind_date_part,
                              .can_fail = true,
                              .cost = 4});
  }
  for (const TypeRef type : types) {
    part.overloads.push_back({.parameters = {TypePattern::list_of('T'), type},
                              .result = TypePattern::any(),
                              .kernel = part_struct_kernel,
                              .bind = bind_date_parts,
                              .cost = 10});
  }
  registry.add(std::move(part));

  registry.add(epoch_function<1'000>(
      "epoch_ms", "Milliseconds since 1970-01-01 UTC; of a BIGINT, the timestamp so many after it.",
      "epoch_ms(TIMESTAMP '2020-01-01')", "1577836800000"));
  registry.add(epoch_function<kMicrosPerSecond>("epoch_us", "Microseconds since 1970-01-01 UTC.",
                                                "epoch_us(TIMESTAMP '2020-01-01')",
                                                "1577836800000000"));
  registry.add(epoch_function<kNanosPerSecond>("epoch_ns", "Nanoseconds since 1970-01-01 UTC.",
                                               "epoch_ns(TIMESTAMP '2020-01-01')",
                                               "1577836800000000000"));

  ScalarFunction nanos{"nanosecond",
                       {"nanoseconds"},
                       "date",
                       "Nanoseconds of the minute.",
                       "nanosecond(TIMESTAMP_NS '2020-01-01 00:00:01.123456789')",
                       "1123456789",
                       {}};
  for (const TypeRef type : types_with(DatePart::kSecond)) {
    nanos.overloads.push_back(
        {.parameters = {type}, .result = Type::int64(), .kernel = nanosecond_kernel});
  }
  registry.add(std::move(nanos));

  registry.add({"dayname",
                {},
                "date",
                "The English name of the day of the week.",
                "dayname(DATE '2020-05-17')",
                "Sunday",
                over_dates(day_name_kernel, Type::varchar())});
  registry.add({"monthname",
                {},
                "date",
                "The English name of the month.",
                "monthname(DATE '2020-05-17')",
                "May",
                over_dates(month_name_kernel, Type::varchar())});
  registry.extend("isfinite", over_dates(finite_kernel<true>, Type::boolean()));
  registry.extend("isinf", over_dates(finite_kernel<false>, Type::boolean()));
}

}  // namespace doline
