#include <algorithm>
#include <optional>

#include "optimizer/passes.h"
#include "plan/plan_expressions.h"

namespace doline {

namespace {

/// More are not worth remembering for each partition; of distinct values, that are searched, fewer.
constexpr int64_t kMostRows = 4096;
constexpr int64_t kMostValues = 64;

struct Bound {
  uint32_t column;
  int64_t most;
};

/// What a filter's term lets a column be at most.
std::optional<Bound> bound_of(const ExprRef& term) {
  const auto* call = dynamic_cast<const CallExpr*>(term.get());
  if (!call || call->arguments.size() != 2) return std::nullopt;
  const auto* column = dynamic_cast<const ColumnExpr*>(call->arguments[0].get());
  const auto* constant = dynamic_cast<const ConstantExpr*>(call->arguments[1].get());
  std::string name = call->name;
  if (!column) {
    column = dynamic_cast<const ColumnExpr*>(call->arguments[1].get());
    constant = dynamic_cast<const ConstantExpr*>(call->arguments[0].get());
    if (name == ">" || name == ">=") name[0] = '<';
  }
  if (!column || !constant || !constant->type->is_integer() || constant->value.is_null())
    return std::nullopt;
  const int128_t value = constant->value.as_integer();
  if (value < 0 || value > kMostRows) return std::nullopt;
  const auto most = static_cast<int64_t>(value);
  if (name == "<" && most > 0) return Bound{column->index, most - 1};
  if (name == "<=" || name == "=") return Bound{column->index, most};
  return std::nullopt;
}

}  // namespace

PlanRef limit_partitions(const PlanRef& plan) {
  return rewrite_plan(plan, [](const PlanRef& node) -> PlanRef {
    const auto* filter = dynamic_cast<const FilterNode*>(node.get());
    const auto* windowing =
        filter ? dynamic_cast<const WindowingNode*>(filter->input.get()) : nullptr;
    // Ranks look at nothing but rows before, in every order that rows of one windowing can be in.
    if (!windowing || windowing->most >= 0 ||
        !std::all_of(windowing->windows.begin(), windowing->windows.end(),
                     [](const WindowExprRef& window) { return window->is_ranking(); }))
      return nullptr;
    const size_t width = windowing->input->schema.size();
    for (const ExprRef& term : conjuncts_of(filter->predicate)) {
      const std::optional<Bound> bound = bound_of(term);
      if (!bound || bound->column < width) continue;
      const auto ranking = static_cast<uint32_t>(bound->column - width);
      if (windowing->windows[ranking]->kind == WindowKind::kDenseRank && bound->most > kMostValues)
        continue;
      // The filter stays: what is left out is what is known not to pass it.
      return FilterNode::create(WindowingNode::create(windowing->input, windowing->windows,
                                                      windowing->names, ranking, bound->most),
                                filter->predicate);
    }
    return nullptr;
  });
}

}  // namespace doline
