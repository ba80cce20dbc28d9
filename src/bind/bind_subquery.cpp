#include "bind/query_binder.h"
#include "function/registry.h"
#include "plan/plan_expressions.h"

namespace doline {

QueryBinder::BoundSubquery QueryBinder::query_inside(const sql::Query& query, SourceSpan span,
                                                     const ExprContext& context) {
  if (frame_)
    throw Error(ErrorCode::kNotSupported, span, "a subquery inside a lambda is not supported");
  OuterQuery here{&context, outer_, tables_, {}};
  outer_ = &here;
  PlanRef plan = bind(query, tables_);
  outer_ = here.outer;
  return {std::move(plan), std::move(here.columns)};
}

ExprRef QueryBinder::subquery(const sql::Subquery& node, const ExprContext& context) {
  auto [plan, outers] = query_inside(*node.query, node.span, context);
  auto placeholder = make_ref<SubqueryExpr>();
  placeholder->outers = std::move(outers);
  placeholder->span = node.span;
  switch (node.subquery) {
    case sql::SubqueryKind::kExists:
      placeholder->kind = SubqueryExpr::Kind::kExists;
      placeholder->plan = std::move(plan);
      placeholder->type = Type::boolean();
      return placeholder;
    case sql::SubqueryKind::kArray: {
      const PlanRef all = AggregationNode::create(
          plan, {}, {}, {aggregate_of("list", {output_column(plan, 0)})}, {"array"});
      const ExprRef empty = ConstantExpr::create(Value::nested(all->schema[0].type, {}));
      placeholder->plan = ProjectNode::create(
          all, {CoalesceExpr::create({output_column(all, 0), empty})}, {"array"});
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
    return CallExpr::create("equals_any",
                            {expression(*node.list, context), expression(*node.input, context)},
                            node.span);
  }
  auto inside = query_inside(*node.query, node.span, context);
  PlanRef& plan = inside.plan;
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
    ExprRef column = output_column(plan, i);
    unify(keys[i], column, node.span, "comparison", Meeting::kOrder);
    columns.push_back(column);
    names.push_back(plan->schema[i].name);
  }
  plan = ProjectNode::create(std::move(plan), columns, names);
  if (node.op == sql::ComparisonOperator::kEqual) {
    auto placeholder = make_ref<SubqueryExpr>();
    placeholder->kind = SubqueryExpr::Kind::kMember;
    placeholder->plan = std::move(plan);
    placeholder->keys = std::move(keys);
    placeholder->outers = std::move(inside.outers);
    placeholder->type = Type::boolean();
    placeholder->span = node.span;
    return placeholder;
  }
  if (keys.size() != 1)
    throw Error(ErrorCode::kNotSupported, node.span, "rows compare with ANY by = alone");
  return any_by_extremes(node.op, keys[0], std::move(inside), node.span);
}

ExprRef QueryBinder::any_by_extremes(sql::ComparisonOperator op, const ExprRef& key,
                                     BoundSubquery inside, SourceSpan span) {
  const ExprRef value = output_column(inside.plan, 0);
  const bool upward =
      op == sql::ComparisonOperator::kLess || op == sql::ComparisonOperator::kLessOrEqual;
  const PlanRef facts = AggregationNode::create(
      inside.plan, {}, {},
      {aggregate_of(upward ? "max" : "min", {value}), aggregate_of(upward ? "min" : "max", {value}),
       aggregate_of("count", {}), aggregate_of("count", {value})},
      {"extreme", "other", "rows", "values"});
  // One subquery, however many of the facts are asked for: they are fields of its value.
  auto placeholder = make_ref<SubqueryExpr>();
  const ExprRef all = CallExpr::create(*FunctionRegistry::instance().scalar("struct_pack"),
                                       output_columns(facts), span, {}, names_of(facts->schema));
  placeholder->plan = ProjectNode::create(facts, {all}, {"facts"});
  placeholder->outers = std::move(inside.outers);
  placeholder->type = all->type;
  placeholder->span = span;
  const ExprRef facts_here = placeholder;
  const auto fact = [&](uint32_t index) {
    return field(facts_here, facts->schema[index].name, span);
  };
  const ExprRef zero = ConstantExpr::create(Value::integer(Type::int64(), 0));
  const ExprRef empty = CallExpr::create("=", {fact(2), zero}, span);
  const ExprRef has_null = CallExpr::create("<>", {fact(2), fact(3)}, span);
  const ExprRef falsehood = ConstantExpr::create(Value::boolean(false));
  const ExprRef unknown = ConstantExpr::create(Value::null(Type::boolean()));
  return computed_once(key, span, [&](const ExprRef& once) {
    ExprRef test = compare(op, once, fact(0), span);
    if (op == sql::ComparisonOperator::kNotEqual)
      test = ConjunctionExpr::create(false, {test, compare(op, once, fact(1), span)}, span);
    return CaseExpr::create(
        {empty, test, has_null, IsNullExpr::create(once, false)},
        {falsehood, ConstantExpr::create(Value::boolean(true)), unknown, unknown}, falsehood, span);
  });
}

}  // namespace doline
