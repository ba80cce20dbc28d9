#include "function/nested_functions.h"

namespace doline {

void register_nested_functions(FunctionRegistry& registry) {
  register_list_access(registry);
  register_list_editing(registry);
  register_list_order(registry);
  register_list_aggregation(registry);
  register_list_ranges(registry);
  register_list_distances(registry);
  register_struct_functions(registry);
  register_map_functions(registry);
}

}  // namespace doline
