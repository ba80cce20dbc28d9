#include <cmath>

#include "function/aggregate_loops.h"
#include "function/aggregate_registration.h"

namespace doline {

const Value& constant_argument(AggregateBinding& binding, size_t index, const char* what) {
  if (index >= binding.constants.size() || !binding.constants[index]) {
    throw Error(ErrorCode::kInvalidArgument, binding.span, "{} must be a constant", what);
  }
  const Value& value = *binding.constants[index];
  if (value.is_null())
    throw Error(ErrorCode::kInvalidArgument, binding.span, "{} must not be NULL", what);
  binding.kept_arguments = std::min(binding.kept_arguments, index);
  return value;
}

double number_of(const Value& value) {
  if (value.type()->is_floating()) return value.as_real();
  const auto number = static_cast<double>(value.as_integer());
  return value.type()->is(TypeKind::kDecimal) ? number / std::pow(10.0, value.type()->scale())
                                              : number;
}

void register_aggregates(FunctionRegistry& registry) {
  register_count_aggregates(registry);
  register_sum_aggregates(registry);
  register_frame_sums(registry);
  register_bit_aggregates(registry);
  register_extreme_aggregates(registry);
  register_position_aggregates(registry);
  register_argument_aggregates(registry);
  register_moment_aggregates(registry);
  register_regression_aggregates(registry);
  register_quantile_aggregates(registry);
  register_frequency_aggregates(registry);
  register_bin_aggregates(registry);
  register_sketch_aggregates(registry);
  register_collection_aggregates(registry);
}

}  // namespace doline
