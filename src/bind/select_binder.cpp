#include "bind/select_binder.h"

#include <algorithm>

#include "function/registry.h"
#include "plan/plan_expressions.h"
#include "sql/print.h"
#include "sql/visit.h"

namespace doline {

std::string default_name(const sql::Expression& node, const ExprRef& bound) {
  const auto* column = dynamic_cast<const ColumnExpr*>(bound.get());
  if (const auto* reference = node.get_if<sql::ColumnReference>()) {
    const std::string& written = reference->names.back().text;
    return column && same_name(column->name, written) ? column->name : written;
  }
  if (column && node.is<sql::PositionalReference>()) return column->name;
  return sql::to_sql(node);
}

bool contains(const ExprRef& expr, NodeTag tag) {
  bool found = false;
  visit(expr, [&](const Expr& at) { found |= at.tag() == tag; });
  return found;
}

void refuse_unnest(const ExprRef& expr, const char* clause) {
  visit(expr, [&](const Expr& at) {
    if (!dynamic_cast<const UnnestExpr*>(&at)) return;
    throw Error(ErrorCode::kNotSupported, at.span, "unnest cannot stand in {}", clause)
        .hint("unnest in the SELECT list or in FROM of a subquery");
  });
}

ExprContext SelectBinder::context(const char* clause) const {
  ExprContext context;
  context.scope = &from_.scope;
  context.clause = clause;
  context.aliases = &node_.items;
  context.named_windows = &node_.windows;
  return context;
}

PlanRef SelectBinder::bind() {
  from_ = node_.from ? binder_.relation(*node_.from) : BoundRelation{ValuesNode::single_row(), {}};
  plan_ = from_.plan;
  if (node_.sample) plan_ = binder_.sampled(std::move(plan_), *node_.sample);
  if (node_.where) {
    const ExprRef where = with_names_settled(where_condition(*node_.where), settled_names_);
    plan_ = filtered_by(plan_, where);
  }
  bind_items();
  if (node_.having) {
    ExprContext having = context("HAVING");
    having.aggregates = having.unnest = true;
    having_ = binder_.condition(*node_.having, having);
  }
  if (node_.qualify) {
    ExprContext qualify = context("QUALIFY");
    qualify.aggregates = qualify.windows = qualify.unnest = true;
    qualify_ = binder_.condition(*node_.qualify, qualify);
  }
  for (const auto& key : node_.distinct_on) {
    if (const std::optional<size_t> meant = item_meant(*key, items_.size(), "DISTINCT ON ({})")) {
      distinct_on_.push_back(items_[*meant].expr);
      continue;
    }
    ExprContext on = context("DISTINCT ON");
    on.aggregates = on.windows = on.unnest = true;
    distinct_on_.push_back(binder_.expression(*key, on));
  }
  bind_order();
  bind_groups();
  for_each_named([&](ExprRef& expr) { expr = with_names(expr, settled_names_); });
  group();
  settle_names();
  if (having_) plan_ = filtered_by(plan_, having_);
  having_ = nullptr;
  window();
  unnest();
  settle_names();
  return project();
}

ExprRef SelectBinder::where_condition(const sql::Expression& node) {
  ExprContext where = context("WHERE");
  const sql::Columns* columns = columns_in(node);
  if (!columns) return binder_.condition(node, where);
  std::vector<ExprRef> terms;
  for (const ScopeColumn& column : binder_.chosen_columns(*columns, from_.scope)) {
    where.columns_choice = &column;
    terms.push_back(binder_.condition(node, where));
  }
  return terms.size() == 1 ? terms[0] : ConjunctionExpr::create(true, std::move(terms), node.span);
}

void SelectBinder::for_each_pending(const std::function<void(ExprRef&)>& change) {
  for (Item& item : items_) change(item.expr);
  for (ExprRef& expr : distinct_on_) change(expr);
  if (qualify_) change(qualify_);
}

void SelectBinder::for_each_named(const std::function<void(ExprRef&)>& change) {
  for_each_pending(change);
  if (having_) change(having_);
}

// --- the list

void SelectBinder::bind_items() {
  for (size_t i = 0; i < node_.items.size(); ++i) add_item(node_.items[i], static_cast<int64_t>(i));
}

void SelectBinder::add_item(const sql::NamedExpression& item, int64_t place) {
  ExprContext list = context("SELECT");
  list.aggregates = list.windows = list.unnest = true;
  const sql::Expression& node = *item.expression;
  if (const auto* star = node.get_if<sql::Star>()) {
    if (add_struct_fields(*star, list, node.span)) return;
    for (const ScopeColumn& column : binder_.star_columns(*star, from_.scope, node.span)) {
      ExprRef expr = ColumnExpr::create(column.index, column.type, column.name, node.span);
      for (const auto& replaced : star->replace) {
        if (same_name(replaced.name.text, column.name))
          expr = binder_.expression(*replaced.expression, list);
      }
      items_.push_back({std::move(expr), column.name});
    }
    for (const auto& replaced : star->replace) {
      const bool known = std::any_of(
          from_.scope.columns.begin(), from_.scope.columns.end(),
          [&](const ScopeColumn& column) { return same_name(column.name, replaced.name.text); });
      if (!known) {
        Error error(ErrorCode::kColumnNotFound, replaced.name.span,
                    "REPLACE names \"{}\", which * does not have", replaced.name.text);
        const std::string near = nearest_name(replaced.name.text, from_.scope.column_names());
        if (!near.empty()) throw std::move(error).hint("did you mean \"" + near + "\"?");
        throw error;
      }
    }
    return;
  }
  if (const sql::Columns* columns = columns_in(node)) {
    for (const ScopeColumn& column : binder_.chosen_columns(*columns, from_.scope)) {
      list.columns_choice = &column;
      items_.push_back(
          {binder_.expression(node, list),
           item.name.empty() ? column.name : captured_name(*columns, column.name, item.name.text)});
    }
    return;
  }
  if (const auto* call = node.get_if<sql::FunctionCall>();
      call && !call->over && call->name.size() == 1 && same_name(call->name[0].text, "unnest")) {
    int levels = 0;
    ExprRef unnested = binder_.unnest_call(*call, list, levels);
    if (is_volatile(unnested)) unnested = NamedValueExpr::create(place, std::move(unnested));
    if (unnested->type->is(TypeKind::kStruct) && levels > 0) {
      std::vector<std::pair<ExprRef, std::string>> columns;
      binder_.struct_columns(unnested, levels, columns);
      for (auto& [expr, name] : columns) items_.push_back({std::move(expr), std::move(name)});
      return;
    }
  }
  ExprRef bound = binder_.expression(node, list);
  std::string name = item.name.empty() ? default_name(node, bound) : item.name.text;
  if (!item.name.empty() && is_volatile(bound))
    bound = NamedValueExpr::create(place, std::move(bound));
  items_.push_back({std::move(bound), std::move(name)});
}

bool SelectBinder::add_struct_fields(const sql::Star& star, const ExprContext& list,
                                     SourceSpan span) {
  if (star.qualifier.empty() || from_.scope.has_table(star.qualifier.back().text)) return false;
  size_t used = 0;
  if (!from_.scope.find(star.qualifier, used)) return false;
  sql::ColumnReference reference;
  reference.names = star.qualifier;
  reference.span = span;
  const ExprRef input = binder_.expression(reference, list);
  if (!input->type->is(TypeKind::kStruct)) {
    throw Error(ErrorCode::kTypeMismatch, span, "\"{}\" is {}, and * takes the fields of a struct",
                star.qualifier.back().text, input->type->name());
  }
  // The fields as a scope of their own, so that EXCLUDE and the like find them.
  Scope fields;
  for (const Field& entry : input->type->fields()) {
    fields.columns.push_back(
        {"", "", entry.name, entry.type, static_cast<uint32_t>(fields.columns.size())});
  }
  sql::Star plain = star;
  plain.qualifier.clear();
  for (const ScopeColumn& column : binder_.star_columns(plain, fields, span)) {
    ExprRef expr = binder_.field(input, input->type->fields()[column.index].name, span);
    for (const auto& replaced : star.replace) {
      if (same_name(replaced.name.text, column.name))
        expr = binder_.expression(*replaced.expression, list);
    }
    items_.push_back({std::move(expr), column.name});
  }
  return true;
}

// --- windows, unnest

namespace {

/// Whether rows partitioned and sorted for `other` are so for `window`. A call without an order
/// sees rows as they come, unless it cannot tell.
bool is_served_by(const WindowExpr& window, const WindowExpr& other) {
  const auto begins = [](const auto& x, const auto& y) {
    return x.size() <= y.size() &&
           std::equal(x.begin(), x.end(), y.begin(),
                      [](const auto& p, const auto& q) { return equal(*p, *q); });
  };
  if (window.partition_by.size() != other.partition_by.size() ||
      !begins(window.partition_by, other.partition_by) || !begins(window.order_by, other.order_by))
    return false;
  return !window.order_by.empty() || other.order_by.empty() ||
         (window.aggregate && window.frame == WindowFrame{} &&
          !window.aggregate->function->is_order_sensitive() &&
          !window.aggregate->function->may_meet_ties());
}

/// The expression with `column` in the place of the first `key` in it.
ExprRef with_first(const ExprRef& expr, const ExprRef& key, const ExprRef& column) {
  bool is_found = false;
  return rewrite_top_down(expr, [&](const ExprRef& at) -> ExprRef {
    if (is_found || !equal(*at, *key)) return nullptr;
    is_found = true;
    return column;
  });
}

/// Gives windows of one partition and one order these as columns of the plan, where they may come
/// out differently each time, and so the distances of ranges: they are read for each window, and
/// for the edges of each range.
void compute_volatile_keys_once(std::vector<WindowExprRef>& windows, const WindowExpr& longest,
                                PlanRef& plan) {
  std::vector<WindowExpr> changed;
  for (const WindowExprRef& window : windows) changed.push_back(*window);
  const auto computed = [&](const ExprRef& key) {
    const ExprRef attached = attach_subqueries(key, plan);
    plan = with_columns(plan, {attached}, key->to_string());
    return output_column(plan, static_cast<uint32_t>(plan->schema.size()) - 1);
  };
  for (size_t i = 0; i < longest.partition_by.size(); ++i) {
    if (!is_volatile(longest.partition_by[i])) continue;
    const ExprRef column = computed(longest.partition_by[i]);
    for (WindowExpr& window : changed) window.partition_by[i] = column;
  }
  for (size_t i = 0; i < longest.order_by.size(); ++i) {
    const ExprRef key = longest.order_by[i]->expr;
    if (!is_volatile(key)) continue;
    const ExprRef column = computed(key);
    for (WindowExpr& window : changed) {
      if (i >= window.order_by.size()) continue;
      window.order_by[i] =
          SortKey::create(column, window.order_by[i]->descending, window.order_by[i]->nulls_first);
      // The key comes before the distance from it, which may be such a call, too.
      for (ExprRef* edge : {&window.range_key, &window.range_begin, &window.range_end}) {
        if (*edge) *edge = with_first(*edge, key, column);
      }
    }
  }
  for (WindowExpr& window : changed) {
    for (auto [distance, edge] : {std::pair(&window.frame_begin, &window.range_begin),
                                  std::pair(&window.frame_end, &window.range_end)}) {
      if (!*edge || !is_volatile(*distance)) continue;
      const ExprRef column = computed(*distance);
      *edge = with_first(*edge, *distance, column);
      *distance = column;
    }
  }
  for (size_t i = 0; i < windows.size(); ++i) windows[i] = WindowExpr::create(changed[i]);
}

}  // namespace

void SelectBinder::window() {
  // What is grouped by is a column by now; any other unnest comes after the windows.
  if (qualify_) refuse_unnest(qualify_, "QUALIFY");
  std::vector<WindowExprRef> windows;
  for_each_pending([&](ExprRef& expr) {
    visit(expr, [&](const Expr& at) {
      const auto* window = dynamic_cast<const WindowExpr*>(&at);
      if (!window) return;
      refuse_unnest(ExprRef(window), "a window");
      if (std::none_of(windows.begin(), windows.end(),
                       [&](const auto& known) { return equal(*known, *window); })) {
        windows.emplace_back(window);
      }
    });
  });
  std::vector<std::pair<WindowExprRef, uint32_t>> placed;
  std::vector<WindowExprRef> left = windows;
  while (!left.empty()) {
    // Rows sorted for the longest ORDER BY serve the calls whose own is how it begins.
    const WindowExprRef longest = *std::max_element(
        left.begin(), left.end(), [](const WindowExprRef& a, const WindowExprRef& b) {
          return a->order_by.size() < b->order_by.size();
        });
    std::vector<WindowExprRef> together, rest;
    std::vector<std::string> names;
    for (const WindowExprRef& window : left)
      (is_served_by(*window, *longest) ? together : rest).push_back(window);
    for (const WindowExprRef& window : together) names.push_back(window->to_string());
    std::vector<WindowExprRef> attached = together;
    compute_volatile_keys_once(attached, *longest, plan_);
    for (WindowExprRef& window : attached) {
      const ExprRef over = attach_subqueries(window, plan_);
      window = WindowExprRef(static_cast<const WindowExpr*>(over.get()));
    }
    const auto width = static_cast<uint32_t>(plan_->schema.size());
    for (uint32_t i = 0; i < together.size(); ++i) placed.emplace_back(together[i], width + i);
    plan_ = WindowingNode::create(plan_, std::move(attached), std::move(names));
    left = std::move(rest);
  }
  if (!placed.empty()) {
    for_each_pending([&](ExprRef& expr) {
      expr = rewrite_top_down(expr, [&](const ExprRef& at) -> ExprRef {
        for (const auto& [window, index] : placed) {
          if (equal(*window, *at))
            return ColumnExpr::create(index, at->type, at->to_string(), at->span);
        }
        return nullptr;
      });
    });
  }
  settle_names();
  if (qualify_) {
    plan_ = filtered_by(plan_, qualify_);
    qualify_ = nullptr;
  }
}

// --- the output

std::vector<SortKeyRef> SelectBinder::sort_keys(PlanRef& plan) const {
  std::vector<SortKeyRef> keys;
  for (const Order& order : order_) {
    keys.push_back(
        SortKey::create(attach_subqueries(order.key, plan), order.descending, order.nulls_first));
  }
  return keys;
}

PlanRef SelectBinder::first_of_each(PlanRef plan) const {
  const std::vector<SortKeyRef> keys = sort_keys(plan);
  const AggregateDeclaration& first = *FunctionRegistry::instance().aggregate("first");
  std::vector<AggregateExprRef> firsts;
  std::vector<std::string> names;
  for (uint32_t i = 0; i < items_.size(); ++i) {
    firsts.push_back(AggregateExpr::create(first, {output_column(plan, i)}, false, keys, {}, {}));
    names.push_back(items_[i].name);
  }
  std::vector<std::string> on_names(distinct_on_.size(), "on");
  plan = AggregationNode::create(plan, output_columns(plan, items_.size(), distinct_on_.size()),
                                 std::move(on_names), std::move(firsts), names);
  return ProjectNode::create(plan, output_columns(plan, distinct_on_.size(), items_.size()),
                             std::move(names));
}

PlanRef SelectBinder::project() {
  std::vector<ExprRef> exprs;
  std::vector<std::string> names;
  for (Item& item : items_) {
    exprs.push_back(attach_subqueries(item.expr, plan_));
    names.push_back(item.name);
  }
  for (ExprRef& expr : distinct_on_) {
    exprs.push_back(attach_subqueries(expr, plan_));
    names.emplace_back("on");
  }
  PlanRef plan = ProjectNode::create(plan_, std::move(exprs), std::move(names));
  if (node_.distinct == sql::SelectDistinct::kDistinct) plan = distinct_rows(plan);
  if (node_.distinct == sql::SelectDistinct::kDistinctOn) plan = first_of_each(std::move(plan));
  if (!order_.empty()) {
    std::vector<SortKeyRef> keys = sort_keys(plan);
    plan = SortNode::create(plan, std::move(keys));
  }
  plan = binder_.limited(std::move(plan), node_);
  // What is only sorted by stands behind the rest.
  const auto visible = static_cast<size_t>(std::count_if(
      items_.begin(), items_.end(), [](const Item& item) { return !item.is_hidden; }));
  return visible < plan->schema.size() ? first_columns(plan, visible) : plan;
}

}  // namespace doline
