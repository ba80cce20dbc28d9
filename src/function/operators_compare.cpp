#include <limits>

#include "column/physical.h"
#include "function/lanes.h"
#include "function/operators.h"
#include "kernel/cast.h"
#include "kernel/compare.h"
#include "kernel/parse_number.h"

namespace doline {

namespace {

/// Whether a constant can take a column's type without loss, so that the column is compared as
/// it lies.
bool constant_fits(const std::optional<Value>& constant, TypeRef type) {
  if (!constant || constant->is_null()) return false;
  const TypeRef from = constant->type();
  if (type->is(TypeKind::kEnum) && from->is(TypeKind::kVarchar)) {
    return type->enum_position(constant->as_text()) >= 0;
  }
  if (type->is(TypeKind::kDecimal) && (from->is_integer() || from->is(TypeKind::kDecimal))) {
    const int up = type->scale() - from->scale();  // integers have scale 0
    int128_t scaled = 0;
    if (up < 0 || __builtin_mul_overflow(constant->as_integer(), power_of_ten(up), &scaled)) {
      return false;
    }
    return scaled < power_of_ten(type->width()) && scaled > -power_of_ten(type->width());
  }
  if (!from->is_integer() || !type->is_integer()) return false;
  const int128_t value = constant->as_integer();
  return dispatch_numeric(type->physical(), [&]<class T>() {
    if constexpr (std::is_floating_point_v<T>) {
      return false;
    } else {
      return value >= static_cast<int128_t>(std::numeric_limits<T>::min()) &&
             value <= static_cast<int128_t>(std::numeric_limits<T>::max());
    }
  });
}

/// kByText: enums are ordered as texts where they meet one, so only equality may go by position.
template <bool kByText>
void bind_comparison(FunctionBinding& binding) {
  const TypeRef a = binding.argument_types[0];
  const TypeRef b = binding.argument_types[1];
  TypeRef type = nullptr;
  const auto takes = [](const std::optional<Value>& constant, TypeRef column) {
    return !(kByText && column->is(TypeKind::kEnum)) && constant_fits(constant, column);
  };
  if (!binding.constants[0] && takes(binding.constants[1], a)) {
    type = a;
  } else if (!binding.constants[1] && takes(binding.constants[0], b)) {
    type = b;
  } else {
    type = comparison_type(a, b);
  }
  if (!type) {
    throw Error(ErrorCode::kTypeMismatch, binding.span, "{} and {} cannot be compared", a->name(),
                b->name())
        .hint("cast a side: x::TYPE");
  }
  binding.cast_to = {type, type};
  binding.result = Type::boolean();
}

template <Comparison kComparison>
Column comparison_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  compare_columns(kComparison, arguments[0], arguments[1], call.active, writer.bits());
  return writer.seal(call.row_count);
}

template <bool kDistinct>
Column distinct_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  compare_not_distinct(arguments[0], arguments[1], call.active, writer.bits());
  if constexpr (kDistinct) {
    for (size_t word = 0; word < words_for_bits(call.row_count); ++word)
      writer.bits()[word] = ~writer.bits()[word];
  }
  return writer.seal(call.row_count);
}

Column not_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  const Column& argument = arguments[0];
  const uint64_t all = argument.is_constant() && !test_bit(argument.bits(), 0) ? ~uint64_t{0} : 0;
  for (size_t word = 0; word < words_for_bits(call.row_count); ++word) {
    writer.bits()[word] = argument.is_constant() ? all : ~argument.bits()[word];
  }
  return writer.seal(call.row_count);
}

ScalarOverload equality(ScalarKernel kernel, Nulls nulls = Nulls::kPropagate) {
  return {.parameters = {TypePattern::any(), TypePattern::any()},
          .result = Type::boolean(),
          .kernel = kernel,
          .bind = bind_comparison<false>,
          .nulls = nulls};
}

ScalarOverload ordering(ScalarKernel kernel) {
  ScalarOverload overload = equality(kernel);
  overload.bind = bind_comparison<true>;
  return overload;
}

}  // namespace

void register_comparisons(FunctionRegistry& registry) {
  registry.add({"=",
                {"=="},
                "operator",
                "Whether the two are equal; NaN equals NaN.",
                "1 = 1.0",
                "true",
                {equality(comparison_kernel<Comparison::kEqual>)}});
  registry.add({"<>",
                {"!="},
                "operator",
                "Whether the two differ.",
                "1 <> 2",
                "true",
                {equality(comparison_kernel<Comparison::kNotEqual>)}});
  registry.add({"<",
                {},
                "operator",
                "Whether the first comes before the second.",
                "'a' < 'b'",
                "true",
                {ordering(comparison_kernel<Comparison::kLess>)}});
  registry.add({"<=",
                {},
                "operator",
                "Whether the first comes before the second or equals it.",
                "2 <= 2",
                "true",
                {ordering(comparison_kernel<Comparison::kLessEqual>)}});
  registry.add({">",
                {},
                "operator",
                "Whether the first comes after the second.",
                "[2] > [1, 5]",
                "true",
                {ordering(comparison_kernel<Comparison::kGreater>)}});
  registry.add({">=",
                {},
                "operator",
                "Whether the first comes after the second or equals it.",
                "2 >= 3",
                "false",
                {ordering(comparison_kernel<Comparison::kGreaterEqual>)}});
  registry.add({"is_distinct_from",
                {},
                "operator",
                "Whether the two differ, where NULL equals NULL: a IS DISTINCT FROM b.",
                "NULL IS DISTINCT FROM 1",
                "true",
                {equality(distinct_kernel<true>, Nulls::kHandled)}});
  registry.add({"is_not_distinct_from",
                {},
                "operator",
                "Whether the two are equal, where NULL equals NULL: a IS NOT DISTINCT FROM b.",
                "NULL IS NOT DISTINCT FROM NULL",
                "true",
                {equality(distinct_kernel<false>, Nulls::kHandled)}});
  registry.add(
      {"not",
       {},
       "operator",
       "The opposite.",
       "NOT true",
       "false",
       {{.parameters = {Type::boolean()}, .result = Type::boolean(), .kernel = not_kernel}}});
}

}  // namespace doline
