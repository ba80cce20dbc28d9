#pragma once

#include "function/registry.h"

namespace doline {

// The files of register_nested_functions().
void register_list_access(
    FunctionRegistry& registry);  // list_extract, list_slice, len, list_contains …
void register_list_editing(FunctionRegistry& registry);  // list_value, list_concat, list_resize …
void register_list_order(FunctionRegistry& registry);    // list_sort, list_distinct, list_has_any …
void register_list_aggregation(FunctionRegistry& registry);  // list_aggregate, list_sum …
void register_list_ranges(FunctionRegistry& registry);       // range, generate_series
void register_list_distances(
    FunctionRegistry& registry);  // list_distance, array_cosine_similarity …
void register_struct_functions(FunctionRegistry& registry);
void register_map_functions(FunctionRegistry& registry);

}  // namespace doline
