#include <algorithm>
#include <cmath>
#include <limits>

#include "column/column_builder.h"
#include "function/argument.h"
#include "function/lanes.h"
#include "function/numeric_types.h"
#include "function/operators.h"
#include "kernel/active_rows.h"
#include "kernel/wrapping.h"

namespace doline {

// Arithmetic as dataframes mean it, where that is not what SQL means: integers wrap, division by
// zero gives NULL, quotients and remainders go by the floor, and the difference of two instants is
// an exact span of time. Frames name these functions; docs/frames-and-sql.md lists them.

namespace {

constexpr int64_t kMicrosPerDay = int64_t{86'400'000'000};

struct Add {
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (std::is_floating_point_v<T>)
      return a + b;
    else
      return wrapping_add(a, b);
  }
};
struct Subtract {
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (std::is_floating_point_v<T>)
      return a - b;
    else
      return wrapping_subtract(a, b);
  }
};
struct Multiply {
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (std::is_floating_point_v<T>)
      return a * b;
    else
      return wrapping_multiply(a, b);
  }
};

template <class Op, class T>
Column arithmetic_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return map_lanes<T, T, T>(call, arguments[0], arguments[1], Op());
}

template <class T>
T floor_quotient(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    return std::floor(a / b);
  } else if constexpr (static_cast<T>(-1) < static_cast<T>(0)) {
    if (b == T(-1)) return wrapping_subtract(T{0}, a);
    const T quotient = static_cast<T>(a / b);
    return static_cast<T>(quotient - static_cast<T>(a % b != 0 && (a < 0) != (b < 0)));
  } else {
    return static_cast<T>(a / b);
  }
}
template <class T>
T floor_remainder(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    return a - b * std::floor(a / b);
  } else if constexpr (static_cast<T>(-1) < static_cast<T>(0)) {
    if (b == T(-1)) return T{0};
    const T rest = static_cast<T>(a % b);
    return rest != 0 && (rest < 0) != (b < 0) ? static_cast<T>(rest + b) : rest;
  } else {
    return static_cast<T>(a % b);
  }
}

template <bool kQuotient, class T>
Column floor_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const auto op = [](T a, T b) { return kQuotient ? floor_quotient(a, b) : floor_remainder(a, b); };
  if constexpr (std::is_floating_point_v<T>) {
    return map_lanes<T, T, T>(call, arguments[0], arguments[1], op);
  } else {
    ColumnWriter writer(call.result_type, call.row_count);
    const Argument<T> a(arguments[0]);
    const Argument<T> b(arguments[1]);
    T* const out = writer.values<T>();
    call.active.for_each([&](uint32_t row) {
      if (a.is_null(row) || b.is_null(row) || b[row] == T{0}) {
        writer.set_null(row);
      } else {
        out[row] = op(a[row], b[row]);
      }
    });
    return writer.seal(call.row_count);
  }
}

/// A date and a span of time: the days that the span has in full.
template <int kSign>
Column date_span_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return map_lanes<int32_t, int64_t, int32_t>(
      call, arguments[0], arguments[1], [](int32_t date, int64_t span) {
        const int64_t days = floor_quotient(wrapping_multiply(int64_t{kSign}, span), kMicrosPerDay);
        return wrapping_add(date, static_cast<int32_t>(days));
      });
}
Column date_difference_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return map_lanes<int32_t, int32_t, int64_t>(
      call, arguments[0], arguments[1],
      [](int32_t a, int32_t b) { return (int64_t{a} - b) * kMicrosPerDay; });
}

/// A span of time and a factor.
template <bool kDivide>
Column scale_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return map_lanes<int64_t, double, int64_t>(
      call, arguments[0], arguments[1], [](int64_t span, double factor) {
        const double scaled =
            kDivide ? static_cast<double>(span) / factor : static_cast<double>(span) * factor;
        constexpr double kLimit = 9.2e18;
        return scaled > -kLimit && scaled < kLimit ? static_cast<int64_t>(scaled) : int64_t{0};
      });
}
Column span_ratio_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return map_lanes<int64_t, int64_t, double>(
      call, arguments[0], arguments[1],
      [](int64_t a, int64_t b) { return static_cast<double>(a) / static_cast<double>(b); });
}

template <class Op>
Column repeat_span_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return map_lanes<int64_t, int64_t, int64_t>(call, arguments[0], arguments[1], Op());
}

Column join_texts_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  const Argument<StringView> a(arguments[0]);
  const Argument<StringView> b(arguments[1]);
  std::string text;
  for_each_valid_row(call, arguments, [&](uint32_t row) {
    text.assign(a[row].view()).append(b[row].view());
    writer.set_text(row, text);
  });
  return writer.seal(call.row_count);
}

Column unchanged_kernel(const KernelCall&, std::span<const Column> arguments) {
  return arguments[0];
}

template <class T>
Column number_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return map_lanes<T, T>(call, arguments[0], [](T value) { return value; });
}

/// Texts that write down a whole number stay; others are put into quotes, which no number has.
Column whole_text_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  writer.add_pin(arguments[0].pin());
  const Argument<StringView> texts(arguments[0]);
  std::string quoted;
  for_each_valid_row(call, arguments, [&](uint32_t row) {
    const std::string_view text = texts[row].view();
    const size_t sign = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
    const bool whole =
        text.size() > sign &&
        std::all_of(text.begin() + sign, text.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (whole) {
      writer.values<StringView>()[row] = texts[row];
    } else {
      quoted.assign("'").append(text).append("'");
      writer.set_text(row, quoted);
    }
  });
  return writer.seal(call.row_count);
}

/// Cuts off fractions before a cast to integers, which would round them. Other values stay.
void add_truncation(FunctionRegistry& registry) {
  ScalarFunction truncate{
      "frame_truncate",
      {},
      "frame",
      "A float without its fraction, a time as a number since 1970, a text that is no whole number "
      "in quotes; else the value.",
      "frame_truncate(-2.7e0)",
      "-2.0",
      {}};
  add_overloads(truncate.overloads, floating_types(), []<class T>(TypeRef type) {
    return ScalarOverload{.parameters = {type},
                          .result = type,
                          .kernel = [](const KernelCall& call, std::span<const Column> arguments) {
                            return map_lanes<T, T>(call, arguments[0], [](T value) {
                              if constexpr (std::is_floating_point_v<T>)
                                return std::trunc(value);
                              else
                                return value;
                            });
                          }};
  });
  // Instants and spans of time as the numbers that they are kept as.
  for (const TypeRef type : {Type::timestamp(), Type::timestamp_s(), Type::timestamp_ms(),
                             Type::timestamp_ns(), Type::timestamp_tz(), Type::duration()}) {
    truncate.overloads.push_back(
        {.parameters = {type}, .result = Type::int64(), .kernel = number_kernel<int64_t>});
  }
  truncate.overloads.push_back(
      {.parameters = {Type::date()}, .result = Type::int32(), .kernel = number_kernel<int32_t>});
  truncate.overloads.push_back({.parameters = {Type::varchar()},
                                .result = Type::varchar(),
                                .kernel = whole_text_kernel,
                                .cost = 4});
  truncate.overloads.push_back({.parameters = {TypePattern::any()},
                                .kernel = unchanged_kernel,
                                .bind = [](FunctionBinding& b) { b.result = b.cast_to[0]; }});
  registry.add(std::move(truncate));
}

/// What lies between values: a float of numbers, an instant of instants.
void add_real(FunctionRegistry& registry) {
  ScalarFunction real{"frame_as_real",
                      {},
                      "frame",
                      "A number as a float, REAL as it is; a time or span of time as it is.",
                      "frame_as_real(2)",
                      "2.0",
                      {}};
  for (const TypeRef type : {Type::float64(), Type::float32(), Type::date(), Type::time(),
                             Type::timestamp(), Type::timestamp_s(), Type::timestamp_ms(),
                             Type::timestamp_ns(), Type::timestamp_tz(), Type::duration()}) {
    real.overloads.push_back({.parameters = {type}, .result = type, .kernel = unchanged_kernel});
  }
  registry.add(std::move(real));
}

Column day_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return map_lanes<int64_t, int32_t>(call, arguments[0], [](int64_t micros) {
    return static_cast<int32_t>(floor_quotient(micros, kMicrosPerDay));
  });
}

/// What moves or cuts a date gives a timestamp in SQL; for a dataframe a date stays one.
void add_instant_like(FunctionRegistry& registry) {
  const TypeRef instant = Type::timestamp();
  const TypeRef zoned = Type::timestamp_tz();
  const TypeRef date = Type::date();
  registry.add({"frame_instant_like",
                {},
                "frame",
                "The first argument, as a date where the second is one.",
                "frame_instant_like(TIMESTAMP '2024-01-31 10:00:00', DATE '2024-01-01')",
                "2024-01-31",
                {{.parameters = {date, date}, .result = date, .kernel = unchanged_kernel},
                 {.parameters = {instant, date}, .result = date, .kernel = day_kernel},
                 {.parameters = {instant, instant}, .result = instant, .kernel = unchanged_kernel},
                 {.parameters = {zoned, zoned}, .result = zoned, .kernel = unchanged_kernel}}});
}

Column wrap_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnBuilder lists(call.result_type, call.row_count);
  const uint32_t stride = arguments[0].is_constant() ? 0 : 1;
  uint32_t next = 0;
  call.active.for_each([&](uint32_t row) {
    for (; next < row; ++next) lists.append_null();
    lists.child().append_from(arguments[0], row * stride);
    lists.finish_list();
    ++next;
  });
  for (; next < call.row_count; ++next) lists.append_null();
  return lists.seal();
}

/// Lists as they are, other values as lists of one.
void add_as_list(FunctionRegistry& registry) {
  registry.add({"frame_as_list",
                {},
                "frame",
                "A list as it is; any other value as a list of one.",
                "frame_as_list(7)",
                "[7]",
                {{.parameters = {TypePattern::list_of('T')},
                  .kernel = unchanged_kernel,
                  .bind = [](FunctionBinding& b) { b.result = b.cast_to[0]; }},
                 {.parameters = {TypePattern::any()},
                  .kernel = wrap_kernel,
                  .bind = [](FunctionBinding& b) { b.result = Type::list(b.cast_to[0]); },
                  .nulls = Nulls::kHandled}}});
}

template <class Op>
std::vector<ScalarOverload> number_overloads() {
  std::vector<ScalarOverload> overloads;
  for (const auto types : {integer_types(), floating_types()}) {
    add_overloads(overloads, types, []<class T>(TypeRef type) {
      return ScalarOverload{
          .parameters = {type, type}, .result = type, .kernel = arithmetic_kernel<Op, T>};
    });
  }
  return overloads;
}

template <bool kQuotient>
std::vector<ScalarOverload> floor_overloads() {
  std::vector<ScalarOverload> overloads;
  for (const auto types : {integer_types(), floating_types()}) {
    add_overloads(overloads, types, []<class T>(TypeRef type) {
      return ScalarOverload{
          .parameters = {type, type},
          .result = type,
          .kernel = floor_kernel<kQuotient, T>,
          .nulls = std::is_floating_point_v<T> ? Nulls::kPropagate : Nulls::kHandled,
          .cost = 4};
    });
  }
  return overloads;
}

void add_instants(ScalarFunction& plus, ScalarFunction& minus) {
  const TypeRef span = Type::duration();
  const auto add = [&](ScalarFunction& to, TypeRef a, TypeRef b, TypeRef result,
                       ScalarKernel kernel) {
    to.overloads.push_back({.parameters = {a, b}, .result = result, .kernel = kernel});
  };
  for (const TypeRef instant : {Type::timestamp(), Type::timestamp_tz(), Type::time()}) {
    add(plus, instant, span, instant, arithmetic_kernel<Add, int64_t>);
    add(plus, span, instant, instant, arithmetic_kernel<Add, int64_t>);
    add(minus, instant, span, instant, arithmetic_kernel<Subtract, int64_t>);
    add(minus, instant, instant, span, arithmetic_kernel<Subtract, int64_t>);
  }
  add(plus, span, span, span, arithmetic_kernel<Add, int64_t>);
  add(minus, span, span, span, arithmetic_kernel<Subtract, int64_t>);
  add(plus, Type::date(), span, Type::date(), date_span_kernel<1>);
  add(minus, Type::date(), span, Type::date(), date_span_kernel<-1>);
  add(minus, Type::date(), Type::date(), span, date_difference_kernel);
}

}  // namespace

void register_frame_arithmetic(FunctionRegistry& registry) {
  add_truncation(registry);
  add_real(registry);
  add_instant_like(registry);
  add_as_list(registry);
  const TypeRef span = Type::duration();
  const TypeRef whole = Type::int64();
  const TypeRef real = Type::float64();
  ScalarFunction plus{"wrapping_add",
                      {},
                      "frame",
                      "The sum, where integers wrap around; also of texts, instants and spans.",
                      "wrapping_add(127::TINYINT, 1::TINYINT)",
                      "-128",
                      number_overloads<Add>()};
  ScalarFunction minus{"wrapping_subtract",
                       {},
                       "frame",
                       "The difference, where integers wrap around; a DURATION of two instants.",
                       "wrapping_subtract(0::UTINYINT, 1::UTINYINT)",
                       "255",
                       number_overloads<Subtract>()};
  ScalarFunction times{"wrapping_multiply",
                       {},
                       "frame",
                       "The product, where integers wrap around; also of a DURATION and a number.",
                       "wrapping_multiply(64::TINYINT, 2::TINYINT)",
                       "-128",
                       number_overloads<Multiply>()};
  plus.overloads.push_back(decimal_addition());
  minus.overloads.push_back(decimal_subtraction());
  times.overloads.push_back(decimal_multiplication());
  plus.overloads.push_back({.parameters = {Type::varchar(), Type::varchar()},
                            .result = Type::varchar(),
                            .kernel = join_texts_kernel,
                            .cost = 4});
  add_instants(plus, minus);
  times.overloads.push_back(
      {.parameters = {span, whole}, .result = span, .kernel = repeat_span_kernel<Multiply>});
  times.overloads.push_back(
      {.parameters = {whole, span}, .result = span, .kernel = repeat_span_kernel<Multiply>});
  times.overloads.push_back(
      {.parameters = {span, real}, .result = span, .kernel = scale_kernel<false>});
  registry.add(std::move(plus));
  registry.add(std::move(minus));
  registry.add(std::move(times));

  registry.add(
      {"true_divide",
       {},
       "frame",
       "The quotient as a floating-point number; also of spans of time.",
       "true_divide(7, 2)",
       "3.5",
       {{.parameters = {real, real},
         .result = real,
         .kernel =
             [](const KernelCall& call, std::span<const Column> arguments) {
               return map_lanes<double, double, double>(call, arguments[0], arguments[1],
                                                        [](double a, double b) { return a / b; });
             }},
        {.parameters = {Type::float32(), Type::float32()},
         .result = Type::float32(),
         .kernel =
             [](const KernelCall& call, std::span<const Column> arguments) {
               return map_lanes<float, float, float>(call, arguments[0], arguments[1],
                                                     [](float a, float b) { return a / b; });
             }},
        {.parameters = {span, real}, .result = span, .kernel = scale_kernel<true>},
        {.parameters = {span, span}, .result = real, .kernel = span_ratio_kernel}}});

  ScalarFunction quotient{"floor_divide",
                          {},
                          "frame",
                          "The quotient, rounded down; of integers by zero NULL.",
                          "floor_divide(-7, 2)",
                          "-4",
                          floor_overloads<true>()};
  quotient.overloads.push_back({.parameters = {span, whole},
                                .result = span,
                                .kernel = floor_kernel<true, int64_t>,
                                .nulls = Nulls::kHandled,
                                .cost = 4});
  registry.add(std::move(quotient));
  ScalarFunction remainder{"floor_modulo",
                           {},
                           "frame",
                           "The remainder, with the sign of the divisor; of integers by zero NULL.",
                           "floor_modulo(-7, 3)",
                           "2",
                           floor_overloads<false>()};
  remainder.overloads.push_back({.parameters = {span, span},
                                 .result = span,
                                 .kernel = floor_kernel<false, int64_t>,
                                 .nulls = Nulls::kHandled,
                                 .cost = 4});
  registry.add(std::move(remainder));
}

}  // namespace doline
