#include "function/registry.h"
#include "optimizer/cost.h"
#include "optimizer/estimates.h"
#include "optimizer/passes.h"

namespace doline {

namespace {

/// What `aggregate` is over, where it sees each of its values once; null: it does not.
ExprRef distinct_argument(const AggregateExpr& aggregate, const AggregateDeclaration& declaration) {
  if (!aggregate.distinct && !declaration.ignores_distinct) return nullptr;
  if (aggregate.filter || !aggregate.order_by.empty() || aggregate.function->is_order_sensitive())
    return nullptr;
  if (aggregate.arguments.size() != 1 || aggregate.evaluated.size() != 1) return nullptr;
  return aggregate.evaluated[0];
}

/// Whether grouping by the keys and the value, and again by the keys, is less work than a set of
/// values for each group. A single set would be put together by one thread.
bool is_worth_groups(const AggregationNode& node, const ExprRef& value) {
  if (node.keys.empty()) return true;
  Estimates& estimates = EstimateScope::current();
  std::vector<ExprRef> pair = node.keys;
  pair.push_back(value);
  const double rows = estimates.rows(node.input);
  const double pairs = std::min(rows, estimates.combinations(node.input, pair));
  const double groups = std::min(rows, estimates.combinations(node.input, node.keys));
  const double as_groups =
      rows * grouping_cost(node.input, pair, 0) + pairs * grouping_cost(node.input, node.keys, 1);
  const double as_sets = rows * (grouping_cost(node.input, node.keys, 0) +
                                 set_cost(value->type, estimates.distinct(node.input, value))) +
                         groups * kSetCost;
  return as_groups < as_sets;
}

}  // namespace

PlanRef distinct_to_groups(const PlanRef& plan) {
  return rewrite_plan(plan, [](const PlanRef& node) -> PlanRef {
    const auto* aggregation = dynamic_cast<const AggregationNode*>(node.get());
    if (!aggregation) return nullptr;
    ExprRef value;
    bool any_distinct = false;
    std::vector<const AggregateDeclaration*> declarations;
    for (const AggregateExprRef& aggregate : aggregation->aggregates) {
      declarations.push_back(FunctionRegistry::instance().aggregate(aggregate->name));
      ASSERT(declarations.back());
      const ExprRef argument = distinct_argument(*aggregate, *declarations.back());
      if (!argument || (value && !equal(*value, *argument))) return nullptr;
      value = argument;
      any_distinct |= aggregate->distinct;
    }
    if (!any_distinct || !is_worth_groups(*aggregation, value)) return nullptr;

    std::vector<ExprRef> groups = aggregation->keys;
    std::vector<std::string> group_names = aggregation->key_names;
    groups.push_back(value);
    group_names.push_back(value->to_string());
    const PlanRef input = AggregationNode::create(aggregation->input, std::move(groups),
                                                  std::move(group_names), {}, {});
    const auto column = [&](size_t index) {
      const Field& field = input->schema[index];
      return ColumnExpr::create(static_cast<uint32_t>(index), field.type, field.name);
    };
    std::vector<ExprRef> keys;
    for (size_t i = 0; i < aggregation->keys.size(); ++i) keys.push_back(column(i));
    std::vector<AggregateExprRef> aggregates;
    for (size_t i = 0; i < declarations.size(); ++i) {
      const AggregateExpr& old = *aggregation->aggregates[i];
      aggregates.push_back(AggregateExpr::create(*declarations[i], {column(keys.size())}, false, {},
                                                 nullptr, old.span));
      if (aggregates.back()->type != old.type) return nullptr;
    }
    return AggregationNode::create(input, std::move(keys), aggregation->key_names,
                                   std::move(aggregates), aggregation->aggregate_names);
  });
}

}  // namespace doline
