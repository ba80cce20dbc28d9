#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "sql/expression.h"

namespace doline {

/// The clause of a table function's arguments.
inline constexpr const char* kTableFunctionClause = "a table function";

/// Error(kTableNotFound) with what there is instead: the nearest name as its hint, else all of few.
Error no_such_table(const std::string& name, SourceSpan span,
                    const std::vector<std::string>& known);

/// What stands behind `input ->`. Error(kTypeMismatch) for a comparison, which says how to write
/// what is meant: -> comes last, so `j -> 'a' = 5` asks for the member ('a' = 5).
const sql::Expression& behind_arrow(const sql::Expression& input, const sql::Expression& right);

}  // namespace doline
