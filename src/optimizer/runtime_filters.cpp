#include <unordered_map>

#include "optimizer/filtered_scans.h"
#include "optimizer/passes.h"
#include "plan/plan_expressions.h"
#include "plan/recursive_node.h"

namespace doline {

namespace {

/// A build side this much smaller than the probe side is worth a filter.
constexpr double kWorthwhile = 0.5;

}  // namespace

bool filters_left(const JoinNode& join) {
  // Left rows without a match may vanish early only where they do not come out anyway.
  if (join.left_keys.empty() || join.nulls_equal || join.is_asof()) return false;
  if (join.kind != JoinKind::kInner && join.kind != JoinKind::kSemi &&
      join.kind != JoinKind::kRight && join.gives_left())
    return false;
  // A scan is read once, whatever is built anew in each round of a recursion.
  if (WorkingTables().any(join.right)) return false;
  return estimated_rows(join.right) <= estimated_rows(join.left) * kWorthwhile;
}

PlanRef with_filtered_scan(const PlanRef& plan, uint32_t column, Comes comes,
                           const AtScan& at_scan) {
  switch (plan->tag()) {
    case NodeTag::kScan: {
      const auto& scan = static_cast<const ScanNode&>(*plan);
      return scan.limit >= 0 ? nullptr : at_scan(scan, column);
    }
    case NodeTag::kFilter: {
      const PlanRef input = with_filtered_scan(plan->children()[0], column, comes, at_scan);
      return input ? plan->with_children({input}) : nullptr;
    }
    case NodeTag::kProject: {
      const auto& project = static_cast<const ProjectNode&>(*plan);
      const auto* source = dynamic_cast<const ColumnExpr*>(project.exprs[column].get());
      if (!source) return nullptr;
      const PlanRef input = with_filtered_scan(project.input, source->index, comes, at_scan);
      return input ? plan->with_children({input}) : nullptr;
    }
    case NodeTag::kJoin: {
      const auto& join = static_cast<const JoinNode&>(*plan);
      if (!join.gives_left()) {
        if (comes == Comes::kMeanwhile) return nullptr;
        const PlanRef right = with_filtered_scan(join.right, column, comes, at_scan);
        return right ? join.with_children({join.left, right}) : nullptr;
      }
      if (column >= join.left->schema.size() || !join.keeps_left() || join.kind == JoinKind::kMark)
        return nullptr;
      const PlanRef left = with_filtered_scan(join.left, column, comes, at_scan);
      return left ? join.with_children({left, join.right}) : nullptr;
    }
    case NodeTag::kAggregation: {
      if (comes == Comes::kMeanwhile) return nullptr;
      // All rows of a group have its key, or one that is equal.
      const auto& node = static_cast<const AggregationNode&>(*plan);
      const auto* key = column < node.keys.size()
                            ? dynamic_cast<const ColumnExpr*>(node.keys[column].get())
                            : nullptr;
      const PlanRef input =
          key ? with_filtered_scan(node.input, key->index, comes, at_scan) : nullptr;
      return input ? plan->with_children({input}) : nullptr;
    }
    case NodeTag::kUnion: {
      std::vector<PlanRef> inputs = plan->children();
      bool any = false;
      for (PlanRef& input : inputs) {
        PlanRef with = with_filtered_scan(input, column, comes, at_scan);
        if (!with) continue;
        input = std::move(with);
        any = true;
      }
      return any ? plan->with_children(std::move(inputs)) : nullptr;
    }
    case NodeTag::kSort:
    case NodeTag::kLimit:
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
      return nullptr;
  }
  return nullptr;
}

namespace {

/// `plan` with the filter put on the scan that column `column` comes from.
PlanRef subscribed(const PlanRef& plan, uint32_t column, int64_t id, Comes comes) {
  return with_filtered_scan(plan, column, comes, [id](const ScanNode& scan, uint32_t own) {
    Ref<ScanNode> subscriber = scan.copy();
    subscriber->runtime_filters.push_back(id);
    subscriber->runtime_columns.push_back(own);
    subscriber->complete();
    return PlanRef(subscriber);
  });
}

/// The top-N as one that publishes to the scans that feed it what comes after its first rows, which
/// it knows better the more rows it has taken in; null where no scan may listen.
PlanRef publishing(const SortNode& sort, int64_t id) {
  if (sort.take < 0 || sort.keys.empty() || WorkingTables().any(sort.input)) return nullptr;
  const auto* column = dynamic_cast<const ColumnExpr*>(sort.keys[0]->expr.get());
  if (!column || column->type->is_nested()) return nullptr;
  PlanRef input = subscribed(sort.input, column->index, id, Comes::kMeanwhile);
  return input ? SortNode::create(std::move(input), sort.keys, sort.skip, sort.take, id) : nullptr;
}

}  // namespace

PlanRef place_runtime_filters(const PlanRef& plan) {
  int64_t next_id = 1;
  const EstimateScope scope;
  return rewrite_plan(plan, [&](const PlanRef& node) -> PlanRef {
    if (node->tag() == NodeTag::kSort) {
      PlanRef publisher = publishing(static_cast<const SortNode&>(*node), next_id);
      next_id += publisher != nullptr;
      return publisher;
    }
    const auto* join = dynamic_cast<const JoinNode*>(node.get());
    if (!join || !filters_left(*join)) return nullptr;
    PlanRef left = join->left;
    std::vector<int64_t> ids(join->left_keys.size(), -1);
    bool any = false;
    for (size_t i = 0; i < join->left_keys.size(); ++i) {
      const auto* column = dynamic_cast<const ColumnExpr*>(join->left_keys[i].get());
      if (!column) continue;
      if (PlanRef with = subscribed(left, column->index, next_id, Comes::kBefore)) {
        left = std::move(with);
        ids[i] = next_id++;
        any = true;
      }
    }
    if (!any) return nullptr;
    Ref<JoinNode> publisher = join->copy();
    publisher->left = std::move(left);
    publisher->runtime_filters = std::move(ids);
    publisher->complete();
    return publisher;
  });
}

}  // namespace doline
