#include "optimizer/passes.h"

namespace doline {

PlanRef push_limits(const PlanRef& plan) {
  return rewrite_plan(plan, [](const PlanRef& node) -> PlanRef {
    const auto* limit = dynamic_cast<const LimitNode*>(node.get());
    if (!limit || limit->take < 0 || limit->percent >= 0) return nullptr;
    if (const auto* sort = dynamic_cast<const SortNode*>(limit->input.get());
        sort && sort->take < 0) {
      return SortNode::create(sort->input, sort->keys, limit->skip, limit->take);
    }
    if (const auto* project = dynamic_cast<const ProjectNode*>(limit->input.get())) {
      if (const auto* sort = dynamic_cast<const SortNode*>(project->input.get());
          sort && sort->take < 0) {
        return ProjectNode::create(
            SortNode::create(sort->input, sort->keys, limit->skip, limit->take), project->exprs,
            project->names);
      }
    }
    // A scan may stop early: it is told how many rows are wanted at most.
    if (const auto* scan = dynamic_cast<const ScanNode*>(limit->input.get());
        scan && scan->limit < 0) {
      const auto most = static_cast<uint64_t>(limit->skip) + static_cast<uint64_t>(limit->take);
      return limit->with_children(
          {ScanNode::create(scan->table, scan->columns, scan->filters, most)});
    }
    return nullptr;
  });
}

}  // namespace doline
