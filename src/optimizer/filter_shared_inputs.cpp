#include <algorithm>
#include <unordered_map>
#include <unordered_set>

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

/// What the readers of shared inputs ask of their rows. Looks at a plan once, and stays true of it.
class Readers {
 public:
  explicit Readers(const PlanRef& plan) {
    if (plan->tag() == NodeTag::kSharedInput) filters_[plan.get()].emplace_back();
    visit(plan);
    std::reverse(shared_.begin(), shared_.end());
  }
  /// Those that read others come before them.
  const std::vector<PlanRef>& shared() const { return shared_; }
  /// What is so of every row that any reader wants; nothing when one wants all rows.
  std::vector<ExprRef> common_terms(const PlanRef& shared) const {
    std::vector<ExprRef> branches;
    size_t nodes = 0;
    for (const std::vector<ExprRef>& terms : filters_.at(shared.get())) {
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

 private:
  void visit(const PlanRef& node) {
    if (!seen_.insert(node.get()).second) return;
    const auto* filter = dynamic_cast<const FilterNode*>(node.get());
    for (const PlanRef& child : node->children()) {
      if (child->tag() == NodeTag::kSharedInput) {
        filters_[child.get()].push_back(filter ? conjuncts_of(filter->predicate)
                                               : std::vector<ExprRef>());
      }
      visit(child);
    }
    if (node->tag() == NodeTag::kSharedInput) shared_.push_back(node);
  }

  std::unordered_set<const PlanNode*> seen_;
  std::unordered_map<const PlanNode*, std::vector<std::vector<ExprRef>>> filters_;  // by reader
  std::vector<PlanRef> shared_;
};

}  // namespace

PlanRef filter_shared_inputs(const PlanRef& plan) {
  PlanRef result = plan;
  // What one is told becomes filters over those that it reads: they come later, and are looked at
  // anew. Their number and order stay.
  const size_t count = Readers(plan).shared().size();
  for (size_t i = 0; i < count; ++i) {
    const Readers readers(result);
    ASSERT(readers.shared().size() == count);
    const PlanRef& shared = readers.shared()[i];
    std::vector<ExprRef> terms = readers.common_terms(shared);
    if (terms.empty()) continue;
    result = rewrite_plan(result, [&](const PlanRef& node) -> PlanRef {
      if (node.get() != shared.get()) return nullptr;
      const auto& old = static_cast<const SharedInputNode&>(*node);
      return SharedInputNode::create(push_terms(old.input, std::move(terms)), old.name);
    });
  }
  return result;
}

}  // namespace doline
