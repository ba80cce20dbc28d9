#include <fmt/format.h>

#include <limits>

#include "function/lanes.h"
#include "function/numeric_types.h"
#include "function/operators.h"
#include "kernel/wrapping.h"

namespace doline {

namespace {

template <class T>
constexpr bool kIsSigned = static_cast<T>(-1) < static_cast<T>(0);

/// The sign bit of `value`, alone: a flag that ORs together over many lanes.
template <class T>
T sign_of(T value) {
  return value & std::numeric_limits<T>::min();
}

// Each gives the wrapped result and a flag that is not zero where it overflowed; without branches,
// so that loops over them vectorise.

struct Add {
  static constexpr const char* kSign = "+";
  template <class T>
  T operator()(T a, T b, T& out) const {
    const T sum = wrapping_add(a, b);
    out = sum;
    if constexpr (kIsSigned<T>) {
      return sign_of<T>((a ^ sum) & (b ^ sum));
    } else {
      return sum < a ? T{1} : T{0};
    }
  }
};

struct Subtract {
  static constexpr const char* kSign = "-";
  template <class T>
  T operator()(T a, T b, T& out) const {
    const T difference = wrapping_subtract(a, b);
    out = difference;
    if constexpr (kIsSigned<T>) {
      return sign_of<T>((a ^ b) & (a ^ difference));
    } else {
      return a < b ? T{1} : T{0};
    }
  }
};

struct Multiply {
  static constexpr const char* kSign = "*";
  template <class T>
  T operator()(T a, T b, T& out) const {
    if constexpr (sizeof(T) <= 4) {
      using Wide = std::conditional_t<kIsSigned<T>, int64_t, uint64_t>;
      const Wide product = static_cast<Wide>(a) * static_cast<Wide>(b);
      out = static_cast<T>(product);
      return static_cast<Wide>(out) == product ? T{0} : T{1};
    } else {
      return __builtin_mul_overflow(a, b, &out) ? T{1} : T{0};
    }
  }
};

template <class Op, class T>
Column integer_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return check_lanes<T, T, T>(call, arguments[0], arguments[1], ErrorCode::kOverflow, Op(),
                              [](T a, T b) {
                                return fmt::format("{} {} {} does not fit {}", number_text(a),
                                                   Op::kSign, number_text(b), sql_name<T>());
                              });
}

template <class Op, class T>
Column floating_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return map_lanes<T, T, T>(call, arguments[0], arguments[1], [](T a, T b) {
    if constexpr (std::is_same_v<Op, Add>) return a + b;
    if constexpr (std::is_same_v<Op, Subtract>) return a - b;
    if constexpr (std::is_same_v<Op, Multiply>) return a * b;
  });
}

template <class T>
Column negate_kernel(const KernelCall& call, std::span<const Column> arguments) {
  if constexpr (std::is_floating_point_v<T>) {
    return map_lanes<T, T>(call, arguments[0], [](T value) { return -value; });
  } else {
    return check_lanes<T, T>(
        call, arguments[0], ErrorCode::kOverflow,
        [](T value, T& out) { return Subtract()(T{0}, value, out); },
        [](T value) {
          return fmt::format("-({}) does not fit {}", number_text(value), sql_name<T>());
        });
  }
}

Column identity_kernel(const KernelCall&, std::span<const Column> arguments) {
  return arguments[0];
}

template <class Op>
std::vector<ScalarOverload> number_overloads() {
  std::vector<ScalarOverload> overloads;
  add_overloads(overloads, integer_types(), []<class T>(TypeRef type) {
    if constexpr (std::is_floating_point_v<T>) {
      return ScalarOverload{};
    } else {
      return ScalarOverload{.parameters = {type, type},
                            .result = type,
                            .kernel = integer_kernel<Op, T>,
                            .can_fail = true};
    }
  });
  add_overloads(overloads, floating_types(), []<class T>(TypeRef type) {
    if constexpr (std::is_floating_point_v<T>) {
      return ScalarOverload{
          .parameters = {type, type}, .result = type, .kernel = floating_kernel<Op, T>};
    } else {
      return ScalarOverload{};
    }
  });
  return overloads;
}

void add_unary(std::vector<ScalarOverload>& overloads, std::span<const TypeRef> types) {
  add_overloads(overloads, types, []<class T>(TypeRef type) {
    return ScalarOverload{.parameters = {type},
                          .result = type,
                          .kernel = negate_kernel<T>,
                          .can_fail = !std::is_floating_point_v<T>};
  });
}

}  // namespace

void register_addition(FunctionRegistry& registry) {
  ScalarFunction plus{"+",
                      {"add"},
                      "operator",
                      "The sum; overflow is an error.",
                      "1 + 2",
                      "3",
                      number_overloads<Add>()};
  plus.overloads.push_back(decimal_addition());
  for (const auto types : {integer_types(), floating_types()}) {
    for (const TypeRef type : types) {
      plus.overloads.push_back({.parameters = {type}, .result = type, .kernel = identity_kernel});
    }
  }
  plus.overloads.push_back({.parameters = {TypePattern::decimal()},
                            .kernel = identity_kernel,
                            .bind = [](FunctionBinding& b) { b.result = b.cast_to[0]; }});
  registry.add(std::move(plus));

  ScalarFunction minus{"-",
                       {"subtract"},
                       "operator",
                       "The difference, or with one argument the opposite; overflow is an error.",
                       "5 - 3",
                       "2",
                       number_overloads<Subtract>()};
  minus.overloads.push_back(decimal_subtraction());
  add_unary(minus.overloads, integer_types());
  add_unary(minus.overloads, floating_types());
  minus.overloads.push_back(decimal_negation());
  registry.add(std::move(minus));

  ScalarFunction times{"*",
                       {"multiply"},
                       "operator",
                       "The product; overflow is an error.",
                       "6 * 7",
                       "42",
                       number_overloads<Multiply>()};
  times.overloads.push_back(decimal_multiplication());
  registry.add(std::move(times));
}

}  // namespace doline
