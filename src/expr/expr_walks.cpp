// Walks over expressions: what is in them, and the same with something else in a place.

#include <set>

#include "expr/each_input.h"
#include "expr/expr.h"
#include "expr/program.h"

namespace doline {

namespace {

/// The node over other inputs, where `turned` gives others; itself where it has none such.
template <class Turned>
ExprRef over_turned(const ExprRef& expr, const Turned& turned) {
  std::vector<ExprRef> others;  // made once an input is another
  size_t place = 0;
  each_input(*expr, [&](const ExprRef& input) {
    ExprRef next = turned(input);
    if (others.empty() && next.get() != input.get()) others = expr->inputs();
    if (!others.empty()) others[place] = std::move(next);
    ++place;
  });
  return others.empty() ? expr : expr->with_inputs(std::move(others));
}

}  // namespace

ExprRef rewrite(const ExprRef& expr, const std::function<ExprRef(const ExprRef&)>& change) {
  ExprRef current = over_turned(expr, [&](const ExprRef& input) { return rewrite(input, change); });
  ExprRef next = change(current);
  return next ? next : current;
}

ExprRef rewrite_top_down(const ExprRef& expr,
                         const std::function<ExprRef(const ExprRef&)>& change) {
  if (ExprRef next = change(expr)) return next;
  return over_turned(expr, [&](const ExprRef& input) { return rewrite_top_down(input, change); });
}

void visit(const ExprRef& expr, const std::function<void(const Expr&)>& see) {
  see(*expr);
  each_input(*expr, [&](const ExprRef& input) { visit(input, see); });
}

ExprRef remap_columns(const ExprRef& expr, const std::vector<uint32_t>& map) {
  return rewrite(expr, [&](const ExprRef& at) -> ExprRef {
    if (at->tag() != NodeTag::kColumn) return nullptr;
    const auto& column = static_cast<const ColumnExpr&>(*at);
    if (map[column.index] == column.index) return nullptr;
    return ColumnExpr::create(map[column.index], column.type, column.name, column.span);
  });
}

ExprRef shift_columns(const ExprRef& expr, int64_t by) {
  if (by == 0) return expr;
  return rewrite(expr, [&](const ExprRef& at) -> ExprRef {
    if (at->tag() != NodeTag::kColumn) return nullptr;
    const auto& column = static_cast<const ColumnExpr&>(*at);
    return ColumnExpr::create(static_cast<uint32_t>(column.index + by), column.type, column.name,
                              column.span);
  });
}

std::vector<uint32_t> columns_of(const ExprRef& expr) {
  std::set<uint32_t> found;
  visit(expr, [&](const Expr& at) {
    if (at.tag() == NodeTag::kColumn) found.insert(static_cast<const ColumnExpr&>(at).index);
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
