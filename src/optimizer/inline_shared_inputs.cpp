#include <algorithm>
#include <string_view>

#include "optimizer/cost.h"
#include "optimizer/passes.h"
#include "optimizer/shared_readers.h"
#include "plan/plan_expressions.h"

namespace doline {

namespace {

/// Each reader's plan is ordered to see what it costs; beyond this that takes too long.
constexpr size_t kMostReaders = 8;
/// And so does it where there are more shared inputs, which read one another.
constexpr size_t kMostShared = 24;
/// A plan computed several times has to be this much cheaper than one that is kept.
constexpr double kWorthwhile = 0.9;

/// Sums of floating numbers depend on the order that rows come in, and so does what takes rows from
/// among others: readers would see different values.
bool is_exact(const AggregateExpr& aggregate) {
  static constexpr std::string_view kExact[] = {"count", "count_star", "min",      "max",
                                                "sum",   "avg",        "bool_and", "bool_or"};
  if (std::find(std::begin(kExact), std::end(kExact), aggregate.name) == std::end(kExact) ||
      !aggregate.order_by.empty())
    return false;
  return std::none_of(aggregate.arguments.begin(), aggregate.arguments.end(),
                      [](const ExprRef& argument) {
                        return !equal_means_same(argument->type) || is_volatile(argument);
                      });
}

/// Computed again, the node gives the same rows of the same input.
bool is_repeatable(const PlanRef& plan) {
  bool repeats = true;
  map_expressions(plan, [&](const ExprRef& expr) {
    repeats &= !is_volatile(expr);
    return expr;
  });
  if (const auto* scan = dynamic_cast<const ScanNode*>(plan.get())) {
    repeats &= scan->limit < 0 && !scan->table->version().empty();
  } else if (const auto* grouped = dynamic_cast<const AggregationNode*>(plan.get())) {
    // Of equal keys that are not the same any may stand for the group.
    repeats &= std::all_of(grouped->aggregates.begin(), grouped->aggregates.end(),
                           [](const AggregateExprRef& one) { return is_exact(*one); }) &&
               std::all_of(grouped->keys.begin(), grouped->keys.end(),
                           [](const ExprRef& key) { return equal_means_same(key->type); });
  } else if (const auto* join = dynamic_cast<const JoinNode*>(plan.get())) {
    repeats &= !join->is_asof() && join->kind != JoinKind::kPositional;
  } else {
    static constexpr NodeTag kOthers[] = {NodeTag::kFilter, NodeTag::kProject, NodeTag::kUnion,
                                          NodeTag::kValues, NodeTag::kSharedInput};
    repeats &= std::find(std::begin(kOthers), std::end(kOthers), plan->tag()) != std::end(kOthers);
  }
  return repeats;
}

/// What the plan costs once it is worked out, `terms` being asked of it.
double cost_with(const PlanRef& plan, const std::vector<ExprRef>& terms) {
  return cost_of(prune_columns(order_joins(infer_filters(push_terms(plan, terms)))));
}

bool is_better_inline(const SharedInputNode& shared, const SharedReaders& readers) {
  const std::vector<std::vector<ExprRef>>& asked = readers.terms(shared);
  if (shared.is_kept || asked.size() > kMostReaders || !every_node(shared.input, is_repeatable))
    return false;
  // Readers that want all rows do the same work.
  if (std::all_of(asked.begin(), asked.end(), [](const auto& terms) { return terms.empty(); }))
    return false;
  const PlanRef together = push_terms(shared.input, readers.common_terms(shared));
  const double once = cost_with(together, {}) + keeping_cost(together) +
                      rereading_cost(together) * static_cast<double>(asked.size());
  double apart = 0;
  for (const std::vector<ExprRef>& terms : asked) {
    apart += cost_with(shared.input, terms);
    if (apart > once * kWorthwhile) return false;
  }
  return true;
}

}  // namespace

PlanRef inline_shared_inputs(const PlanRef& plan) {
  const EstimateScope scope;
  PlanRef result = plan;
  bool any = false;
  // Those that read others come first: what they are computed for apart reads the others apart.
  for (size_t next = 0;;) {
    const SharedReaders readers(result);
    if (readers.has_recursion() || next >= readers.shared().size() ||
        readers.shared().size() > kMostShared)
      break;
    const PlanRef shared = readers.shared()[next];
    const auto& node = static_cast<const SharedInputNode&>(*shared);
    if (!is_better_inline(node, readers)) {
      ++next;
      continue;
    }
    any = true;
    result = rewrite_plan(result, [&](const PlanRef& at) -> PlanRef {
      return at.get() == shared.get() ? node.input : nullptr;
    });
  }
  return any ? push_filters(result) : plan;
}

}  // namespace doline
