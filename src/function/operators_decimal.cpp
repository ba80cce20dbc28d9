#include <fmt/format.h>

#include <algorithm>

#include "column/number_format.h"
#include "function/lanes.h"
#include "function/operators.h"
#include "kernel/cast.h"
#include "kernel/parse_number.h"
#include "kernel/wrapping.h"

namespace doline {

namespace {

constexpr int kNarrowWidth = 18;  // what int64_t holds
constexpr int kMaxWidth = 38;

/// Exclusive bound of the result's digits where the type was capped; 0 where nothing can overflow.
struct DecimalBound final : FunctionData {
  explicit DecimalBound(int128_t l) : limit(l) {}
  const int128_t limit;
};

struct DecimalAdd {
  static constexpr const char* kSign = "+";
  template <class T>
  static bool apply(T a, T b, T& out) {
    return !__builtin_add_overflow(a, b, &out);
  }
  template <class T>
  static T wrapped(T a, T b) {
    return wrapping_add(a, b);
  }
};
struct DecimalSubtract {
  static constexpr const char* kSign = "-";
  template <class T>
  static bool apply(T a, T b, T& out) {
    return !__builtin_sub_overflow(a, b, &out);
  }
  template <class T>
  static T wrapped(T a, T b) {
    return wrapping_subtract(a, b);
  }
};
struct DecimalMultiply {
  static constexpr const char* kSign = "*";
  template <class T>
  static bool apply(T a, T b, T& out) {
    return !__builtin_mul_overflow(a, b, &out);
  }
  template <class T>
  static T wrapped(T a, T b) {
    return wrapping_multiply(a, b);
  }
};

std::string decimal_text(int128_t unscaled, TypeRef type) {
  char buffer[kNumberTextBytes];
  return std::string(buffer, format_decimal(buffer, unscaled, type->width(), type->scale()));
}

template <class Op, class A, class B, class Out>
Column decimal_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const Column& a = arguments[0];
  const Column& b = arguments[1];
  const auto* bound = data_of<DecimalBound>(call);
  if (!bound) {
    return map_lanes<A, B, Out>(
        call, a, b, [](A x, B y) { return Op::wrapped(static_cast<Out>(x), static_cast<Out>(y)); });
  }
  const auto limit = static_cast<Out>(bound->limit);
  return check_lanes<A, B, Out>(
      call, a, b, ErrorCode::kOverflow,
      [limit](A x, B y, Out& out) {
        const bool fits = Op::apply(static_cast<Out>(x), static_cast<Out>(y), out);
        return static_cast<unsigned>(!fits) | static_cast<unsigned>(out >= limit) |
               static_cast<unsigned>(out <= -limit);
      },
      [&](A x, B y) {
        return fmt::format("{} {} {} does not fit {}", decimal_text(x, a.type()), Op::kSign,
                           decimal_text(y, b.type()), call.result_type->name());
      });
}

/// The kernel for the widths that the arguments and the result are stored in.
template <class Op>
ScalarKernel kernel_for(TypeRef a, TypeRef b, TypeRef result) {
  const bool a_wide = a->physical() == PhysicalType::kInt128;
  const bool b_wide = b->physical() == PhysicalType::kInt128;
  if (result->physical() == PhysicalType::kInt64)
    return decimal_kernel<Op, int64_t, int64_t, int64_t>;
  if (a_wide) {
    return b_wide ? decimal_kernel<Op, int128_t, int128_t, int128_t>
                  : decimal_kernel<Op, int128_t, int64_t, int128_t>;
  }
  return b_wide ? decimal_kernel<Op, int64_t, int128_t, int128_t>
                : decimal_kernel<Op, int64_t, int64_t, int128_t>;
}

TypeRef operand(TypeRef type) {
  return type->is(TypeKind::kNull) ? Type::decimal(1, 0) : decimal_holding(type);
}

/// `type` at the scale of the result: without a cast where it has that scale already.
TypeRef rescaled(TypeRef type, int scale) {
  return Type::decimal(std::min(kMaxWidth, type->width() - type->scale() + scale), scale);
}

template <class Op>
void bind_sum(FunctionBinding& binding) {
  const TypeRef a = operand(binding.cast_to[0]);
  const TypeRef b = operand(binding.cast_to[1]);
  const int scale = std::max(a->scale(), b->scale());
  const int whole = std::max(a->width() - a->scale(), b->width() - b->scale());
  const int width = whole + scale + 1;
  binding.result = Type::decimal(std::min(width, kMaxWidth), scale);
  // A type that was not capped has room for every result.
  binding.can_fail = width > kMaxWidth;
  if (binding.can_fail) binding.data = make_ref<const DecimalBound>(power_of_ten(kMaxWidth));
  binding.cast_to = {rescaled(a, scale), rescaled(b, scale)};
  binding.kernel = kernel_for<Op>(binding.cast_to[0], binding.cast_to[1], binding.result);
}

void bind_product(FunctionBinding& binding) {
  const TypeRef a = operand(binding.cast_to[0]);
  const TypeRef b = operand(binding.cast_to[1]);
  const int scale = a->scale() + b->scale();
  if (scale > kMaxWidth) {
    throw Error(ErrorCode::kTypeMismatch, binding.span,
                "the product of {} and {} needs {} digits after the point", a->name(), b->name(),
                scale)
        .hint("cast a side to DOUBLE, or to a DECIMAL of lower scale");
  }
  int width = a->width() + b->width();
  // Products of narrow decimals stay narrow, for speed, and are checked instead.
  const bool both_narrow = std::max(a->width(), b->width()) <= kNarrowWidth;
  const int cap = both_narrow && scale < kNarrowWidth ? kNarrowWidth : kMaxWidth;
  binding.can_fail = width > cap;
  if (binding.can_fail) {
    width = cap;
    binding.data = make_ref<const DecimalBound>(power_of_ten(cap));
  }
  binding.result = Type::decimal(width, scale);
  binding.cast_to = {a, b};
  binding.kernel = kernel_for<DecimalMultiply>(a, b, binding.result);
}

template <class T>
Column remainder_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const TypeRef type = arguments[0].type();
  return check_lanes<T, T, T>(
      call, arguments[0], arguments[1], ErrorCode::kInvalidArgument,
      [](T a, T b, T& out) {
        out = b == 0 || b == -1 ? T{0} : a % b;
        return static_cast<unsigned>(b == 0);
      },
      [&](T a, T b) {
        return fmt::format("division by zero: {} % {}", decimal_text(a, type),
                           decimal_text(b, type));
      });
}

void bind_remainder(FunctionBinding& binding) {
  const TypeRef a = operand(binding.cast_to[0]);
  const TypeRef b = operand(binding.cast_to[1]);
  const TypeRef common = common_type(a, b);
  binding.result = common;
  binding.cast_to = {common, common};
  binding.kernel = common->physical() == PhysicalType::kInt64 ? remainder_kernel<int64_t>
                                                              : remainder_kernel<int128_t>;
}

template <class T>
Column decimal_negate_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return map_lanes<T, T>(call, arguments[0],
                         [](T value) { return wrapping_subtract(T{0}, value); });
}

ScalarOverload two_decimals(void (*bind)(FunctionBinding&)) {
  return {.parameters = {TypePattern::decimal(), TypePattern::decimal()},
          .bind = bind,
          .can_fail = true,
          .cost = 2};
}

}  // namespace

ScalarOverload decimal_addition() { return two_decimals(bind_sum<DecimalAdd>); }
ScalarOverload decimal_subtraction() { return two_decimals(bind_sum<DecimalSubtract>); }
ScalarOverload decimal_multiplication() { return two_decimals(bind_product); }
ScalarOverload decimal_remainder() { return two_decimals(bind_remainder); }

ScalarOverload decimal_negation() {
  return {.parameters = {TypePattern::decimal()}, .bind = [](FunctionBinding& binding) {
            binding.result = binding.cast_to[0];
            binding.kernel = binding.result->physical() == PhysicalType::kInt64
                                 ? decimal_negate_kernel<int64_t>
                                 : decimal_negate_kernel<int128_t>;
          }};
}

}  // namespace doline
