#include "function/numeric_functions.h"

namespace doline {

void register_numeric_functions(FunctionRegistry& registry) {
  register_rounding(registry);
  register_real_functions(registry);
  register_integer_functions(registry);
  register_random_functions(registry);
}

}  // namespace doline
