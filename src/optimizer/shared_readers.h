#pragma once

#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "plan/plan_node.h"

namespace doline {

/// The shared inputs of a plan, and what their readers ask of their rows. Looks at the plan once,
/// and stays true of it.
class SharedReaders {
 public:
  explicit SharedReaders(const PlanRef& plan);

  /// Those that read others come before them.
  const std::vector<PlanRef>& shared() const { return shared_; }
  /// The terms of the filter that stands over it, reader by reader.
  const std::vector<std::vector<ExprRef>>& terms(const PlanNode& shared) const {
    return terms_.at(&shared);
  }
  /// What is so of every row that any reader wants; nothing when one wants all rows.
  std::vector<ExprRef> common_terms(const PlanNode& shared) const;
  /// A step reads again and again what is computed once outside of it.
  bool has_recursion() const { return has_recursion_; }

 private:
  void visit(const PlanRef& node);

  std::unordered_set<const PlanNode*> seen_;
  std::unordered_map<const PlanNode*, std::vector<std::vector<ExprRef>>> terms_;
  std::vector<PlanRef> shared_;
  bool has_recursion_ = false;
};

}  // namespace doline
