#include <algorithm>
#include <set>

#include "bind/decorrelation.h"
#include "bind/query_binder.h"
#include "bind/select_binder.h"
#include "function/registry.h"
#include "plan/plan_expressions.h"
#include "plan/recursive_node.h"

namespace doline {

namespace {

/// More are a mistake, as a column of keys taken for one of kinds.
constexpr uint64_t kMostColumns = 100'000;

ExprRef no_subquery(ExprRef expr, const char* clause) {
  visit(expr, [&](const Expr& at) {
    if (!dynamic_cast<const PlaceholderExpr*>(&at)) return;
    throw Error(ErrorCode::kNotSupported, at.span, "no subquery or unnest can stand in {}", clause)
        .hint("compute it before: PIVOT (SELECT …) ON …");
  });
  return expr;
}

ExprRef all_of(std::vector<ExprRef> terms) {
  return terms.size() == 1 ? terms[0] : ConjunctionExpr::create(true, std::move(terms));
}

/// `aggregate` over the rows for which `condition` holds as well.
AggregateExprRef where(const AggregateExpr& aggregate, const ExprRef& condition) {
  std::vector<ExprRef> terms = {condition};
  if (aggregate.filter) terms.insert(terms.begin(), aggregate.filter);
  return AggregateExpr::create(*FunctionRegistry::instance().aggregate(aggregate.name),
                               aggregate.arguments, aggregate.distinct, aggregate.order_by,
                               all_of(std::move(terms)), aggregate.span);
}

}  // namespace

// --- PIVOT

std::vector<std::vector<Value>> QueryBinder::values_in_data(const BoundRelation& source,
                                                            const std::vector<ExprRef>& keys,
                                                            SourceSpan span) {
  if (is_correlated(source.plan) || WorkingTables().any(source.plan)) {
    throw Error(ErrorCode::kNotSupported, span,
                "PIVOT cannot look for its values in rows of a query around it")
        .hint("name them: PIVOT … ON c IN ('a', 'b')");
  }
  // Values that are equal are one, though their texts may differ (0.0 and -0.0, a day and 24
  // hours).
  std::vector<AggregateExprRef> texts;
  std::vector<ExprRef> known;
  for (const ExprRef& key : keys)
    texts.push_back(aggregate_of("max", {CastExpr::create(key, Type::varchar())}));
  PlanRef plan =
      AggregationNode::create(source.plan, keys, std::vector<std::string>(keys.size(), "key"),
                              std::move(texts), std::vector<std::string>(keys.size(), "name"));
  std::vector<SortKeyRef> order;
  for (uint32_t i = 0; i < keys.size(); ++i) {
    known.push_back(IsNullExpr::create(output_column(plan, i), true));
    order.push_back(
        SortKey::create(output_column(plan, static_cast<uint32_t>(keys.size()) + i), false, false));
  }
  plan = SortNode::create(filtered(std::move(plan), std::move(known)), std::move(order));
  const auto most = static_cast<int64_t>(kMostColumns);
  return catalog_.rows_of(LimitNode::create(std::move(plan), 0, most + 1));
}

BoundRelation QueryBinder::pivot(const sql::Pivot& node) {
  BoundRelation source = relation(*node.source);
  ExprContext context;
  context.scope = &source.scope;
  context.clause = "PIVOT … ON";
  const auto check_limit = [&](uint64_t columns) {
    if (columns <= kMostColumns) return;
    throw Error(ErrorCode::kBind, node.span, "PIVOT makes more than {} columns", kMostColumns)
        .hint("IN (…) names those that are wanted");
  };

  std::set<uint32_t> taken;
  const auto take = [&](const ExprRef& expr) {
    for (const uint32_t column : columns_of(expr)) taken.insert(column);
  };
  std::vector<PivotChoice> choices = {{nullptr, ""}};
  for (const sql::PivotColumn& column : node.columns) {
    std::vector<PivotChoice> of_column = pivot_choices(column, source, context);
    for (const auto& key : column.keys) take(expression(*key, context));
    check_limit(choices.size() * of_column.size());
    std::vector<PivotChoice> together;
    for (const PivotChoice& before : choices) {
      for (const PivotChoice& own : of_column) {
        if (!before.condition) {
          together.push_back(own);
          continue;
        }
        together.push_back({ConjunctionExpr::create(true, {before.condition, own.condition}),
                            before.name + "_" + own.name});
      }
    }
    choices = std::move(together);
  }

  // Each aggregate, as it stands in its expression.
  struct Wanted {
    ExprRef expr;
    std::string suffix;
  };
  std::vector<Wanted> wanted;
  context.clause = "PIVOT … USING";
  context.aggregates = true;
  for (const sql::NamedExpression& item : node.aggregates) {
    ExprRef expr = no_subquery(expression(*item.expression, context), "PIVOT … USING");
    take(expr);
    std::string name = default_name(*item.expression, expr);
    if (!item.name.empty()) name = item.name.text;
    const bool is_suffix = !item.name.empty() || node.aggregates.size() > 1 || node.columns.empty();
    wanted.push_back({std::move(expr), is_suffix ? std::move(name) : ""});
  }
  if (wanted.empty()) wanted.push_back({aggregate_of("count", {}), ""});
  check_limit(choices.size() * wanted.size());

  std::vector<ExprRef> keys;
  std::vector<std::string> key_names;
  context.aggregates = false;
  context.clause = "PIVOT … GROUP BY";
  for (const auto& key : node.group_by) {
    keys.push_back(no_subquery(expression(*key, context), "PIVOT … GROUP BY"));
    key_names.push_back(default_name(*key, keys.back()));
  }
  if (node.group_by.empty()) {
    for (const ScopeColumn& column : source.scope.columns) {
      if (column.is_hidden || !column.in_star || taken.contains(column.index)) continue;
      keys.push_back(ColumnExpr::create(column.index, column.type, column.name));
      key_names.push_back(column.name);
    }
  }

  std::vector<AggregateExprRef> aggregates;
  std::vector<ExprRef> outputs;
  std::vector<std::string> output_names = key_names;
  const size_t width = keys.size();
  for (uint32_t i = 0; i < width; ++i)
    outputs.push_back(ColumnExpr::create(i, keys[i]->type, key_names[i]));
  for (const PivotChoice& choice : choices) {
    for (const Wanted& one : wanted) {
      outputs.push_back(rewrite_top_down(one.expr, [&](const ExprRef& at) -> ExprRef {
        if (at->tag() == NodeTag::kColumn) {
          throw Error(ErrorCode::kBind, at->span, "{} stands in no aggregate", at->to_string())
              .hint("PIVOT … USING sum(x), max(y): what is pivoted is one value of many rows");
        }
        if (at->tag() != NodeTag::kAggregate) return nullptr;
        const auto& aggregate = static_cast<const AggregateExpr&>(*at);
        aggregates.push_back(choice.condition ? where(aggregate, choice.condition)
                                              : AggregateExprRef(&aggregate));
        return ColumnExpr::create(static_cast<uint32_t>(width + aggregates.size() - 1), at->type,
                                  at->to_string());
      }));
      output_names.push_back(choice.name + (choice.name.empty() || one.suffix.empty() ? "" : "_") +
                             one.suffix);
    }
  }
  std::vector<std::string> aggregate_names;
  for (const AggregateExprRef& aggregate : aggregates)
    aggregate_names.push_back(aggregate->to_string());
  if (outputs.empty()) {
    throw Error(ErrorCode::kBind, node.span, "PIVOT makes no columns: it finds no values")
        .hint("name them: PIVOT … ON c IN ('a', 'b')");
  }
  PlanRef plan = AggregationNode::create(source.plan, std::move(keys), std::move(key_names),
                                         std::move(aggregates), std::move(aggregate_names));
  plan = ProjectNode::create(std::move(plan), std::move(outputs), std::move(output_names));
  return aliased({plan, Scope::of(plan->schema, "")}, node, "");
}

std::vector<QueryBinder::PivotChoice> QueryBinder::pivot_choices(const sql::PivotColumn& column,
                                                                 BoundRelation& source,
                                                                 const ExprContext& context) {
  if (!column.enum_type.empty()) {
    throw Error(ErrorCode::kNotSupported, column.enum_type.span,
                "PIVOT … IN an enum type is not supported yet")
        .hint("name the values: IN ('a', 'b')");
  }
  std::vector<ExprRef> keys;
  for (const auto& key : column.keys) {
    keys.push_back(no_subquery(expression(*key, context), "PIVOT … ON"));
    if (columns_of(keys.back()).empty())
      throw Error(ErrorCode::kBind, key->span, "PIVOT ON a constant is the same for every row");
    if (!is_volatile(keys.back())) continue;
    // Once, though each of the values is compared with it.
    source.plan = with_columns(source.plan, {keys.back()}, "key");
    keys.back() = output_column(source.plan, static_cast<uint32_t>(source.plan->schema.size()) - 1);
  }
  // Rows of values, and the names that stand for them.
  std::vector<std::pair<std::vector<ExprRef>, std::string>> rows;
  const auto shown = [&](const ExprRef& value) {
    const Value text =
        constant_value(CastExpr::create(value, Type::varchar()), "PIVOT … IN", value->span);
    return text.is_null() ? std::string("NULL") : text.as_text();
  };
  const auto add = [&](std::vector<ExprRef> values, std::string name, SourceSpan span) {
    if (values.size() != keys.size()) {
      throw Error(ErrorCode::kBind, span, "PIVOT: {} value{} for {} column{}", values.size(),
                  values.size() == 1 ? "" : "s", keys.size(), keys.size() == 1 ? "" : "s");
    }
    for (size_t i = 0; name.empty() && i < values.size(); ++i)
      name += (i ? "_" : "") + shown(values[i]);
    const bool is_known = std::any_of(rows.begin(), rows.end(), [&](const auto& row) {
      return std::equal(values.begin(), values.end(), row.first.begin(),
                        [](const ExprRef& a, const ExprRef& b) { return equal(*a, *b); });
    });
    if (is_known) throw Error(ErrorCode::kBind, span, "PIVOT names \"{}\" twice", name);
    rows.emplace_back(std::move(values), std::move(name));
  };
  ExprContext no_columns;
  no_columns.clause = "PIVOT … IN";
  if (column.query) {
    const PlanRef plan = bind(*column.query, tables_);
    if (plan->schema.size() != keys.size()) {
      throw Error(ErrorCode::kBind, column.query->span, "PIVOT: {} columns of values for {}",
                  plan->schema.size(), keys.size());
    }
    for (const auto& values : values_in_data({plan, Scope::of(plan->schema, "")},
                                             output_columns(plan), column.query->span)) {
      std::vector<ExprRef> row;
      for (size_t i = 0; i < keys.size(); ++i) row.push_back(ConstantExpr::create(values[i]));
      add(std::move(row), "", column.query->span);
    }
  } else if (column.values.empty()) {
    // Where nothing is named, each column has what it has by itself.
    const auto found = values_in_data(source, keys, column.keys[0]->span);
    if (found.size() > kMostColumns) {
      throw Error(ErrorCode::kBind, column.keys[0]->span, "PIVOT finds more than {} values",
                  kMostColumns)
          .hint("IN (…) names those that are wanted");
    }
    for (const auto& values : found) {
      std::vector<ExprRef> row;
      std::string name;
      for (size_t i = 0; i < keys.size(); ++i) {
        row.push_back(ConstantExpr::create(values[i]));
        name += (i ? "_" : "") + values[keys.size() + i].as_text();
      }
      rows.emplace_back(std::move(row), std::move(name));
    }
  }
  for (const sql::NamedExpression& item : column.values) {
    std::vector<ExprRef> values;
    const auto* row = item.expression->get_if<sql::FunctionCall>();
    if (row && keys.size() > 1 && row->name.size() == 1 && row->name[0].text == "row") {
      for (const auto& part : row->arguments) values.push_back(expression(*part.value, no_columns));
    } else if (const auto* reference = item.expression->get_if<sql::ColumnReference>();
               reference && reference->names.size() == 1) {
      values.push_back(ConstantExpr::create(Value::text(reference->names[0].text)));
    } else {
      values.push_back(expression(*item.expression, no_columns));
    }
    for (ExprRef& value : values) {
      const Value constant = constant_value(value, "PIVOT … IN", value->span);
      value = ConstantExpr::create(constant, value->span);
    }
    add(std::move(values), item.name.text, item.expression->span);
  }

  std::vector<PivotChoice> choices;
  for (auto& [values, name] : rows) {
    std::vector<ExprRef> terms;
    for (size_t i = 0; i < keys.size(); ++i) {
      ExprRef key = keys[i], value = values[i];
      unify(key, value, value->span, "PIVOT … IN", Meeting::kEqual);
      terms.push_back(CallExpr::create("is_not_distinct_from", {std::move(key), std::move(value)}));
    }
    choices.push_back({all_of(std::move(terms)), std::move(name)});
  }
  return choices;
}

// --- UNPIVOT

BoundRelation QueryBinder::unpivot(const sql::Unpivot& node) {
  const BoundRelation source = relation(*node.source);
  ExprContext context;
  context.scope = &source.scope;
  context.clause = "UNPIVOT";
  const size_t width = node.value_columns.size();
  std::vector<std::vector<ExprRef>> values(width);  // by value column
  std::vector<ExprRef> names;
  std::set<uint32_t> taken;
  const auto add = [&](const std::vector<ExprRef>& exprs, std::string name, SourceSpan span) {
    if (exprs.size() != width) {
      throw Error(ErrorCode::kBind, span, "UNPIVOT: {} column{} here for {} column{} of values",
                  exprs.size(), exprs.size() == 1 ? "" : "s", width, width == 1 ? "" : "s");
    }
    std::string written;
    for (size_t i = 0; i < width; ++i) {
      no_subquery(exprs[i], "UNPIVOT");
      const std::vector<uint32_t> columns = columns_of(exprs[i]);
      if (columns.empty())
        throw Error(ErrorCode::kBind, exprs[i]->span, "UNPIVOT of what is no column");
      taken.insert(columns.begin(), columns.end());
      const auto first =
          std::find_if(source.scope.columns.begin(), source.scope.columns.end(),
                       [&](const ScopeColumn& at) { return at.index == columns[0]; });
      written += (i ? "_" : "") + first->name;
      values[i].push_back(exprs[i]);
    }
    names.push_back(ConstantExpr::create(Value::text(name.empty() ? written : std::move(name))));
  };
  const auto add_column = [&](const ScopeColumn& column, SourceSpan span) {
    add({ColumnExpr::create(column.index, column.type, column.name, span)}, column.name, span);
  };
  for (const sql::NamedExpression& entry : node.entries) {
    const sql::Expression& written = *entry.expression;
    const auto* row = written.get_if<sql::FunctionCall>();
    if (const auto* star = written.get_if<sql::Star>()) {
      for (const ScopeColumn& column : star_columns(*star, source.scope, written.span))
        add_column(column, written.span);
    } else if (const sql::Columns* columns = columns_in(written)) {
      for (const ScopeColumn& column : chosen_columns(*columns, source.scope)) {
        context.columns_choice = &column;
        add({expression(written, context)}, entry.name.text, written.span);
      }
      context.columns_choice = nullptr;
    } else if (row && row->name.size() == 1 && row->name[0].text == "row") {
      std::vector<ExprRef> exprs;
      for (const auto& part : row->arguments) exprs.push_back(expression(*part.value, context));
      add(exprs, entry.name.text, written.span);
    } else {
      add({expression(written, context)}, entry.name.text, written.span);
    }
  }
  if (names.empty()) throw Error(ErrorCode::kBind, node.span, "UNPIVOT of no columns");

  // All values of a row as lists, side by side, then taken apart.
  std::vector<ExprRef> lists = {CallExpr::create("list_value", std::move(names))};
  std::vector<std::string> list_names = {node.name_column.text};
  for (size_t i = 0; i < width; ++i) {
    unify_all(values[i], node.span, "UNPIVOT", Meeting::kOrder);
    lists.push_back(CallExpr::create("list_value", std::move(values[i])));
    list_names.push_back(node.value_columns[i].text);
  }
  const auto before = static_cast<uint32_t>(source.plan->schema.size());
  PlanRef plan = UnnestNode::create(source.plan, std::move(lists), list_names);
  if (!node.include_nulls) {
    std::vector<ExprRef> known;
    for (uint32_t i = 0; i < width; ++i)
      known.push_back(IsNullExpr::create(output_column(plan, before + 1 + i), true));
    plan = filtered(std::move(plan), std::move(known));
  }
  std::vector<ExprRef> outputs;
  std::vector<std::string> output_names;
  for (const ScopeColumn& column : source.scope.columns) {
    if (column.is_hidden || !column.in_star || taken.contains(column.index)) continue;
    outputs.push_back(output_column(plan, column.index));
    output_names.push_back(column.name);
  }
  for (uint32_t i = 0; i <= width; ++i) {
    outputs.push_back(output_column(plan, before + i));
    output_names.push_back(list_names[i]);
  }
  plan = ProjectNode::create(std::move(plan), std::move(outputs), std::move(output_names));
  return aliased({plan, Scope::of(plan->schema, "")}, node, "");
}

}  // namespace doline
