#pragma once

#include <functional>

#include "plan/plan_node.h"

namespace doline {

/// The node with each of its own expressions changed; the node itself where none is.
PlanRef map_expressions(const PlanRef& plan, const std::function<ExprRef(const ExprRef&)>& change);

/// A column of a plan's output; `count` of them from one on; all of them.
ExprRef output_column(const PlanRef& plan, uint32_t index);
std::vector<ExprRef> output_columns(const PlanRef& plan, size_t from, size_t count);
std::vector<ExprRef> output_columns(const PlanRef& plan);
std::vector<std::string> names_of(const Schema& schema);
/// All columns of the plan, and behind them `exprs` under one name.
PlanRef with_columns(const PlanRef& plan, const std::vector<ExprRef>& exprs,
                     const std::string& name);
/// The plan's first columns alone.
PlanRef first_columns(const PlanRef& plan, size_t count);
/// The plan's rows, equal ones once.
PlanRef distinct_rows(const PlanRef& plan);
/// An aggregate by its name, for rewrites; the function exists.
AggregateExprRef aggregate_of(const char* name, std::vector<ExprRef> arguments,
                              ExprRef filter = {});
/// row_number() and count(*) of all rows of a partition.
WindowExprRef row_number_over(std::vector<ExprRef> partition_by,
                              std::vector<SortKeyRef> order_by = {});
WindowExprRef count_over(std::vector<ExprRef> partition_by);
/// `expr` over a projection's output, as an expression over the projection's input.
ExprRef through_projection(const ExprRef& expr, const std::vector<ExprRef>& exprs);
/// All terms AND-ed over the plan; the plan itself when there are none.
PlanRef filtered(PlanRef plan, std::vector<ExprRef> terms);

}  // namespace doline
