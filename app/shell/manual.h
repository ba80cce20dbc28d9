#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shell/style.h"

namespace doline::shell {

/// The page of a function as its declaration has it: what it does, its forms, an example with its
/// result. Empty when there is no such function.
std::string manual_page(std::string_view name, const Palette& palette, size_t columns);

/// Names of functions that stand in expressions, aliases among them; sorted.
std::vector<std::string> function_names();
std::vector<std::string> table_function_names();

}  // namespace doline::shell
