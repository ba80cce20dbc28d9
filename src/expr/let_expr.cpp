// A value that is computed once where several parts of an expression read it.
#include <algorithm>

#include "expr/expr.h"

namespace doline {

namespace {

const NodeRegistration<LetExpr> kRegisterLet(NodeTag::kLet);
const NodeRegistration<LetValueExpr> kRegisterLetValue(NodeTag::kLetValue);

[[noreturn]] void corrupt(std::string_view what) {
  throw Error(ErrorCode::kCorrupt, "plan bytes: {}", what);
}

/// The inputs in which LetValueExpr is the same value as beside the expression.
size_t inputs_in_scope(const Expr& expr, size_t count) {
  return expr.tag() == NodeTag::kLet ? 1 : count;
}

ExprRef with_value(const ExprRef& expr, const ExprRef& value) {
  if (expr->tag() == NodeTag::kLetValue) return value;
  std::vector<ExprRef> inputs = expr->inputs();
  bool is_changed = false;
  for (size_t i = 0; i < inputs_in_scope(*expr, inputs.size()); ++i) {
    ExprRef next = with_value(inputs[i], value);
    is_changed |= next.get() != inputs[i].get();
    inputs[i] = std::move(next);
  }
  return is_changed ? expr->with_inputs(std::move(inputs)) : expr;
}

}  // namespace

bool reads_let_value(const ExprRef& expr, TypeRef but_of) {
  if (expr->tag() == NodeTag::kLetValue) return expr->type != but_of;
  const std::vector<ExprRef> inputs = expr->inputs();
  const auto end = inputs.begin() + static_cast<ptrdiff_t>(inputs_in_scope(*expr, inputs.size()));
  return std::any_of(inputs.begin(), end,
                     [&](const ExprRef& input) { return reads_let_value(input, but_of); });
}

ExprRef LetExpr::create(ExprRef value, ExprRef body, SourceSpan span) {
  if (!is_volatile(value)) return with_value(body, value);
  auto expr = make_ref<LetExpr>();
  expr->type = body->type;
  expr->value = std::move(value);
  expr->body = std::move(body);
  expr->span = span;
  return expr;
}

void LetExpr::complete() {
  if (!is_volatile(value)) corrupt("a value that need not be computed once");
  if (reads_let_value(body, value->type)) corrupt("a value that is read as of another type");
  type = body->type;
}

std::string LetExpr::to_string() const {
  return "(let it = " + value->to_string() + ": " + body->to_string() + ")";
}

ExprRef LetExpr::with_inputs(std::vector<ExprRef> inputs) const {
  return create(std::move(inputs[0]), std::move(inputs[1]), span);
}

ExprRef LetValueExpr::create(TypeRef type, SourceSpan span) {
  auto expr = make_ref<LetValueExpr>();
  expr->type = type;
  expr->span = span;
  return expr;
}

void LetValueExpr::complete() {
  if (!type) corrupt("a value without a type");
}

}  // namespace doline
