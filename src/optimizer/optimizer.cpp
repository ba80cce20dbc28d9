#include "optimizer/optimizer.h"

#include <algorithm>
#include <functional>
#include <unordered_set>

#include "function/program_function.h"
#include "optimizer/passes.h"

namespace doline {

namespace {

/// What a plan is made of, as far as it decides what is worth doing with it.
struct PlanParts {
  explicit PlanParts(const PlanRef& plan) {
    add(plan);
    if (ProgramFunction::is_any_living()) kinds |= kProgramCalls;
  }

  static constexpr uint64_t of(NodeTag tag) {
    return uint64_t{1} << (static_cast<unsigned>(tag) - static_cast<unsigned>(NodeTag::kScan));
  }

  /// Beside the kinds of nodes: scans that read columns of structs, and calls of what a program
  /// brought, if any did.
  static constexpr uint64_t kStructs = uint64_t{1} << 63;
  static constexpr uint64_t kProgramCalls = uint64_t{1} << 62;

  uint64_t kinds = 0;  // of nodes, a bit each
  size_t joins = 0;
  std::vector<PlanRef> scans;

 private:
  void add(const PlanRef& node) {
    if (!seen_.insert(node.get()).second) return;
    kinds |= of(node->tag());
    joins += node->tag() == NodeTag::kJoin;
    if (node->tag() == NodeTag::kScan) {
      scans.push_back(node);
      for (const Field& field : node->schema) {
        if (field.type->is(TypeKind::kStruct)) kinds |= kStructs;
      }
    }
    for (const PlanRef& child : node->children()) add(child);
  }
  std::unordered_set<const PlanNode*> seen_;
};

constexpr uint64_t kAny = ~uint64_t{0};
constexpr uint64_t kFilters = PlanParts::of(NodeTag::kFilter);
constexpr uint64_t kJoins = PlanParts::of(NodeTag::kJoin);
constexpr uint64_t kAggregations = PlanParts::of(NodeTag::kAggregation);
constexpr uint64_t kWindowings = PlanParts::of(NodeTag::kWindowing);
constexpr uint64_t kLimits = PlanParts::of(NodeTag::kLimit);
constexpr uint64_t kSharedInputs = PlanParts::of(NodeTag::kSharedInput);

struct Pass {
  const char* name;
  PlanRef (*run)(const PlanRef& plan);
  /// Without one of these parts there is nothing for it to do: most statements are small, and going
  /// through a plan costs more than what is found there.
  uint64_t needs;
};

// In order. fold_constants, which needs the session, runs before them. Columns are pruned before
// joins are ordered, so that those which nobody reads (marks, above all) bar no order, and again.
constexpr Pass kPasses[] = {
    {"or_factoring", &factor_or, kFilters},
    {"outer_join_simplification", &simplify_outer_joins, kJoins},
    {"filter_pushdown", &push_filters, kFilters | kJoins},
    {"shared_filters", &filter_shared_inputs, kSharedInputs},
    {"partition_limits", &limit_partitions, kWindowings},
    {"mark_to_semi", &mark_to_semi, kJoins},
    {"semi_join_pushdown", &push_semi_joins, kJoins},
    {"filter_inference", &infer_filters, kJoins},
    {"common_subplans", &share_repeated_inputs, kJoins},
    {"column_pruning", &prune_columns, kJoins},
    {"join_order", &order_joins, kJoins},
    {"semi_join_reduction", &joins_to_semi, kJoins},
    {"early_aggregation", &aggregate_early, kJoins},
    {"distinct_to_groups", &distinct_to_groups, kAggregations},
    {"build_sides", &build_smaller_sides, kJoins},
    {"column_pruning", &prune_columns, kAny},
    {"limit_pushdown", &push_limits, kLimits},
    {"common_scans", &share_scans, kJoins},
    {"runtime_filters", &place_runtime_filters, kJoins | kLimits},
    {"member_pruning", &prune_members, PlanParts::kStructs},
    {"call_separation", &separate_calls, PlanParts::kProgramCalls},
};

/// Looking at rows takes about a millisecond: where joins are to be ordered, or where it matters
/// which of two large inputs is which.
bool is_worth_samples(const PlanParts& parts, Estimates& estimates) {
  constexpr double kSmallRows = 20'000;
  constexpr double kLargeRows = 200'000;
  return parts.joins > 0 &&
         std::any_of(parts.scans.begin(), parts.scans.end(), [&](const PlanRef& scan) {
           return estimates.all_rows(scan) >= (parts.joins > 1 ? kSmallRows : kLargeRows);
         });
}

}  // namespace

PlanRef optimize(PlanRef plan, const Settings& settings, const SessionConstants& session,
                 Sampler* sampler) {
  const EstimateScope scope(session);
  Estimates& estimates = EstimateScope::current();
  const PlanParts parts(plan);
  if (sampler && !settings.optimizer_disabled("sampling") && is_worth_samples(parts, estimates))
    estimates.use(*sampler);
  // No pass makes of other nodes what a later one needs.
  const uint64_t kinds = parts.kinds;
  if (!settings.optimizer_disabled("constant_folding")) plan = fold_constants(plan, session);
  for (const Pass& pass : kPasses) {
    if ((pass.needs & kinds) == 0 || settings.optimizer_disabled(pass.name)) continue;
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
  std::vector<std::string> names = {"sampling", "constant_folding",
                                    std::string(Settings::kFilterOrder)};
  for (const Pass& pass : kPasses) {
    if (std::find(names.begin(), names.end(), pass.name) == names.end())
      names.emplace_back(pass.name);
  }
  return names;
}

}  // namespace doline
