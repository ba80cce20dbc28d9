// What is known of an expression before it is evaluated.

#include "expr/each_input.h"
#include "expr/expr.h"
#include "kernel/cast.h"

namespace doline {

namespace {

/// Whether some node of the expression is such a one: the first that is ends the search.
template <class Is>
bool any_within(const ExprRef& expr, const Is& is) {
  if (is(*expr)) return true;
  bool found = false;
  each_input(*expr, [&](const ExprRef& input) { found = found || any_within(input, is); });
  return found;
}

}  // namespace

bool is_volatile(const ExprRef& expr) {
  return any_within(expr, [](const Expr& at) {
    if (at.tag() == NodeTag::kCall) return static_cast<const CallExpr&>(at).overload->is_volatile;
    return at.tag() == NodeTag::kLambda && is_volatile(static_cast<const LambdaExpr&>(at).body);
  });
}

bool can_fail(const ExprRef& expr) {
  return any_within(expr, [](const Expr& at) {
    if (at.tag() == NodeTag::kCall) return static_cast<const CallExpr&>(at).can_fail;
    if (at.tag() == NodeTag::kCast) {
      const auto& cast = static_cast<const CastExpr&>(at);
      return !cast.is_try && !cast_always_fits(cast.input->type, cast.type);
    }
    return at.tag() == NodeTag::kLambda && can_fail(static_cast<const LambdaExpr&>(at).body);
  });
}

bool is_dear(const ExprRef& expr) {
  constexpr float kDear = 5;
  return any_within(expr, [](const Expr& at) {
    return at.tag() == NodeTag::kCall && static_cast<const CallExpr&>(at).overload->cost >= kDear;
  });
}

bool calls_program_functions(const ExprRef& expr) {
  return any_within(expr, [](const Expr& at) {
    if (at.tag() == NodeTag::kCall)
      return !static_cast<const CallExpr&>(at).program_function.empty();
    return at.tag() == NodeTag::kLambda &&
           calls_program_functions(static_cast<const LambdaExpr&>(at).body);
  });
}

bool is_constant(const ExprRef& expr) {
  // Aggregates, window calls and what stands for a relation depend on rows without naming one; kLet
  // and kLetValue come behind them, of which one is volatile and the other has no value alone.
  const bool reads_rows = any_within(expr, [](const Expr& at) {
    return at.tag() == NodeTag::kColumn || at.tag() >= NodeTag::kAggregate;
  });
  return !reads_rows && !is_volatile(expr);
}

}  // namespace doline
