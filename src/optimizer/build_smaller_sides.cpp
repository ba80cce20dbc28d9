#include "optimizer/passes.h"
#include "plan/plan_expressions.h"
#include "plan/recursive_node.h"

namespace doline {

PlanRef build_smaller_sides(const PlanRef& plan) {
  const EstimateScope scope;
  return rewrite_plan(plan, [](const PlanRef& node) -> PlanRef {
    const auto* join = dynamic_cast<const JoinNode*>(node.get());
    // Which side of an inner join is built goes with the order of joins.
    if (!join || join->is_inner() || !join->can_turn() || join->left_keys.empty()) return nullptr;
    // A table is kept from round to round of a recursion; which of its rows were matched is not.
    if (WorkingTables().any(join->left) || WorkingTables().any(join->right)) return nullptr;
    if (!builds_left(estimated_rows(join->left), estimated_rows(join->right))) return nullptr;
    const Ref<JoinNode> turned = join->turned();
    turned->complete();
    if (!join->gives_left() || !join->gives_right()) return turned;
    const auto left_width = static_cast<uint32_t>(join->left->schema.size());
    const auto right_width = static_cast<uint32_t>(join->right->schema.size());
    std::vector<ExprRef> exprs;
    for (uint32_t i = 0; i < join->schema.size(); ++i)
      exprs.push_back(output_column(turned, i < left_width ? right_width + i : i - left_width));
    return ProjectNode::create(turned, std::move(exprs), names_of(join->schema));
  });
}

}  // namespace doline
