#include "optimizer/optimizer.h"

#include <algorithm>
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
    {"filter_inference", &infer_filters},
    {"join_order", &order_joins},
    {"semi_join_reduction", &joins_to_semi},
    {"distinct_to_groups", &distinct_to_groups},
    {"column_pruning", &prune_columns},
    {"limit_pushdown", &push_limits},
    {"runtime_filters", &place_runtime_filters},
    {"member_pruning", &prune_members},
};

/// Looking at rows takes about a millisecond: where joins are to be ordered, or where it matters
/// which of two large inputs is which.
bool is_worth_samples(const PlanRef& plan, Estimates& estimates) {
  constexpr double kSmallRows = 20'000;
  constexpr double kLargeRows = 200'000;
  size_t joins = 0;
  std::vector<PlanRef> scans;
  rewrite_plan(plan, [&](const PlanRef& node) -> PlanRef {
    joins += node->tag() == NodeTag::kJoin;
    if (node->tag() == NodeTag::kScan) scans.push_back(node);
    return nullptr;
  });
  return joins > 0 && std::any_of(scans.begin(), scans.end(), [&](const PlanRef& scan) {
           return estimates.all_rows(scan) >= (joins > 1 ? kSmallRows : kLargeRows);
         });
}

}  // namespace

PlanRef optimize(PlanRef plan, const Settings& settings, const SessionConstants& session,
                 Sampler* sampler) {
  const EstimateScope scope(session);
  Estimates& estimates = EstimateScope::current();
  if (sampler && !settings.optimizer_disabled("sampling") && is_worth_samples(plan, estimates))
    estimates.use(*sampler);
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
  std::vector<std::string> names = {"sampling", "constant_folding"};
  for (const Pass& pass : kPasses) names.emplace_back(pass.name);
  return names;
}

}  // namespace doline
