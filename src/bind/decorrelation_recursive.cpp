// Recursive tables that read columns of the query outside, in their first rows or in their step.

#include "bind/decorrelation.h"
#include "plan/plan_expressions.h"

namespace doline {

bool Decorrelation::reads_outside(const PlanRef& plan) {
  if (is_correlated(plan)) return true;
  if (recursions_.empty()) return false;
  for (const int64_t id : working_.read_by(plan)) {
    if (recursions_.contains(id)) return true;
  }
  return false;
}

Decorrelated Decorrelation::sample(const SampleNode& node) {
  const Decorrelated pushed = push_whole(node.input);
  const PlanRef plan = node.with_children({pushed.plan});
  const size_t width = pushed.plan->schema.size();
  std::vector<uint32_t> own = places(0, node.input->schema.size());
  for (const uint32_t place : places(width, plan->schema.size() - width)) own.push_back(place);
  return arranged(plan, own, pushed.domain, pushed.never_null);
}

Decorrelated Decorrelation::recursive(const RecursiveNode& node) {
  const size_t width = node.schema.size();
  const std::vector<uint32_t> own = places(0, width);
  const Decorrelated first = push_whole(node.base);
  const PlanRef base = arranged(first.plan, own, first.domain, first.never_null).plan;

  // In a round only those values of the domain are left that the last round had rows for.
  Decorrelation inside(outside_, outers_);
  inside.recursions_ = recursions_;
  inside.recursions_.insert(node.id);
  const PlanRef last = WorkingTableNode::create(base->schema, node.id, node.name);
  inside.domain_ = SharedInputNode::create(
      distinct_rows(ProjectNode::create(last, output_columns(last, width, outers_.size()),
                                        std::vector<std::string>(outers_.size(), "outer"))),
      "domain");
  const Decorrelated next = inside.push_whole(node.step);
  const PlanRef step = arranged(next.plan, own, next.domain, next.never_null).plan;

  std::vector<uint32_t> keys = node.keys;
  if (!keys.empty()) {
    for (const uint32_t place : places(width, outers_.size())) keys.push_back(place);
  }
  return {RecursiveNode::create(base, step, node.id, node.name, node.distinct, std::move(keys)),
          places(width, outers_.size()), first.never_null && next.never_null, std::nullopt};
}

}  // namespace doline
