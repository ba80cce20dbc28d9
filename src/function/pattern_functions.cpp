#include "function/pattern_functions.h"

namespace doline {

void register_pattern_functions(FunctionRegistry& registry) {
  register_like(registry);
  register_regexp_matching(registry);
  register_regexp_extraction(registry);
}

}  // namespace doline
