#include <cmath>

#include "column/temporal_format.h"
#include "function/argument.h"
#include "function/date_functions.h"
#include "function/temporal_argument.h"

namespace doline {

namespace {

std::string text_of(const Interval& interval) {
  char text[kTemporalTextBytes];
  return {text, format_interval(text, interval)};
}

std::string text_of(TypeKind kind, int64_t value) {
  char text[kTemporalTextBytes];
  return {text, format_temporal(text, kind, value, nullptr)};
}

// Dates and whole days. A date and an offset lie within 34 bits, so sums are taken in 64.

bool add_days(int32_t date, int64_t days, int32_t& out) {
  if (!is_finite_date(date)) {
    out = date;
    return true;
  }
  int64_t sum = 0;
  if (__builtin_add_overflow(int64_t{date}, days, &sum)) return false;
  out = static_cast<int32_t>(sum);
  return out == sum && is_finite_date(out);
}

template <int kSign, bool kDateFirst>
Column date_days_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return try_map_rows<int32_t, int32_t, int32_t>(
      call, arguments[kDateFirst ? 0 : 1], arguments[kDateFirst ? 1 : 0], ErrorCode::kOverflow,
      [](int32_t date, int32_t days, int32_t& out) {
        return add_days(date, int64_t{kSign} * days, out);
      },
      [](int32_t date, int32_t days) {
        return out_of_range(fmt::format("{} {} {} days", text_of(TypeKind::kDate, date),
                                        kSign > 0 ? "+" : "-", days));
      });
}

Column date_difference_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  const Argument<int32_t> end(arguments[0]);
  const Argument<int32_t> begin(arguments[1]);
  int64_t* const out = writer.values<int64_t>();
  call.active.for_each([&](uint32_t row) { out[row] = int64_t{end[row]} - begin[row]; });
  return writer.seal(call.row_count);
}

template <bool kDateFirst>
Column date_time_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return try_map_rows<int32_t, int64_t, int64_t>(
      call, arguments[kDateFirst ? 0 : 1], arguments[kDateFirst ? 1 : 0], ErrorCode::kOverflow,
      [](int32_t date, int64_t time, int64_t& out) {
        out = stored_micros(TypeKind::kDate, date);
        return !is_finite_timestamp(out) || timestamp_from_parts(date, time, out);
      },
      [](int32_t date, int64_t) {
        return out_of_range(text_of(TypeKind::kDate, date) + " as a timestamp");
      });
}

// Points in time and intervals.

/// What adds an interval to a stored value of one type: zoned ones by the clocks that show them.
class IntervalAdder {
 public:
  IntervalAdder(TypeRef type, const SessionConstants& session)
      : kind_(type->kind()),
        has_own_zone_(type->zone_or(nullptr) != nullptr),
        zone_(type->zone_or(session.zone)) {}

  bool operator()(int64_t value, const Interval& interval, int64_t& out) {
    if (kind_ == TypeKind::kTime) {
      out = time_of(value % kMicrosPerDay + interval.micros % kMicrosPerDay);
      return true;
    }
    if (kind_ == TypeKind::kTimestampNs) return add_to_nanos(value, interval, out);
    if (kind_ == TypeKind::kDate && is_finite_date(static_cast<int32_t>(value))) {
      int64_t midnight = 0;
      return timestamp_from_parts(value, 0, midnight) && add_interval(midnight, interval, out);
    }
    const int64_t micros = stored_micros(kind_, value);
    if (kind_ != TypeKind::kTimestampTz || (interval.months == 0 && interval.days == 0)) {
      return add_interval(micros, interval, out);
    }
    // Days and months move the clock's hands; hours are exact. As in DuckDB the exact part comes
    // first once anything is negative, so that subtracting undoes adding more often.
    const Interval exact{0, 0, interval.micros};
    if (interval.months >= 0 && interval.days >= 0 && interval.micros >= 0) {
      return move_hands(micros, interval, out) && add_interval(out, exact, out);
    }
    return add_interval(micros, exact, out) && move_hands(out, interval, out);
  }

 private:
  bool move_hands(int64_t micros, const Interval& interval, int64_t& out) {
    if (!add_interval(zone_.to_local(micros), {interval.months, interval.days, 0}, out))
      return false;
    out = has_own_zone_ ? instant_near(zone_, out, micros) : zone_.to_utc(out);
    return true;
  }

  static bool add_to_nanos(int64_t value, const Interval& interval, int64_t& out) {
    if (!is_finite_timestamp(value)) return out = value, true;
    int64_t micros = 0;
    if (!add_interval(floor_divide(value, kNanosPerMicro), interval, micros)) return false;
    return !__builtin_mul_overflow(micros, kNanosPerMicro, &out) &&
           !__builtin_add_overflow(out, floor_modulo(value, kNanosPerMicro), &out) &&
           is_finite_timestamp(out);
  }

  const TypeKind kind_;
  const bool has_own_zone_;
  ZoneCursor zone_;
};

template <class Point>
Column shift_rows(const KernelCall& call, const Column& points, const Column& intervals,
                  bool subtract) {
  const TypeKind kind = points.type()->kind();
  IntervalAdder add(points.type(), call.session);
  return try_map_rows<Point, Interval, int64_t>(
      call, points, intervals, ErrorCode::kOverflow,
      [&](Point value, const Interval& interval, int64_t& out) {
        if (!subtract) return add(value, interval, out);
        Interval negative;
        return negate(interval, negative) && add(value, negative, out);
      },
      [&](Point value, const Interval& interval) {
        return out_of_range(
            fmt::format("{} {} {}", text_of(kind, value), subtract ? "-" : "+", text_of(interval)));
      });
}

template <bool kSubtract, bool kPointFirst>
Column shift_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const Column& points = arguments[kPointFirst ? 0 : 1];
  const Column& intervals = arguments[kPointFirst ? 1 : 0];
  return points.type()->is(TypeKind::kDate)
             ? shift_rows<int32_t>(call, points, intervals, kSubtract)
             : shift_rows<int64_t>(call, points, intervals, kSubtract);
}

Interval days_and_time(int64_t end, int64_t begin) {
  const int128_t micros = int128_t{end} - begin;
  return {0, static_cast<int32_t>(micros / kMicrosPerDay),
          static_cast<int64_t>(micros % kMicrosPerDay)};
}

/// Between two instants: days as the clocks count them, and the exact rest.
Interval zoned_difference(ZoneCursor& zone, int64_t end, int64_t begin) {
  if (end < begin) {
    const Interval positive = zoned_difference(zone, begin, end);
    return {0, -positive.days, -positive.micros};
  }
  const int64_t local = zone.to_local(begin);
  int32_t days = days_and_time(zone.to_local(end), local).days;
  int64_t reached = 0;
  while (days > 0 && (!add_interval(local, {0, days, 0}, reached) || zone.to_utc(reached) > end)) {
    --days;
  }
  return {0, days, end - (days > 0 ? zone.to_utc(reached) : begin)};
}

Column timestamp_difference_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const TypeKind kind = arguments[0].type()->kind();
  const ZoneOffsets* const offsets = arguments[0].type()->zone_or(call.session.zone);
  const bool zoned = kind == TypeKind::kTimestampTz && offsets;
  ZoneCursor zone(offsets);
  return try_map_rows<int64_t, int64_t, Interval>(
      call, arguments[0], arguments[1], ErrorCode::kInvalidArgument,
      [&](int64_t end, int64_t begin, Interval& out) {
        if (!is_finite_timestamp(end) || !is_finite_timestamp(begin)) return false;
        out = zoned ? zoned_difference(zone, end, begin)
                    : days_and_time(stored_micros(kind, end), stored_micros(kind, begin));
        return true;
      },
      [](int64_t, int64_t) { return std::string("infinite timestamps have no difference"); });
}

// Intervals among themselves.

bool add_intervals(const Interval& a, const Interval& b, Interval& out) {
  return !__builtin_add_overflow(a.months, b.months, &out.months) &&
         !__builtin_add_overflow(a.days, b.days, &out.days) &&
         !__builtin_add_overflow(a.micros, b.micros, &out.micros);
}

/// `scale` multiplies or divides a double. Fractions of a month become days, and those of a day
/// microseconds.
template <class Scale>
bool scale_interval(const Interval& interval, Scale&& scale, Interval& out) {
  // 0.8 of a month is 24 days, though 4.8 - 4 is a little less.
  const auto without_noise = [](double value) { return std::nearbyint(value * 1e11) / 1e11; };
  const double months = scale(static_cast<double>(interval.months));
  const double whole_months = std::trunc(months);
  const double days = scale(static_cast<double>(interval.days)) +
                      without_noise((months - whole_months) * kDaysPerMonth);
  const double whole_days = std::trunc(days);
  const double micros = std::nearbyint(scale(static_cast<double>(interval.micros)) +
                                       (days - whole_days) * static_cast<double>(kMicrosPerDay));
  if (!(std::abs(whole_months) <= INT32_MAX) || !(std::abs(whole_days) <= INT32_MAX) ||
      !(std::abs(micros) < 0x1p63)) {
    return false;
  }
  out = {static_cast<int32_t>(whole_months), static_cast<int32_t>(whole_days),
         static_cast<int64_t>(micros)};
  return true;
}

bool multiply_interval(const Interval& interval, int64_t factor, Interval& out) {
  int64_t months = 0;
  int64_t days = 0;
  if (__builtin_mul_overflow(int64_t{interval.months}, factor, &months) ||
      __builtin_mul_overflow(int64_t{interval.days}, factor, &days) ||
      __builtin_mul_overflow(interval.micros, factor, &out.micros)) {
    return false;
  }
  out.months = static_cast<int32_t>(months);
  out.days = static_cast<int32_t>(days);
  return out.months == months && out.days == days;
}

template <bool kSubtract>
Column interval_sum_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return try_map_rows<Interval, Interval, Interval>(
      call, arguments[0], arguments[1], ErrorCode::kOverflow,
      [](const Interval& a, const Interval& b, Interval& out) {
        if (!kSubtract) return add_intervals(a, b, out);
        Interval negative;
        return negate(b, negative) && add_intervals(a, negative, out);
      },
      [](const Interval& a, const Interval& b) {
        return out_of_range(fmt::format("{} {} {}", text_of(a), kSubtract ? "-" : "+", text_of(b)));
      });
}

Column interval_negate_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return try_map_rows<Interval, Interval>(
      call, arguments[0], ErrorCode::kOverflow,
      [](const Interval& in, Interval& out) { return negate(in, out); },
      [](const Interval& in) { return out_of_range("-(" + text_of(in) + ")"); });
}

template <class Number, bool kIntervalFirst>
Column interval_multiply_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return try_map_rows<Interval, Number, Interval>(
      call, arguments[kIntervalFirst ? 0 : 1], arguments[kIntervalFirst ? 1 : 0],
      ErrorCode::kOverflow,
      [](const Interval& interval, Number factor, Interval& out) {
        if constexpr (std::is_same_v<Number, double>) {
          return scale_interval(interval, [&](double value) { return value * factor; }, out);
        } else {
          return multiply_interval(interval, factor, out);
        }
      },
      [](const Interval& interval, Number factor) {
        return out_of_range(fmt::format("{} * {}", text_of(interval), factor));
      });
}

Column interval_divide_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return try_map_rows<Interval, double, Interval>(
      call, arguments[0], arguments[1], ErrorCode::kInvalidArgument,
      [](const Interval& interval, double divisor, Interval& out) {
        return divisor != 0 &&
               scale_interval(interval, [&](double value) { return value / divisor; }, out);
      },
      [](const Interval& interval, double divisor) {
        return divisor == 0 ? fmt::format("{} is divided by zero", text_of(interval))
                            : out_of_range(fmt::format("{} / {}", text_of(interval), divisor));
      });
}

Column normalize_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return map_rows<Interval, Interval>(call, arguments[0], [](const Interval& interval) {
    const int128_t micros = normalized_micros(interval);
    const auto days = static_cast<int64_t>(micros / kMicrosPerDay);
    return Interval{static_cast<int32_t>(days / kDaysPerMonth),
                    static_cast<int32_t>(days % kDaysPerMonth),
                    static_cast<int64_t>(micros % kMicrosPerDay)};
  });
}

ScalarOverload fallible(TypeRef a, TypeRef b, TypeRef result, ScalarKernel kernel) {
  return {.parameters = {a, b}, .result = result, .kernel = kernel, .can_fail = true, .cost = 3};
}

/// What a point in time becomes when an interval is added.
TypeRef shifted(TypeRef type) {
  return type->is(TypeKind::kTime) || type->is(TypeKind::kTimestampNs) ||
                 type->is(TypeKind::kTimestampTz)
             ? type
             : Type::timestamp();
}

std::vector<TypeRef> points() {
  std::vector<TypeRef> types(date_and_timestamp_types().begin(), date_and_timestamp_types().end());
  types.push_back(Type::time());
  return types;
}

}  // namespace

void register_date_arithmetic(FunctionRegistry& registry) {
  const TypeRef date = Type::date();
  const TypeRef days = Type::int32();
  const TypeRef interval = Type::interval();
  const TypeRef real = Type::float64();
  const TypeRef integer = Type::int64();

  std::vector<ScalarOverload> plus = {
      fallible(date, days, date, date_days_kernel<1, true>),
      fallible(days, date, date, date_days_kernel<1, false>),
      fallible(date, Type::time(), Type::timestamp(), date_time_kernel<true>),
      fallible(Type::time(), date, Type::timestamp(), date_time_kernel<false>),
      fallible(interval, interval, interval, interval_sum_kernel<false>),
  };
  std::vector<ScalarOverload> minus = {
      fallible(date, days, date, date_days_kernel<-1, true>),
      {.parameters = {date, date}, .result = integer, .kernel = date_difference_kernel},
      fallible(interval, interval, interval, interval_sum_kernel<true>),
      {.parameters = {interval},
       .result = interval,
       .kernel = interval_negate_kernel,
       .can_fail = true},
  };
  ScalarFunction date_add{"date_add",
                          {},
                          "date",
                          "The time so much later.",
                          "date_add(DATE '2020-01-31', INTERVAL '1 month')",
                          "2020-02-29 00:00:00",
                          {}};
  for (const TypeRef type : points()) {
    plus.push_back(fallible(type, interval, shifted(type), shift_kernel<false, true>));
    plus.push_back(fallible(interval, type, shifted(type), shift_kernel<false, false>));
    minus.push_back(fallible(type, interval, shifted(type), shift_kernel<true, true>));
    date_add.overloads.push_back(
        fallible(type, interval, shifted(type), shift_kernel<false, true>));
  }
  for (const TypeRef type : timestamp_types()) {
    minus.push_back(fallible(type, type, interval, timestamp_difference_kernel));
  }
  registry.extend("+", std::move(plus));
  registry.extend("-", std::move(minus));
  registry.extend("*",
                  {fallible(interval, integer, interval, interval_multiply_kernel<int64_t, true>),
                   fallible(integer, interval, interval, interval_multiply_kernel<int64_t, false>),
                   fallible(interval, real, interval, interval_multiply_kernel<double, true>),
                   fallible(real, interval, interval, interval_multiply_kernel<double, false>)});
  registry.extend("/", {fallible(interval, real, interval, interval_divide_kernel)});
  registry.add(std::move(date_add));
  registry.add({"normalized_interval",
                {},
                "date",
                "The same length with full days as months and hours as days.",
                "normalized_interval(INTERVAL '35 days 25 hours')",
                "1 month 6 days 01:00:00",
                {{.parameters = {interval}, .result = interval, .kernel = normalize_kernel}}});
}

}  // namespace doline
