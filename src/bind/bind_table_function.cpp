#include <algorithm>

#include "bind/advice.h"
#include "bind/query_binder.h"
#include "plan/plan_expressions.h"
#include "sql/parser.h"

namespace doline {

namespace {

constexpr const char* kOrdinality = "ordinality";

/// WITH ORDINALITY: the rows' numbers, behind the columns that a star means.
BoundRelation numbered(BoundRelation bound, const std::string& table) {
  const auto place = static_cast<uint32_t>(bound.plan->schema.size());
  bound.plan = WindowingNode::create(bound.plan, {row_number_over({})}, {kOrdinality});
  auto& columns = bound.scope.columns;
  const auto hidden = std::find_if(columns.begin(), columns.end(),
                                   [](const ScopeColumn& column) { return column.is_hidden; });
  columns.insert(hidden, {table, "", kOrdinality, bound.plan->schema[place].type, place});
  return bound;
}

}  // namespace

/// range(5) AS t(i) renames; range(5) AS i names the one column too, which keeps its own name for
/// those who ask for it.
BoundRelation QueryBinder::named_by_alias(BoundRelation bound, const sql::TableFunction& node,
                                          const std::string& name) {
  if (node.with_ordinality) bound = numbered(std::move(bound), name);
  bound = aliased(std::move(bound), node, name);
  if (node.alias.empty() || !node.column_aliases.empty()) return bound;
  ScopeColumn own = bound.scope.columns[0];
  own.in_star = false;
  own.is_hidden = true;
  bound.scope.columns[0].name = node.alias.text;
  bound.scope.columns.push_back(std::move(own));
  return bound;
}

/// query('SELECT …') and query_table('t'), or of several tables ['t', 'u'], one below the other.
BoundRelation QueryBinder::query_function(const sql::TableFunction& node) {
  const auto& call = node.call->as<sql::FunctionCall>();
  const std::string name = folded(call.name.back().text);
  ExprContext context;
  context.clause = name == "query" ? "query(…)" : "query_table(…)";
  std::vector<Value> arguments;
  for (const auto& argument : call.arguments) {
    arguments.push_back(
        constant_value(expression(*argument.value, context), context.clause, argument.value->span));
  }
  const auto takes = [&](const char* what) {
    return Error(ErrorCode::kTypeMismatch, node.span, "{} takes {}", name, what);
  };
  PlanRef plan;
  if (name == "query") {
    if (arguments.size() != 1 || arguments[0].is_null() || !arguments[0].type()->is_string())
      throw takes("the text of a query");
    try {
      const sql::StatementRef statement = sql::parse_statement(arguments[0].as_text());
      const auto* select = statement->get_if<sql::SelectStatement>();
      if (!select) throw Error(ErrorCode::kSyntax, node.span, "one SELECT is what query(…) runs");
      plan = bind(*select->query, tables_);
    } catch (Error& error) {
      // Its places are in another text.
      throw Error(error.code(), node.span, "in query(…): {}", error.message());
    }
  } else {
    std::vector<std::string> names;
    if (!arguments.empty() && !arguments[0].is_null() && arguments[0].type()->is_string()) {
      names.push_back(arguments[0].as_text());
    } else if (!arguments.empty() && !arguments[0].is_null() &&
               arguments[0].type()->is(TypeKind::kList)) {
      for (const Value& element : arguments[0].as_nested()) {
        if (!element.is_null()) names.push_back(element.to_string());
      }
    }
    const bool by_name = arguments.size() == 2 && !arguments[1].is_null() &&
                         arguments[1].type()->is(TypeKind::kBool) && arguments[1].as_bool();
    if (names.empty() || arguments.size() > 2)
      throw takes("the name of a table or a list of names, and whether columns go by name");
    auto all = std::make_shared<sql::SetOperation>();
    all->all = true;
    all->by_name = by_name;
    all->span = node.span;
    for (const std::string& table_name : names) {
      auto table = std::make_shared<sql::TableName>();
      table->span = node.span;
      for (size_t begin = 0; begin <= table_name.size();) {
        const size_t dot = std::min(table_name.find('.', begin), table_name.size());
        table->name.push_back({table_name.substr(begin, dot - begin), node.span});
        begin = dot + 1;
      }
      auto select = std::make_shared<sql::Select>();
      select->items = {{std::make_shared<sql::Star>(), {}}};
      select->from = table;
      select->span = node.span;
      all->inputs.push_back(std::move(select));
    }
    plan = all->inputs.size() == 1 ? bind(*all->inputs[0], tables_) : bind(*all, tables_);
  }
  BoundRelation bound{plan, Scope::of(plan->schema, name)};
  if (node.with_ordinality) bound = numbered(std::move(bound), name);
  return aliased(std::move(bound), node, name);
}

BoundRelation QueryBinder::table_function(const sql::TableFunction& node, const BoundRelation* left,
                                          bool keep_empty) {
  const auto& call_node = node.call->as<sql::FunctionCall>();
  const std::string name = folded(call_node.name.back().text);
  if (name == "query" || name == "query_table") return query_function(node);
  ExprContext context;
  context.clause = kTableFunctionClause;
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
    if (node.with_ordinality) {
      if (levels > 1)
        throw Error(ErrorCode::kNotSupported, node.span,
                    "WITH ORDINALITY of what is unnested over several levels is not supported yet");
      if (is_volatile(lists[0])) {  // read twice: for its elements, and for how many they are
        input.plan = with_columns(input.plan, {lists[0]}, names[0]);
        lists[0] = output_column(input.plan, static_cast<uint32_t>(input.plan->schema.size()) - 1);
      }
      const auto number = [](int64_t value) { return ConstantExpr::create(Value::integer(value)); };
      const ExprRef length = CallExpr::create("len", {lists[0]});
      lists.push_back(
          CallExpr::create("range", {number(1), CallExpr::create("+", {length, number(1)})}));
      names.emplace_back(kOrdinality);
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
      return named_by_alias({plan, Scope::of(plan->schema, name)}, node, name);
    }
  }
  TableFunctionCall call;
  call.name = name;
  call.span = node.span;
  for (const auto& argument : call_node.arguments) {
    const Value value = constant_value(expression(*argument.value, context), kTableFunctionClause,
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
  if (name == "range" || name == "generate_series")
    return named_by_alias(std::move(bound), node, name);
  return aliased(node.with_ordinality ? numbered(std::move(bound), name) : std::move(bound), node,
                 name);
}

}  // namespace doline
