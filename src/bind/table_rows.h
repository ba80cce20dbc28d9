#pragma once

#include "bind/binder.h"

namespace doline {

/// The query's columns as the table's: by position, by list, or by name, cast; what is missing
/// takes its default, and every row is held to the table's rules.
PlanRef rows_for_table(PlanRef plan, const Table& table, const std::vector<sql::Identifier>& listed,
                       bool by_name, SourceSpan span, Catalog& catalog);

/// The same plan where common tables that only one place reads are not kept.
PlanRef without_single_shares(const PlanRef& plan);

}  // namespace doline
