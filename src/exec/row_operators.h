#pragma once

#include <memory>

#include "exec/pipeline.h"

namespace doline {

// Operators that look at one row at a time and keep nothing, but what the program's functions are
// called with.

/// Rows for which the predicate is true.
std::unique_ptr<Operator> make_filter(const ExprRef& predicate, const QueryContext& context);
/// The expressions' values.
std::unique_ptr<Operator> make_project(const ProjectNode& node, const QueryContext& context);
/// One row for each element of the rows' lists.
std::unique_ptr<Operator> make_unnest(const UnnestNode& node, const QueryContext& context);
/// At most `rows` rows of each morsel: what lies behind can not be wanted by an ordered limit.
std::unique_ptr<Operator> make_morsel_limit(uint64_t rows);

}  // namespace doline
