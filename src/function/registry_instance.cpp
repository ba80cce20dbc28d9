#include "function/registry.h"

namespace doline {

// Apart from registry.cpp, so that a program that builds registries of its own links no more
// functions than it registers.
const FunctionRegistry& FunctionRegistry::instance() {
  static const FunctionRegistry registry = [] {
    FunctionRegistry all;
    register_operators(all);
    register_numeric_functions(all);
    register_string_functions(all);
    register_pattern_functions(all);
    register_hash_functions(all);
    register_date_functions(all);
    register_nested_functions(all);
    register_lambda_functions(all);
    register_json_functions(all);
    register_session_functions(all);
    register_aggregates(all);
    return all;
  }();
  return registry;
}

}  // namespace doline
