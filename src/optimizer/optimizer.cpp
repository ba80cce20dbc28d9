#include "optimizer/optimizer.h"

#include <functional>

#include "optimizer/passes.h"

namespace doline {

namespace {

struct Pass {
  const char* name;
  PlanRef (*run)(const PlanRef& plan);
};

// In order. fold_constants, which needs the session, runs before them.
constexpr Pass kPasses[] = {
    {"or_factoring", &factor_or},
    {"outer_join_simplification", &simplify_outer_joins},
    {"filter_pushdown", &push_filters},
    {"shared_filters", &filter_shared_inputs},
    {"partition_limits", &limit_partitions},
    {"mark_to_semi", &mark_to_semi},
    {"semi_join_pushdown", &push_semi_joins},
    {"join_order", &order_joins},
    {"distinct_to_groups", &distinct_to_groups},
    {"column_pruning", &prune_columns},
    {"limit_pushdown", &push_limits},
    {"runtime_filters", &place_runtime_filters},
    {"member_pruning", &prune_members},
};

}  // namespace

PlanRef optimize(PlanRef plan, const Settings& settings, const SessionConstants& session) {
  if (!settings.optimizer_disabled("constant_folding")) plan = fold_constants(plan, session);
  for (const Pass& pass : kPasses) {
    if (settings.optimizer_disabled(pass.name)) continue;
    const size_t width = plan->schema.size();
    plan = pass.run(plan);
    ASSERT(plan->schema.size() == width);
  }
  return plan;
}

std::unordered_map<const PlanNode*, double> estimate_all(const PlanRef& plan) {
  const EstimateScope scope;
  std::unordered_map<const PlanNode*, double> rows;
  const std::function<void(const PlanRef&)> visit = [&](const PlanRef& node) {
    if (!rows.emplace(node.get(), 0).second) return;
    rows[node.get()] = estimated_rows(node);
    for (const PlanRef& child : node->children()) visit(child);
  };
  visit(plan);
  return rows;
}

std::vector<std::string> optimizer_passes() {
  std::vector<std::string> names = {"constant_folding"};
  for (const Pass& pass : kPasses) names.emplace_back(pass.name);
  return names;
}

}  // namespace doline
