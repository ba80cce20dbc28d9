#pragma once

#include <functional>
#include <set>
#include <string>

#include "sql/statement.h"

namespace doline::sql {

/// The names of the parameters that a statement reads: "1" for `?` and `$1`, "name" for `$name`.
std::set<std::string> parameters_of(const Statement& statement);
/// The statement with another expression in the place of each parameter.
StatementRef with_parameters_replaced(const Statement& statement,
                                      const std::function<ExpressionRef(const Parameter&)>& by);

}  // namespace doline::sql
