#pragma once

#include <functional>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "bind/placeholder.h"
#include "plan/recursive_node.h"
#include "plan/sample_node.h"

namespace doline {

/// A plan that gives its rows for every value of the columns outside that it reads.
struct Decorrelated {
  PlanRef plan;  // the columns it had, in front
  /// Where the outside columns stand in its output, by their ordinals.
  std::vector<uint32_t> domain;
  /// The domain has no NULL.
  bool never_null = false;
  /// Outside values without any row in `plan` have this one row, over OuterColumnExprs: an
  /// aggregate of nothing. Otherwise they have none.
  std::optional<std::vector<ExprRef>> absent;

  /// The outside columns, as the output has them.
  std::vector<ExprRef> outside_columns() const;
};

/// `count` numbers from `from` on.
std::vector<uint32_t> places(size_t from, size_t count);
/// `plan` with the columns `own` in front and the domain behind them.
Decorrelated arranged(const PlanRef& plan, const std::vector<uint32_t>& own,
                      const std::vector<uint32_t>& domain, bool never_null);

/// Makes a plan that reads columns of the query outside one that does not, by pushing the distinct
/// values of those columns (the domain) down to where they are read; where an equality there says
/// what they are, nothing has to be pushed. Every plan can be taken apart so: there are no nested
/// loops over subqueries.
///
/// Neumann, Kemper: Unnesting Arbitrary Queries. BTW 2015.
class Decorrelation {
 public:
  /// `outers[i]`, over the columns of `outside`, is what OuterColumnExpr i stands for.
  Decorrelation(PlanRef outside, std::vector<ExprRef> outers)
      : outside_(std::move(outside)), outers_(std::move(outers)) {}

  Decorrelated push(const PlanRef& plan);
  /// The first row for each value of the domain, and behind it, how many there are.
  Decorrelated counted(const SingleRowNode& node);
  /// Each value of the domain has its row by itself: `absent` is joined in.
  Decorrelated without_absent(Decorrelated pushed);
  /// The query outside, to be read by who joins it with what was pushed.
  const PlanRef& outside() const { return outside_; }
  const std::vector<ExprRef>& outers() const { return outers_; }

 private:
  Decorrelated push_anew(const PlanRef& plan);
  Decorrelated filter(const FilterNode& node);
  Decorrelated project(const ProjectNode& node);
  Decorrelated aggregation(const AggregationNode& node);
  Decorrelated join(const JoinNode& node);  // decorrelation_join.cpp
  Decorrelated limited(const PlanRef& input, const std::vector<SortKeyRef>& order, int64_t skip,
                       int64_t take, double percent);
  Decorrelated unite(const UnionNode& node);
  Decorrelated unnest(const UnnestNode& node);
  Decorrelated windowing(const WindowingNode& node);
  Decorrelated single_row(const SingleRowNode& node);
  Decorrelated sample(const SampleNode& node);
  /// Of a recursion for each value of the domain: each is in the rounds for as long as it has rows
  /// there (decorrelation_recursive.cpp).
  Decorrelated recursive(const RecursiveNode& node);
  /// Whether the plan has to be pushed: it reads columns outside, or a working table that has them.
  bool reads_outside(const PlanRef& plan);
  /// The rows of a plan that reads nothing outside, for each value of the domain.
  Decorrelated crossed(const PlanRef& plan);
  /// Reads the domain off the input's own columns, where the filter says what they equal.
  std::optional<Decorrelated> read_off(const FilterNode& node);
  /// As push(), with `absent` joined in.
  Decorrelated push_whole(const PlanRef& plan) { return without_absent(push(plan)); }
  /// The distinct values of the outside columns.
  const PlanRef& domain();

  PlanRef outside_;
  const std::vector<ExprRef> outers_;
  PlanRef domain_;
  std::set<int64_t> recursions_;  // whose working tables have the domain behind their columns
  WorkingTables working_;
  struct Done {
    PlanRef plan;  // kept: else its address could come back as another's
    Decorrelated pushed;
  };
  std::unordered_map<const PlanNode*, Done> done_;  // shared inputs stay shared
};

/// Whether the plan has one row, whatever it reads.
bool gives_one_row(const PlanNode& plan);
/// `value`, and an error where `rows` is more than one.
ExprRef the_only(const ExprRef& value, const ExprRef& rows);
/// Whether the plan reads columns of a query outside.
bool is_correlated(const PlanRef& plan);
bool is_correlated(const ExprRef& expr);
/// Every OuterColumnExpr i becomes by[i].
ExprRef replace_outers(const ExprRef& expr, const std::vector<ExprRef>& by);
PlanRef replace_outers(const PlanRef& plan, const std::vector<ExprRef>& by);
PlanRef replace_outers(const PlanRef& plan, const std::function<ExprRef(uint32_t ordinal)>& by);

}  // namespace doline
