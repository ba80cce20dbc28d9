#include <algorithm>

#include "bind/decorrelation.h"
#include "bind/query_binder.h"
#include "plan/plan_expressions.h"
#include "sql/parser.h"

namespace doline {

BoundRelation QueryBinder::relation(const sql::Relation& node) {
  if (node.sample)
    throw Error(ErrorCode::kNotSupported, node.span, "TABLESAMPLE is not supported yet");
  switch (node.kind) {
    case sql::RelationKind::kTableName:
      return table_name(node.as<sql::TableName>());
    case sql::RelationKind::kTableFunction:
      return table_function(node.as<sql::TableFunction>(), nullptr);
    case sql::RelationKind::kSubqueryRelation: {
      const auto& inner = node.as<sql::SubqueryRelation>();
      PlanRef plan = bind(*inner.query, tables_);
      BoundRelation bound{plan, Scope::of(plan->schema, "")};
      return aliased(std::move(bound), node, "");
    }
    case sql::RelationKind::kJoin:
      return join(node.as<sql::Join>());
    case sql::RelationKind::kPivot:
      throw Error(ErrorCode::kNotSupported, node.span, "PIVOT is not supported yet");
    case sql::RelationKind::kUnpivot:
      throw Error(ErrorCode::kNotSupported, node.span, "UNPIVOT is not supported yet");
  }
  UNREACHABLE();
}

BoundRelation QueryBinder::aliased(BoundRelation bound, const sql::Relation& node,
                                   const std::string& default_name) {
  const std::string table = node.alias.empty() ? default_name : node.alias.text;
  if (!table.empty()) {
    for (ScopeColumn& column : bound.scope.columns) {
      column.table = table;
      if (!node.alias.empty()) column.schema.clear();
    }
  }
  const auto shown = static_cast<size_t>(
      std::count_if(bound.scope.columns.begin(), bound.scope.columns.end(),
                    [](const ScopeColumn& column) { return !column.is_hidden; }));
  if (node.column_aliases.size() > shown) {
    throw Error(ErrorCode::kBind, node.span, "{} column names for {} columns",
                node.column_aliases.size(), shown);
  }
  for (size_t i = 0; i < node.column_aliases.size(); ++i)
    bound.scope.columns[i].name = node.column_aliases[i].text;
  return bound;
}

PlanRef QueryBinder::common_table(CommonTableEntry& entry) {
  if (entry.plan) return seen_from_here(entry.plan, entry.outer_query);
  const sql::CommonTable& definition = *entry.definition;
  if (entry.is_binding) {
    throw Error(ErrorCode::kNotSupported, definition.name.span,
                "recursive common tables are not supported yet");
  }
  entry.is_binding = true;
  OuterQuery* outer = std::exchange(outer_, entry.outer_query);
  PlanRef plan = bind(*definition.query, entry.outer);
  outer_ = outer;
  if (!definition.columns.empty()) {
    if (definition.columns.size() > plan->schema.size()) {
      throw Error(ErrorCode::kBind, definition.name.span, "{} column names for {} columns",
                  definition.columns.size(), plan->schema.size());
    }
    std::vector<std::string> names = names_of(plan->schema);
    for (size_t i = 0; i < definition.columns.size(); ++i) names[i] = definition.columns[i].text;
    plan = ProjectNode::create(plan, output_columns(plan), std::move(names));
  }
  entry.is_binding = false;
  entry.plan = SharedInputNode::create(std::move(plan), definition.name.text);
  return seen_from_here(entry.plan, entry.outer_query);
}

PlanRef QueryBinder::seen_from_here(const PlanRef& plan, OuterQuery* definition) {
  if (outer_ == definition || !is_correlated(plan)) return plan;
  const std::function<ExprRef(uint32_t, OuterQuery*)> seen = [&](uint32_t ordinal, OuterQuery* at) {
    const ExprRef column = at->outer == definition
                               ? OuterColumnExpr::create(ordinal, definition->columns[ordinal], {})
                               : seen(ordinal, at->outer);
    return at->seen_inside(column, {});
  };
  return replace_outers(plan, [&](uint32_t ordinal) { return seen(ordinal, outer_); });
}

BoundRelation QueryBinder::table_name(const sql::TableName& node) {
  if (node.at)
    throw Error(ErrorCode::kNotSupported, node.span, "AT (VERSION …) is not supported yet");
  std::vector<std::string> parts;
  for (const auto& part : node.name) parts.push_back(part.text);
  const std::string& name = parts.back();
  if (!node.is_string) {
    if (parts.size() == 1) {
      if (const auto found = tables_.find(folded(name)); found != tables_.end()) {
        PlanRef plan = common_table(*found->second);
        return aliased({plan, Scope::of(plan->schema, name)}, node, name);
      }
    }
    const std::string schema = parts.size() > 1 ? parts[parts.size() - 2] : "";
    if (TableRef table = catalog_.find_table(parts)) {
      PlanRef plan = ScanNode::create(std::move(table));
      return aliased({plan, Scope::of(plan->schema, name, schema)}, node, name);
    }
    if (const auto text = catalog_.find_view(parts)) {
      const std::string view = folded(fmt::format("{}", fmt::join(parts, ".")));
      if (std::find(views_.begin(), views_.end(), view) != views_.end()) {
        throw Error(ErrorCode::kBind, node.span, "the view \"{}\" reads itself", name)
            .hint("CREATE OR REPLACE VIEW mends it");
      }
      constexpr size_t kDeepest = 64;
      if (views_.size() >= kDeepest)
        throw Error(ErrorCode::kBind, node.span, "views are nested too deeply at \"{}\"", name);
      const sql::StatementRef statement = sql::parse_statement(*text);
      OuterQuery* outer = std::exchange(outer_, nullptr);
      views_.push_back(view);
      PlanRef plan;
      try {
        plan = bind(*statement->as<sql::SelectStatement>().query, {});
      } catch (Error& error) {
        throw Error(error.code(), node.span, "in view {}: {}", name, error.message());
      }
      views_.pop_back();
      outer_ = outer;
      return aliased({plan, Scope::of(plan->schema, name, schema)}, node, name);
    }
  }
  if (parts.size() == 1) {
    TableRef table;
    try {
      table = catalog_.open_file(name, node.span);
    } catch (Error& error) {
      throw std::move(error).at(node.span);
    }
    if (table) {
      // `FROM 'data/trips.csv'` may be called trips.
      std::string stem = name.substr(name.find_last_of('/') + 1);
      stem = stem.substr(0, stem.find('.'));
      const uint32_t hidden = table->hidden_columns();
      PlanRef plan = ScanNode::create(std::move(table));
      return aliased({plan, Scope::of(plan->schema, stem).hiding(hidden)}, node, stem);
    }
  }
  Error error(ErrorCode::kTableNotFound, node.span, "no table \"{}\"", fmt::join(parts, "."));
  std::vector<std::string> known = catalog_.table_names();
  for (const auto& [common, entry] : tables_) known.push_back(common);
  const std::string near = nearest_name(name, known);
  if (!near.empty()) throw std::move(error).hint("did you mean \"" + near + "\"?");
  if (!known.empty() && known.size() <= 12)
    error.add_note(fmt::format("the tables are {}", fmt::join(known, ", ")));
  throw std::move(error).hint("a file is read by its path in quotes: FROM 'data.csv'");
}

BoundRelation QueryBinder::table_function(const sql::TableFunction& node, const BoundRelation* left,
                                          bool keep_empty) {
  const auto& call_node = node.call->as<sql::FunctionCall>();
  const std::string name = folded(call_node.name.back().text);
  if (node.with_ordinality)
    throw Error(ErrorCode::kNotSupported, node.span, "WITH ORDINALITY is not supported yet");
  ExprContext context;
  context.clause = "a table function";
  if (name == "unnest") {
    BoundRelation input = left ? *left : BoundRelation{ValuesNode::single_row(), {}};
    context.scope = &input.scope;
    std::vector<ExprRef> lists;
    std::vector<std::string> names;
    std::vector<sql::Argument> arguments = call_node.arguments;
    int levels = 1;
    if (arguments.size() > 1 && !arguments[1].name.empty()) {
      levels = unnest_levels(arguments, node.span);
      arguments.resize(1);
    }
    if (arguments.empty()) throw Error(ErrorCode::kTypeMismatch, node.span, "unnest takes a list");
    for (const auto& argument : arguments) {
      ExprRef list = flattened_list(expression(*argument.value, context), levels);
      if (list->type->is(TypeKind::kNull)) list = CastExpr::create(list, Type::list(Type::int32()));
      if (list->type->physical() != PhysicalType::kList) {
        throw Error(ErrorCode::kTypeMismatch, argument.value->span, "unnest takes a list, not {}",
                    list->type->name());
      }
      lists.push_back(attach_subqueries(list, input.plan));
      names.push_back(arguments.size() == 1 ? "unnest" : fmt::format("unnest{}", lists.size()));
    }
    auto before = static_cast<uint32_t>(input.plan->schema.size());
    PlanRef plan = UnnestNode::create(input.plan, lists, names, keep_empty);
    if (levels > 1 && plan->schema[before].type->is(TypeKind::kStruct)) {
      std::vector<ExprRef> exprs;
      std::vector<std::string> all_names;
      for (uint32_t i = 0; i <= before; ++i) {
        exprs.push_back(ColumnExpr::create(i, plan->schema[i].type, plan->schema[i].name));
        all_names.push_back(plan->schema[i].name);
      }
      std::vector<std::pair<ExprRef, std::string>> fields;
      struct_columns(exprs.back(), levels - 1, fields);
      exprs.pop_back();
      all_names.pop_back();
      names.clear();
      for (auto& [expr, field_name] : fields) {
        exprs.push_back(std::move(expr));
        all_names.push_back(field_name);
        names.push_back(std::move(field_name));
      }
      plan = ProjectNode::create(std::move(plan), std::move(exprs), std::move(all_names));
    }
    Scope own;
    for (size_t i = 0; i < names.size(); ++i) {
      const auto at = before + static_cast<uint32_t>(i);
      own.columns.push_back({"unnest", "", names[i], plan->schema[at].type, at});
    }
    BoundRelation bound = aliased({plan, own}, node, "unnest");
    if (!left) return bound;
    Scope both = left->scope;
    both.columns.insert(both.columns.end(), bound.scope.columns.begin(), bound.scope.columns.end());
    return {plan, std::move(both)};
  }
  if (name == "range" || name == "generate_series") {
    // Days, instants and numbers that a subquery gives: the scalar function's list, unnested.
    std::vector<ExprRef> arguments;
    bool is_list = false;
    for (const auto& argument : call_node.arguments) {
      arguments.push_back(expression(*argument.value, context));
      is_list |= arguments.back()->type->is_temporal();
      visit(arguments.back(), [&](const Expr& at) {
        is_list |= dynamic_cast<const PlaceholderExpr*>(&at) != nullptr;
      });
    }
    if (is_list) {
      PlanRef input = ValuesNode::single_row();
      const ExprRef list =
          attach_subqueries(CallExpr::create(name, std::move(arguments), node.span), input);
      const auto before = static_cast<uint32_t>(input->schema.size());
      PlanRef plan = UnnestNode::create(std::move(input), {list}, {name});
      plan = ProjectNode::create(
          plan, {ColumnExpr::create(before, plan->schema[before].type, name)}, {name});
      BoundRelation bound = aliased({plan, Scope::of(plan->schema, name)}, node, name);
      if (!node.alias.empty() && node.column_aliases.empty())
        bound.scope.columns[0].name = node.alias.text;
      return bound;
    }
  }
  TableFunctionCall call;
  call.name = name;
  call.span = node.span;
  for (const auto& argument : call_node.arguments) {
    const Value value = constant_value(expression(*argument.value, context), "a table function",
                                       argument.value->span);
    if (!argument.name.empty()) {
      call.options[folded(argument.name.text)] = value;
      call.option_spans[folded(argument.name.text)] = argument.name.span.to(argument.value->span);
      continue;
    }
    // `name = value` reads as a comparison in some spellings; the parser has sorted that out.
    call.arguments.push_back(value);
  }
  TableRef table;
  try {
    table = catalog_.call(call, nullptr);
  } catch (Error& error) {
    throw std::move(error).at(node.span);
  }
  if (!table) {
    Error error(ErrorCode::kFunctionNotFound, node.span, "no table function \"{}\"", name);
    const std::string near = nearest_name(name, catalog_.table_function_names());
    if (!near.empty()) throw std::move(error).hint("did you mean " + near + "?");
    throw error;
  }
  const uint32_t hidden = table->hidden_columns();
  PlanRef plan = ScanNode::create(std::move(table));
  BoundRelation bound{plan, Scope::of(plan->schema, name).hiding(hidden)};
  // range(5) AS t(i) renames; range(5) AS i names the one column too.
  const bool one_column = (name == "range" || name == "generate_series") && !node.alias.empty() &&
                          node.column_aliases.empty();
  bound = aliased(std::move(bound), node, name);
  if (one_column) bound.scope.columns[0].name = node.alias.text;
  return bound;
}

}  // namespace doline
