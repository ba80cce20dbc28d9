#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "function/lanes.h"
#include "function/numeric_functions.h"
#include "function/numeric_types.h"
#include "kernel/parse_number.h"
#include "kernel/wrapping.h"

namespace doline {

namespace {

enum class Rounding : uint8_t { kHalfAway, kHalfEven, kDown, kUp, kTruncate };

template <Rounding kRounding, class T>
T round_real(T x) {
  if constexpr (kRounding == Rounding::kHalfAway) return std::round(x);
  if constexpr (kRounding == Rounding::kHalfEven) return std::nearbyint(x);
  if constexpr (kRounding == Rounding::kDown) return std::floor(x);
  if constexpr (kRounding == Rounding::kUp) return std::ceil(x);
  return std::trunc(x);
}

/// value / divisor as a whole number; divisor > 0.
template <Rounding kRounding, class T>
T round_quotient(T value, T divisor) {
  if constexpr (kRounding == Rounding::kHalfAway) return divide_rounding(value, divisor);
  const T quotient = value / divisor;
  const T rest = value % divisor;
  if constexpr (kRounding == Rounding::kDown) return quotient - (rest < 0);
  if constexpr (kRounding == Rounding::kUp) return quotient + (rest > 0);
  if constexpr (kRounding == Rounding::kHalfEven) {
    const T left = rest < 0 ? static_cast<T>(-rest) : rest;
    const T other = divisor - left;
    const bool away = left > other || (left == other && quotient % 2 != 0);
    return away ? static_cast<T>(quotient + (value < 0 ? -1 : 1)) : quotient;
  }
  return quotient;
}

template <Rounding kRounding, class T>
Column real_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return map_lanes<T, T>(call, arguments[0], [](T x) { return round_real<kRounding>(x); });
}

/// To so many digits after the point; before it where negative.
template <Rounding kRounding, class T>
Column real_digits_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return map_lanes<T, int32_t, T>(call, arguments[0], arguments[1], [](T x, int32_t digits) {
    const double factor = std::pow(10.0, std::abs(static_cast<double>(digits)));
    const double wide = x;
    const double rounded = digits >= 0 ? round_real<kRounding>(wide * factor) / factor
                                       : round_real<kRounding>(wide / factor) * factor;
    // Where the factor overflows there are no such digits to drop, or none to keep.
    if (!std::isfinite(rounded)) return digits >= 0 ? x : std::isfinite(x) ? T{0} : x;
    return static_cast<T>(rounded);
  });
}

template <Rounding kRounding, class T>
bool round_integer(T value, int32_t digits, T& out) {
  out = value;
  if (digits >= 0) return true;
  if (digits < -38) {
    out = T{0};
    return true;
  }
  const int128_t divisor = power_of_ten(-digits);
  const auto wide = static_cast<int128_t>(value);
  int128_t rounded = 0;
  if (__builtin_mul_overflow(round_quotient<kRounding>(wide, divisor), divisor, &rounded)) {
    return false;
  }
  out = static_cast<T>(rounded);
  return static_cast<int128_t>(out) == rounded;
}

template <Rounding kRounding, class T>
Column integer_digits_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return check_lanes<T, int32_t, T>(
      call, arguments[0], arguments[1], ErrorCode::kOverflow,
      [](T value, int32_t digits, T& out) {
        return static_cast<unsigned>(!round_integer<kRounding>(value, digits, out));
      },
      [](T value, int32_t digits) {
        return fmt::format("{} rounded to {} digits does not fit {}", number_text(value), digits,
                           sql_name<T>());
      });
}

Column identity_kernel(const KernelCall&, std::span<const Column> arguments) {
  return arguments[0];
}

/// A decimal divided by `drop` and multiplied by `restore` again (digits before the point).
struct DecimalRounding final : FunctionData {
  DecimalRounding(int128_t d, int128_t r) : drop(d), restore(r) {}
  const int128_t drop;
  const int128_t restore;
};

template <Rounding kRounding, class T>
Column decimal_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const auto* rounding = data_of<DecimalRounding>(call);
  if (!rounding) return arguments[0];
  const auto drop = static_cast<T>(rounding->drop);
  const auto restore = static_cast<T>(rounding->restore);
  return map_lanes<T, T>(call, arguments[0], [=](T value) {
    return wrapping_multiply(round_quotient<kRounding>(value, drop), restore);
  });
}

/// Everything dropped: the digits wanted lie above all the type has.
template <class T>
Column zero_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return map_lanes<T, T>(call, arguments[0], [](T) { return T{0}; });
}

template <Rounding kRounding>
void bind_decimal_to(FunctionBinding& binding, int64_t digits) {
  const TypeRef type = binding.argument_types[0]->is(TypeKind::kDecimal) ? binding.argument_types[0]
                                                                         : binding.cast_to[0];
  binding.cast_to[0] = type;
  const bool narrow = type->physical() == PhysicalType::kInt64;
  binding.kernel =
      narrow ? decimal_kernel<kRounding, int64_t> : decimal_kernel<kRounding, int128_t>;
  binding.result = type;
  if (digits >= type->scale()) return;
  const int scale = static_cast<int>(std::max<int64_t>(digits, 0));
  binding.result = Type::decimal(type->width(), scale);
  const int64_t dropped = type->scale() - digits;
  if (dropped >= type->width() + 1 || dropped > (narrow ? 18 : 38)) {
    binding.kernel = narrow ? zero_kernel<int64_t> : zero_kernel<int128_t>;
    return;
  }
  binding.data = make_ref<const DecimalRounding>(
      power_of_ten(static_cast<int>(dropped)),
      power_of_ten(static_cast<int>(std::max<int64_t>(-digits, 0))));
}

template <Rounding kRounding>
void bind_decimal(FunctionBinding& binding) {
  bind_decimal_to<kRounding>(binding, 0);
}

/// The result's scale is the digits, so they must be known; otherwise the number goes as a DOUBLE.
template <Rounding kRounding>
void bind_decimal_digits(FunctionBinding& binding) {
  if (const auto& digits = binding.constants[1]; digits && !digits->is_null()) {
    return bind_decimal_to<kRounding>(binding, static_cast<int64_t>(digits->as_integer()));
  }
  binding.cast_to[0] = Type::float64();
  binding.result = Type::float64();
  binding.kernel = real_digits_kernel<kRounding, double>;
}

/// Of one argument: whole numbers stay as they are (`keeps_integers`) or become DOUBLE.
template <Rounding kRounding>
std::vector<ScalarOverload> to_whole(bool keeps_integers) {
  std::vector<ScalarOverload> overloads;
  if (keeps_integers) {
    for (const TypeRef type : integer_types()) {
      overloads.push_back({.parameters = {type}, .result = type, .kernel = identity_kernel});
    }
  }
  overloads.push_back({.parameters = {Type::float64()},
                       .result = Type::float64(),
                       .kernel = real_kernel<kRounding, double>});
  overloads.push_back({.parameters = {Type::float32()},
                       .result = Type::float32(),
                       .kernel = real_kernel<kRounding, float>});
  overloads.push_back({.parameters = {TypePattern::decimal()}, .bind = bind_decimal<kRounding>});
  return overloads;
}

template <Rounding kRounding>
void add_to_digits(std::vector<ScalarOverload>& overloads) {
  const TypeRef digits = Type::int32();
  add_overloads(overloads, integer_types(), [&]<class T>(TypeRef type) {
    ScalarOverload overload{.parameters = {type, digits}, .result = type, .can_fail = true};
    if constexpr (!std::is_floating_point_v<T>)
      overload.kernel = integer_digits_kernel<kRounding, T>;
    return overload;
  });
  overloads.push_back({.parameters = {Type::float64(), digits},
                       .result = Type::float64(),
                       .kernel = real_digits_kernel<kRounding, double>});
  overloads.push_back({.parameters = {Type::float32(), digits},
                       .result = Type::float32(),
                       .kernel = real_digits_kernel<kRounding, float>});
  overloads.push_back(
      {.parameters = {TypePattern::decimal(), digits}, .bind = bind_decimal_digits<kRounding>});
}

template <class T>
Column absolute_kernel(const KernelCall& call, std::span<const Column> arguments) {
  if constexpr (std::is_floating_point_v<T>) {
    return map_lanes<T, T>(call, arguments[0], [](T x) { return std::fabs(x); });
  } else if constexpr (std::is_unsigned_v<T>) {
    return arguments[0];
  } else {
    return check_lanes<T, T>(
        call, arguments[0], ErrorCode::kOverflow,
        [](T x, T& out) {
          out = x < T{0} ? wrapping_subtract(T{0}, x) : x;
          return static_cast<T>(out & std::numeric_limits<T>::min());
        },
        [](T x) { return fmt::format("abs({}) does not fit {}", number_text(x), sql_name<T>()); });
  }
}

template <class T>
Column absolute_decimal_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return map_lanes<T, T>(call, arguments[0],
                         [](T x) { return x < T{0} ? wrapping_subtract(T{0}, x) : x; });
}

template <class T>
Column sign_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return map_lanes<T, int8_t>(
      call, arguments[0], [](T x) { return static_cast<int8_t>(int{x > T{0}} - int{x < T{0}}); });
}

}  // namespace

void register_rounding(FunctionRegistry& registry) {
  const char* const numeric = "numeric";
  ScalarFunction absolute{"abs", {"@"}, numeric, "The absolute value.", "abs(-17)", "17", {}};
  ScalarFunction sign{"sign",
                      {"signum"},
                      numeric,
                      "-1, 0 or 1 as the argument is negative, zero or positive.",
                      "sign(-349)",
                      "-1",
                      {}};
  for (const auto types : {integer_types(), floating_types()}) {
    add_overloads(absolute.overloads, types, []<class T>(TypeRef type) {
      return ScalarOverload{.parameters = {type},
                            .result = type,
                            .kernel = absolute_kernel<T>,
                            .can_fail = std::is_signed_v<T> && !std::is_floating_point_v<T>};
    });
    add_overloads(sign.overloads, types, []<class T>(TypeRef type) {
      return ScalarOverload{.parameters = {type}, .result = Type::int8(), .kernel = sign_kernel<T>};
    });
  }
  absolute.overloads.push_back(
      {.parameters = {TypePattern::decimal()}, .bind = [](FunctionBinding& binding) {
         binding.result = binding.cast_to[0];
         binding.kernel = binding.result->physical() == PhysicalType::kInt64
                              ? absolute_decimal_kernel<int64_t>
                              : absolute_decimal_kernel<int128_t>;
       }});
  sign.overloads.push_back({.parameters = {TypePattern::decimal()},
                            .result = Type::int8(),
                            .bind = [](FunctionBinding& binding) {
                              binding.kernel =
                                  binding.cast_to[0]->physical() == PhysicalType::kInt64
                                      ? sign_kernel<int64_t>
                                      : sign_kernel<int128_t>;
                            }});
  registry.add(std::move(absolute));
  registry.add(std::move(sign));

  registry.add({"ceil",
                {"ceiling"},
                numeric,
                "The next whole number up.",
                "ceil(1.2)",
                "2",
                to_whole<Rounding::kUp>(false)});
  registry.add({"floor",
                {},
                numeric,
                "The next whole number down.",
                "floor(-1.2)",
                "-2",
                to_whole<Rounding::kDown>(false)});
  ScalarFunction truncate{
      "trunc",
      {},
      numeric,
      "The number cut towards zero, to so many digits after the point if they are given.",
      "trunc(-1.78, 1)",
      "-1.7",
      to_whole<Rounding::kTruncate>(true)};
  add_to_digits<Rounding::kTruncate>(truncate.overloads);
  registry.add(std::move(truncate));
  ScalarFunction round{
      "round",
      {},
      numeric,
      "The nearest number of so many digits after the point, halves away from zero.",
      "round(42.4332, 2)",
      "42.43",
      to_whole<Rounding::kHalfAway>(true)};
  add_to_digits<Rounding::kHalfAway>(round.overloads);
  registry.add(std::move(round));
  ScalarFunction even{
      "round_even",
      {"roundbankers"},
      numeric,
      "The nearest number of so many digits after the point, halves to the even one.",
      "round_even(2.5, 0)",
      "2",
      {}};
  add_to_digits<Rounding::kHalfEven>(even.overloads);
  registry.add(std::move(even));
}

}  // namespace doline
