#include "function/operators.h"

namespace doline {

void register_operators(FunctionRegistry& registry) {
  register_addition(registry);
  register_division(registry);
  register_comparisons(registry);
  register_bit_operators(registry);
  register_frame_arithmetic(registry);
  register_value_functions(registry);
  register_enum_functions(registry);
}

}  // namespace doline
