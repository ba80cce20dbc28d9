#include "plan/plan_expressions.h"

#include "function/registry.h"

namespace doline {

namespace {

/// Changes every element; tells whether any differs.
template <class T>
bool changed_all(std::vector<Ref<const T>>& exprs,
                 const std::function<ExprRef(const ExprRef&)>& change) {
  bool changed = false;
  for (auto& expr : exprs) {
    ExprRef next = change(expr);
    if (next.get() == expr.get()) continue;
    const auto* typed = dynamic_cast<const T*>(next.get());
    if (!typed) continue;  // an aggregate stays an aggregate
    expr = Ref<const T>(typed);
    changed = true;
  }
  return changed;
}

}  // namespace

PlanRef map_expressions(const PlanRef& plan, const std::function<ExprRef(const ExprRef&)>& change) {
  switch (plan->tag()) {
    case NodeTag::kFilter: {
      const auto& node = static_cast<const FilterNode&>(*plan);
      ExprRef predicate = change(node.predicate);
      return predicate.get() == node.predicate.get()
                 ? plan
                 : FilterNode::create(node.input, std::move(predicate));
    }
    case NodeTag::kProject: {
      const auto& node = static_cast<const ProjectNode&>(*plan);
      std::vector<ExprRef> exprs = node.exprs;
      return changed_all(exprs, change)
                 ? ProjectNode::create(node.input, std::move(exprs), node.names)
                 : plan;
    }
    case NodeTag::kAggregation: {
      const auto& node = static_cast<const AggregationNode&>(*plan);
      std::vector<ExprRef> keys = node.keys;
      std::vector<AggregateExprRef> aggregates = node.aggregates;
      bool changed = changed_all(keys, change);
      changed |= changed_all(aggregates, change);
      return changed ? AggregationNode::create(node.input, std::move(keys), node.key_names,
                                               std::move(aggregates), node.aggregate_names)
                     : plan;
    }
    case NodeTag::kJoin: {
      const auto& node = static_cast<const JoinNode&>(*plan);
      auto copy = node.with_children({node.left, node.right});
      auto* made =
          const_cast<JoinNode*>(static_cast<const JoinNode*>(copy.get()));  // not published yet
      bool changed = changed_all(made->left_keys, change);
      changed |= changed_all(made->right_keys, change);
      if (node.residual) {
        made->residual = change(node.residual);
        changed |= made->residual.get() != node.residual.get();
      }
      return changed ? copy : plan;
    }
    case NodeTag::kUnnest: {
      const auto& node = static_cast<const UnnestNode&>(*plan);
      std::vector<ExprRef> lists = node.lists;
      return changed_all(lists, change)
                 ? UnnestNode::create(node.input, std::move(lists), node.names, node.keep_empty)
                 : plan;
    }
    case NodeTag::kWindowing: {
      const auto& node = static_cast<const WindowingNode&>(*plan);
      std::vector<WindowExprRef> windows = node.windows;
      return changed_all(windows, change)
                 ? WindowingNode::create(node.input, std::move(windows), node.names)
                 : plan;
    }
    case NodeTag::kSort: {
      const auto& node = static_cast<const SortNode&>(*plan);
      std::vector<SortKeyRef> keys;
      bool changed = false;
      for (const SortKeyRef& key : node.keys) {
        ExprRef next = change(key->expr);
        changed |= next.get() != key->expr.get();
        keys.push_back(SortKey::create(std::move(next), key->descending, key->nulls_first));
      }
      return changed ? SortNode::create(node.input, std::move(keys), node.skip, node.take) : plan;
    }
    case NodeTag::kScan:
    case NodeTag::kLimit:
    case NodeTag::kUnion:
    case NodeTag::kValues:
    case NodeTag::kSingleRow:
    case NodeTag::kSharedInput:
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
      return plan;
  }
  return plan;
}

ExprRef output_column(const PlanRef& plan, uint32_t index) {
  return ColumnExpr::create(index, plan->schema[index].type, plan->schema[index].name);
}

PlanRef with_columns(const PlanRef& plan, const std::vector<ExprRef>& exprs,
                     const std::string& name) {
  std::vector<ExprRef> all;
  std::vector<std::string> names;
  for (uint32_t i = 0; i < plan->schema.size(); ++i) {
    all.push_back(output_column(plan, i));
    names.push_back(plan->schema[i].name);
  }
  all.insert(all.end(), exprs.begin(), exprs.end());
  names.resize(all.size(), name);
  return ProjectNode::create(plan, std::move(all), std::move(names));
}

AggregateExprRef aggregate_of(const char* name, std::vector<ExprRef> arguments, ExprRef filter) {
  return AggregateExpr::create(*FunctionRegistry::instance().aggregate(name), std::move(arguments),
                               false, {}, std::move(filter), {});
}

WindowExprRef row_number_over(std::vector<ExprRef> partition_by, std::vector<SortKeyRef> order_by) {
  WindowExpr number;
  number.kind = WindowKind::kRowNumber;
  number.name = "row_number";
  number.type = Type::int64();
  number.partition_by = std::move(partition_by);
  number.order_by = std::move(order_by);
  return WindowExpr::create(number);
}

WindowExprRef count_over(std::vector<ExprRef> partition_by) {
  WindowExpr count;
  count.kind = WindowKind::kAggregate;
  count.name = "count";
  count.aggregate = aggregate_of("count", {});
  count.type = count.aggregate->type;
  count.partition_by = std::move(partition_by);
  return WindowExpr::create(count);
}

ExprRef through_projection(const ExprRef& expr, const std::vector<ExprRef>& exprs) {
  return rewrite(expr, [&](const ExprRef& at) -> ExprRef {
    const auto* column = dynamic_cast<const ColumnExpr*>(at.get());
    return column ? exprs[column->index] : nullptr;
  });
}

PlanRef filtered(PlanRef plan, std::vector<ExprRef> terms) {
  if (terms.empty()) return plan;
  return FilterNode::create(std::move(plan), ConjunctionExpr::create(true, std::move(terms)));
}

}  // namespace doline
