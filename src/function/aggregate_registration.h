#pragma once

#include <string>
#include <vector>

#include "function/registry.h"

namespace doline {

// One per aggregate_*.cpp; called by register_aggregates.
void register_count_aggregates(FunctionRegistry& registry);
void register_sum_aggregates(FunctionRegistry& registry);
void register_frame_sums(FunctionRegistry& registry);  // wrapping_sum
void register_bit_aggregates(FunctionRegistry& registry);
void register_extreme_aggregates(FunctionRegistry& registry);
void register_position_aggregates(FunctionRegistry& registry);  // first, last, any_value
void register_argument_aggregates(FunctionRegistry& registry);  // arg_min, arg_max
void register_moment_aggregates(FunctionRegistry& registry);
void register_regression_aggregates(FunctionRegistry& registry);
void register_quantile_aggregates(FunctionRegistry& registry);
void register_frequency_aggregates(FunctionRegistry& registry);  // mode, histogram, entropy
void register_sketch_aggregates(FunctionRegistry& registry);
void register_bin_aggregates(FunctionRegistry& registry);         // histogram_exact
void register_collection_aggregates(FunctionRegistry& registry);  // list, string_agg

// min(x, n), max(x, n), arg_min(x, by, n), arg_max(x, by, n); n is a constant.
void bind_least_values(AggregateBinding& binding);
void bind_greatest_values(AggregateBinding& binding);
void bind_least_arguments(AggregateBinding& binding);
void bind_greatest_arguments(AggregateBinding& binding);

/// histogram(x, bins): values counted by the bins they lie in.
void bind_bins(AggregateBinding& binding);

/// The constant argument `index`, taken in by the function and no longer evaluated; it must not
/// be NULL. `what` names it in errors.
const Value& constant_argument(AggregateBinding& binding, size_t index, const char* what);
/// A number of any type as a double.
double number_of(const Value& value);

/// An aggregate `name` whose results for parts are aggregated by `again`.
inline AggregateMerging merges_by(const char* name, const char* again) { return {{{name, again}}}; }
/// A mean, of which parts have a sum and a count.
inline AggregateMerging merges_as_mean() { return {{{"sum", "sum"}, {"count", "wrapping_sum"}}}; }

/// One overload for each of `types`, all bound by `bind`.
inline std::vector<AggregateOverload> overloads_for(std::vector<TypePattern> types,
                                                    void (*bind)(AggregateBinding&)) {
  std::vector<AggregateOverload> overloads;
  for (const TypePattern& type : types) overloads.push_back({{type}, {}, bind});
  return overloads;
}

inline std::vector<TypePattern> integer_patterns() {
  return {Type::int8(),  Type::int16(),  Type::int32(),  Type::int64(), Type::hugeint(),
          Type::uint8(), Type::uint16(), Type::uint32(), Type::uint64()};
}

}  // namespace doline
