#include "base/cancellation.h"
#include "optimizer/passes.h"
#include "plan/plan_expressions.h"

namespace doline {

namespace {

/// What takes longer, some hundredths of a second, is left to the query, which can be cancelled.
constexpr uint32_t kFoldingPolls = 20;

bool is_constant_bool(const ExprRef& expr, bool value) {
  const auto* constant = dynamic_cast<const ConstantExpr*>(expr.get());
  return constant && constant->type->is(TypeKind::kBool) && !constant->value.is_null() &&
         constant->value.as_bool() == value;
}
bool is_false(const ExprRef& expr) { return is_constant_bool(expr, false); }

/// Without the terms that settle nothing; one that settles all is what is left. Null: no change.
ExprRef simplified(const ConjunctionExpr& all) {
  const auto settles = [&](const ExprRef& term) {
    return all.is_and ? is_false(term) : is_true(term);
  };
  std::vector<ExprRef> kept;
  for (const ExprRef& term : all.terms) {
    if (settles(term)) return term;
    if (!(all.is_and ? is_true(term) : is_false(term))) kept.push_back(term);
  }
  if (kept.size() == all.terms.size()) return nullptr;
  if (kept.empty()) return ConstantExpr::create(Value::boolean(all.is_and), all.span);
  return ConjunctionExpr::create(all.is_and, std::move(kept));
}

/// Without the branches that are never taken, and what stands behind one that always is. Null: no
/// change.
ExprRef simplified(const CaseExpr& choice) {
  std::vector<ExprRef> conditions, results;
  ExprRef otherwise = choice.otherwise;
  for (size_t i = 0; i < choice.conditions.size(); ++i) {
    if (is_never_true(choice.conditions[i])) continue;
    if (is_true(choice.conditions[i])) {
      otherwise = choice.results[i];
      break;
    }
    conditions.push_back(choice.conditions[i]);
    results.push_back(choice.results[i]);
  }
  if (conditions.size() == choice.conditions.size()) return nullptr;
  if (!conditions.empty()) {
    return CaseExpr::create(std::move(conditions), std::move(results), std::move(otherwise),
                            choice.span);
  }
  return CastExpr::create(std::move(otherwise), choice.type);
}

}  // namespace

bool is_true(const ExprRef& expr) { return is_constant_bool(expr, true); }

bool is_never_true(const ExprRef& expr) {
  const auto* constant = dynamic_cast<const ConstantExpr*>(expr.get());
  return constant && constant->type->is(TypeKind::kBool) && !is_true(expr);
}

ExprRef fold_constants(const ExprRef& expr, const SessionConstants& session) {
  return rewrite(expr, [&](const ExprRef& at) -> ExprRef {
    if (const auto* all = dynamic_cast<const ConjunctionExpr*>(at.get())) {
      if (ExprRef fewer = simplified(*all)) return fewer;
    }
    if (const auto* choice = dynamic_cast<const CaseExpr*>(at.get())) {
      if (ExprRef fewer = simplified(*choice)) return fewer;
    }
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

PlanRef fold_constants(const PlanRef& plan, const SessionConstants& session) {
  return rewrite_plan(plan, [&](const PlanRef& node) -> PlanRef {
    PlanRef changed =
        map_expressions(node, [&](const ExprRef& expr) { return fold_constants(expr, session); });
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
