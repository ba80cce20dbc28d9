#pragma once

#include "function/registry.h"

namespace doline {

// The parts of register_numeric_functions, one a file.
void register_rounding(FunctionRegistry& registry);        // abs, sign, ceil, floor, round, trunc …
void register_real_functions(FunctionRegistry& registry);  // sqrt, exp, sin …
void register_integer_functions(FunctionRegistry& registry);  // gcd, factorial …
void register_random_functions(FunctionRegistry& registry);   // random, uuid

}  // namespace doline
