#include "optimizer/cost.h"

#include <cmath>
#include <unordered_set>

#include "optimizer/estimates.h"

namespace doline {

namespace {

constexpr double kDecode = 2;    // a value of a file
constexpr double kTest = 1.5;    // a term of a filter
constexpr double kCompute = 2;   // an expression that is no column
constexpr double kBuild = 40;    // a row of a join's table
constexpr double kGroup = 10;    // to find a row's group by one key of fixed width
constexpr double kFixedKey = 4;  // by a further one
constexpr double kWideKey = 30;  // by a text, a list or a struct
constexpr double kAdd = 2;       // to one aggregate
constexpr double kCompare = 6;   // of two rows in a sort
constexpr double kWindowCall = 20;
constexpr double kKeep = 3;  // a value, on its way to memory
constexpr double kRead = 1;  // and back

bool is_wide(TypeRef type) {
  const PhysicalType physical = type->physical();
  return physical == PhysicalType::kString || physical == PhysicalType::kList ||
         physical == PhysicalType::kStruct;
}

double own_cost(const PlanRef& plan) {
  const double rows = estimated_rows(plan);
  const auto rows_of = [&](size_t child) { return estimated_rows(plan->children()[child]); };
  switch (plan->tag()) {
    case NodeTag::kScan: {
      const auto& scan = static_cast<const ScanNode&>(*plan);
      const double all = EstimateScope::current().all_rows(plan);
      return all * (kDecode + kTest) * static_cast<double>(scan.filters.size()) +
             rows * kDecode * static_cast<double>(scan.columns.size());
    }
    case NodeTag::kFilter:
      return rows_of(0) * kTest *
             static_cast<double>(
                 conjuncts_of(static_cast<const FilterNode&>(*plan).predicate).size());
    case NodeTag::kProject: {
      double computed = 0;
      for (const ExprRef& expr : static_cast<const ProjectNode&>(*plan).exprs)
        computed += expr->tag() != NodeTag::kColumn && expr->tag() != NodeTag::kConstant;
      return rows * kCompute * computed;
    }
    case NodeTag::kAggregation: {
      const auto& node = static_cast<const AggregationNode&>(*plan);
      return rows_of(0) * grouping_cost(node.input, node.keys, node.aggregates.size()) +
             keeping_cost(plan);
    }
    case NodeTag::kJoin: {
      const auto& join = static_cast<const JoinNode&>(*plan);
      // Without keys every pair is looked at.
      if (join.left_keys.empty()) return std::max(rows, rows_of(0) * rows_of(1)) * kTest;
      const bool is_turned =
          !join.is_inner() && join.can_turn() && builds_left(rows_of(0), rows_of(1));
      return rows_of(is_turned) * kProbeCost + rows_of(!is_turned) * kBuild + rows;
    }
    case NodeTag::kSort:
      return rows_of(0) * kCompare * std::log2(2 + rows_of(0)) + keeping_cost(plan);
    case NodeTag::kWindowing:
      return rows * (kCompare * std::log2(2 + rows) +
                     kWindowCall * static_cast<double>(
                                       static_cast<const WindowingNode&>(*plan).windows.size())) +
             keeping_cost(plan);
    case NodeTag::kSharedInput:
      return keeping_cost(plan);
    case NodeTag::kRecursive:
    case NodeTag::kUnnest:
    case NodeTag::kWrite:
      return rows * kKeep * static_cast<double>(plan->schema.size());
    case NodeTag::kUnion:
    case NodeTag::kLimit:
    case NodeTag::kValues:
    case NodeTag::kSingleRow:
    case NodeTag::kWorkingTable:
    case NodeTag::kSample:
    case NodeTag::kConstant:
    case NodeTag::kColumn:
    case NodeTag::kCall:
    case NodeTag::kCast:
    case NodeTag::kCase:
    case NodeTag::kConjunction:
    case NodeTag::kIsNull:
    case NodeTag::kInList:
    case NodeTag::kCoalesce:
    case NodeTag::kTry:
    case NodeTag::kLambda:
    case NodeTag::kAggregate:
    case NodeTag::kWindow:
    case NodeTag::kSortKey:
    case NodeTag::kLet:
    case NodeTag::kLetValue:
      break;
  }
  return 0;
}

double cost_once(const PlanRef& plan, std::unordered_set<const PlanNode*>& counted) {
  if (plan->tag() == NodeTag::kSharedInput && !counted.insert(plan.get()).second)
    return rereading_cost(plan);
  double cost = own_cost(plan);
  for (const PlanRef& child : plan->children()) cost += cost_once(child, counted);
  return cost;
}

}  // namespace

double cost_of(const PlanRef& plan) {
  const EstimateScope scope;
  std::unordered_set<const PlanNode*> counted;
  return cost_once(plan, counted);
}

double grouping_cost(const PlanRef& input, const std::vector<ExprRef>& keys, size_t aggregates) {
  double cost = kAdd * static_cast<double>(aggregates);
  if (keys.empty()) return cost;
  cost += kGroup;
  for (const ExprRef& key : keys) cost += is_wide(key->type) ? kWideKey : kFixedKey;
  return cost;
}

double set_cost(TypeRef type, double distinct) {
  constexpr double kFewValues = 1000;
  if (is_wide(type)) return 2 * kWideKey;
  return distinct <= kFewValues ? kAdd : 2 * kFixedKey;
}

double keeping_cost(const PlanRef& plan) {
  return estimated_rows(plan) * kKeep * static_cast<double>(plan->schema.size());
}

double rereading_cost(const PlanRef& plan) {
  return estimated_rows(plan) * kRead * static_cast<double>(plan->schema.size());
}

}  // namespace doline
