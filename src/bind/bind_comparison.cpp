// Comparisons, and what is made of them: BETWEEN, IN, CASE, NULLIF.
#include "bind/query_binder.h"

namespace doline {

ExprRef computed_once(const ExprRef& value, SourceSpan span,
                      const std::function<ExprRef(const ExprRef&)>& use) {
  if (!is_volatile(value)) return use(value);
  return LetExpr::create(value, use(LetValueExpr::create(value->type, value->span)), span);
}

ExprRef QueryBinder::comparison(const sql::Comparison& node, const ExprContext& context) {
  return compare(node.op, expression(*node.left, context), expression(*node.right, context),
                 node.span);
}

ExprRef QueryBinder::compare(sql::ComparisonOperator op, ExprRef left, ExprRef right,
                             SourceSpan span) {
  static constexpr const char* kNames[] = {
      "=", "<>", "<", "<=", ">", ">=", "is_distinct_from", "is_not_distinct_from"};
  const bool is_order =
      op >= sql::ComparisonOperator::kLess && op <= sql::ComparisonOperator::kGreaterOrEqual;
  unify(left, right, span, "comparison", is_order ? Meeting::kOrder : Meeting::kEqual);
  return CallExpr::create(kNames[static_cast<size_t>(op)], {std::move(left), std::move(right)},
                          span);
}

ExprRef QueryBinder::between(const sql::Between& node, const ExprContext& context) {
  const ExprRef value = expression(*node.input, context);
  const ExprRef low = expression(*node.low, context);
  const ExprRef high = expression(*node.high, context);
  return computed_once(value, node.span, [&](const ExprRef& input) {
    return ConjunctionExpr::create(
        true,
        {compare(sql::ComparisonOperator::kGreaterOrEqual, input, low, node.span),
         compare(sql::ComparisonOperator::kLessOrEqual, input, high, node.span)},
        node.span);
  });
}

ExprRef QueryBinder::in_list(const sql::In& node, const ExprContext& context) {
  std::vector<ExprRef> all = {expression(*node.input, context)};
  for (const auto& entry : node.list) all.push_back(expression(*entry, context));
  unify_all(all, node.span, "IN", Meeting::kEqual);
  std::vector<Value> values;
  for (size_t i = 1; i < all.size(); ++i) {
    if (const auto* constant = dynamic_cast<const ConstantExpr*>(all[i].get())) {
      values.push_back(constant->value);
    } else if (is_constant(all[i])) {
      values.push_back(evaluate_constant(all[i], catalog_.session()));
    }
  }
  if (values.size() + 1 == all.size())
    return InListExpr::create(all[0], std::move(values), node.span);
  return computed_once(all[0], node.span, [&](const ExprRef& input) {
    std::vector<ExprRef> terms;
    for (size_t i = 1; i < all.size(); ++i)
      terms.push_back(CallExpr::create("=", {input, all[i]}, node.span));
    return ConjunctionExpr::create(false, std::move(terms), node.span);
  });
}

ExprRef QueryBinder::case_of(const sql::Case& node, const ExprContext& context) {
  if (node.operand) {
    return computed_once(expression(*node.operand, context), node.span,
                         [&](const ExprRef& operand) { return case_over(operand, node, context); });
  }
  return case_over(nullptr, node, context);
}

ExprRef QueryBinder::case_over(const ExprRef& operand, const sql::Case& node,
                               const ExprContext& context) {
  std::vector<ExprRef> conditions, results;
  ExprContext inner = context;
  inner.clause = "CASE WHEN";
  for (const auto& branch : node.branches) {
    if (operand) {
      conditions.push_back(compare(sql::ComparisonOperator::kEqual, operand,
                                   expression(*branch.when, inner), branch.when->span));
    } else {
      conditions.push_back(condition(*branch.when, inner));
    }
    results.push_back(expression(*branch.then, context));
  }
  results.push_back(node.otherwise ? expression(*node.otherwise, context)
                                   : ConstantExpr::create(Value::null()));
  unify_all(results, node.span, "CASE branches");
  ExprRef otherwise = results.back();
  results.pop_back();
  return CaseExpr::create(std::move(conditions), std::move(results), std::move(otherwise),
                          node.span);
}

ExprRef QueryBinder::nullif(const ExprRef& value, const ExprRef& other, SourceSpan span) {
  return computed_once(value, span, [&](const ExprRef& once) {
    const ExprRef same = compare(sql::ComparisonOperator::kEqual, once, other, span);
    return CaseExpr::create({same}, {ConstantExpr::create(Value::null(once->type))}, once, span);
  });
}

}  // namespace doline
