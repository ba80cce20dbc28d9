#include "base/cancellation.h"
#include "optimizer/passes.h"
#include "plan/plan_expressions.h"

namespace doline {

namespace {

/// What takes longer, some hundredths of a second, is left to the query, which can be cancelled.
constexpr uint32_t kFoldingPolls = 20;

bool is_true(const ExprRef& expr) {
  const auto* constant = dynamic_cast<const ConstantExpr*>(expr.get());
  return constant && !constant->value.is_null() && constant->value.type()->is(TypeKind::kBool) &&
         constant->value.as_bool();
}

ExprRef folded_expr(const ExprRef& expr, const SessionConstants& session) {
  return rewrite(expr, [&](const ExprRef& at) -> ExprRef {
    if (at->tag() == NodeTag::kConstant || at->tag() == NodeTag::kLambda || !is_constant(at))
      return nullptr;
    try {
      const PatienceScope patience(kFoldingPolls);
      return ConstantExpr::create(evaluate_constant(at, session), at->span);
    } catch (const Error&) {
      return nullptr;  // it fails when, and only if, a row reaches it
    }
  });
}

}  // namespace

PlanRef fold_constants(const PlanRef& plan, const SessionConstants& session) {
  return rewrite_plan(plan, [&](const PlanRef& node) -> PlanRef {
    PlanRef changed =
        map_expressions(node, [&](const ExprRef& expr) { return folded_expr(expr, session); });
    if (changed->tag() != NodeTag::kFilter) return changed;
    const auto& filter = static_cast<const FilterNode&>(*changed);
    std::vector<ExprRef> terms;
    for (const ExprRef& term : conjuncts_of(filter.predicate)) {
      if (!is_true(term)) terms.push_back(term);
    }
    return filtered(filter.input, std::move(terms));
  });
}

}  // namespace doline
