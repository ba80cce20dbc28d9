#include "function/string_functions.h"

namespace doline {

void register_string_functions(FunctionRegistry& registry) {
  register_text_measures(registry);
  register_text_case(registry);
  register_text_parts(registry);
  register_text_splits(registry);
  register_text_search(registry);
  register_text_building(registry);
  register_text_formats(registry);
  register_text_encodings(registry);
  register_text_distances(registry);
}

}  // namespace doline
