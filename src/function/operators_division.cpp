#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "function/lanes.h"
#include "function/numeric_types.h"
#include "function/operators.h"

namespace doline {

namespace {

template <class T>
std::string division_error(T a, const char* sign, T b) {
  if (b == T{0}) {
    return fmt::format("division by zero: {} {} {}; TRY(…) makes it NULL", number_text(a), sign,
                       number_text(b));
  }
  return fmt::format("{} {} {} does not fit {}", number_text(a), sign, number_text(b),
                     sql_name<T>());
}

/// The one quotient that overflows: the lowest value by -1.
template <class T>
bool overflows(T a, T b) {
  if constexpr (static_cast<T>(-1) < static_cast<T>(0)) {
    return b == T(-1) && a == std::numeric_limits<T>::min();
  } else {
    return false;
  }
}

template <class T>
Column quotient_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return check_lanes<T, T, T>(
      call, arguments[0], arguments[1], ErrorCode::kInvalidArgument,
      [](T a, T b, T& out) {
        const bool failed = b == T{0} || overflows(a, b);
        if constexpr (std::is_floating_point_v<T>) {
          out = a / b;
        } else {
          out = static_cast<T>(a / (failed ? T{1} : b));
        }
        return static_cast<unsigned>(failed);
      },
      [](T a, T b) { return division_error(a, "//", b); });
}

template <class T>
Column remainder_kernel(const KernelCall& call, std::span<const Column> arguments) {
  if constexpr (std::is_floating_point_v<T>) {
    return map_lanes<T, T, T>(call, arguments[0], arguments[1],
                              [](T a, T b) { return std::fmod(a, b); });
  } else {
    return check_lanes<T, T, T>(
        call, arguments[0], arguments[1], ErrorCode::kInvalidArgument,
        [](T a, T b, T& out) {
          const bool failed = b == T{0} || overflows(a, b);
          out = static_cast<T>(a % (failed ? T{1} : b));
          return static_cast<unsigned>(failed);
        },
        [](T a, T b) { return division_error(a, "%", b); });
  }
}

template <class T>
Column divide_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return map_lanes<T, T, T>(call, arguments[0], arguments[1], [](T a, T b) { return a / b; });
}

template <bool kQuotient>
void add_all(std::vector<ScalarOverload>& overloads) {
  for (const auto types : {integer_types(), floating_types()}) {
    add_overloads(overloads, types, []<class T>(TypeRef type) {
      return ScalarOverload{.parameters = {type, type},
                            .result = type,
                            .kernel = kQuotient ? quotient_kernel<T> : remainder_kernel<T>,
                            .can_fail = kQuotient || !std::is_floating_point_v<T>,
                            .cost = 4};
    });
  }
}

}  // namespace

void register_division(FunctionRegistry& registry) {
  const TypeRef real = Type::float64();
  const TypeRef single = Type::float32();
  registry.add(
      {"/",
       {},
       "operator",
       "The quotient as a floating-point number; by zero it is infinite or NaN.",
       "7 / 2",
       "3.5",
       {{.parameters = {real, real}, .result = real, .kernel = divide_kernel<double>},
        {.parameters = {single, single}, .result = single, .kernel = divide_kernel<float>}}});

  ScalarFunction quotient{
      "//",       {"divide"},
      "operator", "The quotient of integers, cut towards zero; by zero is an error.",
      "7 // 2",   "3",
      {}};
  add_all<true>(quotient.overloads);
  registry.add(std::move(quotient));

  ScalarFunction remainder{
      "%",        {"mod"},
      "operator", "The remainder, with the sign of the first argument; by zero is an error.",
      "7 % 3",    "1",
      {}};
  add_all<false>(remainder.overloads);
  remainder.overloads.push_back(decimal_remainder());
  registry.add(std::move(remainder));
}

}  // namespace doline
