#include "plan/join_method.h"

#include <algorithm>

namespace doline {

namespace {

/// More rows than this the plan never gives; nothing where that is not known.
std::optional<uint64_t> most_rows(const PlanNode& plan) {
  if (const auto* scan = dynamic_cast<const ScanNode*>(&plan)) {
    if (scan->limit >= 0) return static_cast<uint64_t>(scan->limit);
    const TableStatistics statistics = scan->table->statistics();
    return statistics.is_exact ? statistics.row_count : std::nullopt;
  }
  if (const auto* values = dynamic_cast<const ValuesNode*>(&plan))
    return static_cast<uint64_t>(values->row_count);
  const auto* limit = dynamic_cast<const LimitNode*>(&plan);
  if (limit && limit->take >= 0) return static_cast<uint64_t>(limit->take);
  const auto* sort = dynamic_cast<const SortNode*>(&plan);
  if (sort && sort->take >= 0) return static_cast<uint64_t>(sort->take);
  const auto* aggregation = dynamic_cast<const AggregationNode*>(&plan);
  if (plan.tag() == NodeTag::kSingleRow || (aggregation && aggregation->keys.empty())) return 1;
  const bool passes = aggregation || sort || plan.tag() == NodeTag::kFilter ||
                      plan.tag() == NodeTag::kProject || plan.tag() == NodeTag::kSharedInput ||
                      plan.tag() == NodeTag::kWindowing;
  return passes ? most_rows(*plan.children()[0]) : std::nullopt;
}

bool reads_only(const std::vector<uint32_t>& columns, uint32_t left_width, bool is_right) {
  if (columns.empty()) return false;
  return is_right ? columns.front() >= left_width : columns.back() < left_width;
}

/// Left rows before the right ones, or behind them.
bool bounds_from_above(const RangeTerm& term) {
  return term.order == RangeTerm::Order::kLess || term.order == RangeTerm::Order::kLessEqual;
}

}  // namespace

std::optional<RangeTerm> range_term(const ExprRef& term, uint32_t left_width) {
  using Order = RangeTerm::Order;
  const auto* call = dynamic_cast<const CallExpr*>(term.get());
  if (!call || call->arguments.size() != 2 || is_volatile(term)) return std::nullopt;
  Order order, turned;
  if (call->name == "<") {
    order = Order::kLess, turned = Order::kGreater;
  } else if (call->name == "<=") {
    order = Order::kLessEqual, turned = Order::kGreaterEqual;
  } else if (call->name == ">") {
    order = Order::kGreater, turned = Order::kLess;
  } else if (call->name == ">=") {
    order = Order::kGreaterEqual, turned = Order::kLessEqual;
  } else {
    return std::nullopt;
  }
  const ExprRef& a = call->arguments[0];
  const ExprRef& b = call->arguments[1];
  if (a->type != b->type) return std::nullopt;
  const std::vector<uint32_t> of_a = columns_of(a);
  const std::vector<uint32_t> of_b = columns_of(b);
  const auto shift = -static_cast<int64_t>(left_width);
  if (reads_only(of_a, left_width, false) && reads_only(of_b, left_width, true))
    return RangeTerm{order, a, shift_columns(b, shift)};
  if (reads_only(of_a, left_width, true) && reads_only(of_b, left_width, false))
    return RangeTerm{turned, b, shift_columns(a, shift)};
  return std::nullopt;
}

RangeTerms range_terms(const JoinNode& node) {
  RangeTerms out;
  if (!node.residual) return out;
  const auto left_width = static_cast<uint32_t>(node.left->schema.size());
  const std::vector<ExprRef> terms = conjuncts_of(node.residual);
  bool guards_left = false, guards_right = false;
  for (const ExprRef& term : terms) {
    guards_left |= reads_only(columns_of(term), left_width, false);
    guards_right |= reads_only(columns_of(term), left_width, true);
  }
  // What may fail is computed for rows alone, not for pairs, only where no other term could have
  // spared it some of them.
  const auto found_out_first = [&](const ExprRef& term) -> std::optional<RangeTerm> {
    std::optional<RangeTerm> range = range_term(term, left_width);
    if (!range || (guards_left && can_fail(range->left)) ||
        (guards_right && can_fail(range->right)))
      return std::nullopt;
    return range;
  };
  constexpr size_t kNone = ~size_t{0};
  size_t first = kNone, opposite = kNone, second = kNone;
  bool from_above = false;
  for (size_t i = 0; i < terms.size(); ++i) {
    const std::optional<RangeTerm> range = found_out_first(terms[i]);
    if (!range) continue;
    if (first == kNone) {
      first = i;
      from_above = bounds_from_above(*range);
    } else if (bounds_from_above(*range) != from_above) {
      if (opposite == kNone) opposite = i;
    } else if (second == kNone) {
      second = i;
    }
  }
  if (opposite != kNone) second = opposite;
  for (size_t i = 0; i < terms.size(); ++i) {
    if (i == first || i == second) {
      out.ranges.push_back(*range_term(terms[i], left_width));
    } else {
      out.rest.push_back(terms[i]);
    }
  }
  return out;
}

JoinMethod method_of(const JoinNode& node) {
  if (node.kind == JoinKind::kPositional) return JoinMethod::kPositional;
  if (node.is_asof()) return JoinMethod::kAsof;
  if (!node.left_keys.empty()) return JoinMethod::kHash;
  if (range_terms(node).ranges.empty()) return JoinMethod::kNestedLoop;
  const auto is_small = [](const PlanRef& side) {
    const std::optional<uint64_t> rows = most_rows(*side);
    return rows && *rows <= kFewJoinRows;
  };
  return is_small(node.left) || is_small(node.right) ? JoinMethod::kNestedLoop : JoinMethod::kRange;
}

}  // namespace doline
