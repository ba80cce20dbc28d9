#include "plan/plan_expressions.h"

#include "function/registry.h"

namespace doline {

namespace {

using Change = std::function<ExprRef(const ExprRef&)>;

/// Changes every element; tells whether any differs.
template <class T>
bool changed_all(std::vector<Ref<const T>>& exprs, const Change& change) {
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

bool changed_all(std::vector<SortKeyRef>& keys, const Change& change) {
  bool changed = false;
  for (SortKeyRef& key : keys) {
    ExprRef next = change(key->expr);
    if (next.get() == key->expr.get()) continue;
    key = SortKey::create(std::move(next), key->descending, key->nulls_first);
    changed = true;
  }
  return changed;
}

PlanRef mapped(const FilterNode& node, const Change& change) {
  ExprRef predicate = change(node.predicate);
  if (predicate.get() == node.predicate.get()) return PlanRef(&node);
  return FilterNode::create(node.input, std::move(predicate));
}

PlanRef mapped(const ProjectNode& node, const Change& change) {
  std::vector<ExprRef> exprs = node.exprs;
  if (!changed_all(exprs, change)) return PlanRef(&node);
  return ProjectNode::create(node.input, std::move(exprs), node.names);
}

PlanRef mapped(const AggregationNode& node, const Change& change) {
  std::vector<ExprRef> keys = node.keys;
  std::vector<AggregateExprRef> aggregates = node.aggregates;
  bool changed = changed_all(keys, change);
  changed |= changed_all(aggregates, change);
  if (!changed) return PlanRef(&node);
  return AggregationNode::create(node.input, std::move(keys), node.key_names, std::move(aggregates),
                                 node.aggregate_names);
}

PlanRef mapped(const JoinNode& node, const Change& change) {
  Ref<JoinNode> copy = node.copy();
  bool changed = changed_all(copy->left_keys, change);
  changed |= changed_all(copy->right_keys, change);
  for (ExprRef* own : {&copy->residual, &copy->asof_left, &copy->asof_right}) {
    if (!*own) continue;
    ExprRef next = change(*own);
    changed |= next.get() != own->get();
    *own = std::move(next);
  }
  if (!changed) return PlanRef(&node);
  copy->complete();
  return copy;
}

PlanRef mapped(const UnnestNode& node, const Change& change) {
  std::vector<ExprRef> lists = node.lists;
  if (!changed_all(lists, change)) return PlanRef(&node);
  return UnnestNode::create(node.input, std::move(lists), node.names, node.keep_empty);
}

PlanRef mapped(const WindowingNode& node, const Change& change) {
  std::vector<WindowExprRef> windows = node.windows;
  if (!changed_all(windows, change)) return PlanRef(&node);
  return WindowingNode::create(node.input, std::move(windows), node.names, node.ranking, node.most);
}

PlanRef mapped(const SortNode& node, const Change& change) {
  std::vector<SortKeyRef> keys = node.keys;
  if (!changed_all(keys, change)) return PlanRef(&node);
  return SortNode::create(node.input, std::move(keys), node.skip, node.take, node.runtime_filter);
}

}  // namespace

PlanRef map_expressions(const PlanRef& plan, const Change& change) {
  switch (plan->tag()) {
    case NodeTag::kFilter:
      return mapped(static_cast<const FilterNode&>(*plan), change);
    case NodeTag::kProject:
      return mapped(static_cast<const ProjectNode&>(*plan), change);
    case NodeTag::kAggregation:
      return mapped(static_cast<const AggregationNode&>(*plan), change);
    case NodeTag::kJoin:
      return mapped(static_cast<const JoinNode&>(*plan), change);
    case NodeTag::kUnnest:
      return mapped(static_cast<const UnnestNode&>(*plan), change);
    case NodeTag::kWindowing:
      return mapped(static_cast<const WindowingNode&>(*plan), change);
    case NodeTag::kSort:
      return mapped(static_cast<const SortNode&>(*plan), change);
    case NodeTag::kScan:
    case NodeTag::kLimit:
    case NodeTag::kUnion:
    case NodeTag::kValues:
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
      return plan;
  }
  return plan;
}

ExprRef output_column(const PlanRef& plan, uint32_t index) {
  return ColumnExpr::create(index, plan->schema[index].type, plan->schema[index].name);
}

std::vector<ExprRef> output_columns(const PlanRef& plan, size_t from, size_t count) {
  std::vector<ExprRef> columns;
  for (size_t i = from; i < from + count; ++i)
    columns.push_back(output_column(plan, static_cast<uint32_t>(i)));
  return columns;
}

std::vector<ExprRef> output_columns(const PlanRef& plan) {
  return output_columns(plan, 0, plan->schema.size());
}

std::vector<std::string> names_of(const Schema& schema) {
  std::vector<std::string> names;
  for (const Field& field : schema) names.push_back(field.name);
  return names;
}

PlanRef first_columns(const PlanRef& plan, size_t count) {
  std::vector<std::string> names = names_of(plan->schema);
  names.resize(count);
  return ProjectNode::create(plan, output_columns(plan, 0, count), std::move(names));
}

PlanRef distinct_rows(const PlanRef& plan) {
  return AggregationNode::create(plan, output_columns(plan), names_of(plan->schema), {}, {});
}

PlanRef with_columns(const PlanRef& plan, const std::vector<ExprRef>& exprs,
                     const std::string& name) {
  std::vector<ExprRef> all = output_columns(plan);
  std::vector<std::string> names = names_of(plan->schema);
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
