#include "exec/window/window_shape.h"

#include <algorithm>

#include "exec/window/window_call.h"

namespace doline {

namespace {

/// Numbers the columns, equal expressions once.
class Columns {
 public:
  explicit Columns(const Schema& schema) {
    for (const Field& field : schema) types.push_back(field.type);
    width_ = types.size();
  }
  uint32_t of(const ExprRef& expr) {
    if (expr->tag() == NodeTag::kColumn) return static_cast<const ColumnExpr&>(*expr).index;
    for (size_t i = 0; i < exprs.size(); ++i) {
      if (equal(*exprs[i], *expr)) return static_cast<uint32_t>(width_ + i);
    }
    exprs.push_back(expr);
    types.push_back(expr->type);
    return static_cast<uint32_t>(types.size() - 1);
  }
  uint32_t of_optional(const ExprRef& expr) { return expr ? of(expr) : CallColumns::kNone; }

  std::vector<TypeRef> types;
  std::vector<ExprRef> exprs;

 private:
  size_t width_;
};

}  // namespace

WindowShape::WindowShape(const WindowingNode& windowing, const QueryContext& context)
    : node(windowing) {
  Columns columns(node.input->schema);
  for (const ExprRef& key : node.windows[0]->partition_by) partition_by.push_back(columns.of(key));
  for (const SortKeyRef& key : node.order_by()) order_by.push_back(columns.of(key->expr));
  levels.push_back(0);
  for (const WindowExprRef& window : node.windows) levels.push_back(window->order_by.size());
  std::sort(levels.begin(), levels.end());
  levels.erase(std::unique(levels.begin(), levels.end()), levels.end());
  for (const WindowExprRef& window : node.windows) {
    CallColumns call;
    if (window->aggregate) {
      for (const ExprRef& expr : window->aggregate->evaluated)
        call.arguments.push_back(columns.of(expr));
      call.filter = columns.of_optional(window->aggregate->filter);
    } else {
      for (const ExprRef& expr : window->arguments) call.arguments.push_back(columns.of(expr));
    }
    for (const SortKeyRef& key : window->argument_order)
      call.argument_order.push_back(columns.of(key->expr));
    call.frame_begin = columns.of_optional(window->frame_begin);
    call.frame_end = columns.of_optional(window->frame_end);
    call.range_begin = columns.of_optional(window->range_begin);
    call.range_end = columns.of_optional(window->range_end);
    call.range_key = columns.of_optional(window->range_key);
    call.level = static_cast<uint32_t>(
        std::lower_bound(levels.begin(), levels.end(), window->order_by.size()) - levels.begin());
    calls.push_back(std::move(call));
    is_streaming &= is_streaming_call(*window);
  }
  types = columns.types;
  if (!columns.exprs.empty()) computed = Program::compile(columns.exprs, context.session);
}

}  // namespace doline
