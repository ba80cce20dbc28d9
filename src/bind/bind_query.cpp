#include <algorithm>
#include <unordered_map>

#include "bind/query_binder.h"
#include "bind/select_binder.h"
#include "function/registry.h"
#include "kernel/cast.h"
#include "plan/plan_expressions.h"
#include "sql/parser.h"
#include "sql/print.h"

namespace doline {

namespace {

/// What the table holds its rows to, where the plan is the table as it stands.
const TableRules* rules_of(const PlanNode& plan) {
  if (const auto* scan = dynamic_cast<const ScanNode*>(&plan)) return scan->table->rules();
  const auto* project = dynamic_cast<const ProjectNode*>(&plan);
  if (!project) return nullptr;
  for (uint32_t i = 0; i < project->exprs.size(); ++i) {
    const auto* column = dynamic_cast<const ColumnExpr*>(project->exprs[i].get());
    if (!column || column->index != i) return nullptr;
  }
  // The ids of a table's rows stand behind its columns.
  const TableRules* rules = rules_of(*project->input);
  return rules && rules->columns.size() == project->exprs.size() ? rules : nullptr;
}

/// Whether a column is one of a table that takes no NULL.
bool is_never_null(const PlanNode& plan, uint32_t column) {
  if (const auto* scan = dynamic_cast<const ScanNode*>(&plan)) {
    const TableRules* rules = scan->table->rules();
    return rules && column < rules->columns.size() && scan->columns[column] == column &&
           rules->columns[column].not_null;
  }
  const auto* project = dynamic_cast<const ProjectNode*>(&plan);
  const auto* from =
      project ? dynamic_cast<const ColumnExpr*>(project->exprs[column].get()) : nullptr;
  return from && is_never_null(*project->input, from->index);
}

/// The rows with one more column: which of the rows that equal it this one is.
PlanRef numbered(const PlanRef& plan) {
  return WindowingNode::create(plan, {row_number_over(output_columns(plan))}, {"number"});
}

}  // namespace

PlanRef cast_columns(PlanRef plan, const std::vector<TypeRef>& types,
                     const std::vector<std::string>& names) {
  std::vector<ExprRef> exprs;
  bool changes = false;
  for (uint32_t i = 0; i < types.size(); ++i) {
    exprs.push_back(CastExpr::create(output_column(plan, i), types[i]));
    changes |= plan->schema[i].type != types[i] || plan->schema[i].name != names[i];
  }
  return changes ? ProjectNode::create(std::move(plan), std::move(exprs), names) : plan;
}

PlanRef QueryBinder::bind(const sql::Query& query, const CommonTables& tables) {
  // A copy first: `tables` may be tables_ itself.
  CommonTables inner = tables;
  const CommonTables outer = std::exchange(tables_, std::move(inner));
  for (const sql::CommonTable& definition : query.with.tables) {
    auto entry = std::make_shared<CommonTableEntry>();
    entry->definition = &definition;
    entry->outer_query = outer_;
    entry->outer = tables_;
    const std::string name = folded(definition.name.text);
    for (const sql::CommonTable& other : query.with.tables) {
      if (&other == &definition) break;
      if (same_name(other.name.text, definition.name.text)) {
        throw Error(ErrorCode::kBind, definition.name.span, "WITH names \"{}\" twice",
                    definition.name.text);
      }
    }
    entry->is_recursive = query.with.recursive;
    tables_[name] = std::move(entry);
  }
  PlanRef plan = body(query);
  tables_ = outer;
  return plan;
}

PlanRef QueryBinder::body(const sql::Query& query) {
  CommonTableEntry* const defined = std::exchange(defining_, nullptr);
  switch (query.kind) {
    case sql::QueryKind::kSelect:
      return SelectBinder(*this, query.as<sql::Select>()).bind();
    case sql::QueryKind::kSetOperation: {
      const auto& node = query.as<sql::SetOperation>();
      PlanRef plan = defined ? recursive(node, *defined) : set_operation(node);
      return limited(ordered(std::move(plan), query), query);
    }
    case sql::QueryKind::kValues:
      return limited(ordered(values(query.as<sql::Values>()), query), query);
    case sql::QueryKind::kDescribe:
      return limited(ordered(describe(query.as<sql::Describe>()), query), query);
  }
  UNREACHABLE();
}

PlanRef QueryBinder::set_operation(const sql::SetOperation& node) {
  std::vector<PlanRef> inputs;
  for (const auto& input : node.inputs) inputs.push_back(bind(*input, tables_));
  return combined(node, std::move(inputs));
}

PlanRef QueryBinder::combined(const sql::SetOperation& node, std::vector<PlanRef> inputs) {
  std::vector<std::string> names;
  if (node.by_name) {
    for (size_t i = 0; i < inputs.size(); ++i) {
      const Schema& own = inputs[i]->schema;
      for (auto field = own.begin(); field != own.end(); ++field) {
        if (std::any_of(own.begin(), field,
                        [&](const Field& other) { return same_name(other.name, field->name); })) {
          throw Error(ErrorCode::kBind, node.inputs[i]->span,
                      "two columns of this query are called \"{}\", and BY NAME takes one",
                      field->name)
              .hint("AS gives one of them another name");
        }
        if (std::none_of(names.begin(), names.end(),
                         [&](const auto& name) { return same_name(name, field->name); })) {
          names.push_back(field->name);
        }
      }
    }
    for (PlanRef& input : inputs) {
      std::vector<ExprRef> exprs;
      for (const std::string& name : names) {
        const auto found =
            std::find_if(input->schema.begin(), input->schema.end(),
                         [&](const Field& field) { return same_name(field.name, name); });
        exprs.push_back(
            found == input->schema.end()
                ? ConstantExpr::create(Value::null())
                : output_column(input, static_cast<uint32_t>(found - input->schema.begin())));
      }
      input = ProjectNode::create(std::move(input), std::move(exprs), names);
    }
  } else {
    for (const Field& field : inputs[0]->schema) names.push_back(field.name);
  }
  std::vector<TypeRef> types;
  for (size_t column = 0; column < names.size(); ++column) {
    TypeRef type = nullptr;
    for (size_t i = 0; i < inputs.size(); ++i) {
      if (inputs[i]->schema.size() != names.size()) {
        throw Error(ErrorCode::kBind, node.inputs[i]->span,
                    "this query has {} columns, the one before {}", inputs[i]->schema.size(),
                    names.size())
            .hint("UNION BY NAME matches columns by name and fills in NULL");
      }
      const TypeRef other = inputs[i]->schema[column].type;
      const TypeRef common = type ? common_type(type, other) : other;
      if (!common) {
        throw Error(ErrorCode::kTypeMismatch, node.inputs[i]->span,
                    "column {} is {} here and {} before", names[column], other->name(),
                    type->name());
      }
      type = common;
    }
    types.push_back(type);
  }
  for (PlanRef& input : inputs) input = cast_columns(std::move(input), types, names);
  if (node.op == sql::SetOperator::kUnion) {
    PlanRef plan = UnionNode::create(std::move(inputs));
    return node.all ? plan : distinct_rows(plan);
  }
  const bool is_except = node.op == sql::SetOperator::kExcept;
  PlanRef plan = node.all ? numbered(inputs[0]) : distinct_rows(inputs[0]);
  const size_t width = names.size();
  for (size_t i = 1; i < inputs.size(); ++i) {
    if (node.all) {
      // Equal rows are told apart by their number: the second of three matches the second only.
      if (i > 1) plan = numbered(first_columns(plan, width));
      inputs[i] = numbered(inputs[i]);
    }
    plan = JoinNode::create(plan, inputs[i], is_except ? JoinKind::kAnti : JoinKind::kSemi,
                            output_columns(plan), output_columns(inputs[i]), {}, false, true);
  }
  return node.all ? first_columns(plan, width) : plan;
}

PlanRef QueryBinder::values(const sql::Values& node) {
  const size_t width = node.rows[0].size();
  const std::vector<TypeRef> wanted = std::exchange(value_types_, {});
  ExprContext context;
  context.clause = "VALUES";
  std::vector<std::vector<ExprRef>> columns(width);
  for (const auto& row : node.rows) {
    if (row.size() != width) {
      throw Error(ErrorCode::kBind, row.empty() ? node.span : row[0]->span,
                  "this row has {} values, the first has {}", row.size(), width);
    }
    for (size_t i = 0; i < width; ++i) columns[i].push_back(expression(*row[i], context));
  }
  Schema schema;
  bool constant = true;
  for (size_t i = 0; i < width; ++i) {
    const bool is_assigned = i < wanted.size();
    const TypeRef type = is_assigned ? wanted[i] : unify_all(columns[i], node.span, "VALUES");
    if (is_assigned) {
      for (ExprRef& expr : columns[i]) {
        if (!can_cast(expr->type, type)) {
          throw Error(ErrorCode::kTypeMismatch, expr->span, "a {} does not go into a column of {}",
                      expr->type->name(), type->name());
        }
        expr = CastExpr::create(expr, type, false, expr->span);
      }
    }
    schema.push_back({fmt::format("col{}", i), type});
    for (const ExprRef& expr : columns[i]) constant &= is_constant(expr);
  }
  if (constant) {
    std::vector<Value> flat;
    for (size_t row = 0; row < node.rows.size(); ++row) {
      for (size_t i = 0; i < width; ++i) {
        const Value value = evaluate_constant(columns[i][row], catalog_.session());
        flat.push_back(value.is_null() ? Value::null(schema[i].type)
                                       : Value(schema[i].type, value.storage()));
      }
    }
    return ValuesNode::create(std::move(schema), std::move(flat),
                              static_cast<int64_t>(node.rows.size()));
  }
  std::vector<std::string> names;
  for (const Field& field : schema) names.push_back(field.name);
  std::vector<PlanRef> rows;
  for (size_t row = 0; row < node.rows.size(); ++row) {
    PlanRef plan = ValuesNode::single_row();
    std::vector<ExprRef> exprs;
    for (size_t i = 0; i < width; ++i) exprs.push_back(attach_subqueries(columns[i][row], plan));
    rows.push_back(ProjectNode::create(std::move(plan), std::move(exprs), names));
  }
  return rows.size() == 1 ? rows[0] : UnionNode::create(std::move(rows));
}

PlanRef QueryBinder::ordered(PlanRef plan, const sql::Query& query) {
  if (query.order_by.empty()) return plan;
  const Scope scope = Scope::of(plan->schema, "");
  ExprContext context;
  context.scope = &scope;
  context.clause = "ORDER BY";
  std::vector<SortKeyRef> keys;
  for (const sql::OrderItem& item : query.order_by) {
    const bool descending = item.direction == sql::SortDirection::kDescending;
    const auto add = [&](ExprRef expr) {
      keys.push_back(SortKey::create(std::move(expr), descending, sorts_nulls_first(item)));
    };
    if (item.expression->is<sql::Star>()) {
      for (uint32_t i = 0; i < plan->schema.size(); ++i) add(output_column(plan, i));
    } else if (const auto* literal_node = item.expression->get_if<sql::Literal>();
               literal_node && literal_node->literal == sql::LiteralKind::kInteger) {
      const size_t position = std::strtoull(literal_node->text.c_str(), nullptr, 10);
      if (position == 0 || position > plan->schema.size()) {
        throw Error(ErrorCode::kBind, item.expression->span,
                    "ORDER BY {}: the list has {} column{}", literal_node->text,
                    plan->schema.size(), plan->schema.size() == 1 ? "" : "s");
      }
      add(output_column(plan, static_cast<uint32_t>(position - 1)));
    } else {
      add(expression(*item.expression, context));
    }
  }
  return SortNode::create(std::move(plan), std::move(keys));
}

QueryBinder::RowBound QueryBinder::row_bound(const sql::ExpressionRef& node, const char* clause,
                                             bool is_percent) {
  if (!node) return {};
  ExprContext context;
  context.clause = clause;
  const TypeRef type = is_percent ? Type::float64() : Type::int64();
  const ExprRef expr = CastExpr::create(expression(*node, context), type, false, node->span);
  const std::string broken = is_percent ? fmt::format("{} takes 0 to 100 percent", clause)
                                        : fmt::format("{} cannot be negative", clause);
  bool has_subquery = false;
  visit(expr, [&](const Expr& at) {
    has_subquery |= dynamic_cast<const PlaceholderExpr*>(&at) != nullptr;
  });
  RowBound bound;
  if (has_subquery) {
    const auto limit = [&](const char* op, int64_t value) {
      return CallExpr::create(op, {expr, ConstantExpr::create(Value::integer(value))});
    };
    ExprRef holds = limit(">=", 0);
    if (is_percent) holds = ConjunctionExpr::create(true, {holds, limit("<=", 100)});
    bound.deferred =
        CallExpr::create("constraint_or_error",
                         {expr, holds, ConstantExpr::create(Value::text(broken))}, node->span);
    return bound;
  }
  const Value value = constant_value(expr, clause, node->span);
  if (value.is_null()) return bound;
  const bool holds =
      is_percent ? value.as_real() >= 0 && value.as_real() <= 100 : value.as_integer() >= 0;
  if (!holds) throw Error(ErrorCode::kBind, node->span, "{}", broken);
  if (is_percent)
    bound.share = value.as_real();
  else
    bound.rows = static_cast<int64_t>(value.as_integer());
  return bound;
}

PlanRef QueryBinder::limited_by(PlanRef plan, ExprRef skip, ExprRef take, bool is_percent) {
  // Rows are numbered in the order they have, and compared with what the subqueries say.
  std::vector<WindowExprRef> windows = {row_number_over({})};
  std::vector<std::string> window_names = {"number"};
  if (is_percent) {
    windows.push_back(count_over({}));
    window_names.push_back("count");
  }
  const auto place = static_cast<uint32_t>(plan->schema.size());
  plan = WindowingNode::create(std::move(plan), std::move(windows), std::move(window_names));
  if (is_percent && take) {
    const ExprRef share = CallExpr::create(
        "/",
        {CallExpr::create("*", {CastExpr::create(output_column(plan, place + 1), Type::float64()),
                                std::move(take)}),
         ConstantExpr::create(Value::real(100))});
    take = CastExpr::create(CallExpr::create("floor", {share}), Type::int64());
  }
  const auto number_or = [&](ExprRef expr, int64_t otherwise) {
    return CoalesceExpr::create({std::move(expr), ConstantExpr::create(Value::integer(otherwise))});
  };
  const ExprRef row =
      CallExpr::create("-", {CastExpr::create(output_column(plan, place), Type::hugeint()),
                             CastExpr::create(number_or(skip, 0), Type::hugeint())});
  std::vector<ExprRef> terms = {
      CallExpr::create(">", {row, ConstantExpr::create(Value::integer(Type::hugeint(), 0))})};
  if (take)
    terms.push_back(CallExpr::create(
        "<=", {row, CastExpr::create(number_or(take, INT64_MAX), Type::hugeint())}));
  plan = filtered_by(std::move(plan), ConjunctionExpr::create(true, std::move(terms)));
  return first_columns(plan, place);
}

PlanRef QueryBinder::limited(PlanRef plan, const sql::Query& query) {
  if (!query.limit && !query.offset) return plan;
  const bool is_percent = query.limit_is_percent;
  RowBound skip = row_bound(query.offset, "OFFSET", false);
  RowBound take = row_bound(query.limit, "LIMIT", is_percent);
  if (skip.deferred || take.deferred) {
    if (skip.rows) skip.deferred = ConstantExpr::create(Value::integer(*skip.rows));
    if (!skip.deferred) skip.deferred = ConstantExpr::create(Value::integer(0));
    if (take.rows) take.deferred = ConstantExpr::create(Value::integer(*take.rows));
    if (take.share) take.deferred = ConstantExpr::create(Value::real(*take.share));
    return limited_by(std::move(plan), std::move(skip.deferred), std::move(take.deferred),
                      is_percent);
  }
  if (!take.rows && !take.share && !skip.rows) return plan;
  return LimitNode::create(std::move(plan), skip.rows.value_or(0), take.rows.value_or(-1),
                           take.share.value_or(-1));
}

// --- DESCRIBE, SUMMARIZE, SHOW

PlanRef QueryBinder::describe(const sql::Describe& node) {
  const auto text = [](std::string value) { return Value::text(std::move(value)); };
  const TypeRef varchar = Type::varchar();
  switch (node.describe) {
    case sql::DescribeKind::kSummarize:
      return summarize(bind(*node.query, tables_));
    case sql::DescribeKind::kDescribe: {
      const PlanRef plan = bind(*node.query, tables_);
      const TableRules* rules = rules_of(*plan);
      std::vector<Value> values;
      for (size_t i = 0; i < plan->schema.size(); ++i) {
        values.push_back(text(plan->schema[i].name));
        values.push_back(text(plan->schema[i].type->name()));
        values.push_back(text(is_never_null(*plan, static_cast<uint32_t>(i)) ? "NO" : "YES"));
        values.push_back(Value::null(varchar));
        const bool has_default = rules && !rules->columns[i].default_value.empty();
        values.push_back(has_default ? text(rules->columns[i].default_value)
                                     : Value::null(varchar));
        values.push_back(Value::null(varchar));
      }
      Schema schema;
      for (const char* name : {"column_name", "column_type", "null", "key", "default", "extra"})
        schema.push_back({name, varchar});
      return ValuesNode::create(schema, std::move(values),
                                static_cast<int64_t>(plan->schema.size()));
    }
    case sql::DescribeKind::kShowAllTables: {
      const sql::StatementRef statement = sql::parse_statement(
          "SELECT database_name AS \"database\", schema_name AS \"schema\", table_name AS name, "
          "list(column_name ORDER BY column_index) AS column_names, "
          "list(data_type ORDER BY column_index) AS column_types, false AS temporary "
          "FROM doline_columns() GROUP BY ALL ORDER BY name");
      return bind(*statement->as<sql::SelectStatement>().query, {});
    }
    case sql::DescribeKind::kShowTables: {
      std::vector<Value> values;
      std::vector<std::string> names = catalog_.table_names();
      std::sort(names.begin(), names.end());
      for (const std::string& name : names) values.push_back(text(name));
      const auto rows = static_cast<int64_t>(values.size());
      return ValuesNode::create({{"name", varchar}}, std::move(values), rows);
    }
    case sql::DescribeKind::kShow: {
      const std::string name = node.name.empty() ? "" : node.name.back().text;
      if (same_name(name, "databases"))
        return ValuesNode::create({{"database_name", varchar}}, {text("memory")}, 1);
      if (same_name(name, "schemas"))
        return ValuesNode::create({{"schema_name", varchar}}, {text("main")}, 1);
      if (const SettingDeclaration* setting = find_setting(name)) {
        return ValuesNode::create({{std::string(setting->name), varchar}},
                                  {text(setting->get(catalog_.settings()))}, 1);
      }
      for (const char* list : {"tables", "databases", "schemas"}) {
        if (!catalog_.find_table({name}) && !catalog_.find_view({name}) &&
            !tables_.contains(folded(name)) && nearest_name(name, {list}) == list) {
          throw Error(ErrorCode::kTableNotFound, node.name.back().span,
                      "nothing to show is called \"{}\"", name)
              .hint(fmt::format("did you mean SHOW {}?", list));
        }
      }
      auto table = std::make_shared<sql::TableName>();
      table->name = node.name;
      table->span = node.span;
      auto select = std::make_shared<sql::Select>();
      select->from = table;
      select->items = {{std::make_shared<sql::Star>(), {}}};
      sql::Describe inner;
      inner.describe = sql::DescribeKind::kDescribe;
      inner.query = select;
      inner.span = node.span;
      return describe(inner);
    }
  }
  UNREACHABLE();
}

PlanRef QueryBinder::summarize(const PlanRef& given) {
  // One pass over the shared input; then a row of output a column.
  const FunctionRegistry& registry = FunctionRegistry::instance();
  const TypeRef varchar = Type::varchar();
  std::vector<AggregateExprRef> aggregates;
  std::vector<std::string> names;
  const auto add = [&](const char* name, std::vector<ExprRef> arguments) {
    aggregates.push_back(
        AggregateExpr::create(*registry.aggregate(name), std::move(arguments), false, {}, {}, {}));
    names.push_back(fmt::format("a{}", names.size()));
    return static_cast<uint32_t>(aggregates.size() - 1);
  };
  add("count", {});
  struct Row {
    uint32_t min, max, unique, average, deviation, q25, q50, q75, count;
    bool numeric, ordered, averaged;
  };
  std::vector<Row> rows;
  for (uint32_t i = 0; i < given->schema.size(); ++i) {
    const ExprRef column = output_column(given, i);
    Row row{};
    row.numeric = column->type->is_numeric();
    row.ordered = !column->type->is_nested();
    row.min = add("min", {column});
    row.max = add("max", {column});
    row.unique = add("approx_count_distinct", {column});
    row.count = add("count", {column});
    const bool is_moment =
        column->type->is(TypeKind::kDate) || column->type->is(TypeKind::kTimestamp);
    row.averaged = row.numeric || is_moment;
    if (row.averaged) {
      const ExprRef real = row.numeric ? CastExpr::create(column, Type::float64()) : column;
      row.average = add("avg", {real});
      if (row.numeric) row.deviation = add("stddev", {real});
      const auto quantile = [&](double at) {
        return add("approx_quantile", {column, ConstantExpr::create(Value::real(at))});
      };
      row.q25 = quantile(0.25);
      row.q50 = quantile(0.5);
      row.q75 = quantile(0.75);
    }
    rows.push_back(row);
  }
  const PlanRef facts =
      SharedInputNode::create(AggregationNode::create(given, {}, {}, aggregates, names), "summary");
  const auto as_text = [&](uint32_t index) {
    return CastExpr::create(output_column(facts, index), varchar);
  };
  const std::vector<std::string> columns = {
      "column_name", "column_type", "min", "max", "approx_unique", "avg",
      "std",         "q25",         "q50", "q75", "count",         "null_percentage"};
  const ExprRef null_text = ConstantExpr::create(Value::null(varchar));
  std::vector<PlanRef> outputs;
  for (uint32_t i = 0; i < given->schema.size(); ++i) {
    const Row& row = rows[i];
    const ExprRef total = CastExpr::create(output_column(facts, 0), Type::float64());
    const ExprRef valid = CastExpr::create(output_column(facts, row.count), Type::float64());
    ExprRef missing = CallExpr::create("-", {total, valid});
    missing = CallExpr::create(
        "/", {CallExpr::create("*", {missing, ConstantExpr::create(Value::real(100))}), total});
    missing = CastExpr::create(missing, Type::decimal(9, 2), true);
    outputs.push_back(ProjectNode::create(
        facts,
        {ConstantExpr::create(Value::text(given->schema[i].name)),
         ConstantExpr::create(Value::text(given->schema[i].type->name())), as_text(row.min),
         as_text(row.max), CastExpr::create(output_column(facts, row.unique), Type::int64()),
         row.averaged ? as_text(row.average) : null_text,
         row.numeric ? as_text(row.deviation) : null_text,
         row.averaged ? as_text(row.q25) : null_text, row.averaged ? as_text(row.q50) : null_text,
         row.averaged ? as_text(row.q75) : null_text,
         CastExpr::create(output_column(facts, 0), Type::int64()), missing},
        columns));
  }
  if (outputs.empty()) throw Error(ErrorCode::kBind, "SUMMARIZE of a relation without columns");
  return outputs.size() == 1 ? outputs[0] : UnionNode::create(std::move(outputs));
}

}  // namespace doline
