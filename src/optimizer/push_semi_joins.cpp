#include "optimizer/passes.h"
#include "plan/plan_expressions.h"

namespace doline {

namespace {

/// A semi join is a filter of its left rows: it goes down to the input that its keys come from.
class SemiJoinPushing {
 public:
  explicit SemiJoinPushing(const JoinNode& semi) : semi_(semi) {}

  /// `plan` without the rows that have no partner.
  PlanRef push(const PlanRef& plan, std::vector<ExprRef> keys) {
    switch (plan->tag()) {
      case NodeTag::kFilter: {
        const auto& filter = static_cast<const FilterNode&>(*plan);
        return filter.with_children({push(filter.input, std::move(keys))});
      }
      case NodeTag::kProject: {
        const auto& project = static_cast<const ProjectNode&>(*plan);
        for (ExprRef& key : keys) {
          for (uint32_t column : columns_of(key)) {
            if (project.exprs[column]->tag() != NodeTag::kColumn)
              return here(plan, std::move(keys));
          }
        }
        for (ExprRef& key : keys) key = through_projection(key, project.exprs);
        return project.with_children({push(project.input, std::move(keys))});
      }
      case NodeTag::kJoin: {
        const auto& join = static_cast<const JoinNode&>(*plan);
        const auto left_width = static_cast<uint32_t>(join.left->schema.size());
        const bool keeps_left = join.keeps_left() && join.kind != JoinKind::kMark;
        bool only_left = true, only_right = true;
        for (const ExprRef& key : keys) {
          for (uint32_t column : columns_of(key))
            (column < left_width ? only_right : only_left) = false;
        }
        if (only_left && keeps_left)
          return join.with_children({push(join.left, std::move(keys)), join.right});
        if (only_right && join.is_inner()) {
          for (ExprRef& key : keys) key = shift_columns(key, -static_cast<int64_t>(left_width));
          return join.with_children({join.left, push(join.right, std::move(keys))});
        }
        return here(plan, std::move(keys));
      }
      case NodeTag::kScan:
      case NodeTag::kAggregation:
      case NodeTag::kSort:
      case NodeTag::kLimit:
      case NodeTag::kUnion:
      case NodeTag::kValues:
      case NodeTag::kUnnest:
      case NodeTag::kWindowing:
      case NodeTag::kSingleRow:
      case NodeTag::kSharedInput:
      case NodeTag::kRecursive:
      case NodeTag::kWorkingTable:
      case NodeTag::kSample:
      case NodeTag::kWrite:
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
        return here(plan, std::move(keys));
    }
    return here(plan, std::move(keys));
  }

 private:
  PlanRef here(const PlanRef& plan, std::vector<ExprRef> keys) {
    return JoinNode::create(plan, semi_.right, JoinKind::kSemi, std::move(keys), semi_.right_keys);
  }
  const JoinNode& semi_;
};

}  // namespace

PlanRef push_semi_joins(const PlanRef& plan) {
  return rewrite_plan(plan, [](const PlanRef& node) -> PlanRef {
    const auto* semi = dynamic_cast<const JoinNode*>(node.get());
    if (!semi || semi->kind != JoinKind::kSemi || semi->residual || semi->nulls_equal ||
        semi->left_keys.empty() || semi->is_asof())
      return nullptr;
    if (semi->left->tag() == NodeTag::kScan) return nullptr;
    for (const ExprRef& key : semi->left_keys) {
      // What may fail or changes from call to call is computed for the rows it was written for.
      if (columns_of(key).empty() || is_volatile(key) || can_fail(key)) return nullptr;
    }
    return SemiJoinPushing(*semi).push(semi->left, semi->left_keys);
  });
}

}  // namespace doline
