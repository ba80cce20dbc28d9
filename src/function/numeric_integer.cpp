#include <fmt/format.h>

#include "function/lanes.h"
#include "function/numeric_functions.h"
#include "function/numeric_types.h"

namespace doline {

namespace {

template <class T>
std::make_unsigned_t<T> magnitude(T value) {
  using U = std::make_unsigned_t<T>;
  return value < 0 ? static_cast<U>(U{0} - static_cast<U>(value)) : static_cast<U>(value);
}

/// Euclid's; at most about 1.5 divisions a bit.
template <class U>
U greatest_divisor(U a, U b) {
  while (b != 0) {
    const U rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

/// False where the result is no T.
template <bool kMultiple, class T>
bool combine(T a, T b, T& out) {
  using U = std::make_unsigned_t<T>;
  const U x = magnitude(a);
  const U y = magnitude(b);
  U result = greatest_divisor(x, y);
  if constexpr (kMultiple) {
    if (result == 0) {
      out = 0;
      return true;
    }
    if (__builtin_mul_overflow(static_cast<U>(x / result), y, &result)) return false;
  }
  out = static_cast<T>(result);
  return out >= 0;
}

template <bool kMultiple, class T>
Column divisor_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return check_lanes<T, T, T>(
      call, arguments[0], arguments[1], ErrorCode::kOverflow,
      [](T a, T b, T& out) { return static_cast<unsigned>(!combine<kMultiple>(a, b, out)); },
      [](T a, T b) {
        return fmt::format("{}({}, {}) does not fit {}", kMultiple ? "lcm" : "gcd", number_text(a),
                           number_text(b), sql_name<T>());
      });
}

constexpr int32_t kLargestFactorial = 33;  // that fits HUGEINT

Column factorial_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return check_lanes<int32_t, int128_t>(
      call, arguments[0], ErrorCode::kOverflow,
      [](int32_t n, int128_t& out) {
        if (n < 0 || n > kLargestFactorial) return 1U;
        out = 1;
        for (int32_t i = 2; i <= n; ++i) out *= i;
        return 0U;
      },
      [](int32_t n) {
        return n < 0 ? fmt::format("factorial({}): negative numbers have none", n)
                     : fmt::format("factorial({}) does not fit HUGEINT", n);
      });
}

template <bool kMultiple>
std::vector<ScalarOverload> overloads() {
  const TypeRef integer = Type::int64();
  const TypeRef huge = Type::hugeint();
  return {{.parameters = {integer, integer},
           .result = integer,
           .kernel = divisor_kernel<kMultiple, int64_t>,
           .can_fail = true,
           .cost = 10},
          {.parameters = {huge, huge},
           .result = huge,
           .kernel = divisor_kernel<kMultiple, int128_t>,
           .can_fail = true,
           .cost = 20}};
}

}  // namespace

void register_integer_functions(FunctionRegistry& registry) {
  registry.add({"gcd",
                {"greatest_common_divisor"},
                "numeric",
                "The greatest common divisor.",
                "gcd(42, 57)",
                "3",
                overloads<false>()});
  registry.add({"lcm",
                {"least_common_multiple"},
                "numeric",
                "The least common multiple.",
                "lcm(42, 57)",
                "798",
                overloads<true>()});
  registry.add({"factorial",
                {"!__postfix"},
                "numeric",
                "The product of all whole numbers up to the argument.",
                "factorial(4)",
                "24",
                {{.parameters = {Type::int32()},
                  .result = Type::hugeint(),
                  .kernel = factorial_kernel,
                  .can_fail = true,
                  .cost = 4}}});
}

}  // namespace doline
