#include <algorithm>

#include "bind/select_binder.h"

namespace doline {

ExprRef SelectBinder::item_column(size_t index) const {
  const Item& item = items_[index];
  return ColumnExpr::create(static_cast<uint32_t>(index), item.expr->type, item.name);
}

bool SelectBinder::is_value_of(const Item& item, const Expr& expr) {
  if (equal(*item.expr, expr)) return true;
  const auto* named = dynamic_cast<const NamedValueExpr*>(item.expr.get());
  return named && equal(*named->value, expr);
}

ExprRef SelectBinder::over_items(const ExprRef& expr) const {
  return rewrite_top_down(expr, [&](const ExprRef& at) -> ExprRef {
    for (size_t i = 0; i < items_.size(); ++i) {
      if (is_value_of(items_[i], *at)) return item_column(i);
    }
    const bool is_of_rows = at->tag() == NodeTag::kColumn || at->tag() == NodeTag::kAggregate ||
                            at->tag() == NodeTag::kWindow ||
                            dynamic_cast<const GroupingExpr*>(at.get()) ||
                            dynamic_cast<const UnnestExpr*>(at.get());
    if (!is_of_rows) return nullptr;
    throw Error(ErrorCode::kBind, at->span,
                "with SELECT DISTINCT, ORDER BY can only use what is selected")
        .hint("select it as well, or use GROUP BY");
  });
}

std::optional<size_t> SelectBinder::item_meant(const sql::Expression& node, size_t visible,
                                               std::string_view clause) const {
  if (const auto* literal = node.get_if<sql::Literal>();
      literal && literal->literal == sql::LiteralKind::kInteger) {
    const size_t position = std::strtoull(literal->text.c_str(), nullptr, 10);
    if (position == 0 || position > visible) {
      throw Error(ErrorCode::kBind, node.span, "{}: the list has {} column{}",
                  fmt::format(fmt::runtime(clause), literal->text), visible,
                  visible == 1 ? "" : "s");
    }
    return position - 1;
  }
  const auto* reference = node.get_if<sql::ColumnReference>();
  if (!reference || reference->names.size() != 1) return std::nullopt;
  for (size_t i = 0; i < visible; ++i) {
    if (same_name(items_[i].name, reference->names[0].text)) return i;
  }
  return std::nullopt;
}

void SelectBinder::bind_order() {
  const size_t visible = items_.size();
  const auto add_key = [&](const sql::OrderItem& item, ExprRef key) {
    order_.push_back({std::move(key), item.direction == sql::SortDirection::kDescending,
                      binder_.sorts_nulls_first(item)});
  };
  const auto add = [&](const sql::OrderItem& item, size_t index) {
    add_key(item, item_column(index));
  };
  for (const sql::OrderItem& item : node_.order_by) {
    const sql::Expression& node = *item.expression;
    if (node.is<sql::Star>()) {
      for (size_t i = 0; i < visible; ++i) add(item, i);
      continue;
    }
    if (const std::optional<size_t> meant = item_meant(node, visible, "ORDER BY {}")) {
      add(item, *meant);
      continue;
    }
    ExprContext order = context("ORDER BY");
    order.aggregates = order.windows = order.unnest = true;
    order.alias_first = true;
    const auto add_expression = [&] {
      const ExprRef expr = binder_.expression(node, order);
      size_t index = 0;
      while (index < items_.size() && !is_value_of(items_[index], *expr)) ++index;
      if (index == items_.size()) {
        if (node_.distinct == sql::SelectDistinct::kDistinct) {
          add_key(item, over_items(expr));
          return;
        }
        items_.push_back({expr, fmt::format("order{}", index), true});
      }
      add(item, index);
    };
    const sql::Columns* columns = columns_in(node);
    if (!columns) {
      add_expression();
      continue;
    }
    for (const ScopeColumn& column : binder_.chosen_columns(*columns, from_.scope)) {
      order.columns_choice = &column;
      add_expression();
    }
  }
}

}  // namespace doline
