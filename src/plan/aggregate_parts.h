#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "plan/plan_node.h"

namespace doline {

/// Aggregates taken apart, so that groups can be computed from the groups of a finer grouping:
/// each is an expression over `parts`, which are aggregates of the rows, and of themselves.
class AggregateParts {
 public:
  /// Nothing where one of them needs every row (DISTINCT, ORDER BY, and those that do not follow
  /// from parts: AggregateDeclaration::merging).
  /// Of an aggregate with a guard (null: none) only those groups count for which that holds.
  static std::optional<AggregateParts> of(const std::vector<AggregateExprRef>& aggregates,
                                          const std::vector<ExprRef>& guards = {});

  /// Whether it leaves its range where rows come together that would not.
  static bool adds_up(const AggregateExpr& aggregate);

  const std::vector<AggregateExprRef>& parts() const { return parts_; }
  /// The parts of coarser groups, from groups whose parts stand in `input` from `begin` on. Without
  /// guards they are the parts again. `guard` makes one an expression over `input`.
  std::vector<AggregateExprRef> combined(
      const PlanRef& input, uint32_t begin,
      const std::function<ExprRef(const ExprRef&)>& guard = nullptr) const;
  /// What each aggregate is, by what combined() made, which stands in `input` from `begin` on.
  std::vector<ExprRef> results(const PlanRef& input, uint32_t begin) const;

 private:
  struct Whole {
    std::vector<uint32_t> of;  // combinations_: of two the quotient
    TypeRef type;
  };
  struct Part {
    AggregateExprRef aggregate;
    const char* again;  // what aggregates its results
  };
  struct Combination {
    uint32_t part;
    const char* again;
    ExprRef guard;
  };

  /// The place among combinations_ of a part, which is added where it is new.
  uint32_t place_of(const Part& part, const ExprRef& guard);

  std::vector<AggregateExprRef> parts_;  // none twice
  std::vector<Combination> combinations_;
  std::vector<Whole> wholes_;
};

}  // namespace doline
