#include <algorithm>

#include "bind/query_binder.h"
#include "function/registry.h"

namespace doline {

namespace {

ExprRef column_of(const PlanRef& plan, uint32_t index) {
  return ColumnExpr::create(index, plan->schema[index].type, plan->schema[index].name);
}

AggregateExprRef aggregate_of(const char* name, std::vector<ExprRef> arguments) {
  return AggregateExpr::create(*FunctionRegistry::instance().aggregate(name), std::move(arguments),
                               false, {}, {}, {});
}

/// One row: whether `plan` has any.
PlanRef has_rows(PlanRef plan) {
  PlanRef counted = AggregationNode::create(LimitNode::create(std::move(plan), 0, 1), {}, {},
                                            {aggregate_of("count", {})}, {"count"});
  const ExprRef positive = CallExpr::create(
      ">", {column_of(counted, 0), ConstantExpr::create(Value::integer(Type::int64(), 0))});
  return ProjectNode::create(std::move(counted), {positive}, {"exists"});
}

PlanRef cross(PlanRef left, PlanRef right) {
  return JoinNode::create(std::move(left), std::move(right), JoinKind::kCross, {}, {});
}

}  // namespace

ExprRef QueryBinder::subquery(const sql::Subquery& node, const ExprContext& context) {
  const Scope* outer = std::exchange(outer_scope_, context.scope);
  const LambdaFrame* frame = std::exchange(frame_, nullptr);
  PlanRef plan = bind(*node.query, tables_);
  frame_ = frame;
  outer_scope_ = outer;
  if (frame_)
    throw Error(ErrorCode::kNotSupported, node.span, "a subquery inside a lambda is not supported");
  auto placeholder = make_ref<SubqueryExpr>();
  placeholder->span = node.span;
  switch (node.subquery) {
    case sql::SubqueryKind::kExists:
      placeholder->kind = SubqueryExpr::Kind::kExists;
      placeholder->plan = has_rows(std::move(plan));
      placeholder->type = Type::boolean();
      return placeholder;
    case sql::SubqueryKind::kArray: {
      const ExprRef value = column_of(plan, 0);
      placeholder->plan =
          AggregationNode::create(plan, {}, {}, {aggregate_of("list", {value})}, {"array"});
      break;
    }
    case sql::SubqueryKind::kScalar:
      if (plan->schema.size() != 1) {
        throw Error(ErrorCode::kBind, node.span,
                    "a subquery that stands for a value has one column, not {}",
                    plan->schema.size());
      }
      placeholder->plan = SingleRowNode::create(std::move(plan), node.span);
      break;
  }
  placeholder->kind = SubqueryExpr::Kind::kScalar;
  placeholder->type = placeholder->plan->schema[0].type;
  return placeholder;
}

ExprRef QueryBinder::quantified(const sql::Quantified& node, const ExprContext& context) {
  if (node.list) {
    if (node.op != sql::ComparisonOperator::kEqual) {
      throw Error(ErrorCode::kNotSupported, node.span, "ANY over a list works with = alone")
          .hint("unnest the list");
    }
    return CallExpr::create("list_contains",
                            {expression(*node.list, context), expression(*node.input, context)},
                            node.span);
  }
  const Scope* outer = std::exchange(outer_scope_, context.scope);
  const LambdaFrame* frame = std::exchange(frame_, nullptr);
  PlanRef plan = bind(*node.query, tables_);
  frame_ = frame;
  outer_scope_ = outer;
  ExprRef input = expression(*node.input, context);
  std::vector<ExprRef> keys;
  const auto* row = dynamic_cast<const CallExpr*>(input.get());
  if (plan->schema.size() > 1 && row && (row->name == "row" || row->name == "struct_pack")) {
    keys = row->arguments;
  } else {
    keys = {input};
  }
  if (keys.size() != plan->schema.size()) {
    throw Error(ErrorCode::kBind, node.span, "{} value{} compared with a subquery of {} columns",
                keys.size(), keys.size() == 1 ? " is" : "s are", plan->schema.size());
  }
  std::vector<ExprRef> columns;
  std::vector<std::string> names;
  for (uint32_t i = 0; i < keys.size(); ++i) {
    ExprRef column = column_of(plan, i);
    unify(keys[i], column, node.span, "comparison");
    columns.push_back(column);
    names.push_back(plan->schema[i].name);
  }
  plan = ProjectNode::create(std::move(plan), columns, names);
  if (node.op == sql::ComparisonOperator::kEqual) {
    auto placeholder = make_ref<SubqueryExpr>();
    placeholder->kind = SubqueryExpr::Kind::kMember;
    placeholder->plan = std::move(plan);
    placeholder->keys = std::move(keys);
    placeholder->type = Type::boolean();
    placeholder->span = node.span;
    return placeholder;
  }
  if (keys.size() != 1)
    throw Error(ErrorCode::kNotSupported, node.span, "rows compare with ANY by = alone");
  // x < ANY (S): against the extreme value of S; unknown when only NULLs could still decide.
  const ExprRef value = column_of(plan, 0);
  const bool upward =
      node.op == sql::ComparisonOperator::kLess || node.op == sql::ComparisonOperator::kLessOrEqual;
  PlanRef facts = AggregationNode::create(
      plan, {}, {},
      {aggregate_of(upward ? "max" : "min", {value}), aggregate_of(upward ? "min" : "max", {value}),
       aggregate_of("count", {}), aggregate_of("count", {value})},
      {"extreme", "other", "rows", "values"});
  const auto fact = [&](uint32_t index) -> ExprRef {
    auto placeholder = make_ref<SubqueryExpr>();
    placeholder->plan =
        ProjectNode::create(facts, {column_of(facts, index)}, {facts->schema[index].name});
    placeholder->type = facts->schema[index].type;
    placeholder->span = node.span;
    return placeholder;
  };
  ExprRef test = compare(node.op, keys[0], fact(0), node.span);
  if (node.op == sql::ComparisonOperator::kNotEqual) {
    test = ConjunctionExpr::create(false, {test, compare(node.op, keys[0], fact(1), node.span)},
                                   node.span);
  }
  const ExprRef zero = ConstantExpr::create(Value::integer(Type::int64(), 0));
  const ExprRef empty = CallExpr::create("=", {fact(2), zero}, node.span);
  const ExprRef has_null = CallExpr::create("<>", {fact(2), fact(3)}, node.span);
  const ExprRef falsehood = ConstantExpr::create(Value::boolean(false));
  const ExprRef unknown = ConstantExpr::create(Value::null(Type::boolean()));
  return CaseExpr::create({empty, test, has_null, IsNullExpr::create(keys[0], false)},
                          {falsehood, ConstantExpr::create(Value::boolean(true)), unknown, unknown},
                          falsehood, node.span);
}

namespace {

/// Whether the keys are among the subquery's rows, by a mark join. Rows compare column by column:
/// where none is equal, the answer is unknown if there is one that differs in no column, but for
/// NULLs on either side. `is_condition`: unknown may as well be false.
ExprRef member(const SubqueryExpr& subquery, PlanRef& plan, bool is_condition) {
  const auto marked = [&](PlanRef rows, std::vector<ExprRef> keys, std::vector<ExprRef> columns,
                          ExprRef residual, bool null_aware) {
    plan = JoinNode::create(std::move(plan), std::move(rows), JoinKind::kMark, std::move(keys),
                            std::move(columns), std::move(residual), null_aware);
    const auto mark = static_cast<uint32_t>(plan->schema.size() - 1);
    return ColumnExpr::create(mark, plan->schema[mark].type, plan->schema[mark].name,
                              subquery.span);
  };
  std::vector<ExprRef> keys = subquery.keys;
  std::vector<ExprRef> columns;
  for (uint32_t i = 0; i < keys.size(); ++i) columns.push_back(column_of(subquery.plan, i));
  if (keys.size() == 1 || is_condition) return marked(subquery.plan, keys, columns, {}, true);

  // Computed once: they are asked about again and again.
  std::vector<ExprRef> exprs;
  std::vector<std::string> names;
  for (uint32_t i = 0; i < plan->schema.size(); ++i) {
    exprs.push_back(column_of(plan, i));
    names.push_back(plan->schema[i].name);
  }
  for (ExprRef& key : keys) {
    exprs.push_back(key);
    names.emplace_back("key");
    key = ColumnExpr::create(static_cast<uint32_t>(exprs.size() - 1), key->type, "key");
  }
  plan = ProjectNode::create(std::move(plan), std::move(exprs), std::move(names));

  const auto any_null = [](const std::vector<ExprRef>& values) {
    std::vector<ExprRef> terms;
    for (const ExprRef& value : values) terms.push_back(IsNullExpr::create(value, false));
    return ConjunctionExpr::create(false, std::move(terms));
  };
  const auto differs_nowhere = [&] {
    std::vector<ExprRef> terms;
    for (size_t i = 0; i < keys.size(); ++i) {
      const ExprRef other = shift_columns(columns[i], static_cast<int64_t>(plan->schema.size()));
      terms.push_back(ConjunctionExpr::create(
          false, {CallExpr::create("=", {keys[i], other}), any_null({keys[i], other})}));
    }
    return terms;
  };
  const PlanRef rows = SharedInputNode::create(subquery.plan, "members");
  const ExprRef found = marked(rows, keys, columns, {}, false);
  // Every left row beside the few with NULLs, then the few left rows with NULLs beside every row.
  const ExprRef by_rows = marked(FilterNode::create(rows, any_null(columns)), {}, {},
                                 ConjunctionExpr::create(true, differs_nowhere()), false);
  std::vector<ExprRef> terms = differs_nowhere();
  terms.insert(terms.begin(), any_null(keys));
  const ExprRef by_keys =
      marked(rows, {}, {}, ConjunctionExpr::create(true, std::move(terms)), false);
  return CaseExpr::create({found, ConjunctionExpr::create(false, {by_rows, by_keys})},
                          {ConstantExpr::create(Value::boolean(true)),
                           ConstantExpr::create(Value::null(Type::boolean()))},
                          ConstantExpr::create(Value::boolean(false)), subquery.span);
}

}  // namespace

ExprRef attach_subqueries(const ExprRef& expr, PlanRef& plan, bool is_condition) {
  const std::vector<ExprRef> terms = is_condition ? conjuncts_of(expr) : std::vector<ExprRef>();
  return rewrite(expr, [&](const ExprRef& at) -> ExprRef {
    const auto* subquery = dynamic_cast<const SubqueryExpr*>(at.get());
    if (!subquery) return nullptr;
    if (subquery->kind == SubqueryExpr::Kind::kMember)
      return member(*subquery, plan, std::find(terms.begin(), terms.end(), at) != terms.end());
    const auto width = static_cast<uint32_t>(plan->schema.size());
    plan = cross(std::move(plan), subquery->plan);
    return ColumnExpr::create(width, plan->schema[width].type, plan->schema[width].name, at->span);
  });
}

}  // namespace doline
