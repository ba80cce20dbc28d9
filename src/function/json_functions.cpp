#include "function/json_functions.h"

namespace doline {

std::vector<ScalarOverload> over_json(std::vector<TypePattern> further, TypePattern result,
                                      ScalarKernel kernel, void (*bind)(FunctionBinding&)) {
  std::vector<ScalarOverload> overloads;
  for (const TypeRef type : {Type::json(), Type::varchar()}) {
    std::vector<TypePattern> parameters = {type};
    parameters.insert(parameters.end(), further.begin(), further.end());
    overloads.push_back({.parameters = std::move(parameters),
                         .result = result,
                         .kernel = kernel,
                         .bind = bind,
                         .can_fail = true,
                         .cost = 50});
  }
  return overloads;
}

void register_json_functions(FunctionRegistry& registry) {
  register_json_extraction(registry);
  register_json_inspection(registry);
  register_json_making(registry);
  register_json_transformation(registry);
  register_json_aggregates(registry);
}

}  // namespace doline
