#pragma once

#include "function/registry.h"

namespace doline {

// The parts of register_pattern_functions, one a file.
void register_like(FunctionRegistry& registry);             // ~~ ~~* ~~~ and their kin
void register_regexp_matching(FunctionRegistry& registry);  // regexp_matches, regexp_replace …
void register_regexp_extraction(
    FunctionRegistry& registry);  // regexp_extract, regexp_extract_all, splits

}  // namespace doline
