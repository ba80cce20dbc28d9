#include <algorithm>

#include "optimizer/passes.h"
#include "plan/plan_expressions.h"

namespace doline {

namespace {

bool is_empty(const PlanRef& plan) {
  const auto* values = dynamic_cast<const ValuesNode*>(plan.get());
  return values && values->row_count == 0;
}

/// Whether a join has no rows, from which of its inputs have none.
bool gives_nothing(const JoinNode& join) {
  const bool left = is_empty(join.left);
  const bool right = is_empty(join.right);
  switch (join.kind) {
    case JoinKind::kInner:
    case JoinKind::kCross:
    case JoinKind::kSemi:
    case JoinKind::kRightSemi:
      return left || right;
    case JoinKind::kLeft:
    case JoinKind::kAnti:
    case JoinKind::kMark:
      return left;
    case JoinKind::kRight:
    case JoinKind::kRightAnti:
      return right;
    case JoinKind::kFull:
    case JoinKind::kPositional:
      return left && right;
  }
  UNREACHABLE();
}

/// A union has its first input's names.
PlanRef named_as(const PlanRef& plan, const Schema& schema) {
  if (plan->schema == schema) return plan;
  return ProjectNode::create(plan, output_columns(plan), names_of(schema));
}

PlanRef simplified(const PlanRef& plan) {
  bool nothing = false;
  switch (plan->tag()) {
    case NodeTag::kFilter:
    case NodeTag::kProject:
    case NodeTag::kSort:
    case NodeTag::kLimit:
    case NodeTag::kUnnest:
    case NodeTag::kWindowing:
    case NodeTag::kSample:
    case NodeTag::kSharedInput:
      nothing = is_empty(plan->children()[0]);
      break;
    case NodeTag::kAggregation:
      nothing =
          !static_cast<const AggregationNode&>(*plan).keys.empty() && is_empty(plan->children()[0]);
      break;
    case NodeTag::kJoin:
      nothing = gives_nothing(static_cast<const JoinNode&>(*plan));
      break;
    case NodeTag::kUnion: {
      std::vector<PlanRef> inputs = plan->children();
      const size_t before = inputs.size();
      inputs.erase(std::remove_if(inputs.begin(), inputs.end(), is_empty), inputs.end());
      if (inputs.size() == before) return nullptr;
      if (inputs.size() == 1) return named_as(inputs[0], plan->schema);
      if (!inputs.empty()) return named_as(UnionNode::create(std::move(inputs)), plan->schema);
      nothing = true;
      break;
    }
    case NodeTag::kScan:
    case NodeTag::kValues:
    case NodeTag::kSingleRow:
    case NodeTag::kRecursive:
    case NodeTag::kWorkingTable:
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
      break;
  }
  return nothing ? empty_relation(plan->schema) : nullptr;
}

}  // namespace

PlanRef empty_relation(const Schema& schema) { return ValuesNode::create(schema, {}, 0); }

PlanRef drop_empty(const PlanRef& plan) { return rewrite_plan(plan, simplified); }

}  // namespace doline
