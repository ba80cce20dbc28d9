#pragma once

#include "function/registry.h"

namespace doline {

// The parts of register_operators, one a file.
void register_addition(FunctionRegistry& registry);     // + - * and unary signs
void register_division(FunctionRegistry& registry);     // / // %
void register_comparisons(FunctionRegistry& registry);  // = <> < <= > >= is_distinct_from not
void register_bit_operators(FunctionRegistry& registry);
void register_frame_arithmetic(FunctionRegistry& registry);  // wrapping_add, floor_divide …
void register_value_functions(FunctionRegistry& registry);   // typeof, ifnull, nullif, error …
void register_enum_functions(FunctionRegistry& registry);    // enum_range, enum_first, enum_code …

/// Overloads of + - * and % for two decimals, in that order of names.
ScalarOverload decimal_addition();
ScalarOverload decimal_subtraction();
ScalarOverload decimal_multiplication();
ScalarOverload decimal_remainder();
ScalarOverload decimal_negation();

}  // namespace doline
