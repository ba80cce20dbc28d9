#include <functional>
#include <unordered_map>

#include "bind/table_rows.h"

namespace doline {

PlanRef without_single_shares(const PlanRef& plan) {
  std::unordered_map<const PlanNode*, int> readers;
  std::function<void(const PlanRef&)> count = [&](const PlanRef& node) {
    if (++readers[node.get()] > 1) return;
    for (const PlanRef& child : node->children()) count(child);
  };
  count(plan);
  std::unordered_map<const PlanNode*, PlanRef> done;
  std::function<PlanRef(const PlanRef&)> inlined = [&](const PlanRef& node) -> PlanRef {
    if (const auto known = done.find(node.get()); known != done.end()) return known->second;
    std::vector<PlanRef> children = node->children();
    bool changed = false;
    for (PlanRef& child : children) {
      PlanRef next = inlined(child);
      changed |= next.get() != child.get();
      child = std::move(next);
    }
    PlanRef result = node;
    if (node->tag() == NodeTag::kSharedInput && readers[node.get()] == 1) {
      result = children[0];
    } else if (changed) {
      result = node->with_children(std::move(children));
    }
    done.emplace(node.get(), result);
    return result;
  };
  return inlined(plan);
}

}  // namespace doline
