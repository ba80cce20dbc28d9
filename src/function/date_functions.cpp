#include "function/date_functions.h"

namespace doline {

void register_date_functions(FunctionRegistry& registry) {
  register_date_parts(registry);
  register_date_truncation(registry);
  register_date_spans(registry);
  register_date_arithmetic(registry);
  register_date_makers(registry);
  register_date_formats(registry);
  register_time_zones(registry);
}

}  // namespace doline
