#include "optimizer/shared_readers.h"

#include <algorithm>

#include "optimizer/passes.h"
#include "plan/plan_expressions.h"

namespace doline {

namespace {

/// Beyond this an OR costs more than the rows it spares, and grows with every shared input that
/// another one reads twice.
constexpr size_t kMostBranches = 16;
constexpr size_t kMostNodes = 256;

size_t nodes_in(const ExprRef& expr) {
  size_t count = 0;
  visit(expr, [&](const Expr&) { ++count; });
  return count;
}

}  // namespace

SharedReaders::SharedReaders(const PlanRef& plan) {
  if (plan->tag() == NodeTag::kSharedInput) terms_[plan.get()].emplace_back();
  visit(plan);
  std::reverse(shared_.begin(), shared_.end());
}

std::vector<ExprRef> SharedReaders::common_terms(const PlanNode& shared) const {
  std::vector<ExprRef> branches;
  size_t nodes = 0;
  for (const std::vector<ExprRef>& terms : terms_.at(&shared)) {
    std::vector<ExprRef> kept;
    for (const ExprRef& term : terms) {
      if (!can_fail(term) && !is_volatile(term)) kept.push_back(term);
    }
    if (kept.empty()) return {};
    ExprRef branch = ConjunctionExpr::create(true, std::move(kept));
    const bool known = std::any_of(branches.begin(), branches.end(),
                                   [&](const ExprRef& other) { return equal(*other, *branch); });
    if (known) continue;
    nodes += nodes_in(branch);
    branches.push_back(std::move(branch));
    if (branches.size() > kMostBranches || nodes > kMostNodes) return {};
  }
  if (branches.size() == 1) return conjuncts_of(branches[0]);
  return factored(ConjunctionExpr::create(false, std::move(branches)));
}

void SharedReaders::visit(const PlanRef& node) {
  if (!seen_.insert(node.get()).second) return;
  has_recursion_ |= node->tag() == NodeTag::kRecursive;
  const auto* filter = dynamic_cast<const FilterNode*>(node.get());
  for (const PlanRef& child : node->children()) {
    if (child->tag() == NodeTag::kSharedInput)
      terms_[child.get()].push_back(filter ? conjuncts_of(filter->predicate)
                                           : std::vector<ExprRef>());
    visit(child);
  }
  if (node->tag() == NodeTag::kSharedInput) shared_.push_back(node);
}

}  // namespace doline
