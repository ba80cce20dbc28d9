#pragma once

#include <string>
#include <vector>

namespace doline {

/// Names of columns, no two of which are the same whatever their case: `a, A, a` become
/// `a, A_1, a_2`. Who comes first keeps its name, as in DuckDB.
std::vector<std::string> unique_names(std::vector<std::string> names);

}  // namespace doline
