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
  expr->distinct = distinct && !declaration.ignores_distinct;
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

Ref<const WindowExpr> WindowExpr::create(WindowExpr prototype) {
  return make_ref<WindowExpr>(prototype);
}

void WindowExpr::complete() {
  const auto require = [&](bool holds) {
    if (!holds)
      throw Error(ErrorCode::kCorrupt, "plan bytes: the window call {} does not hold together",
                  name);
  };
  const auto is_count = [](const ExprRef& expr) {
    return !expr || expr->type->is(TypeKind::kInt64);
  };
  require(type != nullptr && is_count(frame_begin) && is_count(frame_end) &&
          (kind == WindowKind::kAggregate) == !!aggregate);
  const auto has_distance = [](WindowFrame::Bound bound) {
    return bound == WindowFrame::Bound::kPreceding || bound == WindowFrame::Bound::kFollowing;
  };
  require(!has_distance(frame.begin) || frame_begin);
  require(!has_distance(frame.end) || frame_end);
  const size_t count = arguments.size();
  switch (kind) {
    case WindowKind::kAggregate:
      require(aggregate->type == type);
      break;
    case WindowKind::kRowNumber:
    case WindowKind::kRank:
    case WindowKind::kDenseRank:
      require(count == 0 && type->is(TypeKind::kInt64));
      break;
    case WindowKind::kPercentRank:
    case WindowKind::kCumeDist:
      require(count == 0 && type->is(TypeKind::kDouble));
      break;
    case WindowKind::kNtile:
      require(count == 1 && is_count(arguments[0]) && type->is(TypeKind::kInt64));
      break;
    case WindowKind::kLag:
    case WindowKind::kLead:
      require(count >= 1 && count <= 3 && arguments[0]->type == type &&
              (count < 2 || is_count(arguments[1])) && (count < 3 || arguments[2]->type == type));
      break;
    case WindowKind::kFirstValue:
    case WindowKind::kLastValue:
      require(count == 1 && arguments[0]->type == type);
      break;
    case WindowKind::kNthValue:
      require(count == 2 && arguments[0]->type == type && is_count(arguments[1]));
      break;
  }
}

WindowExpr::WindowExpr(const WindowExpr& other)
    : kind(other.kind),
      name(other.name),
      arguments(other.arguments),
      aggregate(other.aggregate),
      partition_by(other.partition_by),
      order_by(other.order_by),
      frame(other.frame),
      frame_begin(other.frame_begin),
      frame_end(other.frame_end),
      ignore_nulls(other.ignore_nulls) {
  type = other.type;
  span = other.span;
}

std::string WindowExpr::to_string() const {
  std::string text;
  if (aggregate) {
    text = aggregate->to_string();
  } else {
    text = name + "(";
    for (size_t i = 0; i < arguments.size(); ++i)
      text += (i ? ", " : "") + arguments[i]->to_string();
    text += ")";
  }
  text += " OVER (";
  for (size_t i = 0; i < partition_by.size(); ++i) {
    text += (i ? ", " : "PARTITION BY ") + partition_by[i]->to_string();
  }
  for (size_t i = 0; i < order_by.size(); ++i) {
    text += (i                      ? ", "
             : partition_by.empty() ? "ORDER BY "
                                    : " ORDER BY ") +
            order_by[i]->to_string();
  }
  return text + ")";
}

std::vector<ExprRef> WindowExpr::inputs() const {
  std::vector<ExprRef> all = arguments;
  if (aggregate) all.emplace_back(aggregate);
  all.insert(all.end(), partition_by.begin(), partition_by.end());
  for (const auto& key : order_by) all.push_back(key->expr);
  if (frame_begin) all.push_back(frame_begin);
  if (frame_end) all.push_back(frame_end);
  return all;
}

ExprRef WindowExpr::with_inputs(std::vector<ExprRef> inputs) const {
  auto expr = make_ref<WindowExpr>(*this);
  size_t at = 0;
  for (auto& argument : expr->arguments) argument = inputs[at++];
  if (aggregate)
    expr->aggregate = AggregateExprRef(static_cast<const AggregateExpr*>(inputs[at++].get()));
  for (auto& key : expr->partition_by) key = inputs[at++];
  for (auto& key : expr->order_by)
    key = SortKey::create(inputs[at++], key->descending, key->nulls_first);
  if (frame_begin) expr->frame_begin = inputs[at++];
  if (frame_end) expr->frame_end = inputs[at++];
  return expr;
}

}  // namespace doline
