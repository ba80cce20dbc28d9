#pragma once

#include <set>
#include <string>

#include "sql/statement.h"

namespace doline::sql {

/// The names of the parameters that a statement reads: "1" for `?` and `$1`, "name" for `$name`.
std::set<std::string> parameters_of(const Statement& statement);

}  // namespace doline::sql
