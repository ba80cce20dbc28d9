#pragma once

#include <vector>

#include "plan/plan_node.h"

namespace doline {

/// What a join asks of a pair of rows, taken apart by how it is found out. "Over both" is over the
/// left side's columns followed by the right one's.
struct JoinCondition {
  std::vector<ExprRef> left_keys, right_keys;  // equalities, each side over its own input
  /// What a LATERAL right side read of the left one, and the columns in which its rows say for
  /// which of these values they are. NULL is a value there, unless the right side has none.
  std::vector<ExprRef> left_domain, right_domain;
  bool domain_never_null = false;
  std::vector<ExprRef> residual;    // over both
  std::vector<ExprRef> subqueries;  // over both: terms in which placeholders stand
  /// What an ASOF join compares, each side over its own input; kNone: it is none.
  AsofOrder asof = AsofOrder::kNone;
  ExprRef asof_left, asof_right;

  /// Takes in the terms of `on`, over both sides, the left one having `left_width` columns.
  void add(const ExprRef& on, uint32_t left_width);
  /// Takes the one term out of the residual by which an ASOF join finds the nearest row.
  void find_asof(uint32_t left_width, SourceSpan span);
  /// The join: left columns, then right ones (semi and anti: left alone); others may be behind.
  PlanRef joined(const PlanRef& left, const PlanRef& right, JoinKind kind) const;

 private:
  void add_term(const ExprRef& term, uint32_t left_width);
  /// By all that is asked without subqueries.
  PlanRef joined_by_columns(const PlanRef& left, const PlanRef& right, JoinKind kind) const;
  /// For any kind of join and any subquery: the pairs for which the condition holds, by the
  /// numbers of their rows, and then each side's rows by whether they are in a pair.
  PlanRef joined_by_pairs(const PlanRef& left, const PlanRef& right, JoinKind kind) const;
};

/// Gives each subquery in an outer join's condition to the side that it asks of, as a column
/// behind that side's own; the condition is then over both sides as they are now. It stays what it
/// is where a subquery asks of both sides, or of another subquery.
ExprRef attach_to_sides(const ExprRef& on, PlanRef& left, PlanRef& right);

}  // namespace doline
