// Walks over expressions: what is in them, and the same with something else in a place.

#include <algorithm>
#include <set>

#include "expr/expr.h"
#include "expr/program.h"

namespace doline {

ExprRef rewrite(const ExprRef& expr, const std::function<ExprRef(const ExprRef&)>& change) {
  std::vector<ExprRef> inputs = expr->inputs();
  bool changed = false;
  for (ExprRef& input : inputs) {
    ExprRef next = rewrite(input, change);
    changed |= next.get() != input.get();
    input = std::move(next);
  }
  ExprRef current = changed ? expr->with_inputs(std::move(inputs)) : expr;
  ExprRef next = change(current);
  return next ? next : current;
}

ExprRef rewrite_top_down(const ExprRef& expr,
                         const std::function<ExprRef(const ExprRef&)>& change) {
  if (ExprRef next = change(expr)) return next;
  std::vector<ExprRef> inputs = expr->inputs();
  bool changed = false;
  for (ExprRef& input : inputs) {
    ExprRef next = rewrite_top_down(input, change);
    changed |= next.get() != input.get();
    input = std::move(next);
  }
  return changed ? expr->with_inputs(std::move(inputs)) : expr;
}

void visit(const ExprRef& expr, const std::function<void(const Expr&)>& see) {
  see(*expr);
  for (const ExprRef& input : expr->inputs()) visit(input, see);
}

ExprRef remap_columns(const ExprRef& expr, const std::vector<uint32_t>& map) {
  return rewrite(expr, [&](const ExprRef& at) -> ExprRef {
    const auto* column = dynamic_cast<const ColumnExpr*>(at.get());
    if (!column || map[column->index] == column->index) return nullptr;
    return ColumnExpr::create(map[column->index], column->type, column->name, column->span);
  });
}

ExprRef shift_columns(const ExprRef& expr, int64_t by) {
  if (by == 0) return expr;
  return rewrite(expr, [&](const ExprRef& at) -> ExprRef {
    const auto* column = dynamic_cast<const ColumnExpr*>(at.get());
    if (!column) return nullptr;
    return ColumnExpr::create(static_cast<uint32_t>(column->index + by), column->type, column->name,
                              column->span);
  });
}

std::vector<uint32_t> columns_of(const ExprRef& expr) {
  std::set<uint32_t> found;
  visit(expr, [&](const Expr& at) {
    if (const auto* column = dynamic_cast<const ColumnExpr*>(&at)) found.insert(column->index);
  });
  return {found.begin(), found.end()};
}

std::vector<ExprRef> conjuncts_of(const ExprRef& predicate) {
  const auto* conjunction = dynamic_cast<const ConjunctionExpr*>(predicate.get());
  if (!conjunction || !conjunction->is_and) return {predicate};
  return conjunction->terms;
}

Value evaluate_constant(const ExprRef& expr, const SessionConstants& session) {
  const ProgramRef program = Program::compile(expr, session);
  Program::Scratch scratch;
  Chunk one({}, 1);
  std::vector<Column> out;
  program->evaluate(one, scratch, out);
  return Value::of(out[0], 0);
}

}  // namespace doline
