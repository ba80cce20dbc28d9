#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plan/plan_node.h"

namespace doline {

/// Aggregates taken apart, so that groups can be computed from the groups of a finer grouping:
/// each is an expression over `parts`, which are aggregates of the rows, and of themselves.
class AggregateParts {
 public:
  /// Nothing where one of them needs every row (DISTINCT, ORDER BY, and those that do not add up).
  static std::optional<AggregateParts> of(const std::vector<AggregateExprRef>& aggregates);

  const std::vector<AggregateExprRef>& parts() const { return parts_; }
  /// The parts again, of groups whose parts stand in `input` from `begin` on.
  std::vector<AggregateExprRef> combined(const PlanRef& input, uint32_t begin) const;
  /// What each aggregate is, by the parts that stand in `input` from `begin` on.
  std::vector<ExprRef> results(const PlanRef& input, uint32_t begin) const;

 private:
  struct Whole {
    std::string name;  // of the aggregate
    uint32_t part;     // an average has its count behind its sum
    TypeRef type;
  };

  std::vector<AggregateExprRef> parts_;
  std::vector<Whole> wholes_;
};

}  // namespace doline
