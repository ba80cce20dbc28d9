#include "plan/repeatable.h"

#include "plan/plan_expressions.h"
#include "plan/table.h"

namespace doline {

bool is_repeatable(const PlanRef& plan) {
  return every_node(plan, [](const PlanRef& node) {
    if (node->tag() == NodeTag::kSample || node->tag() == NodeTag::kWrite ||
        node->tag() == NodeTag::kWorkingTable)
      return false;
    if (const auto* scan = dynamic_cast<const ScanNode*>(node.get()))
      if (scan->table->version().empty()) return false;
    bool repeats = true;
    map_expressions(node, [&](const ExprRef& expr) {
      repeats &= !is_volatile(expr);
      return expr;
    });
    return repeats;
  });
}

}  // namespace doline
