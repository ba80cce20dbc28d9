#include <algorithm>

#include "expr/expr.h"
#include "expr/resolve.h"
#include "function/aggregate_wrappers.h"
#include "function/registry.h"

namespace doline {

AggregateExpr::AggregateExpr() = default;
AggregateExpr::~AggregateExpr() = default;

Ref<const AggregateExpr> AggregateExpr::create(const AggregateDeclaration& declaration,
                                               std::vector<ExprRef> arguments, bool distinct,
                                               std::vector<SortKeyRef> order_by, ExprRef filter,
                                               SourceSpan span) {
  auto expr = make_ref<AggregateExpr>();
  expr->name = declaration.name;
  expr->arguments = std::move(arguments);
  // A text that bends to the overload's type stays so: bytes do not say what was a literal.
  const OverloadChoice choice = choose_overload(declaration, expr->arguments, span);
  for (size_t i = 0; i < expr->arguments.size(); ++i) {
    const auto* constant = dynamic_cast<const ConstantExpr*>(expr->arguments[i].get());
    if (constant && constant->is_literal && constant->type->is(TypeKind::kVarchar) &&
        choice.cast_to[i]) {
      expr->arguments[i] = CastExpr::create(expr->arguments[i], choice.cast_to[i]);
    }
  }
  // max(x, n) is of n values, equal ones among them.
  expr->distinct = distinct && !(declaration.ignores_distinct && expr->arguments.size() == 1);
  expr->order_by = std::move(order_by);
  expr->filter = std::move(filter);
  expr->span = span;
  expr->complete();
  return expr;
}

void AggregateExpr::complete() {
  const AggregateDeclaration* declaration = FunctionRegistry::instance().aggregate(name);
  if (!declaration) throw Error(ErrorCode::kCorrupt, "plan bytes: an unknown aggregate {}", name);
  const OverloadChoice choice = choose_overload(*declaration, arguments, span);
  AggregateBinding binding;
  binding.span = span;
  binding.cast_to = choice.cast_to;
  for (const auto& argument : arguments) {
    binding.argument_types.push_back(argument->type);
    binding.constants.emplace_back();
    if (is_constant(argument))
      binding.constants.back() = evaluate_constant(argument, SessionConstants{});
  }
  declaration->overloads[choice.index].bind(binding);
  function = binding.function;
  evaluated.clear();
  std::vector<TypeRef> types;
  for (size_t i = 0; i < std::min(arguments.size(), binding.kept_arguments); ++i) {
    evaluated.push_back(CastExpr::create(arguments[i], binding.cast_to[i]));
    types.push_back(evaluated.back()->type);
  }
  // Where order changes nothing, sorting is left out.
  if (distinct) function = make_distinct(function, types);
  if (!order_by.empty() && (function->is_order_sensitive() || function->may_meet_ties())) {
    std::vector<AggregateSortKey> keys;
    for (const auto& key : order_by) {
      evaluated.push_back(key->expr);
      keys.push_back({key->expr->type, key->descending, key->nulls_first});
    }
    function = make_ordered(function, types, keys);
  }
  type = function->result_type();
}

std::string AggregateExpr::to_string() const {
  std::string text = name + "(" + (distinct ? "DISTINCT " : "");
  for (size_t i = 0; i < arguments.size(); ++i) text += (i ? ", " : "") + arguments[i]->to_string();
  if (arguments.empty()) text += "*";
  for (size_t i = 0; i < order_by.size(); ++i)
    text += (i ? ", " : " ORDER BY ") + order_by[i]->to_string();
  text += ")";
  if (filter) text += " FILTER (WHERE " + filter->to_string() + ")";
  return text;
}

std::vector<ExprRef> AggregateExpr::inputs() const {
  std::vector<ExprRef> all = arguments;
  for (const auto& key : order_by) all.push_back(key->expr);
  if (filter) all.push_back(filter);
  return all;
}

ExprRef AggregateExpr::with_inputs(std::vector<ExprRef> inputs) const {
  auto expr = make_ref<AggregateExpr>();
  expr->name = name;
  expr->distinct = distinct;
  expr->span = span;
  size_t at = 0;
  for (size_t i = 0; i < arguments.size(); ++i) expr->arguments.push_back(inputs[at++]);
  for (const auto& key : order_by)
    expr->order_by.push_back(SortKey::create(inputs[at++], key->descending, key->nulls_first));
  if (filter) expr->filter = inputs[at++];
  expr->complete();
  return expr;
}

}  // namespace doline
